"""Lab 12: what is wrong outside the catalogue gets no name."""

import pytest

from autograder.course.lab import Status
from autograder.course.solutions import Mistake
from autograder.grading.grade import grade

LAB = "lab12_dropout"
FORWARD, BACKWARD = "dropout.Dropout.forward", "dropout.Dropout.backward"


WRONG = {
    "scaled-by-root": (FORWARD, "(1 - self.p)", "(1 - self.p) ** 0.5"),
    "half-as-many": (FORWARD, ">= self.p", ">= self.p / 2"),
    "noisy": (FORWARD, "return x * self._mask", "return x * self._mask + 0.01"),
    "negated": (BACKWARD, "self._mask", "-self._mask"),
    "doubled": (BACKWARD, "self._mask", "(2 * self._mask)"),
    "gated-by-sign": (BACKWARD, "self._mask", "(grad_output > 0)"),
}


def text_with(exercise, **patch):
    """Write the module with one body in another form."""
    return Mistake("form", exercise, "", **patch).source().text.decode()


@pytest.mark.parametrize(("exercise", "right", "wrong"), WRONG.values(), ids=WRONG)
def test_an_unknown_mistake_fails_without_a_name(exercise, right, wrong, key_of, sandbox, submit):
    """What the catalogue does not know is told as a fact, and called nothing."""
    source = text_with(exercise, right=right, wrong=wrong)
    report = grade(submit(LAB, dropout=source), key_of(LAB), sandbox)
    failed = [r for r in report.results if r.status is Status.FAILED]

    assert failed
    assert {r.check.exercise for r in failed} == {exercise}
    assert [r.mistakes for r in failed] == [()] * len(failed)


def test_a_gradient_that_is_never_returned_is_told_so(key_of, sandbox, submit):
    """A missing return is told as such, whichever judge looks at the answer."""
    source = text_with(BACKWARD, body="grad_output * self._mask")
    report = grade(submit(LAB, dropout=source), key_of(LAB), sandbox)
    failed = [r for r in report.results if r.status is Status.FAILED]

    assert len(failed) == 2
    assert all("Is a `return` missing?" in r.message for r in failed)


def test_the_solution_passes_alone(key_of, sandbox, submit):
    """The reference's module, handed in as it is, gets all points."""
    assert grade(submit(LAB), key_of(LAB), sandbox).points == 20
