"""`python -m autograder` takes no module from the folder that it is started in."""

import os
import subprocess
import sys

import pytest

from autograder.course.catalogue import ROOT

IN_THE_WAY = [
    "click",
    "numpy",
    "json",
    "typing",
    "pathlib",
    "dataclasses",
    "rich",
    "difflib",
    "nnlab",
]


def start(cwd, *arguments, **environment):
    """Run the command as a module in a folder; the course itself is found by its path."""
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def in_the_way(tmp_path):
    """A lab's folder with modules of a student's beside, each of which leaves a mark where it runs."""
    for name in IN_THE_WAY:
        (tmp_path / f"{name}.py").write_text(
            f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r})\n"
        )
    (tmp_path / "lab02_hebb").mkdir()
    (tmp_path / "lab02_hebb" / "hebb.py").write_text("def nothing(): pass\n")
    return tmp_path


@pytest.mark.parametrize("environment", [{}, {"PYTHONSAFEPATH": "1"}])
def test_modules_beside_a_submission_do_not_run(in_the_way, environment):
    """Neither one of Python's name, nor of a package's, nor of the engine's."""
    done = start(in_the_way, "grade", "lab02", **environment)

    assert "0 / 20 points" in done.stdout, done.stderr
    assert not (in_the_way / "ran").exists()


def test_processes_that_grade_a_class_do_not_import_them_either(in_the_way):
    """Each starts an interpreter of its own, in the same folder."""
    for name in ("multiprocessing", "pickle", "signal", "concurrent"):
        (in_the_way / f"{name}.py").write_text(
            f"open({str(in_the_way / 'ran')!r}, 'a').write({name!r})\n"
        )
    (in_the_way / "submitted" / "ada").mkdir(parents=True)
    (in_the_way / "lab02_hebb").rename(in_the_way / "submitted" / "ada" / "lab02_hebb")
    done = start(in_the_way, "batch", "lab02", "--seed", "0", "--isolation", "process")

    assert done.returncode == 0, done.stderr
    assert not (in_the_way / "ran").exists()


def test_what_the_user_puts_first_stays_first(in_the_way, tmp_path_factory):
    """PYTHONPATH is the user's own."""
    other = tmp_path_factory.mktemp("other")
    (other / "click.py").write_text("raise SystemExit('the user wants it so')")
    done = start(in_the_way, "--help", PYTHONPATH=os.pathsep.join([str(other), str(ROOT)]))

    assert done.stderr == "the user wants it so\n"


def test_it_runs_from_the_courses_own_folder():
    """Where nothing is installed, the folder holds the engine as well."""
    done = start(ROOT, "explain", "hebb.update", PYTHONPATH="")

    assert done.returncode == 0, done.stderr
