"""The command line, as a shell sees it: output, exit code, and no traceback."""

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder import cli
from autograder.course.catalogue import ROOT
from autograder.grading.key import RecordingError
from autograder.sandbox import SandboxError

ENGINE = str(ROOT / "nnlab")
COMMAND = [sys.executable, "-m", "autograder"]


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run nnlab in a folder of its own, in this process, with a worker that is not forked from it."""
    from autograder import sandbox
    from autograder.student import selfcheck

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(selfcheck, "open_sandbox", lambda **_: sandbox.open_sandbox())

    def invoke(*args):
        return CliRunner().invoke(cli.main, args, catch_exceptions=False)

    return invoke


def test_the_reference_gets_full_marks_and_exit_code_0(run):
    """All passed: exit code 0."""
    result = run("grade", f"{ENGINE}/hebb.py")

    assert result.exit_code == 0
    assert "20 / 20 points" in result.output


def test_a_failure_has_exit_code_1(run):
    """Some failed: exit code 1, and the report is whole."""
    result = run("grade", str(ROOT / "assignments" / "lab02_hebb"))

    assert result.exit_code == 1
    assert "0 / 20 points" in result.output
    assert "✗ Not written yet: to_bipolar, hebb_step, " in result.output
    assert result.output.splitlines()[-1] == (
        "Next: write to_bipolar in hebb.py, then nnlab grade --check hebb.to_bipolar"
    )


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["grade", "lab02_heb"], "There is no lab 'lab02_heb'. Did you mean lab02_hebb?"),
        (["grade"], "holds no lab"),
        (["grade", "--seed", "-1"], "-1 is not in the range x>=0"),
        (["grade", ENGINE, "--check", "hebb.updat"], "Did you mean hebb.update?"),
        (
            ["grade", ENGINE, "--check", "qqq"],
            "each README.md lists its checks, such as gates.step.",
        ),
        (["release", "lab99"], "There is no lab 'lab99'."),
    ],
)
def test_wrong_usage_has_exit_code_2_and_a_sentence(args, sentence, run):
    """A wrong word gets a sentence that says what would be right."""
    result = run(*args)

    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())


def test_what_the_system_refuses_is_told_with_a_clean_name(run, monkeypatch):
    """The file's name brings no terminal codes of its own."""

    def refuse(*_given, **_more):
        raise PermissionError(13, "Permission denied", "\x1b[2J\nmine")

    monkeypatch.setattr("autograder.student.selfcheck.find_targets", refuse)
    result = run("grade")

    assert result.exit_code == 2
    assert result.stderr.endswith("Error: [2J mine: Permission denied.\n")


@pytest.mark.parametrize("error", [SandboxError("no process"), RecordingError("no answer")])
def test_our_fault_has_exit_code_3(error, run, monkeypatch):
    """What is the checker's fault is told as such."""
    from autograder.student import selfcheck

    def broken(*_args, **_kwargs):
        raise error

    monkeypatch.setattr(selfcheck, "open_sandbox", broken)
    result = run("grade", f"{ENGINE}/hebb.py")

    assert result.exit_code == 3
    assert f"Error: {error}" in result.output
    assert "This is the checker's fault, not yours." in result.output


def test_json_of_one_lab_is_the_documented_object(run):
    """--json prints the report with exactly the keys of the schema."""
    report = json.loads(run("grade", f"{ENGINE}/hebb.py", "--json").output)

    keys = [
        "schema",
        "lab",
        "points",
        "max_points",
        "seed",
        "isolation",
        "notes",
        "versions",
        "checks",
    ]
    assert list(report) == keys
    assert report["schema"] == "nnlab/report/2"
    assert (report["lab"], report["points"], report["seed"]) == ("lab02_hebb", 20, 0)
    assert list(report["checks"][0]) == [
        "id",
        "title",
        "status",
        "points",
        "max_points",
        "fact",
        "mistakes",
        "hint",
        "seconds",
    ]


def test_json_of_several_labs_is_a_list_of_reports(run):
    """Several labs stand under "reports", in teaching order."""
    document = json.loads(run("grade", ENGINE, "--json").output)

    assert document["schema"] == "nnlab/report/2"
    assert [report["lab"] for report in document["reports"]][:2] == ["lab01_gates", "lab02_hebb"]


