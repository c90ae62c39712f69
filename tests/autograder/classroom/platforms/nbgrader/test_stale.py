"""A graded notebook of an earlier submission is never returned."""

import json
import shutil

import pytest

from autograder.classroom.platforms.nbgrader.stale import clear_stale, hash_of
from tests.autograder.classroom.platforms.nbgrader.classroom import LAB, NOTEBOOK, RIGHT, hand_in


@pytest.fixture
def course(tmp_path):
    """A course in which ada's submission is graded, and her feedback is made."""
    handed_in = tmp_path / "submitted" / "ada" / LAB.id
    handed_in.mkdir(parents=True)
    (handed_in / "hebb.py").write_text("first")
    signs = {"handed_in": hash_of(handed_in), "made_by": "seed 1"}
    for step, name in (("autograded", NOTEBOOK), ("feedback", f"{LAB.id}.html")):
        (tmp_path / step / "ada" / LAB.id).mkdir(parents=True)
        (tmp_path / step / "ada" / LAB.id / name).write_text(
            json.dumps({"metadata": {"nnlab": signs}})
        )
    return tmp_path


def left(course):
    """List what is left of notebook and feedback."""
    return [
        step for step in ("autograded", "feedback") if (course / step / "ada" / LAB.id).exists()
    ]


def test_what_has_not_changed_stays(course):
    """The same files and the same grader: nothing is taken away, and nothing said."""
    assert list(clear_stale(course)) == []
    assert list(clear_stale(course, {LAB.id: "seed 1", "lab03_perceptron": "other"})) == []
    assert left(course) == ["autograded", "feedback"]


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "hebb.py").write_text("second"),
        lambda folder: (folder / "new.txt").write_text(""),
        lambda folder: (folder / "hebb.py").rename(folder / "Hebb.py"),
        lambda folder: (folder / "hebb.py").unlink(),
    ],
)
def test_after_a_resubmission_notebook_and_feedback_go(course, change):
    """Whatever has changed in it: nbgrader then makes both again."""
    change(course / "submitted" / "ada" / LAB.id)
    (said,) = clear_stale(course)

    assert said.startswith(f"ada/{LAB.id} was handed in again since its notebook was graded.")
    assert f"nbgrader autograde {LAB.id}" in said
    assert left(course) == []


def test_after_a_regrade_under_another_seed_they_go(course):
    """A batch knows by what its marks were made."""
    (said,) = clear_stale(course, {LAB.id: "seed 2"})

    assert "was handed in or graded again" in said
    assert left(course) == []


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"metadata": {"nnlab": 1}}'])
def test_a_notebook_without_a_sign_is_graded_again(course, text):
    """Nobody knows what it was made from."""
    (course / "autograded" / "ada" / LAB.id / NOTEBOOK).write_text(text)

    assert len(list(clear_stale(course))) == 1


def test_what_is_not_handed_in_any_more_stays(course):
    """A graded notebook whose submission was moved away is the only one there is."""
    shutil.rmtree(course / "submitted")

    assert list(clear_stale(course)) == []
    assert left(course) == ["autograded", "feedback"]


@pytest.mark.slow
def test_a_returned_page_never_contradicts_itself(released, shell, tmp_path):
    """Batch, autograde, feedback, another hand-in, and the same again: the page shows the second."""
    pytest.importorskip("jupytext")
    course = shutil.copytree(released, tmp_path / "course")
    pages = []
    for text in (RIGHT.replace("bias + target", "bias"), RIGHT):
        shutil.rmtree(course / "submitted", ignore_errors=True)
        hand_in(course, "ada", text)
        batch = shell(course, "nnlab", "batch", "lab02")
        for step in ("autograde", "generate_feedback"):
            assert shell(course, "nbgrader", step, LAB.id).returncode == 0
        pages.append(next((course / "feedback").rglob("*.html")).read_text())

    assert "was handed in" in batch.stdout
    assert "The weights learn but the bias stays put" in pages[0]
    assert "The weights learn but the bias stays put" not in pages[1]
    assert (course / "autograded" / "ada" / LAB.id / "hebb.py").read_text() == RIGHT
