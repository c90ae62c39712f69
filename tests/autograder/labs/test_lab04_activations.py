"""Lab 4 accepts every right form of an exercise, and calls no foreign mistake by a known name."""

import pytest

from autograder.check import Status
from autograder.course import load_lab
from autograder.grade import grade
from autograder.mistakes import Mistake
from autograder.stubs import make_stub

LAB = "lab04_activations"


@pytest.fixture
def graded(submit, key_of, sandbox):
    """Grade the reference with another body in the place of one exercise's."""

    def make(exercise, body):
        variant = Mistake("form", exercise, "", body=body)
        text = variant.source().text.decode()
        return grade(submit(LAB, **{variant.module: text}), key_of(LAB), sandbox)

    return make


RIGHT = {
    "activations.linear": ["return x.copy()", "return 1 * x", "return +x", "return np.asarray(x)"],
    "activations.sigmoid": [
        "return 0.5 * (1 + np.tanh(0.5 * x))",
        "return 1 / (1 + np.exp(-np.clip(x, -500, 500)))",
        "return 1 / (1 + np.exp(np.minimum(-x, 40)))",
        "return np.exp(-np.logaddexp(0, -x))",
        """
        result = np.empty(x.shape)
        positive = x >= 0
        result[positive] = 1 / (1 + np.exp(-x[positive]))
        power = np.exp(x[~positive])
        result[~positive] = power / (1 + power)
        return result
        """,
        """
        import math

        def one(a):
            return 1 / (1 + math.exp(-a)) if a > 0 else math.exp(a) / (1 + math.exp(a))

        return np.array([one(float(a)) for a in x.ravel()]).reshape(x.shape)
        """,
        """
        with np.errstate(over="ignore"):
            return 1 / (1 + np.exp(-x))
        """,
    ],
    "activations.tanh": [
        "return np.sinh(np.clip(x, -300, 300)) / np.cosh(np.clip(x, -300, 300))",
        "return 2 * sigmoid(2 * x) - 1",
        "return np.sign(x) * (1 - np.exp(-2 * np.abs(x))) / (1 + np.exp(-2 * np.abs(x)))",
        "return np.array([np.tanh(a) for a in x.ravel()]).reshape(x.shape)",
        "return -np.expm1(-2 * np.abs(x)) / (1 + np.exp(-2 * np.abs(x))) * np.sign(x)",
    ],
    "activations.relu": [
        "return np.where(x > 0, x, 0)",
        "return x * (x > 0)",
        "return (x + np.abs(x)) / 2",
        "return np.clip(x, 0, None)",
        """
        result = x.copy()
        result[result < 0] = 0
        return result
        """,
        "return np.array([max(0.0, float(a)) for a in x.ravel()]).reshape(x.shape)",
    ],
    "activations.linear_derivative": [
        "return np.ones(x.shape)",
        "return np.full(x.shape, 1)",
        "return x * 0 + 1",
        "return np.ones_like(x, dtype=bool)",
    ],
    "activations.sigmoid_derivative": [
        "return sigmoid(x) * sigmoid(-x)",
        "return sigmoid(x) - sigmoid(x) ** 2",
        "return np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))) ** 2",
        "return 1 / (4 * np.cosh(x / 2) ** 2)",
        "return (1 - np.tanh(x / 2) ** 2) / 4",
        "return np.exp(-x) / (1 + np.exp(-x)) ** 2",
    ],
    "activations.tanh_derivative": [
        "return 1 / np.cosh(x) ** 2",
        "return (1 - tanh(x)) * (1 + tanh(x))",
        "return 4 * sigmoid_derivative(2 * x)",
        "return 1 - np.square(np.tanh(x))",
    ],
    "activations.relu_derivative": [
        "return np.where(x > 0, 1.0, 0.0)",
        "return (x >= 0).astype(float)",
        "return x > 0",
        "return (np.sign(x) + 1) / 2",
        "return np.heaviside(x, 0.5)",
    ],
    "activations.softmax": [
        """
        logs = x - np.log(np.exp(x - x.max(axis=axis, keepdims=True)).sum(axis=axis, keepdims=True))
        return np.exp(logs - x.max(axis=axis, keepdims=True))
        """,
        """
        def one(row):
            powers = np.exp(row - max(row))
            return powers / sum(powers)

        return np.apply_along_axis(one, axis, x.astype(float))
        """,
        """
        moved = np.moveaxis(x, axis, 0)
        powers = np.exp(moved - np.max(moved, axis=0))
        return np.moveaxis(powers / np.sum(powers, axis=0), 0, axis)
        """,
        """
        powers = np.exp(x - np.expand_dims(np.amax(x, axis), axis))
        powers /= np.add.reduce(powers, axis=axis, keepdims=True)
        return powers
        """,
        "return np.exp(x - np.logaddexp.reduce(x, axis=axis, keepdims=True))",
    ],
    "losses.one_hot": [
        """
        if labels.dtype.kind not in "iu":
            raise ValueError("integers, please")
        if np.any(labels < 0) or np.any(labels >= n_classes):
            raise ValueError("no such class")
        rows = np.zeros((len(labels), n_classes))
        rows[np.arange(len(labels)), labels] = 1
        return rows
        """,
        """
        _check_labels("labels", labels, n_classes)
        return labels[:, np.newaxis] == np.arange(n_classes)
        """,
        """
        _check_labels("labels", labels, n_classes)
        return [[int(c == label) for c in range(n_classes)] for label in labels]
        """,
        """
        _check_labels("labels", labels, n_classes)
        rows = np.zeros((labels.size, n_classes), dtype=int)
        np.put_along_axis(rows, labels[:, None].astype(np.int64), 1, axis=1)
        return rows
        """,
    ],
    "losses.MSELoss.__call__": [
        """
        if np.shape(prediction) != np.shape(target):
            raise ValueError("shapes")
        self._error = np.subtract(prediction, target)
        return np.mean(np.square(self._error))
        """,
        """
        if prediction.shape != target.shape:
            raise ValueError
        self._error = prediction - target
        flat = self._error.ravel()
        return flat @ flat / flat.size
        """,
        """
        if prediction.shape != target.shape:
            raise ValueError
        self._error = prediction - target
        total = 0.0
        for p, t in zip(prediction.ravel(), target.ravel()):
            total += (p - t) ** 2
        return total / prediction.size
        """,
        """
        if prediction.shape != target.shape:
            raise ValueError
        self._error = prediction - target
        return np.linalg.norm(self._error) ** 2 / self._error.size
        """,
    ],
    "losses.MSELoss.backward": [
        "return (self._error + self._error) / np.prod(self._error.shape)",
        "return 2.0 / self._error.size * self._error",
        """
        grad = np.zeros(self._error.shape)
        for i, error in np.ndenumerate(self._error):
            grad[i] = 2 * error / self._error.size
        return grad
        """,
        """
        self._error *= 2
        return self._error / self._error.size
        """,
        "return (2 * self._error / self._error.size).tolist()",
    ],
    "losses.CrossEntropyLoss.__call__": [
        """
        batch, n_classes = prediction.shape
        if target.shape != (batch,):
            raise ValueError
        self._logits, self._labels = prediction, target
        chosen = one_hot(target, n_classes)
        log_sums = np.logaddexp.reduce(prediction, axis=1)
        return np.mean(log_sums - np.einsum("nc,nc->n", chosen, prediction))
        """,
        """
        if target.ndim != 1 or len(target) != len(prediction):
            raise ValueError
        _check_labels("target", target, prediction.shape[1])
        self._logits, self._labels = prediction, target
        total = 0.0
        for row, label in zip(prediction, target):
            largest = max(row)
            total += largest + np.log(sum(np.exp(row - largest))) - row[label]
        return total / len(target)
        """,
        """
        if target.shape != prediction.shape[:1] or target.dtype.kind not in "iu":
            raise ValueError
        if not ((target >= 0) & (target < prediction.shape[1])).all():
            raise ValueError
        self._logits, self._labels = prediction, target
        shifted = prediction - prediction.max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return -np.take_along_axis(logs, target[:, None].astype(np.int64), axis=1).mean()
        """,
        """
        batch, n_classes = prediction.shape
        if target.shape != (batch,):
            raise ValueError
        _check_labels("target", target, n_classes)
        self._logits, self._labels = prediction, target
        margins = prediction - prediction[np.arange(batch), target][:, None]
        top = margins.max(axis=1)
        return (top + np.log(np.exp(margins - top[:, None]).sum(axis=1))).sum() / batch
        """,
    ],
    "losses.CrossEntropyLoss.backward": [
        """
        batch, n_classes = self._logits.shape
        return (softmax(self._logits) - one_hot(self._labels, n_classes)) / batch
        """,
        """
        batch, n_classes = self._logits.shape
        grad = np.zeros((batch, n_classes))
        for n in range(batch):
            p = softmax(self._logits[n])
            jacobian = np.diag(p) - np.outer(p, p)
            outer = np.zeros(n_classes)
            outer[self._labels[n]] = -1 / p[self._labels[n]] / batch
            grad[n] = jacobian @ outer
        return grad
        """,
        """
        grad = np.exp(self._logits - np.logaddexp.reduce(self._logits, axis=1, keepdims=True))
        np.subtract.at(grad, (np.arange(len(grad)), self._labels), 1)
        grad /= grad.shape[0]
        return grad
        """,
        """
        share = 1 / len(self._labels)
        hit = self._labels[:, None] == np.arange(self._logits.shape[1])
        return np.where(hit, softmax(self._logits) - 1, softmax(self._logits)) * share
        """,
    ],
}


@pytest.mark.parametrize(
    ("exercise", "body"),
    [
        pytest.param(exercise, body, id=f"{exercise}-{i}")
        for exercise, bodies in RIGHT.items()
        for i, body in enumerate(bodies)
    ],
)
def test_every_right_form_passes(exercise, body, graded):
    """Loops, other formulas, lists and copies get full marks."""
    report = graded(exercise, body)

    assert [(r.check.id, r.message) for r in report.results if r.status is not Status.PASSED] == []


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
    assert {r.mistake for r in failed} == {None}


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
