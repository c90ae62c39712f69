"""Needs a look: everybody in a class whom a person should look at, and why; one list, shown everywhere.

What stands here is mostly an accident of delivery, which a mark alone would show as not understood.
"""

from dataclasses import dataclass

from autograder.classroom.kinds import ADVICE, Kind
from autograder.classroom.marks import Marks

__all__ = ["Group", "Seen", "needs_a_look"]


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody in the list."""

    student: str
    why: str


@dataclass(frozen=True, slots=True)
class Group:
    """All who are in the list for one reason."""

    kind: Kind
    people: tuple[Seen, ...]

    @property
    def advice(self) -> str:
        """What it means for the mark, and what to do."""
        return ADVICE[self.kind]


def needs_a_look(marks: Marks) -> tuple[Group, ...]:
    """List everybody whom a person should look at, by reason, the most urgent first."""
    found: dict[Kind, list[Seen]] = {kind: [] for kind in Kind}
    for mark in marks.marks:
        for kind in mark.kinds:
            found[kind].append(Seen(mark.student, mark.why(kind)))
    found[Kind.ABSENT] = [Seen(student, "") for student in marks.absent]
    return tuple(Group(kind, tuple(people)) for kind, people in found.items() if people)
