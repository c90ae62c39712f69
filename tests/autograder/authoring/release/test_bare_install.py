"""An empty environment with the wheel alone: every lab from stub to full marks."""

import importlib.util
import json
import shutil
import subprocess
import sys
import venv

import pytest

from autograder.authoring.release import build_edition
from autograder.course.catalogue import ROOT, labs

pytestmark = pytest.mark.slow

MOST_PACKAGES = 8
MOST_MEGABYTES = 60

spec = importlib.util.spec_from_file_location("install", ROOT / "benchmarks" / "install.py")
assert spec
assert spec.loader
install = importlib.util.module_from_spec(spec)
spec.loader.exec_module(install)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """Build the whole edition; keys that are not there are recorded, which takes minutes."""
    out = tmp_path_factory.mktemp("release")
    build_edition(labs(), ROOT / "assignments", out)
    return out


@pytest.fixture(scope="module")
def bare(released, tmp_path_factory):
    """Install the wheel into an empty environment, and unzip the course beside it."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder / "env", with_pip=True)
    scripts = folder / "env" / ("Scripts" if sys.platform == "win32" else "bin")
    (wheel,) = released.glob("*.whl")
    pip = [str(scripts / "python"), "-m", "pip", "install", "--quiet", str(wheel)]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"pip cannot install what the wheel needs: {done.stderr[-300:]}")
    shutil.unpack_archive(released / "course.zip", folder / "course")
    return folder, scripts


def run(bare, program, *args):
    """Run a program of the environment in the unzipped folder, with no variable but two."""
    folder, scripts = bare
    return subprocess.run(
        [str(scripts / program), *args],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder / "course",
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder)},
    )


def test_nothing_of_the_repository_is_on_the_path(bare):
    """Modules come from the environment and from Python itself."""
    told = run(bare, "python", "-c", "import sys, nnlab, autograder; print(*sys.path)").stdout
    program = "import autograder, nnlab; print(autograder.__file__, nnlab.__file__)"
    files = run(bare, "python", "-c", program).stdout.split()

    assert str(ROOT) not in told
    assert len(files) == 2
    assert all(str(bare[0] / "env") in file for file in files)


def test_from_stub_to_full_marks(bare):
    """In teaching order: each stub has 0 points, each reference file copied in has all of them."""
    reached = {}
    for lab in labs():
        stub = json.loads(run(bare, "nnlab", "grade", lab.id, "--json").stdout)
        for module in lab.modules:
            place = bare[0] / "course" / "assignments" / lab.id / f"{module}.py"
            shutil.copyfile(ROOT / "nnlab" / f"{module}.py", place)
        full = json.loads(run(bare, "nnlab", "grade", lab.id, "--json").stdout)
        reached[lab.id] = (stub["points"], full["points"])

    assert reached == {lab.id: (0, lab.points) for lab in labs()}
    assert run(bare, "nnlab", "grade").returncode == 0
    assert run(bare, "python", "-c", "import nnlab.layers, nnlab.experiment").returncode == 0


def test_the_install_is_small(released):
    """At most 8 packages and 60 MB beyond numpy's own; README says how many there are."""
    (wheel,) = released.glob("*.whl")
    sizes = install.measure(wheel)
    beyond = {name: size for name, size in sizes.items() if name != install.NUMPY}
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert len(beyond) <= MOST_PACKAGES
    assert sum(beyond.values()) < MOST_MEGABYTES
    assert f"It brings {len(beyond) - 1} packages besides itself and numpy" in text


def test_two_whole_builds_are_equal(released, tmp_path):
    """All labs: the same bytes in another folder."""
    again = build_edition(labs(), ROOT / "assignments", tmp_path)

    assert {p.name: p.read_bytes() for p in again} == {
        path.name: path.read_bytes() for path in released.iterdir()
    }
