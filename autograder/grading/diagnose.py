"""Name the mistake: find the known ones that do exactly what the submission did.

A mistake explains a submission if, of the checks on its exercise, it behaves like the submission on
every case of all that failed, and passes all that passed. Those that also behave like it where it
passed explain more, and are preferred. Nothing is guessed: what explains equally well is named
together, and what nothing explains has no name.
"""

from collections.abc import Mapping
from typing import Any

from autograder.course.lab import Check
from autograder.grading.key import AnswerKey
from autograder.grading.verdict import judge_case
from autograder.judges.equal import equal
from autograder.judges.numbers import quietly
from autograder.sandbox import Answer
from autograder.sandbox.observation import Lost, Observation, Raised, Returned

__all__ = ["diagnose", "explains"]

MAX_NAMES = 2

Prints = dict[tuple[str, int], Any]
"""The fingerprints of what was answered, by check and case: it is compared with many mistakes."""


def diagnose(
    check: Check,
    key: AnswerKey,
    answers: Mapping[str, Answer],
    passed: Mapping[str, bool],
    checks: Mapping[str, Check],
) -> list[str]:
    """Return the ids of the mistakes that explain a failed check: one, two, or none.

    `passed` tells of every check that was judged whether it passed; the others tell nothing.
    """
    asked = [
        other
        for name, other in checks.items()
        if other.exercise == check.exercise and name in answers and name in passed
    ]
    failed = [other for other in asked if not passed[other.id]]
    prints: Prints = {}
    explaining = [
        m
        for m in key.checks[check.id].wrong
        if all(explains(m, other, key, answers[other.id], prints) for other in failed)
    ]
    succeeded = [other for other in asked if passed[other.id]]
    everywhere = [
        m
        for m in explaining
        if all(explains(m, other, key, answers[other.id], prints) for other in succeeded)
    ]
    possible = [m for m in explaining if all(_passes(m, other, key) for other in succeeded)]
    names = everywhere or possible
    return names if len(names) <= MAX_NAMES else []


def _passes(mistake: str, check: Check, key: AnswerKey) -> bool:
    """Tell whether a mistake passes a check: then it does not explain why another fails it."""
    keyed = key.checks[check.id]
    seen = zip(keyed.cases, keyed.wrong[mistake], keyed.right, strict=True)
    return all(
        isinstance(wrong, Returned)
        and isinstance(right, Returned)
        and judge_case(check, case, wrong, right.value) is None
        for case, wrong, right in seen
    )


@quietly()
def explains(
    mistake: str, check: Check, key: AnswerKey, answer: Answer, prints: Prints | None = None
) -> bool:
    """Tell whether a mistake does in every case of a check what was answered."""
    keyed = key.checks[check.id]
    prints = {} if prints is None else prints
    seen = zip(keyed.cases, answer.observations, keyed.wrong[mistake], strict=True)
    return all(
        _same(check, case, mine, other, (check.id, at), prints)
        for at, (case, mine, other) in enumerate(seen)
    )


def _same(
    check: Check,
    case: Mapping[str, Any],
    mine: Observation,
    other: Observation,
    place: tuple[str, int],
    prints: Prints,
) -> bool:
    """Tell whether two observations are one behaviour, as far as the check can see."""
    match mine, other:
        case Returned(), Returned():
            if equal(case, mine.inputs, other.inputs) is not None:
                return False
            # Equal is the same, also to a judge that finds both wrong by a measure of its own.
            if equal(case, mine.value, other.value) is None:
                return True
            fingerprint = check.judge.fingerprint
            if fingerprint is None:
                return check.judge.same(case, mine.value, other.value)
            if place not in prints:
                prints[place] = fingerprint(case, mine.value)
            return equal(case, prints[place], fingerprint(case, other.value)) is None
        case Raised(), Raised():
            return (mine.kind, mine.message) == (other.kind, other.message)
        case Lost(), Lost():
            return mine.reason == other.reason
    return False
