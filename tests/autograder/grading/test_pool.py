"""The pool leaves nobody behind: a system counts the time of a process only if somebody waits for it."""

import os
import subprocess
import sys

import pytest

from autograder.course.catalogue import ROOT
from tests.processes import NEVER

LEFT = """
import ctypes, os
from pathlib import Path
from autograder.course.catalogue import load_lab
from autograder.grading.key import SecretKey, open_key
from autograder.grading.pool import grade_many
from autograder.grading.submission import Submission

ADOPT_ORPHANS = 36  # prctl's PR_SET_CHILD_SUBREAPER
if __name__ == "__main__":
    lab = load_lab("lab02_hebb")
    key = SecretKey(0, open_key(lab, lambda _: None))
    assert ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1, 0, 0, 0) == 0
    texts = [b"", b"# another"]
    done = list(grade_many([Submission(lab, {"hebb": text}) for text in texts], key, jobs=2))
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    commands = [Path(f"/proc/{child}/cmdline").read_text() for child in children]
    print(len(done), [each for each in commands if "resource_tracker" not in each])
"""
"""Grades two submissions in two processes; then lists the processes that are its own by now."""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt orphans")
def test_a_sandbox_ends_before_the_process_that_grades_in_it(tmp_path):
    """No worker is left to a stranger, who would not count its time as the batch's."""
    script = tmp_path / "left.py"
    script.write_text(LEFT)
    done = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "PATH": ""},  # bubblewrap leaves its own first process to strangers
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.stdout, done.stderr) == ("2 []\n", "")


DEAD = """
import os
if __name__ != "__main__":
    os._exit(1)
from autograder.course.catalogue import load_lab
from autograder.grading.key import SecretKey, open_key
from autograder.grading.pool import grade_many
from autograder.grading.submission import Submission

lab = load_lab("lab02_hebb")
key = SecretKey(0, open_key(lab, lambda _: None))
print([report for _, report in grade_many([Submission(lab, {"hebb": b""})], key)])
"""
"""Grades in a process that dies before it has read what it is to do."""


def test_a_process_that_dies_at_its_start_holds_nobody_up(tmp_path):
    """Nobody waits for it to read: the submission comes back without a report."""
    script = tmp_path / "dead.py"
    script.write_text(DEAD)
    done = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=NEVER,
    )

    assert done.stdout == "[None]\n", done.stderr
