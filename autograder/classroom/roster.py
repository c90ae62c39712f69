"""A learning platform's own list of students, filled in with the marks of a class.

Moodle gives a grading worksheet, Canvas an export of its gradebook; both take the same file back. So
the file is taken as it is, rows, columns, separators and encoding, and only cells of marks change.
A student is found by the platform's own number first, and by a name only if nobody else has it.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.classroom.columns import (
    PLATFORMS,
    Platform,
    RosterError,
    Sheet,
    cell_of,
    folded,
    is_setting,
    number_in,
)
from autograder.classroom.counting import Counted
from autograder.classroom.marks import Mark, Marks
from autograder.classroom.moments import moment_in
from autograder.classroom.people import letters_of
from autograder.classroom.spreadsheet import Table, TableError, read_table
from autograder.course.lab import Status
from autograder.grading.once import AS_IN
from autograder.grading.report import CheckResult, Report
from autograder.storage import NotAFileError, TooLargeError, read_regular

__all__ = ["Filled", "PLATFORMS", "Roster", "RosterError", "read_roster"]

MAX_BYTES = 32 << 20
"""What the list of a hundred thousand students does not reach."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The file with marks in it, and who could not be matched."""

    content: bytes
    matched: int
    strangers: tuple[str, ...]
    """Submissions whose student is not, or not clearly, in the file."""
    ungraded: tuple[str, ...]
    """Students whose submission has no mark: their cells stay."""
    excused: tuple[str, ...]
    absent: tuple[str, ...]
    """Students in the file without a submission, as the file calls them."""


@dataclass(frozen=True, slots=True)
class Roster:
    """One file of a platform, and which of its columns hold what."""

    platform: Platform
    table: Table
    number: int
    names: Sequence[int]
    logins: Sequence[int]
    grade: int
    """The column of the marks."""
    feedback: Sequence[int]
    comma: bool
    """Whether the file's numbers have a decimal comma."""
    time: int | None = None
    """The column that says when somebody handed in."""

    def fill(self, marks: Marks, essays: Mapping[str, float | None] | None = None) -> Filled:
        """Write the marks into the rows of those who reached them.

        With `essays` a human's points are added; whose essay waits for a human has no mark yet.
        """
        rows = [list(row) for row in self.table.rows]
        owners = self._owners(marks)
        places = {mark.student: row for row, mark in owners.items()}
        strangers, ungraded, excused = [], [], []
        for mark in marks.marks:
            counted, row = marks.counted(mark), places.get(mark.student)
            if essays is not None:
                counted = counted.with_essay(essays.get(mark.student))
            if row is None:
                strangers.append(mark.student)
            elif counted.is_excused:
                excused.append(mark.student)
                self._say(rows[row], counted.why)
            elif mark.report is None or counted.points is None:
                ungraded.append(mark.student)
                self._say(rows[row], mark.remarks if mark.is_undecided else ())
            else:
                self._write(rows[row], mark.report, counted)
        matched = len(marks.marks) - len(strangers) - len(ungraded) - len(excused)
        absent = tuple(name for row, name in self._people() if row not in owners)
        content = self.table.to_bytes(rows)
        return Filled(content, matched, tuple(strangers), tuple(ungraded), tuple(excused), absent)

    def times(self, marks: Marks) -> dict[str, datetime]:
        """Say when students handed in, where the file does."""
        owners = self._owners(marks) if self.time is not None else {}
        found = {
            mark.student: moment_in(cell_of(self.table.rows[row], self.time or 0))
            for row, mark in owners.items()
        }
        return {student: at for student, at in found.items() if at is not None}

    def _owners(self, marks: Marks) -> dict[int, Mark]:
        """Find whose row each is: of two for one row, who is named more surely."""
        signs = _Signs(self)
        found = [(mark, *signs.find(mark)) for mark in marks.marks]
        owners: dict[int, Mark] = {}
        for mark, row, _ in sorted(found, key=lambda each: not each[2]):
            if row is not None:
                owners.setdefault(row, mark)
        return owners

    def _write(self, row: list[str], report: Report, counted: Counted) -> None:
        row += [""] * (max([self.grade, *self.feedback]) + 1 - len(row))
        row[self.grade] = counted.shown.replace(".", "," if self.comma else ".")
        for column in self.feedback:
            row[column] = _feedback(report, counted)

    def _say(self, row: list[str], why: Sequence[str]) -> None:
        """Say to a student why there is no mark; what somebody wrote there stays."""
        row += [""] * (max([-1, *self.feedback]) + 1 - len(row))
        for column in self.feedback:
            row[column] = row[column] or _as_html(why)

    def students(self) -> Iterator[tuple[int, list[str]]]:
        """Go through the rows of students, and not through those of settings."""
        for at, row in enumerate(self.table.rows[1:], 1):
            names = [cell_of(row, column) for column in (*self.names, *self.logins)]
            if cell_of(row, self.number).strip() or not all(map(is_setting, names)):
                yield at, row

    def _people(self) -> Iterator[tuple[int, str]]:
        """Name those who could hand in: a platform's test student is none."""
        for at, row in self.students():
            called = [cell_of(row, column) for column in (*self.names, *self.logins, self.number)]
            name = next(filter(None, map(_composed, called)))
            if letters_of(name) not in {"studenttest", "teststudent"}:
                yield at, name


