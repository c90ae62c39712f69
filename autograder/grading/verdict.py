"""Judge what came back, case by case: what the code left of its inputs, then what it returned."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.course import general
from autograder.course.catalogue import labs
from autograder.course.lab import Check, Lab
from autograder.course.stubs import stub_message
from autograder.grading.key import KeyedCheck
from autograder.judges.equal import equal
from autograder.judges.finding import Finding, changed_input
from autograder.judges.numbers import quietly
from autograder.sandbox import Answer, Source
from autograder.sandbox.observation import Observation, Raised, Returned

__all__ = [
    "First",
    "Judged",
    "Wrong",
    "is_own_failure",
    "judge",
    "judge_case",
    "spoilt_input",
    "spoilt_inputs",
]

First = Callable[[Check, Mapping[str, Source]], str | None]
"""Says what of earlier labs must be put right before a failed check can be judged; None for nothing."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first case that is not right."""

    case: Mapping[str, Any]
    observed: Observation
    right: Any
    finding: Finding | None
    """None where nothing was returned."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What came back for a check, and what is wrong with it, if anything is."""

    answer: Answer
    wrong: Wrong | None

    @property
    def passed(self) -> bool:
        """Whether all cases are right."""
        return self.wrong is None


def judge(check: Check, keyed: KeyedCheck, answer: Answer) -> Judged:
    """Judge case by case, up to the first that is not right."""
    for case, observed, right in zip(keyed.cases, answer.observations, keyed.right, strict=True):
        assert isinstance(right, Returned), "a key is recorded only from answers"
        finding = _judge_any(check, case, observed, right)
        if finding or not isinstance(observed, Returned):
            return Judged(answer, Wrong(case, observed, right.value, finding))
    return Judged(answer, None)


def _judge_any(
    check: Check, case: Mapping[str, Any], observed: Observation, right: Returned
) -> Finding | None:
    """Judge one case; a value on which the judge breaks, though not on the reference's, is wrong.

    Otherwise a value made to break it would keep the points, as an error of ours does.
    """
    try:
        return judge_case(check, case, observed, right.value)
    except Exception:  # noqa: BLE001  whatever a foreign value may provoke
        judge_case(check, case, right, right.value)  # raises if the judge itself is broken
        return Finding("The answer is of a kind that cannot be judged.")


@quietly()
def judge_case(
    check: Check, case: Mapping[str, Any], observed: Observation, right: Any
) -> Finding | None:
    """Judge one case; an observation without an answer is left to the caller."""
    if not isinstance(observed, Returned):
        return None
    if general.KIND in case:
        return general.judge_general(check.asked(case), case, observed.value, right)
    return spoilt_input(check, case, observed) or check.judge(case, observed.value, right)


def spoilt_input(check: Check, case: Mapping[str, Any], observed: Returned) -> Finding | None:
    """Check that the code has left its inputs as they were, where it must."""
    for name in spoilt_inputs(check, case, observed):
        return changed_input(name, case[name], observed.inputs.get(name))
    return None


def spoilt_inputs(check: Check, case: Mapping[str, Any], observed: Returned) -> tuple[str, ...]:
    """Name the inputs that the code has changed and must not; whoever forges it may leave one out."""
    given = ((name, observed.inputs.get(name)) for name in check.unchanged)
    return tuple(name for name, after in given if equal(case, after, case[name]) is not None)


def is_own_failure(lab: Lab, observed: Observation, sources: Mapping[str, Source]) -> bool:
    """Return whether a failure cannot come from earlier work.

    A body of this lab is not written yet, or one of its files is not Python.
    """
    if not isinstance(observed, Raised):
        return False
    if observed.kind == "NotImplementedError":
        others = (other for other in labs() if other.id < lab.id)
        stubs = {stub_message(other, name) for other in others for name in other.exercises}
        return observed.message not in stubs
    own = {sources[module].file for module in lab.modules if module in sources}
    return observed.kind in {"SyntaxError", "IndentationError", "TabError"} and observed.file in own
