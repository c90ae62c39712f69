"""Survey the catalogue: grade every known mistake as a submission, and see what it is called.

The catalogue tests the checks: a mistake is to be caught, and to come back under its own name. One
lab under one seed is a unit of work.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

from autograder.authoring.proof.work import Unit, graded, sandbox, work_through
from autograder.course.lab import Check, Lab, Status
from autograder.course.solutions import idea_of, load_mistakes
from autograder.grading.key import AnswerKey, record_key, stored_key
from autograder.grading.report import CheckResult
from autograder.sandbox import Sandbox, Source

__all__ = ["Outcome", "ask_exercise", "survey", "survey_lab"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one form of a mistake under one seed."""

    mistake: str
    """The form's name."""
    exercise: str
    caught_by: tuple[str, ...]
    named: tuple[tuple[str, ...], ...]
    """What the checks that caught it call it, each answer once; empty where one of them has none."""

    @property
    def verdict(self) -> str:
        """Sum it up: own name, together with another, no name, another's name, or not caught."""
        idea = idea_of(self.mistake)
        own = [idea in names for names in self.named]
        if not self.caught_by:
            return "not caught"
        if any(names and not mine for names, mine in zip(self.named, own, strict=True)):
            return "another"
        if not all(self.named):
            return "no name"
        return "own" if set(self.named) == {(idea,)} else "together"


def survey(
    labs: Sequence[Lab], seeds: Iterable[int], *, jobs: int = 1
) -> Iterator[tuple[str, int, list[Outcome]]]:
    """Survey labs under seeds, seed by seed; what is stored is not asked again.

    Raises: SandboxError or RecordingError, which are ours.
    """
    units = [Unit(str(seed), lab.id, seed) for seed in seeds for lab in labs]
    for unit, found in work_through("survey", _survey_unit, units, jobs=jobs):
        outcomes = [
            Outcome(m, exercise, tuple(c), tuple(map(tuple, n))) for m, exercise, c, n in found
        ]
        yield unit.lab, unit.about, outcomes


def _survey_unit(lab: Lab, seed: int) -> list[tuple[Any, ...]]:
    key = stored_key(lab, seed) or record_key(lab, seed, sandbox())
    return [astuple(outcome) for outcome in survey_lab(lab, key, sandbox())]


def survey_lab(lab: Lab, key: AnswerKey, sandbox: Sandbox) -> list[Outcome]:
    """Grade every form of every known mistake of a lab under one key."""
    outcomes = []
    for mistake in (form for idea in load_mistakes(lab) for form in idea.each_form()):
        results = ask_exercise(lab, mistake.exercise, mistake.source(), key, sandbox)
        outcomes.append(
            Outcome(
                mistake.id,
                mistake.exercise,
                tuple(result.check.id for result in results),
                tuple(sorted({result.mistakes for result in results})),
            )
        )
    return outcomes


def ask_exercise(
    lab: Lab, exercise: str, source: Source, key: AnswerKey, sandbox: Sandbox
) -> list[CheckResult]:
    """Grade the reference with one module replaced; return the failed checks of one exercise.

    Asked are the checks of the exercise, and what they need.
    """
    wanted: set[str] = set()

    def admit(check: Check) -> None:
        wanted.add(check.id)
        for need in check.needs:
            admit(need)

    for check in lab.checks.values():
        if check.exercise == exercise:
            admit(check)
    part = replace(lab, checks={name: c for name, c in lab.checks.items() if name in wanted})
    return [
        result
        for result in graded(part, {exercise.partition(".")[0]: source.text}, key, sandbox)
        if result.status is Status.FAILED and result.check.exercise == exercise
    ]
