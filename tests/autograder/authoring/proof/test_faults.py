"""Faults around a body: each is Python, acts where it can, and is caught."""

import ast

import pytest

from autograder.authoring.proof.faults import CALL, FAULTS, faults_of
from autograder.authoring.proof.mutation import IDLE, _caught_by
from autograder.course.catalogue import labs, load_lab

LAB = load_lab("lab02_hebb")


def test_every_exercise_has_faults():
    """Each is a program of its own; what the task does not promise is left out."""
    for lab in labs():
        made = [mutant for mutant, _ in faults_of(lab)]

        assert {mutant.exercise for mutant in made} == set(lab.exercises)
        assert len({mutant.id for mutant in made}) == len(made)
        assert {mutant.right for mutant in made} == {CALL}
        for mutant in made:
            ast.parse(mutant.source.text)
            if mutant.wrong == "wrong for integers":
                assert "integers" in lab.takes[mutant.exercise]


@pytest.mark.parametrize(
    "fault", ["argument changed in place after use", "first answer kept", "wrong for a view"]
)
def test_a_fault_is_caught(fault):
    """The checks of a right exercise see that it is right only when called once."""
    assert fault in FAULTS
    asked = {
        m.wrong: (m.exercise, m.source, p)
        for m, p in faults_of(LAB)
        if m.exercise == "hebb.to_bipolar"
    }

    assert _caught_by(LAB, asked[fault])[0]


def test_a_fault_that_never_acts_is_not_counted():
    """Without a generator there is nothing to fix."""
    asked = {m.wrong: (m.exercise, m.source, p) for m, p in faults_of(LAB)}

    assert _caught_by(LAB, asked["generator fixed"]) == IDLE
