"""Pictures of arrays: entry by entry, yours beside the expected, and where they differ."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.judges.gradient import claimed_and_measured
from autograder.judges.judge import Case
from autograder.judges.numbers import as_reals
from autograder.pictures.canvas import MOST, drawable, sheet, signed_grid

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["entries", "gradient", "heat", "repeated"]

BAD = "#bbbbbb"
TOLERANCE = 1e-6


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
    for i, (ax, grid, text) in enumerate(zip(axes, grids, names, strict=True)):
        heat(
            ax, grid, scale, numbers=columns <= (14 if stacked else 5) and rows <= 14, blank=i == 2
        )
        ax.set_title(text, fontsize="small")
    return figure


def heat(ax: "Axes", grid: Any, scale: float, *, numbers: bool, blank: bool = False) -> None:
    """Draw a grid in colours: orange below 0, violet above, grey where it is not finite."""
    from matplotlib import colormaps  # noqa: PLC0415  only drawing needs it

    colours = colormaps["PuOr"].with_extremes(bad=BAD)
    ax.imshow(grid, cmap=colours, vmin=-scale, vmax=scale, aspect="auto")
    ax.grid(visible=False)
    rows, columns = (range(0, size, -(-size // 10)) for size in grid.shape)
    ax.set(xticks=columns, yticks=rows)
    ax.tick_params(labelsize="x-small", length=0)
    for (row, column), number in np.ndenumerate(grid):
        if numbers and not (blank and number == 0):
            dark = abs(number) > 0.6 * scale
            text = f"{number:.3g}".replace("-", "−") if np.isfinite(number) else "×"
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
    with np.errstate(all="ignore"):
        return ~(np.abs(mine - right) <= TOLERANCE * scale) & ~(np.isnan(mine) & np.isnan(right))


def repeated(title: str, names: tuple[str, ...]) -> Any:
    """Make a picture of several draws, a row each, of which some should be alike."""

    def picture(_case: Case, observed: Any, right: Any) -> "Figure | None":
        mine, wanted = _rows(observed, len(names)), _rows(right, len(names))
        if mine is None or wanted is None or mine.shape != wanted.shape:
            return None
        figure, axes = sheet(title, 1, 2, height=0.4 * len(names) + 0.5)
        for ax, grid, name in zip(axes, (mine, wanted), ("yours", "expected"), strict=True):
            heat(ax, grid, float(np.nanmax(np.abs(grid), initial=0.0)) or 1.0, numbers=False)
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
