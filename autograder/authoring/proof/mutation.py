"""Grade mutants as submissions.

A mutant is killed if a check of its lab fails for it, on the path that every submission takes; one
that never ends is killed by the time limit. Its own exercise's checks are asked first, and the whole
lab only if these pass: what forward keeps for backward is backward's to miss. One that survives the
first seed is asked under more: caught by some of them only, its check depends on luck.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.authoring.proof.mutants import Mutant, mutants_of
from autograder.authoring.proof.work import Unit, graded, work_through
from autograder.authoring.survey import about
from autograder.course.lab import Lab, Status
from autograder.course.mistakes import load_mistakes
from autograder.sandbox import Source

__all__ = ["Fate", "SEEDS", "fates_of", "mistakes_as_mutants"]

SEEDS = 5
"""Seeds that a mutant is asked under before it counts as surviving."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one mutant: which checks failed, seed by seed."""

    lab: str
    mutant: Mutant
    caught_by: tuple[tuple[str, ...], ...]

    @property
    def verdict(self) -> str:
        """Sum it up: killed at once, killed by luck, or survived."""
        if self.caught_by[0]:
            return "killed"
        return "by luck" if any(self.caught_by) else "survived"


def fates_of(labs: Sequence[Lab], *, jobs: int = 1, mistakes: bool = False) -> Iterator[Fate]:
    """Grade the mutants of labs, or their known mistakes as if they were mutants.

    Raises: SandboxError or RecordingError, which are ours.
    """
    made = {
        mutant.id: mutant
        for lab in labs
        for mutant in (mistakes_as_mutants(lab) if mistakes else mutants_of(lab))
    }
    owner = {exercise: lab.id for lab in labs for exercise in lab.exercises}
    units = [Unit(m.id, owner[m.exercise], (m.exercise, m.source)) for m in made.values()]
    kind = "mistakes" if mistakes else "mutants"
    for unit, found in work_through(kind, _caught_by, units, jobs=jobs):
        yield Fate(unit.lab, made[unit.id], tuple(map(tuple, found)))


def mistakes_as_mutants(lab: Lab) -> Iterator[Mutant]:
    """Take the lab's known mistakes for mutants: they are made by hand instead of by an operator."""
    for known in load_mistakes(lab):
        yield Mutant(known.exercise, "mistake", "", known.id, known.source())


def _caught_by(lab: Lab, asked: tuple[str, Source]) -> list[list[str]]:
    """Name the checks that fail, under the first seed or, if none does, under all."""
    exercise, source = asked
    texts = {source.file.removesuffix(".py"): source.text}
    caught: list[list[str]] = []
    for seed in range(SEEDS):
        caught.append(_failed(about(lab, exercise), texts, seed) or _failed(lab, texts, seed))
        if caught[0]:
            break
    return caught


def _failed(lab: Lab, texts: dict[str, bytes], seed: int) -> list[str]:
    report = graded(lab, texts, seed)
    return [result.check.id for result in report.results if result.status is Status.FAILED]
