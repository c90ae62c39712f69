"""Lab 5 calls no foreign mistake by a known name, and each file passes alone."""

import numpy as np
import pytest

from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.course.solutions import Mistake
from autograder.course.stubs import make_stub
from autograder.grading.grade import grade

LAB = "lab05_backprop"


@pytest.fixture
def graded(submit, key_of, sandbox):
    """Grade the reference with another body in the place of one exercise's."""

    def make(exercise, body):
        variant = Mistake("form", exercise, "", body=body)
        text = variant.source().text.decode()
        return grade(submit(LAB, **{variant.module: text}), key_of(LAB), sandbox)

    return make


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
