"""Grade mutants as submissions.

A mutant is killed if a check of its lab fails for it, on the path that every submission takes; one
that never ends is killed by the time limit. Its own exercise's checks are asked first, and the whole
lab only if these pass: what forward keeps for backward is backward's to miss. One that survives the
first seed is asked under more: caught by some of them only, its check depends on luck.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.authoring.proof.faults import OPERATOR, faults_of
from autograder.authoring.proof.mutants import Mutant, mutants_of
from autograder.authoring.proof.survey import ask_exercise
from autograder.authoring.proof.work import Unit, graded, key_of, sandbox, work_through
from autograder.course.lab import Lab, Status
from autograder.course.solutions import load_equivalent
from autograder.sandbox import Source

__all__ = ["Fate", "SEEDS", "fates_of", "objections"]

IDLE: list[list[str]] = []
"""What is found of a fault that no check lets act."""
SEEDS = 5
"""Seeds that a mutant is asked under before it counts as surviving."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one mutant: which checks failed, seed by seed."""

    lab: str
    mutant: Mutant
    caught_by: tuple[tuple[str, ...], ...]

    @property
    def is_fault(self) -> bool:
        """Whether the fault is around the body, not in it."""
        return self.mutant.operator == OPERATOR

    @property
    def verdict(self) -> str:
        """Sum it up: killed at once, killed by luck, or survived."""
        if self.caught_by[0]:
            return "killed"
        return "by luck" if any(self.caught_by) else "survived"


def fates_of(labs: Sequence[Lab], *, jobs: int = 1) -> Iterator[Fate]:
    """Grade the mutants of labs, of both kinds; a fault that never acts is left out.

    Raises: SandboxError or RecordingError, which are ours.
    """
    probes: dict[Mutant, Source | None] = {}
    for lab in labs:
        probes |= faults_of(lab)
    made = {(lab.id, mutant.id): mutant for lab in labs for mutant in mutants_of(lab)}
    made |= {(lab.id, m.id): m for lab in labs for m in probes if m.exercise in lab.exercises}
    units = [
        Unit(id_, lab, (m.exercise, m.source, probes.get(m))) for (lab, id_), m in made.items()
    ]
    for unit, found in work_through("mutants", _caught_by, units, jobs=jobs):
        if found == IDLE:
            continue
        yield Fate(unit.lab, made[unit.lab, unit.id], tuple(map(tuple, found)))


def _caught_by(lab: Lab, asked: tuple[str, Source, Source | None]) -> list[list[str]]:
    """Name the checks that fail, under the first seed or, if none does, under all.

    For a fault whose probe fails no check it is IDLE.
    """
    exercise, source, probe = asked
    caught: list[list[str]] = []
    for seed in range(SEEDS):
        caught.append(_failing(lab, exercise, source, seed))
        if caught[0]:
            break
        if seed == 0 and probe and not _failing(lab, exercise, probe, seed):
            return IDLE
    return caught


def _failing(lab: Lab, exercise: str, source: Source, seed: int) -> list[str]:
    key = key_of(lab, seed)
    failed = ask_exercise(lab, exercise, source, key, sandbox()) or [
        result
        for result in graded(lab, {exercise.partition(".")[0]: source.text}, key, sandbox())
        if result.status is Status.FAILED
    ]
    return [result.check.id for result in failed]


def objections(lab: Lab, fates: Iterable[Fate]) -> list[str]:
    """Say where a lab's list of equivalent mutants and what became of them do not agree.

    One that survives and is not listed, one that is listed and killed, and one that is listed and that
    no operator makes any more are all objected to.
    """
    listed = {change for entry in load_equivalent(lab) for change in entry.changes}
    found, made = [], set()
    for fate in fates:
        mutant = fate.mutant
        change = (mutant.exercise, mutant.right, mutant.wrong)
        made.add(change)
        line = f"{mutant.exercise} ({mutant.operator}): {mutant.right!r} became {mutant.wrong!r}"
        if fate.verdict == "survived" and change not in listed:
            found.append(f"survived: {line}")
        elif fate.verdict == "by luck":
            found.append(f"killed under some seeds only: {line}")
        elif fate.verdict == "killed" and change in listed:
            found.append(
                f"listed as equivalent, but {', '.join(fate.caught_by[0])} kills it: {line}"
            )
    found += [f"listed, but no operator makes it: {change}" for change in sorted(listed - made)]
    return found
