"""The folder that code may write in: its own, bounded, and thrown away whatever lies in it."""

import os
import stat
from pathlib import Path

import pytest

from autograder.sandbox import kernel, scratch
from autograder.sandbox.scratch import Place
from tests.autograder.sandbox.test_confine import run_as_worker

needs_mounts = pytest.mark.skipif(not kernel.is_linux, reason="mounting is Linux's")


@pytest.fixture
def place(tmp_path):
    """A worker's folder, on a system where nothing can be mounted."""
    folder = tmp_path / "place"
    folder.mkdir()
    return Place(str(folder))


def nest(folder, levels):
    """Make folders in folders, deeper than a path may be long."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        for _ in range(levels):
            Path("deeper").mkdir()
            os.chdir("deeper")
    finally:
        os.chdir(here)


def test_every_child_has_a_folder_that_nobody_knew_before(place):
    """Folders are new, empty, closed to others, and named by chance."""
    first = place.make()
    assert place.clear()
    second = place.make()

    assert first.path != second.path
    assert len(Path(second.path).name) == 32
    assert list(Path(second.path).iterdir()) == []
    assert stat.S_IMODE(Path(second.path).stat().st_mode) == stat.S_IRWXU
    assert not Path(first.path).exists()


@pytest.mark.parametrize("remove", [Place.clear, lambda place: scratch.throw_away(place.path)])
def test_a_folder_goes_however_it_is_closed_linked_or_nested(remove, place, tmp_path):
    """Closed folders, links to elsewhere and deep nests go; what a link led to stays as it was."""
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    (outside / "file").write_text("stays")
    folder = Path(place.make().path)
    (folder / "file").write_text("goes")
    (folder / "link").symlink_to(outside)
    (folder / "a" / "b" / "c").mkdir(parents=True)
    (folder / "a" / "link").symlink_to(outside)
    (folder / "a" / "b" / "c").chmod(0)
    (folder / "a").chmod(0)
    (folder.parent / "beside").mkdir(mode=0)
    for number in range(3):
        (folder / f"lifted {os.getpid()} {number}").touch()
    nest(folder, 1200)
    folder.chmod(0o500)

    remove(place)

    assert not folder.exists()
    assert not place_holds(place)
    assert (outside / "file").read_text() == "stays"
    assert stat.S_IMODE(outside.stat().st_mode) == 0o755


def place_holds(place):
    """List what a worker's folder holds, if it is still there."""
    return list(Path(place.path).iterdir()) if Path(place.path).exists() else []


def test_a_link_instead_of_the_folder_is_not_followed(tmp_path):
    """What a link leads to is neither emptied nor closed, wherever the link was put."""
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    (outside / "file").touch()
    link = tmp_path / "place"
    link.symlink_to(outside)

    scratch.throw_away(str(link))

    assert (outside / "file").exists()
    assert stat.S_IMODE(outside.stat().st_mode) == 0o755


def moved(place):
    """Move the worker's folder away."""
    Path(place.path).rename(f"{place.path}-moved")


def replaced(place):
    """Put another folder where the worker's was."""
    moved(place)
    Path(place.path).mkdir()


def removed(place):
    """Remove the worker's folder with all below it."""
    for folder in (*Path(place.path).iterdir(), Path(place.path)):
        folder.rmdir()


@pytest.mark.parametrize("change", [moved, replaced, removed])
def test_a_place_that_is_not_the_same_any_more_says_so(change, place):
    """Where the worker's folder was moved, removed or replaced, it serves nobody else."""
    place.make()
    change(place)

    assert not place.clear()


def test_what_cannot_be_removed_is_said(place, monkeypatch):
    """A file that stays makes the place unfit for another child."""
    Path(place.make().path, "file").touch()

    def refuse(*_args, **_kwargs):
        raise PermissionError

    monkeypatch.setattr(scratch.os, "unlink", refuse)

    assert not place.clear()


def test_what_goes_on_filling_a_folder_does_not_hold_the_worker(place, monkeypatch):
    """Emptying ends after a time, and says that something stays."""
    folder = Path(place.make().path)
    (folder / "file").touch()
    monkeypatch.setattr(scratch, "PATIENCE_SECONDS", -1.0)

    assert not place.clear()


