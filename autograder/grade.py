"""Grade one submission: ask, judge, name the mistake.

There is one path for a laptop, a batch, nbgrader and a cluster. Nothing of the submission runs in
this process; the same submission under the same key gives the same report, times aside.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from autograder import show
from autograder.check import Check, Lab, Status
from autograder.course import reference_for
from autograder.diagnose import diagnose
from autograder.explain import explain, not_written_yet
from autograder.judges import Finding, equal
from autograder.key import AnswerKey
from autograder.observation import Lost, Observation, Returned
from autograder.report import CheckResult, Report
from autograder.sandbox import Answer, Question, Sandbox
from autograder.submission import Submission

__all__ = ["grade"]

REPORT_TO = "Please tell your instructor: this is the checker's fault, and it costs you no points."


def grade(
    submission: Submission,
    key: AnswerKey,
    sandbox: Sandbox,
    *,
    only: str | None = None,
    tick: Callable[[], object] = lambda: None,
) -> Report:
    """Ask every check of the lab, or `only` one, and judge the answers under a key.

    `tick` is called after each check.
    """
    grading = _Grading(submission, key, sandbox)
    for check in submission.lab.checks.values():
        if only in {None, check.id}:
            grading.ask(check, alone=only is not None)
            tick()
    lab = submission.lab
    return Report(lab.id, lab.title, key.seed, sandbox.isolation, tuple(grading.diagnosed()))


class _Grading:
    """One pass over the checks of one submission."""

    def __init__(self, submission: Submission, key: AnswerKey, sandbox: Sandbox) -> None:
        self.lab: Lab = submission.lab
        self.key = key
        self.sandbox = sandbox
        self.sources, self.missing = submission.read()
        self.reference = reference_for(self.lab)
        self.broken: dict[str, Answer] = {}
        self.answers: dict[str, Answer] = {}
        self.results: dict[str, CheckResult] = {}

    def ask(self, check: Check, *, alone: bool) -> None:
        """Give one check its verdict; asked alone, it does not wait for what it needs."""
        unmet = [need for need in check.needs if not alone and not self._met(need)]
        if unmet:
            names = " and ".join(need.id for need in unmet)
            message = f"Not asked: it needs {names} first."
            self.results[check.id] = CheckResult(check, Status.SKIPPED, message)
            return
        try:
            answer = self._answer(check)
            self.answers[check.id] = answer
            self.results[check.id] = self._verdict(check, answer)
        except Exception as error:  # noqa: BLE001  whatever it is, it is not the student's fault
            fact = f"{type(error).__name__}: {show.clean(str(error))}"
            self.results[check.id] = CheckResult(check, Status.ERROR, f"{fact}\n{REPORT_TO}")

    def _met(self, need: Check) -> bool:
        return self.results[need.id].status in {Status.PASSED, Status.ERROR}

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
        question = Question(
            f"autograder.labs.{self.lab.id}",
            check.id,
            check.module,
            check.sent(cases),
            self.sources,
            self.reference,
            check.limits,
        )
        answer = self.sandbox.ask(question)
        if not answer.imported:
            self.broken[check.module] = answer
        return answer

    def _verdict(self, check: Check, answer: Answer) -> CheckResult:
        """Judge case by case; the first that is not right makes the message."""
        keyed = self.key.checks[check.id]
        cases = zip(keyed.cases, answer.observations, keyed.right, strict=True)
        for case, observed, right in cases:
            assert isinstance(right, Returned), "a key is recorded only from answers"
            finding = judge_case(check, case, observed, right.value)
            if finding or not isinstance(observed, Returned):
                message = explain(
                    check,
                    case,
                    observed,
                    right.value,
                    finding,
                    answer.printed,
                    imported=answer.imported,
                )
                return CheckResult(check, Status.FAILED, message, seconds=answer.seconds)
        return CheckResult(check, Status.PASSED, seconds=answer.seconds)

    def diagnosed(self) -> Iterator[CheckResult]:
        """Go through the results, and name the mistakes now that all evidence is there."""
        for name, result in self.results.items():
            if result.status is not Status.FAILED or not self._is_attempt(name):
                yield result
                continue
            known = diagnose(result.check, self.key, self.answers, self.lab.checks)
            sayings = " Or: ".join(self.key.sayings[mistake] for mistake in known)
            yield replace(result, mistake=" | ".join(known) or None, hint=sayings or None)

    def _is_attempt(self, name: str) -> bool:
        answer = self.answers[name]
        return answer.imported and not not_written_yet(answer.observations[0])


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
                f"The input {name} was changed from {show.value(case[name])} to {show.value(after)}. "
                "Inputs belong to the caller: work on a copy."
            )
    return check.judge(case, observed.value, right)
