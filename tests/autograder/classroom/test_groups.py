"""Sections, a folder around everybody, a platform's zip in a folder: who is a student there, and who is not."""

import io
import tarfile

import pytest

from autograder.classroom import tree as trees
from autograder.classroom.collect import read_class
from autograder.course.catalogue import load_lab
from autograder.course.stubs import make_stub
from autograder.grading.submission import SubmissionError
from tests.autograder.classroom.test_collect import write, zipped

HEBB = load_lab("lab02_hebb")
MOODLE = zipped(
    {
        "Ada L_1_assignsubmission_file_/hebb.py": b"a",
        "Bo M_2_assignsubmission_file_/w.zip": zipped({"hebb.py": b"b"}),
        "Cy N_3_assignsubmission_file_/essay.pdf": b"",
    }
)
CANVAS = zipped({"ada_1_9_hebb.py": b"a", "bo_late_2_8_hebb-1.py": b"b"})


def tree(place, paths):
    """Write files, each with its own path as its text; what is packed is given."""
    files = paths if isinstance(paths, dict) else {path: path.encode() for path in paths}
    return write(place, files)


def found(place):
    """Read a class: who is there, and the text of each."""
    return {one.student: one.first.texts.get("hebb") for one in read_class(HEBB, place).hand_ins}


