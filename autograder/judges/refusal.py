"""The judge of refusals: a wrong input must be answered by a ValueError, whatever its words.

There is no tolerance and no false alarm: the evidence says whether the error came, and subclasses
count. The nearest mistake is a condition that lets the border through.
"""

from collections.abc import Mapping
from typing import Any

from autograder.judges.equal import equal
from autograder.judges.finding import Finding
from autograder.show import value

__all__ = ["refuses"]


def refuses(case: Mapping[str, Any], observed: Any, expected: Any) -> Finding | None:
    """Accept what `evidence.refusal` gathered if it is what the reference did: a ValueError."""
    if equal(case, observed, expected) is None:
        return None
    returned = observed.get("returned") if isinstance(observed, dict) else observed
    return Finding(
        "This input makes no sense, and whoever gave it should hear so.",
        returned=value(returned),
        expected="a ValueError",
    )
