"""Equality within a tolerance: the default judge."""

from typing import Any

from autograder.judges.difference import EXACT, FLOOR, difference
from autograder.judges.finding import Finding
from autograder.judges.judge import Case, Judge, judge
from autograder.judges.parts import paired

__all__ = ["close", "equal"]


def close(tolerance: float) -> Judge:
    """Make a judge that accepts numbers within a relative tolerance."""

    @judge(
        f"It must agree with the reference: numbers may differ by {tolerance:g} of the "
        f"largest one plus {FLOOR:g}, shapes must be equal. Rounding is about 1e-15.",
        compared=paired,
    )
    def decide(_case: Case, observed: Any, expected: Any) -> Finding | None:
        return difference(observed, expected, tolerance)

    return decide


equal = close(EXACT)
