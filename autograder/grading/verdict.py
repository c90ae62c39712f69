"""Judge one case: first what the code left of its inputs, then what it returned."""

from collections.abc import Mapping
from typing import Any

from autograder import text
from autograder.course.lab import Check
from autograder.judges import Finding, equal
from autograder.judges.numbers import quietly
from autograder.sandbox.observation import Observation, Returned

__all__ = ["judge_case"]


@quietly()
def judge_case(
    check: Check, case: Mapping[str, Any], observed: Observation, right: Any
) -> Finding | None:
    """Judge one case; an observation without an answer is left to the caller."""
    if not isinstance(observed, Returned):
        return None
    for name in check.unchanged:  # not what was sent: whoever forges it could leave a name out
        after = observed.inputs.get(name)
        if equal(case, after, case[name]) is not None:
            return Finding(
                "Inputs belong to the caller: work on a copy.",
                returned=f"and changed its input {name} to {text.value(after)}",
                expected=f"{name} left as it was, {text.value(case[name])}",
            )
    return check.judge(case, observed.value, right)
