"""Pictures of the evidence beside the expectation, where a picture tells more than the sentence.

A picture is a function of the case that failed, the observed value and the reference's. It runs
outside the sandbox, on values that a submission chose: what cannot be drawn gives no picture, never
an error. matplotlib is imported when something is drawn.
"""

import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from autograder.judges.numbers import quietly
from autograder.pictures.arrays import entries, gradient, repeated
from autograder.pictures.chance import histogram, kept_values, mask, patterns, rest, two_masks
from autograder.pictures.lines import bias_and_variance, fit, over, polynomial, series, walk
from autograder.pictures.plane import decision_line, directions, neuron, separation
from autograder.pictures.training import best_so_far, confusion, folds, interval, stopping, trials

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "Picture",
    "best_so_far",
    "bias_and_variance",
    "confusion",
    "decision_line",
    "directions",
    "draw",
    "entries",
    "fit",
    "folds",
    "gradient",
    "histogram",
    "interval",
    "kept_values",
    "mask",
    "neuron",
    "over",
    "patterns",
    "polynomial",
    "repeated",
    "rest",
    "separation",
    "series",
    "stopping",
    "to_png",
    "trials",
    "two_masks",
    "walk",
]

Picture = Callable[[Mapping[str, Any], Any, Any], "Figure | None"]
"""Draws (case, observed value, reference's value); None where nothing can be drawn."""

DOTS_PER_INCH = 110


def draw(picture: Picture, case: Mapping[str, Any], observed: Any, right: Any) -> "Figure | None":
    """Draw a picture; None for a value that it cannot show.

    Raises: ModuleNotFoundError if matplotlib is not installed.
    """
    import matplotlib as mpl  # noqa: F401, PLC0415  what is missing is told, not taken for a bad value

    try:
        with quietly():
            return picture(case, observed, right)
    except Exception:  # noqa: BLE001  whatever a foreign value may provoke
        return None


def to_png(figure: "Figure") -> bytes | None:
    """Render a figure; None if its numbers cannot be brought on paper."""
    target = io.BytesIO()
    try:
        with quietly():
            figure.savefig(target, format="png", dpi=DOTS_PER_INCH)
    except Exception:  # noqa: BLE001  whatever a foreign value may provoke
        return None
    return target.getvalue()
