"""Pictures of arrays: entry by entry, yours beside the expected, and where they differ."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.judges.gradient import claimed_and_measured
from autograder.judges.judge import Case
from autograder.judges.numbers import as_reals
from autograder.judges.values import number
from autograder.pictures.canvas import MOST, drawable, sheet, signed_grid

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["entries", "gradient", "heat", "repeated", "written"]

BAD = "#bbbbbb"
TOLERANCES = 1e-6, 1e-9
DIGITS = 3


def entries(title: str, *, of: Callable[[Any], Any] = lambda value: value) -> Any:
    """Make a picture of an array, or of that part of a value that `of` takes out of it."""

    def picture(_case: Case, observed: Any, right: Any) -> "Figure | None":
        mine, wanted = drawable(of(observed)), drawable(of(right))
        return None if mine is None or wanted is None else compared(title, mine, wanted, "expected")

    return picture


def gradient(_case: Case, observed: Any, right: Any) -> "Figure | None":
    """Draw a claimed gradient beside the one that small steps of the exercise's loss measure."""
    pair = claimed_and_measured(observed, right)
    if pair is None:
        return None
    mine, measured = map(drawable, pair)
    if mine is None or measured is None:
        return None
    return compared("Your gradient, and how the loss really changes", mine, measured, "measured")


def compared(title: str, mine: Any, right: Any, name: str) -> "Figure":
    """Draw two arrays in one scale, and if their shapes agree, where they differ."""
    alike = mine.shape == right.shape
    grids = [signed_grid(mine), signed_grid(right)]
    names = [f"yours {mine.shape}", f"{name} {right.shape}"] if not alike else ["yours", name]
    scale = _scale(*grids)
    if alike:
        wrong = _differ(grids[0], grids[1], scale)
        with np.errstate(all="ignore"):
            grids.append(np.where(wrong, grids[0] - grids[1], 0.0))
        names.append(f"yours − {name}: {int(wrong.sum())} of {wrong.size} wrong")
    rows, columns = np.max([grid.shape for grid in grids], axis=0)
    stacked = columns > 2 * rows or columns > 7
    shape = (1, len(grids)) if stacked else (len(grids), 1)
    height = min(max(0.4 * rows + 0.35, 0.7), 2.2) if stacked else min(max(0.33 * rows, 1.6), 5)
    figure, axes = sheet(title, *shape, height=height)
    room = int((100 if stacked else 34) / columns)
    texts: list[Any] = [None] * len(grids)
    if columns <= (14 if stacked else 5) and rows <= 14:
        texts = _texts(grids, wrong, room) if alike else [written(grid) for grid in grids]
    for ax, grid, text, above in zip(axes, grids, texts, names, strict=True):
        heat(ax, grid, scale, text)
        ax.set_title(above, fontsize="small")
    return figure


def _texts(grids: Sequence[Any], wrong: Any, room: int) -> list[Any]:
    """Write yours, the expected and the difference; what is wrong looks different in the first two.

    Where there is no room for so many digits, the difference alone is written.
    """
    mine, right, gap = grids
    both = [
        written(grid, np.where(wrong, other, np.nan))
        for grid, other in ((mine, right), (right, mine))
    ]
    longer = (
        texts[texts != written(grid)] for texts, grid in zip(both, (mine, right), strict=True)
    )
    fit = all(len(text) <= room for texts in longer for text in texts)
    gaps = written(gap)
    if any("e" in text and len(text) > room for text in gaps.flat):
        gaps = written(gap, digits=1)
    return [*(both if fit else (None, None)), np.where(gap == 0, "", gaps)]


def written(grid: Any, beside: Any = None, digits: int = DIGITS) -> Any:
    """Write the numbers of a grid for its cells, with more digits where one `beside` looks the same."""
    others = np.full(grid.shape, np.nan) if beside is None else beside
    texts = [
        number(x, other, digits).replace("-", "−") if np.isfinite(x) else "×"
        for x, other in zip(grid.flat, others.flat, strict=True)
    ]
    return np.array(texts).reshape(grid.shape)


def heat(ax: "Axes", grid: Any, scale: float, texts: Any = None) -> None:
    """Draw a grid in colours: orange below 0, violet above, grey where it is not finite."""
    from matplotlib import colormaps  # noqa: PLC0415  only drawing needs it

    colours = colormaps["PuOr"].with_extremes(bad=BAD)
    ax.imshow(grid, cmap=colours, vmin=-scale, vmax=scale, aspect="auto")
    ax.grid(visible=False)
    rows, columns = (range(0, size, -(-size // 10)) for size in grid.shape)
    ax.set(xticks=columns, yticks=rows)
    ax.tick_params(labelsize="x-small", length=0)
    for (row, column), text in np.ndenumerate(np.array([]) if texts is None else texts):
        dark = abs(grid[row, column]) > 0.6 * scale
        ax.text(
            column, row, text, ha="center", va="center", fontsize="x-small",
            color="white" if dark else "black",
        )  # fmt: skip


def _scale(mine: Any, right: Any) -> float:
    """Take the scale from the expected, so that one huge number of yours leaves it readable."""
    largest = float(np.nanmax(np.abs(right), initial=0.0))
    own = float(np.nanmax(np.abs(mine), initial=0.0))
    return min(own, 3 * largest) if own > largest > 0 else max(largest, own) or 1.0


def _differ(mine: Any, right: Any, scale: float) -> Any:
    """Mark what is plainly wrong; where nothing is, what is not exact."""
    with np.errstate(all="ignore"):
        gap = np.where(np.isnan(mine) & np.isnan(right), 0.0, np.abs(mine - right))
    marks = (~(gap <= tolerance * scale) for tolerance in TOLERANCES)
    return next((wrong for wrong in marks if wrong.any()), np.zeros(gap.shape, bool))


def repeated(title: str, names: tuple[str, ...]) -> Any:
    """Make a picture of several draws, a row each, of which some should be alike."""

    def picture(_case: Case, observed: Any, right: Any) -> "Figure | None":
        mine, wanted = _rows(observed, len(names)), _rows(right, len(names))
        if mine is None or wanted is None or mine.shape != wanted.shape:
            return None
        figure, axes = sheet(title, 1, 2, height=0.4 * len(names) + 0.5)
        for ax, grid, name in zip(axes, (mine, wanted), ("yours", "expected"), strict=True):
            heat(ax, grid, float(np.nanmax(np.abs(grid), initial=0.0)) or 1.0)
            ax.set_title(name, fontsize="small")
            ax.set(yticks=range(len(names)), yticklabels=names, xlabel="")
        axes[-1].set_xlabel("the first numbers of each", fontsize="small")
        return figure

    return picture


def _rows(value: Any, n_rows: int, n_columns: int = 24) -> Any:
    parts = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(parts, list | tuple) or len(parts) != n_rows:
        return None
    rows = [as_reals(part) for part in parts]
    if any(row is None or not 0 < row.size <= MOST for row in rows):
        return None
    length = min(n_columns, *(row.size for row in rows))
    return drawable([row.ravel()[:length].tolist() for row in rows])
