"""What a workspace keeps: read only where it is a file of ours, and changed by one at a time."""

import json
import multiprocessing
import os
import time

import pytest

from autograder import state
from autograder.state import held, kept_text

needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs pipes, devices and locks")


def test_a_file_is_read_in_bounds(tmp_path, monkeypatch):
    """Up to the bound it is text; beyond it, and where it is no text, it is refused."""
    path = tmp_path / "kept"
    path.write_text("[1, 2]", encoding="utf-8")
    assert kept_text(path) == "[1, 2]"

    monkeypatch.setattr(state, "MAX_KEPT_BYTES", 5)
    with pytest.raises(ValueError, match="kept has 0.0 MB"):
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
    from autograder import hints, progress

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
