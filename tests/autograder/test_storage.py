"""Files are whole or not there; what a workspace keeps is changed by one at a time."""

import contextlib
import json
import os
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import storage
from autograder.course.catalogue import ROOT
from autograder.grading.submission import Submission
from autograder.storage import (
    NotAFileError,
    TooLargeError,
    held,
    is_foreign,
    keep,
    kept,
    kept_text,
    kind,
    read_regular,
    write_whole,
)
from autograder.student.find import find_places

needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs pipes, devices and locks")


@pytest.mark.parametrize(
    ("content", "written"), [("ä\n", "ä\n".encode()), (b"\x00\r\n", b"\x00\r\n")]
)
def test_text_and_bytes_are_kept_as_they_are(content, written, tmp_path):
    """Line ends stay, and folders above are made."""
    write_whole(tmp_path / "a" / "b", content)

    assert (tmp_path / "a" / "b").read_bytes() == written


def test_what_cannot_be_written_leaves_the_old_file_and_no_part(tmp_path):
    """A content that breaks while it is written changes nothing."""
    write_whole(tmp_path / "a", "old")

    with pytest.raises(UnicodeEncodeError):
        write_whole(tmp_path / "a", "\ud800")

    assert (tmp_path / "a").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_link_stays_one(tmp_path):
    """What it leads to is written."""
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")

    write_whole(tmp_path / "link", "new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


@pytest.mark.parametrize("leads_to", ["real", "nowhere", "folder", "link"])
def test_a_link_that_may_not_be_followed_is_replaced(tmp_path, leads_to):
    """Wherever it leads, nothing is written there."""
    (tmp_path / "real").write_text("old")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(leads_to)  # one of them to itself

    write_whole(tmp_path / "link", "new", follow=False)

    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "link").read_text() == "new"
    assert (tmp_path / "real").read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"real", "folder", "link"}


def test_a_file_is_read_up_to_a_bound(tmp_path):
    """One byte more is refused, with both sizes in the sentence."""
    (tmp_path / "a").write_bytes(b"x" * (1 << 20))

    assert len(read_regular(tmp_path / "a", 1 << 20)) == 1 << 20
    (tmp_path / "a").write_bytes(b"x" * (3 << 20))
    with pytest.raises(
        TooLargeError, match=r"a has 3\.0 MB; a file of this course has at most 1 MB"
    ):
        read_regular(tmp_path / "a", 1 << 20)
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "none", 9)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes and sockets with a name")
def test_only_files_are_read(tmp_path):
    """Whatever else has a name is refused without being opened."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "to file").symlink_to("real")
    (tmp_path / "real").write_text("text")
    (tmp_path / "to nothing").symlink_to("nothing")
    (tmp_path / "to device").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "socket"))

    for name, told in {
        "folder": "folder is a folder. Put the file itself there.",
        "to file": "to file is a link. Put the file itself there.",
        "to nothing": "to nothing is a link. Put the file itself there.",
        "to device": "to device is a link. Put the file itself there.",
        "pipe": "pipe is not a file.",
        "socket": "socket is not a file.",
    }.items():
        with pytest.raises(NotAFileError, match=f"^{re.escape(told)}$"):
            read_regular(tmp_path / name, 9)
    assert kind((tmp_path / "real").lstat().st_mode) == "a file"
    assert kind((tmp_path / "pipe").lstat().st_mode) == "a pipe, a socket or a device"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_or_a_device_is_refused(tmp_path):
    """Replacing it would take it away from everybody else."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(OSError, match="a device or a pipe"):
        write_whole(tmp_path / "pipe", "text")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_file_that_cannot_be_written_is_called_by_its_own_name(tmp_path):
    """Nobody knows the file that is written on the way."""
    (tmp_path / "marks.csv").mkdir()

    with pytest.raises(OSError, match="directory") as raised:
        write_whole(tmp_path / "marks.csv", "text")
    assert raised.value.filename == str(tmp_path / "marks.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["marks.csv"]


@pytest.mark.skipif(os.name == "nt", reason="there are no such modes on Windows")
@pytest.mark.parametrize(("private", "mode"), [(False, 0o640), (True, 0o600)])
def test_the_users_mask_holds_and_secrets_stay_with_their_owner(private, mode, tmp_path):
    """No file is readable for more people than the user wants."""
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "a", "text", private=private)
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode


