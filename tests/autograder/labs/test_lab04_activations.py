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
    ("activations.tanh", "return x / (1 + x**2)"),
    ("activations.relu", "return np.maximum(x, 0) ** 2"),
    ("activations.softmax", "p = np.exp2(x)\nreturn p / p.sum(axis=axis, keepdims=True)"),
    (
        "losses.one_hot",
        (
            "if not np.isin(labels, range(n_classes)).all() or labels.dtype.kind in 'bf': raise ValueError\n"
            "return np.ones((len(labels), n_classes))"
        ),
    ),
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


WRONG = {
    "relu: a ceiling at 6": (
        "activations.relu",
        """
return np.clip(x, 0, 6)
""",
        {"activations.relu": ("relu-capped",)},
    ),
    "relu_derivative: a kink beside 0": (
        "activations.relu_derivative",
        """
return (x > -1e-3).astype(float)
""",
        {"activations.relu_derivative": ()},
    ),
    "relu_derivative: nan at 0": (
        "activations.relu_derivative",
        """
return np.maximum(x, 0) / x
""",
        {"activations.relu_derivative": ("drelu-divides",)},
    ),
    "relu_derivative: slopes over the input": (
        "activations.relu_derivative",
        """
x[x > 0] = 1
x[x <= 0] = 0
return x
""",
        {"activations.relu_derivative": ("drelu-mutates-input",)},
    ),
    "tanh_derivative: slopes in an array of integers": (
        "activations.tanh_derivative",
        """
out = np.zeros_like(x)
out[...] = 1 - np.tanh(x) ** 2
return out
""",
        {"activations.tanh_derivative": ()},
    ),
    "softmax: the whole array adds up to 1": (
        "activations.softmax",
        """
e = np.exp(x - x.max())
return e / e.sum()
""",
        {"activations.probabilities": ("softmax-global-sum",)},
    ),
    "softmax: the whole array, without a shift": (
        "activations.softmax",
        """
return np.exp(x) / np.sum(np.exp(x))
""",
        {"activations.probabilities": ("softmax-global-sum",)},
    ),
    "one_hot: whole floats pass": (
        "losses.one_hot",
        """
for v in labels:
    if v not in range(n_classes): raise ValueError
return np.eye(n_classes)[labels.astype(int)]
""",
        {"losses.one_hot": ("onehot-takes-whole-floats",)},
    ),
    "one_hot: asserts": (
        "losses.one_hot",
        """
assert labels.dtype.kind in "iu" and labels.min() >= 0 and labels.max() < n_classes
return np.eye(n_classes)[labels.astype(int)]
""",
        {"losses.one_hot": ("onehot-asserts",)},
    ),
    "one_hot: one class too many": (
        "losses.one_hot",
        """
if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() > n_classes: raise ValueError
return np.eye(n_classes)[labels]
""",
        {"losses.one_hot": ("onehot-refuses-too-late",)},
    ),
    "one_hot: True and False pass": (
        "losses.one_hot",
        """
if labels.dtype.kind not in "iub" or labels.min() < 0 or labels.max() >= n_classes: raise ValueError
return np.eye(n_classes)[labels.astype(int)]
""",
        {"losses.one_hot": ("onehot-takes-bools",)},
    ),
    "MSELoss.__call__: half of the sum": (
        "losses.MSELoss.__call__",
        """
if prediction.shape != target.shape: raise ValueError
self._error = prediction - target
return 0.5 * np.sum(self._error ** 2)
""",
        {"losses.mse": ("mse-half-of-the-sum",)},
    ),
    "MSELoss.__call__: compares the numbers of axes": (
        "losses.MSELoss.__call__",
        """
if prediction.ndim != target.ndim: raise ValueError
self._error = prediction - target
return float((self._error**2).mean())
""",
        {"losses.mse_of_other_shape": ("mse-compares-axes",)},
    ),
    "MSELoss.backward: backward changes the errors": (
        "losses.MSELoss.backward",
        """
self._error = 2 * self._error / self._error.size
return self._error
""",
        {"losses.mse_gradient": ("dmse-changes-the-errors",)},
    ),
    "CrossEntropyLoss.__call__: no shift, then the logarithm": (
        "losses.CrossEntropyLoss.__call__",
        """
batch, n_classes = prediction.shape
if target.shape != (batch,): raise ValueError
_check_labels("target", target, n_classes)
self._logits, self._labels = prediction, target
e = np.exp(prediction)
p = e / e.sum(axis=1, keepdims=True)
return -np.log(p[np.arange(batch), target]).mean()
""",
        {"losses.cross_entropy_of_large": ("ce-no-max-shift",)},
    ),
    "CrossEntropyLoss.__call__: one-hot times logarithm": (
        "losses.CrossEntropyLoss.__call__",
        """
batch, n_classes = prediction.shape
if target.shape != (batch,): raise ValueError
_check_labels("target", target, n_classes)
self._logits, self._labels = prediction, target
return -(one_hot(target, n_classes) * np.log(softmax(prediction))).sum() / batch
""",
        {"losses.cross_entropy_of_large": ("ce-log-of-probability",)},
    ),
    "CrossEntropyLoss.__call__: never looks at the target": (
        "losses.CrossEntropyLoss.__call__",
        """
batch, n_classes = prediction.shape
self._logits, self._labels = prediction, target
shifted = prediction - prediction.max(axis=1, keepdims=True)
log_sums = np.log(np.exp(shifted).sum(axis=1))
return float((log_sums - shifted[np.arange(batch), target]).mean())
""",
        {"losses.cross_entropy_of_no_labels": ("ce-no-look-at-the-target",)},
    ),
    "CrossEntropyLoss.__call__: compares lengths": (
        "losses.CrossEntropyLoss.__call__",
        """
batch, n_classes = prediction.shape
if len(target) != batch: raise ValueError
_check_labels("target", target, n_classes)
self._logits, self._labels = prediction, target
shifted = prediction - prediction.max(axis=1, keepdims=True)
log_sums = np.log(np.exp(shifted).sum(axis=1))
return float((log_sums - shifted[np.arange(batch), target]).mean())
""",
        {"losses.cross_entropy_of_no_labels": ("ce-compares-lengths",)},
    ),
    "CrossEntropyLoss.__call__: whole floats pass": (
        "losses.CrossEntropyLoss.__call__",
        """
batch, n_classes = prediction.shape
if target.shape != (batch,): raise ValueError
for v in target:
    if v not in range(n_classes): raise ValueError
self._logits, self._labels = prediction, target.astype(int)
shifted = prediction - prediction.max(axis=1, keepdims=True)
log_sums = np.log(np.exp(shifted).sum(axis=1))
return float((log_sums - shifted[np.arange(batch), self._labels]).mean())
""",
        {"losses.cross_entropy_of_no_labels": ("ce-takes-whole-floats",)},
    ),
    "CrossEntropyLoss.backward: backward changes the probabilities": (
        "losses.CrossEntropyLoss.backward",
        """
if not hasattr(self, "_p") or self._p.shape != self._logits.shape or self._seen is not self._logits:
    self._p, self._seen = softmax(self._logits), self._logits
self._p[np.arange(len(self._labels)), self._labels] -= 1
return self._p / len(self._labels)
""",
        {"losses.cross_entropy_gradient": ("softmax-ce-changes-the-probabilities",)},
    ),
}

RIGHT = [
    (
        "activations.relu_derivative",
        """
return (x >= 0).astype(float)
""",
    ),
]


@pytest.mark.parametrize(("exercise", "body", "verdict"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_fails_and_has_its_name(exercise, body, verdict, failed):
    """It fails these checks of its exercise and no other, and the report says which idea it is, if one is known."""
    assert failed(exercise, body) == verdict


@pytest.mark.parametrize(("exercise", "body"), RIGHT)
def test_a_right_answer_passes(exercise, body, graded):
    """What a task leaves open may be done in any way."""
    assert graded(exercise, body).points == 20
