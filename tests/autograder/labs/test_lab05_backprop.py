"""Lab 5 calls no foreign mistake by a known name, and each file passes alone."""

import numpy as np
import pytest

from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.course.stubs import make_stub
from autograder.grading.grade import grade

LAB = "lab05_backprop"


FOREIGN = [
    ("layers.Linear.forward", "self._x = x\nreturn 3 * x @ self.weight.data.T"),
    ("layers.Linear.backward", "self.weight.grad += 7\nself.bias.grad += 7\nreturn 7 * self._x"),
    ("layers.Sigmoid.backward", "return grad_output * self.g**2"),
    ("layers.Tanh.backward", "return grad_output / (1 + self.a**2)"),
    ("layers.ReLU.backward", "return 3 * grad_output * (self.a > 0)"),
    ("module.Sequential.forward", "return 3 * x"),
    ("module.Sequential.backward", "return 3 * grad_output"),
    ("module.Module.zero_grad", "for p in self.parameters():\n    p.grad += 1"),
    ("layers.mlp", "return Sequential(activation(), activation())"),
]


@pytest.mark.parametrize(("exercise", "body"), FOREIGN, ids=[name for name, _ in FOREIGN])
def test_an_unknown_mistake_has_no_name(exercise, body, graded):
    """A wrong body that no teacher has met fails, and is not taken for a known one."""
    failed = [r for r in graded(exercise, body).results if r.status is Status.FAILED]

    assert failed
    assert {r.check.exercise for r in failed} == {exercise}
    assert {r.mistakes for r in failed} == {()}


@pytest.mark.parametrize("done", ["module", "layers"])
def test_one_file_alone_passes_alone(done, submit, key_of, sandbox):
    """Each finished file gets the points for all that needs no exercise of the other."""
    lab = load_lab(LAB)
    other = {"module": "layers", "layers": "module"}[done]
    report = grade(submit(LAB, **{other: make_stub(lab, other)}), key_of(LAB), sandbox)
    together = {"module.whole_network", "layers.learns_xor", "layers.fits_a_sine"}
    passed = {r.check.id for r in report.results if r.status is Status.PASSED}

    assert passed == {c.id for c in lab.checks.values() if c.module == done} - together


def test_the_sines_targets_have_every_phase():
    """Sines of any phase are drawn, so that no stored answer fits."""
    check = load_lab(LAB).checks["layers.fits_a_sine"]
    starts = [check.cases(seed)[0]["target"][0, 0] for seed in range(30)]

    assert np.ptp(starts) > 1.5


UNKEPT = {
    "backward steps the weights": (
        "layers.Linear.backward",
        """
        self.weight.grad += grad_output.T @ self._x
        self.bias.grad += grad_output.sum(axis=0)
        result = grad_output @ self.weight.data
        self.weight.data -= 0.001 * self.weight.grad
        return result
        """,
        "layers.linear_grad_weight",
    ),
    "backward steps the bias": (
        "layers.Linear.backward",
        """
        self.weight.grad += grad_output.T @ self._x
        self.bias.grad += grad_output.sum(axis=0)
        self.bias.data -= 0.001 * self.bias.grad
        return grad_output @ self.weight.data
        """,
        "layers.linear_grad_bias",
    ),
    "a second backward replaces": (
        "layers.Linear.backward",
        """
        if getattr(self, "_seen", None) is self._x:
            self.weight.grad[...] = self.bias.grad[...] = 0
        self._seen = self._x
        self.weight.grad += grad_output.T @ self._x
        self.bias.grad += grad_output.sum(axis=0)
        return grad_output @ self.weight.data
        """,
        "layers.gradients_add_up",
    ),
    "the first backward's weights are kept": (
        "layers.Linear.backward",
        """
        self._first = getattr(self, "_first", self.weight.data.copy())
        self.weight.grad += grad_output.T @ self._x
        self.bias.grad += grad_output.sum(axis=0)
        return grad_output @ self._first
        """,
        "layers.linear_grad_input",
    ),
    "the first forward's weights are kept": (
        "layers.Linear.forward",
        """
        self._x = x
        self._first = getattr(self, "_first", self.weight.data.copy())
        return x @ self._first.T + self.bias.data
        """,
        "layers.linear_forward",
    ),
    "grad_output is changed": (
        "layers.ReLU.backward",
        "grad_output[self.a <= 0] = 0\nreturn grad_output",
        "layers.relu_backward",
    ),
    "a is cleared": (
        "layers.ReLU.backward",
        "result = grad_output * (self.a > 0)\nself.a = 0 * self.a\nreturn result",
        "layers.relu_backward",
    ),
    "nan at 0": (
        "layers.ReLU.backward",
        'with np.errstate(all="ignore"):\n    return grad_output * (self.g / self.a)',
        "layers.relu_backward",
    ),
    "g is overwritten": (
        "layers.Sigmoid.backward",
        "self.g = self.g * (1 - self.g)\nreturn grad_output * self.g",
        "layers.sigmoid_backward",
    ),
    "nan for large inputs": (
        "layers.Sigmoid.backward",
        """
        with np.errstate(all="ignore"):
            return grad_output * np.exp(-self.a) / (1 + np.exp(-self.a)) ** 2
        """,
        "layers.sigmoid_backward",
    ),
    "modules are not called": (
        "module.Sequential.forward",
        "for module in self.modules:\n    x = module.forward(x)\nreturn x",
        "module.sequential_forward",
    ),
    "parts of parts are left out": (
        "module.Module.zero_grad",
        """
        for part in self._parts():
            own = [part] if isinstance(part, Parameter) else part._parts()
            for parameter in own:
                if isinstance(parameter, Parameter):
                    parameter.grad[...] = 0
        """,
        "module.zero_grad",
    ),
}


@pytest.mark.parametrize(("exercise", "body", "check"), UNKEPT.values(), ids=UNKEPT)
def test_what_a_docstring_says_is_asked(exercise, body, check, graded):
    """An answer that breaks one sentence of its task fails the check that asks it."""
    results = {r.check.id: r.status for r in graded(exercise, body).results}

    assert results[check] is Status.FAILED


def test_any_slope_is_right_at_the_kink(graded):
    """The docstring leaves the slope of ReLU at 0 open."""
    report = graded("layers.ReLU.backward", "return grad_output * (self.a >= 0)")

    assert report.points == 20
