"""Activation functions against SciPy, closed forms and central differences."""

import numpy as np
import pytest

from nnlab import activations
from nnlab.activations import linear, relu, sigmoid, softmax, tanh
from tests.nnlab.central_differences import central_differences, close

NAMES = ["linear", "sigmoid", "tanh", "relu"]
HUGE = np.array([-1e4, -1000.0, -710.0, -40.0, -0.0, 0.0, 40.0, 710.0, 1000.0, 1e4])


def test_sigmoid_is_scipys_expit_with_all_its_digits():
    """Sigmoid agrees with scipy.special.expit, relative to every single value, down to exp(−700)."""
    special = pytest.importorskip("scipy.special")
    x = np.linspace(-700, 700, 2001)

    np.testing.assert_allclose(sigmoid(x), special.expit(x), rtol=1e-14)


def test_closed_forms():
    """Linear, tanh and relu are what their formulas say."""
    x = np.random.default_rng(0).normal(size=(3, 4))

    assert np.array_equal(linear(x), x)
    assert np.array_equal(relu(x), np.where(x > 0, x, 0))
    assert close(tanh(x), (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)), 1e-14)
    assert close(tanh(x), 2 * sigmoid(2 * x) - 1, 1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_derivatives_are_what_central_differences_measure(name):
    """Every derivative agrees with central differences of its function, away from the kink."""
    x = np.random.default_rng(1).normal(size=(5, 3))
    x = np.where(np.abs(x) < 0.01, 0.5, x)
    function, derivative = (getattr(activations, n) for n in (name, name + "_derivative"))

    assert close(derivative(x), central_differences(lambda x: function(x).sum(), x), 1e-8)


def test_relu_derivative_at_the_kink_is_zero():
    """At 0 and at −0 the derivative of relu is 0, as PyTorch has it."""
    assert activations.relu_derivative(np.array([0.0, -0.0])).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("name", [*NAMES, *(name + "_derivative" for name in NAMES), "softmax"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_inputs_are_finite_silent_and_keep_their_dtype(name, dtype):
    """Up to ±10,000 everything is finite, without a warning, of x's dtype, and leaves x alone."""
    x = HUGE.astype(dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        result = getattr(activations, name)(x)

    assert np.isfinite(result).all()
    assert result.dtype == dtype
    assert result.shape == x.shape
    assert np.array_equal(x, HUGE.astype(dtype))


@pytest.mark.parametrize("axis", [-1, 0, 1, 2])
def test_softmax_is_scipys_along_every_axis(axis):
    """Softmax agrees with scipy.special.softmax along any axis; without one it is the last."""
    special = pytest.importorskip("scipy.special")
    x = np.random.default_rng(2).normal(0, 5, size=(2, 3, 4))

    assert close(softmax(x, axis=axis), special.softmax(x, axis=axis), 1e-14)
    assert np.array_equal(softmax(x), softmax(x, axis=-1))


def test_softmax_does_not_see_a_constant_added_to_a_row():
    """Scores shifted by any constant give the same probabilities, which add up to 1."""
    x = np.random.default_rng(3).normal(size=(5, 4))

    assert close(softmax(x + 9000), softmax(x), 1e-11)
    assert close(softmax(1e4 * x).sum(axis=1), np.ones(5), 1e-14)
