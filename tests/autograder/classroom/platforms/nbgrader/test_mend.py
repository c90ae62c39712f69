"""What students handed in, made safe before nbgrader looks: nothing of theirs is changed."""

import errno
import json
import os

import pytest

from autograder.classroom.platforms.nbgrader.mend import mend, mend_course

CELL = {"id": "one", "source": "", "metadata": {"nbgrader": {"grade_id": "two", "grade": True}}}
RELEASED = {"cells": [CELL]}


@pytest.fixture
def course(tmp_path):
    """A course with one released lab and one submission to it, without a notebook."""
    (tmp_path / "assignments" / "lab02_hebb").mkdir(parents=True)
    (tmp_path / "assignments" / "lab02_hebb" / "lab02_hebb.ipynb").write_text(json.dumps(RELEASED))
    (tmp_path / "submitted" / "ada" / "lab02_hebb").mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").write_text("")
    return tmp_path


@pytest.fixture
def folder(course):
    """The one submission."""
    return course / "submitted" / "ada" / "lab02_hebb"


def test_the_released_notebook_stands_for_a_missing_one(course, folder):
    """Once; a second time there is nothing to do."""
    assert mend_course(course) == [
        "ada/lab02_hebb: lab02_hebb.ipynb was not handed in; the released one stands for it."
    ]
    lent = {**RELEASED, "metadata": {"nnlab": {"lent": True}}}
    assert json.loads((folder / "lab02_hebb.ipynb").read_text()) == lent
    assert mend_course(course) == []


def test_a_renamed_notebook_stands_for_the_labs(course, folder):
    """The one that has most of the lab's cells, wherever it lies; the student's own file stays."""
    (folder / "deep").mkdir()
    (folder / "other.ipynb").write_text('{"cells": [{"id": "zero", "source": ""}]}')
    (folder / "torn.ipynb").write_text('{"cells": [')
    mine = folder / "deep" / "my own.ipynb"
    mine.write_text(json.dumps({**RELEASED, "mine": True}))

    assert mend_course(course) == [
        "ada/lab02_hebb: my own.ipynb stands for lab02_hebb.ipynb, which was not handed in."
    ]
    assert (folder / "lab02_hebb.ipynb").read_bytes() == mine.read_bytes()


@pytest.mark.parametrize(
    "name", ["lab02_hebb (1).ipynb", "LAB02_Hebb.IPYNB", "Copie de lab02.ipynb", "lab02.ipynb.txt"]
)
def test_a_notebook_of_any_name_is_found(course, folder, name):
    """Browsers, mailers and students rename files, and an editor's own copy does not come first."""
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "a.ipynb").write_text(json.dumps({**RELEASED, "old": True}))
    (folder / "sub").mkdir()
    (folder / "sub" / name).write_text(json.dumps(RELEASED))

    assert mend_course(course) == [
        f"ada/lab02_hebb: {name} stands for lab02_hebb.ipynb, which was not handed in."
    ]
    assert json.loads((folder / "lab02_hebb.ipynb").read_text()) == RELEASED


def inside(*places):
    """List all that is below folders, by hand: a walk must not follow what it is to find."""
    found, waiting = [], list(places)
    for folder in waiting:
        for entry in os.scandir(folder):
            found.append(folder / entry.name)
            if entry.is_dir(follow_symlinks=False):
                waiting.append(folder / entry.name)
    return found


