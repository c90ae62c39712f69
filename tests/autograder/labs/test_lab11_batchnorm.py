"""Lab 11: what is wrong outside the catalogue gets no name."""

import pytest

from autograder.course.lab import Status
from autograder.course.solutions import Mistake
from autograder.grading.grade import grade

LAB = "lab11_batchnorm"
FORWARD, BACKWARD = "batchnorm.BatchNorm1d.forward", "batchnorm.BatchNorm1d.backward"


WRONG = {
    "absolute-deviation": (
        FORWARD,
        "np.square(centred).mean(axis=0)",
        "np.abs(centred).mean(axis=0)",
    ),
    "median": (FORWARD, "x.mean(axis=0) if", "np.median(x, axis=0) if"),
    "eps-squared": (FORWARD, "self.eps", "self.eps**2"),
    "running-mean-of-y": (FORWARD, "m * mean", "m * mean * self.weight.data + 1"),
    "clipped": (BACKWARD, "* grad_output\n", "* grad_output.clip(-0.05, 0.05)\n"),
    "half": (BACKWARD, "return self", "return 0.5 * self"),
    "beta-twice": (BACKWARD, "+= bias_grad", "+= 2 * bias_grad"),
}


def text_with(exercise, **patch):
    """Write the module with one body in another form."""
    return Mistake("form", exercise, "", **patch).source().text.decode()


@pytest.mark.parametrize(("exercise", "right", "wrong"), WRONG.values(), ids=WRONG)
def test_an_unknown_mistake_fails_without_a_name(exercise, right, wrong, key_of, sandbox, submit):
    """What the catalogue does not know is told as a fact, and called nothing."""
    source = text_with(exercise, right=right, wrong=wrong)
    report = grade(submit(LAB, batchnorm=source), key_of(LAB), sandbox)
    failed = [r for r in report.results if r.status is Status.FAILED]

    assert failed
    assert {r.check.exercise for r in failed} == {exercise}
    assert [r.mistakes for r in failed] == [()] * len(failed)


def test_a_wrong_forward_costs_backward_nothing_that_is_asked(key_of, sandbox, submit):
    """Where forward is wrong, backward's checks that build on it are not asked."""
    source = text_with(
        FORWARD, right="np.square(centred).mean(axis=0)", wrong="x.var(axis=0, ddof=1)"
    )
    report = grade(submit(LAB, batchnorm=source), key_of(LAB), sandbox)

    failed = {r.check.exercise for r in report.results if r.status is Status.FAILED}
    assert failed == {FORWARD}


def test_the_solution_passes_alone(key_of, sandbox, submit):
    """The reference's module, handed in as it is, gets all points."""
    assert grade(submit(LAB), key_of(LAB), sandbox).points == 20
