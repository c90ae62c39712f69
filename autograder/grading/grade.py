"""Grade one submission: ask, judge, name the mistake.

There is one path for a laptop, a batch, nbgrader and a cluster. Nothing of the submission runs in
this process; the same submission under the same key gives the same report, times aside.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from autograder import text as show
from autograder.course import general
from autograder.course.lab import Check, Status
from autograder.course.stubs import make_stub
from autograder.grading.ask import Asker
from autograder.grading.diagnose import failed_below, name_mistakes
from autograder.grading.explain import explain, not_written_yet
from autograder.grading.facts import in_common, in_one_mode, nearly_right
from autograder.grading.key import AnswerKey, Key
from autograder.grading.once import failing_use, once
from autograder.grading.report import CheckResult, Evidence, Failing, Part, Report
from autograder.grading.submission import Submission
from autograder.grading.verdict import (
    First,
    Judged,
    Wrong,
    is_own_failure,
    judge_case,
    spoilt_input,
    spoilt_inputs,
)
from autograder.grading.versions import versions
from autograder.judges.numbers import quietly
from autograder.sandbox import Sandbox, Source
from autograder.sandbox.observation import Raised, Returned

__all__ = ["count_numbers", "grade"]

_Asked = TypeVar("_Asked")

NOT_GRADED = (
    "This check was not graded: neither points nor zero. The checker broke, which is not your fault. "
    "Try again; if it breaks again, please show it to your instructor."
)
TRIES = 2
"""Askings of a check that breaks through an error of ours, before it stays without a verdict."""


def grade(
    submission: Submission,
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
    lab = submission.lab
    checks = [check for check in lab.checks.values() if only in {None, check.id}]
    try:
        cases = _again(lambda: key.cases_for(submission, sandbox))
        grading = _Grading(Asker(submission, cases, sandbox), key.seed, carry=carry, first=first)
        if only is None:
            grading.asker.ask_together()
        for check in checks:
            grading.results[check.id] = grading.verdict(check, alone=only is not None)
        results = tuple(grading.named(key.names))
    except Exception as error:  # noqa: BLE001  such as no process for the reference, or none at all
        results = tuple(_not_graded(check, error) for check in checks)
    return Report(
        lab.id,
        lab.title,
        key.seed,
        sandbox.isolation,
        results,
        submission.notes,
        versions(lab),
        submission.files,
    )


def _again(ask: Callable[[], _Asked]) -> _Asked:
    """Ask what may break through an error of ours, and where it does ask once more."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(Exception):
            return ask()
    return ask()


def _not_graded(check: Check, error: Exception) -> CheckResult:
    what = f"{type(error).__name__}: {show.clean(str(error))}"
    return CheckResult(check, Status.ERROR, (Part(what), Part(NOT_GRADED)))


