"""Processes below this one: counted, and ended however far below they are."""

import subprocess
import sys

import pytest

from autograder.sandbox import kernel, orphans

pytestmark = pytest.mark.skipif(not kernel.is_linux, reason="processes are listed on Linux")


@pytest.fixture
def crowd(monkeypatch):
    """Count from a machine that had nothing to do."""
    counted = orphans.Crowd()
    monkeypatch.setattr(orphans, "_on_this_machine", lambda: counted._before + orphans.MOST)
    return counted


def test_a_few_processes_are_no_crowd(crowd):
    """Others on the machine may start what they like: only what is below this process counts."""
    assert not crowd.is_too_large()


def test_more_than_the_bound_below_is_a_crowd(crowd, monkeypatch):
    """Processes and their threads count alike."""
    monkeypatch.setattr(orphans, "_below", lambda: {7: 1, 8: orphans.MOST})

    assert crowd.is_too_large()


def test_a_machine_that_calms_down_hides_no_crowd(monkeypatch):
    """The bound moves with what the machine has, so that others' end makes no room."""
    numbers = iter([1000, 500, 500 + orphans.MOST])
    monkeypatch.setattr(orphans, "_on_this_machine", lambda: next(numbers))
    monkeypatch.setattr(orphans, "_below", lambda: {7: 2 * orphans.MOST})
    counted = orphans.Crowd()

    assert [counted.is_too_large() for _ in range(2)] == [False, True]


def test_a_system_that_does_not_tell_has_no_crowd(monkeypatch):
    """Without /proc/loadavg nothing is counted."""
    monkeypatch.setattr(orphans, "Path", lambda _: Missing())

    assert not orphans.Crowd().is_too_large()


class Missing:
    """A file that is not there."""

    def read_bytes(self):
        """Fail as a system without /proc does."""
        raise FileNotFoundError


def test_the_whole_family_is_ended():
    """Children of children go as well, and those that have left their session."""
    program = (
        "import os, sys, time\n"
        "from autograder.sandbox import kernel, orphans\n"
        "kernel.adopt_orphans()\n"
        "ready, tell = os.pipe()\n"
        "for _ in range(2):\n"
        "    if os.fork() == 0:\n"
        "        os.setsid()\n"
        "        if os.fork() == 0:\n"
        "            os.write(tell, b'1')\n"
        "            time.sleep(60)\n"
        "        os._exit(0) if _ else time.sleep(60)\n"
        "os.read(ready, 1), os.read(ready, 1)\n"
        "print(len(orphans._below()) >= 3, orphans.end_all(), orphans._below())\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )

    assert shown.stdout == "True True {}\n"


def test_what_cannot_be_ended_is_said(monkeypatch):
    """A process that stays makes the worker that has it unfit for another child."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        monkeypatch.setattr(orphans, "PATIENCE_SECONDS", 0.05)
        monkeypatch.setattr(orphans, "_below", dict)

        assert not orphans.end_all()
        child.stdin.close()