def test_a_file_of_another_kind_is_foreign(tmp_path):
    """One that is not there, or a folder, is not."""
    (tmp_path / "work.py").write_text("work")
    (tmp_path / "page.html").write_text("<!DOCTYPE html>")

    assert is_foreign(tmp_path / "work.py", b"<!doctype html>")
    assert not is_foreign(tmp_path / "page.html", b"<!doctype html>")
    assert not is_foreign(tmp_path / "new", b"PK")
    assert not is_foreign(tmp_path, b"PK")


def test_a_file_is_read_in_bounds(tmp_path, monkeypatch):
    """Up to the bound it is text; beyond it, and where it is no text, it is refused."""
    path = tmp_path / "kept"
    path.write_text("[1, 2]", encoding="utf-8")
    assert kept_text(path) == "[1, 2]"

    monkeypatch.setattr(storage, "MAX_KEPT_BYTES", 5)
    with pytest.raises(ValueError, match="kept has"):
        kept_text(path)
    path.write_bytes(b"\xff")
    with pytest.raises(UnicodeDecodeError):
        kept_text(path)
    with pytest.raises(FileNotFoundError):
        kept_text(tmp_path / "none")
    with pytest.raises(ValueError, match="is a folder"):
        kept_text(tmp_path)


@needs_posix
def test_what_has_no_end_is_not_read(tmp_path):
    """A pipe would wait for ever, and a device never ends."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zeros").symlink_to("/dev/zero")

    for name, told in (("pipe", "is not a file"), ("zeros", "is a link")):
        with pytest.raises(ValueError, match=told):
            kept_text(tmp_path / name)


def a_workspace(cwd):
    """Do all that keeps something in a workspace, or reads it."""
    from autograder.student import hints, progress, workspace

    (place,) = find_places("hebb", cwd)
    progress.keep_progress([], cwd)
    progress.lab_progress(place, cwd)
    hints.remember([], cwd)
    with pytest.raises(hints.HintError):
        hints.next_hint("update", cwd)
    release = {"lab02_hebb": {"hebb.py": b"new"}}
    for change in (workspace.init, workspace.update):
        with contextlib.suppress(OSError):  # it is refused with a sentence
            change(cwd, release)


def a_course(cwd):
    """Do all that keeps something in a course, or reads it."""
    from autograder.course.catalogue import load_lab
    from autograder.grading.report import SCHEMA, Report
    from autograder.grading.results import Results, Seeds

    lab = load_lab("lab02_hebb")
    results = Results(cwd / ".nnlab" / "results", lab, b"key")
    checks = [
        {
            "id": name,
            "status": "passed",
            "fact": [],
            "mistakes": [],
            "hint": None,
        }
        for name in lab.checks
    ]
    plain = {
        "schema": SCHEMA,
        "seed": 1,
        "isolation": ["process"],
        "checks": checks,
        "notes": [],
        "versions": {},
    }
    handed = Submission(lab, {}, {"hebb": "missing"}, "ada")
    with contextlib.suppress(OSError):
        results.keep(handed, Report.from_plain(lab, plain))
    results.find(handed)
    with contextlib.suppress(OSError, ValueError):
        Seeds(cwd / ".nnlab").set(lab, 7)
    with contextlib.suppress(OSError, ValueError):
        Seeds(cwd / ".nnlab").get(lab)


PLACES = [
    ".nnlab",
    ".nnlab/released",
    ".nnlab/released/lab02_hebb",
    ".nnlab/results",
    ".nnlab/results/lab02_hebb",
    ".nnlab/released/lab02_hebb/hebb.py",
    ".nnlab/progress.json",
    ".nnlab/hints.json",
    ".nnlab/seeds.json",
    ".nnlab/lock",
]


@needs_posix
@pytest.mark.parametrize("use", [a_workspace, a_course])
@pytest.mark.parametrize("place", PLACES)
def test_what_is_kept_is_never_behind_a_link(tmp_path, use, place):
    """Nothing is written, read or removed where a link leads, whichever part of `.nnlab` it is."""
    outside = tmp_path / "outside"
    for name in ("notes", "released/lab02_hebb/gone.py", "lab02_hebb/gone.py"):
        (outside / name).parent.mkdir(parents=True, exist_ok=True)
        (outside / name).write_text("of the instructor")
    (tmp_path / "student" / "lab02_hebb").mkdir(parents=True)
    (tmp_path / "student" / "lab02_hebb" / "hebb.py").write_text("mine")
    (tmp_path / "student" / place).parent.mkdir(parents=True, exist_ok=True)
    is_folder = "." not in Path(place).name[1:] and Path(place).name != "lock"
    (tmp_path / "student" / place).symlink_to(outside if is_folder else outside / "notes")
    before = contents(outside)
    use(tmp_path / "student")

    assert contents(outside) == before


@needs_posix
def test_a_link_in_a_files_place_counts_as_nothing_and_gives_way(tmp_path):
    """It is not read, also where it leads to what we have written; the new file takes its place."""
    (tmp_path / ".nnlab").mkdir()
    (tmp_path / "elsewhere").write_text("{}")
    place = tmp_path / ".nnlab" / "kept.json"
    place.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(ValueError, match=r"kept\.json is a link"):
        kept_text(place)
    keep(place, "mine", private=True)
    assert kept_text(place) == "mine"
    assert (tmp_path / "elsewhere").read_text() == "{}"


@needs_posix
def test_a_folder_that_is_a_link_is_refused_with_a_sentence(tmp_path):
    """From `.nnlab` down; what lies above is the user's own."""
    (tmp_path / "real").mkdir()
    (tmp_path / "above").symlink_to("real")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / ".nnlab").symlink_to("../real")

    keep(tmp_path / "above" / ".nnlab" / "a" / "kept", "text")
    assert kept(tmp_path / "real" / ".nnlab" / "a" / "kept") == b"text"
    for use in (kept, lambda path: keep(path, "text")):
        with pytest.raises(
            OSError, match=r"what is kept in \.nnlab is never looked for behind one"
        ):
            use(tmp_path / "linked" / ".nnlab" / "a" / "kept")


