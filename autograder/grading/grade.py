"""Grade one submission: ask, judge, name the mistake.

There is one path for a laptop, a batch, nbgrader and a cluster. Nothing of the submission runs in
this process; the same submission under the same key gives the same report, times aside.
"""

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from autograder import text as show
from autograder.course.catalogue import owner_of, reference_for
from autograder.course.lab import Check, Lab, Status
from autograder.course.stubs import make_stub
from autograder.grading import questions
from autograder.grading.diagnose import diagnose
from autograder.grading.explain import explain, not_written_yet
from autograder.grading.facts import in_common, in_one_mode
from autograder.grading.key import AnswerKey, Key
from autograder.grading.report import CheckResult, Evidence, Report
from autograder.grading.submission import Handed, Submission
from autograder.grading.verdict import First, is_own_failure, judge_case
from autograder.grading.versions import versions
from autograder.judges.finding import Finding
from autograder.judges.numbers import quietly
from autograder.sandbox import Answer, Question, Sandbox, Source
from autograder.sandbox.observation import Lost, Observation, Raised, Returned

__all__ = ["grade"]

_Asked = TypeVar("_Asked")

NOT_GRADED = (
    "This check was not graded: neither points nor zero. The checker broke, which is not your fault. "
    "Try again; if it breaks again, please show it to your instructor."
)
TRIES = 2
"""Askings of a check that breaks through an error of ours, before it stays without a verdict."""


def grade(
    submission: Submission | Handed,
    key: Key,
    sandbox: Sandbox,
    *,
    only: str | None = None,
    carry: bool = False,
    first: First | None = None,
) -> Report:
    """Ask every check of the lab, or `only` one, and judge the answers under a key.

    With `carry`, a check that is skipped because other exercises of the lab failed is asked again
    with the reference's bodies instead; what it then earns is marked. It needs the engine, and puts a
    part of it into the sandbox: for instructors. `first` says which earlier work of the student's must
    be put right before a failure can be judged.
    """
    handed = submission.taken() if isinstance(submission, Submission) else submission
    lab = handed.lab
    asked = [check for check in lab.checks.values() if only in {None, check.id}]
    try:
        cases = _again(lambda: key.cases_for(handed, sandbox))
        grading = _Grading(handed, cases, sandbox, carry=carry, first=first)
        if only is None:
            grading.ask_together()
        for check in asked:
            grading.ask(check, alone=only is not None)
        results = tuple(grading.diagnosed(key.names))
    except Exception as error:  # noqa: BLE001  such as no process for the reference, or none at all
        results = tuple(_not_graded(check, error) for check in asked)
    return Report(
        lab.id,
        lab.title,
        key.seed,
        sandbox.isolation,
        results,
        handed.notes,
        versions(lab),
        handed.files,
    )


