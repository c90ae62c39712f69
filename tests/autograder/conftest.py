"""A course with nbgrader in it, made once a session."""

import os
import subprocess
import sys

import pytest

from autograder.course.catalogue import ROOT


@pytest.fixture(scope="session")
def shell():
    """Run a command of nnlab or of nbgrader in a course, as an instructor would."""

    def run(course, *command):
        module = {"nnlab": "autograder", "nbgrader": "nbgrader"}[command[0]]
        return subprocess.run(
            [sys.executable, "-m", module, *command[1:]],
            cwd=course,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def released(tmp_path_factory, shell):
    """A course made by `nnlab setup nbgrader`, in which one lab has been released."""
    course = tmp_path_factory.mktemp("course")
    assert shell(course, "nnlab", "setup", "nbgrader").returncode == 0
    done = shell(course, "nbgrader", "generate_assignment", "lab02_hebb")
    assert done.returncode == 0, done.stderr
    return course
