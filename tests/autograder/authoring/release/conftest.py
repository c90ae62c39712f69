"""A student's edition, built once a session, and a student who runs it without the repository."""

import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import pytest

from autograder.authoring.release import build_wheel
from autograder.authoring.release.handouts import handout
from autograder.authoring.release.stage import stage
from autograder.course.catalogue import ROOT, labs, load_lab

pytest.importorskip("hatchling", reason="the extra `dev` has it")

KEYED = ("lab02_hebb", "lab04_activations", "lab05_backprop", "lab12_dropout")
"""The labs whose keys are in the tests' edition: others take long to record."""


@dataclass(frozen=True)
class Student:
    """Somebody who has the wheel, what it depends on, and a folder."""

    site: Path
    folder: Path

    def python(
        self, *args: str, cwd: Path | None = None, given: str = ""
    ) -> subprocess.CompletedProcess:
        """Run Python with the wheel and its dependencies on the path, and nothing else."""
        needed = {str(Path(module.__file__).parents[1]) for module in (np, click)}
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(self.site), *sorted(needed)]),
            "COLUMNS": "400",
            "PYTHONIOENCODING": "utf-8",
        }
        return subprocess.run(
            [sys.executable, "-S", "-P", *args],  # -S: no .pth file leads to the repository
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            env=environment,
            cwd=cwd or self.folder,
            input=given,
        )

    def nnlab(self, *args: str, cwd: Path | None = None) -> subprocess.CompletedProcess:
        """Run the command."""
        return self.python("-m", "autograder", *args, cwd=cwd)

    def file(self, module: str) -> Path:
        """Tell where the student writes a module."""
        (found,) = self.folder.glob(f"assignments/*/{module}.py")
        return found

    def write(self, *modules: str) -> None:
        """Copy the reference's modules over the stubs."""
        for module in modules:
            shutil.copyfile(ROOT / "nnlab" / f"{module}.py", self.file(module))


@pytest.fixture(scope="session")
def handouts():
    """All labs' files to begin with."""
    return {lab.id: handout(lab, ROOT / "assignments") for lab in labs()}


@pytest.fixture(scope="session")
def wheel(key_of, handouts, tmp_path_factory):
    """Build a wheel; it has the answers of some labs."""
    folder = tmp_path_factory.mktemp("wheel")
    keys = {lab_id: key_of(lab_id) for lab_id in KEYED}
    stage(folder / "tree", [load_lab(lab_id) for lab_id in KEYED], keys, handouts)
    return build_wheel(folder / "tree", folder)


@pytest.fixture(scope="session")
def site(wheel, tmp_path_factory):
    """Unpack the wheel, which is what installing it does."""
    place = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    return place


@pytest.fixture(scope="session")
def workspace(site, tmp_path_factory):
    """Start a workspace, as a student does."""
    student = Student(site, tmp_path_factory.mktemp("workspace"))
    started = student.nnlab("init")
    assert started.returncode == 0, started.stderr
    return student.folder


@pytest.fixture
def student(site, workspace, tmp_path):
    """A student in a fresh workspace."""
    return Student(site, Path(shutil.copytree(workspace, tmp_path / "course")))


@pytest.fixture
def own_site(site, tmp_path):
    """An installation that a test may damage."""
    return Path(shutil.copytree(site, tmp_path / "site"))
