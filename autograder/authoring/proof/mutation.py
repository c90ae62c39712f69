"""Grade mutants as submissions.

A mutant is killed if a check of its lab fails for it, on the path that every submission takes; one
that never ends is killed by the time limit. Its own exercise's checks are asked first, and the whole
lab only if these pass: what forward keeps for backward is backward's to miss. One that survives the
first seed is asked under more: caught by some of them only, its check depends on luck.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.authoring.proof.mutants import Mutant, mutants_of
from autograder.authoring.proof.survey import ask_exercise
from autograder.authoring.proof.work import Unit, graded, key_of, sandbox, work_through
from autograder.course.lab import Lab, Status
from autograder.course.solutions import load_equivalent
from autograder.sandbox import Source

__all__ = ["Fate", "SEEDS", "fates_of", "objections"]

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


def fates_of(labs: Sequence[Lab], *, jobs: int = 1) -> Iterator[Fate]:
    """Grade the mutants of labs.

    Raises: SandboxError or RecordingError, which are ours.
    """
    made = {(lab.id, mutant.id): mutant for lab in labs for mutant in mutants_of(lab)}
    units = [Unit(id_, lab, (m.exercise, m.source)) for (lab, id_), m in made.items()]
    for unit, found in work_through("mutants", _caught_by, units, jobs=jobs):
        yield Fate(unit.lab, made[unit.lab, unit.id], tuple(map(tuple, found)))


def _caught_by(lab: Lab, asked: tuple[str, Source]) -> list[list[str]]:
    """Name the checks that fail, under the first seed or, if none does, under all."""
    exercise, source = asked
    caught: list[list[str]] = []
    for seed in range(SEEDS):
        key = key_of(lab, seed)
        failed = ask_exercise(lab, exercise, source, key, sandbox()) or [
            result
            for result in graded(lab, {exercise.partition(".")[0]: source.text}, key, sandbox())
            if result.status is Status.FAILED
        ]
        caught.append([result.check.id for result in failed])
        if caught[0]:
            break
    return caught


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
