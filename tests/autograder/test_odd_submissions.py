"""The catalogue of odd, broken and hostile submissions, under every sandbox there is."""

import time
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autograder.check import Status
from autograder.exercises import find_body
from autograder.grade import grade
from autograder.mistakes import Mistake
from autograder.observation import Returned, to_plain
from autograder.sandbox.codec import encode
from autograder.sandbox.fork import ForkSandbox
from autograder.sandbox.question import write_frame
from autograder.sandbox.spawn import SpawnSandbox
from tests.conftest import reference_text

CATALOGUE = tomllib.loads(
    Path(__file__).parents[1].joinpath("submissions", "odd.toml").read_text(encoding="utf-8")
)["submission"]


@pytest.fixture(scope="module", params=[ForkSandbox, SpawnSandbox], ids=["fork", "spawn"])
def any_sandbox(request):
    """Each kind of sandbox in turn."""
    with request.param() as opened:
        yield opened


def text_of(entry):
    """Write the module that a catalogue entry describes."""
    if "text" in entry:
        return entry["text"]
    if "append" in entry:
        return f"{reference_text('hebb')}\n{entry['append']}\n"
    mistake = Mistake("odd", "hebb.to_bipolar", "", body=entry["body"])
    return mistake.source().text.decode()


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry["name"])
def test_an_odd_submission_costs_only_its_own_checks(entry, any_sandbox, key_of, submit):
    """An odd submission gets a sentence and no point where it is odd, and keeps the others."""
    submission = submit("lab02_hebb", hebb=text_of(entry))
    key = key_of("lab02_hebb")

    odd = grade(submission, key, any_sandbox, only="hebb.to_bipolar").results[0]
    other = grade(submission, key, any_sandbox, only="hebb.predict").results[0]

    assert odd.status is Status.FAILED
    assert all(text in odd.message for text in entry["says"]), odd.message
    assert "Traceback" not in odd.message
    assert "\x1b" not in odd.message
    assert other.status == entry["others"], other.message


def test_body_of_to_bipolar_stands_where_the_catalogue_says():
    """The catalogue's line numbers fit the engine: to_bipolar's body starts at line 25."""
    assert find_body(reference_text("hebb"), "hebb.to_bipolar") == (25, 25)


def test_a_submission_that_kills_its_watcher_loses_only_that_check(key_of, submit):
    """Killing the worker from inside fails the check; the next one is asked by a new worker."""
    killer = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"
    text = Mistake("odd", "hebb.to_bipolar", "", body=killer).source().text.decode()
    submission = submit("lab02_hebb", hebb=text)

    with ForkSandbox() as opened:
        report = grade(submission, key_of("lab02_hebb"), opened)

    failed = [r for r in report.results if r.status is not Status.PASSED]
    assert [r.check.id for r in failed] == ["hebb.to_bipolar"]
    assert "it ended the process that watches it" in failed[0].message


def test_what_hangs_in_its_import_is_imported_once(sandbox, key_of, submit):
    """A module that never ends its import costs one time limit, not one a check."""
    submission = submit("lab02_hebb", hebb="while True:\n    pass\n")
    started = time.process_time(), time.monotonic()

    report = grade(submission, key_of("lab02_hebb"), sandbox)

    assert report.points == 0
    assert sum(result.seconds > 1 for result in report.results) == 1
    assert time.process_time() - started[0] < 1


FORGED = {
    "a value in place of every answer": {"returned": {"value": 0.0, "inputs": {"x": None}}},
    "an input that does not exist": {"returned": {"value": 0, "inputs": {"nope": 1}}},
    "a verdict": {"passed": {"points": 20}},
    "an observation with a field too many": {"returned": {"value": 0, "inputs": {}, "status": 1}},
    "no inputs": {"returned": {"value": [-1, 1, 1], "inputs": {}}},
}


@pytest.mark.parametrize("plain", FORGED.values(), ids=FORGED)
def test_forged_frames_earn_nothing(plain, any_sandbox, key_of, submit):
    """Code that writes its own frames into the channel and leaves has only given wrong answers."""
    frame = write_frame(encode(plain))
    imported = write_frame(encode(to_plain(Returned(None))))
    forger = (
        f"import os\nfor descriptor in range(3, 64):\n"
        f"    try:\n        os.write(descriptor, {imported + 9 * frame!r})\n"
        f"    except OSError:\n        pass\nos._exit(0)\n"
    )

    report = grade(submit("lab02_hebb", hebb=forger), key_of("lab02_hebb"), any_sandbox)

    assert report.points == 0
    assert report.count(Status.ERROR) == 0


def test_a_value_that_breaks_the_judge_is_wrong(sandbox, key_of, submit, monkeypatch):
    """A judge that breaks on a submission's value, and not on the reference's, gives no points."""

    def fragile(_case, observed, expected):
        assert np.array_equal(observed, expected), "foreign values break it"

    submission = submit(
        "lab02_hebb", hebb=reference_text("hebb").replace("2 * np.asarray", "3 * np.asarray")
    )
    check = submission.lab.checks["hebb.to_bipolar"]
    monkeypatch.setitem(submission.lab.checks, check.id, replace(check, judge=fragile))
    result = grade(submission, key_of("lab02_hebb"), sandbox, only=check.id).results[0]

    assert result.status is Status.FAILED
    assert "The answer is of a kind that cannot be judged." in result.message
