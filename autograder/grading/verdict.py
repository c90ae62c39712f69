"""Judge one case: first what the code left of its inputs, then what it returned; and whose failure it is."""

from collections.abc import Callable, Mapping
from typing import Any

from autograder import text
from autograder.course.lab import Check, Lab
from autograder.judges.equal import equal
from autograder.judges.finding import Finding
from autograder.judges.numbers import quietly
from autograder.sandbox import Source
from autograder.sandbox.observation import Observation, Raised, Returned

__all__ = ["First", "is_own_failure", "judge_case"]

First = Callable[[Check, Mapping[str, Source]], str | None]
"""Says what of earlier labs must be put right before a failed check can be judged; None for nothing."""


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


def is_own_failure(lab: Lab, observed: Observation, sources: Mapping[str, Source]) -> bool:
    """Tell of a failure that cannot come from earlier work.

    A body of this lab is not written yet, or one of its files is no Python.
    """
    if not isinstance(observed, Raised):
        return False
    if observed.kind == "NotImplementedError":
        return not observed.message.startswith("lab") or observed.message.startswith(f"{lab.id}:")
    own = {sources[module].file for module in lab.modules if module in sources}
    return observed.kind in {"SyntaxError", "IndentationError", "TabError"} and observed.file in own
