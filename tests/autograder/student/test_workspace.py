"""A workspace: started once, corrected often, and never at the cost of what somebody wrote."""

import io
import os
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course.catalogue import lab_ids
from autograder.errors import WrongUseError
from autograder.student import workspace
from autograder.student.workspace import (
    Kind,
    WorkspaceError,
    bundled,
    chosen,
    find_workspace,
    init,
    read_zip,
    update,
)

LAB = "lab02_hebb"
OLD = {LAB: {"hebb.py": b'"""Hebb."""\n\n\ndef train():\n    raise NotImplementedError\n'}}
NEW = {LAB: {"hebb.py": OLD[LAB]["hebb.py"].replace(b"Hebb.", b"Hebb's rule.")}}
WORK = OLD[LAB]["hebb.py"].replace(b"raise NotImplementedError", b"return 1")


@pytest.fixture
def folder(tmp_path):
    """A workspace with one lab's file, as it was handed out."""
    init(tmp_path, OLD)
    return tmp_path


def mine(folder):
    """Tell where the student writes."""
    return folder / "assignments" / LAB / "hebb.py"


def texts(folder):
    """Read every file of a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_workspace_is_started_once(tmp_path):
    """What is missing is written, what is there stays; each call says which is which."""
    first = init(tmp_path, OLD)
    mine(tmp_path).write_bytes(WORK)
    second = init(tmp_path, NEW)

    assert [change.kind for change in first] == [Kind.ADDED]
    assert [change.kind for change in second] == [Kind.SAME]
    assert mine(tmp_path).read_bytes() == WORK


def test_an_unchanged_file_is_replaced(folder):
    """Nobody has written there, so the new one takes its place, and what changed is shown."""
    (change,) = update(folder, NEW)

    assert change.kind is Kind.UPDATED
    assert '-"""Hebb."""\n+"""Hebb\'s rule."""' in change.diff
    assert mine(folder).read_bytes() == NEW[LAB]["hebb.py"]
    assert [c.kind for c in update(folder, NEW)] == [Kind.SAME]


def test_other_ends_of_lines_are_no_change(folder):
    """What git or an editor does to every line is not the student's work."""
    mine(folder).write_bytes(OLD[LAB]["hebb.py"].replace(b"\n", b"\r\n"))

    assert [change.kind for change in update(folder, NEW)] == [Kind.UPDATED]


def test_what_was_written_stays_and_the_new_lies_beside(folder):
    """The student's file has every byte it had; the diff shows what the release changed in it."""
    mine(folder).write_bytes(WORK)
    (change,) = update(folder, NEW)

    assert change.kind is Kind.BESIDE
    assert mine(folder).read_bytes() == WORK
    assert change.beside == mine(folder).with_name("hebb.py.new")
    assert change.beside.read_bytes() == NEW[LAB]["hebb.py"]
    assert "return 1" not in change.diff
    assert "Hebb's rule" in change.diff


def test_the_same_release_twice_does_nothing(folder):
    """After an update nothing is left to do, whatever the student has."""
    mine(folder).write_bytes(WORK)
    update(folder, NEW)
    before = texts(folder)

    assert [change.kind for change in update(folder, NEW)] == [Kind.SAME]
    assert texts(folder) == before


def test_a_new_file_beside_that_somebody_worked_in_stays(folder):
    """A second correction is laid beside under another name."""
    mine(folder).write_bytes(WORK)
    update(folder, NEW)
    beside = mine(folder).with_name("hebb.py.new")
    beside.write_bytes(b"merging, half done\n")
    newer = {LAB: {"hebb.py": b"third\n"}}
    (change,) = update(folder, newer)

    assert change.beside == mine(folder).with_name("hebb.py.new2")
    assert beside.read_bytes() == b"merging, half done\n"
    assert mine(folder).read_bytes() == WORK


def test_work_that_is_not_in_the_release_is_untouched(folder):
    """Files of the student's own, and labs that are not in the release, are left alone."""
    own = folder / "assignments" / LAB / "notes.py"
    own.write_text("mine\n")
    other = folder / "assignments" / "lab01_gates" / "gates.py"
    other.parent.mkdir()
    other.write_text("mine\n")
    update(folder, NEW)

    assert own.read_text() == other.read_text() == "mine\n"


