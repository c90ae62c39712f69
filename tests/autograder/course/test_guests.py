"""A lab of another package goes where the course's own labs go: to students, and to Gradescope."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import click
import numpy as np
import pytest

from autograder.course.catalogue import (
    GROUP,
    ROOT,
    guests_checker_files,
    guests_engine_files,
    guests_entry_points,
    load_lab,
)

EXAMPLE = ROOT / "docs" / "example-lab"
REFERENCE = EXAMPLE / "nnlab_neighbours" / "nnlab" / "neighbours.py"

MAKE_BOTH = """
import sys
from pathlib import Path
from autograder.authoring.release import build_wheel
from autograder.authoring.release.stage import stage
from autograder.classroom.platforms.gradescope.bundle import make_bundle
from autograder.course.catalogue import labs, load_lab
from autograder.course.stubs import make_stub
from autograder.grading.key import SecretKey, get_key
from autograder.sandbox import open_sandbox

out, lab = Path(sys.argv[1]), load_lab("lab15_neighbours")
with open_sandbox() as sandbox:
    key = get_key(lab, 0, sandbox)
handouts = {
    each.id: {f"{module}.py": make_stub(each, module).encode() for module in each.modules}
    for each in labs()
}
stage(out / "tree", [lab], {lab.id: key}, handouts)
print(build_wheel(out / "tree", out).name)
(out / "autograder.zip").write_bytes(make_bundle(lab, SecretKey(7, key)))
"""


def python(*arguments, path, cwd, **more):
    """Run Python with these folders on its path, and no other but those of numpy and click."""
    needed = {str(Path(module.__file__).parents[1]) for module in (np, click)}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*path, *needed]), **more}
    command = [sys.executable, "-S", "-P", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=cwd
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make wheel and bundle where the example package is installed; unpack both."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("made")
    told = folder / "site" / "nnlab_neighbours-0.1.0.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: nnlab-neighbours\nVersion: 1\n")
    (told / "entry_points.txt").write_text(
        f"[{GROUP}]\nlab15_neighbours = nnlab_neighbours.lab15_neighbours\n"
    )
    program = (
        f"import sys; sys.path[:0] = {[str(ROOT), str(told.parent), str(EXAMPLE)]!r}{MAKE_BOTH}"
    )
    command = [sys.executable, "-c", program, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    for name, place in ((done.stdout.strip(), "edition"), ("autograder.zip", "source")):
        with zipfile.ZipFile(folder / name) as archive:
            archive.extractall(folder / place)
    return folder


@pytest.mark.slow
def test_students_grade_a_guest_with_the_wheel_alone(made, tmp_path):
    """It is in `nnlab init`; the stub earns nothing, the right answer all, and no body is in the wheel."""
    path = [str(made / "edition")]
    begun = python("-m", "autograder", "init", path=path, cwd=tmp_path)
    file = tmp_path / "assignments" / "lab15_neighbours" / "neighbours.py"
    assert file.is_file(), begun.stdout + begun.stderr
    points = []
    for text in (file.read_text(), REFERENCE.read_text()):
        file.write_text(text)
        done = python("-m", "autograder", "grade", "lab15", "--json", path=path, cwd=tmp_path)
        points.append(json.loads(done.stdout)["points"])

    assert points == [0, 20], done.stdout[-1500:] + done.stderr
    texts = [path.read_text("utf-8") for path in (made / "edition").rglob("*.py")]
    assert not any("np.square(" in text and "def squared_distances" in text for text in texts)
    assert not list((made / "edition").rglob("solutions"))


@pytest.mark.slow
@pytest.mark.parametrize(("text", "score"), [("", 0), (REFERENCE.read_text(), 20)])
def test_gradescope_grades_a_guest(made, tmp_path, text, score):
    """By the bundle alone, which holds the package's checks and its engine."""
    (tmp_path / "submission").mkdir()
    (tmp_path / "results").mkdir()
    (tmp_path / "submission" / "neighbours.py").write_text(text)
    module = "autograder.classroom.platforms.gradescope.run"
    source = str(made / "source")
    done = python("-m", module, source, "submission", "results", path=[source], cwd=tmp_path)
    results = json.loads((tmp_path / "results" / "results.json").read_text())

    assert sum(test["score"] for test in results["tests"]) == score, (done.stderr, results)


def test_the_courses_own_labs_need_nothing():
    """They are in the checker and the engine already."""
    own = [load_lab("lab02_hebb"), load_lab("lab03_perceptron")]

    assert (
        guests_checker_files(own),
        list(guests_engine_files(own)),
        guests_entry_points(own),
    ) == ({}, [], {})
