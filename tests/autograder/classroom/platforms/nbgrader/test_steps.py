"""Our steps in nbgrader's chain, one by one."""

from types import SimpleNamespace

import pytest

from autograder.course.lab import Status
from autograder.grading.report import CheckResult, Part, Report
from tests.autograder.classroom.platforms.nbgrader.classroom import LAB

nbformat = pytest.importorskip("nbformat")
steps = pytest.importorskip(
    "autograder.classroom.platforms.nbgrader.steps", exc_type=ModuleNotFoundError
)
new_code_cell = nbformat.v4.new_code_cell
new_markdown_cell = nbformat.v4.new_markdown_cell
new_notebook = nbformat.v4.new_notebook

ANSWER = {"nbgrader": {"grade_id": "a", "solution": True, "grade": True}}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        b'{"cells": [{"cell_type": "code", "source": {"a": 1}, "metadata": 5}], "nbformat": 4}',
        b"\xff\xfe\x00",
        b'{"cells": ' + b"[" * 50_000,
    ],
)
def test_what_is_no_notebook_is_an_empty_one(text, tmp_path):
    """Whatever a file holds, reading it gives a notebook."""
    path = tmp_path / "lab.ipynb"
    path.write_bytes(text)

    assert steps._read(path).cells == []


def test_an_old_notebook_is_read(tmp_path):
    """A notebook of version 3 is brought up to date."""
    path = tmp_path / "lab.ipynb"
    old = nbformat.v3.new_notebook(
        worksheets=[nbformat.v3.new_worksheet(cells=[nbformat.v3.new_text_cell("markdown", "hi")])]
    )
    path.write_text(nbformat.v3.writes_json(old))

    assert [cell.source for cell in steps._read(path).cells] == ["hi"]


def test_a_notebook_of_many_megabytes_is_not_read(tmp_path, monkeypatch):
    """Its size is looked at first."""
    monkeypatch.setattr(steps, "MAX_NOTEBOOK_BYTES", 10)
    path = tmp_path / "lab.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("hi")]), path)

    assert steps._read(path).cells == []


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ([new_markdown_cell("mine", metadata=ANSWER)], "mine"),
        ([new_markdown_cell("mine", id="cell-a")], "mine"),
        ([new_markdown_cell("Why?"), new_markdown_cell("mine")], "mine"),
        (
            [
                new_markdown_cell("stub", metadata=ANSWER),
                new_markdown_cell("mine", metadata=ANSWER),
            ],
            "mine",
        ),
        ([new_markdown_cell("elsewhere")], "stub"),
        ([new_code_cell("Why?")], "stub"),
        ([], "stub"),
    ],
)
def test_an_answer_is_found(cells, found):
    """By nbgrader's id, by the cell's own, or below the question; a written copy before an empty one."""
    released = new_markdown_cell("stub", metadata=ANSWER, id="cell-a")

    assert (
        steps._answer(nbformat.from_dict(released), "Why?", [*map(nbformat.from_dict, cells)])
        == found
    )


@pytest.mark.parametrize(
    ("status", "most", "text"),
    [
        (Status.PASSED, 3.0, "3.0"),
        (Status.FAILED, 3.0, "0.0"),
        (Status.PASSED, 1.5, "1.5"),
    ],
)
def test_points_are_a_plain_float_within_bounds(status, most, text):
    """The last output is what nbgrader reads: it is the text of a Python float, and nothing is on stderr."""
    check = LAB.checks["hebb.update"]
    result = CheckResult(check, status, (Part("RuntimeWarning: overflow\x1b[31m"),))
    report = Report(LAB.id, LAB.title, 0, ("process",), (result,))

    first, last = steps._outputs(report, check, most)

    assert (first.output_type, first.name) == ("stream", "stdout")
    assert last.data == {"text/plain": text}


def test_what_was_not_graded_has_no_points():
    """The last output is an error, so nobody takes it for full marks, and our own step opens the score."""
    check = LAB.checks["hebb.update"]
    report = Report(
        LAB.id, LAB.title, 0, ("process",), (CheckResult(check, Status.ERROR, (Part("oh"),)),)
    )
    _, last = steps._outputs(report, check, 3.0)

    assert (last.output_type, last.ename) == ("error", "not graded")


def test_a_notebook_of_very_many_cells_is_an_empty_one(tmp_path):
    """Reading each costs more than its text: what nobody wrote by hand is not read."""
    path = tmp_path / "lab02_hebb.ipynb"

    def read(number):
        cells = [nbformat.v4.new_markdown_cell("x") for _ in range(number)]
        path.write_text(nbformat.writes(new_notebook(cells=cells)), encoding="utf-8")
        return len(steps._read(path).cells)

    assert (read(3), read(steps.MAX_CELLS + 1)) == (3, 0)


def test_a_lab_without_release_is_told(tmp_path):
    """There is nothing to rebuild from, and the sentence says what to run."""
    course = SimpleNamespace(
        release_directory="assignments",
        format_path=lambda step, student, lab: str(tmp_path / step / student / lab),
    )
    resources = {"nbgrader": {"assignment": "lab02_hebb", "notebook": "lab02_hebb"}}

    with pytest.raises(FileNotFoundError, match="Run: nbgrader generate_assignment lab02_hebb"):
        steps.rebuild(new_notebook(), course, resources)
