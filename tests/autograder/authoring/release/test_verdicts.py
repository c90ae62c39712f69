"""The students' key and an instructor's fresh one give the same verdicts, whatever the seed."""

import os
from dataclasses import replace

import pytest

from autograder.authoring.release.stage import for_students
from autograder.course.catalogue import labs
from autograder.course.solutions import load_mistakes
from autograder.course.stubs import make_stub
from autograder.grading.grade import grade
from autograder.grading.key import AnswerKey, record_key

SEEDS = range(1, int(os.environ.get("NNLAB_VERDICT_SEEDS", "50")) + 1)
LABS = labs()
QUICK = "lab02_hebb"
PICKS = 4
"""Known mistakes that are graded under each seed: after fifty seeds, every one of a lab."""

STRIDE = 11
"""Neighbours in a catalogue are alike: the next seed takes a mistake of another exercise."""


@pytest.fixture
def fresh(sandbox):
    """Record a key as an instructor has one, without the mistakes: they name, and judge nothing."""
    return lambda lab, seed: record_key(lab, seed, sandbox, mistakes=())


def verdicts(submission, key, sandbox):
    """Map each check to its verdict."""
    return {r.check: str(r.status) for r in grade(submission, key, sandbox).results}


def without_luck(lab, found, exercise):
    """Leave out what wrong random numbers of this exercise may cost another, which is luck."""
    lucky = {c.exercise for c in lab.checks.values() if c.judge.chance} - {exercise}
    return {check: verdict for check, verdict in found.items() if check.exercise not in lucky}


def packed(key):
    """Take a key through the form in which students have it."""
    return AnswerKey.from_bytes(for_students(key).to_bytes())


def agree(lab, seeds, mine, fresh, submit, sandbox):
    """Grade the reference, the stub and known mistakes under both keys, seed by seed."""
    mistakes = load_mistakes(lab)
    stubs = {module: make_stub(lab, module) for module in lab.modules}
    known = {}
    for seed in seeds:
        key = fresh(lab, seed)
        first = PICKS * seed * STRIDE
        picks = [mistakes[n % len(mistakes)] for n in range(first, first + PICKS * STRIDE, STRIDE)]
        asked = {"reference": ({}, ""), "stub": (stubs, "")}
        asked |= {
            pick.id: ({pick.module: pick.source().text.decode()}, pick.exercise) for pick in picks
        }
        for name, (texts, exercise) in asked.items():
            handed_in = submit(lab.id, **texts)
            if name not in known:
                known[name] = verdicts(handed_in, mine, sandbox)
            both = verdicts(handed_in, key, sandbox), known[name]
            if exercise:
                both = tuple(without_luck(lab, found, exercise) for found in both)
            assert both[0] == both[1], (seed, name)
        assert set(known["reference"].values()) == {"passed"}
        assert "passed" not in known["stub"].values()
        assert all("failed" in known[pick.id].values() for pick in picks)


def test_verdicts_are_equal_under_other_seeds(key_of, fresh, submit, sandbox):
    """One lab under a few seeds; `make prove` asks all of them under 50."""
    lab = next(lab for lab in LABS if lab.id == QUICK)

    agree(lab, range(1, 4), packed(key_of(QUICK)), fresh, submit, sandbox)


def test_a_verdict_that_differs_is_found(key_of, fresh, submit, sandbox):
    """A key with a wrong answer in it does not pass for the students'."""
    lab = next(lab for lab in LABS if lab.id == QUICK)
    key = packed(key_of(QUICK))
    name = "hebb.update"
    right = key.checks[name].right
    spoilt = replace(key.checks[name], right=[*right[1:], right[0]])

    with pytest.raises(AssertionError):
        agree(
            lab,
            range(1, 2),
            replace(key, checks={**key.checks, name: spoilt}),
            fresh,
            submit,
            sandbox,
        )


@pytest.mark.slow
@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.id)
def test_verdicts_are_equal_under_fifty_seeds(key_of, fresh, submit, sandbox, lab):
    """Every lab: reference, stub and 200 mistakes, under the students' key and a fresh one."""
    agree(lab, SEEDS, packed(key_of(lab.id)), fresh, submit, sandbox)
