"""Commands for instructors where an extra is missing: they say so, and how to get it."""

import importlib.util
import sys
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from autograder import cli
from autograder.commands.instructors import setup


@pytest.fixture
def without_nbgrader(monkeypatch):
    """An install without the extra."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in setup.NEEDS else find(name)
    )


@pytest.mark.usefixtures("without_nbgrader")
def test_stubs_are_released_without_nbgrader(tmp_path):
    """The light install writes stubs, and says what is left out."""
    result = CliRunner().invoke(cli.main, ["release", "lab02", "--out", str(tmp_path)])

    assert result.exit_code == 0
    assert "Stubs only: notebooks need nbgrader and jupytext." in result.output
    assert "pip install 'nnlab-course[instructor]'" in result.output
    assert [path.name for path in (tmp_path / "lab02_hebb").iterdir()] == ["hebb.py"]


@pytest.mark.usefixtures("without_nbgrader")
def test_a_course_needs_nbgrader():
    """Exit code 2, and how to install it."""
    result = CliRunner().invoke(cli.main, ["setup", "nbgrader"])

    assert result.exit_code == 2
    assert "pip install 'nnlab-course[instructor]'" in result.output


def test_a_gradebook_without_nbgrader_is_left_as_it_is(tmp_path, monkeypatch):
    """A light install grades beside a gradebook, and says that it was not filled."""
    from autograder.classroom.marks import Marks
    from autograder.classroom.platforms.nbgrader import gradebook
    from autograder.course.catalogue import load_lab

    marks = Marks(load_lab("lab02_hebb"), "", ())
    assert gradebook.fill_gradebook(tmp_path, marks) is None
    (tmp_path / "gradebook.db").write_bytes(b"")
    monkeypatch.setattr(gradebook.importlib.util, "find_spec", lambda _name: None)

    assert "gradebook.db was left as it is" in gradebook.fill_gradebook(tmp_path, marks)


@pytest.fixture
def sources(monkeypatch):
    """Stand in for what writes notebooks, which takes seconds; return the labs that it was given."""
    given = []

    def init_course(folder, labs, **_):
        given.extend(lab.id for lab in labs)
        return [folder / "nbgrader_config.py"]

    monkeypatch.setattr(setup, "lacks_nbgrader", lambda: "")
    name = "autograder.classroom.platforms.nbgrader.sources"
    monkeypatch.setitem(sys.modules, name, SimpleNamespace(init_course=init_course))
    return given


def test_a_course_of_nbgraders_may_leave_out_labs(tmp_path, sources):
    """It gets no notebooks of these; what is there of them already is named, and left."""
    (tmp_path / "solutions" / "lab14_hopfield").mkdir(parents=True)
    said = CliRunner().invoke(
        cli.main,
        ["setup", "nbgrader", str(tmp_path), "--without", "lab14", "--without", "lab01"],
        catch_exceptions=False,
    )

    assert said.exit_code == 0, said.output
    assert "lab14_hopfield" not in sources
    assert "lab01_gates" not in sources
    assert "lab02_hebb" in sources
    assert "nbgrader generate_assignment lab02_hebb" in said.output
    assert "Left out, and still in solutions: lab14_hopfield." in said.output


def test_a_lab_that_another_needs_is_not_left_out_of_nbgraders_course(tmp_path, sources):
    """Nothing is written; the sentence names both."""
    said = CliRunner().invoke(
        cli.main, ["setup", "nbgrader", str(tmp_path), "--without", "lab05"], catch_exceptions=False
    )

    assert said.exit_code == 2
    assert "which students write in lab05_backprop. Leave out both:" in said.output
    assert sources == []
