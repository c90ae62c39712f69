"""What a cell of a notebook calls: the same points as `nnlab grade`, and its report in words."""

import os
import subprocess
import sys

import pytest

from autograder import check, notebook_cell
from autograder.course import ROOT
from autograder.submission import SubmissionError
from tests.conftest import reference_text


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a right module, as a notebook's kernel is started in."""
    (tmp_path / "hebb.py").write_text(reference_text("hebb"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(notebook_cell, "_last", None)
    return tmp_path


def test_a_cell_prints_the_report_and_has_the_points(folder, capsys):
    """Right: full points; wrong: none, the fact, and the mistake's name; the file is read anew."""
    assert repr(check("hebb.update")) == "3.0"
    assert "✓ hebb.update  3/3" in capsys.readouterr().out
    (folder / "hebb.py").write_text(reference_text("hebb").replace("bias + target", "bias"))

    assert repr(check("hebb.update")) == "0.0"
    shown = capsys.readouterr().out
    assert "called    hebb_step(" in shown
    assert "The weights learn but the bias stays put." in " ".join(shown.split())
    assert "hebb.predict" not in shown


def test_a_cell_counts_as_the_mark_does(folder):
    """A check whose need fails has no points here either."""
    (folder / "hebb.py").write_text(reference_text("hebb").replace("bias + target", "bias"))

    assert check("hebb.history") == 0.0


def test_cells_in_a_row_grade_once(folder, monkeypatch):
    """One state of the file is graded once, whatever its cells ask."""
    assert check("hebb.update") == 3.0
    monkeypatch.setattr("autograder.sandbox.open_sandbox", None)

    assert check("hebb.predict") == 3.0
    assert (folder / "hebb.py").exists()


@pytest.mark.usefixtures("folder")
def test_a_missing_module_is_told(folder, capsys):
    """Where the module is not beside the notebook, the sentence says where it should be."""
    (folder / "hebb.py").unlink()

    assert check("hebb.update") == 0.0
    assert "hebb.py is missing" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("hebb.updat", "The checks are hebb.to_bipolar"), ("nothing", "such as hebb.update")],
)
def test_an_unknown_check_is_told(name, sentence):
    """The sentence lists what there is."""
    with pytest.raises(SubmissionError, match=sentence):
        check(name)


def test_a_notebook_may_import_it_at_any_time(folder):
    """`from autograder import check` gives the same before and after the module was imported."""
    program = (
        "from autograder import check\nfirst = check\nimport autograder.check\n"
        "from autograder import check\nassert check is first\nprint(check('hebb.to_bipolar'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.endswith("2.0\n")
    assert done.stderr == ""
