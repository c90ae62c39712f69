"""Marks in nbgrader's gradebook, one student at a time."""

import shutil
import sqlite3
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from autograder.classroom.platforms.nbgrader import gradebook
from autograder.classroom.platforms.nbgrader.gradebook import fill_gradebook
from autograder.commands.instructors.batch import batch
from tests.autograder.classroom.report.test_files import mark, marks

pytest.importorskip("nbgrader")


def test_a_name_that_no_database_takes_costs_no_other(released, tmp_path):
    """The others are in the gradebook, and the sentence names who is not, without strange characters."""
    import nbgrader.api

    course = shutil.copytree(released, tmp_path / "course")
    given = [mark("ada"), mark("b\udcffob\x1b[2J", ["hebb.update"]), mark("cem", ["hebb.update"])]
    told = fill_gradebook(course, marks(*given))

    assert told == "2 submissions are in gradebook.db. Those of bob[2J could not be entered."
    with nbgrader.api.Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        assert {student.id for student in book.students} == {"ada", "cem"}
        scores = {s.student.id: s.score for s in book.assignment_submissions("lab02_hebb")}
    assert scores["ada"] > scores["cem"] > 0


def in_use(place, monkeypatch):
    """Hold the gradebook, as another program does that writes."""
    monkeypatch.setattr(gradebook, "BUSY_SECONDS", 0.0)
    holder = sqlite3.connect(place, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    return holder


def read_only(_place, monkeypatch):
    """Open the gradebook as one that may not be written: root may write all files."""
    monkeypatch.setattr(gradebook, "URL", "sqlite:///file:{}?mode=ro&uri=true")


def no_database(place, _monkeypatch):
    """Have something else in the file."""
    place.write_bytes(b"not a database, " * 400)


def emptied(place, _monkeypatch):
    """Lose all that is in the file, as when a disk was full."""
    place.write_bytes(b"")


def torn(place, _monkeypatch):
    """Lose what stands in the middle of the file."""
    data = bytearray(place.read_bytes())
    data[4096:-4096] = bytes(len(data) - 8192)
    place.write_bytes(data)


def newer(place, _monkeypatch):
    """Be made by an nbgrader that is not there yet."""
    with sqlite3.connect(place) as book:
        book.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")


def older(place, _monkeypatch):
    """Lack a column that this nbgrader asks for."""
    with sqlite3.connect(place) as book:
        book.execute("ALTER TABLE grade DROP COLUMN extra_credit")


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        (in_use, "is in use by another program: run the command again."),
        (read_only, "cannot be written: make the file and its folder writable"),
        (no_database, "is damaged: put a copy of it back"),
        (emptied, "is damaged: put a copy of it back"),
        (torn, "is damaged: put a copy of it back"),
        (newer, "was made by another version of nbgrader"),
        (older, "was made by another version of nbgrader"),
    ],
)
def test_a_gradebook_that_takes_nothing_costs_no_mark(released, tmp_path, monkeypatch, odd, why):
    """The marks are written before; a sentence says where they are, and what to do."""
    course = shutil.copytree(released, tmp_path / "course")
    done = SimpleNamespace(marks=marks(mark("ada"), mark("cem")), graded=2)
    monkeypatch.setattr("autograder.classroom.batch.grade_class", lambda *_, **__: done)
    monkeypatch.chdir(course)
    holder = odd(course / "gradebook.db", monkeypatch)
    ran = CliRunner().invoke(batch, ["lab02", "--isolation", "process", "--jobs", "1"])
    if holder is not None:
        holder.close()

    assert ran.exit_code == 3, ran.output
    assert ran.output.splitlines()[-1].startswith(f"The marks are in marks/; gradebook.db {why}")
    assert isinstance(ran.exception, SystemExit)
    assert "ada" in (course / "marks" / "lab02_hebb.csv").read_text("utf-8")


def test_an_essay_that_nobody_has_read_waits_for_a_human(released, tmp_path):
    """A batch alone gives it no 0; experiments wait as well, for nbgrader's autograde."""
    course = shutil.copytree(released, tmp_path / "course")
    fill_gradebook(course, marks(mark("ada")))

    with sqlite3.connect(course / "gradebook.db") as book:
        waiting = book.execute(
            "SELECT COUNT(*) FROM grade WHERE needs_manual_grade AND auto_score IS NULL"
        )
        assert waiting.fetchone()[0] == 4 + 2 * 2
