"""`nnlab watch`: regraded when files have changed and are still, told by what changed."""

import io
import os
import signal
import subprocess
import sys
from contextlib import nullcontext

import pytest
from click.testing import CliRunner
from rich.console import Console

from autograder.cli import main
from autograder.course.catalogue import ROOT
from autograder.course.lab import Status
from autograder.grading.key import RecordingError
from autograder.sandbox import SandboxError
from autograder.student import selfcheck
from autograder.student import watch as watching
from autograder.student.changes import render_event
from autograder.student.progress import lab_progress
from autograder.student.watch import Event, compare, every, watch
from tests.conftest import reference_text
from tests.processes import ended

RIGHT = reference_text("hebb")
WRONG = RIGHT.replace("bias + target", "bias")


@pytest.fixture
def hebb(saved):
    """Be a student in lab 2 whose file is right."""
    return saved("lab02_hebb", hebb=RIGHT)


@pytest.fixture
def events(hebb, sandbox):
    """Watch while steps are taken, with two looks after each; list what came of it."""

    def run(*steps):
        def looks():
            for step in steps:
                step()
                yield
                yield

        return list(watch([hebb], sandbox, looks()))

    return run


@pytest.fixture
def save(hebb):
    """Make a step that saves the file."""
    path = hebb.folder / "hebb.py"
    return lambda text: lambda: path.write_text(text, encoding="utf-8")


def test_it_begins_with_a_report_and_rests_while_nothing_changes(events, save):
    """One report at the start; saving the same text, or only touching the file, asks for none."""
    found = events(lambda: None, save(RIGHT), lambda: None)

    assert [event.report.points for event in found] == [20]
    assert found[0].before is None


def test_a_save_is_graded_and_only_the_change_is_told(events, save):
    """What passed and still passes is not named; points before and after are."""
    first, second, third = events(save(WRONG), save(RIGHT))
    down, up = (compare(e.before, e.report) for e in (second, third))

    assert (second.before, third.before) == (first.report, second.report)
    assert [result.check.id for result in down.failed] == ["hebb.update"]
    assert {result.status for result in down.others} == {Status.SKIPPED}
    assert (down.passed, down.still, up.failed, up.others) == ((), (), (), ())
    assert {r.check.id for r in up.passed} == {r.check.id for r in (*down.failed, *down.others)}


def test_another_way_to_fail_is_told_the_same_way_is_not(events, save):
    """A new message is news; a comment that changes nothing is none."""
    other = WRONG.replace("hebb_step(", "hebb_step(", 1).replace("weight + x", "weight - x")
    _, second, third, fourth = events(save(WRONG), save(f"{WRONG}# so\n"), save(other))

    assert not compare(third.before, third.report)
    assert [r.check.id for r in compare(fourth.before, fourth.report).still] == ["hebb.update"]
    assert second.report.points == third.report.points


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("def f(:\n", r"hebb.py, line 1 is not Python yet: invalid syntax"),
        ("x = '\\d'\nif", r"hebb.py, line 2 is not Python yet"),
        ("x = (1 2)\n", r"not Python yet: invalid syntax. Perhaps you forgot a comma."),
        ("x = 1\0", r"null bytes"),
        (None, r"hebb.py is missing"),
    ],
)
def test_a_file_in_the_making_leaves_the_last_report(hebb, events, save, broken, told):
    """Half-written and deleted files are told in a sentence, and the next report follows the last."""
    path = hebb.folder / "hebb.py"
    step = path.unlink if broken is None else save(broken)
    first, second, third = events(step, save(WRONG))

    assert second.report is None
    assert told.replace("\\", "") in second.why
    assert third.before is first.report


def test_a_file_that_is_broken_from_the_start_is_graded(hebb, events, save):
    """The first report is one, whatever is there; the next follows it."""
    (hebb.folder / "hebb.py").write_text("def f(:\n", encoding="utf-8")
    first, second = events(save(RIGHT))

    assert (first.report.points, second.report.points) == (0, 20)


def test_odd_sources_that_the_parser_gives_up_on_are_for_the_grader(events, save):
    """Brackets nested too deeply are no reason to end."""
    _, second = events(save("x = " + "(" * 5000 + ")" * 5000))

    assert second.why or second.report.points == 0


