"""Initial weights against their stated distributions, and what they do to activations."""

from itertools import pairwise

import numpy as np
import pytest

from nnlab.activations import relu, tanh
from nnlab.init import (
    activation_statistics,
    constant,
    count_different_units,
    gradient_statistics,
    kaiming_normal,
    small_normal,
    xavier,
    xavier_uniform,
    zeros,
)
from nnlab.layers import Linear, Tanh
from nnlab.module import Sequential
from tests.nnlab.central_differences import close

SHAPE = (400, 250)  # (out, in), unequal: fan_in and fan_out cannot be mixed up
STDS = {
    small_normal: 0.01,
    xavier: 250**-0.5,
    kaiming_normal: (2 / 250) ** 0.5,
    xavier_uniform: (2 / 650) ** 0.5,
}


@pytest.mark.parametrize("init", STDS)
def test_random_weights_have_the_stated_mean_and_deviation(init):
    """Mean 0 and the formula's deviation, within six standard errors of 100,000 draws."""
    weight = init(SHAPE, rng=np.random.default_rng(0))

    assert weight.shape == SHAPE
    assert abs(weight.mean()) < 6 * STDS[init] / np.sqrt(weight.size)
    assert abs(weight.std() / STDS[init] - 1) < 6 / np.sqrt(2 * weight.size)


@pytest.mark.parametrize("init", [small_normal, xavier, kaiming_normal])
def test_normal_weights_are_normal(init):
    """Kolmogorov–Smirnov against the normal distribution finds nothing (p > 1e-6)."""
    stats = pytest.importorskip("scipy.stats")
    weight = init(SHAPE, rng=np.random.default_rng(1))

    assert stats.kstest(weight.ravel() / STDS[init], "norm").pvalue > 1e-6


def test_uniform_weights_fill_their_interval():
    """Kolmogorov–Smirnov against Uniform(−b, b) finds nothing, and nothing lies outside."""
    stats = pytest.importorskip("scipy.stats")
    weight, bound = xavier_uniform(SHAPE, rng=np.random.default_rng(2)), np.sqrt(6 / 650)

    assert np.abs(weight).max() <= bound
    assert stats.kstest(weight.ravel() / bound, "uniform", args=(-1, 2)).pvalue > 1e-6


def test_pytorch_calls_the_same_numbers_by_the_same_names():
    """kaiming_normal and xavier_uniform have the deviation of torch.nn.init's; xavier has not."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    weight = torch.empty(SHAPE, dtype=torch.float64)

    torch.nn.init.kaiming_normal_(weight, nonlinearity="relu")
    assert weight.std().item() == pytest.approx(STDS[kaiming_normal], rel=0.02)
    torch.nn.init.xavier_uniform_(weight)
    assert weight.std().item() == pytest.approx(STDS[xavier_uniform], rel=0.02)
    torch.nn.init.xavier_normal_(weight)
    assert weight.std().item() == pytest.approx((2 / 650) ** 0.5, rel=0.02)


@pytest.mark.parametrize("init", STDS)
def test_a_seed_gives_the_same_weights_again(init):
    """Equal generators give equal weights; one generator gives new ones at every call."""
    rng = np.random.default_rng(3)
    first, second = init(SHAPE, rng=rng), init(SHAPE, rng=rng)

    assert np.array_equal(first, init(SHAPE, rng=np.random.default_rng(3)))
    assert not np.array_equal(first, second)


def test_constants_are_constant_and_take_their_value():
    """zeros, constant and small_normal's std do what their names say, in a layer too."""
    rng = np.random.default_rng(4)

    assert not zeros(SHAPE, rng=rng).any()
    assert (constant(SHAPE, rng=rng) == 1).all()
    assert (constant(SHAPE, rng=rng, value=-0.5) == -0.5).all()
    assert small_normal(SHAPE, rng=rng, std=2.0).std() == pytest.approx(2, rel=0.02)
    assert not Linear(3, 2, rng=rng, init=zeros).weight.data.any()


