"""Pictures as files: what is written where, and what is said when nothing can be written."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder import cli
from autograder.course.catalogue import ROOT
from autograder.report import pictures
from autograder.report.pictures import PictureError, prepare, save_pictures

pytest.importorskip("matplotlib")

DEMO = str(ROOT / "docs" / "demo" / "three_mistakes" / "lab02_hebb")
NAME = "lab02_hebb-hebb.decision_line.png"


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run nnlab in a folder of its own, in this process, with a worker that is not forked from it."""
    from autograder import sandbox
    from autograder.student import selfcheck

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(selfcheck, "open_sandbox", lambda **_: sandbox.open_sandbox())
    return lambda *args: CliRunner().invoke(cli.main, args, catch_exceptions=False)


def test_failed_checks_are_drawn_into_the_folder(run, tmp_path):
    """Each failed check with a picture has a PNG named after lab and check, and the path is printed."""
    result = run("grade", DEMO, "--pictures", "new/drawn")
    drawn = sorted(path.name for path in (tmp_path / "new" / "drawn").iterdir())

    assert result.exit_code == 1
    assert NAME in drawn
    assert (tmp_path / "new" / "drawn" / NAME).read_bytes().startswith(b"\x89PNG")
    assert all(f"picture   {Path('new/drawn') / name}" in result.output for name in drawn)


def test_the_report_as_data_stays_data(run):
    """With --json the paths go to stderr, and the report is the same as without pictures."""
    plain = json.loads(run("grade", DEMO, "--json").stdout)
    result = run("grade", DEMO, "--json", "--pictures", "drawn")
    drawn = json.loads(result.stdout)
    for check in (*plain["checks"], *drawn["checks"]):
        del check["seconds"]

    assert drawn == plain
    assert NAME in result.stderr


def test_a_right_submission_has_nothing_to_draw(run):
    """Where nothing failed, one sentence says that there is no picture."""
    result = run("grade", str(ROOT / "nnlab" / "hebb.py"), "--pictures", "drawn")

    assert result.exit_code == 0
    assert "No failed check has a picture." in result.output


def test_a_lab_graded_twice_keeps_both_pictures(run, tmp_path):
    """The second submission to a lab does not overwrite the pictures of the first."""
    other = tmp_path / "other" / "lab02_hebb"
    other.mkdir(parents=True)
    (other / "hebb.py").write_bytes((Path(DEMO) / "hebb.py").read_bytes())
    run("grade", DEMO, str(other), "--pictures", "drawn")

    assert (tmp_path / "drawn" / NAME).exists()
    assert (tmp_path / "drawn" / NAME.replace(".png", "-2.png")).exists()


def test_a_folder_that_cannot_be_made_is_told_before_grading(run, tmp_path):
    """A file in the folder's place is wrong usage, told in a sentence before anything is graded."""
    (tmp_path / "taken").write_text("")
    result = run("grade", DEMO, "--pictures", "taken")

    assert result.exit_code == 2
    said = " ".join(result.output.split())
    assert "Pictures cannot be written to taken: File exists." in said
    assert "Name a folder that you may write to." in said
    assert "passed" not in said


def test_a_folder_without_the_right_to_write_is_refused(tmp_path, monkeypatch):
    """A folder that may only be read is refused before anything is graded."""
    monkeypatch.setattr(pictures.os, "access", lambda *_: False)

    with pytest.raises(PictureError, match="Permission denied"):
        prepare(tmp_path)


def test_a_picture_that_cannot_be_written_is_told(run, tmp_path):
    """Where one file cannot be written, the sentence names that file."""
    (tmp_path / "drawn" / NAME).mkdir(parents=True)
    result = run("grade", DEMO, "--pictures", "drawn")

    assert result.exit_code == 2
    assert NAME in result.output
    assert "Is a directory" in " ".join(result.output.split())


def test_without_matplotlib_one_sentence_says_what_to_install(run, tmp_path, monkeypatch):
    """Where matplotlib is missing, the command says how to get it, and makes no folder."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run("grade", DEMO, "--pictures", "drawn")

    assert result.exit_code == 2
    assert "Install it with: pip install matplotlib" in result.output
    assert not (tmp_path / "drawn").exists()


def test_no_report_gives_no_picture(tmp_path):
    """Without reports nothing is written."""
    assert save_pictures([], tmp_path) == []