def test_a_file_that_is_still_being_written_waits(hebb, sandbox):
    """Looks that find the file changed each time grade nothing; the first still one does."""
    path = hebb.folder / "hebb.py"
    graded_at = []

    def looks():
        for number in range(6):
            if number < 4:
                path.write_text(WRONG + "#" * (number + 1), encoding="utf-8")
            graded_at.append(number)
            yield

    found = [(graded_at[-1:], event) for event in watch([hebb], sandbox, looks())]

    assert [at for at, _ in found] == [[], [4]]


def test_our_own_fault_is_told_and_the_watching_goes_on(hebb, sandbox, monkeypatch, save):
    """A sandbox that cannot be started costs the last report nothing; the next save tries again."""
    faults = [SandboxError("no process"), RecordingError("no answer")]
    working = watching.SelfCheck.report

    def broken(self, submission):
        if faults:
            raise faults.pop()
        return working(self, submission)

    def looks():
        monkeypatch.setattr(watching.SelfCheck, "report", broken)
        for text in (WRONG, WRONG, WRONG):
            save(text)()
            yield
            yield

    first, second, third, fourth = watch([hebb], sandbox, looks())

    assert "no answer\nThis is the checker's fault, not yours." in second.why
    assert third.why.startswith("no process\n")
    assert fourth.before is first.report
    assert fourth.report.points == 9


def test_a_save_while_it_is_graded_is_not_taken_for_what_was_graded(hebb, sandbox, save):
    """The report and the digest are of one state of the file; the save after it is graded too."""
    saves = [lambda: None, save(RIGHT), lambda: None]

    def saving(_lab):
        saves.pop(0)()
        return nullcontext()

    def looks():
        save(WRONG)()
        for _ in range(4):
            yield

    graded = list(watch([hebb], sandbox, looks(), grading=saving))

    assert [event.report.points for event in graded] == [20, 9, 20]
    digests = [event.submission.digest for event in graded]
    assert digests[0] == digests[2] != digests[1]


def test_files_that_have_no_effect_are_told(hebb, sandbox):
    """A note as `nnlab grade` has it."""
    (hebb.folder / "random.py").write_text("", encoding="utf-8")
    (first,) = watch([hebb], sandbox, ())

    assert first.report.notes[0].startswith("random.py is set aside")


def test_the_same_sandbox_answers_every_look(hebb, sandbox, save, monkeypatch):
    """From the look that finds the file still to the report: no interpreter is started in between."""
    looks = [save(text) for text in (WRONG, RIGHT, WRONG)]
    assert sandbox.isolation
    monkeypatch.setattr("subprocess.Popen", None)

    def saving():
        for look in looks:
            look()
            yield
            yield

    assert len(list(watch([hebb], sandbox, saving()))) == 4


def test_every_waits_between_looks(monkeypatch):
    """Before each look there is one pause of the given length."""
    pauses = []
    monkeypatch.setattr("autograder.student.watch.time.sleep", pauses.append)
    looks = every(0.25)
    next(looks)
    next(looks)

    assert pauses == [0.25, 0.25]


def shown(event, width, *, unicode=True):
    """Lay an event out at a width."""
    console = Console(width=width, record=True, file=io.StringIO(), legacy_windows=False)
    console.print(render_event(event, when="12:00:00", width=width, unicode=unicode))
    return console.export_text()


@pytest.mark.parametrize("width", [40, 60, 80])
def test_what_changed_fits_the_terminal(events, save, width):
    """Points before and after lead; checks that say the same are told once; no line is too wide."""
    _, down, broken, up = events(save(WRONG), save("def f(:"), save(RIGHT))
    texts = [shown(event, width) for event in (down, broken, up)]

    assert "20 → 9 / 20 points" in texts[0]
    assert "The same: hebb.bipolar_and, hebb.binary_and" in " ".join(texts[0].split())
    assert "the last report stands" in " ".join(texts[1].split())
    assert "9 → 20 / 20 points" in texts[2]
    assert max(len(line) for text in texts for line in text.splitlines()) <= width
    assert "20 -> 9" in shown(down, width, unicode=False)


