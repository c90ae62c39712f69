"""Losses against PyTorch, SciPy and central differences."""

import numpy as np
import pytest

from nnlab.losses import CrossEntropyLoss, MSELoss, one_hot
from tests.nnlab.central_differences import central_differences, close


def classification(seed=0, batch=6, n_classes=4):
    """Draw logits and labels."""
    rng = np.random.default_rng(seed)
    return rng.normal(0, 3, size=(batch, n_classes)), rng.integers(0, n_classes, batch)


def test_one_hot_rows_select_their_class():
    """Row n is the unit vector of class n: eye, indexed."""
    labels = np.array([3, 0, 3])

    assert one_hot(labels, 4).argmax(axis=1).tolist() == [3, 0, 3]
    assert one_hot(labels, 4).sum() == 3
    assert one_hot(labels, 5).shape == (3, 5)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.array([0.0, 1.0]), r"labels must be integer labels, got dtype float64"),
        (np.array([0, 3]), r"labels must be in \[0, 3\), got labels from 0 to 3"),
        (np.array([-1, 2]), r"labels must be in \[0, 3\), got labels from -1 to 2"),
    ],
)
def test_one_hot_refuses_what_is_no_class(labels, message):
    """Labels that are not integers of existing classes raise, and are named."""
    with pytest.raises(ValueError, match=message):
        one_hot(labels, 3)


@pytest.mark.parametrize("shape", [(5,), (5, 1), (4, 3)])
def test_mse_is_the_mean_over_all_entries(shape):
    """The loss is the mean of all squared errors; its gradient is 2 (p − t) / size."""
    prediction, target = np.random.default_rng(0).normal(size=(2, *shape))
    loss = MSELoss()

    assert loss(prediction, target) == pytest.approx(np.mean((prediction - target) ** 2), rel=1e-14)
    assert close(loss.backward(), 2 * (prediction - target) / prediction.size, 1e-14)


def test_mse_refuses_shapes_that_would_broadcast():
    """A target of another shape raises instead of becoming a (batch, batch) error."""
    with pytest.raises(
        ValueError, match=r"target must have the shape \(3, 1\) of prediction, got \(3,\)"
    ):
        MSELoss()(np.zeros((3, 1)), np.zeros(3))


def test_cross_entropy_is_scipys_log_softmax_at_the_labels():
    """The loss is the mean of −log softmax at the right class."""
    special = pytest.importorskip("scipy.special")
    logits, labels = classification()
    expected = -special.log_softmax(logits, axis=1)[np.arange(6), labels].mean()

    assert CrossEntropyLoss()(logits, labels) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("kind", [MSELoss, CrossEntropyLoss])
def test_gradients_are_what_central_differences_measure(kind):
    """Each backward is the measured gradient of the loss with respect to the prediction."""
    prediction, target = classification(1)
    target = target if kind is CrossEntropyLoss else np.random.default_rng(2).normal(size=(6, 4))
    loss = kind()
    loss(prediction, target)
    ours = loss.backward()

    assert close(ours, central_differences(lambda p: kind()(p, target), prediction), 1e-8)
    assert np.array_equal(loss.backward(), ours)


@pytest.mark.parametrize("kind", ["MSELoss", "CrossEntropyLoss"])
def test_losses_and_gradients_are_pytorchs(kind):
    """Value and gradient agree with the class of the same name in torch.nn."""
    torch = pytest.importorskip("torch")
    logits, labels = classification(3)
    target = labels if kind == "CrossEntropyLoss" else np.random.default_rng(4).normal(size=(6, 4))
    theirs_at = torch.tensor(logits, requires_grad=True)
    theirs = getattr(torch.nn, kind)()(theirs_at, torch.tensor(target))
    theirs.backward()
    ours = {"MSELoss": MSELoss, "CrossEntropyLoss": CrossEntropyLoss}[kind]()

    assert ours(logits, target) == pytest.approx(theirs.item(), rel=1e-13)
    assert close(ours.backward(), theirs_at.grad.numpy(), 1e-13)


def test_cross_entropy_is_exact_where_probabilities_vanish():
    """With logits of ±10,000 loss and gradient are finite, silent and right."""
    loss = CrossEntropyLoss()
    with np.errstate(all="raise", under="ignore"):
        value = loss(np.array([[1e4, -1e4], [1e4, -1e4]]), np.array([0, 1]))

        assert value == 1e4
        assert loss.backward().tolist() == [[0.0, 0.0], [0.5, -0.5]]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.array([0, 1, 2]), r"target must have shape \(2,\), got \(3,\)"),
        (np.array([[0], [1]]), r"target must have shape \(2,\), got \(2, 1\)"),
        (np.array([0, 4]), r"target must be in \[0, 4\), got labels from 0 to 4"),
        (np.array([0.0, 1.0]), r"target must be integer labels, got dtype float64"),
    ],
)
def test_cross_entropy_refuses_targets_that_are_no_labels(labels, message):
    """One integer label of an existing class for each row, or a ValueError says what came."""
    with pytest.raises(ValueError, match=message):
        CrossEntropyLoss()(np.zeros((2, 4)), labels)


@pytest.mark.parametrize("kind", [MSELoss, CrossEntropyLoss])
def test_float32_stays_float32(kind):
    """A float32 prediction gets a float32 gradient, and the loss is a plain float."""
    prediction, target = classification(5)
    prediction = prediction.astype(np.float32)
    target = target if kind is CrossEntropyLoss else np.zeros_like(prediction)
    loss = kind()

    assert type(loss(prediction, target)) is float
    assert loss.backward().dtype == np.float32
