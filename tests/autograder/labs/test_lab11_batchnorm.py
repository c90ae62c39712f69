"""Lab 11: what is wrong outside the catalogue gets no name."""

import pytest

from autograder.course.lab import Status
from autograder.course.solutions import Mistake
from autograder.grading.grade import grade

LAB = "lab11_batchnorm"
FORWARD, BACKWARD = "batchnorm.BatchNorm1d.forward", "batchnorm.BatchNorm1d.backward"


WRONG = {
    "third-power": (
        FORWARD,
        "np.square(centred).mean(axis=0)",
        "(np.abs(centred) ** 3).mean(axis=0)",
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


UNKEPT = {
    "eps is missing in the gradient of γ": (
        BACKWARD,
        "self.weight.grad += weight_grad",
        "self.weight.grad += (grad_output * x_hat / x_hat.std(axis=0).clip(1e-9)).sum(axis=0)",
        "batchnorm.grad_input_with_eps",
    ),
    "evaluation teaches no parameters": (
        BACKWARD,
        "self.weight.grad += weight_grad",
        "self.weight.grad += weight_grad * self._batch_statistics",
        "batchnorm.grad_input_in_evaluation",
    ),
    "the mode of now": (
        BACKWARD,
        "if self._batch_statistics",
        "if self.training",
        "batchnorm.grad_input",
    ),
    "the mode of the first forward": (
        FORWARD,
        "self._batch_statistics = self.training",
        "self._batch_statistics = getattr(self, '_batch_statistics', self.training)",
        "batchnorm.grad_input",
    ),
    "once in training, always in training": (
        FORWARD,
        "self._batch_statistics = self.training",
        "self._batch_statistics = self.training or getattr(self, '_batch_statistics', False)",
        "batchnorm.grad_input_in_evaluation",
    ),
    "x̂ is overwritten": (
        BACKWARD,
        "grad_output = grad_output - x_hat * (weight_grad / batch)",
        "x_hat *= weight_grad / batch\n            grad_output = grad_output - x_hat",
        "batchnorm.accumulates",
    ),
    "gradients of both calls go into dL/dx": (
        BACKWARD,
        "weight_grad / batch",
        "self.weight.grad / batch",
        "batchnorm.accumulates",
    ),
    "one buffer": (
        BACKWARD,
        "return self.weight.data * self._inverse_std * grad_output",
        """result = self.weight.data * self._inverse_std * grad_output
        if np.shape(getattr(self, "_buffer", None)) != result.shape:
            self._buffer = result
        self._buffer[...] = result
        return self._buffer""",
        "batchnorm.accumulates",
    ),
    "β is stepped": (
        BACKWARD,
        "self.bias.grad += bias_grad",
        "self.bias.grad += bias_grad\n        self.bias.data -= 0.001 * bias_grad",
        "batchnorm.accumulates",
    ),
    "grad_output is changed": (
        BACKWARD,
        "grad_output = grad_output - x_hat",
        "grad_output -= x_hat",
        "batchnorm.grad_input_in_evaluation",  # the last check asks what holds of every exercise
    ),
    "x is centred in evaluation": (
        FORWARD,
        "centred, var = x - mean, self.running_var",
        "centred, var = x - mean, self.running_var\n        x[...] = x if self.training else centred",
        "batchnorm.evaluates",
    ),
    "γ is kept from the first forward": (
        FORWARD,
        "return self.weight.data * self._x_hat",
        "self._g = getattr(self, '_g', self.weight.data)\n        return self._g * self._x_hat",
        "batchnorm.scales",
    ),
    "two layers share x̂": (
        FORWARD,
        "self._x_hat = centred * self._inverse_std",
        "type(self)._x_hat = centred * self._inverse_std",
        "batchnorm.grad_input_in_evaluation",
    ),
    "the longer side is the batch": (
        BACKWARD,
        "len(grad_output)",
        "max(grad_output.shape)",
        "batchnorm.grad_input",
    ),
}


@pytest.mark.parametrize(("exercise", "right", "wrong", "check"), UNKEPT.values(), ids=UNKEPT)
def test_what_a_docstring_says_is_asked(exercise, right, wrong, check, key_of, sandbox, submit):
    """An answer that breaks one sentence of its task fails the check that asks it."""
    source = text_with(exercise, right=right, wrong=wrong)
    report = grade(submit(LAB, batchnorm=source), key_of(LAB), sandbox)

    assert {r.check.id: r.status for r in report.results}[check] is Status.FAILED
