"""Whoever waits is told what for: on a terminal only, and taken back when it is done."""

import os
import subprocess
import sys

import pytest

from autograder.course.catalogue import ROOT

pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")


def grade_before(folder, **variables):
    """Grade one check with a terminal for messages and a pipe for the report; return both."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", "--check", "hebb.update"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **variables},
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        report = process.stdout.read().decode()
    try:
        told = os.read(ours, 1 << 12).decode()
    except OSError:  # nothing was written before the other end was closed
        told = ""
    finally:
        os.close(ours)
    return told, report


@pytest.fixture
def folder(tmp_path):
    """Make a folder with an empty module of lab 2."""
    (tmp_path / "hebb.py").write_text("", encoding="utf-8")
    return tmp_path


def test_a_terminal_is_told_what_is_being_graded(folder):
    """The line is there while it is graded, and then overwritten: nothing of it stays."""
    told, report = grade_before(folder, TERM="xterm")

    assert told.startswith("Grading lab02_hebb …")
    assert told.rstrip(" \r").endswith("…")
    assert told.endswith("\r")
    assert "Grading" not in report


def test_a_dumb_terminal_is_left_alone(folder):
    """One that cannot take a line back gets none."""
    told, report = grade_before(folder, TERM="dumb")

    assert "Grading" not in told
    assert "0 / 3 points" in report
