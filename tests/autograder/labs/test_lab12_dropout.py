"""Lab 12: what is wrong outside the catalogue gets no name."""

import numpy as np
import pytest

from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.course.solutions import Mistake
from autograder.grading.grade import grade

LAB = "lab12_dropout"
FORWARD, BACKWARD = "dropout.Dropout.forward", "dropout.Dropout.backward"


WRONG = {
    "scaled-by-fourth-root": (FORWARD, "(1 - self.p)", "(1 - self.p) ** 0.25"),
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


DRAWN = "self._mask = (self.rng.random(x.shape) >= self.p) / (1 - self.p)"
UNKEPT = {
    "x is changed": (
        FORWARD,
        f"self._mask = np.ones_like(x)\nif self.training:\n    {DRAWN}\n    x *= self._mask\nreturn x",
        "dropout.evaluation",  # the last check asks what holds of every exercise
    ),
    "entries of x are dropped": (
        FORWARD,
        (
            f"self._mask = np.ones_like(x)\nif self.training:\n    {DRAWN}\n    x[self._mask == 0] = 0\n"
            "return x * self._mask"
        ),
        "dropout.evaluation",
    ),
    "evaluation takes two axes": (
        FORWARD,
        (
            "if not self.training:\n    self._mask = np.ones((x.shape[0], x.shape[1]))\n    return x\n"
            f"{DRAWN}\nreturn x * self._mask"
        ),
        "dropout.evaluation",
    ),
    "the first mask stays": (
        FORWARD,
        (
            "self._mask = np.ones_like(x)\nif self.training:\n    made = (self.rng.random(x.shape) >= self.p)\n"
            "    self._made = getattr(self, '_made', made)\n    self._mask = self._made / (1 - self.p)\n"
            "return x * self._mask"
        ),
        "dropout.each_alone",
    ),
    "two layers share a mask": (
        FORWARD,
        (
            f"self._mask = np.ones_like(x)\nif self.training:\n    {DRAWN}\ntype(self)._mask = self._mask\n"
            "mask = self._mask\ndel self._mask\nreturn x * mask"
        ),
        "dropout.grad_mask",
    ),
    "evaluation keeps the old mask": (
        FORWARD,
        f"if not self.training:\n    return x\n{DRAWN}\nreturn x * self._mask",
        "dropout.grad_in_evaluation",
    ),
    "the mode of now": (
        BACKWARD,
        "return grad_output * self._mask if self.training else grad_output.copy()",
        "dropout.grad_mask",
    ),
    "a second backward finds nothing": (
        BACKWARD,
        "mask, self._mask = self._mask, 0 * self._mask\nreturn grad_output * mask",
        "dropout.grad_mask",
    ),
    "grad_output is changed": (
        BACKWARD,
        "grad_output *= self._mask\nreturn grad_output",
        "dropout.grad_in_evaluation",
    ),
}


@pytest.mark.parametrize(("exercise", "body", "check"), UNKEPT.values(), ids=UNKEPT)
def test_what_a_docstring_says_is_asked(exercise, body, check, key_of, sandbox, submit):
    """An answer that breaks one sentence of its task fails the check that asks it."""
    report = grade(submit(LAB, dropout=text_with(exercise, body=body)), key_of(LAB), sandbox)

    assert {r.check.id: r.status for r in report.results}[check] is Status.FAILED


def test_equal_rows_and_columns_speak_of_samples_and_units():
    """What is drawn alike are activations: no sentence speaks of weights."""
    judge = load_lab(LAB).checks["dropout.anew"].judge
    rng = np.random.default_rng(0)
    right, row, column = (rng.random(shape) for shape in ((2, 9, 7), (2, 1, 7), (2, 9, 1)))
    said = [
        judge({}, (one[0], one[1], one[0]), (right[0], right[1], right[0])).detail
        for one in (np.broadcast_to(row, right.shape), np.broadcast_to(column, right.shape))
    ]

    assert said[0].startswith("Two samples lose the same units")
    assert said[1].startswith("Two units are lost by the same samples")