def test_a_report_like_the_last_says_so(events, save):
    """Where nothing changed, that is the news; another way to fail has a heading."""
    other = WRONG.replace("weight + x", "weight - x")
    _, _, same, differs = events(save(WRONG), save(f"{WRONG}# so\n"), save(other))

    assert "Nothing changed." in shown(same, 80)
    assert "Still failing, but in another way:" in shown(differs, 80)
    assert "the last report stands" not in shown(
        Event(same.place, same.submission, None, None, "x"), 80
    )


def test_the_command_shows_keeps_and_ends_with_ctrl_c(hebb, monkeypatch, save):
    """A whole report, then the change; hints and progress follow; Ctrl-C is the way out, code 0."""

    def looks():
        save(WRONG)()
        yield
        yield
        raise KeyboardInterrupt

    opened = selfcheck.open_sandbox
    monkeypatch.setattr(selfcheck, "open_sandbox", lambda **_: opened())
    monkeypatch.setattr(watching, "every", looks)
    monkeypatch.chdir(hebb.folder)
    result = CliRunner().invoke(main, ["watch"])

    assert result.exit_code == 0
    assert "20 / 20 points\n" in result.output
    assert "20 → 9 / 20 points" in result.output
    assert result.output.endswith("Stopped. How far you are: nnlab status\n")
    assert lab_progress(hebb, hebb.folder).points == 9
    assert result.output.startswith("Watching hebb.py. Save to grade again; Ctrl-C ends it.\n")
    assert "Done. Your neuron learns gates" in result.output
    assert "  Next: nnlab hint says more, nnlab case gives the call" in result.output
    assert "hebb.update, hint 1 of 4" in CliRunner().invoke(main, ["hint"]).output


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is another event on Windows")
def test_ctrl_c_ends_the_real_command(hebb):
    """As a student runs it: a save is answered, the interrupt ends it with code 0 and no traceback."""
    with subprocess.Popen(
        [sys.executable, "-m", "autograder", "watch"],
        cwd=hebb.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        lines = iter(process.stdout.readline, "")
        assert any("isolation:" in line for line in lines)
        (hebb.folder / "hebb.py").write_text(WRONG, encoding="utf-8")
        assert any("20 → 9 / 20" in line for line in lines)
        process.send_signal(signal.SIGINT)
        code, rest, errors = ended(process)

    assert (code, errors) == (0, "")
    assert rest.endswith("Stopped. How far you are: nnlab status\n")


def test_several_labs_begin_with_a_line_each(saved, hebb, monkeypatch):
    """A workspace is watched whole."""
    saved("lab01_gates")
    monkeypatch.setattr(watching, "every", lambda: iter(()))
    opened = selfcheck.open_sandbox
    monkeypatch.setattr(selfcheck, "open_sandbox", lambda **_: opened())
    monkeypatch.chdir(hebb.folder.parent)
    lines = CliRunner().invoke(main, ["watch"]).output.splitlines()

    assert lines[0].startswith("Watching gates.py and hebb.py. ")
    assert [line.split()[0] for line in lines[2:]] == ["lab01_gates", "lab02_hebb"]


def test_wrong_usage_and_our_fault_have_their_codes(tmp_path, monkeypatch):
    """No lab here: 2; no sandbox: 3."""
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["watch"]).exit_code == 2
    assert "Did you mean lab02_hebb?" in CliRunner().invoke(main, ["watch", "heb"]).output

    def broken(**_):
        raise SandboxError("no process")

    (tmp_path / "hebb.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(selfcheck, "open_sandbox", broken)
    assert CliRunner().invoke(main, ["watch"]).exit_code == 3


def test_files_behind_links_are_seen_and_not_followed(hebb, sandbox, tmp_path):
    """A module that becomes a link is told as grading tells it."""
    path = hebb.folder / "hebb.py"
    target = tmp_path / "elsewhere.py"
    target.write_text(RIGHT, encoding="utf-8")

    def looks():
        path.unlink()
        path.symlink_to(target)
        yield
        yield

    _, second = watch([hebb], sandbox, looks())

    assert second.why == "hebb.py is a link. Put the file itself there."


def test_grading_is_announced(hebb, sandbox):
    """Whoever waits is told which lab is graded, for as long as it takes."""
    from contextlib import contextmanager

    told = []

    @contextmanager
    def grading(lab):
        told.append(lab.id)
        yield
        told.append("done")

    list(watch([hebb], sandbox, [], grading=grading))

    assert told == ["lab02_hebb", "done"]
