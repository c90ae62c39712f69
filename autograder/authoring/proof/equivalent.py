"""Mutants that are right all the same: `solutions/labNN_*/equivalent.toml`, each with its reason.

An entry names an exercise, the line as it is, the lines that mutants make of it, and why these are
no mistakes. The list is held to what the mutants really do: one that is missing, one that is killed
after all and one that no operator makes any more are all told.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from autograder.authoring.proof.mutation import Fate
from autograder.course.entries import entries_path, load_entries
from autograder.course.lab import Lab
from autograder.errors import WrongUseError

__all__ = ["Equivalent", "EquivalentError", "load_equivalent", "objections"]


class EquivalentError(WrongUseError):
    """An entry that is not whole."""


@dataclass(frozen=True, slots=True)
class Equivalent:
    """What one line may become without being wrong."""

    exercise: str
    right: str
    wrong: list[str]
    why: str

    @property
    def changes(self) -> set[tuple[str, str, str]]:
        """The mutants that this is about: exercise, right line, wrong line."""
        return {(self.exercise, self.right, wrong) for wrong in self.wrong}


def load_equivalent(lab: Lab) -> list[Equivalent]:
    """Load a lab's list; a lab without such mutants has none.

    Raises: EquivalentError for an entry that is not whole, or twice there.
    """
    path = entries_path(lab, "equivalent")
    listed: list[Equivalent] = []
    known: set[tuple[str, str, str]] = set()
    for one in load_entries(path, "equivalent", Equivalent, EquivalentError):
        if one.exercise not in lab.exercises:
            raise EquivalentError(f"{path.name}: {one.exercise} is no exercise of {lab.id}")
        if not one.why.strip():
            raise EquivalentError(f"{path.name}, {one.right}: it needs a reason")
        if one.changes & known or len(one.changes) < len(one.wrong):
            raise EquivalentError(f"{path.name}, {one.right}: a line is there twice")
        known |= one.changes
        listed.append(one)
    return listed


def objections(lab: Lab, fates: Iterable[Fate]) -> list[str]:
    """Say where a lab's list and what became of its mutants do not agree; empty if they do."""
    listed = set().union(*(entry.changes for entry in load_equivalent(lab)))
    told, made = [], set()
    for fate in fates:
        mutant = fate.mutant
        change = (mutant.exercise, mutant.right, mutant.wrong)
        made.add(change)
        line = f"{mutant.exercise} ({mutant.operator}): {mutant.right!r} became {mutant.wrong!r}"
        if fate.verdict == "survived" and change not in listed:
            told.append(f"survived: {line}")
        elif fate.verdict == "by luck":
            told.append(f"killed under some seeds only: {line}")
        elif fate.verdict == "killed" and change in listed:
            told.append(
                f"listed as equivalent, but {', '.join(fate.caught_by[0])} kills it: {line}"
            )
    told += [f"listed, but no operator makes it: {change}" for change in sorted(listed - made)]
    return told
