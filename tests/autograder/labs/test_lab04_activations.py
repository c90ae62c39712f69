"""Lab 4 calls no foreign mistake by a known name, and each file passes alone."""

import pytest

from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.course.stubs import make_stub
from autograder.grading.grade import grade

LAB = "lab04_activations"


PLAIN_CROSS_ENTROPY = """
batch, n_classes = prediction.shape
if target.shape != (batch,):
    raise ValueError
_check_labels("target", target, n_classes)
self._logits, self._labels = prediction, target
clipped = np.clip(softmax(prediction), 1e-12, 1)
return -np.log(clipped[np.arange(batch), target]).mean()
"""


@pytest.mark.parametrize(
    ("exercise", "body", "check"),
    [
        ("activations.sigmoid", "return 1 / (1 + np.exp(-x))", "activations.sigmoid_of_large"),
        ("losses.CrossEntropyLoss.__call__", PLAIN_CROSS_ENTROPY, "losses.cross_entropy_of_large"),
        (
            "activations.softmax",
            "e = np.exp(x)\nreturn e / e.sum(axis=axis, keepdims=True)",
            "activations.softmax_of_large",
        ),
    ],
)
def test_an_overflow_costs_one_point(exercise, body, check, graded):
    """A formula that is right for small numbers loses the check on large ones and nothing else."""
    report = graded(exercise, body)

    assert [r.check.id for r in report.results if r.status is not Status.PASSED] == [check]


FOREIGN = [
    ("activations.sigmoid", "return 1 / (1 + np.exp(-1.1 * x))"),
    ("activations.tanh", "return np.arctan(x)"),
    ("activations.relu", "return np.maximum(x, 0) ** 2"),
    ("activations.softmax", "p = np.exp2(x)\nreturn p / p.sum(axis=axis, keepdims=True)"),
    ("losses.one_hot", "return np.ones((len(labels), n_classes))"),
    (
        "losses.MSELoss.__call__",
        "self._error = prediction - target\nreturn (self._error**4).mean()",
    ),
    ("losses.MSELoss.backward", "return 3 * self._error / self._error.size"),
    ("losses.CrossEntropyLoss.backward", "return -softmax(self._logits) / 7"),
]


@pytest.mark.parametrize(("exercise", "body"), FOREIGN, ids=[name for name, _ in FOREIGN])
def test_an_unknown_mistake_has_no_name(exercise, body, graded):
    """A wrong body that no teacher has met fails, and is not taken for a known one."""
    failed = [r for r in graded(exercise, body).results if r.status is Status.FAILED]

    assert failed
    assert {r.check.exercise for r in failed} == {exercise}
    assert {r.mistakes for r in failed} == {()}


def test_activations_alone_pass_alone(submit, key_of, sandbox):
    """A finished activations.py gets its points whatever is still missing in losses.py."""
    lab = load_lab(LAB)
    report = grade(submit(LAB, losses=make_stub(lab, "losses")), key_of(LAB), sandbox)

    for result in report.results:
        assert (result.status is Status.PASSED) == (result.check.module == "activations")


def test_losses_need_softmax_only(submit, key_of, sandbox):
    """Beside untouched activations, losses.py gets the points for what needs no softmax."""
    lab = load_lab(LAB)
    report = grade(submit(LAB, activations=make_stub(lab, "activations")), key_of(LAB), sandbox)
    passed = {r.check.id for r in report.results if r.status is Status.PASSED}

    assert passed == {
        "losses.one_hot",
        "losses.mse",
        "losses.mse_of_other_shape",
        "losses.mse_gradient",
    }