def test_one_check_can_be_asked_alone(run):
    """--check asks one check, named in full or by its last part, and finds its lab."""
    for name in ("hebb.update", "update"):
        report = json.loads(run("grade", ENGINE, "--check", name, "--json").output)

        assert [check["id"] for check in report["checks"]] == ["hebb.update"]


def test_a_seed_grades_as_for_a_mark(run):
    """With --seed the cases are the submission's own, so the report has no seed to show."""
    report = json.loads(run("grade", f"{ENGINE}/hebb.py", "--seed", "7", "--json").output)

    assert (report["seed"], report["points"]) == (None, 20)


def test_several_labs_get_a_line_each(run, tmp_path):
    """The whole course is one line a lab, the sum, and how to see more; -v shows all."""
    stub = tmp_path / "work" / "lab02_hebb"
    stub.mkdir(parents=True)
    (stub / "hebb.py").write_text("")
    brief = run("grade", ENGINE, "work/lab02_hebb").output

    assert brief.count("20 / 20") >= 3
    assert "The details: nnlab grade work/lab02_hebb" in brief
    assert "One training pair adds" in run("grade", ENGINE, "-v").output


def test_release_writes_stubs_once_and_never_over_work(run, tmp_path):
    """A second release writes nothing; a stub that was worked in is kept unless forced."""
    first = run("release", "--out", "out")
    second = run("release", "--out", "out")
    worked = tmp_path / "out" / "lab02_hebb" / "hebb.py"
    worked.write_text("def to_bipolar(x):\n    return x\n")
    third = run("release", "lab02", "--out", "out")

    assert "written, the others were up to date." in first.output
    assert second.output.splitlines()[-1] == "All up to date."
    assert third.exit_code == 2
    assert "Somebody has worked in" in third.output
    assert "return x" in worked.read_text()
    assert run("release", "lab02", "--out", "out", "--force").exit_code == 0
    assert "return x" not in worked.read_text()


def test_help_is_there_without_numpy():
    """`nnlab --help` imports neither numpy nor the checker's library."""
    program = (
        "import sys\n"
        "from autograder.cli import main\n"
        "try:\n    main(['--help'])\n"
        "except SystemExit:\n    pass\n"
        "print(sorted({'numpy', 'rich', 'autograder.course.lab'} & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert shown.stdout.splitlines()[-1] == "[]"
    assert "Check your work" in shown.stdout


@pytest.mark.parametrize("command", sorted(cli.main.commands))
def test_every_command_has_one_sentence_and_an_example(command):
    """Help opens with a sentence and shows an example and the exit codes."""
    shown = CliRunner().invoke(cli.main, [command, "--help"]).output

    assert "Example: nnlab " in shown
    assert "Exit code: 0 " in shown


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "utf-8"])
def test_any_encoding_of_the_terminal_will_do(encoding):
    """Signs that the terminal cannot show are replaced; nothing crashes."""
    shown = subprocess.run(
        [*COMMAND, "grade", str(ROOT / "assignments" / "lab02_hebb")],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        cwd=ROOT,
    )
    text = shown.stdout.decode(encoding)

    assert shown.returncode == 1, shown.stderr
    assert shown.stderr == b""
    assert ("✗ Not written" if encoding == "utf-8" else "x Not written") in text


def test_the_command_forks_its_worker_and_grades(tmp_path):
    """The command as a student runs it, in a process of its own, from inside a lab's folder."""
    folder = tmp_path / "lab02_hebb"
    folder.mkdir()
    text = Path(ENGINE, "hebb.py").read_text(encoding="utf-8").replace("bias + target", "bias")
    (folder / "hebb.py").write_text(text, encoding="utf-8")
    shown = subprocess.run(
        [*COMMAND, "grade"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)},
        cwd=folder,
    )

    assert shown.returncode == 1
    assert "The weights learn but the bias stays put." in shown.stdout


def test_figure_lists_and_draws(run, tmp_path):
    """Without a name the figures are listed; with one, a picture and its numbers are there."""
    listed = run("figure").output
    drawn = run("figure", "hebb-bipolar", "--out", "pictures")

    assert "hebb-bipolar" in listed
    assert (tmp_path / "pictures" / "hebb-bipolar.png").exists()
    assert (tmp_path / "pictures" / "hebb-bipolar.svg").exists()
    assert "4: [2.0, 2.0, -2.0]" in drawn.output


