"""A judge knows how it judges, and when two answers are the same."""

import pytest

from autograder import pictures
from autograder.course.catalogue import labs
from autograder.judges.finding import Finding
from autograder.judges.judge import PROPERTY_ONLY, judge

JUDGES = {check.id: check.judge for lab in labs() for check in lab.checks.values()}


def no(_case, _observed, _expected):
    """Refuse whatever comes."""
    return Finding("no")


def test_a_judge_says_what_it_was_made_with():
    """Its rule is the sentence; where a property is proven only, the rule says so."""
    plain, property_only = judge("It is right.")(no), judge("It is.", property_only=True)(no)

    assert plain({}, 1, 2) == Finding("no")
    assert (plain.rule, plain.chance, plain.property_only) == ("It is right.", 0.0, False)
    assert property_only.rule == f"It is. {PROPERTY_ONLY}"


def test_answers_are_the_same_by_their_fingerprints():
    """A fingerprint decides, within one part in 10⁹, where there is one."""
    loose = judge("It is.", fingerprint=lambda case, value: value % case["m"])(no)

    assert loose.same({"m": 3}, 4, 7)
    assert not loose.same({"m": 3}, 4, 8)


@pytest.mark.parametrize("facts", [{}, {"alike": no}])
def test_without_a_fingerprint_the_other_answer_is_the_expected_one(facts):
    """The judge itself decides, or what it was given to compare answers with."""
    seen = []

    def listening(case, observed, expected):
        seen.append((case, observed, expected))
        return Finding("no")

    assert not judge("It is.", **facts)(listening).same({"x": 1}, 2, 3)
    assert seen == ([] if facts else [({"x": 1}, 2, 3)])


def test_every_picture_that_a_judge_names_is_there():
    """The name is that of a picture, or empty."""
    assert {
        callable(pictures.named(judge.picture)) for judge in JUDGES.values() if judge.picture
    } == {True}
