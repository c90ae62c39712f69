"""Penalties, ridge polynomials and the bias-variance split, against numpy and scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from nnlab.descent import numerical_gradient
from nnlab.regularization import (
    bias_variance,
    fit_polynomial,
    l1_gradient,
    l1_penalty,
    l2_gradient,
    l2_penalty,
    negative_log_prior,
    soft_threshold,
)

SHAPES = [(3, 4), (2, 3), (1, 2)]


def weights(seed=0):
    """Draw the weights of three layers."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in SHAPES]


def test_penalties_are_norms_of_all_weights():
    """L2 is the squared 2-norm of all weights in one row, L1 the 1-norm."""
    everything = np.concatenate([w.ravel() for w in weights()])

    assert l2_penalty(weights()) == pytest.approx(np.linalg.norm(everything) ** 2)
    assert l1_penalty(weights()) == pytest.approx(np.linalg.norm(everything, 1))


@pytest.mark.parametrize(
    ("penalty", "gradient"), [(l2_penalty, l2_gradient), (l1_penalty, l1_gradient)]
)
@pytest.mark.parametrize("layer", range(3))
def test_gradients_agree_with_central_differences(penalty, gradient, layer):
    """Each layer's gradient is the slope of the penalty in that layer."""

    def penalty_of_layer(weight):
        return penalty([weight if i == layer else w for i, w in enumerate(weights())])

    measured = numerical_gradient(penalty_of_layer, weights()[layer])

    assert gradient(weights())[layer].shape == SHAPES[layer]
    assert np.allclose(gradient(weights())[layer], measured, rtol=0, atol=1e-8)


def test_l1_gradient_of_zero_is_zero():
    """A weight that is 0 is not pushed."""
    assert l1_gradient([np.array([[0.0, -0.0, 2.0]])])[0].tolist() == [[0, 0, 1]]


def test_no_weights_no_penalty():
    """Without layers there is nothing to pay and nothing to change."""
    assert (l2_penalty([]), l1_penalty([]), l2_gradient([]), l1_gradient([])) == (0, 0, [], [])


def test_gradients_are_new_arrays():
    """The weights stay as they are, and the gradients share no memory with them."""
    given = weights()
    for gradients in (l2_gradient(given), l1_gradient(given)):
        assert not any(map(np.shares_memory, gradients, given))
    assert all(map(np.array_equal, given, weights()))


@pytest.mark.parametrize("degree", [0, 1, 3, 5])
def test_fit_polynomial_agrees_with_polyfit(degree):
    """Without a penalty it is np.polyfit, lowest power first."""
    rng = np.random.default_rng(degree)
    x, y = rng.uniform(-1, 1, 20), rng.normal(size=20)

    expected = np.polyfit(x, y, degree)[::-1]
    assert np.allclose(fit_polynomial(x, y, degree), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("l2", [1e-3, 0.1, 10.0])
def test_fit_polynomial_agrees_with_ridge(l2):
    """With a penalty it is scikit-learn's Ridge, whose alpha is n · l2, bias left free."""
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-1, 1, 15), rng.normal(size=15) + 7
    ridge = Ridge(alpha=15 * l2).fit(np.vander(x, 6, increasing=True)[:, 1:], y)

    expected = [ridge.intercept_, *ridge.coef_]
    assert np.allclose(fit_polynomial(x, y, degree=5, l2=l2), expected, rtol=1e-7)


def test_fit_polynomial_through_every_point():
    """A polynomial of degree n − 1 passes through n points."""
    x, y = np.array([0, 1, 2, 4]), np.array([1, 0, 5, -2])

    weight = fit_polynomial(x, y, degree=3)
    assert np.allclose(np.polynomial.polynomial.polyval(x, weight), y)


def test_fit_polynomial_a_huge_penalty_leaves_the_mean():
    """All weights but the bias vanish, and the bias is the mean."""
    x, y = np.linspace(-1, 1, 9), np.arange(9.0)

    assert np.allclose(fit_polynomial(x, y, 4, l2=1e12), [4, 0, 0, 0, 0], atol=1e-6)


@pytest.mark.parametrize("degree", [-1, 3, 8])
def test_fit_polynomial_wants_more_points_than_powers(degree):
    """A degree below 0, or one that the points cannot settle, is refused."""
    with pytest.raises(ValueError, match=f"degree must be from 0 to 2 for 3 points, got {degree}"):
        fit_polynomial(np.arange(3), np.arange(3), degree)


@pytest.mark.parametrize("l2", [-0.1, float("nan")])
def test_fit_polynomial_wants_a_penalty_not_a_reward(l2):
    """A negative penalty is refused."""
    with pytest.raises(ValueError, match=f"l2 must be at least 0, got {l2}"):
        fit_polynomial(np.arange(3), np.arange(3), 1, l2)


def test_bias_variance_add_up_to_the_error():
    """bias² + variance is the mean squared error against the truth."""
    rng = np.random.default_rng(0)
    predictions, truth = rng.normal(1, 2, size=(30, 8)), rng.normal(size=8)

    squared_bias, variance = bias_variance(predictions, truth)

    assert variance == pytest.approx(predictions.var(axis=0).mean())
    assert squared_bias + variance == pytest.approx(np.mean((predictions - truth) ** 2))


def test_bias_falls_and_variance_rises_with_the_degree():
    """The lecture's picture: order 1 is biased, order 5 varies with the training set."""
    rng = np.random.default_rng(0)
    x = np.linspace(-1, 1, 12)
    truth = np.sin(3 * x)
    split = []
    for degree in (1, 5):
        fits = [fit_polynomial(x, truth + rng.normal(0, 0.3, 12), degree) for _ in range(300)]
        predictions = np.polynomial.polynomial.polyval(x, np.array(fits).T)
        split.append(bias_variance(predictions, truth))

    assert split[0][0] > 10 * split[1][0]
    assert split[0][1] < split[1][1]


def test_a_soft_threshold_minimises_the_penalised_distance():
    """S(w) is where ½ (v − w)² + amount · |v| is least; PyTorch calls it softshrink."""
    rng = np.random.default_rng(1)
    weight, amount = rng.normal(size=(3, 4)), 0.7
    grid = np.linspace(-4, 4, 80_001)
    found = soft_threshold(weight, amount)
    for w, s in zip(weight.ravel(), found.ravel(), strict=True):
        assert grid[np.argmin((grid - w) ** 2 / 2 + amount * np.abs(grid))] == pytest.approx(
            s, abs=1e-4
        )
    assert (found[np.abs(weight) <= amount] == 0).all()


def test_priors_are_scipys_and_their_slopes_the_penalties():
    """−log p is that of SciPy's distributions; the difference of two is λΩ's."""
    from scipy.stats import laplace, norm

    rng = np.random.default_rng(4)
    w, v = rng.normal(size=(2, 3, 4))
    for prior, law, penalty, rate in (
        ("gaussian", norm, l2_penalty, 1 / (2 * 0.3**2)),
        ("laplacian", laplace, l1_penalty, 1 / 0.3),
    ):
        cost = negative_log_prior(w, 0.3, prior)

        assert cost == pytest.approx(-law.logpdf(w, scale=0.3).sum())
        assert cost - negative_log_prior(v, 0.3, prior) == pytest.approx(
            rate * (penalty([w]) - penalty([v]))
        )
