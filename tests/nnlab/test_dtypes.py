"""The engine answers the same numbers alike, whatever their type, their layout and the number of axes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlab import activations, hebb, hopfield, losses, perceptron, preprocessing, regularization
from nnlab.arrays import floats

INTEGERS = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.int64)
ELEMENTWISE = (
    *(activations.linear, activations.sigmoid, activations.tanh, activations.relu),
    *(activations.linear_derivative, activations.sigmoid_derivative, activations.tanh_derivative),
    *(activations.relu_derivative, hebb.to_bipolar),
)
WEIGHT = np.array([1.5, -2.0, 0.25])
TARGET = np.array([1, 0, 0, 1])


def whole_scale(x):
    """Fit and transform with all three scalers."""
    scalers = (
        preprocessing.StandardScaler(),
        preprocessing.MinMaxScaler(),
        preprocessing.PCAWhitening(),
    )
    return [np.abs(scaler.fit(x).transform(x)) for scaler in scalers]


OF_ROWS = {
    "softmax": activations.softmax,
    "cross entropy": lambda x: losses.CrossEntropyLoss()(x, np.array([0, 1, 2, 0])),
    "mean squared error": lambda x: losses.MSELoss()(x, np.ones((4, 3))),
    "hebb.predict": lambda x: hebb.predict(WEIGHT, 0.5, x),
    "hebb.train": lambda x: hebb.train(x, np.array([1, -1, -1, 1])),
    "augment": perceptron.augment,
    "perceptron.predict": lambda x: perceptron.predict(WEIGHT, x),
    "criterion": lambda x: perceptron.criterion(WEIGHT, x, TARGET),
    "criterion gradient": lambda x: perceptron.criterion_gradient(WEIGHT, x, TARGET),
    "scalers": whole_scale,
    "l2 penalty": lambda x: regularization.l2_penalty([x]),
    "l2 gradient": lambda x: regularization.l2_gradient([x]),
    "l1 penalty": lambda x: regularization.l1_penalty([x]),
    "l1 gradient": lambda x: regularization.l1_gradient([x]),
}


def values_of(dtype):
    """Draw 4 rows of 3 numbers of the whole range of a type, up to ±10,000, and both its ends."""
    info = np.iinfo(dtype)
    numbers = st.integers(max(info.min, -10_000), min(info.max, 10_000))
    return st.lists(numbers, min_size=12, max_size=12).map(
        lambda drawn: np.array(drawn, dtype=dtype).reshape(4, 3)
    )


def same(mine, right):
    """Compare values, or lists of values, as numbers."""
    for one, other in zip(
        mine if isinstance(mine, list) else [mine],
        right if isinstance(right, list) else [right],
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("function", ELEMENTWISE, ids=lambda f: f.__name__)
@settings(max_examples=20)
@given(data=st.data())
def test_integers_of_any_size_count_as_the_same_floats(function, dtype, data):
    """No small integer wraps around, and no result is cut to the type of the input."""
    x = data.draw(values_of(dtype))

    same(function(x), function(x.astype(float)))


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("name", OF_ROWS)
@settings(max_examples=20)
@given(data=st.data())
def test_rows_of_integers_count_as_the_same_floats(name, dtype, data):
    """Penalties, losses, rules and scalers compute with numbers, not with bytes."""
    x = data.draw(values_of(dtype))

    same(OF_ROWS[name](x), OF_ROWS[name](x.astype(float)))


@pytest.mark.parametrize("dtype", INTEGERS)
def test_labels_may_have_any_integer_type(dtype):
    """Files of digits hold labels of type uint8."""
    x = np.array([[0.5, 2.0, -1.0], [1.0, 0.0, 3.0], [2.0, 2.0, 1.0], [0.0, -1.0, 4.0]])
    labels, classes = np.array([1, 0, 0, 1]), np.array([0, 2, 1, 0])
    small, small_classes = labels.astype(dtype), classes.astype(dtype)

    same(losses.one_hot(small_classes, 3), losses.one_hot(classes, 3))
    same(losses.CrossEntropyLoss()(x, small_classes), losses.CrossEntropyLoss()(x, classes))
    same(perceptron.criterion(WEIGHT, x, small), perceptron.criterion(WEIGHT, x, labels))
    same(
        perceptron.criterion_gradient(WEIGHT, x, small),
        perceptron.criterion_gradient(WEIGHT, x, labels),
    )
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    fit = perceptron.train(
        corners, np.array([0, 0, 0, 1], dtype=dtype), rng=np.random.default_rng(0)
    )
    assert perceptron.predict(fit.weight, perceptron.augment(corners)).tolist() == [0, 0, 0, 1]
    separable = np.array([[3.0, 1.0], [-3.0, 1.0]])
    bound = perceptron.novikoff_bound(separable, np.array([1, 0], dtype=dtype), np.array([2.0, 0]))
    assert bound == pytest.approx(10 / 9)


def test_patterns_may_have_any_signed_type():
    """131 patterns of int8 add up to more than int8 holds."""
    patterns = np.random.default_rng(0).choice([-1, 1], size=(131, 5))

    same(hopfield.store(patterns.astype(np.int8)), hopfield.store(patterns))
    weight = hopfield.store(patterns)
    same(hopfield.energy(weight, patterns[0].astype(np.int8)), hopfield.energy(weight, patterns[0]))


@pytest.mark.parametrize("function", ELEMENTWISE, ids=lambda f: f.__name__)
def test_axes_and_layout_change_nothing(function):
    """One number, one axis, three axes, a column-major array and every second row give the same."""
    x = np.random.default_rng(0).normal(size=(4, 3, 2))
    right = function(x)

    same(function(np.asfortranarray(x)), right)
    same(function(np.repeat(x, 2, axis=0)[::2]), right)
    same(function(x[1]), right[1])
    same(function(x[1, 2]), right[1, 2])
    same(function(np.array(x[1, 2, 0])), right[1, 2, 0])
    assert function(x[:0]).shape == (0, 3, 2)


@pytest.mark.parametrize("function", ELEMENTWISE, ids=lambda f: f.__name__)
def test_float32_stays_float32(function):
    """Whoever computes with half the memory keeps it."""
    assert function(np.ones((2, 2), dtype=np.float32)).dtype == np.float32


def test_floats_leaves_floats_alone():
    """Nothing is copied that need not be, and lists become arrays."""
    x = np.ones(3, dtype=np.float32)

    assert floats(x) is x
    assert floats([1, 2]).dtype == np.float64
    assert floats(np.array([True])).tolist() == [1.0]
