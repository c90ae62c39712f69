"""Name the mistake: find the known ones that do exactly what the submission did.

A mistake explains a failed check if it behaves like the submission on every case of it. Of those,
the ones that also behave like it in all other checks of the same exercise explain more, and are
preferred. Nothing is guessed: what explains equally well is named together, and what nothing
explains has no name.
"""

from collections.abc import Mapping
from typing import Any

from autograder.check import Check
from autograder.judges import equal
from autograder.key import AnswerKey
from autograder.observation import Lost, Observation, Raised, Returned
from autograder.sandbox import Answer

__all__ = ["diagnose"]

MAX_NAMES = 2


def diagnose(
    check: Check, key: AnswerKey, answers: Mapping[str, Answer], checks: Mapping[str, Check]
) -> list[str]:
    """Return the ids of the mistakes that explain a failed check: one, two, or none."""
    here = [m for m in key.checks[check.id].wrong if _explains(m, check, key, answers[check.id])]
    others = [
        other
        for name, other in checks.items()
        if other.exercise == check.exercise and name in answers and other is not check
    ]
    everywhere = [
        m for m in here if all(_explains(m, other, key, answers[other.id]) for other in others)
    ]
    names = everywhere or here
    return names if len(names) <= MAX_NAMES else []


def _explains(mistake: str, check: Check, key: AnswerKey, answer: Answer) -> bool:
    keyed = key.checks[check.id]
    seen = zip(keyed.cases, answer.observations, keyed.wrong[mistake], strict=True)
    return all(_same(check, case, mine, other) for case, mine, other in seen)


def _same(check: Check, case: Mapping[str, Any], mine: Observation, other: Observation) -> bool:
    """Tell whether two observations are one behaviour, as far as the check can see."""
    match mine, other:
        case Returned(), Returned():
            same_inputs = equal(case, mine.inputs, other.inputs) is None
            return same_inputs and check.same(case, mine.value, other.value)
        case Raised(), Raised():
            return (mine.kind, mine.message) == (other.kind, other.message)
        case Lost(), Lost():
            return mine.reason == other.reason
    return False
