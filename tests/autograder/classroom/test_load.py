"""Marks do not depend on what else the machine does."""

import subprocess
import sys
from contextlib import contextmanager

import pytest

from autograder.classroom.batch import grade_class
from autograder.course.catalogue import load_lab
from autograder.sandbox import kernel, limits
from autograder.sandbox.fork import ForkSandbox
from autograder.sandbox.observation import Lost, Returned
from tests.autograder.sandbox.test_fork import question
from tests.conftest import reference_text

HEBB = load_lab("lab02_hebb")
SEED = 5
BUSY = 4
GOOD = reference_text("hebb")
SLOW = "import time\nwhile time.process_time() < 1.4: pass\n"
CLASS = {
    "right": GOOD,
    "wrong": GOOD.replace("bias + target", "bias"),
    "slow but right": GOOD + SLOW,
    "endless": GOOD + "while True: pass\n",
    "endless in one function": GOOD.replace(
        "    return 2 *", "    while True: pass\n    return 2 *"
    ),
    "eats memory": GOOD + "much = []\nwhile True: much.append(bytearray(64 << 20))\n",
    "eats memory in one function": GOOD.replace(
        "    return 2 *", "    x = b'1' * (2 << 30)\n    return 2 *"
    ),
    "sleeps for a moment": GOOD + "import time\ntime.sleep(0.2)\n",
}
needs_schedstat = pytest.mark.skipif(
    kernel.queued_seconds(1) == 0.0, reason="needs a kernel that counts how long processes wait"
)


@contextmanager
def busy(number):
    """Keep the machine busy with so many processes that never end."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(number)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


@pytest.mark.slow
def test_the_same_class_has_the_same_reports_beside_four_busy_loops(tmp_path):
    """Loops that never end, memory without end, and work that takes most of the time that it may."""
    for student, text in CLASS.items():
        folder = tmp_path / "submitted" / student
        folder.mkdir(parents=True)
        (folder / "hebb.py").write_text(text)
    reports = {}
    for loops in (0, BUSY):
        with busy(loops):
            done = grade_class(
                HEBB, tmp_path / "submitted", tmp_path / str(loops), seed=SEED, jobs=2
            )
        reports[loops] = done.marks.to_plain()
    points = {each["student"]: each["points"] for each in reports[0]["submissions"]}

    assert reports[0] == reports[BUSY]
    assert points["right"] == points["slow but right"] == points["sleeps for a moment"] == 20
    assert points["endless"] == points["eats memory"] == 0
    assert 0 < points["endless in one function"] < 20
    assert 0 < points["eats memory in one function"] < 20


BURN = "import time\nwhile time.process_time() < 0.6: pass\nreturn 1"


@needs_schedstat
def test_time_in_which_others_had_the_machine_is_not_counted():
    """Work that needs more than the wall's time only because others run is done; beside a sleeper is not."""
    with ForkSandbox(confined=False) as sandbox, busy(2 * BUSY):
        worked = sandbox.ask_together([question(BURN, wall_seconds=0.8)])[0]
        slept = sandbox.ask_together([question("import time\ntime.sleep(60)", wall_seconds=0.8)])[0]

    assert isinstance(worked.observations[0], Returned)
    assert slept.observations[0] == Lost("wall")
    assert worked.seconds < 0.8 * limits.MOST_STRETCH


def test_where_nobody_counts_the_wall_decides():
    """As for a process that is not there, or on another system."""
    assert kernel.queued_seconds(-1) == 0.0
