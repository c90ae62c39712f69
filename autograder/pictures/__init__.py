"""Pictures of the evidence beside the expectation, where a picture says more than the sentence.

A picture is a function of the case that failed, the observed value and the reference's. It runs
outside the sandbox, on values that a submission chose: what cannot be drawn gives no picture, never
an error. matplotlib is imported when something is drawn.
"""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograder.judges.judge import Case
from autograder.judges.numbers import quietly
from autograder.pictures.arrays import entries, gradient, repeated
from autograder.pictures.chance import histogram, kept, mask, patterns, rest, two_masks
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

Picture = Callable[[Case, Any, Any], "Figure | None"]
"""Draws (case, observed value, reference's value); None where nothing can be drawn."""

DOTS_PER_INCH = 110

# What several checks share: a judge names it, and a check whose judge does so names no picture.
decades = histogram(
    "Your draws should be spread evenly over the powers of ten", ("draw",), log=True
)
dice_losses = series(
    "Losses of labels that are dice: what is not trained on cannot get better",
    ("train_loss", "val_loss"),
    of=lambda value: [value["train_loss"], value["val_loss"]],
    xlabel="epoch",
)
draws = repeated(
    "Draws 1 and 2 should differ, 1 and the one of an equal rng agree", ("1", "2", "equal rng")
)
form = histogram("The form of your distribution, and the expected one")
generators = repeated(
    "An equal generator gives the same, another one gives others", ("rng", "equal rng", "other rng")
)
kept_gradient = kept("grad_output", of=lambda value: value[1])
kept_values = kept("x")
layer_stds = series(
    "The spread of the activations, from layer to layer",
    ("std",),
    xlabel="layer",
    start=1,
    log=True,
)
seeds = repeated(
    "An equal seed gives the same, another seed gives others", ("seed", "again", "other")
)


def named(name: str) -> Picture | None:
    """Find the picture that a judge names; None if it names none."""
    picture: Picture | None = globals()[name] if name else None
    return picture


def draw(picture: Picture, case: Case, observed: Any, right: Any) -> "Figure | None":
    """Draw a picture; None for a value that it cannot show.

    Raises: ModuleNotFoundError if matplotlib is not installed.
    """
    import matplotlib as mpl  # noqa: F401, PLC0415  a missing package is reported, not taken for a bad value

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
