"""A term: the marks of all labs beside one another, student by student.

It is read from what the batches wrote. A person is known from one lab to the next by the platform's number
where that lasts, else by the name.
"""

import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.classroom.counting import Counted, count_term
from autograder.classroom.marks import Marks, attempts_in, read_marks
from autograder.classroom.people import spellings
from autograder.classroom.rules import read_rules, read_term_days
from autograder.course.catalogue import find_lab
from autograder.errors import WrongUseError

__all__ = ["Cell", "Idea", "Student", "Term", "TermLab", "idea_of", "read_term", "with_free_days"]

MANY = 2
"""Labs: who has missed as many that most have handed in is behind, and a mistake of as many has come back."""

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
    free_days: int = 0
    """Free days of the term that were spent."""
    behind: str = ""
    """Why the student is behind; "" if not."""

    @property
    def share(self) -> float:
        """Which part of the points was reached."""
        return self.reached / self.out_of if self.out_of else 1.0


@dataclass(frozen=True, slots=True)
class Term:
    """All labs that were graded."""

    labs: tuple[TermLab, ...]
    students: tuple[Student, ...]
    """By name."""
    ideas: tuple[Idea, ...]
    """What came back, with most students first."""
    free_days: int = 0
    """What the course gives each student for the whole term."""


def read_term(folder: Path, course: Path | None = None) -> Term:
    """Read the marks of all labs in a folder.

    Args:
        folder: where the batches wrote them.
        course: the folder with dates.toml; where that gives free days for the term, what counts is
            worked out again, for a batch knows one lab alone.

    Raises: WrongUseError if there are none, or a file does not hold marks; RulesError.
    """
    plains = _plains(folder)
    if not plains:
        raise WrongUseError(f"There are no marks in {folder}. Grade a lab: nnlab batch lab02")
    free_days = read_term_days(course) if course else 0
    people = _people(plains)
    most = {plain["lab"]: plain["max_points"] for plain in plains}
    if course and free_days:
        spent = _spent(people, plains, course, free_days)
    else:
        spent = [{} for _ in people]
    students = [_student(own, counted, most) for own, counted in zip(people, spent, strict=True)]
    students = [*_behind(students), *_silent(plains, students, most)]
    students.sort(key=lambda each: (each.name.casefold(), each.name, each.id))
    labs = tuple(_lab(plain, students) for plain in plains)
    return Term(labs, tuple(students), tuple(_ideas(students)), free_days)


def with_free_days(marks: Marks, folder: Path, course: Path) -> Marks:
    """Say what counts of a lab's marks with what is left of the free days of the term.

    Args:
        marks: the marks of one lab.
        folder: where the marks of the others are written.
        course: the folder with dates.toml.

    Raises: WrongUseError if a file does not hold marks; RulesError.
    """
    free_days = read_term_days(course)
    if not free_days:
        return marks
    lab = marks.lab.id
    plains = [*(each for each in _plains(folder) if each["lab"] != lab), marks.to_plain()]
    people = [own for own in _people(plains) if lab in own]
    spent = _spent(people, plains, course, free_days)
    by_term = {own[lab]["student"]: each[lab] for own, each in zip(people, spent, strict=True)}
    return replace(marks, by_term=by_term)


def _plains(folder: Path) -> list[dict[str, Any]]:
    return [read_marks(path) for path in sorted(folder.glob("lab[0-9][0-9]_*.json"))]


def _people(plains: Sequence[Mapping[str, Any]]) -> list[dict[str, Mapping[str, Any]]]:
    """Put together what each person has in each lab."""
    people: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for plain in plains:
        for entry in plain["submissions"]:
            key = ("id", entry["id"]) if entry["is_lasting"] else ("name", entry["student"])
            people.setdefault(key, {})[plain["lab"]] = entry
    return list(people.values())


def _spent(
    people: Sequence[Mapping[str, Mapping[str, Any]]],
    plains: Sequence[Mapping[str, Any]],
    course: Path,
    free_days: int,
) -> list[dict[str, Counted]]:
    """Say what counts of each person's labs, as free days are spent."""
    rules = {plain["lab"]: read_rules(course, find_lab(plain["lab"])) for plain in plains}
    full = {
        plain["lab"]: {check["id"]: check["max_points"] for check in plain["checks"]}
        for plain in plains
    }
    return [
        count_term(
            {
                lab: rules[lab].work((entry["student"], entry["id"]), attempts_in(entry), full[lab])
                for lab, entry in own.items()
            },
            free_days,
        )
        for own in people
    ]


def _silent(
    plains: Sequence[Mapping[str, Any]], students: Sequence[Student], most: Mapping[str, int]
) -> Iterator[Student]:
    """List those whom a platform's list of students expects, and who have handed in nothing at all."""
    there = {key for student in students for key in spellings(student.name)}
    for name in dict.fromkeys(name for plain in plains for name in plain["absent"]):
        if not there & spellings(name):
            there |= spellings(name)
            out_of, why = sum(most.values()), "nothing handed in"
            yield Student(name, "", {}, 0.0, out_of, tuple(most), {}, behind=why)


def _behind(students: Sequence[Student]) -> list[Student]:
    """Say who is behind, measured by the class: by the student in the middle, and by what most hand in."""
    middle = statistics.median(each.share for each in students)
    counts = Counter(lab for each in students for lab in each.cells)
    usual = {lab for lab, count in counts.items() if 2 * count > len(students)}
    found = []
    for each in students:
        missing = len(usual & {*each.missing})
        reasons = [f"{missing} labs not handed in"] if missing >= MANY else []
        if 2 * each.share < middle:
            reasons.append(f"{each.share:.0%} of the points, the middle {middle:.0%}")
        found.append(replace(each, behind="; ".join(reasons).replace("%", " %")))
    return found


def _cell(entry: Mapping[str, Any], counted: Counted | None) -> Cell:
    checks = entry["report"]["checks"] if entry["report"] else ()
    mistakes = {name: check["hint"] or "" for check in checks for name in check["mistakes"]}
    plain = entry["counts"]
    if counted is None:
        counted = Counted(plain["points"], tuple(plain["why"]), plain["is_excused"])
    return Cell(
        counted.points,
        entry["points"],
        counted.is_excused,
        bool(entry["look"]),
        counted.why,
        tuple(mistakes.items()),
    )


def _student(
    own: Mapping[str, Mapping[str, Any]], spent: Mapping[str, Counted], most: Mapping[str, int]
) -> Student:
    """Add up: a lab that is excused or not graded is in no sum, one that is missing counts 0."""
    *_, last = own.values()
    cells = {lab: _cell(entry, spent.get(lab)) for lab, entry in own.items()}
    counted = {lab: cell.points for lab, cell in cells.items() if cell.points is not None}
    missing = tuple(lab for lab in most if lab not in cells)
    met: dict[str, dict[str, None]] = {}
    for lab, cell in cells.items():
        for mistake, _ in cell.mistakes:
            met.setdefault(idea_of(mistake), {})[lab] = None
    came_back = {idea: tuple(labs) for idea, labs in met.items() if idea and len(labs) >= MANY}
    return Student(
        last["student"],
        last["id"] if last["is_lasting"] else "",
        cells,
        sum(counted.values()),
        sum(most[lab] for lab in (*counted, *missing)),
        missing,
        came_back,
        sum(each.term_days for each in spent.values()),
    )


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
