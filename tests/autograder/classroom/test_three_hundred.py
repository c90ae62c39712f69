"""A class of 300 in every form that platforms give, with every oddity: a row each, nobody lost or mixed up.

Each has the mark that the file alone earns; where no sign says which of two files counts, none.
"""

import io
import itertools
import random
import tarfile
import unicodedata
import zipfile
from dataclasses import dataclass
from functools import cache

import pytest

from autograder.classroom.batch import grade_class
from autograder.course.catalogue import ROOT, load_lab
from autograder.course.stubs import make_stub
from autograder.grading.grade import grade
from autograder.grading.key import SecretKey
from autograder.grading.submission import Submission
from tests.conftest import reference_text

HEBB = load_lab("lab02_hebb")
PEOPLE, SEED = 300, 0
GOOD, STUB = reference_text("hebb").encode(), make_stub(HEBB, "hebb").encode()
THREE, OWN = (
    (ROOT / "docs" / "demo" / name / HEBB.id / "hebb.py").read_bytes()
    for name in ("three_mistakes", "own_ideas")
)
BROKEN = b"def update(:\n"
ASK = b"nobody but a person can say"


def zipped(files):
    """Make a zip of files by their paths."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(files):
    """Make a packed tar of files by their paths."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


ODDITIES = [
    lambda text: ({"hebb.py": text}, text),
    lambda text: ({"hebb (1).py": text}, text),
    lambda text: ({"Hebb.py": text}, text),
    lambda text: ({"hebb.py.txt": text}, text),
    lambda text: ({"hebb_final.py": text, "notes.txt": b"hi"}, text),
    lambda text: ({"work.zip": zipped({"lab02_hebb/hebb.py": text, "hebb.py": STUB})}, text),
    lambda text: ({"all.zip": zipped({"deep.zip": zipped({"x/hebb.py": text})})}, text),
    lambda text: ({"lab02.tar.gz": tarred({"lab02_hebb/hebb.py": text})}, text),
    lambda text: ({"w.zip": zipped({"hebb.py": STUB, "final/hebb.py": text})}, text),
    lambda text: ({"w.zip": zipped({".venv/lib/hebb.py": OWN, "src/hebb.py": text})}, text),
    lambda text: ({"w.zip": zipped({"__MACOSX/._hebb.py": b"m", "hebb.py": text})}, text),
    lambda text: ({"w.zip": zipped({"a/hebb.py": text, "b/hebb.py": text})}, text),
    lambda _text: ({"w.zip": zipped({"a/hebb.py": GOOD, "b/hebb.py": THREE})}, ASK),
    lambda _text: ({"answers.pdf": b"%PDF"}, None),
    lambda _text: ({"hebb.7z": b"7z"}, None),
    lambda _text: ({"broken.zip": b"PK no"}, None),
]


@dataclass(frozen=True)
class Student:
    """Somebody, what they hand in, and the text that should be graded."""

    number: int
    name: str
    files: dict
    text: bytes | None


def students(numbers, chance):
    """Invent people; every tenth shares the name of the one before."""
    for number in numbers:
        name = f"Zoë Ñandú {number - (number % 10 == 1)}"
        files, text = ODDITIES[number % len(ODDITIES)](
            chance.choice([GOOD, THREE, OWN, STUB, BROKEN])
        )
        yield Student(number, name, files, text)


def letters(name):
    """Write a name as Canvas does."""
    return "".join(c for c in name.lower() if c.isalnum())


def moodle(of):
    """Give each a folder, and some a second one for text that was typed in."""
    files = {}
    for one in of:
        folder = f"{one.name}_{one.number}_assignsubmission"
        files |= {f"{folder}_file_/{name}": data for name, data in one.files.items()}
        if one.number % 3 == 0:
            files[f"{folder}_onlinetext_/onlinetext.html"] = b"<p>"
    return files


def moodle_flat(of):
    """Give no folders."""
    return {
        f"{one.name}_{one.number}_assignsubmission_file_{name}": data
        for one in of
        for name, data in one.files.items()
    }


def canvas(of):
    """Put name and numbers before every file, and say who was late."""
    late = itertools.cycle(["", "_LATE", "_late"])
    return {
        f"{letters(one.name)}{next(late)}_{one.number}_{9000 + at}_{name}": data
        for one in of
        for at, (name, data) in enumerate(one.files.items())
    }


def canvas_anonymous(of):
    """Give no names."""
    return {
        f"anon_x{one.number}K_{9000 + at}_{name}": data
        for one in of
        for at, (name, data) in enumerate(one.files.items())
    }


