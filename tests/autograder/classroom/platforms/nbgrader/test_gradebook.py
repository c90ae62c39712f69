"""Marks in nbgrader's gradebook, one student at a time."""

import shutil

import pytest

from autograder.classroom.platforms.nbgrader.gradebook import fill_gradebook
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