CLASSES = {
    "sections": (
        ["Section 01/ada/hebb.py", "Section 01/bo/hebb.py", "Section 02/cy/hebb.py"],
        {"ada": "Section 01/ada/hebb.py", "bo": "Section 01/bo/hebb.py", "cy": "Section 02/cy/hebb.py"},
    ),
    "sections with nbgrader's folders": (
        ["Gruppe A/ada/lab02_hebb/hebb.py", "Gruppe A/bo/lab02_hebb/hebb.py", "Gruppe B/cy/lab02_hebb/hebb.py"],
        {n: f"Gruppe {g}/{n}/lab02_hebb/hebb.py" for n, g in (("ada", "A"), ("bo", "A"), ("cy", "B"))},
    ),
    "sections named after people": (
        ["Prof Smith/ada/hebb.py", "Prof Smith/bo/hebb.py", "Jones/cy/x/hebb.py", "Jones/di/hebb.py"],
        {"ada": "Prof Smith/ada/hebb.py", "bo": "Prof Smith/bo/hebb.py", "cy": "Jones/cy/x/hebb.py",
         "di": "Jones/di/hebb.py"},
    ),
    "two of one name": (
        ["Tut 1/ada/hebb.py", "Tut 2/ada/hebb.py"],
        {"ada (Tut 1)": "Tut 1/ada/hebb.py", "ada (Tut 2)": "Tut 2/ada/hebb.py"},
    ),
    "a section beside students": (
        ["Section 01/ada/hebb.py", "bo/hebb.py", "Section 02/cy/essay.pdf"],
        {"ada": "Section 01/ada/hebb.py", "bo": "bo/hebb.py", "cy": None},
    ),
    "one around all, one without work": (
        ["week2/ada/hebb.py", "week2/bo/essay.pdf"], {"ada": "week2/ada/hebb.py", "bo": None},
    ),
    "one around all of any name": (
        ["herbst/ada/hebb.py", "herbst/bo/essay.pdf"], {"ada": "herbst/ada/hebb.py", "bo": None},
    ),
    "groups in groups": (
        ["2026/Section 1/ada/hebb.py", "2026/Section 1/bo/hebb.py", "2026/Section 2/cy/hebb.py"],
        {"ada": "2026/Section 1/ada/hebb.py", "bo": "2026/Section 1/bo/hebb.py", "cy": "2026/Section 2/cy/hebb.py"},
    ),
    "by labs": (
        ["lab02_hebb/ada/hebb.py", "lab02_hebb/bo/hebb.py", "lab01_gates/ada/gates.py"],
        {"ada": "lab02_hebb/ada/hebb.py", "bo": "lab02_hebb/bo/hebb.py"},
    ),
    "by weeks": (
        ["week 1/ada/gates.py", "week 1/bo/gates.py", "week 2/ada/hebb.py", "week 2/bo/hebb.py"],
        {"ada": "week 2/ada/hebb.py", "bo": "week 2/bo/hebb.py"},
    ),
    "a solution beside": (
        ["Section 01/ada/hebb.py", "Section 02/bo/hebb.py", "solution/hebb.py", "Section 03/list.pdf"],
        {"ada": "Section 01/ada/hebb.py", "bo": "Section 02/bo/hebb.py"},
    ),
    "zips of students in sections": (
        {"Mon/ada.zip": zipped({"hebb.py": b"a"}), "Tue/bo.zip": zipped({"src/hebb.py": b"b", "data/x": b""})},
        {"ada": "a", "bo": "b"},
    ),
    "a Moodle zip": ({"Lab 2-4711.zip": MOODLE}, {"Ada L": "a", "Bo M": "b", "Cy N": None}),
    "a Canvas zip and a list": ({"submissions.zip": CANVAS, "roster.csv": b""}, {"ada": "a", "bo": "b"}),
    "a zip for each section": (
        {"mon.zip": MOODLE, "tue.zip": zipped({"Di_9_assignsubmission_file_hebb.py": b"d"})},
        {"Ada L": "a", "Bo M": "b", "Cy N": None, "Di": "d"},
    ),
    "a platform's folder in each section": (
        ["S1/ada_1_2_hebb.py", "S1/bo_3_4_hebb.py", "S2/cy_5_6_hebb.py"],
        {"ada": "S1/ada_1_2_hebb.py", "bo": "S1/bo_3_4_hebb.py", "cy": "S2/cy_5_6_hebb.py"},
    ),
    "one in a platform's zip in a folder": (
        {"all/m.zip": zipped({"Di_9_assignsubmission_file_/hebb.py": b"d"}), "all/readme.txt": b""}, {"Di": "d"},
    ),
    "a platform's zip for each week": (
        {"week 2/m.zip": MOODLE, "week 1/m.zip": zipped({"Ada L_77_assignsubmission_file_/gates.py": b"g"})},
        {"Ada L": "a", "Bo M": "b", "Cy N": None},
    ),
    "a platform's zip of another lab alone": (
        {"m.zip": zipped({"Ada L_77_assignsubmission_file_/gates.py": b"g"})}, {"Ada L": None},
    ),
    "one who is in two zips": ({"mon.zip": CANVAS, "tue.zip": CANVAS}, {"ada": "a", "bo": "b"}),
    "a zip of people": ({"all.zip": zipped({"ada/hebb.py": b"a", "bo/hebb.py": b"b"})}, {"ada": "a", "bo": "b"}),
    "a zip of sections": (
        {"c.zip": zipped({"S 1/ada/hebb.py": b"a", "S 1/bo/hebb.py": b"b", "S 2/cy/hebb.py": b"c", "S 2/di/hebb.py": b"d"})},
        {"ada": "a", "bo": "b", "cy": "c", "di": "d"},
    ),
    # students, whatever their own folders are called
    "folders of one's own": (
        ["ada/old/hebb.py", "bo/my work/hebb.py", "cy/Lab 2/hebbian things/hebb.py", "di/x/y/z/hebb.py"],
        {"ada": "ada/old/hebb.py", "bo": "bo/my work/hebb.py", "cy": "cy/Lab 2/hebbian things/hebb.py",
         "di": "di/x/y/z/hebb.py"},
    ),
    "a team of one, as ILIAS has it": (
        ["Team 12/Love_Ada_al_1/hebb.py", "Team 12/Ray_Bo_br_2/hebb.py", "Team 13/Cy_Cid_cc_3/hebb.py"],
        {"Love Ada al": "Team 12/Love_Ada_al_1/hebb.py", "Ray Bo br": "Team 12/Ray_Bo_br_2/hebb.py",
         "Cy Cid cc": "Team 13/Cy_Cid_cc_3/hebb.py"},
    ),
    "teams": (
        ["Team 1/hebb.py", "Team 2/src/hebb.py", "Team 3/essay.pdf"],
        {"Team 1": "Team 1/hebb.py", "Team 2": "Team 2/src/hebb.py", "Team 3": None},
    ),
    "folders that all have": (
        ["ada/red/hebb.py", "ada/blue/notes.md", "bo/red/hebb.py", "bo/blue/notes.md"],
        {"ada": "ada/red/hebb.py", "bo": "bo/red/hebb.py"},
    ),
    "clones": (
        ["lab02-hebb-ada/hebb.py", "lab02-hebb-bo/hebb.py"],
        {"lab02-hebb-ada": "lab02-hebb-ada/hebb.py", "lab02-hebb-bo": "lab02-hebb-bo/hebb.py"},
    ),
    "clones of the whole course": (
        ["lab02-ada/assignments/lab02_hebb/hebb.py", "lab02-bo/assignments/lab02_hebb/hebb.py", "lab02-cy/src/hebb.py"],
        {"lab02-ada": "lab02-ada/assignments/lab02_hebb/hebb.py", "lab02-cy": "lab02-cy/src/hebb.py",
         "lab02-bo": "lab02-bo/assignments/lab02_hebb/hebb.py"},
    ),
    "by days": (
        ["2026-11-02/ada/hebb.py", "2026-11-02/bo/hebb.py", "2026-11-09/cy/hebb.py"],
        {"ada": "2026-11-02/ada/hebb.py", "bo": "2026-11-02/bo/hebb.py", "cy": "2026-11-09/cy/hebb.py"},
    ),
    "late and on time": (
        ["on time/ada/hebb.py", "on time/bo/hebb.py", "late/cy/hebb.py"],
        {"ada": "on time/ada/hebb.py", "bo": "on time/bo/hebb.py", "cy": "late/cy/hebb.py"},
    ),
    "parts of a drive": (
        {"drive-download-1-001.zip": zipped({"ada/hebb.py": b"a"}), "drive-download-1-002.zip": zipped({"bo/hebb.py": b"b"})},
        {"ada": "a", "bo": "b"},
    ),
    "a student alone": (["ada/task 1/hebb.py", "ada/Neuer Ordner/hebb.py", "ada/abgabe/x"], {"ada": "ada/Neuer Ordner/hebb.py"}),
    "numbers": (["1/hebb.py", "02/hebb.py"], {"1": "1/hebb.py", "02": "02/hebb.py"}),
    "the course's own beside": (
        ["ada/hebb.py", "solution/hebb.py", "Starter code/hebb.py", "lab02 template/hebb.py"],
        {"ada": "ada/hebb.py"},
    ),
    "nbgrader's inbound": (
        ["ada+lab02_hebb+2026-11-20 10:00:00.1 UTC+x/hebb.py", "bo_b+lab02_hebb+2026-11-20 10:00:00 UTC/hebb.py",
         "ada+lab02_hebb+2026-11-21 09:00:00.1 UTC+a/hebb.py", "cy+lab01_gates+2026-11-20 10:00:00 UTC/gates.py",
         "ada+lab03_perceptron+2026-11-22 09:00:00 UTC+x/hebb.py", "di+lab02_hebb+2026-11-20 10:00:00 UTC/essay.pdf"],
        {"ada": "ada+lab02_hebb+2026-11-21 09:00:00.1 UTC+a/hebb.py",
         "bo_b": "bo_b+lab02_hebb+2026-11-20 10:00:00 UTC/hebb.py", "di": None},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("paths", "expected"), CLASSES.values(), ids=CLASSES)
@pytest.mark.parametrize("is_zip", [False, True], ids=["folder", "zip"])
def test_everybody_is_found(tmp_path, paths, expected, is_zip):
    """A row for each, with the text that each handed in; nothing else has one."""
    place = tmp_path / "class"
    if is_zip:
        files = paths if isinstance(paths, dict) else {path: path.encode() for path in paths}
        place = tmp_path / "class.zip"
        place.write_bytes(zipped(files))
    else:
        tree(place, paths)

    assert found(place) == {who: text and text.encode() for who, text in expected.items()}


@pytest.mark.parametrize(
    "paths",
    [
        ["work/hebb.py"],
        ["work/hebb.py", "old/hebb.py", "notes.txt"],
        ["hebb.py", "data/x.csv", ".venv/pyvenv.cfg"],
        ["hebb (1).py"],
        ["submission/hebb.py", "Neuer Ordner (2)/x.txt"],
        ["lab02_hebb/hebb.py"],
        ["lab02_hebb/v1/hebb.py", "lab02_hebb/v2/hebb.py"],
        ["lab01_gates/gates.py", "lab02_hebb/essay.pdf"],
        ["assignments/lab02_hebb/hebb.py", "README.md"],
        ["deep-learning/assignments/lab02_hebb/hebb.py"],
        {"work.zip": zipped({"hebb.py": b""})},
    ],
)
def test_one_students_folder_is_refused(tmp_path, paths):
    """What is given as a class and is one student's: the sentence says what to give."""
    tree(tmp_path / "ada", paths)

    with pytest.raises(SubmissionError, match="ada looks like what one student handed in"):
        read_class(HEBB, tmp_path / "ada")


@pytest.mark.parametrize("packed", [MOODLE, CANVAS])
def test_nobody_hands_in_for_others(tmp_path, packed):
    """A zip with a platform's names beside students is one student's, and a sentence says what it looks like."""
    write(tmp_path, {"ada.zip": zipped({"hebb.py": b"a"}), "mal.zip": packed})
    write(tmp_path, {"eve/Ada L_1_assignsubmission_file_/hebb.py": b"e"})
    read = read_class(HEBB, tmp_path)

    assert [one.student for one in read.hand_ins] == ["ada", "eve", "mal"]
    assert [one.first.texts["hebb"] for one in read.hand_ins][:2] == [b"a", b"e"]
    (note,) = read.notes
    assert note == (
        "mal.zip looks like several students', and lies beside others: it counts as one student. Give it "
        "alone with --submitted."
    )


@pytest.mark.parametrize("ending", [".tar", ".tar.gz", ".TGZ", ".tar.bz2", ".zip"])
def test_a_class_may_be_a_tar_archive(tmp_path, ending):
    """People, sections and their own archives are found in it as in a zip."""
    paths = {"Section 1/ada/hebb.py": b"a", "Section 2/bo.zip": zipped({"hebb.py": b"b"})}
    modes = {".tar": "w", ".tar.bz2": "w:bz2"}
    with tarfile.open(tmp_path / f"class{ending}", modes.get(ending, "w:gz")) as archive:
        for path, data in paths.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))

    assert found(tmp_path / f"class{ending}") == {"ada": b"a", "bo": b"b"}


