"""Whoever waits for another grader hears of it after two seconds, and does not wait for ever."""

import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner
from filelock import FileLock

from autograder import cli, storage, waiting
from autograder.classroom.platforms.nbgrader import gradebook
from autograder.course.catalogue import load_lab
from autograder.grading.results import Seeds
from autograder.sandbox import machine_lock
from autograder.storage import BusyError, held
from autograder.student import hints, progress

SAYS = "Another grader is working on {}, waiting …\n"


class Clock:
    """Time that only passes where somebody sleeps; some things happen at a moment."""

    def __init__(self):
        self.now = 0.0
        self.events = {}

    def monotonic(self):
        """Tell the time."""
        return self.now

    def sleep(self, seconds):
        """Let time pass, and happen what is due."""
        self.now += seconds
        for when in [when for when in self.events if when <= self.now]:
            self.events.pop(when)()


@pytest.fixture
def clock(monkeypatch):
    """The clock of all who wait."""
    clock = Clock()
    monkeypatch.setattr(waiting, "time", clock)
    monkeypatch.setattr(machine_lock, "time", clock)
    return clock


@pytest.fixture
def other(tmp_path):
    """Another grader, which holds the folder's lock."""
    (tmp_path / ".nnlab").mkdir()
    with FileLock(tmp_path / ".nnlab" / "lock") as lock:
        yield lock


WAITERS = {
    "held": lambda folder: held(folder / ".nnlab").__enter__(),
    "seeds": lambda folder: Seeds(folder / ".nnlab").get(load_lab("lab02_hebb")),
    "hints": lambda folder: hints.remember([], folder),
    "progress": lambda folder: progress.keep_progress([], folder),
}


@pytest.mark.parametrize("who", WAITERS.values(), ids=WAITERS)
def test_who_waits_says_so_and_goes_on(who, clock, other, tmp_path, capsys):
    """The other ends after ten seconds: then the lock is ours."""
    clock.events[1.9] = lambda: heard.append(capsys.readouterr().err)
    clock.events[10.0] = other.release
    heard = []
    who(tmp_path)

    assert heard == [""]
    assert capsys.readouterr().err == SAYS.format(tmp_path)
    assert clock.now == pytest.approx(10.0, abs=1)


@pytest.mark.usefixtures("other")
@pytest.mark.parametrize("who", WAITERS.values(), ids=WAITERS)
def test_who_waits_in_vain_ends_after_a_minute(who, clock, tmp_path):
    """With a sentence that says on what; nothing is written without the lock."""
    with pytest.raises(BusyError, match=f"has been working on {tmp_path} for a minute"):
        who(tmp_path)

    assert clock.now == pytest.approx(60, abs=1)
    assert [path.name for path in (tmp_path / ".nnlab").iterdir()] == ["lock"]


@pytest.mark.usefixtures("clock", "other")
def test_a_command_that_waits_in_vain_has_exit_code_3(tmp_path, monkeypatch):
    """A batch needs the seeds, which another one is writing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "submitted" / "ada").mkdir(parents=True)
    (tmp_path / "submitted" / "ada" / "hebb.py").write_text("")
    done = CliRunner().invoke(cli.main, ["batch", "lab02", "--isolation", "process"])

    assert done.exit_code == 3
    assert done.stderr == (
        SAYS.format(tmp_path)
        + f"Error: Another grader has been working on {tmp_path} for a minute.\n"
        "This is the checker's fault, not yours. Nothing is lost.\n"
    )


def test_a_lock_that_is_free_costs_no_time(clock, tmp_path, capsys):
    """And nothing is said; the lock ends with the work, also where that fails."""
    for _ in range(2):
        with pytest.raises(KeyError), held(tmp_path):
            raise KeyError

    assert (clock.now, capsys.readouterr().err) == (0.0, "")


@pytest.mark.parametrize("kind", ["shared", "alone"])
def test_a_turn_is_waited_for_aloud(kind, clock, tmp_path, monkeypatch, capsys):
    """In the sandbox one goes on after some seconds: a turn only spares the others."""
    monkeypatch.setattr(machine_lock.tempfile, "gettempdir", lambda: str(tmp_path))
    first, second = machine_lock.MachineLock(), machine_lock.MachineLock()
    with first.alone(), getattr(second, kind)():
        pass
    first.close()
    second.close()

    assert clock.now == pytest.approx({"shared": 15, "alone": 5}[kind], abs=0.1)
    assert capsys.readouterr().err == SAYS.format("this machine")


def test_a_gradebook_in_use_is_waited_for_aloud(clock, tmp_path, capsys):
    """Nbgrader's own database is held by whatever program writes into it."""
    pytest.importorskip("nbgrader")
    place = tmp_path / "gradebook.db"
    with closing(sqlite3.connect(place, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        clock.events[7.0] = holder.rollback
        assert waiting.wait_until(lambda: gradebook._is_free(place), "it", most=60, look=0.1)
        assert clock.now == pytest.approx(7.0, abs=0.2)
        assert capsys.readouterr().err == SAYS.format("it")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(gradebook.GradebookError, match="in use by another program"):
            gradebook.fill_gradebook(tmp_path, None)


@pytest.mark.usefixtures("clock")
def test_processes_of_one_command_are_silent(monkeypatch, capsys):
    """Else each of a batch's would say the same."""
    monkeypatch.setattr(waiting, "_say", waiting._say)  # and put it back afterwards
    waiting.say_nothing()

    assert not waiting.wait_until(lambda: False, "it", most=3, look=0.1)
    assert capsys.readouterr().err == ""


def test_each_lock_of_the_course_is_one_of_these():
    """No other file of ours takes a lock, so that none waits in silence."""
    from autograder.course.catalogue import ROOT

    places = ROOT / "autograder"
    signs = ("FileLock(", "flock(", "lockf(", "BEGIN ")
    with_lock = {
        path.relative_to(places).as_posix()
        for path in places.rglob("*.py")
        if any(sign in path.read_text(encoding="utf-8") for sign in signs)
    }

    assert with_lock == {
        "storage.py",
        "sandbox/machine_lock.py",
        "classroom/platforms/nbgrader/gradebook.py",
    }
    assert storage.PATIENCE_SECONDS == gradebook.BUSY_SECONDS == 60
