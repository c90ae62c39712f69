"""The next task: the first that is unfinished, where it stands, and how an editor opens it there."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.commands.students import status as commands
from autograder.course.catalogue import ROOT, load_lab
from autograder.student.find import Place
from autograder.student.next_task import editor_command, next_task
from autograder.student.progress import LabProgress
from tests.conftest import reference_text

PASSED = dict.fromkeys(load_lab("lab02_hebb").checks, "passed")


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """Be in a workspace with lab 2 as the reference has it."""
    folder = tmp_path / "assignments" / "lab02_hebb"
    folder.mkdir(parents=True)
    (folder / "hebb.py").write_text(reference_text("hebb"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    return tmp_path


def task(workspace, statuses=PASSED):
    """Find the next task when the checks have these verdicts."""
    place = Place(load_lab("lab02_hebb"), workspace / "assignments" / "lab02_hebb")
    return next_task([LabProgress(place, place.read(), statuses, None, changed=False)])


def test_the_next_task_is_the_first_that_is_not_finished(workspace):
    """The course's order decides; one failed check is enough; when all have passed there is none."""
    lines = reference_text("hebb").splitlines()
    found = task(workspace, PASSED | {"hebb.predict_one": "failed", "hebb.decision_line": "failed"})

    assert found.exercise == "hebb.predict"
    assert lines[found.line - 1].startswith("def predict(")
    assert found.text.splitlines()[0] in reference_text("hebb")
    assert task(workspace) is None
    assert task(workspace, {}).exercise == "hebb.to_bipolar"


def test_the_lab_whose_folder_one_is_in_comes_first(workspace, monkeypatch):
    """From the root the course's order holds; in a lab's folder its own tasks come before earlier labs'."""
    earlier = workspace / "assignments" / "lab01_gates"
    earlier.mkdir()
    (earlier / "gates.py").write_text(reference_text("gates"), encoding="utf-8")

    assert "gates.py" in CliRunner().invoke(main, ["next"]).output.splitlines()[0]
    monkeypatch.chdir(workspace / "assignments" / "lab02_hebb")
    assert CliRunner().invoke(main, ["next"]).output.startswith("hebb.py:")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = 1\n\ndef train(x, target:\n", 3),
        ("x = (\n", 1),
        ("", 1),
        ("\x00", 1),
        ("def other():\n    pass\n", 1),
        ("-" * 60_000, 1),
        (None, 1),
    ],
)
def test_a_file_that_is_no_python_still_has_its_place_and_the_text_of_the_engine(
    workspace, text, line
):
    """Half-written, empty, deleted: the path and the best line are told, and what to write."""
    path = workspace / "assignments" / "lab02_hebb" / "hebb.py"
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    found = task(workspace, PASSED | {"hebb.history": "failed"})

    assert (found.path, found.line) == (path, line)
    assert found.text.startswith("Show every training pair once, in order")


def test_the_text_of_a_file_cannot_play_with_the_terminal(workspace):
    """Control characters in a student's docstring are left out."""
    path = workspace / "assignments" / "lab02_hebb" / "hebb.py"
    path.write_text('def to_bipolar(x):\n    """a\\x1b[31mred"""\n', encoding="utf-8")

    assert task(workspace, {}).text == "a[31mred"


def test_print_tells_path_line_and_task(workspace):
    """`--print`, and any pipe, gets path:line and name, the task, what to type, and whether the report is old."""
    run = CliRunner().invoke
    shown = run(main, ["next", "--print"])
    assert shown.exit_code == 0
    assert shown.output.splitlines()[0] == "assignments/lab02_hebb/hebb.py:16  to_bipolar"
    assert shown.output.endswith("\n\nThen: nnlab grade --check hebb.to_bipolar\n")
    assert "Turn 0/1 data into −1/+1 data." in shown.output

    assert run(main, ["grade"]).exit_code == 0
    assert run(main, ["next"]).output == "Every exercise here is done.\n"
    assert run(main, ["next", "2"]).output == "Every exercise in lab02_hebb is done.\n"
    path = workspace / "assignments" / "lab02_hebb" / "hebb.py"
    path.write_text(reference_text("hebb").replace("bias + target", "bias"), encoding="utf-8")
    assert run(main, ["grade"]).exit_code == 1
    path.write_text(reference_text("hebb"), encoding="utf-8")
    again = run(main, ["next"]).output
    assert "lab02_hebb has changed since its last report: nnlab grade lab02_hebb" in again


