"""What the lecture's figures are drawn with: points, lines, curves, paths, histograms.

Everything here is provided. matplotlib is imported when something is drawn, so that the engine
needs numpy alone. Each function draws on the axes it is given and returns nothing.
"""

from __future__ import annotations  # so that this file runs without the rest of nnlab

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nnlab.arrays import Array, Labels

__all__ = [
    "BLUE",
    "COLOURS",
    "GREY",
    "ORANGE",
    "STROKES",
    "classes",
    "contours",
    "curves",
    "decision_line",
    "histogram",
    "paths",
    "sheet",
]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8A6D00", "#3B93D0", "#666666")
"""Okabe and Ito's colours, two of them darker: each has a contrast of 3 : 1 on white."""
STROKES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (8, 3)), (0, (1, 3)))
"""A way to draw a line for each colour, so that nothing is said by colour alone."""
BLUE, ORANGE, GREY = COLOURS[0], COLOURS[1], COLOURS[6]


def sheet(
    title: str, columns: int, rows: int = 1, *, width: float = 3.2, height: float = 2.9
) -> tuple[Figure, list[Axes]]:
    """Open a figure with a title that says what to see, and columns · rows axes in reading order."""
    from matplotlib.figure import Figure  # noqa: PLC0415  only drawing needs it
    from matplotlib.layout_engine import ConstrainedLayoutEngine  # noqa: PLC0415  the same

    spaced = ConstrainedLayoutEngine(h_pad=0.08, w_pad=0.08)  # titles keep their distance
    figure = Figure(figsize=(max(width * columns, 5.0), height * rows + 0.5), layout=spaced)
    figure.suptitle(title, fontweight="bold")
    axes = list(np.ravel(figure.subplots(rows, columns, squeeze=False)))
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(visible=True, alpha=0.25)
    return figure, axes


def classes(ax: Axes, x: Array | Labels, target: Array | Labels, *, size: float = 70) -> None:
    """Draw samples: filled discs for the positive class, open ones for the other.

    Shape: x (n, 2), target (n,).
    """
    positive = np.asarray(target) > 0
    marker: dict[str, Any] = {"s": size, "zorder": 3, "linewidths": 1.8}
    ax.scatter(
        x[positive, 0], x[positive, 1], color=ORANGE, edgecolors=ORANGE, label="yes", **marker
    )
    ax.scatter(
        x[~positive, 0], x[~positive, 1], color="white", edgecolors=BLUE, label="no", **marker
    )


def decision_line(ax: Axes, weight: Array, bias: float, *, reach: float, **style: Any) -> None:
    """Draw w₁x₁ + w₂x₂ + b = 0 within ±reach, and shade the side that answers yes.

    Without weights there is no line: the whole plane gives one answer, and that is shaded.
    """
    side = np.linspace(-reach, reach, 201)
    score = weight[0] * side[None, :] + weight[1] * side[:, None] + bias
    ax.contourf(side, side, score, levels=[0, np.inf], colors=[ORANGE], alpha=0.12)
    if score.min() < 0 < score.max():
        ax.contour(side, side, score, levels=[0], colors=[style.pop("color", GREY)], **style)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")


def curves(
    ax: Axes, lines: Mapping[str, tuple[Any, Any]], *, legend: bool = True, **style: Any
) -> None:
    """Draw named curves, each (x, y), in the order of colours and strokes."""
    for (name, (x, y)), colour, stroke in zip(
        lines.items(), cycle(COLOURS), cycle(STROKES), strict=False
    ):
        ax.plot(x, y, label=name, color=colour, linestyle=stroke, **{"linewidth": 1.8, **style})
    if legend and len(lines) > 1:
        ax.legend(fontsize="small", frameon=False)


def histogram(ax: Axes, values: Array, bounds: tuple[float, float], n_bins: int = 31) -> None:
    """Draw the share of values in each bin; what lies outside the bounds is left out."""
    weights = np.full(values.size, 1 / values.size)
    ax.hist(values.ravel(), n_bins, range=bounds, weights=weights, color=BLUE, alpha=0.8)
    ax.set(yticks=[])


def contours(
    ax: Axes,
    function: Callable[[Array, Array], Array],
    bounds: tuple[float, float, float, float],
    levels: Sequence[float] | int = 14,
) -> None:
    """Draw level lines of a function of two variables on (left, right, bottom, top)."""
    left, right, bottom, top = bounds
    x, y = np.meshgrid(np.linspace(left, right, 161), np.linspace(bottom, top, 161))
    ax.contour(x, y, function(x, y), levels=levels, colors=[GREY], linewidths=0.6, alpha=0.6)
    ax.set(xlim=(left, right), ylim=(bottom, top))


def paths(ax: Axes, walks: Mapping[str, Array], *, marker: str = ".") -> None:
    """Draw named walks in the plane, one dot for each step, with a ring around the start.

    Shape: each walk (steps, 2).
    """
    for (name, walk), colour in zip(walks.items(), cycle(COLOURS), strict=False):
        ax.plot(*walk.T, marker=marker, markersize=4, linewidth=1.2, color=colour, label=name)
        ax.scatter(walk[0, 0], walk[0, 1], s=60, facecolors="none", edgecolors="black", zorder=4)
    if len(walks) > 1:
        ax.legend(fontsize="small", frameon=False)
