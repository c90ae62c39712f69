"""What all pictures share: foreign values as drawable numbers, one sheet, two colours, one legend.

A picture is drawn 6.6 inches wide: at 600 pixels its smallest text can still be read.
"""

import importlib.util
import textwrap
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.judges.numbers import as_reals

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "EXPECTED",
    "MOST",
    "MOST_PANELS",
    "YOURS",
    "beside",
    "drawable",
    "frame",
    "label",
    "legend",
    "sheet",
    "signed_grid",
    "strokes",
    "vector",
]

MOST = 20_000
"""More numbers than this are not drawn: they would take long, and nobody could tell them apart."""
MOST_PANELS = 6
LARGEST, SMALLEST = 1e15, 1e-30
"""Beyond these an axis has no sensible ticks."""
WIDTH_INCHES = 6.6
YOURS, EXPECTED = "#D55E00", "#0072B2"
"""Orange and blue of `nnlab.plots`, which colour-blind readers can tell apart."""


def drawable(plain: Any) -> Any:
    """Read real numbers as floats; what no axis can hold becomes nan.

    None if they are not numbers, or there are none or too many.

    >>> drawable([1, float("inf"), 1e-300]).tolist()
    [1.0, nan, 0.0]
    >>> drawable("1") is drawable([]) is drawable(None) is None
    True
    """
    numbers = as_reals(plain)
    if numbers is None or not 0 < numbers.size <= MOST:
        return None
    size = np.abs(numbers)
    return np.where(size <= LARGEST, np.where(size < SMALLEST, 0.0, numbers), np.nan)


def vector(plain: Any) -> Any:
    """Read drawable numbers, in one row."""
    numbers = drawable(plain)
    return None if numbers is None else numbers.ravel()


def signed_grid(numbers: Any, most: int = 40) -> Any:
    """Lay numbers of any shape out in rows and columns, at most so many of each."""
    grid = numbers.reshape(-1, numbers.shape[-1]) if numbers.ndim > 2 else np.atleast_2d(numbers)
    return grid[:most, :most]


@cache
def strokes() -> Any:
    """Load the file of `nnlab.plots` alone.

    Its package would bring all modules of the course with it, and where a student works these are
    the student's: no line of theirs runs where marks are decided.
    """
    package = importlib.util.find_spec("nnlab")
    assert package is not None, "it is installed with the checker"
    assert package.submodule_search_locations is not None, "it is a folder"
    plots = Path(package.submodule_search_locations[0], "plots.py")
    spec = importlib.util.spec_from_file_location("_strokes", plots)
    assert spec is not None, "a path that ends with .py has a loader"
    assert spec.loader is not None, "the same"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sheet(
    title: str, columns: int, rows: int = 1, *, height: float = 2.9
) -> "tuple[Figure, list[Axes]]":
    """Open a figure of one width; a long title takes two lines."""
    wrapped = textwrap.fill(title, 68)
    figure, axes = strokes().sheet(
        wrapped, columns, rows, width=WIDTH_INCHES / columns, height=height
    )
    for ax in axes:
        ax.ticklabel_format(useOffset=False)
    for text in (*(ax.title for ax in axes), figure._suptitle):  # noqa: SLF001
        text.set_fontsize("medium")
    return figure, axes


def label(name: str, numbers: Any) -> str:
    """Name some numbers, and say how many of them cannot be drawn."""
    lost = int((~np.isfinite(numbers)).sum())
    return f"{name} ({lost} of {numbers.size} not finite)" if lost else name


def beside(ax: "Axes", x: Any, y: Any, right_x: Any, right: Any, *, line: bool = True) -> None:
    """Draw yours over the expected: rings that your points should fill; `line` joins them."""
    rings: dict[str, Any] = {"color": EXPECTED, "fillstyle": "none", "markersize": 8}
    ax.plot(right_x, right, "o-" if line else "o", linewidth=1.4, label="expected", **rings)
    style = "o--" if line else "o"
    ax.plot(x, y, style, color=YOURS, markersize=4, linewidth=1.2, label=label("yours", y))
    frame(ax, y, right)


def frame(ax: "Axes", y: Any, right: Any) -> None:
    """Keep the expected readable: what of yours is far away leaves the picture at the border."""
    here = right[np.isfinite(right)]
    if not here.size:
        return
    spread = max(float(np.ptp(here)), 0.5 * float(np.abs(here).max())) or 1.0
    mine = y[np.isfinite(y)]
    both = np.concatenate([here, mine])
    low = max(float(both.min()), float(here.min()) - 2 * spread)
    high = min(float(both.max()), float(here.max()) + 2 * spread)
    edge = 0.08 * (high - low or spread)
    ax.set_ylim(low - edge, high + edge)
    if mine.size and (mine.min() < low or mine.max() > high):
        ax.text(
            0.02, 0.97, "yours goes on beyond the border", transform=ax.transAxes,
            va="top", fontsize="small", color=YOURS,
            bbox={"color": "white", "alpha": 0.8, "pad": 1}, zorder=5,
        )  # fmt: skip


def legend(figure: "Figure", ax: "Axes", *, columns: int = 3) -> None:
    """Put one legend for all panels below them."""
    handles, names = ax.get_legend_handles_labels()
    figure.legend(
        handles, names, loc="outside lower center", ncols=columns, frameon=False, fontsize="small"
    )