def deep(folder, levels, name="a"):
    """Make folders within one another, deeper than any path; return a descriptor of the last."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    return here


def test_links_and_pipes_are_taken_away(course, folder):
    """They are written down, not followed, and not kept; a lab's folder that is a link is made anew."""
    (folder / "lab02_hebb.ipynb").write_text("{}")
    (folder / "sub").mkdir()
    (folder / "sub" / "stolen.py").symlink_to(course / "nbgrader_config.py")
    os.mkfifo(folder / "pipe")
    (course / "submitted" / "ada" / "lab03_perceptron").symlink_to(course)
    (course / "submitted" / "bob").symlink_to(course)
    done = mend_course(course)

    assert done == [
        "ada/lab02_hebb: pipe was a pipe, a socket or a device, and was taken away.",
        f"ada/lab02_hebb: stolen.py was a link to {course}/nbgrader_config.py, and was taken away.",
        f"ada/lab03_perceptron: lab03_perceptron was a link to {course}, and was taken away.",
        f"bob/lab01_gates: bob was a link to {course}, and was taken away.",
    ]
    assert not any(path.is_symlink() for path in inside(course))
    written = [path.read_text("utf-8") for path in (course / ".nnlab" / "aside").glob("*/what.txt")]
    assert len(written) == 3
    for name, _, sentence in (line.partition(": ") for line in done):
        assert any(text.startswith(f"{name}\n") and sentence in text for text in written)
    assert (course / "nbgrader_config.py").exists()
    assert (course / "submitted" / "ada" / "lab03_perceptron").is_dir()
    assert mend_course(course) == []


