"""Dropout: its rate, its scale, its mask, and PyTorch's gradient for the same mask."""

import numpy as np
import pytest

from nnlab.dropout import Dropout, monte_carlo_mean
from nnlab.layers import Linear, ReLU
from nnlab.module import Sequential
from tests.nnlab.central_differences import close


@pytest.mark.parametrize("p", [0.2, 0.5, 0.8])
def test_a_share_p_is_dropped_and_the_rest_scaled(p):
    """Zeros among 100,000 are Binomial(n, p), six deviations allowed; the others are x / (1 − p)."""
    n = 100_000
    y = Dropout(p, rng=np.random.default_rng(0))(np.ones((1, n)))

    assert abs((y == 0).sum() - n * p) < 6 * np.sqrt(n * p * (1 - p))
    np.testing.assert_allclose(y[y != 0], 1 / (1 - p), rtol=1e-14)


def test_every_entry_is_drawn_on_its_own():
    """Rows and columns each lose a share p: no mask is shared along either axis."""
    zeros = Dropout(0.5, rng=np.random.default_rng(1))(np.ones((300, 300))) == 0

    assert np.abs(zeros.mean(axis=0) - 0.5).max() < 6 * 0.5 / np.sqrt(300)
    assert np.abs(zeros.mean(axis=1) - 0.5).max() < 6 * 0.5 / np.sqrt(300)


def test_every_forward_draws_anew_and_a_seed_repeats_it():
    """Two calls differ; equal generators give equal results."""
    x = np.ones((10, 10))
    layer, twin = (Dropout(0.5, rng=np.random.default_rng(2)) for _ in range(2))
    first = layer(x)

    assert np.array_equal(first, twin(x))
    assert not np.array_equal(first, layer(x))


def test_evaluation_passes_everything_on():
    """In evaluation x and the gradient come back, and no random number is drawn."""
    layer = Dropout(0.5, rng=np.random.default_rng(3)).eval()
    x = np.random.default_rng(4).normal(size=(5, 4))
    state = layer.rng.bit_generator.state

    assert np.array_equal(layer(x), x)
    assert np.array_equal(layer.backward(x), x)
    assert layer.rng.bit_generator.state == state


def test_p_zero_drops_nothing():
    """With p = 0 training is the identity too."""
    x = np.random.default_rng(5).normal(size=(50, 40))

    assert np.array_equal(Dropout(0.0, rng=np.random.default_rng(6))(x), x)


def test_the_gradient_is_pytorchs_for_the_same_mask():
    """Autograd through x · mask, with the mask that forward drew, gives the same dL/dx, twice."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(7)
    layer, x, grad_output = Dropout(0.3, rng=rng), rng.normal(size=(6, 5)), rng.normal(size=(6, 5))
    y = layer(x)
    data = torch.tensor(x, requires_grad=True)
    torch.where(torch.tensor(y != 0), data / (1 - 0.3), 0.0).backward(torch.tensor(grad_output))

    assert close(layer.backward(grad_output), data.grad.numpy(), 1e-14)
    assert close(layer.backward(grad_output), data.grad.numpy(), 1e-14)


def test_float32_stays_float32():
    """Result and gradient keep float32, in both modes."""
    x = np.ones((3, 4), np.float32)
    layer = Dropout(0.5, rng=np.random.default_rng(8))

    assert layer(x).dtype == layer.backward(x).dtype == np.float32
    assert layer.eval()(x).dtype == layer.backward(x).dtype == np.float32


@pytest.mark.parametrize("p", [-0.1, 1.0, 50, float("nan")])
def test_p_must_be_a_probability_below_one(p):
    """Any p outside [0, 1) raises: with p = 1 nothing would be left to scale."""
    with pytest.raises(ValueError, match=rf"p must be in \[0, 1\), got {p}"):
        Dropout(p, rng=np.random.default_rng(0))


def test_the_monte_carlo_mean_is_evaluations_for_one_linear_layer_only():
    """Dropout before a linear layer averages to its evaluation; with two ReLU layers it does not."""
    rng = np.random.default_rng(21)
    linear = Sequential(Dropout(0.5, rng=rng), Linear(6, 3, rng=rng))
    x = rng.normal(size=(4, 6))
    deep = Sequential(
        *(Linear(6, 30, rng=rng), ReLU(), Dropout(0.5, rng=rng)),
        *(Linear(30, 30, rng=rng), ReLU(), Dropout(0.5, rng=rng), Linear(30, 3, rng=rng)),
    )
    misses = []
    for net in (linear, deep):
        answer = net.eval()(x)
        few, many = (monte_carlo_mean(net, x, n) for n in (2000, 8000))
        assert net.training is False
        misses.append(np.abs(many - answer).max() / np.abs(many - few).max())

    assert misses[0] < 3
    assert misses[1] > 3
