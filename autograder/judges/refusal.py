"""Answers that may be refusals: what a docstring says raises ValueError must raise it.

The evidence is `{"returned": value}` or `{"raised": "ValueError"}`, as `attempt` gathers it. Values
are compared as `equal` does; the words of a message are the student's own and no part of a promise.
Nothing here is random, so a right answer is never refused.
"""

from collections.abc import Mapping
from typing import Any

from autograder.judges.equal import equal
from autograder.judges.finding import Finding, states
from autograder.show import shape_of, value

__all__ = ["returns_or_refuses"]


@states(
    "What cannot be answered must raise ValueError, in any words; answers may differ by "
    f"{equal.tolerance:g} of the largest number."
)
def returns_or_refuses(case: Mapping[str, Any], observed: Any, expected: Any) -> Finding | None:
    """Accept the expected value where there is one, and a ValueError where one is expected."""
    if equal(case, observed, expected) is None:
        return None
    if not (isinstance(observed, dict) and list(observed) in (["returned"], ["raised"])):
        return Finding(f"It is {shape_of(observed)}, where an answer or a refusal is expected.")
    told = {"returned": _told(observed), "expected": _told(expected)}
    if "raised" in expected:
        return Finding("This cannot be answered, so it should not be.", **told)
    if "raised" in observed:
        return Finding("This has an answer; it is no reason for a ValueError.", **told)
    finding = equal(case, observed["returned"], expected["returned"])
    return finding and Finding(finding.detail, **told)


def _told(attempt: Any) -> str:
    return "a ValueError" if "raised" in attempt else value(attempt["returned"])
