"""MachineLock: many ask at once, one asks alone; and what only hit the wall limit is asked once more."""

import fcntl
import os
import threading
from pathlib import Path

import pytest

from autograder.sandbox import fork, machine_lock
from autograder.sandbox.fork import ForkSandbox
from autograder.sandbox.machine_lock import MachineLock
from autograder.sandbox.observation import Lost, Returned
from autograder.sandbox.question import Answer
from tests.autograder.sandbox.test_fork import question


@pytest.fixture(autouse=True)
def own_queue(tmp_path, monkeypatch):
    """A queue that no other test waits in."""
    monkeypatch.setattr(machine_lock.tempfile, "gettempdir", lambda: str(tmp_path))


def test_who_asks_alone_waits_for_the_others():
    """Two may ask at once; the one who must not be disturbed starts when they have ended."""
    one, two, three = MachineLock(), MachineLock(), MachineLock()
    order = []

    def alone():
        with three.alone():
            order.append("alone")

    with one.shared(), two.shared():
        thread = threading.Thread(target=alone)
        thread.start()
        thread.join(0.05)
        order.append("shared")
    thread.join(5)
    for turn in (one, two, three):
        turn.close()

    assert order == ["shared", "alone"]


def test_who_waits_to_ask_alone_keeps_others_from_starting():
    """Somebody new waits at the gate until the one who asks alone has asked: nobody is starved."""
    one, two, three = MachineLock(), MachineLock(), MachineLock()
    order, waits = [], threading.Event()

    def alone():
        waits.set()
        with two.alone():
            order.append("alone")

    def shared():
        with three.shared():
            order.append("shared")

    with one.shared():
        threads = [threading.Thread(target=alone), threading.Thread(target=shared)]
        threads[0].start()
        waits.wait(5)
        while is_free():  # until the gate is closed
            pass
        threads[1].start()
        assert order == []
    for thread in threads:
        thread.join(5)
    for turn in (one, two, three):
        turn.close()

    assert order == ["alone", "shared"]


def is_free() -> bool:
    """Tell whether the gate can be passed by somebody new."""
    with Path(machine_lock.tempfile.gettempdir(), f"nnlab-lock-{os.getuid()}-gate").open() as gate:
        try:
            fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


@pytest.mark.parametrize("kind", ["shared", "alone"])
def test_nobody_waits_for_ever(kind, monkeypatch):
    """Who has waited in vain goes on, and after that takes it only when it is free."""
    monkeypatch.setattr(machine_lock, "ALONE_SECONDS", 0.05)
    monkeypatch.setattr(machine_lock, "SHARED_SECONDS", 0.05)
    holder, other = MachineLock(), MachineLock()
    entered = 0

    with holder.alone():
        for _ in range(2):
            with getattr(other, kind)():
                entered += 1
    assert other._patience == 0.0
    with other.alone():
        assert not is_free()
    holder.close()
    other.close()

    assert entered == 2


def test_where_no_file_can_be_locked_everybody_asks(monkeypatch):
    """Without a folder for the lock there is no lock, and no error."""
    monkeypatch.setattr(machine_lock.tempfile, "gettempdir", lambda: "/nowhere/at/all")
    turn = MachineLock()

    with turn.alone(), turn.shared():
        turn.close()


class Slow(ForkSandbox):
    """A sandbox whose machine is busy for the first so many askings."""

    def __init__(self, busy: int, reason: str = "wall") -> None:
        self.busy = busy
        self.reason = reason
        self.asked = 0
        self.walls = []
        super().__init__(confined=False)

    def _ask(self, questions):
        self.asked += 1
        self.walls.append(questions[0].limits.wall_seconds)
        one = Lost(self.reason) if self.asked <= self.busy else Returned(1)
        return [Answer([one] * len(question.cases)) for question in questions]


def test_what_only_hit_the_wall_is_asked_once_more():
    """A second asking that is answered in time counts; the student never hears of the first."""
    with Slow(busy=1) as sandbox:
        answer = sandbox.ask(question("return 1"))

        assert answer.observations[0] == Returned(1)
        assert sandbox.asked == 2


def test_a_submission_gets_one_second_chance():
    """Who sleeps twice is asked once for each further check; another submission has its own chance."""
    with Slow(busy=99) as sandbox:
        asked, said = [], []
        for body in ("sleep", "sleep", "sleep", "another"):
            before = sandbox.asked
            said.append(sandbox.ask(question(body)).observations[0])
            asked.append(sandbox.asked - before)

    assert asked == [2, 1, 1, 2]
    assert said == [Lost("wall", seconds) for seconds in ("6", "3", "3", "6")]
    assert sandbox.walls == [15.0, 6.0, 3.0, 3.0, 15.0, 6.0]


def test_what_slept_among_others_is_asked_alone_at_once():
    """Where checks that were asked together ran out of time, each gets its second chance at once."""
    with Slow(busy=1) as sandbox:
        sandbox.ask_together([question("sleep")] * 2)
        answer = sandbox.ask(question("sleep"))

    assert answer.observations[0] == Returned(1)
    assert sandbox.walls == [15.0, 6.0]


class Drowsy(Slow):
    """A sandbox in which a submission sleeps whenever others ask too, and never alone."""

    def _ask(self, questions):
        self.busy = 99 if questions[0].limits.wall_seconds == 15.0 else 0
        return super()._ask(questions)


def test_others_wait_a_few_times_for_one_submission_and_no_more():
    """After some turns alone, what runs out of time among others has run out; another has its own turns."""
    with Drowsy(busy=0) as sandbox:
        said = [sandbox.ask(question("drowsy")).observations[0] for _ in range(fork.MOST_ALONE + 2)]
        other = sandbox.ask(question("another")).observations[0]

    assert said == [Returned(1)] * fork.MOST_ALONE + [Lost("wall")] * 2
    assert other == Returned(1)


def test_a_check_of_little_patience_is_not_given_more():
    """Less time than the check's own limit is what is meant: a short limit stays."""
    with Slow(busy=99) as sandbox:
        for _ in range(2):
            answer = sandbox.ask(question("sleep", wall_seconds=0.5))

    assert sandbox.walls == [0.5, 0.5, 0.5]
    assert answer.observations[0] == Lost("wall")


def test_what_used_its_cpu_time_is_not_asked_again():
    """A loop that never ends is said at once."""
    with Slow(busy=99, reason="cpu") as sandbox:
        answer = sandbox.ask(question("while True: pass"))

    assert set(answer.observations) == {Lost("cpu")}
    assert sandbox.asked == 1
    assert fork._ran_out_of_wall_time(Answer([Lost("wall")]))