class _Grading:
    """One pass over the checks of one submission."""

    def __init__(self, asker: Asker, seed: int | None, *, carry: bool, first: First | None) -> None:
        self.asker = asker
        self.seed = seed
        self.carry = carry
        self.first = first
        self.results: dict[str, CheckResult] = {}
        self.judged: dict[str, Judged] = {}
        """The checks that the submission passed or failed by itself."""

    def verdict(self, check: Check, *, alone: bool) -> CheckResult:
        """Give one check its verdict; asked alone, it does not wait for what it needs."""
        unmet = [need.id for need in check.needs if not alone and not self._is_met(need)]
        if unmet:
            unasked = f"Not asked: it needs {' and '.join(unmet)} first."
            skipped = CheckResult(check, Status.SKIPPED, (Part(unasked),))
            return self._carried(check) or skipped if self.carry else skipped
        try:
            return _again(lambda: self._asked(check))
        except Exception as error:  # noqa: BLE001  whatever it is, it is not the student's fault
            return _not_graded(check, error)

    def _is_met(self, need: Check) -> bool:
        result = self.results[need.id]
        return result.status in {Status.PASSED, Status.ERROR} and not result.carried

    def _asked(self, check: Check) -> CheckResult:
        """Ask and judge a check; a failure that may come from earlier work is left without a verdict."""
        judged = self.asker.ask(check)
        if judged.wrong is None:
            result = CheckResult(check, Status.PASSED, seconds=judged.answer.seconds)
        elif reason := self._earlier_first(check, judged):
            return CheckResult(check, Status.SKIPPED, (Part(reason),))
        else:
            result = self._failed(check, judged, judged.wrong)
        self.judged[check.id] = judged
        return result

    def _earlier_first(self, check: Check, judged: Judged) -> str | None:
        """Say what of a student's own earlier work must be put right first."""
        sources = self.asker.sources
        seen = judged.answer.observations[0]
        if self.first is None or is_own_failure(self.asker.lab, seen, sources):
            return None
        return self.first(check, sources)

    def _failed(self, check: Check, judged: Judged, wrong: Wrong) -> CheckResult:
        """Say what went wrong."""
        answer = judged.answer
        fact = explain(
            check,
            wrong.case,
            wrong.observed,
            wrong.right,
            wrong.finding,
            answer.printed,
            imported=answer.imported,
            seen=self._in_common(check, judged),
            source=self._text(check.module),
            computed=answer.computed,
        )
        return CheckResult(
            check,
            Status.FAILED,
            fact,
            seconds=answer.seconds,
            evidence=_evidence(check, wrong),
            failing=self._failing(check, judged, wrong),
            raised_at=self._raised_at(wrong),
        )

    def _text(self, module: str) -> str:
        """Read a module of the submission, or of what it may depend on."""
        source = self.asker.sources.get(module)
        return source.text.decode("utf-8", "replace") if source else ""

    def _in_common(self, check: Check, judged: Judged) -> str:
        """Say what all cases have in common; a help that breaks on foreign values is left out."""
        try:
            return in_common(check, *self._own_cases(check, judged))
        except Exception:  # noqa: BLE001  whatever a foreign value may provoke
            return ""

    def _nearly_right(self, check: Check) -> str:
        """Say how an answer differs that is nearly right, by the same rule."""
        try:
            _, observed, right = self._own_cases(check, self.judged[check.id])
            return nearly_right(check, observed, right)
        except Exception:  # noqa: BLE001  whatever a foreign value may provoke
            return ""

    def _own_cases(self, check: Check, judged: Judged) -> tuple[Any, Any, Any]:
        """Return a check's own cases, what was answered and what is right, without general questions."""
        keyed = self.asker.key.checks[check.id]
        seen = zip(keyed.cases, judged.answer.observations, keyed.right, strict=True)
        own = [each for each in seen if general.KIND not in each[0]]
        cases, observed, right = zip(*own, strict=True)
        return cases, observed, right

    def _failing(self, check: Check, judged: Judged, wrong: Wrong) -> Failing | None:
        """Keep what the call can be made from again, and what other cases show beside it.

        A secret seed's cases stay secret.
        """
        if self.seed is None:
            return None
        first = self._failing_case(check, wrong)
        if general.KIND in wrong.case:
            return first
        keyed = self.asker.key.checks[check.id]
        smaller, passing = first, None
        for case, seen, right in zip(
            keyed.cases, judged.answer.observations, keyed.right, strict=True
        ):
            if general.KIND in case:
                continue
            if not isinstance(seen, Returned) or not isinstance(right, Returned):
                continue
            with contextlib.suppress(Exception):  # whatever a foreign value may provoke
                finding = judge_case(check, case, seen, right.value)
                if finding is None:
                    passing = passing or case
                elif count_numbers(case) < count_numbers(smaller.case):
                    smaller = self._failing_case(check, Wrong(case, seen, right.value, finding))
        return replace(first, smaller=None if smaller is first else smaller, passing=passing)

    def _failing_case(self, check: Check, wrong: Wrong) -> Failing:
        assert self.seed is not None
        cases = self.asker.key.checks[check.id].cases
        number = next(i for i, case in enumerate(cases) if case is wrong.case)
        seen, spoilt, returned = wrong.observed, tuple[str, ...](), None
        if isinstance(seen, Returned):
            returned = seen.value
            if general.KIND not in wrong.case:
                with contextlib.suppress(Exception):  # whatever a foreign value may provoke
                    spoilt = spoilt_inputs(check, wrong.case, seen)
        in_full = wrong.finding is not None and not wrong.finding.expected
        return Failing(wrong.case, self.seed, number, wrong.right, in_full, spoilt, returned)

    def _raised_at(self, wrong: Wrong) -> tuple[str, int] | None:
        """Return where an exception came from, if that is a file of the submission."""
        files, seen = self.asker.submission.files, wrong.observed
        if isinstance(seen, Raised) and seen.file in files and seen.line > 0:
            return seen.file, seen.line
        return None

    def _carried(self, check: Check) -> CheckResult | None:
        """Ask a check with the reference's bodies instead of all that keeps it from being asked.

        None if it does not pass so: then it stays skipped, and shows nothing new.
        """
        lab, missing = self.asker.lab, self.asker.submission.missing
        absent = {name for name in lab.exercises if name.partition(".")[0] in missing}
        failed = failed_below(check, self.judged)
        exercises = tuple(sorted((failed | absent) - {check.exercise}))
        if not exercises or self.asker.not_imported or check.module in missing:
            return None
        wanted = {exercise.partition(".")[0] for exercise in exercises}
        lent = {
            m: Source(f"{m}.py", make_stub(lab, m, kept=exercises).encode())
            for m in lab.modules
            if m in wanted
        }
        question = replace(self.asker.question(check), carried=lent, exercises=exercises)
        try:
            answer = self.asker.sandbox.ask(question)
            passed = self.asker.judge(check, answer).passed
        except Exception:  # noqa: BLE001  a second chance that does not come about costs nothing
            return None
        passing = CheckResult(check, Status.PASSED, seconds=answer.seconds, carried=exercises)
        return passing if passed else None

    def named(self, names: AnswerKey) -> Iterator[CheckResult]:
        """Go through the results, and name the mistakes now that all evidence is there.

        Where `names` is another key, the exercises that failed are asked its cases as well.
        """
        checks = self.asker.lab.checks
        attempts = {name for name, judged in self.judged.items() if _is_attempt(judged)}
        passed = {checks[name]: judged.passed for name, judged in self.judged.items()}
        skipped = [r.check for r in self.results.values() if r.status is Status.SKIPPED]
        asker, judged = self.asker, dict(self.judged)
        if names is not asker.key:
            asker = Asker(asker.submission, names, asker.sandbox)
            exercises = {checks[name].exercise for name in attempts}
            for check in [check for check in passed if check.exercise in exercises]:
                del judged[check.id]
                with contextlib.suppress(Exception):  # then there is no name
                    judged[check.id] = _again(partial(asker.ask, check))
        before: list[CheckResult] = []
        wrong = {checks[name].exercise: checks[name].id for name in reversed([*attempts])}
        for result in self.results.values():
            if result.check.id not in attempts:
                yield result
                continue
            mistakes = name_mistakes(result.check, asker, judged, skipped)
            near = "" if mistakes else self._nearly_right(result.check)
            others = [one for one in before if one.check.exercise == result.check.exercise]
            mode = "" if others else in_one_mode(result.check, passed)
            text = self._text(result.check.module)
            seen = (near, mode, "" if others else failing_use(text, result.check.exercise, wrong))
            fact = (*result.fact, *(Part(text) for text in seen if text))
            sayings = " Or: ".join(names.sayings[mistake] for mistake in mistakes)
            named = replace(result, fact=fact, mistakes=tuple(mistakes), hint=sayings or None)
            before.append(named)
            yield once(named, others)


def count_numbers(value: Any) -> int:
    """Count the numbers in a case."""
    if isinstance(value, Mapping):
        return sum(map(count_numbers, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(count_numbers, value))
    return int(getattr(value, "size", 1))


def _is_attempt(judged: Judged) -> bool:
    """Return whether a check failed that somebody has tried to pass."""
    answer = judged.answer
    return not judged.passed and answer.imported and not not_written_yet(answer.observations[0])


def _evidence(check: Check, wrong: Wrong) -> Evidence | None:
    """Keep what a picture is drawn from; a right value with spoilt inputs has no picture."""
    seen = wrong.observed
    is_general = general.KIND in wrong.case
    if check.picture is None or is_general or not isinstance(seen, Returned):
        return None
    with contextlib.suppress(Exception), quietly():  # what the judge breaks on may still be drawn
        if spoilt_input(check, wrong.case, seen) and not check.judge(
            wrong.case, seen.value, wrong.right
        ):
            return None
    return Evidence(wrong.case, seen.value, wrong.right)
