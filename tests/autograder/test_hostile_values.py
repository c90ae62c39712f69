"""Whatever value a submission hands back, judging and showing it is quick, quiet and without error.

A grading whose sandbox hands back hostile values goes the whole way: verdict, facts, diagnosis, and
every form of the report. `make prove` does so with many values: see NNLAB_FUZZ in the Makefile.
"""

import os
import time
from functools import cache

import numpy as np
import pytest

from autograder.course.catalogue import labs, load_lab
from autograder.course.lab import Status
from autograder.grading.grade import grade
from autograder.grading.key import record_key
from autograder.grading.report import to_json
from autograder.grading.submission import Submission
from autograder.report.junit import to_junit
from autograder.report.markdown import to_markdown
from autograder.report.terminal import console, render
from autograder.report.web.submission import to_html
from autograder.sandbox import Answer
from autograder.sandbox.codec import Budget, TooLargeError, decode, encode
from autograder.sandbox.observation import Returned
from tests.conftest import reference_text
from tests.hostile import LARGE, LEAVES, spoilt

LABS = [lab.id for lab in labs()]
FUZZ = int(os.environ.get("NNLAB_FUZZ", "20000")) // 1000
SECONDS = 3.0  # CPU of a grading, which judges twice and explains; a third where nothing else runs
DRAWING_SECONDS = 6.0
MEGABYTES = 300


class Replaying:
    """A sandbox that hands back what it was made with."""

    isolation = ("none",)

    def __init__(self, observations):
        self.observations = observations

    def ask_together(self, questions):
        """Refuse, so that each is asked alone."""
        raise NotImplementedError

    def ask(self, question):
        """Answer with the observations of the question's check."""
        return Answer(self.observations[question.check])


def crossed(value):
    """Send a value through the codec as an answer; None if it is too large."""
    try:
        return decode(encode(value, Budget.of_answers()), Budget.of_answers(spare=1))
    except TooLargeError:
        return None


def graded(handed, key, check, values):
    """Grade one check whose cases return these values, and show the report in every form."""
    seen = [
        Returned(value, right.inputs)
        for value, right in zip(values, key.checks[check.id].right, strict=True)
    ]
    sandbox = Replaying(
        {name: keyed.right for name, keyed in key.checks.items()} | {check.id: seen}
    )
    return grade(handed, key, sandbox, only=check.id)


def show(report):
    """Show a report in every form."""
    texts = [to_json([report]), to_junit([report]), to_markdown([report]), to_html([report])]
    terminal = console()
    with terminal.capture() as captured:
        terminal.print(render(report))
    return [*texts, captured.get()]


def handed_in(lab):
    """Hand in the reference: what it does is replayed, and never asked."""
    texts = {module: reference_text(module).encode() for module in lab.modules}
    return Submission(lab, texts)


@cache
def large(name):
    """Make what is just not too large, as it arrives."""
    value = crossed(LARGE[name]())
    assert value is not None
    return value


def trials(rng, right, leaves, larges, n_spoilt):
    """Make hostile answers to all cases of a check: (what it is, values)."""
    for name in leaves:
        yield name, [crossed(LEAVES[name])] * len(right)
    for _ in range(n_spoilt):
        n_cases = rng.choice([1, len(right)])
        yield "spoilt", [crossed(spoilt(rng, v)) for v in right[:n_cases]] + right[n_cases:]
    for name in larges:
        yield name, [large(name), *right[1:]]
        if isinstance(right[0], dict) and right[0]:
            part = list(right[0])[rng.integers(len(right[0]))]
            yield f"{part}: {name}", [{**right[0], part: large(name)}, *right[1:]]


def try_out(lab, key, n_trials):
    """Grade and show hostile answers to every check of a lab; return how many."""
    rng, handed, done = np.random.default_rng([n_trials, lab.points]), handed_in(lab), 0
    leaves, larges = (rng.permutation(list(table))[:n_trials] for table in (LEAVES, LARGE))
    for check in lab.checks.values():
        right = [observation.value for observation in key.checks[check.id].right]
        for name, values in trials(rng, right, leaves, larges, n_trials):
            began = time.process_time()
            report = graded(handed, key, check, values)
            judged = time.process_time()
            texts = show(report)

            what = f"{check.id}: {name}"
            assert report.results[0].status in {Status.PASSED, Status.FAILED}, what
            assert judged - began < SECONDS, what
            assert time.process_time() - judged < DRAWING_SECONDS, what
            assert len(report.results[0].message) < 20_000, what
            assert all(texts), what
            done += 1
    return done


@pytest.mark.sampled(2)
@pytest.mark.parametrize("lab_id", ["lab02_hebb", "lab05_backprop", "lab10_training"])
def test_hostile_values_are_judged_and_shown(lab_id, sandbox):
    """A hostile value to each check is judged and shown without error, warning or much time."""
    lab = load_lab(lab_id)
    key = record_key(lab, 0, sandbox, mistakes=())

    assert try_out(lab, key, 1) >= 3 * len(lab.checks)


@pytest.mark.slow
@pytest.mark.parametrize("lab_id", LABS)
def test_many_hostile_values_are_judged_and_shown(lab_id, key_of):
    """The same with many values, all labs, the known mistakes beside them, and memory measured."""
    resource = pytest.importorskip("resource")
    lab = load_lab(lab_id)
    key = key_of(lab_id)
    try_out(lab, key, 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    try_out(lab, key, FUZZ)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10) - before

    assert grown < MEGABYTES