def test_statistics_are_those_of_every_layers_activations():
    """Means and deviations are taken over all entries, layer by layer, without the input."""
    rng = np.random.default_rng(5)
    x, weights = rng.normal(size=(7, 4)), [rng.normal(size=(5, 4)), rng.normal(size=(3, 5))]
    hidden = tanh(x @ weights[0].T)
    output = tanh(hidden @ weights[1].T)
    means, stds = activation_statistics(x, weights, tanh)

    assert close(means, [hidden.mean(), output.mean()], 1e-13)
    assert close(stds, [hidden.std(), output.std()], 1e-13)


def ten_layers(init, activation):
    """Run the lecture's experiment: 1000 samples, 10 layers of 500 units."""
    rng = np.random.default_rng(6)
    weights = [init((500, 500), rng=rng) for _ in range(10)]
    return activation_statistics(rng.normal(size=(1000, 500)), weights, activation)[1]


def test_small_weights_let_the_signal_die():
    """With 0.01 the deviation of tanh units shrinks by 0.01·√500 = 0.2236 in every layer."""
    stds = ten_layers(small_normal, tanh)

    np.testing.assert_allclose(stds[4:] / stds[3:-1], 0.2236, rtol=0.05)


def test_xavier_keeps_tanh_alive_and_kaiming_keeps_relu():
    """After ten layers: xavier + tanh ≈ 0.23, xavier + relu dies, kaiming + relu stays ≈ 0.83."""
    assert ten_layers(xavier, tanh)[-1] == pytest.approx(0.23, rel=0.1)
    assert ten_layers(xavier, relu)[-1] < 0.05
    assert ten_layers(kaiming_normal, relu)[-1] == pytest.approx(0.826, rel=0.3)


def test_gradient_statistics_are_those_of_backpropagation():
    """A network of Linear and Tanh modules, sent backward, has the same gradients at its layers."""
    rng = np.random.default_rng(12)
    x, widths = rng.normal(size=(6, 4)), [4, 5, 3, 2]
    layers = [Linear(a, b, rng=rng) for a, b in pairwise(widths)]
    activations, grad_output = [Tanh() for _ in layers], rng.normal(size=(6, 2))
    Sequential(*(part for pair in zip(layers, activations, strict=True) for part in pair))(x)
    gradients = [grad_output]
    for layer, activation in zip(layers[:0:-1], activations[:0:-1], strict=True):
        gradients.insert(0, layer.backward(activation.backward(gradients[0])))
    means, stds = gradient_statistics(
        grad_output, x, [layer.weight.data for layer in layers], tanh, lambda a: 1 - np.tanh(a) ** 2
    )

    np.testing.assert_allclose(means, [g.mean() for g in gradients])
    np.testing.assert_allclose(stds, [g.std() for g in gradients])


def test_gradients_explode_at_std_1_and_vanish_at_std_001():
    """The lecture's ten tanh layers: 3.5-fold a layer (χ = 500 · E[sech⁴]), and 0.22-fold."""
    for std, low, high in ((1.0, 3.0, 4.0), (0.01, 0.18, 0.25)):
        rng = np.random.default_rng(13)
        weights = [rng.normal(0, std, size=(500, 500)) for _ in range(10)]
        _, stds = gradient_statistics(
            rng.normal(size=(200, 500)),
            rng.normal(size=(200, 500)),
            weights,
            tanh,
            lambda a: 1 - np.tanh(a) ** 2,
        )
        growth = (stds[0] / stds[-1]) ** (1 / 9)

        assert low < growth < high


@pytest.mark.parametrize(
    ("start", "left"), [(zeros, 1), (constant, 1), (small_normal, 6), (kaiming_normal, 6)]
)
def test_units_that_start_equal_stay_equal(start, left):
    """After training from zeros or a constant one unit is left of six; random weights keep all."""
    rng = np.random.default_rng(14)
    first, second = Linear(3, 6, rng=rng, init=start), Linear(6, 2, rng=rng, init=start)
    net, x, target = (
        Sequential(first, Tanh(), second),
        rng.normal(size=(9, 3)),
        rng.normal(size=(9, 2)),
    )
    for _ in range(30):
        net.zero_grad()
        net.backward((net(x) - target) / len(x))
        for parameter in net.parameters():
            parameter.data -= 0.1 * parameter.grad
    weights = [layer.weight.data.round(9) for layer in (first, second)]

    assert count_different_units(*weights) == left