def blackboard(of):
    """Name account and time, and add a text for each."""
    files = {}
    for one in of:
        start = f"Lab 2_user_{one.number}_attempt_2026-11-02-10-20-30"
        files[f"{start}.txt"] = b"Name: ..."
        files |= {f"{start}_{name}": data for name, data in one.files.items()}
    return files


def gradescope(of):
    """Put everything into one folder, with a list beside."""
    files = {"assignment_7_export/submission_metadata.yml": b"---"}
    for one in of:
        folder = f"assignment_7_export/submission_{one.number}"
        files |= {f"{folder}/{name}": data for name, data in one.files.items()}
    return files


def ilias(of):
    """Put everything into one folder, with the time before each file."""
    return {
        f"Lab 2/Submissions/Nandu_Zoe_z{one.number}_{one.number}/20261102102030_{name}": data
        for one in of
        for name, data in one.files.items()
    }


def plain(of):
    """Give each a folder, beside what a Mac and a notebook leave."""
    files = {
        "__MACOSX/ada/._hebb.py": b"m",
        ".ipynb_checkpoints/x-checkpoint.ipynb": b"{}",
        "marks.csv": b"",
    }
    for one in of:
        files |= {f"s{one.number}/{name}": data for name, data in one.files.items()}
    return files


def nbgrader(of):
    """Give each a folder with folders of labs."""
    files = {}
    for one in of:
        files |= {f"s{one.number}/lab02_hebb/{name}": data for name, data in one.files.items()}
        files[f"s{one.number}/lab01_gates/gates.py"] = b""
    return files


def sections(of):
    """Give each a folder in the folder of a section, beside what a disk and a list leave."""
    files = {"$RECYCLE.BIN/x/hebb.py": GOOD, "Section 0/@eaDir/hebb.py": GOOD, "list.csv": b""}
    for one in of:
        folder = f"Section {one.number % 3}/s{one.number}"
        files |= {f"{folder}/{name}": data for name, data in one.files.items()}
    return files


def sections_of_zips(of):
    """Give each section the zip that Moodle gives, unopened."""
    return {f"group {at}.zip": zipped(moodle(of[at::2])) for at in range(2)}


FORMS = [
    moodle,
    moodle_flat,
    canvas,
    canvas_anonymous,
    blackboard,
    gradescope,
    ilias,
    plain,
    nbgrader,
    sections,
    sections_of_zips,
]
SHARE = PEOPLE // len(FORMS) + 1


@pytest.fixture(scope="module")
def earned(sandbox, key_of):
    """Say what a text alone earns."""
    key = SecretKey(SEED, key_of(HEBB.id))
    return cache(lambda text: grade(Submission(HEBB, {"hebb": text}), key, sandbox).points)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course that keeps results: a text that many hand in is graded once."""
    return tmp_path_factory.mktemp("course")


@pytest.mark.parametrize("at", range(len(FORMS)), ids=[form.__name__ for form in FORMS])
@pytest.mark.parametrize("is_zip", [True, False], ids=["zip", "folder"])
def test_everybody_has_the_mark_of_their_file(tmp_path, course, at, is_zip, earned):
    """300 people in eleven forms, each as a zip and as a folder."""
    chance = random.Random(at)
    numbers = range(at * SHARE, min((at + 1) * SHARE, PEOPLE))
    everybody = list(students(numbers, chance))
    files = FORMS[at](everybody)
    if is_zip:
        place = tmp_path / "class.zip"
        place.write_bytes(zipped(files))
    else:
        place = tmp_path / "class"
        for name, data in files.items():
            path = place / unicodedata.normalize("NFD", name)  # as a Mac writes names
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    done = grade_class(HEBB, place, course, seed=SEED)
    marks = {_number(mark): mark for mark in done.marks.marks}

    assert len(done.marks.marks) == len(everybody)
    assert marks.keys() == set(numbers)
    for one in everybody:
        mark = marks[one.number]
        if one.text is ASK:
            assert mark.report.points is None, one
            assert "Which of them counts?" in " ".join(mark.remarks)
        elif one.text is None:
            assert mark.report.points == 0, one
            assert mark.remarks
        else:
            assert mark.report.points == earned(one.text), one


def _number(mark):
    """Read who it is: the platform's number, else the name of the account or folder."""
    return int("".join(filter(str.isdigit, mark.platform_id or mark.student)))
