"""Name the mistake: find the known ones that do exactly what the submission did.

A mistake explains a submission if one of its forms does: if, of the checks on its exercise, it behaves
like the submission on every case of all that failed, and passes all that passed. Those that also behave
like it where it passed explain more, and are preferred. Where none does exactly the same, differences
that do not matter are looked past: in cases that both answer rightly, and in the words of exceptions.
Where still none does, the answers are explained without the refusals: who refuses what must be
refused may hold any idea about the rest. So are the refusals, where the answers are right.
Nothing is guessed: what explains equally well is named together, and what nothing explains has no name.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from functools import partial
from typing import Any

from autograder.course import general
from autograder.course.lab import Check
from autograder.course.solutions import idea_of
from autograder.errors import OurFaultError
from autograder.grading.ask import Asker
from autograder.grading.key import AnswerKey
from autograder.grading.verdict import Judged, judge_case
from autograder.judges.equal import equal
from autograder.judges.numbers import quietly
from autograder.judges.refusal import is_refusal
from autograder.sandbox import Answer
from autograder.sandbox.observation import Lost, Observation, Raised, Returned

__all__ = ["diagnose", "explains", "failed_below", "name_mistakes"]

MAX_NAMES = 2


class Side(Enum):
    """Which cases count: all, those that have an answer, or those that must be refused."""

    BOTH = None
    ANSWERS = False
    REFUSALS = True

    def counts(self, right: Observation) -> bool:
        """Return whether a case counts of which this is the right answer."""
        is_refused = isinstance(right, Returned) and is_refusal(right.value)
        return self is Side.BOTH or is_refused is self.value


LOOKS = (False, Side.BOTH), (True, Side.BOTH), (True, Side.ANSWERS), (True, Side.REFUSALS)
"""How submissions and mistakes are compared, one after the other: whether freely, and in which cases."""

OF_SHAPES = {"AxisError", "IndexError", "TypeError", "ValueError"}
"""What code raises for an array of other axes than it takes: which one depends on how it is written."""

Prints = dict[tuple[str, int], Any]
"""The fingerprints of what was answered, by check and case: it is compared with many mistakes."""


def name_mistakes(
    check: Check, asker: Asker, judged: dict[str, Judged], skipped: Sequence[Check]
) -> list[str]:
    """Name the mistakes behind a failed check; an error in here costs only the name, not the verdict.

    Where some mistakes explain it, the exercise's checks that were skipped are asked as well, and
    added to `judged`: they may show which one it is, or that it is none of them.
    """
    if not _asks_for_a_name(check, judged, asker.lab.checks):
        return []
    checks = asker.lab.checks
    try:
        names = diagnose(check, asker.key, judged, checks)
        more = [] if not names else _kept_back(check.exercise, judged, skipped, checks)
        for other in more:
            judged[other.id] = asker.ask(other)
        return diagnose(check, asker.key, judged, checks) if more else names
    except OurFaultError:  # the catalogue could not be asked
        raise
    except Exception:  # noqa: BLE001  whatever a foreign value may provoke
        return []


def _asks_for_a_name(
    check: Check, judged: Mapping[str, Judged], checks: Mapping[str, Check]
) -> bool:
    """Return whether a check failed, and not only by general questions, which are named by themselves."""
    if check.id not in judged or judged[check.id].passed:  # right under these cases
        return False
    wrong = (judged[name].wrong for name in judged if checks[name].exercise == check.exercise)
    return any(each is not None and general.KIND not in each.case for each in wrong)


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
    prints: Prints = {}
    for freely, side in LOOKS:
        succeeded = [c for c in asked if _succeeded(c, key, judged[c.id], side)]
        failed = [c for c in asked if c not in succeeded]
        if check in succeeded:
            continue
        known = [*key.checks[check.id].wrong]
        if (
            side is Side.REFUSALS
        ):  # a sentence on what is not refused may say that all else is right
            if not all(_succeeded(c, key, judged[c.id], Side.ANSWERS) for c in asked):
                continue
            known = [m for m in known if all(_passes(m, c, key, Side.ANSWERS) for c in asked)]
        explain = partial(
            _explain_all, key, judged, prints, freely=freely, selective=bool(succeeded), side=side
        )
        explaining = explain(known, failed)
        everywhere = explain(explaining, succeeded)
        possible = [m for m in explaining if all(_passes(m, c, key, side) for c in succeeded)]
        forms = [m for m in everywhere or possible if _has_evidence(m, asked, key, judged, side)]
        if names := list(dict.fromkeys(map(idea_of, forms))):
            return names if len(names) <= MAX_NAMES else []
    return []


def _explain_all(
    key: AnswerKey,
    judged: Mapping[str, Judged],
    prints: Prints,
    forms: Iterable[str],
    some: Sequence[Check],
    **how: Any,
) -> list[str]:
    """List the forms that explain what was answered to all of some checks."""
    return [
        form
        for form in forms
        if all(explains(form, c, key, judged[c.id].answer, prints, **how) for c in some)
    ]


def _succeeded(check: Check, key: AnswerKey, judged: Judged, side: Side) -> bool:
    """Return whether a submission is right in all cases of a check that count."""
    if judged.passed or side is Side.BOTH:
        return judged.passed
    keyed = key.checks[check.id]
    seen = zip(keyed.cases, judged.answer.observations, keyed.right, strict=True)
    return all(
        _is_right(check, case, mine, right)
        for case, mine, right in seen
        if side.counts(right) and general.KIND not in case
    )


def _has_evidence(
    form: str,
    asked: Sequence[Check],
    key: AnswerKey,
    judged: Mapping[str, Judged],
    side: Side,
) -> bool:
    """Return whether more speaks for a form than what many causes lead to, such as a low accuracy."""
    for check in asked:
        judge, keyed = check.judge, key.checks[check.id]
        if not judge.tells or not judge.fingerprint:
            if not judged[check.id].passed:
                return True
            if not judge.fingerprint:
                continue
        observed = judged[check.id].answer.observations
        for case, mine, other, right in zip(
            keyed.cases, observed, keyed.wrong[form], keyed.right, strict=False
        ):
            if not side.counts(right):
                continue
            if not isinstance(mine, Returned):
                return True
            if not isinstance(other, Returned) or not isinstance(right, Returned):
                continue
            seen = judge.fingerprint(case, mine.value)
            differs = equal(case, seen, judge.fingerprint(case, right.value)) is not None
            is_same = equal(case, seen, judge.fingerprint(case, other.value)) is None
            if differs and is_same and (not judge.tells or judge.tells(seen)):
                return True
    return False


def _passes(mistake: str, check: Check, key: AnswerKey, side: Side) -> bool:
    """Return whether a mistake passes a check: then it does not explain why another fails it."""
    keyed = key.checks[check.id]
    seen = zip(
        keyed.cases, keyed.wrong[mistake], keyed.right, strict=False
    )  # general cases are last
    return all(
        _is_right(check, case, wrong, right) for case, wrong, right in seen if side.counts(right)
    )


def _is_right(
    check: Check, case: Mapping[str, Any], observed: Observation, right: Observation
) -> bool:
    return (
        isinstance(observed, Returned)
        and isinstance(right, Returned)
        and judge_case(check, case, observed, right.value) is None
    )


@quietly()
def explains(
    mistake: str,
    check: Check,
    key: AnswerKey,
    answer: Answer,
    prints: Prints | None = None,
    *,
    freely: bool = False,
    selective: bool = False,
    side: Side = Side.BOTH,
) -> bool:
    """Return whether a mistake does in every case of a check what was answered.

    With `freely`, what differs in a case that both answer rightly does not matter, nor the words of an
    exception where both raise the same in some cases and are right in others: in one of this check, or
    in another check where it is `selective`.
    """
    keyed = key.checks[check.id]
    prints = {} if prints is None else prints
    reworded, has_right = False, selective
    for at, (case, mine, other, right) in enumerate(
        zip(keyed.cases, answer.observations, keyed.wrong[mistake], keyed.right, strict=False)
    ):
        if not side.counts(right):
            continue
        if freely and _is_right(check, case, mine, right) and _is_right(check, case, other, right):
            has_right = True
        elif side is Side.REFUSALS and _unrefused(mine) and _unrefused(other):
            continue  # what came back matters as little as what should not have come
        elif _same(check, case, mine, other, (check.id, at), prints):
            continue
        elif not (freely and _raise_alike(mine, other, right)):
            return False
        else:
            reworded = True
    return has_right or not reworded


def _unrefused(observed: Observation) -> bool:
    return isinstance(observed, Returned) and not is_refusal(observed.value)


def _raise_alike(mine: Observation, other: Observation, right: Observation) -> bool:
    """Return whether both raise the same kind of exception, or both fail on a shape that is right."""
    if not isinstance(mine, Raised) or not isinstance(other, Raised):
        return False
    refused = isinstance(right, Returned) and is_refusal(right.value)
    return mine.kind == other.kind or (not refused and {mine.kind, other.kind} <= OF_SHAPES)


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
