"""A learning platform's own list of students, filled in with the marks of a class.

Moodle gives a grading worksheet, Canvas an export of its gradebook; both take the same file back. So
the file is taken as it is, rows, columns, separators and encoding, and only cells of marks change.
Who handed in is found by what the platform itself puts into the names of folders and files.
"""

import codecs
import csv
import html
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.classroom.marks import Mark, Marks
from autograder.classroom.spreadsheet import safe_cell
from autograder.course.lab import Status
from autograder.errors import WrongUseError
from autograder.grading.report import Report

__all__ = ["Filled", "PLATFORMS", "Roster", "RosterError", "read_roster"]


class RosterError(WrongUseError):
    """The file is none that the platform gives; the message says what is expected."""


@dataclass(frozen=True, slots=True)
class Platform:
    """What a platform calls the columns, and how it names what students hand in."""

    name: str
    told: str
    """What the file is, and where one gets it."""
    needed: tuple[str, ...]
    names: tuple[str, ...]
    """The columns by which a student may be named, the surest first."""
    key: Callable[[str], str]
    """Makes comparable what stands there and in the name of a submission."""
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """The file with marks in it, and who could not be matched."""

    content: bytes
    matched: int
    strangers: tuple[str, ...]
    """Submissions whose student is not, or not clearly, in the file."""
    ungraded: tuple[str, ...]
    """Students whose submission has no mark through our fault: their cells stay."""


@dataclass(slots=True)
class Roster:
    """One file of a platform."""

    platform: Platform
    rows: list[list[str]]
    grade: int
    """The column of the marks."""
    delimiter: str
    line_end: str
    bom: bool
    _feedback: int | None = field(init=False)

    def __post_init__(self) -> None:
        header = self.rows[0]
        has_feedback = self.platform.feedback in header
        self._feedback = header.index(self.platform.feedback) if has_feedback else None

    def fill(self, marks: Marks) -> Filled:
        """Write the marks into the rows of those who reached them."""
        rows = [list(row) for row in self.rows]
        places = self._places()
        strangers, ungraded, taken = [], [], set()
        for mark in marks.marks:
            row = next((p for key in _keys(mark, self.platform) if (p := places.get(key))), None)
            if row is None or row in taken:
                strangers.append(mark.student)
            elif mark.report is None or mark.report.points is None:
                ungraded.append(mark.student)
            else:
                taken.add(row)
                self._write(rows[row], mark.report)
        return Filled(self._bytes(rows), len(taken), tuple(strangers), tuple(ungraded))

    def _write(self, row: list[str], report: Report) -> None:
        last = max(self.grade, self._feedback or 0)
        row += [""] * (last + 1 - len(row))
        row[self.grade] = str(report.points)
        if self._feedback is not None:
            row[self._feedback] = _feedback(report)

    def _places(self) -> dict[str, int | None]:
        """Map every name of a student to a row; a name that two students have, to none."""
        header, places = self.rows[0], dict[str, int | None]()
        for column in self.platform.names:
            if column not in header:
                continue
            at = header.index(column)
            for number, row in enumerate(self.rows[1:], 1):
                key = self.platform.key(row[at]) if at < len(row) else ""
                if key and places.get(key, number) != number:
                    places[key] = None
                elif key:
                    places[key] = number
        return places

    def _bytes(self, rows: Sequence[Sequence[str]]) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator=self.line_end)
        writer.writerows([safe_cell(cell) for cell in row] for row in rows)
        return (codecs.BOM_UTF8 if self.bom else b"") + text.getvalue().encode("utf-8")


