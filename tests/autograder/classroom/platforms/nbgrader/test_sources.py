"""The notebooks of all labs: generated, complete, reproducible, and released without an answer."""

import json

import pytest

from autograder.classroom.platforms.nbgrader.notebooks import grade_id, make_notebook, read_text
from autograder.course.catalogue import ROOT, labs, load_lab
from autograder.course.reference import find_body
from autograder.course.stubs import FilledInError
from tests.conftest import reference_text

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("jupytext")
sources = pytest.importorskip(
    "autograder.classroom.platforms.nbgrader.sources", exc_type=ModuleNotFoundError
)

LABS = labs()
HEBB = load_lab("lab02_hebb")
PER_LAB = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.id)


@pytest.fixture(scope="module")
def assignments(tmp_path_factory):
    """All notebooks, released now."""
    folder = tmp_path_factory.mktemp("assignments")
    assert sources.release_notebooks(LABS, folder) == len(LABS)
    return folder


def path_of(folder, lab):
    """Tell where a lab's notebook stands."""
    return folder / lab.id / f"{lab.id}.ipynb"


@PER_LAB
def test_the_committed_notebook_is_fresh(lab, assignments):
    """It is what checks and text give; if not: run `nnlab release`."""
    assert path_of(ROOT / "assignments", lab).read_bytes() == path_of(assignments, lab).read_bytes()


@PER_LAB
def test_a_cell_for_each_check_with_its_points(lab, assignments):
    """Graded cells hold one call, and carry the check's id and points; questions come on top."""
    notebook = nbformat.read(path_of(assignments, lab), as_version=4)
    graded = [c for c in notebook.cells if "nnlab" in c.metadata]
    explained = [c for c in notebook.cells if c.metadata.nbgrader.solution]
    text = read_text(lab)

    assert {c.metadata.nnlab.check: c.source for c in graded} == {
        name: f'check("{name}")' for name in lab.checks
    }
    for cell in graded:
        check = lab.checks[cell.metadata.nnlab.check]
        assert cell.metadata.nbgrader.points == check.points
        assert cell.metadata.nbgrader.grade_id == grade_id(check)
        assert cell.metadata.nbgrader.locked
    assert len(explained) == len(text.questions) + len(text.experiments)
    assert all(cell.source == "YOUR ANSWER HERE" for cell in explained)
    nbformat.validate(notebook)


@PER_LAB
def test_cells_for_each_experiment(lab, assignments):
    """One to predict in, one that runs and has the machine's point, and one for the explanation."""
    notebook = nbformat.read(path_of(assignments, lab), as_version=4)
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells}

    for experiment in read_text(lab).experiments:
        predict, observe = cells[f"predict-{experiment.name}"], cells[f"observe-{experiment.name}"]
        assert predict.source == f'predict("{experiment.name}", ...)'
        assert not predict.metadata.nbgrader.locked
        assert "editable" not in predict.metadata
        assert observe.source == f'observe("{experiment.name}")'
        assert (observe.metadata.nbgrader.points, observe.metadata.nbgrader.grade) == (1, True)
        assert cells[f"answer-{experiment.name}"].metadata.nbgrader.points == experiment.points


@PER_LAB
def test_no_answer_goes_out(lab, assignments):
    """Neither a worked answer's line nor an exercise's body stands in a released notebook."""
    cells = json.loads(path_of(assignments, lab).read_text())["cells"]
    lines = {line.strip() for cell in cells for line in "".join(cell["source"]).splitlines()}
    text = read_text(lab)
    secret = {line for q in text.questions for line in q.answer.splitlines()}
    secret |= {line for e in text.experiments for line in e.explanation.splitlines()}
    for exercise in lab.exercises:
        text = reference_text(exercise.partition(".")[0])
        first, last = find_body(text, exercise)
        secret |= {line.strip() for line in text.splitlines()[first - 1 : last]}

    assert not lines & (secret - {""})


def test_a_source_has_no_chance_in_it():
    """Two notebooks made of one text are equal, ids included."""
    text = read_text(HEBB)

    assert nbformat.writes(make_notebook(HEBB, text)) == nbformat.writes(make_notebook(HEBB, text))


def test_answers_are_not_overwritten(tmp_path):
    """A notebook that somebody has answered in, or that cannot be read, is refused unless forced."""
    path = path_of(tmp_path, HEBB)
    sources.release_notebooks([HEBB], tmp_path)
    assert sources.release_notebooks([HEBB], tmp_path) == 0
    fresh = path.read_text()
    notebook = json.loads(fresh)
    answered = json.loads(fresh)
    answered["cells"][-1]["source"] = ["Because."]
    notebook["cells"].append({**notebook["cells"][-2], "id": "mine"})
    for text in (json.dumps(answered), json.dumps(notebook), "{"):
        path.write_text(text)
        with pytest.raises(FilledInError, match="Somebody has answered in"):
            sources.release_notebooks([HEBB], tmp_path)
        assert path.read_text() == text

    assert sources.release_notebooks([HEBB], tmp_path, force=True) == 1
    assert path.read_text() == fresh


def test_an_older_release_is_replaced(tmp_path):
    """Where nobody has answered, outputs and all, the new notebook takes the old one's place."""
    sources.release_notebooks([HEBB], tmp_path)
    path = path_of(tmp_path, HEBB)
    old = json.loads(path.read_text())
    old["cells"][0]["source"] = ["# An older title"]
    path.write_text(json.dumps(old))

    assert sources.release_notebooks([HEBB], tmp_path) == 1


def test_a_step_that_fails_ends_the_release(tmp_path, monkeypatch):
    """If stubs or notebook cannot be made, nothing goes out."""
    from autograder.classroom.platforms.nbgrader import steps

    def broken(*_args):
        raise LookupError("no such exercise")

    monkeypatch.setattr(steps, "make_stub", broken)
    with pytest.raises(sources.GenerateError, match="nbgrader does not release lab02_hebb"):
        sources.release_notebooks([HEBB], tmp_path)
    assert list(tmp_path.iterdir()) == []
