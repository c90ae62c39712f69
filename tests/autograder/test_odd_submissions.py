"""The catalogue of odd, broken and hostile submissions, under every sandbox there is."""

import os
import time
import tomllib
from contextlib import ExitStack
from dataclasses import replace
from functools import partial, reduce
from pathlib import Path

import numpy as np
import pytest

from autograder.course.catalogue import ROOT, engine_path
from autograder.course.lab import Status
from autograder.course.reference import find_body
from autograder.course.solutions import Mistake
from autograder.grading.grade import grade
from autograder.grading.report import to_json
from autograder.judges.judge import judge
from autograder.sandbox.codec import encode
from autograder.sandbox.fork import ForkSandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.observation import Returned, to_plain
from autograder.sandbox.question import write_frame
from autograder.sandbox.spawn import SpawnSandbox
from tests.conftest import reference_text

FOLDER = Path(__file__).parents[1] / "submissions"
CATALOGUE = [
    entry
    for name in ("odd.toml", "hostile.toml")
    for entry in tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))["submission"]
]
SPAWNED = {
    "syntax error",
    "a matrix",
    "prints terminal codes",
    "reads input",
    "endless loop",
    "sys.exit",
    "a crash",
    "too much memory",
    "sleeps",
    "closes every descriptor",
}
"""What the spawning sandbox is asked: an interpreter for each takes its time, so a few of each kind."""

SECRET = "nnlab-canary"
SANDBOXES = {
    "confined": ForkSandbox,
    "process": partial(ForkSandbox, confined=False),
    "spawned": SpawnSandbox,
}


@pytest.fixture(scope="module")
def sandboxes():
    """Each kind of sandbox once, opened by a grader whose environment holds a secret."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("NNLAB_TOKEN", SECRET)
        yield {name: stack.enter_context(make()) for name, make in SANDBOXES.items()}


@pytest.fixture
def victim(tmp_path):
    """A file of the user who grades."""
    file = tmp_path / "victim"
    file.write_text("whole", encoding="utf-8")
    return file


def text_of(entry, victim):
    """Write the module that a catalogue entry describes."""
    places = {
        "@ENGINE@": engine_path("hebb").parent.as_posix(),
        "@ROOT@": ROOT.as_posix(),
        "@VICTIM@": victim.as_posix(),
        "@GRADER@": str(os.getpid()),
        "@BRACKETS@": "[" * 100_000,
    }
    kind = next(kind for kind in ("text", "append", "body") if kind in entry)
    content = reduce(lambda text, place: text.replace(*place), places.items(), entry[kind])
    if kind == "text":
        return content
    if kind == "append":
        return f"{reference_text('hebb')}\n{content}\n"
    return Mistake("odd", "hebb.to_bipolar", "", body=content).source().text.decode()


CASES = [
    pytest.param(entry, kind, id=f"{kind}-{entry['name']}")
    for kind in SANDBOXES
    for entry in CATALOGUE
    if kind != "spawned" or entry["name"] in SPAWNED
]


@pytest.mark.sampled(70)
@pytest.mark.parametrize(("entry", "kind"), CASES)
def test_an_odd_submission_costs_only_its_own_checks(
    entry, kind, sandboxes, key_of, submit, victim, monkeypatch
):
    """An odd submission gets a sentence and no point where it is odd, and keeps the others."""
    sandbox = sandboxes[kind]
    submission = submit("lab02_hebb", hebb=text_of(entry, victim))
    limits = Limits(cpu_seconds=1, wall_seconds=entry.get("wall", 15.0))
    for name in ("hebb.to_bipolar", "hebb.predict"):
        quick = replace(submission.lab.checks[name], limits=limits)
        monkeypatch.setitem(submission.lab.checks, name, quick)
    key = key_of("lab02_hebb")
    before = victim.stat()
    confined = sandbox.isolation[-2:] == ("landlock", "seccomp")

    report = grade(submission, key, sandbox, only="hebb.to_bipolar")
    other = grade(submission, key, sandbox, only="hebb.predict").results[0]

    odd = report.results[0]
    assert other.status == entry.get("others", "passed"), other.message
    assert odd.status is not Status.ERROR
    assert "Traceback" not in odd.message
    assert len(odd.message) < 10_000
    assert SECRET not in odd.message or not confined
    assert not set(odd.message) & {"\x1b", "\x00", "\x07", "\x9b", "\u202e"}
    assert "<" not in to_json([report])
    if confined or not entry.get("beyond"):
        wanted = [*entry["says"], *(entry.get("confined", []) if confined else [])]
        assert odd.status is Status.FAILED
        assert all(text in odd.message for text in wanted), odd.message
    if confined:
        assert victim.stat() == before
        assert victim.read_text(encoding="utf-8") == "whole"


def test_the_catalogue_is_large_and_says_what_must_happen():
    """At least eighty submissions, each under a name of its own."""
    names = [entry["name"] for entry in CATALOGUE]

    assert len(names) >= 80
    assert len(set(names)) == len(names)
    assert set(names) >= SPAWNED


def test_body_of_to_bipolar_stands_where_the_catalogue_says():
    """The catalogue's line numbers fit the engine: to_bipolar's body starts at line 25."""
    assert find_body(reference_text("hebb"), "hebb.to_bipolar") == (25, 25)


def test_a_submission_that_kills_its_watcher_loses_only_that_check(key_of, submit):
    """Where a signal gets through, killing the watcher fails the check; a new one asks the next."""
    killer = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"
    text = Mistake("odd", "hebb.to_bipolar", "", body=killer).source().text.decode()
    submission = submit("lab02_hebb", hebb=text)

    with ForkSandbox(confined=False) as opened:
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


@pytest.mark.sampled(6)
@pytest.mark.parametrize("plain", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize("kind", SANDBOXES)
def test_forged_frames_earn_nothing(plain, kind, sandboxes, key_of, submit):
    """Code that writes its own frames into the channel and leaves has only given wrong answers."""
    frame = write_frame(encode(plain))
    imported = write_frame(encode(to_plain(Returned(None))))
    forger = (
        f"import os\nfor descriptor in range(3, 64):\n"
        f"    try:\n        os.write(descriptor, {imported + 9 * frame!r})\n"
        f"    except OSError:\n        pass\nos._exit(0)\n"
    )

    report = grade(submit("lab02_hebb", hebb=forger), key_of("lab02_hebb"), sandboxes[kind])

    assert report.points == 0
    assert report.count(Status.ERROR) == 0


def test_a_value_that_breaks_the_judge_is_wrong(sandbox, key_of, submit, monkeypatch):
    """A judge that breaks on a submission's value, and not on the reference's, gives no points."""

    @judge("It is as fragile.")
    def fragile(_case, observed, expected):
        assert np.array_equal(observed, expected), "foreign values break it"

    submission = submit(
        "lab02_hebb", hebb=reference_text("hebb").replace("2 * floats", "3 * floats")
    )
    check = submission.lab.checks["hebb.to_bipolar"]
    monkeypatch.setitem(submission.lab.checks, check.id, replace(check, judge=fragile))
    result = grade(submission, key_of("lab02_hebb"), sandbox, only=check.id).results[0]

    assert result.status is Status.FAILED
    assert "The answer is of a kind that cannot be judged." in result.message