def test_a_folder_is_full_by_blocks_or_by_entries(place, monkeypatch):
    """Blocks and entries count, below closed folders too; holes cost nothing."""
    folder = place.make()
    below = Path(folder.path, "below")
    below.mkdir()
    with (below / "holes").open("wb") as file:
        file.truncate((scratch.MOST_MB << 20) + 1)
    assert not folder.is_full()

    (below / "large").write_bytes(bytes(2 << 20))
    below.chmod(0o300)
    monkeypatch.setattr(scratch, "MOST_MB", 1)
    assert folder.is_full()

    monkeypatch.setattr(scratch, "MOST_MB", 64)
    assert not folder.is_full()
    monkeypatch.setattr(scratch, "MOST_ENTRIES", 2)
    assert folder.is_full()


@pytest.mark.usefixtures("emptied")
def test_what_lies_deeper_than_a_path_is_counted(place, monkeypatch):
    """Few folders are few, however deep: whether they are looked at in time must not matter."""
    folder = place.make()
    nest(folder.path, 1500)
    assert not folder.is_full()

    monkeypatch.setattr(scratch, "MOST_ENTRIES", 1499)
    assert folder.is_full()


def test_what_cannot_be_opened_is_full(place, monkeypatch):
    """A folder that stays closed ends the child instead of hiding what it holds."""
    folder = place.make()

    def refuse(*_args, **_kwargs):
        raise PermissionError

    monkeypatch.setattr(scratch.os, "open", refuse)

    assert folder.is_full()


def test_a_folder_that_vanishes_is_not_full(place):
    """What is removed while it is measured holds nothing."""
    folder = place.make()
    Path(folder.path).rmdir()

    assert not folder.is_full()


MOUNTED = """
import mmap, os, sys
from autograder.sandbox import kernel
from autograder.sandbox.scratch import Place
if not kernel.own_mounts():
    sys.exit("skip")
place = Place(sys.argv[1], mounts=True)
folder = place.make()
os.chdir(folder.path)
def held(number):
    file = open(str(number), "wb+")
    os.remove(str(number))
    file.write(bytes(10 << 20)); file.flush()
    return {keep}
kept = []
try:
    for number in range(12):
        kept.append(held(number))
except OSError as error:
    print(error.errno, len(kept), folder.is_full())
os.chdir("/")
print(place.clear(), os.listdir(place.path))
del kept, held
print(place.clear())
again = place.make()
print(again.is_full(), os.listdir(again.path), again.mounted)
"""


@needs_mounts
@pytest.mark.parametrize("keep", ["file", "mmap.mmap(file.fileno(), 4096)"])
def test_where_something_can_be_mounted_the_kernel_counts(keep, tmp_path):
    """Files without a name count, open or mapped; as long as one is held, the place is not clear."""
    lines = run_as_worker(MOUNTED.replace("{keep}", keep), str(tmp_path))

    assert lines == ["28 6 True", "False []", "True", "False [] True"]


ENTRIES = """
import os, sys
from autograder.sandbox import kernel
from autograder.sandbox.scratch import MOST_ENTRIES, Place
if not kernel.own_mounts():
    sys.exit("skip")
folder = Place(sys.argv[1], mounts=True).make()
made = 0
try:
    while made < 2 * MOST_ENTRIES:
        os.close(os.open(f"{folder.path}/{made}", os.O_CREAT | os.O_WRONLY))
        made += 1
except OSError as error:
    print(error.errno, made <= MOST_ENTRIES, folder.is_full())
"""


@needs_mounts
def test_where_something_can_be_mounted_files_are_counted_as_well(tmp_path):
    """Empty files have a bound of their own, since the kernel keeps each in its memory."""
    assert run_as_worker(ENTRIES, str(tmp_path)) == ["28 True True"]


REFUSED = """
import sys
from autograder.sandbox import kernel
from autograder.sandbox.scratch import Place
def refuse(*_args, **_kwargs): raise PermissionError
kernel.mount_memory = refuse
place = Place(sys.argv[1], mounts=True)
print(place.make().mounted, place.clear())
"""


@needs_mounts
def test_where_mounting_is_refused_a_folder_serves(tmp_path):
    """A system that allows namespaces and nothing in them leaves plain folders, which are counted."""
    assert run_as_worker(REFUSED, str(tmp_path)) == ["False True"]