def test_a_lost_file_comes_back(folder):
    """What the student deleted is written anew, and so is a file that is new in the release."""
    mine(folder).unlink()
    more = {LAB: {**NEW[LAB], "README.md": b"Read me.\n"}}
    changes = {change.path.name: change.kind for change in update(folder, more)}

    assert changes == {"hebb.py": Kind.ADDED, "README.md": Kind.ADDED}
    assert mine(folder).read_bytes() == NEW[LAB]["hebb.py"]


def test_without_a_record_what_differs_counts_as_written(folder):
    """In a workspace that knows nothing of what was handed out, nothing is replaced."""
    shutil.rmtree(folder / ".nnlab")
    (change,) = update(folder, NEW)

    assert change.kind is Kind.BESIDE
    assert mine(folder).read_bytes() == OLD[LAB]["hebb.py"]


def test_a_file_that_the_course_gave_up_stays(folder):
    """It is told once that the release has it no more."""
    release = {LAB: {"README.md": b"Read me.\n"}}
    kinds = [change.kind for change in update(folder, release)]

    assert kinds == [Kind.ADDED, Kind.GONE]
    assert mine(folder).exists()
    assert [change.kind for change in update(folder, release)] == [Kind.SAME]


@pytest.mark.parametrize("work", [OLD[LAB]["hebb.py"], WORK], ids=["fresh", "written"])
def test_a_dry_run_changes_nothing(folder, work):
    """It tells what an update tells, and no byte of the workspace differs afterwards."""
    mine(folder).write_bytes(work)
    before = texts(folder)
    told = update(folder, NEW, dry_run=True)

    assert texts(folder) == before
    assert told == update(folder, NEW)


def test_an_interrupted_update_is_done_again(folder, monkeypatch):
    """Killed between file and record, the next run ends where one run would have."""
    real = workspace.write_whole
    monkeypatch.setattr(
        workspace, "write_whole", lambda path, text: ".nnlab" in str(path) or real(path, text)
    )
    update(folder, NEW)
    monkeypatch.setattr(workspace, "write_whole", real)
    again = update(folder, NEW)

    assert [change.kind for change in again] == [Kind.SAME]
    assert [change.kind for change in update(folder, OLD)] == [Kind.UPDATED]


def test_a_zip_is_read_wherever_its_folders_lie(tmp_path):
    """A zip that somebody packed again, with a folder around it, is a release as well."""
    for above in ("", "course/"):
        path = zipfile.ZipFile(tmp_path / "a.zip", "w")
        with path as archive:
            archive.writestr(f"{above}assignments/{LAB}/hebb.py", "x = 1\n")
            archive.writestr(f"{above}.nnlab/released/{LAB}/hebb.py", "x = 1\n")

        assert read_zip(tmp_path / "a.zip") == {LAB: {"hebb.py": b"x = 1\n"}}


@pytest.mark.parametrize(
    "name",
    [
        "../assignments/lab02_hebb/../../evil.py",
        "assignments/lab02_hebb/../../evil.py",
        "assignments/lab99_none/x.py",
        "assignments/lab02_hebb/evil.sh",
        "assignments/lab02_hebb/.hidden.py",
        "/etc/passwd",
    ],
)
def test_a_zip_leads_nowhere_else(tmp_path, name):
    """Only files with a lab's kind of name in a lab's folder count."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, "x")

    with pytest.raises(WorkspaceError, match=r"a.zip holds no lab: expected are files such as"):
        read_zip(tmp_path / "a.zip")


def test_a_huge_file_in_a_zip_is_left_out(tmp_path, monkeypatch):
    """What is larger than any file of the course is not unpacked."""
    monkeypatch.setattr(workspace, "MAX_FILE_BYTES", 10)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(f"assignments/{LAB}/hebb.py", "x = 1234567890\n")
        archive.writestr(f"assignments/{LAB}/README.md", "Read.\n")

    assert set(read_zip(tmp_path / "a.zip")[LAB]) == {"README.md"}


def locked() -> bytes:
    """Make a zip whose entry says that it is locked with a password."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(f"assignments/{LAB}/hebb.py", "x = 1\n")
    packed = bytearray(stream.getvalue())
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    packed[6] |= 1
    return bytes(packed)


