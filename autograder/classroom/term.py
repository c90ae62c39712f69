"""A term: the marks of all labs beside one another, student by student.

It is read from what the batches wrote. A person is known from one lab to the next by the platform's number
where that lasts, else by the name.
"""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.classroom.marks import read_marks
from autograder.errors import WrongUseError

__all__ = ["Cell", "Idea", "Student", "Term", "TermLab", "idea_of", "read_term"]

HALF = 0.5
"""Of the points: who has less is behind."""
MANY = 2
"""Labs: who has missed as many is behind, and a mistake of as many has come back."""

_IDEAS = (
    ("Signs", "sign signs ascent climbs negative minus plus negated"),
    ("Mean or sum", "mean sum sums averaged average averages divides halved half"),
    ("Rows, columns and axes", "row rows column columns axis axes transposed transpose"),
    ("The bias", "bias biases"),
    ("What is given is changed", "mutates mutated aliases alias shares inplace place"),
    ("Off by one, and the boundary", "off strict boundary counts stops early threshold ties"),
    ("Randomness", "seed generator global shuffles shuffled draws fixed"),
    ("Training and evaluation", "training evaluation mode eval validation validates"),
    ("Squares and roots", "squared square root variance spread"),
    ("Something is left out", "forgets forgotten forgot without missing no never ignores not only"),
)
"""What a mistake is about, by the words of its id; the first that fits."""


@dataclass(frozen=True, slots=True)
class TermLab:
    """One lab of the term."""

    id: str
    title: str
    max_points: int
    handed_in: int
    mean: float | None
    """Of what counts."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One student's part in one lab."""

    points: float | None
    """What counts; None without a mark."""
    mark: int | None
    is_excused: bool
    needs_a_look: bool
    why: tuple[str, ...]
    mistakes: tuple[tuple[str, str], ...]
    """Ids, and what is to be said."""

    @property
    def shown(self) -> str:
        """The cell in a word."""
        if self.is_excused:
            return "excused"
        return "not graded" if self.points is None else f"{self.points:g}"


@dataclass(frozen=True, slots=True)
class Idea:
    """What mistakes of several labs have in common."""

    name: str
    students: tuple[str, ...]
    """Those with whom it came back: in several labs."""
    labs: tuple[str, ...]
    """All labs in which somebody met it."""


@dataclass(frozen=True, slots=True)
class Student:
    """A line of the term."""

    name: str
    id: str
    cells: Mapping[str, Cell]
    """By lab; a lab in which nothing was handed in has none."""
    reached: float
    out_of: int
    missing: tuple[str, ...]
    ideas: Mapping[str, tuple[str, ...]]
    """What came back: the labs of each idea."""

    @property
    def share(self) -> float:
        """Which part of the points was reached."""
        return self.reached / self.out_of if self.out_of else 1.0

    @property
    def behind(self) -> str:
        """Say why the student is behind; "" if not."""
        reasons = []
        if len(self.missing) >= MANY:
            reasons.append(f"{len(self.missing)} labs not handed in")
        if self.share < HALF:
            reasons.append(f"{self.share:.0%} of the points".replace("%", " %"))
        return ", ".join(reasons)


@dataclass(frozen=True, slots=True)
class Term:
    """All labs that were graded."""

    labs: tuple[TermLab, ...]
    students: tuple[Student, ...]
    """By name."""
    ideas: tuple[Idea, ...]
    """What came back, with most students first."""


def read_term(folder: Path) -> Term:
    """Read the marks of all labs in a folder.

    Raises: WrongUseError if there are none, or a file does not hold marks.
    """
    plains = [read_marks(path) for path in sorted(folder.glob("lab[0-9][0-9]_*.json"))]
    if not plains:
        raise WrongUseError(f"There are no marks in {folder}. Grade a lab: nnlab batch lab02")
    cells: dict[tuple[str, str], dict[str, Cell]] = {}
    names: dict[tuple[str, str], tuple[str, str]] = {}
    for plain in plains:
        for entry in plain["submissions"]:
            key = ("id", entry["id"]) if entry["is_lasting"] else ("name", entry["student"])
            cells.setdefault(key, {})[plain["lab"]] = _cell(entry)
            names[key] = entry["student"], entry["id"] if entry["is_lasting"] else ""
    most = {plain["lab"]: plain["max_points"] for plain in plains}
    students = [_student(*names[key], own, most) for key, own in cells.items()]
    students.sort(key=lambda each: (each.name.casefold(), each.name, each.id))
    labs = tuple(_lab(plain, students) for plain in plains)
    return Term(labs, tuple(students), tuple(_ideas(students)))


def _cell(entry: Mapping[str, Any]) -> Cell:
    checks = entry["report"]["checks"] if entry["report"] else ()
    mistakes = {
        name: check.get("hint") or "" for check in checks for name in check.get("mistakes", ())
    }
    counts = entry["counts"]
    look = bool(entry["missing"] or entry["oddities"]) or entry["points"] is None
    why = tuple(counts["why"])
    return Cell(
        counts["points"], entry["points"], counts["is_excused"], look, why, tuple(mistakes.items())
    )


def _student(name: str, number: str, cells: Mapping[str, Cell], most: Mapping[str, int]) -> Student:
    """Add up: a lab that is excused or not graded is in no sum, one that is missing counts 0."""
    counted = {lab: cell.points for lab, cell in cells.items() if cell.points is not None}
    missing = tuple(lab for lab in most if lab not in cells)
    met: dict[str, dict[str, None]] = {}
    for lab, cell in cells.items():
        for mistake, _ in cell.mistakes:
            met.setdefault(idea_of(mistake), {})[lab] = None
    came_back = {idea: tuple(labs) for idea, labs in met.items() if idea and len(labs) >= MANY}
    out_of = sum(most[lab] for lab in (*counted, *missing))
    return Student(name, number, cells, sum(counted.values()), out_of, missing, came_back)


def _lab(plain: Mapping[str, Any], students: Sequence[Student]) -> TermLab:
    lab = plain["lab"]
    there = [each.cells[lab] for each in students if lab in each.cells]
    points = [cell.points for cell in there if cell.points is not None]
    mean = statistics.fmean(points) if points else None
    return TermLab(lab, plain["title"], plain["max_points"], len(there), mean)


def _ideas(students: Sequence[Student]) -> Iterator[Idea]:
    found: dict[str, tuple[list[str], dict[str, None]]] = {}
    for student in students:
        for idea, labs in student.ideas.items():
            names, where = found.setdefault(idea, ([], {}))
            names.append(student.name)
            where |= dict.fromkeys(labs)
    for idea, (names, where) in sorted(found.items(), key=lambda item: -len(item[1][0])):
        yield Idea(idea, tuple(names), tuple(sorted(where)))


def idea_of(mistake: str) -> str:
    """Say what a mistake is about, whatever lab it is of; "" if its id does not show it.

    >>> idea_of("hebb-forgets-bias"), idea_of("mse-sums-over-batch"), idea_of("own-idea")
    ('The bias', 'Mean or sum', '')
    """
    words = set(mistake.split("-"))
    return next((idea for idea, signs in _IDEAS if words & set(signs.split())), "")
