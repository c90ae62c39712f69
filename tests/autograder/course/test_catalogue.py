"""Labs are found by their names; other packages' labs are found, and told of where they do not fit."""

import json
import shutil
import subprocess
import sys

import pytest

from autograder.course import catalogue
from autograder.course.catalogue import (
    GROUP,
    ROOT,
    GuestLabError,
    UnknownLabError,
    engine_path,
    find_lab,
    invite,
    load_lab,
    module_of,
    owner_of,
)
from autograder.course.lab import Lab

EXAMPLE = ROOT / "docs" / "example-lab"


@pytest.fixture
def guests(monkeypatch, tmp_path):
    """Take labs in for one test, from modules written to a folder of its own."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(lab_id, text, name="somebodys"):
        (tmp_path / f"{name}_{lab_id}.py").write_text(text, encoding="utf-8")
        invite({lab_id: f"{name}_{lab_id}"})

    yield write
    for name in [name for name in sys.modules if name.startswith("somebodys_")]:
        del sys.modules[name]
    catalogue._guests.cache_clear()
    catalogue._load_guest.cache_clear()
    invite({})


@pytest.fixture
def installed(tmp_path):
    """Make an environment in which the example package is installed."""
    told = tmp_path / "site" / "nnlab_neighbours-0.1.0.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: nnlab-neighbours\nVersion: 0.1.0\n"
    )
    (told / "entry_points.txt").write_text(
        f"[{GROUP}]\nlab15_neighbours = nnlab_neighbours.lab15_neighbours\n"
    )

    def run(*arguments, example=EXAMPLE):
        path = [str(ROOT), str(told.parent), str(example)]
        program = f"import sys; sys.path[:0] = {path!r}; from autograder.cli import main; main()"
        return subprocess.run(
            [sys.executable, "-c", program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )

    return run


@pytest.mark.parametrize("name", ["lab02_hebb", "lab02", "LAB2", "2", "hebb", " Hebb "])
def test_a_lab_has_several_names(name):
    """Id, number and subject will do."""
    assert find_lab(name).id == "lab02_hebb"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("heb", "Did you mean lab02_hebb?"), ("zzz", "The labs are lab01_gates,")],
)
def test_an_unknown_lab_gets_the_nearest_name(name, sentence):
    """The nearest name, or all of them."""
    with pytest.raises(UnknownLabError, match=sentence):
        find_lab(name)


def test_an_installed_package_brings_a_lab(installed, tmp_path):
    """It is released, its stub earns nothing, its reference all, a mistake its name: sandboxed."""
    released = installed("release", "neighbours", "--out", str(tmp_path / "out"))
    stub = tmp_path / "out" / "lab15_neighbours" / "neighbours.py"
    nothing = installed("grade", "--json", str(stub.parent))
    reference = EXAMPLE / "nnlab_neighbours" / "nnlab" / "neighbours.py"
    everything = installed("grade", str(reference))
    stub.write_text(reference.read_text().replace("np.square(", "np.abs("))
    wrong = installed("grade", str(stub.parent))

    assert (released.returncode, stub.exists()) == (0, True), released.stderr
    assert (nothing.returncode, '"points": 0' in nothing.stdout) == (1, True), nothing.stderr
    assert (everything.returncode, "20 / 20" in everything.stdout) == (0, True), everything.stdout
    assert "That is the distance of a taxi." in " ".join(wrong.stdout.split())


def test_what_a_package_imports_with_its_lab_is_out_of_reach(installed, tmp_path):
    """A submission looks for the reference among the modules, where a careless package put it."""
    package = shutil.copytree(EXAMPLE, tmp_path / "careless")
    (package / "nnlab_neighbours" / "__init__.py").write_text(
        "import importlib.util, sys, pathlib\n"
        "place = pathlib.Path(__file__).parent / 'nnlab' / 'neighbours.py'\n"
        "spec = importlib.util.spec_from_file_location('found', place)\n"
        "sys.modules['found'] = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(sys.modules['found'])\n"
    )
    (tmp_path / "neighbours.py").write_text(
        "import sys\n"
        "def squared_distances(x, train): return sys.modules['found'].squared_distances(x, train)\n"
        "def predict(*a): return sys.modules['found'].predict(*a)\n"
    )
    shown = installed("grade", "--json", "neighbours.py", example=package)

    assert shown.returncode == 1, shown.stderr
    assert json.loads(shown.stdout)["points"] == 0, shown.stdout


@pytest.mark.parametrize(
    "told", [b"[nnlab.labs]\nweek = x", b"[nnlab.labs]\nlab09_x = x", b"nnlab.labs \xff"]
)
def test_metadata_that_does_not_fit_is_passed_over(told, tmp_path, monkeypatch):
    """An id that is none, one of the course's numbers, or no text at all: the course stays as it is."""
    place = tmp_path / "odd-1.dist-info"
    place.mkdir()
    (place / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1\n")
    (place / "entry_points.txt").write_bytes(told)
    monkeypatch.syspath_prepend(str(tmp_path))
    catalogue._guests.cache_clear()

    assert catalogue._guests() == {}
    catalogue._guests.cache_clear()


def test_a_lab_of_the_course_that_does_not_load_is_told(monkeypatch):
    """Its author asks for it while writing."""

    def broken(module):
        raise SyntaxError(module)

    monkeypatch.setattr(catalogue.importlib, "import_module", broken)

    with pytest.raises(UnknownLabError, match=r"lab02_hebb cannot be loaded: SyntaxError.*Mend"):
        load_lab("lab02_hebb")


def test_a_guest_stands_among_the_labs_with_its_own_engine(guests, tmp_path):
    """Its modules are found in its home, and those of earlier labs stay where they are."""
    home = tmp_path / "home"
    guests(
        "lab97_far",
        "from pathlib import Path\nfrom autograder.course.lab import Lab\n"
        f"lab = Lab('lab97_far', 'Far', 'Far', {{'far.f': 'Far'}}, home=Path({str(home)!r}))\n",
    )

    assert find_lab("far").home == home
    assert module_of("lab97_far") == "somebodys_lab97_far"
    assert engine_path("far") == home / "nnlab" / "far.py"
    assert owner_of("far").id == "lab97_far"
    assert engine_path("hebb") == ROOT / "nnlab" / "hebb.py"


HOMELESS = (
    "from pathlib import Path\nfrom autograder.course.lab import Lab\n"
    "lab = Lab('lab98_x', 'X', 'X', {'x.f': 'X'})"
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("import nowhere_to_be_found", "cannot be loaded: ModuleNotFoundError"),
        ("lab = 3", "must be a Lab with the id 'lab98_x'"),
        (HOMELESS, "and a home, the folder"),
        (
            HOMELESS.replace("{'x.f': 'X'}", "{'hebb.f': 'X'}, home=Path()"),
            "has a module hebb, and so has the engine",
        ),
    ],
)
def test_a_guest_that_does_not_fit_spoils_no_other_lab(text, sentence, guests):
    """It is told of where it is asked for, and left out elsewhere."""
    guests("lab98_x", text)

    with pytest.raises(GuestLabError, match=sentence):
        load_lab("lab98_x")
    assert "lab98_x" not in {lab.id for lab in catalogue.labs()}
    assert isinstance(load_lab("lab02_hebb"), Lab)
