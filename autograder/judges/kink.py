"""Slopes of ReLU: at 0 there is none, so that any number between the two slopes beside it is right."""

from typing import Any

import numpy as np

from autograder.judges.difference import EXACT
from autograder.judges.equal import equal
from autograder.judges.finding import Finding
from autograder.judges.judge import Case, judge
from autograder.judges.numbers import as_reals
from autograder.judges.parts import paired

__all__ = ["slope_of_relu"]


@judge(
    f"It must agree with the reference, within {EXACT:g} of the largest number. Where x is 0, every "
    "slope from 0 to 1 is right.",
    compared=paired,
)
def slope_of_relu(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept the slope beside 0, and at 0 what lies between the slopes on both sides."""
    mine, right = as_reals(observed), as_reals(expected)
    if mine is not None and right is not None and mine.shape == right.shape == case["x"].shape:
        at_kink = (case["x"] == 0) & (mine >= 0) & (mine <= 1)
        observed = np.where(at_kink, right, mine)
    return equal(case, observed, expected)
