"""Held-out accuracy: how many images that training has not seen get their right class.

The labels are withheld: the sandbox gets the images, and the judge counts. With n images and a true accuracy
q the errors are Binomial(n, 1 − q), or fewer in spread where folds share the images. The checks of
the course ask for 0.90 of 599, 0.93 of 599 and 0.95 of 1797 images; a recipe with q ≥ 0.95, 0.97 and
0.9715 falls below with probability below 1e-6 each (tests compute it); one that is 5 points below
a threshold passes at most once in 7,000 (0.90 and 0.93), else never in 10¹⁴. The nearest mistake to be
caught never learns one class of ten: it stays at 0.90 of what it knows, below 0.93 and 0.95.
"""

from typing import Any

import numpy as np

from autograder.judges.finding import EvidenceError, Finding
from autograder.judges.judge import Case, Judge, judge
from autograder.judges.numbers import as_reals
from autograder.judges.values import shape_of

__all__ = ["reaches"]


GUESSED = (
    "That is hardly better than guessing: does the loss fall at all, and does every image keep its own "
    "label and its own scale?"
)
LEVELS = (0.3, 0.8, 0.9, 0.93, 0.95, 2.0)  # guessing, poor, and between the course's thresholds


def reaches(threshold: float) -> Judge:
    """Make a judge of predicted classes, a list of arrays: right for at least this share in all.

    `case["labels"]` holds the right classes, a list of arrays.
    """

    @judge(
        f"At least {threshold:.0%} of the held-out images must be named right. Where the course asks for "
        "90 %, 93 % and 95 %, a right answer is a recipe that names 95 %, 97 % and 97.15 % of all images.",
        chance=1e-6,
        fingerprint=accuracy_fingerprint,
        tells=lambda seen: (
            not isinstance(seen, dict) or (seen["level"] > 0 and seen["missing"] == "few")
        ),
        picture="confusion",
    )
    def decide(case: Case, observed: Any, _expected: Any) -> Finding | None:
        named = _named(case, observed)
        labels = np.concatenate(case["labels"])
        right = int((named == labels).sum())
        if right >= threshold * labels.size:
            return None
        share = right / labels.size
        guessed = f"{GUESSED} " if share < LEVELS[0] else ""
        return Finding(
            f"{guessed}{_unnamed(named, labels)}".strip(),
            returned=f"{right} of {labels.size} held-out images named right, {share:.1%}",
            expected=f"at least {threshold:.0%}",
        )

    return decide


def accuracy_fingerprint(case: Case, observed: Any) -> Any:
    """Say in a few words how well images are named, whatever the recipe's details are.

    How many are right is not evidence of a cause: too few epochs and labels that were shuffled look
    alike. A class that never comes up is, where others are named well.
    """
    named = _named(case, observed)
    labels = np.concatenate(case["labels"])
    share = float((named == labels).mean())
    missing = len(np.setdiff1d(labels, named))
    return {
        "level": next(i for i, top in enumerate(LEVELS) if share < top),
        "missing": "none" if missing == 0 else "few" if missing <= 3 else "many",
    }


def _unnamed(named: Any, labels: Any) -> str:
    """Say which classes never come up, if not all do."""
    missing = np.setdiff1d(labels, named)
    if not missing.size:
        return ""
    classes = ", ".join(str(int(label)) for label in missing)
    return f"{'Class' if missing.size == 1 else 'Classes'} {classes} never named."


def _named(case: Case, observed: Any) -> Any:
    """Read the predicted classes."""
    parts = case["labels"]
    if not isinstance(observed, list) or len(observed) != len(parts):
        raise EvidenceError(f"It is {shape_of(observed)}, where classes are expected.")
    read = []
    for mine, labels in zip(observed, parts, strict=True):
        classes = as_reals(mine)
        if classes is None or classes.shape != labels.shape:
            forgot = " Is a `return` missing?" if mine is None else ""
            raise EvidenceError(
                f"predict gives {shape_of(mine)}, where shape {labels.shape} is expected.{forgot}"
            )
        read.append(classes)
    return np.concatenate(read)
