"""What a workspace keeps: read only where it is a file of ours, and changed by one at a time."""

import contextlib
import json
import multiprocessing
import os
import time
from pathlib import Path

import pytest

from autograder import state
from autograder.grading.submission import Submission
from autograder.state import held, keep, kept, kept_text
from autograder.student.find import find_places

needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs pipes, devices and locks")


def test_a_file_is_read_in_bounds(tmp_path, monkeypatch):
    """Up to the bound it is text; beyond it, and where it is no text, it is refused."""
    path = tmp_path / "kept"
    path.write_text("[1, 2]", encoding="utf-8")
    assert kept_text(path) == "[1, 2]"

    monkeypatch.setattr(state, "MAX_KEPT_BYTES", 5)
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


def add_one(folder, times):
    """Count on in a file, slowly enough that others come between."""
    path = folder / "count"
    for _ in range(times):
        with held(folder):
            count = int(path.read_text("utf-8")) if path.exists() else 0
            time.sleep(0.005)
            path.write_text(str(count + 1), encoding="utf-8")


@needs_posix
def test_two_processes_at_once_lose_nothing(tmp_path):
    """Each reads what the other has written, in a folder that is not there at first."""
    folder = tmp_path / ".nnlab"
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=add_one, args=(folder, 20)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0, 0]
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
    written = module.keep
    monkeypatch.setattr(
        module, "keep", lambda *a: (held_when.append(locked(tmp_path)), written(*a))
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