def contents(folder):
    """Read all files below a folder, by their paths."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


ADD_ONE = """
import pathlib, sys, time
from autograder.storage import held

folder = pathlib.Path(sys.argv[1])
for _ in range(20):
    with held(folder):
        path = folder / "count"
        count = int(path.read_text("utf-8")) if path.exists() else 0
        time.sleep(0.005)
        path.write_text(str(count + 1), encoding="utf-8")
"""


def test_two_processes_at_once_lose_nothing(tmp_path):
    """On every system each reads what the other has written, in a folder that is not there at first."""
    folder = tmp_path / ".nnlab"
    processes = [
        subprocess.Popen([sys.executable, "-c", ADD_ONE, folder], cwd=ROOT) for _ in range(2)
    ]

    assert [process.wait(60) for process in processes] == [0, 0]
    assert (folder / "count").read_text("utf-8") == "40"


def test_where_nothing_can_be_locked_nobody_waits(tmp_path):
    """A lock that is a folder, a place that is a file: as if there were no others."""
    (tmp_path / "lock").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    entered = []
    for folder in (tmp_path, tmp_path / "file" / ".nnlab"):
        with held(folder):
            entered.append(folder)

    assert len(entered) == 2


@needs_posix
@pytest.mark.parametrize("keeps", ["progress", "hints"])
def test_what_reports_leave_behind_is_written_under_the_lock(tmp_path, monkeypatch, keeps):
    """Progress and hints are read and written again with nobody between."""
    from autograder.student import hints, progress

    module = {"progress": progress, "hints": hints}[keeps]
    held_when = []
    written = module.keep_entries
    monkeypatch.setattr(
        module, "keep_entries", lambda *a: (held_when.append(locked(tmp_path)), written(*a))
    )
    (tmp_path / ".nnlab").mkdir()
    if keeps == "progress":
        progress.keep_progress([], tmp_path)
    else:
        hints.remember([], tmp_path)

    assert held_when == [True]
    assert json.loads((tmp_path / ".nnlab" / f"{keeps}.json").read_text("utf-8"))


def locked(folder):
    """Tell whether somebody holds the folder's lock."""
    import fcntl

    with (folder / ".nnlab" / "lock").open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