def test_a_figure_that_moves_is_a_film(run, tmp_path):
    """With --animate a GIF lies beside the picture."""
    drawn = run("figure", "hebb-binary", "--animate")

    assert drawn.exit_code == 0
    assert (tmp_path / "figures" / "hebb-binary.gif").read_bytes().startswith(b"GIF89a")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there is no terminal to pretend")
def test_lines_of_training_stand_above_the_bar(tmp_path):
    """On a terminal every epoch has a line of its own, into which no bar is written."""
    import pty

    terminal, screen = pty.openpty()
    command = [*COMMAND, "train", "--epochs", "3", "--limit", "50", "--out", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(command, stdout=screen, stderr=screen, env=environment)
    os.close(screen)
    shown = b""
    with contextlib.suppress(OSError):  # the end of the program ends the terminal
        while part := os.read(terminal, 1 << 16):
            shown += part
    os.close(terminal)
    lines = re.split(rb"[\r\n]|\x1b\[2K", shown)
    epochs = [line for line in lines if b"Finished epoch" in line]

    assert process.wait() == 0
    assert len(epochs) == 3
    assert all(line.startswith(b"Finished epoch") for line in epochs)


def test_a_misspelt_figure_gets_a_suggestion(run):
    """An unknown figure names the nearest one."""
    result = run("figure", "hebb-bipola")

    assert result.exit_code == 2
    assert "There is no figure 'hebb-bipola'. Did you mean hebb-bipolar?" in result.output


def test_without_matplotlib_figure_says_what_to_install(run, monkeypatch):
    """A missing extra is named with the command that installs it."""
    from autograder.gallery.style import plots

    def missing(*_args, **_kwargs):
        raise ModuleNotFoundError(name="matplotlib.figure")

    monkeypatch.setattr(plots, "sheet", missing)
    result = run("figure", "gates")

    assert result.exit_code == 2
    assert "This needs matplotlib. Install it with: pip install" in result.output


def test_train_prints_the_lectures_lines_and_saves(run, tmp_path):
    """Training prints a line an epoch and leaves model, history and curves."""
    result = run("train", "--epochs", "2", "--hidden", "20,10", "--batch-norm")

    assert result.exit_code == 0
    assert result.output.startswith("Finished epoch 1 / 2: cost ")
    assert {p.name for p in (tmp_path / "run").iterdir()} == {
        "model.npz",
        "history.csv",
        "curves.png",
        "curves.svg",
    }


def test_a_run_that_explodes_has_exit_code_1(run):
    """An exploding run ends by itself, says why, and still keeps what there is."""
    result = run("train", "--lr", "1e6")

    assert result.exit_code == 1
    assert "Stopped after epoch 1: the cost explodes." in result.output


def test_an_interrupted_run_keeps_what_there_is(run, tmp_path, monkeypatch):
    """Ctrl-C ends training after the epochs that are done, and saves."""
    from autograder.gallery.trainer import Outcome

    line = Outcome.line

    def interrupted(self, epoch):
        if epoch == 2:
            raise KeyboardInterrupt
        return line(self, epoch)

    monkeypatch.setattr(Outcome, "line", interrupted)
    result = run("train", "--epochs", "9")

    assert result.exit_code == 0
    assert "Interrupted after epoch 2; what there is, is kept." in result.output
    assert "Ended after epoch 2, interrupted: best" in result.output
    assert (tmp_path / "run" / "model.npz").exists()


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--hidden", "a"], "--hidden takes sizes such as 256,128, got 'a'."),
        (["--data", "nowhere"], "nowhere/data_batch_1.bin is missing"),
        (["--dropout", "2"], "dropout must be in [0, 1), got 2.0"),
        (["--optimizer", "adm"], "'adm' is not one of 'sgd', 'momentum'"),
    ],
)
def test_wrong_choices_of_training_get_a_sentence(args, sentence, run):
    """A wrong choice is wrong usage."""
    result = run("train", *args)

    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux that is always full")
@pytest.mark.parametrize("args", [["explain", "hebb.update"], ["--help"]])
def test_output_without_room_is_told(args):
    """A full disk is no crash: one sentence, and a code that says it failed."""
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [*COMMAND, *args], stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT
        )

    assert (ended.returncode, ended.stderr) == (
        1,
        "Error: The output cannot be written: No space left on device.\n",
    )
