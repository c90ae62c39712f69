"""Evidence that is made up earns nothing, in any check of any lab."""

import base64
import zlib
from functools import cache

import pytest

from autograder.course import general
from autograder.course.catalogue import labs, load_lab
from autograder.course.lab import Status
from autograder.grading.grade import grade
from autograder.grading.key import record_key
from autograder.grading.verdict import judge_case
from autograder.judges.equal import equal
from autograder.sandbox.codec import encode
from autograder.sandbox.observation import Returned
from tests.autograder.forgers import generic, self_consistent

FORGERS = self_consistent() | generic()
LABS = {lab.id: lab for lab in labs()}
CHECKS = {check.id: (lab, check) for lab in LABS.values() for check in lab.checks.values()}
PROPERTIES = [name for name, (_, check) in CHECKS.items() if check.judge.property_only]
EARLIER = (1, 2)
"""Seeds whose right evidence a table of earlier reports may hold."""


@pytest.fixture(scope="module")
def key_for(sandbox):
    """Record what the reference does in a lab under a seed, once, without mistakes."""
    return cache(lambda lab_id, seed: record_key(load_lab(lab_id), seed, sandbox, mistakes=[]))


def forged(forger, case, right):
    """Make up evidence; a forger that is made for another case gives nothing."""
    try:
        return forger(case, right)
    except (KeyError, TypeError, IndexError, ValueError, AttributeError):
        return None


def attempts(name, key_for):
    """List what forgers hand in for all cases of a check: not what is the right answer itself.

    Where that is zeros, or the input as it is, who writes it has solved the exercise.
    """
    lab, check = CHECKS[name]
    known, *earlier = (key_for(lab.id, seed).checks[name] for seed in (0, *EARLIER))
    right = [seen.value for seen in known.right]
    cases = list(zip(check.sent(known.cases), right, strict=True))
    made = {who: [forged(f, *one) for one in cases] for who, f in FORGERS.items()}
    for seed, other in zip(EARLIER, earlier, strict=True):
        made[f"the right evidence of seed {seed}"] = [seen.value for seen in other.right]
    return {
        who: evidence
        for who, evidence in made.items()
        if any(equal({}, *pair) for pair in zip(evidence, right, strict=True))
    }


def passing(name, key_for, *, own=False):
    """Name the forgers whose evidence the judge takes for right, in every case, or in the check's own."""
    lab, check = CHECKS[name]
    known = key_for(lab.id, 0).checks[name]
    return [
        who
        for who, evidence in attempts(name, key_for).items()
        if all(
            judge_case(check, case, Returned(value, dict(case)), right.value) is None
            for case, value, right in zip(known.cases, evidence, known.right, strict=True)
            if not (own and general.KIND in case)
        )
    ]


@pytest.mark.sampled(42)
@pytest.mark.parametrize("name", [name for name in CHECKS if name not in PROPERTIES])
def test_no_forger_passes(name, key_for):
    """Whoever knows the case as sent and the form of an answer, and nothing else, fails."""
    assert passing(name, key_for) == []


def needed(check):
    """List all that a check needs, and what that needs."""
    return {other for need in check.needs for other in (need, *needed(need))}


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_property_carries_few_points_and_waits_for_an_answer(name, key_for):
    """It can be made up, says so, has one point, and needs a check that no forger passes."""
    _, check = CHECKS[name]
    answers = [other for other in needed(check) if not other.judge.property_only]

    assert passing(name, key_for, own=True)
    assert check.points <= 1
    assert "proves a property, not an answer, so it carries few points." in check.judge.rule
    assert any(not passing(other.id, key_for) for other in answers)


FORGERY = """
import base64
import zlib
import itertools
import sys
import zlib

from autograder.sandbox.codec import decode

EVIDENCE = decode(zlib.decompress(base64.b64decode("{evidence}")))


def instead(evidence):
    turn = itertools.cycle(evidence)
    return lambda student, **case: next(turn)


for check in sys.modules["autograder.labs.{lab}"].lab.checks.values():
    object.__setattr__(check, "ask", instead(EVIDENCE[check.id]))
"""


@pytest.mark.sampled(4)
@pytest.mark.parametrize("lab_id", LABS)
def test_a_submission_that_answers_for_itself_gets_no_points(lab_id, key_for, submit, sandbox):
    """Every check's body is replaced by the best forger, and the evidence really comes back."""
    evidence = {}
    for name in LABS[lab_id].checks:
        made = attempts(name, key_for)
        best = [*passing(name, key_for), *(who for who in made if made[who][0] is not None)]
        evidence[name] = made[best[0]]
    packed = base64.b64encode(zlib.compress(encode(evidence))).decode()
    text = FORGERY.format(evidence=packed, lab=lab_id)
    submission = submit(lab_id, **dict.fromkeys(LABS[lab_id].modules, text))
    report = grade(submission, key_for(lab_id, 0), sandbox)
    failed = [result for result in report.results if result.status is Status.FAILED]

    assert report.points == 0
    assert failed
    assert all("returned  " in result.message for result in failed)