def test_a_damaged_tar_archive_is_a_sentence(tmp_path):
    """It says what to do."""
    (tmp_path / "class.tar.gz").write_bytes(b"no")

    with pytest.raises(SubmissionError, match=r"it is damaged, .* Unpack it, and give the folder"):
        read_class(HEBB, tmp_path / "class.tar.gz")


def test_of_several_students_in_one_folder_a_person_is_asked(tmp_path):
    """Which of them it is nobody can know: no file wins, as work wins over a stub of one person's."""
    stub = make_stub(HEBB, "hebb").encode()
    write(
        tmp_path,
        {"Smith/ada/hebb.py": b"a = 1", "Smith/bo/hebb.py": stub, "Jones/cy/hebb.py": b"c"},
    )
    jones, smith = read_class(HEBB, tmp_path).hand_ins

    assert (jones.student, jones.places) == ("Jones", ("cy/hebb.py",))
    assert (smith.student, smith.places) == ("Smith", ("ada/hebb.py", "bo/hebb.py"))


def test_of_two_zips_with_one_person_each_is_a_reading(tmp_path):
    """Its files are named with the zip, for a person to choose."""
    write(tmp_path, {"a.zip": CANVAS, "b.zip": zipped({"ada_1_7_hebb.py": b"other"})})
    ada, _ = read_class(HEBB, tmp_path).hand_ins

    assert ada.places == ("a.zip/hebb.py", "b.zip/hebb.py")


def test_where_people_were_looked_for_is_said(tmp_path):
    """So is what belongs to nobody."""
    tree(tmp_path, CLASSES["a solution beside"][0])

    assert read_class(HEBB, tmp_path).notes == (
        "The students were looked for in Section 01 and Section 02.",
        "Belongs to no student, and not graded: Section 03 and solution.",
    )


def test_a_locked_section_is_not_lost(tmp_path, monkeypatch):
    """A folder that cannot be looked into is in the list, as somebody's."""
    tree(tmp_path, ["Section 01/ada/hebb.py", "Section 02/bo/hebb.py"])
    scandir = trees.os.scandir

    def refuse(path):
        if str(path).endswith("Section 02"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(trees.os, "scandir", refuse)
    locked, ada = read_class(HEBB, tmp_path).hand_ins

    assert ada.student == "ada"
    assert (locked.student, locked.unread) == (
        "Section 02",
        "The folder Section 02 cannot be read here: Permission denied.",
    )
