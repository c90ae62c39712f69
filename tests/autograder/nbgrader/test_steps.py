"""Our steps in nbgrader's chain, one by one."""

from types import SimpleNamespace

import pytest

from autograder.check import Status
from autograder.report import CheckResult, Report
from tests.autograder.nbgrader.classroom import LAB

nbformat = pytest.importorskip("nbformat")
steps = pytest.importorskip("autograder.nbgrader.steps", exc_type=ModuleNotFoundError)
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
        (Status.ERROR, 3.0, "3.0"),
        (Status.PASSED, 1.5, "1.5"),
    ],
)
def test_points_are_a_plain_float_within_bounds(status, most, text):
    """The last output is what nbgrader reads: it is the text of a Python float, and nothing is on stderr."""
    check = LAB.checks["hebb.update"]
    result = CheckResult(check, status, "RuntimeWarning: overflow\x1b[31m")
    report = Report(LAB.id, LAB.title, 0, "process", (result,))

    first, last = steps._outputs(report, check, most)

    assert (first.output_type, first.name) == ("stream", "stdout")
    assert last.data == {"text/plain": text}


def test_a_lab_without_release_is_told(tmp_path):
    """There is nothing to rebuild from, and the sentence says what to run."""
    course = SimpleNamespace(
        release_directory="assignments",
        format_path=lambda step, student, lab: str(tmp_path / step / student / lab),
    )
    resources = {"nbgrader": {"assignment": "lab02_hebb", "notebook": "lab02_hebb"}}

    with pytest.raises(FileNotFoundError, match="Run: nbgrader generate_assignment lab02_hebb"):
        steps.rebuild(new_notebook(), course, resources)
