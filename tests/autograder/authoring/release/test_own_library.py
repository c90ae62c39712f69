"""Figures and training in the student's edition: drawn by the student's own modules, or the missing one named."""

import importlib.util

import pytest

from autograder.course.catalogue import ROOT, labs
from autograder.gallery import lecture_figures

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("matplotlib") is None, reason="figures need matplotlib"
)


@pytest.fixture
def solved(student):
    """A student who has written every module."""
    student.write(*(module for lab in labs() for module in lab.modules))
    return student


def test_a_figure_is_drawn_by_the_students_modules(student):
    """The picture says whose modules it comes from, and only what it needs has to be there."""
    student.write("hebb")
    shown = student.nnlab("figure", "hebb-bipolar", "--animate")

    assert shown.returncode == 0, shown.stderr
    assert "Drawn by your hebb.py" in shown.stdout
    assert "4: [2.0, 2.0, -2.0]" in shown.stdout
    svg = (student.folder / "figures" / "hebb-bipolar.svg").read_text(encoding="utf-8")
    assert "drawn by your hebb.py" in svg
    assert (student.folder / "figures" / "hebb-bipolar.gif").exists()


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("hebb-binary", "train of lab02_hebb"),
        ("boundary-xor", "mlp of lab05_backprop"),
    ],
)
def test_an_empty_stub_is_named(student, name, missing):
    """Nothing is drawn, and the sentence says which exercise is missing and where it is written."""
    shown = student.nnlab("figure", name)

    assert shown.returncode == 1
    assert f"{name} needs {missing}, which is not written yet." in shown.stderr
    assert not (student.folder / "figures").exists()


def test_a_missing_file_is_an_empty_stub(student):
    """Whoever has deleted a file reads the same."""
    student.file("hebb").unlink()
    shown = student.nnlab("figure", "hebb-binary")

    assert shown.returncode == 1
    assert "hebb-binary needs train of lab02_hebb, which is not written yet." in shown.stderr


def test_a_wrong_module_draws_a_picture_that_says_so(student):
    """A title that the numbers do not show is not claimed."""
    student.write("hebb")
    text = student.file("hebb").read_text(encoding="utf-8")
    student.file("hebb").write_text(text.replace("bias + target", "bias"), encoding="utf-8")
    shown = student.nnlab("figure", "hebb-bipolar")

    assert shown.returncode == 1
    assert "The numbers do not show what the title says." in shown.stdout
    svg = (student.folder / "figures" / "hebb-bipolar.svg").read_text(encoding="utf-8")
    assert "Not shown by these numbers yet" in svg


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("while True: pass", "It used more than 2 s of CPU time and was stopped"),
        (
            "raise KeyError('mine')",
            "your library raised KeyError: 'mine', in lab02_hebb/hebb.py, line",
        ),
        ("import os; os._exit(0)", "The code ended its own process"),
    ],
)
def test_what_goes_wrong_is_said(student, line, said):
    """The library runs in the sandbox, under a check's limits; what it does there is a sentence."""
    student.write("hebb")
    with student.file("hebb").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    shown = student.nnlab("figure", "hebb-binary")

    assert shown.returncode == 1
    assert said in shown.stderr
    assert "Traceback" not in shown.stderr


def test_numbers_that_cannot_be_drawn_are_said_to_be(student):
    """Whatever a module gives, the command ends in a sentence."""
    student.write("hebb")
    with student.file("hebb").open("a", encoding="utf-8") as file:
        file.write("\nimport numpy as np\ndef train(x, target): return np.full((5, 3), 'a')\n")
        file.write("\ndef predict(weight, bias, x): return np.ones(4)\n")
    shown = student.nnlab("figure", "hebb-binary")

    assert shown.returncode == 1
    assert "hebb-binary: what your library gives cannot be drawn" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_outside_of_a_workspace_there_is_nothing_to_draw_with(student, tmp_path):
    """The sentence says where to go."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shown = student.nnlab("figure", "gates", cwd=elsewhere)

    assert shown.returncode in {1, 2}
    assert "holds no lab" in shown.stderr


def test_training_is_by_the_students_modules(solved):
    """The lines are the lecture's, the files are there, and it says whose library it was."""
    shown = solved.nnlab(
        *("train", "--data", "spirals", "--hidden", "20,20", "--epochs", "12", "--lr", "0.05"),
        *("--l1", "1e-5", "--init", "xavier", "--batch-size", "40", "--batch-norm"),
    )

    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("Finished epoch 1 / 12: cost ")
    assert "Trained by your activations.py" in shown.stdout
    assert {path.name for path in (solved.folder / "run").iterdir()} == {
        *("model.npz", "history.csv", "curves.png", "curves.svg")
    }


def test_training_names_what_is_missing(student):
    """With stubs nothing is trained, and what comes first is named."""
    shown = student.nnlab("train", "--epochs", "1")

    assert shown.returncode == 2
    assert "train needs " in shown.stderr
    assert "which is not written yet" in shown.stderr
    assert not (student.folder / "run").exists()


def test_training_takes_no_folder_here(student):
    """A sandbox has no files: the sentence says what data there is."""
    shown = student.nnlab("train", "--data", "cifar")

    assert shown.returncode == 2
    assert "--data takes digits, moons, spirals here, got 'cifar'." in shown.stderr


@pytest.mark.slow
def test_every_figure_is_drawn_by_a_solved_course(solved):
    """Whoever has written everything can draw everything, and each title is true."""
    shown = solved.nnlab("figure", "--all")

    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert shown.stdout.count("Drawn by your ") == len(lecture_figures())


def test_the_gallery_gives_nothing_away(site):
    """Figures call the student's modules; none of the reference's bodies stands in them."""
    from tests.autograder.authoring.release.test_nothing_given_away import given_away

    files = sorted((site / "autograder" / "gallery").glob("*.py"))
    known = {path.name for path in (ROOT / "autograder" / "gallery").glob("*.py")}

    assert {path.name for path in files} == known
    assert [name for path in files for name in given_away(path.read_text(encoding="utf-8"))] == []
