"""`nbgrader zip_collect` reads the names of a platform's download as a batch does, and loses nobody."""

import io
import zipfile

import pytest

pytest.importorskip("nbgrader")
pytest.importorskip("jupytext")

from nbgrader.apps import ZipCollectApp

LAB = "lab02_hebb"
GOOD, WRONG = b"right = 1\n", b"wrong = 1\n"


def zipped(files):
    """Make a zip of files by their paths."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


@pytest.fixture
def collect(tmp_path, monkeypatch):
    """Let nbgrader's own command collect a download; return what each student has then."""

    def run(files):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "nbgrader_config.py").write_text(
            "from pathlib import Path\n"
            "from autograder.classroom.platforms.nbgrader.config import configure\n"
            "c = get_config()\n"
            "configure(c, Path(__file__).parent)\n"
        )
        for name, data in files.items():
            place = tmp_path / "downloaded" / LAB / "archive" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        app = ZipCollectApp()
        app.initialize([LAB])
        app.start()
        found = {}
        for folder in (tmp_path / "submitted").iterdir():
            work = folder / LAB
            found[folder.name] = {
                path.relative_to(work).as_posix(): path.read_bytes()
                for path in work.rglob("*")
                if path.is_file() and path.suffix in {".py", ".ipynb"}
            }
        return found

    return run


@pytest.mark.parametrize("packed", [False, True])
def test_namesakes_of_canvas_are_two_people(collect, packed):
    """Each has the platform's number, late in small or large letters or not at all."""
    files = {
        "smithjohn_101_9001_hebb.py": GOOD,
        "smithjohn_202_9002_hebb.py": WRONG,
        "ray_LATE_7_9003_hebb-1.py": GOOD,
        "eve_late_9_9004_hebb.py": WRONG,
        "amy_11_9005_answers.pdf": b"%PDF",
    }
    found = collect({"c.zip": zipped(files)} if packed else files)

    assert found == {
        "smithjohn (101)": {"hebb.py": GOOD},
        "smithjohn (202)": {"hebb.py": WRONG},
        "ray (7)": {"hebb.py": GOOD},
        "eve (9)": {"hebb.py": WRONG},
    }


@pytest.mark.parametrize("packed", [False, True])
def test_moodles_people_are_called_by_name(collect, packed):
    """Moodle's number is another in every assignment, so it only tells namesakes apart."""
    files = {
        "Ada Ó_4712_assignsubmission_file_/hebb.py": GOOD,
        "Ada Ó_4712_assignsubmission_onlinetext_/onlinetext.html": b"<p>",
        "Jo Li_1_assignsubmission_file_/work/hebb (1).py": GOOD,
        "Jo Li_2_assignsubmission_file_/lab02_hebb.ipynb": b"{}",
    }
    found = collect(
        {"m.zip": zipped({f"all/{n}": data for n, data in files.items()})} if packed else files
    )

    assert found == {
        "Ada Ó": {"hebb.py": GOOD},
        "Jo Li (1)": {"work/hebb (1).py": GOOD},
        "Jo Li (2)": {"lab02_hebb.ipynb": b"{}"},
    }


def test_moodle_without_folders_is_read_as_well(collect):
    """The number stands between the name and the file."""
    found = collect(
        {"Bo_9_assignsubmission_file_hebb.py": GOOD, "Cy_8_assignsubmission_file_hebb.py": WRONG}
    )

    assert found == {"Bo": {"hebb.py": GOOD}, "Cy": {"hebb.py": WRONG}}


@pytest.mark.parametrize(
    "files",
    [
        {"ray_7_8_hebb.py": GOOD, "ray_7_9_hebb.py": WRONG},
        {"ray_7_8_hebb.py": GOOD, "ray_7_9_hebb-1.py": WRONG},
        {"ray_7_8_a.zip": zipped({"hebb.py": GOOD}), "ray_7_9_b.zip": zipped({"hebb.py": WRONG})},
        {"ray_7_8_w.zip": zipped({"a/hebb.py": GOOD, "b/hebb.py": WRONG})},
    ],
)
def test_two_files_of_one_name_are_both_kept(collect, files):
    """Nbgrader would stop at the second, and collect nobody; a batch decides between them."""
    found = collect({**files, "eve_9_1_hebb.py": GOOD})

    assert sorted(found) == ["eve (9)", "ray (7)"]
    assert sorted(found["ray (7)"].values()) == [GOOD, WRONG]


def test_of_blackboards_attempts_the_newest_counts(collect):
    """The date stands in the name."""
    found = collect(
        {
            "Lab 2_bo_attempt_2026-11-02-10-20-30_hebb.py": WRONG,
            "Lab 2_bo_attempt_2026-11-09-10-20-30_hebb.py": GOOD,
            "Lab 2_cy_attempt_2026-11-09-10-20-30_hebb.py": WRONG,
        }
    )

    assert found == {"bo": {"hebb.py": GOOD}, "cy": {"hebb.py": WRONG}}


def test_what_no_platform_names_is_left(collect):
    """Lists and notes beside the students' files are nobody's."""
    found = collect({"ray_7_8_hebb.py": GOOD, "eve_9_1_hebb.py": GOOD, "mine.py": WRONG})

    assert sorted(found) == ["eve (9)", "ray (7)"]