class _Signs:
    """By what a student's row is found; a sign that two students have leads nowhere."""

    def __init__(self, roster: Roster) -> None:
        rows = dict(roster.students())
        self.numbers = _index(rows, [roster.number], number_in)
        self.logins = _index(rows, [roster.number, *roster.logins], folded)
        self.names = _index(rows, roster.names, letters_of, _turned)
        self.numbered = {at for at, row in rows.items() if number_in(cell_of(row, roster.number))}

    def find(self, mark: Mark) -> tuple[int | None, bool]:
        """Return the row that is clearly a student's, and whether more than a name says so."""
        form = _SUBMISSION.fullmatch(mark.student)
        given = getattr(mark, "platform_id", None)
        number = number_in(str(given or (form["number"] if form else "")))
        by_number = self.numbers.get(number)
        by_login = self.logins.get(folded(mark.student))
        by_name = self.names.get(letters_of(form["name"] if form else mark.student))
        if by_login is not None and (given is None or by_number is None):
            return by_login, True
        if by_number is not None:  # unless the name is another's: numbers of another assignment
            return (by_number if by_name in {None, by_number} else None), True
        if number and by_name in self.numbered:  # a namesake, who has another number
            return None, False
        return by_name, False


_SUBMISSION = re.compile(
    r"(?P<name>.+?)(?:_late)?[ _]\(?(?P<number>[0-9]+)\)?(?:_assignsubmission_.*)?",
    re.IGNORECASE | re.DOTALL,
)
"""How platforms call submissions, and we them: `Ada_4712_assignsubmission_file`, `smithjohn (101)`."""


def _index(
    rows: Mapping[int, Sequence[str]], columns: Iterable[int], *keys: Callable[[str], str]
) -> dict[str, int | None]:
    """Map what stands in columns to the row where it does, or to none if that is in several."""
    places: dict[str, int | None] = {}
    for column in columns:
        for at, row in rows.items():
            for key in {make(cell_of(row, column)) for make in keys} - {""}:
                places[key] = at if places.get(key, at) == at else None
    return places


def _composed(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _turned(name: str) -> str:
    """Read `Lovelace, Ada` as Ada Lovelace."""
    last, _, first = name.partition(",")
    return letters_of(first + last)


def read_roster(path: Path, name: str, *, points: float, column: str = "") -> Roster:
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
        sheet = Sheet(path, platform, read_table(read_regular(path.resolve(), MAX_BYTES)))
        number, grade = sheet.number(), sheet.grade(column, points)
        names, logins = sheet.people(number, grade)
        feedback = sheet.headed(platform.feedback)
        time = sheet.time() if platform.is_translated else None
        limits = sheet.limits(grade, names)
        sheet.require_points(limits, points)
    except OSError as error:
        why = f"cannot be read: {error.strerror}"
    except NotAFileError:
        why = "cannot be read: it is not a file"
    except TooLargeError:
        why = f"has more than {MAX_BYTES >> 20} MB"
    except TableError as error:
        why = str(error)
    else:
        comma = any(map(_COMMA.fullmatch, (*limits, *sheet.cells(grade))))
        return Roster(platform, sheet.table, number, names, logins, grade, feedback, comma, time)
    raise RosterError(f"{path} {why}. Give {platform.file}.")


_COMMA = re.compile(r"[0-9]+,[0-9]+")


def _feedback(report: Report, counted: Counted) -> str:
    """Say what failed and why, in a few lines of HTML, which Moodle shows."""
    failed = [result for result in report.results if result.status is Status.FAILED]
    lines = [f"{result.check.id}: {_reason(result)}" for result in failed]
    causes = {_reason(r) for r in failed if not (r.hint or "").startswith(AS_IN)}
    if len(causes) == 1 < len(failed):
        lines = list(causes)
    counts = [f"Counts: {counted.shown}. {' '.join(counted.why)}"] if counted.why else []
    if counted.days_left is not None:
        counts.append(f"Free days of the term left: {counted.days_left}.")
    return _as_html((f"{report.score}.", *counts, *report.notes, *lines))


def _as_html(lines: Iterable[str]) -> str:
    return "<br>".join(html.escape(line, quote=False) for line in lines)


def _reason(result: CheckResult) -> str:
    """Say why a check failed: its hint, else what stopped the code, else what should have held."""
    return result.hint or result.cause or result.check.title
