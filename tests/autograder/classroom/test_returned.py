"""Pages go back to students by the platform's own way: a zip whose names it understands."""

import re
import zipfile

import pytest
from click.testing import CliRunner

from autograder.cli import main
from tests.conftest import reference_text

RIGHT = reference_text("hebb")


@pytest.fixture
def batch(tmp_path, monkeypatch, request):
    """Grade files under the names that a platform gives; return what the zip holds."""
    request.getfixturevalue("in_one_process")
    monkeypatch.chdir(tmp_path)

    def run(*names, options=("--html",)):
        for name in names:
            place = tmp_path / "submitted" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(RIGHT)
        command = ["batch", "hebb", "--seed", "0", "-j", "1", *options]
        done = CliRunner().invoke(main, command, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        place = tmp_path / "marks" / "lab02_hebb-return.zip"
        if not place.exists():
            return {}
        assert "lab02_hebb-return.zip" in done.output
        with zipfile.ZipFile(place) as archive:
            return {name: archive.read(name).decode() for name in archive.namelist()}

    return run


def moodle(name):
    """Read a name as Moodle does: the number is the second of five parts, the last one the file's name."""
    parts = name.split("_", 4)
    return int(parts[1]), parts[2:4], parts[4]


def canvas(name):
    """Read a name as Canvas does: the first two parts that are numbers are user and upload."""
    return tuple(map(int, [part for part in name.split("_") if part.isdigit()][:2]))


def test_moodle_finds_whose_a_page_is(batch):
    """With folders, without, and where a name has an underscore."""
    found = batch(
        "Ada L_101_assignsubmission_file/hebb.py",
        "Bob_M_102_assignsubmission_file/hebb.py",
    )

    assert [moodle(name) for name in sorted(found)] == [
        (101, ["assignsubmission", "file"], "lab02_hebb.html"),
        (102, ["assignsubmission", "file"], "lab02_hebb.html"),
    ]


def test_canvas_finds_whose_a_page_is(batch):
    """By the numbers of user and upload, late or not; without a number of an upload nothing can go back."""
    found = batch(
        "adal_11_901_hebb.py",
        "bobm_LATE_12_902_hebb-1.py",
        "cemk_13_903_hebb.py",
        "dan_14_text.html",
    )

    assert sorted(map(canvas, found)) == [(11, 901), (12, 902), (13, 903)]
    assert all(name.endswith("_lab02_hebb.html") for name in found)


def test_a_page_is_the_students_own_and_leads_nowhere(batch):
    """It has no way to the class's page, whose names are not for students."""
    found = batch("adal_11_901_hebb.py", "bobm_12_902_hebb.py")
    (ada,) = [page for name, page in found.items() if name.startswith("adal")]

    assert "20</strong> of 20 points" in ada
    assert "adal" in ada
    assert not re.findall(r'href="(?!#)', ada)
    assert "bobm" not in ada


def test_late_pages_are_in_it_beside_the_others(batch, tmp_path):
    """A second hand-in keeps the first one's pages, and their names."""
    batch("adal_11_901_hebb.py", "bobm_12_902_hebb.py")
    (tmp_path / "late").mkdir()
    (tmp_path / "late" / "cemk_late_13_903_hebb.py").write_text(RIGHT)
    (tmp_path / "late" / "dank_late_14_904_hebb.py").write_text(RIGHT)
    found = batch(options=["--html", "--submitted", "late"])

    assert sorted(map(canvas, found)) == [(11, 901), (12, 902), (13, 903), (14, 904)]


def test_plain_folders_have_no_way_back(batch):
    """And without pages there is nothing to return."""
    assert batch("ada/hebb.py", "bob/hebb.py") == {}
    assert batch(options=()) == {}
