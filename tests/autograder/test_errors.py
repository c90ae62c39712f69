"""Every error of the course has one of two kinds, and the command line knows no other."""

import ast
import os
import subprocess
import sys
import tempfile

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course.catalogue import ROOT
from autograder.errors import OurFaultError, WrongUseError, after_a_fault, needs_extra, writing

SOURCES = sorted((ROOT / "autograder").rglob("*.py"))


def classes():
    """List the errors that the checker defines, each with the names of its bases."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                yield node.name, {base.id for base in node.bases if isinstance(base, ast.Name)}


def test_every_error_stands_in_the_tree():
    """Each derives from wrong use, from our fault, or from one that does."""
    found = dict(classes())
    tree = {"WrongUseError", "OurFaultError"}
    while more := {name for name, bases in found.items() if bases & tree} - tree:
        tree |= more

    assert set(found) - tree == {"NnlabError"}


def test_no_command_turns_errors_into_clicks():
    """One place does."""
    commands = [path for path in SOURCES if "commands" in path.parts]

    assert [path for path in commands if "str(error))" in path.read_text(encoding="utf-8")] == [
        ROOT / "autograder" / "commands" / "students" / "train.py"  # the engine's own errors
    ]


def test_a_missing_package_is_named_with_its_extra():
    """And with what can be done without."""
    with (
        pytest.raises(WrongUseError, match=r"needs cosmic_ray\. .*\[prove\]'\nWithout: x$"),
        needs_extra("prove", "\nWithout: x"),
    ):
        raise ModuleNotFoundError(name="cosmic_ray.operators")


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    """With the system's reason."""
    with pytest.raises(WrongUseError, match=r"a cannot be written: Is a"), writing(tmp_path / "a"):
        raise IsADirectoryError(21, "Is a directory")


def test_a_fault_says_what_to_do_now():
    """A student tells an instructor; an instructor reads what it means."""
    assert OurFaultError("x").and_now == "Please tell your instructor."
    with pytest.raises(OurFaultError) as caught, after_a_fault("Nothing is lost."):
        raise OurFaultError("x")
    assert caught.value.and_now == "Nothing is lost."


def test_what_nobody_foresaw_is_a_sentence_and_a_file(monkeypatch, tmp_path):
    """It names the error and not the command's options; where no file can be written, it goes without."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("autograder.student.selfcheck.find_targets", lambda *_: {}["x\n"])
    shown = CliRunner().invoke(main, ["grade", "hebb", "--seed", "4711"])
    (report,) = tmp_path.glob("nnlab-error-*.txt")
    text = report.read_text(encoding="utf-8")

    assert shown.exit_code == 3
    assert shown.output.startswith(
        "Error: Unexpected error: KeyError: 'x\\n'. The whole report is in "
    )
    assert "Traceback" not in shown.output
    assert "Traceback" in text
    assert "nnlab " in text
    assert "4711" not in text

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    shown = CliRunner().invoke(main, ["grade", "hebb"])
    assert (shown.exit_code, "Traceback" in shown.output) == (3, False)


CELL = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("from autograder import check\\ncheck('hebb.update')")
"""


@pytest.mark.parametrize(
    "command", [["-m", "autograder", "grade", "lab02"], ["-m", "autograder", "batch", "lab02"]]
)
def test_a_python_without_docstrings_is_named(command):
    """Images of containers set PYTHONOPTIMIZE=2; the checks' promises stand in docstrings."""
    shown = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONOPTIMIZE": "2"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (shown.returncode, shown.stdout) == (2, "")
    assert shown.stderr.startswith("Error: Python was started without docstrings")
    assert "Traceback" not in shown.stderr


def test_a_cell_of_such_a_python_shows_the_sentence_alone():
    """A notebook shows no lines of ours."""
    pytest.importorskip("IPython")
    shown = subprocess.run(
        [sys.executable, "-c", CELL],
        cwd=ROOT,
        env={**os.environ, "PYTHONOPTIMIZE": "2"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert shown.stdout.strip().startswith("Error: Python was started without docstrings")
    assert "Traceback" not in shown.stdout + shown.stderr
