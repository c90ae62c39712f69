"""What this machine does not let us read is nobody's zero: no mark, named everywhere, the others graded."""

import errno
import io
import os
import shutil
import zipfile

import pytest
from click.testing import CliRunner

from autograder.classroom.collect import read_class
from autograder.cli import main
from autograder.course.catalogue import load_lab
from autograder.grading import submission as submissions
from tests.conftest import reference_text
from tests.processes import NOBODY, as_nobody, needs_root

HEBB = load_lab("lab02_hebb")
GOOD = reference_text("hebb").encode()


def zipped(files):
    """Make a zip of files by their paths."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()


@pytest.fixture
def submitted(tmp_path):
    """Make a class: one student whose work can be read, and another's folder."""
    folder = tmp_path / "submitted"
    for name in ("ada", "dee"):
        (folder / name).mkdir(parents=True)
    (folder / "ada" / "hebb.py").write_bytes(GOOD)
    return folder


@pytest.fixture
def locked(monkeypatch):
    """Let reading some paths fail, as the system refuses it to a plain user."""
    paths = {}
    scandir, read = os.scandir, submissions.read_regular

    def refuse(path):
        if (number := paths.get(str(path))) is not None:
            raise OSError(number, os.strerror(number), str(path))

    def listed(path):
        refuse(path)
        return scandir(path)

    def regular(path, most):
        refuse(path)
        return read(path, most)

    monkeypatch.setattr(os, "scandir", listed)
    monkeypatch.setattr(submissions, "read_regular", regular)
    return lambda path, number=errno.EACCES: paths.update({str(path): number})


PLACES = {
    "the folder": ("", {}, "The folder dee"),
    "the lab's folder": ("lab02_hebb", {"lab02_hebb/hebb.py": GOOD}, "The folder lab02_hebb"),
    "a folder below": ("work", {"work/hebb.py": GOOD}, "The folder work"),
    "the module": ("hebb.py", {"hebb.py": GOOD}, "hebb.py"),
    "the module before a copy": ("hebb.py", {"hebb.py": GOOD, "old/hebb.py": b"old"}, "hebb.py"),
    "its other name": ("hebb (1).py", {"hebb (1).py": GOOD}, "hebb (1).py"),
    "a zip": ("work.zip", {"work.zip": zipped({"hebb.py": GOOD})}, "work.zip"),
    "a tar": ("work.tar.gz", {"work.tar.gz": b"any"}, "work.tar.gz"),
}


@pytest.mark.parametrize(("place", "files", "name"), PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
def test_what_cannot_be_read_here_is_no_mark(submitted, locked, place, files, name, number):
    """A folder, a module or an archive that may be what is meant: the sentence says which, and why."""
    for path, text in files.items():
        (submitted / "dee" / path).parent.mkdir(exist_ok=True)
        (submitted / "dee" / path).write_bytes(text)
    locked(submitted / "dee" / place if place else submitted / "dee", number)
    ada, dee = read_class(HEBB, submitted).hand_ins

    assert (ada.unread, ada.first.texts["hebb"]) == ("", GOOD)
    assert dee.unread == f"{name} cannot be read here: {os.strerror(number)}."
    assert all(dee.unread in why for why in dee.first.missing.values())


def test_where_the_module_is_there_another_locked_folder_is_noted(submitted, locked):
    """What is beside the work costs nobody a mark; a sentence says that it was not seen."""
    (submitted / "ada" / "backup").mkdir()
    locked(submitted / "ada" / "backup")
    ada = read_class(HEBB, submitted).hand_ins[0]

    assert ada.unread == ""
    assert ada.first.texts["hebb"] == GOOD
    assert ada.first.notes == ("The folder backup cannot be read here: Permission denied.",)


@pytest.mark.parametrize("number", [errno.ENAMETOOLONG, errno.ELOOP])
def test_what_somebody_made_so_is_their_own(submitted, locked, number):
    """A path that is too long, or leads in a circle, is no fault of this machine."""
    locked(submitted / "dee", number)
    dee = read_class(HEBB, submitted).hand_ins[1]

    assert dee.unread == ""
    assert "cannot be looked into" in dee.first.missing["hebb"]


def test_a_link_into_a_hidden_place_costs_no_other_a_mark(submitted, monkeypatch):
    """That a link cannot be followed ends nothing for the class."""
    is_dir = os.DirEntry.is_dir

    class Entry:
        def __init__(self, entry):
            self.entry, self.name = entry, entry.name

        def is_dir(self, **how):
            if self.name == "eve" and how.get("follow_symlinks", True):
                raise PermissionError(errno.EACCES, "Permission denied")
            return is_dir(self.entry, **how)

        def is_symlink(self):
            return self.entry.is_symlink()

        def stat(self, **how):
            return self.entry.stat(**how)

    scandir = os.scandir
    (submitted / "eve").symlink_to(submitted / "nowhere")

    class Listed:
        def __init__(self, path):
            self.listed = scandir(path)

        def __enter__(self):
            return map(Entry, self.listed)

        def __exit__(self, *_):
            self.listed.close()

    monkeypatch.setattr(os, "scandir", Listed)
    found = {one.student: one.first for one in read_class(HEBB, submitted).hand_ins}

    assert found["ada"].texts["hebb"] == GOOD
    assert "eve is a link. Put the folder itself there." in found["eve"].missing["hebb"]


def assert_named_everywhere(out, said):
    """Assert that the one without a mark is named on the console, in both tables and on the page."""
    rows = (out / "lab02_hebb.csv").read_text("utf-8-sig").splitlines()
    assert rows[1].startswith("ada,,20,20,")
    assert rows[2].startswith("dee,,,20,")
    assert "The folder dee cannot be read here: Permission denied." in rows[2]
    table = (out / "lab02_hebb-class.csv").read_text("utf-8-sig")
    assert "look,cannot be read here,1,The folder dee cannot be read here: Permission" in table
    page = (out / "lab02_hebb.html").read_text("utf-8")
    assert "cannot be read here. No mark. Make it readable, and grade again." in page
    assert "The folder dee cannot be read here: Permission denied." in page
    assert "1 cannot be read here: dee No mark. Make it readable, and grade again." in said
    assert "dee: The folder dee cannot be read here: Permission denied" in said


def test_the_batch_names_who_has_no_mark(submitted, locked, tmp_path, monkeypatch):
    """The others are graded; console, tables and page name this one, and the exit code is 3."""
    locked(submitted / "dee")
    monkeypatch.chdir(tmp_path)
    command = ["batch", "lab02", "--isolation", "process", "--jobs", "1", "--html"]
    result = CliRunner().invoke(main, [*command, "--submitted", str(submitted)])

    assert result.exit_code == 3, result.output
    assert_named_everywhere(tmp_path / "marks", " ".join(result.output.split()))


@needs_root
def test_a_plain_user_meets_it_so(submitted, open_folder):
    """As the system itself refuses it: another's folder of mode 700."""
    (submitted / "dee").chmod(0o700)
    shutil.move(submitted, open_folder)
    course = open_folder / "course"
    course.mkdir()
    os.chown(course, NOBODY, NOBODY)
    options = ("--html", "--jobs", "1", "--isolation", "process")
    ran = as_nobody(
        ("batch", "lab02", *options, "--submitted", str(open_folder / "submitted")), course
    )

    assert ran.returncode == 3, ran.stderr
    assert_named_everywhere(course / "marks", " ".join(ran.stdout.split()))
