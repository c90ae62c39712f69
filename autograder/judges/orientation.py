"""Judges for principal directions: a component and its opposite are the same direction.

Signs are free, so they are turned to the reference's before the numbers are compared, within 1e-7
of the largest. Eigenvectors of cases whose variances differ by a factor of 1.5 or more, one from
the next, are found to 1e-12 by any method, so a right answer is never refused. The nearest mistake
divides the covariance by n − 1: the standard deviations are then off by 4 % for 13 rows.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from autograder.judges.equal import close
from autograder.judges.finding import Finding
from autograder.judges.judge import Case, judge
from autograder.judges.numbers import as_reals
from autograder.judges.values import value

__all__ = ["same_coordinates", "same_directions"]

NEAR = 1e-7
near = close(NEAR)
FREE = "the sign of a component is free"


@judge(
    f"Directions count, signs are free: numbers may differ by {NEAR:g} of the largest one.",
    picture="directions",
)
def same_directions(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept what a PCA learnt if it is the reference's, up to the sign of each row of components."""
    if isinstance(observed, dict) and isinstance(expected, dict) and "components" in observed:
        turned = _turned(observed["components"], expected.get("components"), axis=1)
        observed = {**observed, "components": turned}
    return _judged(case, observed, expected)


@judge(
    "Coordinates count, the sign of each column is free: numbers may differ by "
    f"{NEAR:g} of the largest one."
)
def same_coordinates(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept rows of coordinates along components, up to the sign of each column."""
    return _judged(case, _turned(observed, expected, axis=0), expected)


def _judged(case: Case, observed: Any, expected: Any) -> Finding | None:
    finding = near(case, observed, expected)
    if finding is None:
        return None
    return replace(
        finding, returned=value(observed, expected), expected=f"{value(expected, observed)}; {FREE}"
    )


def _turned(mine: Any, right: Any, axis: int) -> Any:
    """Give each line along an axis the sign of the other array's; leave what has another shape."""
    others = as_reals(right)
    numbers = as_reals(mine, beside=others)
    if numbers is None or others is None or numbers.ndim != 2 or numbers.shape != others.shape:
        return mine
    with np.errstate(all="ignore"):
        agree = (numbers * others).sum(axis=axis, keepdims=True)
        return np.where(agree < 0, -numbers, numbers)
