"""Whoever interrupts a command gets one sentence and exit code 130, and nothing stays behind."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.commands import interrupts
from autograder.course.catalogue import ROOT
from tests.conftest import reference_text
from tests.processes import NEVER, ended, still_running

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="needs Linux's /proc and signals"
)
SIGNALS = [signal.SIGINT, signal.SIGTERM]
AT = """
import os, runpy, signal, sys
from importlib.machinery import PathFinder

class Stop:
    "Sends the signal to the whole group at the moment in which a module is looked for."

    def find_spec(self, name, *_):
        if name == {module!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), {number})

sys.meta_path.insert(0, Stop())
sys.argv = ["nnlab", *{arguments!r}]
from autograder.__main__ import start
start()
"""


def stopped_at(module, number, *arguments, cwd):
    """Run a command that is interrupted while it imports a module."""
    program = AT.format(module=module, number=int(number), arguments=arguments)
    return subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=NEVER,
        check=False,
    )


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("click", ["grade", "lab02"]),
        ("autograder.commands.instructors", ["batch", "lab02"]),
        ("numpy", ["grade", "lab02"]),
        ("numpy.linalg", ["batch", "lab02"]),
        ("rich", ["grade", "lab02"]),
    ],
)
def test_a_command_that_still_imports_ends_in_a_sentence(tmp_path, module, arguments, number):
    """A signal waits until the module is there: nobody prints a traceback, or swallows it."""
    for folder in ("assignments/lab02_hebb", "submitted/ada"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "hebb.py").write_text(reference_text("hebb"))
    done = stopped_at(module, number, *arguments, cwd=tmp_path)

    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("Interrupted.")
    assert done.stderr.count("\n") == 1


STAGES = {
    "reading what was handed in": "autograder.classroom.collect._read",
    "making the key": "autograder.grading.key.record_key",
    "grading": "autograder.grading.pool._collect",
    "keeping a result": "autograder.grading.results.Results.keep",
    "writing the marks": "autograder.classroom.marks.Marks.to_csv",
    "writing pages": "autograder.report.web.to_html",
    "writing a file": "os.fdopen",
}
STAGE = """
import os, pkgutil, signal, sys

def stopping(what):
    "Wrap a function: at its first call somebody interrupts the batch, with all its processes."
    place, _, name = what.rpartition(".")
    owner, before = pkgutil.resolve_name(place), pkgutil.resolve_name(what)
    def stopped(*given, **more):
        setattr(owner, name, before)
        made = before(*given, **more)
        os.kill(os.getpid(), signal.{name})
        return made
    setattr(owner, name, stopped)

from autograder.__main__ import start
stopping({what!r})
if {fresh}:
    from autograder.grading import key
    key.stored_key = lambda *_: None
    key._store = lambda _lab, _seed, made: made
sys.argv = ["nnlab", "batch", "lab02", "--seed", "5", "--html", "--jobs", "2"]
start()
"""


@pytest.fixture
def course(tmp_path):
    """A class of which some never end."""
    for number in range(4):
        folder = tmp_path / "submitted" / f"n{number}"
        folder.mkdir(parents=True)
        text = f"while True: pass  # {number}" if number % 2 else reference_text("hebb")
        (folder / "hebb.py").write_text(text)
    return tmp_path


QUICK = [("grading", signal.SIGINT), ("keeping a result", signal.SIGTERM)]
OTHERS = [pair for pair in itertools.product(STAGES, SIGNALS) if pair not in QUICK]


@pytest.mark.parametrize(
    ("stage", "number"), [*QUICK, *(pytest.param(*pair, marks=pytest.mark.slow) for pair in OTHERS)]
)
def test_a_batch_ends_at_any_stage(course, stage, number):
    """It leaves no process, no half-written file, and says one sentence."""
    what = STAGES[stage]
    program = STAGE.format(what=what, name=number.name, fresh=stage == "making the key")
    running = subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-P", "-c", program],
        cwd=course,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NNLAB_ISOLATION": "process"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    happened = (code, _, err) = ended(running)
    sentence = "Interrupted. What was graded is kept; the same command goes on.\n"

    assert (code, err) == (130, sentence), happened
    assert [*course.rglob("*.part")] == []
    assert still_running(processes_of(running.pid)) == []


def processes_of(session):
    """List the processes of a session, sandboxes aside, which begin their own."""
    for pid in filter(str.isdecimal, (place.name for place in Path("/proc").iterdir())):
        with contextlib.suppress(OSError):  # it has just ended
            stat = Path("/proc", pid, "stat").read_text(encoding="utf-8", errors="replace")
            if int(stat.rpartition(")")[2].split()[3]) == session:
                yield pid


def test_a_second_signal_disturbs_nobody_who_puts_things_away():
    """After the first both are ignored."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        interrupts.take_signals()
        with pytest.raises(interrupts.Interrupted):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        assert {signal.getsignal(number) for number in SIGNALS} == {signal.SIG_IGN}
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_signal_that_is_ignored_stays_so():
    """As a shell's background job ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    term = signal.getsignal(signal.SIGTERM)
    try:
        interrupts.take_signals()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, term)
