"""The machine's part of an experiment: from the notebook's cell and the modules that were handed in."""

import json
import shutil
from dataclasses import replace

import pytest

from autograder.classroom.platforms.nbgrader.cells import read_notebook
from autograder.course.catalogue import ROOT, load_lab
from autograder.course.experiments import find_experiment
from autograder.grading.submission import Submission
from tests.conftest import reference_text

pytest.importorskip("nbgrader")

from autograder.classroom.platforms.nbgrader import essays, experiments
from tests.autograder.classroom.platforms.nbgrader.classroom import (
    LAB,
    NOTEBOOK,
    cells,
    hand_in,
    marks_of_gradebook,
)

NAME = "ten-times-over"
_, MADE = find_experiment(NAME)
_, CHOICE = find_experiment("mostly-damaged")
RIGHT = reference_text("hebb")
STEP = "return weight + x * target, bias + target"


@pytest.mark.parametrize(
    ("cell", "typed"),
    [
        ('predict("ten-times-over", 4)', "4"),
        ("predict('ten-times-over', value=-2.5)", "-2.5"),
        ('%time\nautograder.predict("ten-times-over", 4)  # I think', "4"),
        ('predict("ten-times-over", 1 / 4)', "1 / 4"),
        ('predict("ten-times-over", ...)\npredict("ten-times-over", 3)', "3"),
        ('predict("ten-times-over", ...)', None),
        ('predict("ten-times-over", "about 3")', None),
        ('predict("ten-times-over")', None),
        ('predict("hebb-on-all-tables", 3)', None),
        ("predict(", None),
        ("(" * 5000, None),
        ('predict("ten-times-over", ' + "9" * 5000 + ")", None),
    ],
)
def test_a_prediction_is_read_and_never_run(cell, typed):
    """As it is typed; what is not of its kind is none, and what has to be computed counts."""
    assert experiments.prediction_in(MADE, ["1 + 1", cell]) == typed


def test_a_choice_is_read_as_the_cell_reads_it():
    """By its name, whatever its capitals."""
    assert experiments.prediction_in(CHOICE, ['predict("mostly-damaged", "The Pattern")'])
    assert experiments.prediction_in(CHOICE, ['predict("mostly-damaged", "none")']) is None


def found(text, sandbox, cell='predict("ten-times-over", 4)', printed=""):
    """Grade the machine's part with this module."""
    submission = Submission(load_lab("lab02_hebb"), {"hebb": text.encode()} if text else {})
    if not text:
        submission = replace(submission, missing={"hebb": "hebb.py is missing."})
    return experiments.find_out(MADE, [cell], printed, [submission], sandbox)


@pytest.mark.parametrize(
    ("text", "points", "sentence"),
    [
        (RIGHT, 1, "it gives 3, which is right."),
        (RIGHT.replace(STEP, "return weight + x, bias + 1"), 0, "which is not what right code gives."),
        (RIGHT.replace(STEP, 'raise NotImplementedError("lab02_hebb: hebb_step")'), 0,
         "The run needs something that is not written yet."),
        (RIGHT.replace(STEP, "return 1 / 0"), 0, "The run raised ZeroDivisionError: division by zero"),
        (RIGHT.replace(STEP, "import os; os._exit(0)"), 0, "The run: "),
        ("", 0, "The run needs something that is not written yet."),
    ],
)  # fmt: skip
def test_the_run_is_made_anew(text, points, sentence, sandbox):
    """With what was handed in; a wrong prediction costs nothing."""
    one = found(text, sandbox)

    assert one.points == points
    assert one.said.startswith("ten-times-over: predicted 4. ")
    assert sentence in one.said


def test_what_the_cell_had_printed_is_quoted(sandbox):
    """A human sees when the prediction stood, and whether it was changed; escapes are taken out."""
    one = found(RIGHT, sandbox, printed="predicted  4 (changed to 3 after the run)\x1b[2J")

    assert one.said.endswith("In the notebook stood:\npredicted  4 (changed to 3 after the run)[2J")


def test_without_a_prediction_there_is_no_point(sandbox):
    """Whatever the cell claims to have printed."""
    one = found(RIGHT, sandbox, 'predict("ten-times-over", ...)', "predicted 3")

    assert one.points == 0
    assert "no prediction stands in the notebook; expected is a number." in one.said


def answered(tmp_path, edit):
    """Put an edited notebook into the released one."""
    nbformat = pytest.importorskip("nbformat")
    released = ROOT / "assignments" / "lab02_hebb" / "lab02_hebb.ipynb"
    notebook = json.loads(released.read_text("utf-8"))
    edit({cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in notebook["cells"]}, notebook)
    path = tmp_path / released.name
    path.write_text(json.dumps(notebook))
    bound, notes = essays.gather(nbformat.read(released, as_version=4), [read_notebook(path)])
    return {
        cell.metadata.get("nbgrader", {}).get("grade_id", ""): cell for cell in bound.cells
    }, notes


def test_a_prediction_stays_in_its_cell(tmp_path):
    """With the outputs; no unanswered question is open because of it."""
    stream = {"output_type": "stream", "name": "stdout", "text": "observed   3"}

    def edit(cells, _):
        cells[f"predict-{NAME}"]["source"] = 'predict("ten-times-over", 4)'
        cells[f"observe-{NAME}"]["outputs"] = [stream]

    bound, notes = answered(tmp_path, edit)

    assert bound[f"predict-{NAME}"].source == 'predict("ten-times-over", 4)'
    assert bound[f"observe-{NAME}"].outputs[0].text == "observed   3"
    assert bound[f"answer-{NAME}"].source == "YOUR ANSWER HERE"
    assert notes == []


def test_what_is_written_beside_a_run_belongs_to_its_explanation(tmp_path):
    """In a cell of one's own, below the run or the prediction."""
    own = {"cell_type": "markdown", "metadata": {}, "source": "It adds the same.", "id": "mine"}

    def edit(cells, notebook):
        at = notebook["cells"].index(cells[f"observe-{NAME}"])
        notebook["cells"].insert(at + 1, own)

    bound, _ = answered(tmp_path, edit)

    assert bound[f"answer-{NAME}"].source == "It adds the same."


@pytest.mark.slow
def test_autograde_gives_the_machines_point(released, shell, tmp_path):
    """By nbgrader's own command; who predicted nothing has no point."""
    course = shutil.copytree(released, tmp_path / "course")
    for student, value in (("ada", "4"), ("bob", "...")):
        hand_in(course, student, RIGHT)
        path = course / "submitted" / student / LAB.id / NOTEBOOK
        notebook = json.loads(path.read_text(encoding="utf-8"))
        (cell,) = cells(notebook, "grade_id", f"predict-{NAME}")
        cell["source"] = f'predict("{NAME}", {value})'
        path.write_text(json.dumps(notebook))
    done = shell(course, "nbgrader", "autograde", LAB.id)

    assert done.returncode == 0, done.stderr
    graded = marks_of_gradebook(course)
    assert graded["ada"][f"observe-{NAME}"] == (1.0, None, False)
    assert graded["bob"][f"observe-{NAME}"] == (0.0, None, False)
