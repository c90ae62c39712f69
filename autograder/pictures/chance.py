"""Pictures of chance: distributions of draws, masks of dropout, and patterns of units."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.judges.judge import Case
from autograder.judges.numbers import as_reals
from autograder.pictures.canvas import EXPECTED, MOST, YOURS, drawable, label, legend, sheet, vector

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["histogram", "kept", "mask", "patterns", "rest", "two_masks"]


def histogram(
    title: str,
    names: tuple[str, ...] = ("weight",),
    *,
    of: Callable[[Any], Any] = lambda value: [value],
    log: bool = False,
) -> Any:
    """Make a picture of draws: how yours are distributed, and how a right sample is.

    `of` takes one sample for each of the names. With `log` the powers of ten are counted.
    """

    def picture(_case: Case, observed: Any, right: Any) -> "Figure | None":
        if len(of(observed)) != len(names):
            return None
        mine, wanted = ([as_reals(part) for part in of(value)] for value in (observed, right))
        if any(part is None or not part.size for part in (*mine, *wanted)):
            return None
        if any(one.shape != other.shape for one, other in zip(mine, wanted, strict=True)):
            return None  # the same law in another shape looks right
        mine, wanted = ([_sample(part, log=log) for part in parts] for parts in (mine, wanted))
        figure, axes = sheet(title, len(names), height=2.9)
        for ax, name, sample, right_sample in zip(axes, names, mine, wanted, strict=True):
            _bars(ax, sample, right_sample)
            ax.set(xlabel=f"{name}, power of ten" if log else name, yticks=[])
        axes[0].set_ylabel("share of the draws")
        legend(figure, axes[0])
        return figure

    return picture


def _sample(numbers: Any, *, log: bool) -> Any:
    numbers = numbers.ravel()[:: max(1, -(-numbers.size // MOST))]  # evenly thinned: the law stays
    if log:
        with np.errstate(all="ignore"):
            numbers = np.log10(numbers)
    return drawable(numbers)


def _bars(ax: "Axes", mine: Any, right: Any) -> None:
    """Count both in the same bins; what of yours is far outside is counted at the border."""
    here, finite = right[np.isfinite(right)], mine[np.isfinite(mine)]
    centre, spread = float(here.mean()), float(here.max() - here.min()) or 1.0
    reach = min(max(spread, 2 * float(np.abs(finite - centre).max(initial=0.0))), 5 * spread)
    bins = np.linspace(centre - 0.55 * reach, centre + 0.55 * reach, 42).tolist()
    styles: list[dict[str, Any]] = [
        {"color": YOURS, "alpha": 0.55},
        {"color": EXPECTED, "histtype": "step", "linewidth": 1.8},
    ]
    for sample, style in zip((np.clip(finite, bins[0], bins[-1]), here), styles, strict=True):
        name = "expected" if sample is here else label("yours", mine)
        share = np.full(sample.size, 1 / max(sample.size, 1))
        ax.hist(sample, bins, weights=share, label=name, **style)


def mask(case: Case, observed: Any, right: Any) -> "Figure | None":
    """Draw where entries were dropped, beside another right draw of the same law."""
    pair = [_first_rows(value) for value in (observed, right)]
    if any(grid is None for grid in pair):
        return None
    figure, axes = sheet(f"What is dropped (dark) with p = {case['p']:g}", 2, height=2.6)
    for ax, grid, name in zip(axes, pair, ("yours", "expected: for example"), strict=True):
        _dark(ax, grid == 0)
        ax.set_title(f"{name}, {np.mean(grid == 0):.0%} dropped", fontsize="small")
    return figure


def _first_rows(value: Any) -> Any:
    """Take a mask, or the first of several, as rows that can be seen."""
    part = value[0] if isinstance(value, list) and value else value
    numbers = drawable(part)
    if numbers is None:
        return None
    grid = numbers.reshape(len(numbers), -1) if numbers.ndim > 1 else numbers[None]
    return grid[:60, :90]


def _dark(ax: "Axes", grid: Any, name: str = "Greys") -> None:
    ax.imshow(grid, cmap=name, vmin=0, vmax=1.25, interpolation="nearest", aspect="auto")
    ax.grid(visible=False)
    ax.set(xticks=[], yticks=[])


def two_masks(_case: Case, observed: Any, _right: Any) -> "Figure | None":
    """Draw where forward dropped the input, and where backward drops the gradient."""
    forward, backward = (drawable(part) for part in observed)
    if forward is None or backward is None or forward.shape != backward.shape:
        return None
    grids = [(_first_rows(part) == 0) for part in (forward, backward)]
    grids.append(grids[0] != grids[1])
    figure, axes = sheet("Dropped (dark): both should drop the same entries", 3, height=2.4)
    names = ("your forward", "your backward", f"they differ in {int(grids[2].sum())}")
    for ax, grid, name, colours in zip(
        axes, grids, names, ("Greys", "Greys", "Oranges"), strict=True
    ):
        _dark(ax, grid, colours)
        ax.set_title(name, fontsize="small")
    return figure


def kept(name: str, *, of: Callable[[Any], Any] = lambda value: value) -> Any:
    """Make a picture of what dropout makes of each number: 0, or the number over 1 − p."""

    def picture(case: Case, observed: Any, _right: Any) -> "Figure | None":
        x, y = vector(case[name]), vector(of(observed))
        if y is None or y.size != x.size:
            return None
        factor, ends = 1 / (1 - case["p"]), np.array([x.min(), x.max()])
        title = "Each entry should be dropped, or grow by 1 / (1 − p)"
        figure, (ax,) = sheet(title, 1, height=3.2)
        ax.plot(ends, factor * ends, color=EXPECTED, linewidth=3, alpha=0.5, label="expected: kept")
        ax.plot(ends, 0 * ends, ":", color=EXPECTED, linewidth=2, label="expected: dropped")
        ax.scatter(x, y, color=YOURS, s=16, zorder=3, label=label("yours", y))
        ax.set(xlabel=name, ylabel="result")
        legend(figure, ax)
        return figure

    return picture


def patterns(case: Case, observed: Any, right: Any) -> "Figure | None":
    """Draw a Hopfield network's state before and after; frames: the units that should differ."""
    return _states(case, observed, right, only_rest=False)


