"""A workspace where nothing can be kept: grading works, and what needs a kept report says why it has none."""

import errno
import os
import shutil

import pytest
from click.testing import CliRunner

from autograder import storage
from autograder.cli import main
from tests.conftest import reference_text
from tests.processes import as_nobody, needs_root

WRONG = reference_text("hebb").replace("bias + target", "bias")


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """Be in a workspace with a mistake in lab 2."""
    folder = tmp_path / "assignments" / "lab02_hebb"
    folder.mkdir(parents=True)
    (folder / "hebb.py").write_text(WRONG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    """Run a command; return its exit code, and what it said on one line."""
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, " ".join(result.output.split())


def make_a_file(workspace, _monkeypatch):
    """Put a file where the folder should be."""
    (workspace / ".nnlab").write_text("", encoding="utf-8")
    return ".nnlab is a file"


def make_a_link(workspace, _monkeypatch):
    """Put a link where the folder should be."""
    (workspace / "elsewhere").mkdir()
    (workspace / ".nnlab").symlink_to(workspace / "elsewhere")
    return ".nnlab is a link"


def fail_with(number):
    """Let whatever is written fail so."""

    def make(_workspace, monkeypatch):
        def write(path, *_, **__):
            raise OSError(number, os.strerror(number), str(path))

        monkeypatch.setattr(storage, "write_whole", write)
        return "read-only" if number != errno.ENOSPC else os.strerror(number)

    return make


READ_ONLY = {
    "a file": make_a_file,
    "a link": make_a_link,
    "a read-only file system": fail_with(errno.EROFS),
    "another's folder": fail_with(errno.EACCES),
    "a full disk": fail_with(errno.ENOSPC),
}


@pytest.mark.parametrize("make", READ_ONLY.values(), ids=READ_ONLY)
def test_where_nothing_can_be_kept_the_commands_say_so(workspace, monkeypatch, make):
    """Grading works; hint, status and next name the reason, and never ask to grade first."""
    reason = f"Nothing can be kept in this folder ({make(workspace, monkeypatch)}), so"

    assert run("grade", "lab02")[0] == 1
    code, said = run("hint", "hebb.update")
    assert (code, said.endswith("a copy that you may write to.")) == (2, True)
    assert f"{reason} there are no hints." in said
    assert f"{reason} there are no hints." in run("hint")[1]
    code, said = run("status")
    assert (code, f"{reason} no new report is remembered" in said) == (0, True)
    assert "Go on" not in said
    code, said = run("next", "lab02")
    assert (code, said.startswith(f"{reason} what is done by now is not known")) == (0, True)
    assert "hebb.py:" in said


def test_what_was_kept_before_is_called_so(workspace, monkeypatch):
    """Where a report was kept and nothing can be added, the hint is called one on an earlier report."""
    assert run("grade", "lab02")[0] == 1
    fail_with(errno.EROFS)(workspace, monkeypatch)
    code, said = run("hint", "hebb.update")

    assert code == 0
    assert "hint 1 of 4" in said
    assert said.endswith(
        "(read-only), so this is on an earlier report, and the next call says it again."
    )


def test_where_something_can_be_kept_nothing_is_left_of_the_trial(workspace):
    """The trial is not seen: neither its sentence nor its file."""
    before = sorted(workspace.iterdir())

    assert run("status")[1].count("Nothing can be kept") == 0
    assert "Run nnlab grade first." in run("hint")[1]
    assert sorted(workspace.iterdir()) == before


@needs_root
def test_a_plain_user_in_anothers_folder_is_answered_so(workspace, open_folder):
    """As the system itself refuses: somebody else's folder is read-only."""
    shutil.copytree(workspace, open_folder, dirs_exist_ok=True)
    open_folder.chmod(0o755)
    commands = (("grade", "lab02"), ("hint", "hebb.update"), ("status",))
    said = [as_nobody(command, open_folder) for command in commands]

    assert [ran.returncode for ran in said] == [1, 2, 0], said[0].stderr
    assert all("(read-only), so" in ran.stdout + ran.stderr for ran in said[1:])