def _again(ask: Callable[[], _Asked]) -> _Asked:
    """Ask what may break through an error of ours, and where it does ask once more."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(Exception):
            return ask()
    return ask()


def _not_graded(check: Check, error: Exception) -> CheckResult:
    fact = f"{type(error).__name__}: {show.clean(str(error))}"
    return CheckResult(check, Status.ERROR, f"{fact}\n{NOT_GRADED}")


class _Grading:
    """One pass over the checks of one submission."""

    def __init__(
        self,
        submission: Handed,
        key: AnswerKey,
        sandbox: Sandbox,
        *,
        carry: bool = False,
        first: First | None = None,
    ) -> None:
        self.submission = submission
        self.lab: Lab = submission.lab
        self.carry = carry
        self.first = first
        self.key = key
        self.sandbox = sandbox
        own, self.missing = submission.read()
        earlier, lacking = submission.earlier()
        self.sources = {**earlier, **own}
        self.reference = {**reference_for(self.lab), **self._stubs([*lacking, *self.missing])}
        self.broken: dict[str, Answer] = {}
        self.answers: dict[str, Answer] = {}
        self.passed: dict[str, CheckResult] = {}
        self.refuted: set[str] = set()
        """Checks that a wrong answer came back to when all were asked together."""
        self.results: dict[str, CheckResult] = {}
        self.aside: dict[str, bool] = {}
        """Whether a skipped check, asked for the diagnosis alone, would have passed."""

    def _stubs(self, missing: Iterable[str]) -> dict[str, Source]:
        """Put stubs where modules are missing: the others may import what is provided there."""
        owners = {module: owner_of(module) or self.lab for module in missing}
        return {m: Source(f"{m}.py", make_stub(lab, m).encode()) for m, lab in owners.items()}

    def ask_together(self) -> None:
        """Ask the checks that have the same limits in one process, and keep those that pass.

        What an answer is judged by is its value, so it does not matter where it was found. But a
        failure may be another check's doing, a hang or a patched numpy: whatever does not pass
        here is asked again in a process of its own, and only that counts.
        """
        for group in questions.by_limits(self.lab.checks.values()):
            checks = [c for c in group if self._is_promising(c, group)]
            if len(checks) > 1:
                self._keep_passed(checks)

    def _is_promising(self, check: Check, group: Sequence[Check]) -> bool:
        """Tell whether a check will be asked at all, as far as can be known before its group is."""
        met = all(need in group or need.id in self.passed for need in check.needs)
        return met and check.module not in self.missing

    def _keep_passed(self, checks: Sequence[Check]) -> None:
        try:
            answers = self.sandbox.ask_together([self._question(check) for check in checks])
        except Exception:  # noqa: BLE001  then each is asked alone, and tells what it is
            return
        for check, answer in zip(checks, answers, strict=True):
            with contextlib.suppress(Exception):  # the same
                result = self._verdict(check, answer)
                if result.status is Status.PASSED:
                    self.answers[check.id], self.passed[check.id] = answer, result
                elif all(isinstance(seen, Returned) for seen in answer.observations):
                    self.refuted.add(check.id)

    def ask(self, check: Check, *, alone: bool) -> None:
        """Give one check its verdict; asked alone, it does not wait for what it needs."""
        unmet = [need for need in check.needs if not alone and not self._met(need)]
        if unmet:
            names = " and ".join(need.id for need in unmet)
            message = f"Not asked: it needs {names} first."
            skipped = CheckResult(check, Status.SKIPPED, message)
            self.results[check.id] = self._carried(check) or skipped if self.carry else skipped
            return
        if check.id in self.passed:
            self.results[check.id] = self.passed[check.id]
            return
        try:
            self.results[check.id] = _again(lambda: self._result(check))
        except Exception as error:  # noqa: BLE001  whatever it is, it is not the student's fault
            self.results[check.id] = _not_graded(check, error)

    def _result(self, check: Check) -> CheckResult:
        """Ask and judge a check; what guesses must guess right more often than wrong."""
        for _ in range(2 if check.id in self.refuted else 1):
            answer = self._answer(check)
            result = self._verdict(check, answer)
            if result.status is not Status.PASSED:
                break
        self.answers[check.id] = answer
        return self._unless_earlier(result, answer)

    def _unless_earlier(self, result: CheckResult, answer: Answer) -> CheckResult:
        """Leave a failure without a verdict that may come from a student's own earlier work."""
        check = result.check
        if self.first is None or result.status is not Status.FAILED:
            return result
        if is_own_failure(self.lab, answer.observations[0], self.sources):
            return result
        reason = self.first(check, self.sources)
        return result if reason is None else CheckResult(check, Status.SKIPPED, reason)

    def _carried(self, check: Check) -> CheckResult | None:
        """Ask a check with the reference's bodies in the place of all that keeps it from being asked.

        None if it does not pass so: then it stays skipped, and tells nothing new.
        """
        absent = {name for name in self.lab.exercises if name.partition(".")[0] in self.missing}
        exercises = tuple(sorted((self._failed_below(check) | absent) - {check.exercise}))
        if not exercises or self.broken or check.module in self.missing:
            return None
        wanted = {exercise.partition(".")[0] for exercise in exercises}
        modules = [module for module in self.lab.modules if module in wanted]
        lent = {
            m: Source(f"{m}.py", make_stub(self.lab, m, kept=exercises).encode()) for m in modules
        }
        question = replace(self._question(check), carried=lent, exercises=exercises)
        try:
            answer = self.sandbox.ask(question)
            result = self._verdict(check, replace(answer, printed=""))
        except Exception:  # noqa: BLE001  a second chance that does not come about costs nothing
            return None
        return replace(result, carried=exercises) if result.status is Status.PASSED else None

    def _failed_below(self, check: Check) -> set[str]:
        """Collect the exercises whose checks failed among all that a check needs, directly or not."""
        failed: set[str] = set()
        for need in check.needs:
            failed |= self._failed_below(need)
            if self.results[need.id].status is Status.FAILED:
                failed.add(need.exercise)
        return failed

    def _met(self, need: Check) -> bool:
        result = self.results[need.id]
        return result.status in {Status.PASSED, Status.ERROR} and not result.carried

    def _answer(self, check: Check) -> Answer:
        """Ask the sandbox; a module that cannot be imported is not imported again."""
        cases = self.key.checks[check.id].cases
        if check.module in self.missing:
            return Answer(
                [Lost("missing", self.missing[check.module])] * len(cases), imported=False
            )
        if check.module in self.broken:
            answer = self.broken[check.module]
            return replace(answer, observations=answer.observations[:1] * len(cases), seconds=0.0)
        answer = self.sandbox.ask(self._question(check))
        if not answer.imported:
            self.broken[check.module] = answer
        return answer

    def _question(self, check: Check) -> Question:
        cases = self.key.checks[check.id].cases
        return questions.about(self.lab, check, cases, self.sources, self.reference)

    def _verdict(self, check: Check, answer: Answer) -> CheckResult:
        """Judge case by case; the first that is not right makes the message."""
        keyed = self.key.checks[check.id]
        cases = zip(keyed.cases, answer.observations, keyed.right, strict=True)
        for case, observed, right in cases:
            assert isinstance(right, Returned), "a key is recorded only from answers"
            finding = self._judge(check, case, observed, right)
            if finding or not isinstance(observed, Returned):
                message = explain(
                    check,
                    case,
                    observed,
                    right.value,
                    finding,
                    answer.printed,
                    imported=answer.imported,
                    seen=self._in_common(check, answer),
                )
                return CheckResult(
                    check,
                    Status.FAILED,
                    message,
                    seconds=answer.seconds,
                    evidence=_evidence(check, case, observed, right),
                    raised_at=self._raised_at(observed),
                )
        return CheckResult(check, Status.PASSED, seconds=answer.seconds)

    def _in_common(self, check: Check, answer: Answer) -> str:
        """See what all cases have in common; a help that breaks on foreign values is left out."""
        keyed = self.key.checks[check.id]
        try:
            return in_common(check, keyed.cases, answer.observations, keyed.right)
        except Exception:  # noqa: BLE001  whatever a foreign value may provoke
            return ""

    def _raised_at(self, observed: Observation) -> tuple[str, int] | None:
        """Tell where an exception came from, if that is a file of the submission."""
        files = {source.file for source in self.sources.values()}
        if isinstance(observed, Raised) and observed.file in files and observed.line > 0:
            return observed.file, observed.line
        return None

    def _judge(
        self, check: Check, case: Mapping[str, Any], observed: Observation, right: Returned
    ) -> Finding | None:
        """Judge one case; a value on which the judge breaks, though not on the reference's, is wrong.

        Otherwise a value made to break it would keep the points, as an error of ours does.
        """
        try:
            return judge_case(check, case, observed, right.value)
        except Exception:  # noqa: BLE001  whatever a foreign value may provoke
            judge_case(check, case, right, right.value)  # raises if the judge itself is broken
            return Finding("The answer is of a kind that cannot be judged.")

    def diagnosed(self, names: AnswerKey) -> Iterator[CheckResult]:
        """Go through the results, and name the mistakes now that all evidence is there.

        Where `names` is another key, the exercises that failed are asked its cases as well.
        """
        failed = [r.check for r in self.results.values() if self._is_attempt(r)]
        known = self if names is self.key else self._under(names, {c.exercise for c in failed})
        for result in self.results.values():
            if result.check not in failed:
                yield result
                continue
            mistakes = known._diagnosis(result.check)  # noqa: SLF001  of this class
            seen = in_one_mode(result.check, self._judged())
            told = "\n".join(filter(None, [result.message, seen]))
            sayings = " Or: ".join(names.sayings[mistake] for mistake in mistakes)
            yield replace(
                result, message=told, mistake=" | ".join(mistakes) or None, hint=sayings or None
            )

    def _under(self, names: AnswerKey, exercises: Collection[str]) -> "_Grading":
        """Ask the checks of some exercises that were judged here under another key's cases."""
        other = _Grading(self.submission, names, self.sandbox)
        other.results |= self.results
        for check in self._judged():
            if check.exercise in exercises:
                other.ask(check, alone=True)
        return other

    def _diagnosis(self, check: Check) -> list[str]:
        """Name the mistakes; a name is a gift, so what breaks here costs nothing but the name.

        Where some explain, the exercise's checks that were skipped are asked as well: they may tell
        them apart, or tell that it is none of them.
        """
        if self.results[check.id].status is not Status.FAILED:  # right under these other cases
            return []
        try:
            known = self._explaining(check)
            if known and self._ask_skipped(check.exercise):
                known = self._explaining(check)
        except Exception:  # noqa: BLE001  foreign values once more
            return []
        return known

    def _explaining(self, check: Check) -> list[str]:
        verdicts = {other.id: passed for other, passed in self._judged().items()} | self.aside
        return diagnose(check, self.key, self.answers, verdicts, self.lab.checks)

    def _ask_skipped(self, exercise: str) -> bool:
        """Ask, for the diagnosis alone, what only the exercise's own failures kept from being asked.

        What was lost once, such as to an endless loop, would be lost again: it is not asked more.
        """
        mine = [r for r in self.results.values() if r.check.exercise == exercise]
        answers = [self.answers[r.check.id] for r in mine if r.status is Status.FAILED]
        if any(isinstance(seen, Lost) for answer in answers for seen in answer.observations):
            return False
        skipped = [
            result.check
            for result in mine
            if result.status is Status.SKIPPED
            and result.check.id not in self.aside
            and self._failed_below(result.check) == {exercise}
        ]
        for check in skipped:
            if check.id not in self.passed:
                self.answers[check.id] = self.sandbox.ask(self._question(check))
            verdict = self._verdict(check, self.answers[check.id])
            self.aside[check.id] = verdict.status is Status.PASSED
        return bool(skipped)

    def _judged(self) -> dict[Check, bool]:
        """Tell of every check that the submission answered by itself whether it passed."""
        return {
            result.check: result.status is Status.PASSED
            for result in self.results.values()
            if result.status in {Status.PASSED, Status.FAILED} and not result.carried
        }

    def _is_attempt(self, result: CheckResult) -> bool:
        """Tell whether a check failed that somebody has tried to pass."""
        if result.status is not Status.FAILED:
            return False
        answer = self.answers[result.check.id]
        return answer.imported and not not_written_yet(answer.observations[0])


def _evidence(
    check: Check, case: Mapping[str, Any], observed: Observation, right: Returned
) -> Evidence | None:
    """Keep what a picture is drawn from; a right value whose inputs were spoilt is no picture."""
    if check.picture is None or not isinstance(observed, Returned):
        return None
    with (
        contextlib.suppress(Exception),
        quietly(),
    ):  # a value on which the judge breaks may still be drawn
        if check.judge(case, observed.value, right.value) is None:
            return None
    return Evidence(case, observed.value, right.value)
