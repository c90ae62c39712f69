"""A class's marks in nbgrader's gradebook, without its autograde step; manual scores stay."""

import importlib
import importlib.util
import sqlite3
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any

from autograder.classroom.marks import Mark, Marks
from autograder.classroom.platforms.nbgrader.config import BUSY_SECONDS
from autograder.classroom.platforms.nbgrader.notebooks import grade_id
from autograder.errors import OurFaultError
from autograder.text import named
from autograder.waiting import wait_until

__all__ = ["GradebookError", "fill_gradebook"]

URL = f"sqlite:///{{}}?timeout={BUSY_SECONDS}"

_BUSY = "is in use by another program: run the command again."
_CLOSED = "cannot be written: make the file and its folder writable, and run the command again."
_FULL = "cannot be written: see whether the disk is full, and run the command again."
_DAMAGED = "is damaged: put a copy of it back, and run the command again."
_OTHER = (
    "was made by another version of nbgrader: install that one, or run `nbgrader db upgrade`, and "
    "run the command again."
)
LOOK_SECONDS = 0.1
_FIRST_BYTE = 0xFF  # of an error's number; the others only say more about it
_REASONS = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_READONLY: _CLOSED,
    sqlite3.SQLITE_CANTOPEN: _CLOSED,
    sqlite3.SQLITE_PERM: _CLOSED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _FULL,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_ERROR: _OTHER,  # a table or a column that is not there
}


class GradebookError(OurFaultError):
    """A gradebook takes no marks; the message says why, and what to do."""


def fill_gradebook(course: Path, marks: Marks) -> str | None:
    """Write a class's points into a course's gradebook; return a sentence on what was done.

    None where the course has no gradebook: then there is nothing to say.

    Raises: GradebookError if it takes no one's.
    """
    place = course / "gradebook.db"
    if not place.exists():
        return None
    if importlib.util.find_spec("nbgrader") is None:
        return (
            f"{place.name} was left as it is: nbgrader is not installed. Install it with: "
            "pip install 'nnlab-course[instructor]'"
        )
    if not wait_until(lambda: _is_free(place), place.name, most=BUSY_SECONDS, look=LOOK_SECONDS):
        raise GradebookError(f"{place.name} {_BUSY}")
    if place.stat().st_size == 0:  # in which nbgrader would begin a new one
        raise GradebookError(f"{place.name} {_DAMAGED}")
    try:
        with warnings.catch_warnings(action="ignore"):  # nbgrader's own
            return _fill(place, marks)
    except Exception as error:
        said = _said_by_sqlite(error)
        if said is None:
            raise
        why = _REASONS.get(said.sqlite_errorcode & _FIRST_BYTE, f"failed: {said}")
        raise GradebookError(f"{place.name} {why}") from error


def _is_free(place: Path) -> bool:
    """Say whether nobody writes into a database; what else is wrong with it shows when it is written."""
    try:
        with closing(sqlite3.connect(place, timeout=0)) as database:
            database.execute("BEGIN IMMEDIATE")
            database.rollback()
    except sqlite3.Error as error:
        return _REASONS.get(getattr(error, "sqlite_errorcode", 0) & _FIRST_BYTE) is not _BUSY
    return True


def _said_by_sqlite(error: BaseException | None) -> sqlite3.Error | None:
    """Find what is wrong with the whole gradebook, below what nbgrader and sqlalchemy make of it."""
    while error is not None:
        if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
            return error
        error = error.__cause__ or error.__context__
    return None


def _fill(place: Path, marks: Marks) -> str:
    api: Any = importlib.import_module("nbgrader.api")
    lab = marks.lab.id
    with api.Gradebook(URL.format(place)) as book:
        if not _is_of_this_nbgrader(book):
            raise GradebookError(f"{place.name} {_OTHER}")
        try:
            book.find_assignment(lab)
        except api.MissingEntry:
            return (
                f"{place.name} does not know {lab}. "
                f"Run `nbgrader generate_assignment {lab}`, then this command again."
            )
        left = []
        for mark in marks.marks:
            try:
                _enter(book, lab, mark)
                book.db.commit()
            except Exception as error:  # such as a name that no database takes
                if _said_by_sqlite(error):
                    raise  # the next one would fail alike
                book.db.rollback()
                left.append(named(mark.student))
    done = f"{len(marks.marks) - len(left)} submissions are in {place.name}."
    return f"{done} Those of {', '.join(left)} could not be entered." if left else done


def _is_of_this_nbgrader(book: Any) -> bool:
    """Return whether a gradebook has the tables that the installed nbgrader knows."""
    nbgrader: Any = importlib.import_module("nbgrader")
    alembic: Any = importlib.import_module("alembic.script")
    sqlalchemy: Any = importlib.import_module("sqlalchemy")
    versions = alembic.ScriptDirectory(Path(nbgrader.__file__).parent / "alembic")
    found = book.db.execute(sqlalchemy.text("SELECT version_num FROM alembic_version")).scalars()
    return set(found) <= set(versions.get_heads())


def _enter(book: Any, lab: str, mark: Mark) -> None:
    """Write one student's points; nothing else of the submission's row is touched.

    What was not graded has no score, not even 0: nbgrader shows it to a human.
    """
    book.update_or_create_student(mark.student)
    submission = book.update_or_create_submission(lab, mark.student)
    points: dict[str, int | None] = {grade_id(c): None for c in mark.submission.lab.checks.values()}
    if mark.report is not None:
        points |= {grade_id(result.check): result.points for result in mark.report.results}
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            if grade.name in points:
                score = points[grade.name]
                grade.auto_score = None if score is None else float(score)
                grade.needs_manual_grade = score is None or grade.manual_score is not None
