"""Checks become questions."""

from autograder.course.catalogue import labs, load_lab
from autograder.grading import questions


def test_every_check_is_in_one_group_of_its_own_limits():
    """Nothing is left out, and nobody shares a process with other limits."""
    for lab in labs():
        groups = questions.by_limits(lab.checks.values())

        assert sorted(c.id for group in groups for c in group) == sorted(lab.checks)
        assert all(len({check.limits for check in group}) == 1 for group in groups)
        assert len({group[0].limits for group in groups}) == len(groups)


def test_what_a_check_withholds_is_not_sent():
    """The question holds the cases without it."""
    lab = load_lab("lab13_capstone")
    check = next(c for c in lab.checks.values() if c.withheld)
    cases = check.cases(0)

    question = questions.question_for(lab, check, cases, {}, {})

    assert all(set(check.withheld) <= case.keys() for case in cases)
    assert not any(set(check.withheld) & case.keys() for case in question.cases)
    assert (question.check, question.limits) == (check.id, check.limits)