def read_roster(path: Path, name: str, *, points: int, column: str = "") -> Roster:
    """Read a platform's file.

    Args:
        path: the file.
        name: the platform, one of `PLATFORMS`.
        points: what can be reached; the platform must count up to the same.
        column: the column of the marks, or a part of its name; default: the platform's usual one.

    Raises: RosterError if it is none, or marks have no place in it.
    """
    platform = PLATFORMS[name]
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise RosterError(
            f"{path} cannot be read: {error.strerror}. Give {platform.told}."
        ) from None
    except UnicodeDecodeError:
        raise RosterError(f"{path} is not text in UTF-8. Give {platform.told}, as it is.") from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise RosterError(f"{path} is no CSV: {error}. Give {platform.told}.") from None
    missing = [wanted for wanted in platform.needed if not rows or wanted not in rows[0]]
    if missing:
        raise RosterError(f"{path} has no column {' and no '.join(missing)}. Give {platform.told}.")
    line_end = "\r\n" if "\r\n" in text else "\n"
    grade = _grade_column(path, rows[0], column or DEFAULT_COLUMNS.get(name, ""))
    _see_that_points_fit(path, rows, grade, points)
    return Roster(platform, rows, grade, delimiter, line_end, data.startswith(codecs.BOM_UTF8))


DEFAULT_COLUMNS = {"moodle": "Grade"}


def _grade_column(path: Path, header: Sequence[str], wanted: str) -> int:
    """Find the one column that is meant: by its name, else by a part of it."""
    if not wanted:
        raise RosterError(f"Say which column of {path} takes the marks, with --column.")
    exact = [i for i, name in enumerate(header) if name == wanted]
    found = exact or [i for i, name in enumerate(header) if wanted.lower() in name.lower()]
    if len(found) != 1:
        said = "no column" if not found else f"{len(found)} columns"
        raise RosterError(
            f"{path} has {said} like {wanted!r}. Its columns are {', '.join(filter(None, header))}."
        )
    return found[0]


def _see_that_points_fit(path: Path, rows: list[list[str]], grade: int, points: int) -> None:
    """Compare what the platform counts up to with the lab's points: marks are not converted."""
    header = rows[0]
    most = [
        row[grade]
        for row in rows[1:3]
        if row and row[0].strip() == "Points Possible" and grade < len(row)
    ]
    if "Maximum Grade" in header:
        at = header.index("Maximum Grade")
        most += [row[at] for row in rows[1:] if at < len(row)]
    for text in dict.fromkeys(filter(None, map(str.strip, most))):
        try:
            fits = float(text.replace(",", ".")) == points
        except ValueError:  # such as "(read only)"
            fits = False
        if not fits:
            raise RosterError(
                f"{path} counts up to {text}, this lab to {points}. Set the maximum there to "
                f"{points}, and export again."
            )


def _keys(mark: Mark, platform: Platform) -> list[str]:
    """List by what a submission may be found, the surest first: a platform's number, the name."""
    number = _MOODLE_FOLDER.fullmatch(mark.student)
    names = [f"Participant {number['id']}", number["name"]] if number else [mark.student]
    return [platform.key(name) for name in names]


_MOODLE_FOLDER = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_.+")


def _feedback(report: Report) -> str:
    """Tell in a few lines of HTML, which Moodle shows, what failed and why."""
    failed = [result for result in report.results if result.status is Status.FAILED]
    lines = [f"{report.score}."] + [
        f"{result.check.id}: {result.hint or result.check.title}" for result in failed
    ]
    return "<br>".join(html.escape(line, quote=False) for line in lines)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _letters(name: str) -> str:
    """Leave of a name what Canvas leaves in the names of files: letters and digits."""
    return "".join(char for char in name.casefold() if char.isalnum())


PLATFORMS = {
    "moodle": Platform(
        "moodle",
        "the grading worksheet that Moodle lets you download beside the submissions",
        ("Identifier",),
        ("Identifier", "Email address", "ID number", "Username", "Full name"),
        _folded,
        feedback="Feedback comments",
    ),
    "canvas": Platform(
        "canvas",
        "the gradebook that Canvas exports",
        ("Student", "ID"),
        ("SIS Login ID", "SIS User ID", "ID", "Student"),
        _letters,
    ),
}