@pytest.mark.parametrize("content", [b"no zip", b"", locked()], ids=["text", "empty", "locked"])
def test_what_is_no_zip_is_told(tmp_path, content):
    """Damaged or locked: a sentence, and what to do."""
    (tmp_path / "a.zip").write_bytes(content)

    with pytest.raises(WorkspaceError, match=r"is not a zip that can be read: download it again."):
        read_zip(tmp_path / "a.zip")


def test_labs_are_chosen_by_name():
    """By number or subject; an unknown one and one that is not in the release are told."""
    assert chosen(OLD, ["hebb"]) == chosen(OLD, []) == OLD
    with pytest.raises(WorkspaceError, match=r"lab01_gates is not in this release."):
        chosen(OLD, ["1"])
    with pytest.raises(WorkspaceError, match=r"There is no lab 'heb'. Did you mean lab02_hebb?"):
        chosen(OLD, ["heb"])


def test_a_workspace_is_found_from_within(folder, tmp_path_factory):
    """From any folder below; outside of all it is said how to start one."""
    assert find_workspace(mine(folder).parent) == folder
    with pytest.raises(WorkspaceError, match=r"lies in no workspace: .* nnlab init"):
        find_workspace(tmp_path_factory.mktemp("elsewhere"))


def test_an_installation_without_labs_is_told(monkeypatch, tmp_path):
    """Nothing to hand out: the sentence says what to install again."""
    monkeypatch.setattr(workspace, "ROOT", tmp_path)

    with pytest.raises(WorkspaceError, match=r"holds no lab to hand out"):
        bundled()


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run a command in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    return lambda *args: CliRunner().invoke(main, args, catch_exceptions=False)


def test_init_says_in_five_lines_what_is_there_and_what_comes_next(run, tmp_path):
    """The whole course, or the chosen labs, in this folder or another; a second time nothing."""
    shown = run("init", "work", "--lab", "hebb")
    assert shown.exit_code == 0
    assert (tmp_path / "work" / "assignments" / LAB / "hebb.py").exists()
    place = Path("work", "assignments")
    assert shown.output.splitlines() == [
        f"1 lab in {place}: 2 files written.",
        "Go there:        cd work",
        "The first task:  nnlab next",
        "While you write: nnlab watch",
        "How it works:    nnlab guide",
    ]
    assert (
        f"1 lab in {place}: 0 files written, 2 were there.\n"
        in run("init", "work", "--lab", "2").output
    )
    assert "nnlab next" in (tmp_path / "work" / "README.md").read_text("utf-8")
    (tmp_path / "README.md").write_text("mine", "utf-8")
    assert "Go there" not in run("init").output
    assert (tmp_path / "README.md").read_text("utf-8") == "mine"
    assert len(list((tmp_path / "assignments").iterdir())) == len(lab_ids())


