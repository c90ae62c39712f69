"""Ask a submission the cases of a key: together where that will do, each check alone where it counts."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from autograder.course import general
from autograder.course.catalogue import owner_of, reference_for
from autograder.course.lab import Check, Lab
from autograder.course.stubs import make_stub
from autograder.grading.key import AnswerKey
from autograder.grading.questions import by_limits, question_for
from autograder.grading.submission import Submission
from autograder.grading.verdict import Judged, judge
from autograder.sandbox import Answer, Question, Sandbox, Source
from autograder.sandbox.observation import Lost, Returned

__all__ = ["Asker"]


class Asker:
    """Asks one submission under one key, and judges what comes back."""

    def __init__(self, submission: Submission, key: AnswerKey, sandbox: Sandbox) -> None:
        self.submission = submission
        self.lab = submission.lab
        self.key = key
        self.sandbox = sandbox
        self.sources = submission.sources
        absent = [*submission.missing_earlier, *submission.missing]
        self.reference = {**reference_for(self.lab), **_stubs(self.lab, absent)}
        self.not_imported: dict[str, Answer] = {}
        """By module: what cannot be imported is not imported again."""
        self._together: dict[str, Judged] = {}
        self._judged: dict[str, Judged] = {}

    def ask_together(self) -> None:
        """Ask the checks that have the same limits in one process.

        What an answer is judged by is its value, so it does not matter where it was found. But a
        failure may be another check's doing, a hang or a patched numpy: whatever does not pass
        here is asked again in a process of its own, and only that counts.
        """
        for group in by_limits(self.lab.checks.values()):
            checks = [check for check in group if self._is_promising(check, group)]
            if len(checks) > 1:
                with contextlib.suppress(
                    Exception
                ):  # then each is asked alone, and says what it is
                    answers = self.sandbox.ask_together([self.question(c) for c in checks])
                    for check, answer in zip(checks, answers, strict=True):
                        with contextlib.suppress(Exception):  # the same
                            self._together[check.id] = self.judge(check, answer)

    def _is_promising(self, check: Check, group: Sequence[Check]) -> bool:
        """Return whether a check will be asked at all, as far as can be known before its group is."""
        met = all(need in group or self._passed_together(need) for need in check.needs)
        return met and check.module not in self.submission.missing

    def _passed_together(self, check: Check) -> bool:
        return check.id in self._together and self._together[check.id].passed

    def ask(self, check: Check) -> Judged:
        """Ask a check; a general question counts only where the exercise is right otherwise.

        So must be what was asked of its class before: a method takes what the others have kept.
        """
        judged = self._asked(check)
        if judged.wrong is not None and general.KIND in judged.wrong.case:
            by = check.asked(judged.wrong.case)
            is_right = by is check or self._asked(by).passed
            # Whether a method changes its own arguments depends on no other.
            is_its_own = judged.wrong.case[general.KIND] == "own" and judged.wrong.finding
            if not is_right or (self._class_failed(check) and not is_its_own):
                return Judged(judged.answer, None)  # its own cases, which come first, are right
            if isinstance(judged.wrong.observed, Lost):
                return self._ask_general(check, judged.answer)
        return judged

    def _class_failed(self, check: Check) -> bool:
        """Return whether another method of a check's class has failed."""
        owner = check.exercise.rpartition(".")[0]
        failed = {
            self.lab.checks[name].exercise for name, one in self._judged.items() if not one.passed
        }
        others = failed - {check.exercise}
        return "." in owner and any(other.startswith(f"{owner}.") for other in others)

    def _ask_general(self, check: Check, answer: Answer) -> Judged:
        """Ask the general questions in a process of their own: they take no time from a check's cases.

        Each calls the exercise several times. What ended in time on the check's own cases ends here.
        """
        question = self.question(check)
        own = [case for case in question.cases if general.KIND not in case]
        cases = question.cases[len(own) :]
        seconds = general.TIMES * len(cases) * check.limits.cpu_seconds
        wall = check.limits.wall_seconds + seconds
        limits = replace(check.limits, cpu_seconds=seconds, wall_seconds=wall)
        question = replace(question, cases=cases, limits=limits)
        more = self.sandbox.ask(question).observations
        return self.judge(
            check, replace(answer, observations=answer.observations[: len(own)] + more)
        )

    def _asked(self, check: Check) -> Judged:
        """Ask a check, if it has not been asked yet."""
        if check.id not in self._judged:
            self._judged[check.id] = self._ask_surely(check)
        return self._judged[check.id]

    def _ask_surely(self, check: Check) -> Judged:
        """Ask a check alone, unless it has passed; what guesses must guess right more often."""
        shared = self._together.get(check.id)
        if shared is not None and shared.passed:
            return shared
        judged = self._ask_alone(check)
        refuted = shared is not None and all(
            isinstance(seen, Returned) for seen in shared.answer.observations
        )
        return self._ask_alone(check) if judged.passed and refuted else judged

    def _ask_alone(self, check: Check) -> Judged:
        cases = self.key.checks[check.id].cases
        if check.module in self.submission.missing:
            lost = Lost("missing", self.submission.missing[check.module])
            answer = Answer([lost] * len(cases), imported=False)
        elif check.module in self.not_imported:
            answer = self.not_imported[check.module]
            answer = replace(answer, observations=answer.observations[:1] * len(cases), seconds=0.0)
        else:
            answer = self.sandbox.ask(self.question(check))
            if not answer.imported:
                self.not_imported[check.module] = answer
        return self.judge(check, answer)

    def question(self, check: Check) -> Question:
        """Make the question that a check is."""
        cases = self.key.checks[check.id].cases
        return question_for(self.lab, check, cases, self.sources, self.reference)

    def judge(self, check: Check, answer: Answer) -> Judged:
        """Judge an answer to a check."""
        return judge(check, self.key.checks[check.id], answer)


def _stubs(lab: Lab, missing: Iterable[str]) -> dict[str, Source]:
    """Put stubs where modules are missing: the others may import what is provided there."""
    owners = {module: owner_of(module) or lab for module in missing}
    return {m: Source(f"{m}.py", make_stub(owner, m).encode()) for m, owner in owners.items()}
