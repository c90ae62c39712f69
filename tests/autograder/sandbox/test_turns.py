"""Turns: many ask at once, one asks alone; and what only hit the wall limit is asked once more."""

import threading

import pytest

from autograder.observation import Lost, Returned
from autograder.sandbox import fork, turns
from autograder.sandbox.fork import ForkSandbox
from autograder.sandbox.question import Answer
from autograder.sandbox.turns import Turns
from tests.autograder.sandbox.test_fork import question


@pytest.fixture(autouse=True)
def own_queue(tmp_path, monkeypatch):
    """A queue that no other test waits in."""
    monkeypatch.setattr(turns.tempfile, "gettempdir", lambda: str(tmp_path))


def test_who_asks_alone_waits_for_the_others():
    """Two may ask at once; the one who must not be disturbed starts when they have ended."""
    one, two, three = Turns(), Turns(), Turns()
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


def test_where_no_file_can_be_locked_everybody_asks(monkeypatch):
    """Without a folder for the lock there are no turns, and no error."""
    monkeypatch.setattr(turns.tempfile, "gettempdir", lambda: "/nowhere/at/all")
    turn = Turns()

    with turn.alone(), turn.shared():
        turn.close()


class Slow(ForkSandbox):
    """A sandbox whose machine is busy for the first so many askings."""

    def __init__(self, busy: int) -> None:
        self.busy = busy
        self.asked = 0
        super().__init__(confined=False)

    def _ask(self, questions):
        self.asked += 1
        one = Lost("wall") if self.asked <= self.busy else Returned(1)
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
        asked = []
        for body in ("sleep", "sleep", "sleep", "another"):
            before = sandbox.asked
            assert sandbox.ask(question(body)).observations[0] == Lost("wall")
            asked.append(sandbox.asked - before)

    assert asked == [2, 1, 1, 2]


def test_what_used_its_cpu_time_is_not_asked_again():
    """A loop that never ends is told at once."""
    with ForkSandbox(confined=False) as sandbox:
        answer = sandbox.ask(question("while True: pass", cpu_seconds=1))

    assert set(answer.observations) == {Lost("cpu")}
    assert answer.seconds < 10
    assert fork._ran_out_of_wall_time(Answer([Lost("wall")]))
