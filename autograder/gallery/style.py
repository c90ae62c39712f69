"""What the figures share: a sheet, regions, legends below, numbers as people write them.

They are drawn with the course's `plots`, which is loaded alone: no line of a student's runs where pictures
are drawn.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.pictures.canvas import strokes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["below", "mark", "plots", "points", "region", "regions", "ring", "short", "start"]


class _Plots:
    """The course's `plots`, loaded where something is drawn: in a sandbox its file is not there."""

    def __getattr__(self, name: str) -> Any:
        return getattr(strokes(), name)


plots: Any = _Plots()

CLASS_MARKERS = ("o", "s", "^")
INCHES_OF_A_NAME = 1.7
"""So much room a name takes in a legend."""


def short(number: float, digits: int = 2) -> str:
    """Write a number with so many significant digits, and with the minus of mathematics.

    >>> short(-0.2613), short(0.2, 2), short(-0.001, 1), short(3.2e-7)
    ('−0.26', '0.20', '−0.001', '3.2e−07')
    """
    text = f"{number:#.{digits}g}".rstrip(".").replace("-", "−")
    return "0" if number == 0 else text


def region(ax: "Axes", scores: Sequence[tuple[Any, float]], reach: tuple[float, float]) -> None:
    """Shade where all neurons answer yes, w·x + b ≥ 0 for each (w, b), and draw their lines."""
    side = np.linspace(*reach, 201)
    values = [w[0] * side[None, :] + w[1] * side[:, None] + b for w, b in scores]
    ax.contourf(
        side, side, np.min(values, axis=0), levels=[0, np.inf], colors=[plots.ORANGE], alpha=0.12
    )
    for value in values:
        if value.min() < 0 < value.max():
            ax.contour(side, side, value, levels=[0], colors=[plots.GREY])
    ax.set(xlim=reach, ylim=reach, aspect="equal")


def ring(ax: "Axes", point: Any, size: float = 260, label: str | None = None) -> None:
    """Draw a ring around a point."""
    ax.scatter(
        point[0],
        point[1],
        s=size,
        facecolors="none",
        edgecolors="black",
        linewidths=1.3,
        zorder=4,
        label=label,
    )


def start(ax: "Axes", point: Any) -> None:
    """Mark where a walk starts."""
    ring(ax, point, 70, "start")


def regions(ax: "Axes", side: Any, logits: Any) -> None:
    """Shade each class's part of the plane, and draw the border between them."""
    table = logits.reshape(side.size, side.size, -1)
    for label in range(table.shape[-1]):
        ahead = table[..., label] - np.delete(table, label, axis=-1).max(axis=-1)
        colour = plots.COLOURS[label]
        ax.contourf(side, side, ahead, levels=[0, np.inf], colors=[colour], alpha=0.2)
        if label:  # the border of two classes is one line
            ax.contour(side, side, ahead, levels=[0], colors=["black"], linewidths=1.2)


def points(ax: "Axes", x: Any, target: Any, size: float) -> None:
    """Draw the samples; each class has a colour and a form."""
    for label, marker in zip(range(int(target.max()) + 1), CLASS_MARKERS, strict=False):
        chosen = target == label
        ax.scatter(
            x[chosen, 0], x[chosen, 1], s=size, marker=marker, color=plots.COLOURS[label],
            edgecolors="white", linewidths=0.5, label=f"class {label}", zorder=3,
        )  # fmt: skip


def mark(ax: "Axes", x: float, text: str) -> None:
    """Mark a place on the x axis by a line, named at its upper end."""
    ax.axvline(x, color="black", linestyle=(0, (2, 2)), linewidth=1)
    ax.annotate(
        text,
        (x, 1),
        xycoords=("data", "axes fraction"),
        xytext=(4, -3),
        textcoords="offset points",
        va="top",
        fontsize="small",
        bbox={"color": "white", "alpha": 0.7, "pad": 1},
    )


def below(figure: "Figure", axes: "Sequence[Axes]", note: str = "") -> None:
    """Put one legend of all that is named in the axes below them, with a note."""
    named: dict[str, Any] = {}
    for ax in axes:
        for handle, name in zip(*ax.get_legend_handles_labels(), strict=True):
            named.setdefault(name, handle)
    if note:
        from matplotlib.patches import Patch  # noqa: PLC0415  only drawing needs it

        named[note] = Patch(color=plots.ORANGE, alpha=0.2)
    figure.legend(
        named.values(),
        named.keys(),
        loc="outside lower center",
        ncols=max(min(len(named), int(figure.get_figwidth() / INCHES_OF_A_NAME)), 1),
        frameon=False,
        fontsize="small",
    )