@pytest.mark.parametrize("second", ["folder", "link", "file"])
@pytest.mark.parametrize("first", ["folder", "link"])
def test_nothing_outside_changes_in_whatever_order_things_are_handed_in(
    course, folder, tmp_path, first, second
):
    """What the first hand-in left behind leads the second one nowhere."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keys").write_text("of the instructor")
    for kind in (first, second):
        place = folder / "x"
        if place.is_dir():
            place.rename(folder / "before")
        if kind == "link":
            place.symlink_to(outside)
        elif kind == "file":
            place.write_text("mine")
        else:
            place.mkdir()
            (place / "keys").symlink_to(folder / "mine")
        mend_course(course)

    assert [path.name for path in outside.iterdir()] == ["keys"]
    assert (outside / "keys").read_text() == "of the instructor"
    assert not any(path.is_symlink() for path in inside(course / "submitted", course / ".nnlab"))


@pytest.mark.usefixtures("emptied")
@pytest.mark.parametrize(("levels", "name"), [(20, "a"), (1500, "a"), (40, "n" * 255)])
def test_folders_that_lie_too_deep_are_put_aside(course, folder, levels, name):
    """However deep, what is in them is kept, and links among it are not."""
    last = deep(folder, levels, name)
    os.close(os.open("kept.py", os.O_CREAT | os.O_WRONLY, dir_fd=last))
    os.symlink("/etc", "link", dir_fd=last)
    os.close(last)
    done = mend_course(course)
    found = inside(course / ".nnlab" / "aside", course / "submitted")

    assert "lies too deep: it is in " in done[0]
    assert len(done) == 3
    assert [path.name for path in found if path.name in {"kept.py", "link"}] == ["kept.py"]
    assert (folder / "lab02_hebb.ipynb").is_file()
    assert mend_course(course) == []


@pytest.mark.parametrize("beside", ["lab02_hebb.folder/b", "folder/c", "lab02_hebb.ipynb/d/e"])
def test_a_folder_in_a_notebooks_place_makes_room(course, folder, beside):
    """It is renamed, whatever lies beside it, and the released notebook stands for what is not there."""
    (folder / "lab02_hebb.ipynb" / "lab02_hebb.ipynb").mkdir(parents=True)
    (folder / "lab02_hebb.ipynb" / "hebb.py").write_text("mine")
    (folder / "other.ipynb").mkdir()
    (folder / beside).mkdir(parents=True)
    done = mend_course(course)

    assert (folder / "lab02_hebb.ipynb").is_file()
    assert not (folder / "other.ipynb").exists()
    assert [path.read_text() for path in folder.rglob("hebb.py")] == ["mine"]
    assert "lab02_hebb.ipynb is not a notebook; it is folder-" in done[0]
    assert mend_course(course) == []


@pytest.mark.parametrize("mode", [0o000, 0o300, 0o500])
def test_folders_that_are_closed_are_opened(course, folder, mode):
    """What is in them is as unsafe as elsewhere, and a folder that may not be written cannot be moved."""
    last = folder.joinpath(*"d" * 17)
    last.mkdir(parents=True)
    (last / "link").symlink_to("/etc")
    (folder / "hebb.py").write_text("mine")
    (folder / "hebb.py").chmod(0o400)
    for closed in (last, folder / "d"):
        closed.chmod(mode)
    mend_course(course)

    assert (folder / "d").stat().st_mode & 0o700 == 0o700
    assert (folder / "hebb.py").stat().st_mode & 0o777 == 0o400
    assert not any(path.is_symlink() for path in inside(course))
    assert mend_course(course) == []


def test_names_are_cleaned_where_they_are_told(course, folder):
    """Neither a file's nor a student's name brings terminal codes or lines of its own."""
    (folder / "\x1b[2J\x1b]0;owned\x07\nada: 20 points").symlink_to("/nowhere\x1b[31m")
    (course / "submitted" / "b\x1b[7mob\u202e" / "lab02_hebb").mkdir(parents=True)
    done = mend_course(course)

    assert done[0] == (
        "ada/lab02_hebb: [2J]0;owned ada: 20 points was a link to /nowhere[31m, and was taken away."
    )
    assert done[2].startswith("b[7mob/lab02_hebb: ")


def test_many_things_are_told_in_a_few_sentences(course, folder):
    """The rest can be read where it is written down."""
    for number in range(300):
        (folder / f"{number:03}").symlink_to("/etc")
    done = mend_course(course)
    (written,) = (course / ".nnlab" / "aside").glob("*/what.txt")

    assert len(done) == 7
    assert done[5] == f"ada/lab02_hebb: 295 more like these; see {written.parent}."
    assert written.read_text().count("was a link to /etc") == 300


def test_one_students_trouble_is_told_and_the_others_are_mended(course, folder, monkeypatch):
    """What cannot be made safe is put aside as a whole, and the student is not passed over."""
    (folder / "hebb.py").write_text("mine")
    (course / "submitted" / "bob" / "lab02_hebb").mkdir(parents=True)
    real = os.scandir

    def broken(place):
        if "ada/lab02_hebb" in str(place):
            raise OSError(errno.EIO, "Input/output error", str(place))
        return real(place)

    monkeypatch.setattr(os, "scandir", broken)
    done = mend_course(course)

    assert done[0] == "ada/lab02_hebb: It could not be made safe for nbgrader: Input/output error."
    assert (folder / "lab02_hebb.ipynb").is_file()
    assert len(list((course / ".nnlab" / "aside").glob("*/1/hebb.py"))) == 1
    assert (course / "submitted" / "bob" / "lab02_hebb" / "lab02_hebb.ipynb").is_file()


def test_a_place_for_things_aside_that_is_a_link_is_not_used(course, folder, tmp_path):
    """Then a human is asked, and nothing is written behind the link."""
    (tmp_path / "elsewhere").mkdir()
    (course / ".nnlab").symlink_to(tmp_path / "elsewhere")
    (folder / "x").symlink_to("/etc")
    done = mend_course(course)

    assert "Move it out of submitted yourself: It is a link" in done[1]
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_what_goes_wrong_with_the_whole_folder_is_a_sentence(course, monkeypatch):
    """Every command of nbgrader mends first, and goes on after it."""
    monkeypatch.setattr("autograder.classroom.platforms.nbgrader.mend.mend", lambda *_: 1 / 0)

    assert mend_course(course) == [
        "What was handed in could not be looked through: division by zero."
    ]


def test_what_is_no_course_is_left_alone(course, folder):
    """Without nbgrader's configuration, or for another folder, nothing is touched."""
    assert mend_course(course, course / "downloads") == []
    (course / "nbgrader_config.py").unlink()
    assert mend_course(course) == []
    assert list(folder.iterdir()) == []


def test_a_lab_that_was_not_released_has_no_notebook_to_lend(course, folder, tmp_path):
    """Then there is nothing that could stand for it."""
    assert mend(course / "submitted", tmp_path / "nowhere", tmp_path / "aside") == []
    assert list(folder.iterdir()) == []
