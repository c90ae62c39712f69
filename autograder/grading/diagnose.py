"""Name the mistake: find the known ones that do exactly what the submission did.

A mistake explains a submission if one of its forms does: if, of the checks on its exercise, it behaves like
the submission on every case of all that failed, and passes all that passed. Those that also behave like it where it
passed explain more, and are preferred. Nothing is guessed: what explains equally well is named
together, and what nothing explains has no name.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from autograder.course import general
from autograder.course.lab import Check
from autograder.course.solutions import idea_of
from autograder.grading.ask import Asker
from autograder.grading.key import AnswerKey
from autograder.grading.verdict import Judged, judge_case
from autograder.judges.equal import equal
from autograder.judges.numbers import quietly
from autograder.sandbox import Answer
from autograder.sandbox.observation import Lost, Observation, Raised, Returned

__all__ = ["diagnose", "explains", "failed_below", "name_mistakes"]

MAX_NAMES = 2

Prints = dict[tuple[str, int], Any]
"""The fingerprints of what was answered, by check and case: it is compared with many mistakes."""


def name_mistakes(
    check: Check, asker: Asker, judged: dict[str, Judged], skipped: Sequence[Check]
) -> list[str]:
    """Name the mistakes behind a failed check; an error in here costs only the name, not the verdict.

    Where some mistakes explain it, the exercise's checks that were skipped are asked as well, and
    added to `judged`: they may show which one it is, or that it is none of them.
    """
    wrong = judged[check.id].wrong if check.id in judged else None
    if (
        wrong is None or general.KIND in wrong.case
    ):  # right under these cases, or named by the question
        return []
    checks = asker.lab.checks
    try:
        names = diagnose(check, asker.key, judged, checks)
        more = [] if not names else _kept_back(check.exercise, judged, skipped, checks)
        for other in more:
            judged[other.id] = asker.ask(other)
        return diagnose(check, asker.key, judged, checks) if more else names
    except Exception:  # noqa: BLE001  whatever a foreign value may provoke
        return []


def _kept_back(
    exercise: str,
    judged: Mapping[str, Judged],
    skipped: Sequence[Check],
    checks: Mapping[str, Check],
) -> list[Check]:
    """List the checks of an exercise that only its own failures kept from being asked.

    What was lost once, such as to an endless loop, would be lost again: it is not asked more.
    """
    mine = [one for name, one in judged.items() if checks[name].exercise == exercise]
    if any(isinstance(seen, Lost) for one in mine for seen in one.answer.observations):
        return []
    return [
        check
        for check in skipped
        if check.exercise == exercise
        and check.id not in judged
        and failed_below(check, judged) == {exercise}
    ]


def failed_below(check: Check, judged: Mapping[str, Judged]) -> set[str]:
    """Collect the exercises whose checks failed among all that a check needs, directly or not."""
    failed: set[str] = set()
    for need in check.needs:
        failed |= failed_below(need, judged)
        if need.id in judged and not judged[need.id].passed:
            failed.add(need.exercise)
    return failed


def diagnose(
    check: Check, key: AnswerKey, judged: Mapping[str, Judged], checks: Mapping[str, Check]
) -> list[str]:
    """Return the ids of the mistakes that explain a failed check: one, two, or none."""
    asked = [c for c in checks.values() if c.exercise == check.exercise and c.id in judged]
    failed = [other for other in asked if not judged[other.id].passed]
    prints: Prints = {}
    explaining = [
        m
        for m in key.checks[check.id].wrong
        if all(explains(m, other, key, judged[other.id].answer, prints) for other in failed)
    ]
    succeeded = [other for other in asked if judged[other.id].passed]
    everywhere = [
        m
        for m in explaining
        if all(explains(m, other, key, judged[other.id].answer, prints) for other in succeeded)
    ]
    possible = [m for m in explaining if all(_passes(m, other, key) for other in succeeded)]
    names = list(dict.fromkeys(map(idea_of, everywhere or possible)))
    return names if len(names) <= MAX_NAMES else []


def _passes(mistake: str, check: Check, key: AnswerKey) -> bool:
    """Return whether a mistake passes a check: then it does not explain why another fails it."""
    keyed = key.checks[check.id]
    seen = zip(
        keyed.cases, keyed.wrong[mistake], keyed.right, strict=False
    )  # general cases are last
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
    """Return whether a mistake does in every case of a check what was answered."""
    keyed = key.checks[check.id]
    prints = {} if prints is None else prints
    seen = zip(keyed.cases, answer.observations, keyed.wrong[mistake], strict=False)
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
    """Return whether two observations are one behaviour, as far as the check can see."""
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