@pytest.mark.usefixtures("workspace")
def test_wrong_words_are_wrong_usage(monkeypatch, tmp_path):
    """A lab that there is not gets a suggestion; a folder without labs a sentence."""
    result = CliRunner().invoke(main, ["next", "heb"])
    assert (result.exit_code, "Did you mean lab02_hebb?" in result.output) == (2, True)
    empty = tmp_path.parent / f"{tmp_path.name}-empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    assert CliRunner().invoke(main, ["next"]).exit_code == 2


def test_on_a_terminal_the_editor_opens(workspace, monkeypatch, tmp_path):
    """VISUAL goes before EDITOR; its arguments stay; one that fails is told with exit code 1."""
    found = task(workspace, {})
    written = tmp_path / "asked"
    program = tmp_path / "write.py"
    program.write_text(
        f"import sys; open({str(written)!r}, 'w').write(sys.argv[1])", encoding="utf-8"
    )
    monkeypatch.setenv("EDITOR", "false")
    monkeypatch.setenv("VISUAL", f"{sys.executable} {program}")
    commands._open(found)
    assert written.read_text("utf-8") == str(found.path)

    monkeypatch.setenv("VISUAL", f"{sys.executable} -c 'raise SystemExit(3)'")
    with pytest.raises(commands.click.ClickException, match="ended with code 3"):
        commands._open(found)
    for editor in ("no-such-editor", "'unclosed"):
        monkeypatch.setenv("VISUAL", editor)
        with pytest.raises(commands.click.ClickException, match="Set EDITOR to one that can"):
            commands._open(found)


def test_without_an_editor_the_folder_is_shown(workspace, monkeypatch):
    """A .py file is never handed to the system's own program for it, which may run it."""
    launched = []
    monkeypatch.setattr(
        commands.click, "launch", lambda url, *, locate: launched.append((url, locate))
    )
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("EDITOR", " ")
    found = task(workspace, {})
    commands._open(found)

    assert launched == [(str(found.path), True)]


def test_without_an_editor_and_a_screen_nothing_is_opened(workspace, monkeypatch, capsys):
    """On a server there is no window: what to set is told, and no program is tried."""
    monkeypatch.setattr(commands.sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(commands.click, "launch", lambda *_, **__: pytest.fail("opened"))
    commands._open(task(workspace, {}))

    assert capsys.readouterr().out == "\nSet EDITOR to have it opened in your editor.\n"


@pytest.mark.usefixtures("workspace")
@pytest.mark.skipif(os.name != "posix", reason="a shell closes the output")
def test_a_closed_output_is_no_terminal():
    """Nothing can be shown, and nothing is opened."""
    ended = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m autograder next >&-"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize(
    ("editor", "command"),
    [
        ("nano -w", ["nano", "-w", "+7", "a.py"]),
        ("/usr/bin/codium", ["/usr/bin/codium", "--goto", "a.py:7"]),
        ('"C:\\Program Files\\Code\\code.cmd" -w', None),
        ("hx", ["hx", "a.py:7"]),
        ("gedit", ["gedit", "a.py"]),
    ],
)
def test_each_editor_has_its_own_way_to_a_line(editor, command):
    """What an editor does not understand as a line would be opened as a file: it gets none."""
    wanted = command or ["C:\\Program Files\\Code\\code.cmd", "-w", "--goto", "a.py:7"]

    assert editor_command(editor, "a.py", 7) == wanted