def rest(case: Case, observed: Any, right: Any) -> "Figure | None":
    """Draw the same where any rest is right: only the units that want to change are marked."""
    return _states(case, observed, right, only_rest=True)


def _states(case: Case, observed: Any, right: Any, *, only_rest: bool) -> "Figure | None":
    start, mine, wanted = vector(case["state"]), vector(observed), vector(right)
    if mine is None or mine.size != start.size:
        return None
    restless, wrong = mine * (case["weight"] @ mine) < 0, mine != wanted
    title = f"Units that still want to change (×): {int(restless.sum())}"
    name = "a rest, for example"
    if not only_rest:
        title, name = f"Wrong units (framed): {int(wrong.sum())}. {title}", "expected"
    figure, axes = sheet(title, 3, height=2.3)
    width = int(np.ceil(np.sqrt(start.size)))
    states = ((start, "given"), (mine, "yours"), (wanted, name))
    for ax, (state, text) in zip(axes, states, strict=True):
        _dark(ax, _tiled((1 - state) / 2, width, 0.25))
        ax.set_title(text, fontsize="small")
        ax.set_aspect("equal")
        ax.spines[:].set_visible(True)
    for unit in np.flatnonzero(restless).tolist():
        x, y = unit % width, unit // width
        axes[1].text(x, y, "×", color=YOURS, ha="center", va="center", weight="bold")
    for unit in [] if only_rest else np.flatnonzero(wrong).tolist():
        axes[1].add_patch(_square(unit % width, unit // width))
    figure.supxlabel("white: 1, dark: −1, pale: no unit", fontsize="small")
    return figure


def _tiled(state: Any, width: int, fill: float) -> Any:
    padded = np.full(width * -(-state.size // width), fill)
    padded[: state.size] = state
    return padded.reshape(-1, width)


def _square(x: int, y: int) -> Any:
    from matplotlib.patches import Rectangle  # noqa: PLC0415  only drawing needs it

    return Rectangle((x - 0.45, y - 0.45), 0.9, 0.9, fill=False, edgecolor=YOURS, linewidth=2)