def test_init_takes_a_zip(run, tmp_path):
    """What the zip holds, and no more."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(f"assignments/{LAB}/hebb.py", "x = 1\n")
    shown = run("init", "work", "--from", "a.zip")

    assert shown.exit_code == 0
    assert ": 1 file written." in shown.output
    assert (tmp_path / "work" / "assignments" / LAB / "hebb.py").read_text() == "x = 1\n"


def test_update_tells_what_changed(run, folder, tmp_path):
    """A line a file, the change below it; a dry run says that it is one."""
    for release, name in ((OLD, "old.zip"), (NEW, "new.zip")):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(f"assignments/{LAB}/hebb.py", release[LAB]["hebb.py"])
    path = f"assignments{os.sep}{LAB}{os.sep}hebb.py"

    assert run("update", "old.zip").output == "All up to date.\n"
    dry = run("update", "new.zip", "--dry-run").output
    assert f"updated  {path}: you had not changed it" in dry
    assert '    -"""Hebb."""' in dry
    assert dry.endswith("Nothing was changed: this was a dry run.\n")
    mine(folder).write_bytes(WORK)
    shown = run("update", "new.zip").output
    assert f"kept     {path}: it is yours; the new one is hebb.py.new" in shown
    assert mine(folder).read_bytes() == WORK


def test_update_without_a_zip_takes_the_labs_that_are_there(run, folder):
    """A workspace of one lab does not get all the others, unless they are named."""
    shown = run("update")
    assert shown.exit_code == 0
    assert [p.name for p in (folder / "assignments").iterdir()] == [LAB]
    assert run("update", "--lab", "1").exit_code == 0
    assert (folder / "assignments" / "lab01_gates" / "gates.py").exists()
    assert "added    " in run("update", "--lab", "3").output


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["update"], "lies in no workspace"),
        (["update", "none.zip"], "There is no none.zip."),
        (["init", "--from", "none.zip"], "There is no none.zip."),
        (["init", "--lab", "qqq"], "There is no lab 'qqq'."),
    ],
)
def test_wrong_usage_is_told(run, args, sentence):
    """Exit code 2 and a sentence."""
    shown = run(*args)

    assert shown.exit_code == 2
    assert sentence in " ".join(shown.output.split())


@pytest.mark.skipif(sys.platform == "win32", reason="rights are Windows' own")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(run, tmp_path):
    """The system's refusal becomes a sentence, with exit code 2."""
    (tmp_path / "work").mkdir(mode=0o500)
    shown = run("init", "work", "--lab", "2")

    assert shown.exit_code == 2
    assert "Permission denied." in shown.output


def test_a_file_in_the_place_of_a_folder_is_told(run, tmp_path):
    """Nothing can be written below a file: exit code 2, and nothing is lost."""
    (tmp_path / "assignments").write_text("mine")
    shown = run("init")

    assert shown.exit_code == 2
    assert (tmp_path / "assignments").read_text() == "mine"


def in_directory(data, at, new):
    """Change a byte of the entry in the zip's directory."""
    place = data.index(b"PK\x01\x02") + at
    return data[:place] + bytes([new]) + data[place + 1 :]


DAMAGE = {
    "packed data": lambda data: data[:64] + b"\xff" * 6 + data[70:],
    "cut off": lambda data: data[:-30],
    "an unknown method": lambda data: in_directory(data, 10, 99),
    "locked": lambda data: in_directory(data, 8, 1),
}


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_release_gets_a_sentence(tmp_path, damage, method):
    """However it is packed, and whatever is wrong with it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr(zipfile.ZipInfo("assignments/lab02_hebb/hebb.py"), b"x = 1\n" * 99, method)
    (tmp_path / "new.zip").write_bytes(damage(stream.getvalue()))

    with pytest.raises(workspace.WorkspaceError, match="is not a zip that can be read"):
        workspace.read_zip(tmp_path / "new.zip")


def test_a_release_that_unpacks_to_more_than_any_is_refused(tmp_path):
    """A bomb costs no memory: what it would hold is counted first."""
    with zipfile.ZipFile(tmp_path / "new.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(9):
            archive.writestr(f"assignments/lab02_hebb/a{number}.py", bytes(8 << 20))

    with pytest.raises(workspace.WorkspaceError, match="is not a zip that can be read"):
        workspace.read_zip(tmp_path / "new.zip")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs such a device")
def test_a_release_that_is_no_file_is_refused():
    """What has no end is not read."""
    with pytest.raises(WrongUseError, match="not a file"):
        workspace.read_zip(Path("/dev/zero"))


@pytest.mark.skipif(os.name != "posix", reason="needs pipes and links")
@pytest.mark.parametrize("what", ["device", "pipe", "circle", "folder"])
def test_what_is_no_file_is_left_as_it_is(folder, what):
    """A device or a pipe where the student's file is expected has no end: it is named, not read."""
    mine(folder).unlink()
    make = {
        "device": lambda path: path.symlink_to("/dev/zero"),
        "pipe": os.mkfifo,
        "circle": lambda path: path.symlink_to(path),
        "folder": Path.mkdir,
    }
    make[what](mine(folder))

    with pytest.raises((WrongUseError, OSError)):
        update(folder, NEW)
    assert os.path.lexists(mine(folder))
