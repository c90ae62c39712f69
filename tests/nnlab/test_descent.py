"""Gradient descent, against closed forms, eigenvalues and scipy."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from nnlab.descent import (
    classify_turning_point,
    condition_number,
    gradient_descent,
    largest_stable_lr,
    numerical_gradient,
    sign_descent,
    stochastic_gradient_descent,
)

HESSIAN = np.array([[2.0, 1.0], [1.0, 8.0]])


def lecture_gradient(x):
    """Differentiate x₁² + x₁x₂ + 4x₂²."""
    return HESSIAN @ x


def test_numerical_gradient_of_a_smooth_function():
    """The gradient of Σ sin(x)·c is cos(x)·c, to the accuracy of central differences."""
    rng = np.random.default_rng(0)
    x, c = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))

    measured = numerical_gradient(lambda x: float(np.sum(np.sin(x) * c)), x)

    assert np.allclose(measured, np.cos(x) * c, rtol=0, atol=1e-9)


def test_numerical_gradient_beats_forward_differences():
    """Central differences of a cube err by h², forward differences (scipy's) by h."""
    x, h = np.array([2.0]), 1e-3

    central = numerical_gradient(lambda x: float(x[0] ** 3), x, h)
    forward = approx_fprime(x, lambda x: float(x[0] ** 3), h)

    assert abs(central[0] - 12) == pytest.approx(h**2, rel=1e-4)
    assert abs(forward[0] - 12) == pytest.approx(6 * h, rel=1e-2)


@pytest.mark.parametrize("x", [np.array([3, 1]), [3, 1], np.array([3.0, 1.0], np.float32)])
def test_numerical_gradient_takes_any_numbers(x):
    """Integers, lists and float32 are measured in float64, and stay as they are."""
    before = np.array(x)

    assert np.allclose(numerical_gradient(lambda x: float(x @ x), x), [6, 2], atol=1e-8)
    assert np.array_equal(x, before)


def test_numerical_gradient_of_one_number():
    """An array without axes is one number, and has one slope."""
    assert numerical_gradient(lambda x: float(x**2), np.array(3.0)) == pytest.approx(6)


def test_sign_descent_reaches_a_minimum_on_its_grid():
    """A minimum that lies a whole number of steps away is met, and ends the walk."""
    path = sign_descent(lambda x: 2 * (x + 1), 2, step=0.5, max_steps=100)

    assert path.tolist() == [2.0, 1.5, 1.0, 0.5, 0.0, -0.5, -1.0]


def test_sign_descent_never_settles_off_its_grid():
    """A minimum between the steps is jumped across until max_steps."""
    path = sign_descent(lambda x: 2 * x, 0.75, step=0.5, max_steps=50)

    assert len(path) == 51
    assert set(path[1:]) == {0.25, -0.25}


def test_gradient_descent_follows_the_closed_form():
    """On a quadratic, point k of the path is (I − lr H)^k x₀."""
    path = gradient_descent(lecture_gradient, np.array([3.0, 3.0]), 0.1, max_steps=20)
    step = np.eye(2) - 0.1 * HESSIAN

    expected = [np.linalg.matrix_power(step, k) @ [3, 3] for k in range(21)]
    assert np.allclose(path, expected, rtol=0, atol=1e-12)
    assert np.allclose(path[1], [2.1, 0.3])


def test_gradient_descent_stops_at_the_first_small_change():
    """The last change is within the tolerance in 2-norm, all earlier ones are not."""
    path = gradient_descent(lecture_gradient, np.array([3.0, 3.0]), 0.1, tolerance=1e-6)
    changes = np.linalg.norm(np.diff(path, axis=0), axis=1)

    assert changes[-1] <= 1e-6
    assert np.all(changes[:-1] > 1e-6)


def test_gradient_descent_at_the_minimum_makes_one_update():
    """A start without slope is left by no distance, which ends the walk at once."""
    assert gradient_descent(lecture_gradient, np.zeros(2), 0.1).tolist() == [[0, 0], [0, 0]]


def test_gradient_descent_a_change_equal_to_the_tolerance_is_small_enough():
    """The walk ends where the change is equal to the tolerance."""
    path = gradient_descent(lambda _: np.array([3.0, 4.0]), np.zeros(2), 1.0, tolerance=5.0)

    assert path.tolist() == [[0, 0], [-3, -4]]


def test_gradient_descent_leaves_its_start_alone():
    """Integers are a fine start, the array is not changed, and no two points share memory."""
    start = np.array([3, 3])
    path = gradient_descent(lecture_gradient, start, 0.1, max_steps=2)

    assert start.tolist() == [3, 3]
    assert path.dtype == np.float64
    assert len({tuple(point) for point in path}) == 3


def test_gradient_descent_keeps_float32():
    """A float32 start with a float32 gradient walks in float32."""
    path = gradient_descent(lambda x: 2 * x, np.ones(2, np.float32), 0.1, max_steps=3)

    assert path.dtype == np.float32


def test_gradient_descent_nan_is_not_convergence():
    """A change that is nan is not a small one: the walk goes on to max_steps."""
    path = gradient_descent(lambda x: x * np.nan, np.ones(2), 0.1, max_steps=7)

    assert len(path) == 8


@pytest.mark.parametrize("seed", range(5))
def test_largest_stable_lr_is_the_border(seed):
    """One percent below it the walk shrinks, one percent above it grows."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(4, 4))
    hessian = root @ root.T + 0.1 * np.eye(4)
    border, start = largest_stable_lr(hessian), rng.normal(size=4)

    sizes = [
        np.linalg.norm(gradient_descent(lambda x: hessian @ x, start, lr, max_steps=900)[-1])
        for lr in (0.99 * border, 1.01 * border)
    ]
    assert sizes[0] < np.linalg.norm(start) < sizes[1]


def test_largest_stable_lr_of_the_lecture():
    """The lecture's example diverges above 2 / (5 + √10)."""
    assert largest_stable_lr(HESSIAN) == pytest.approx(2 / (5 + np.sqrt(10)), rel=1e-12)


@pytest.mark.parametrize(
    "hessian", [[[1.0, 0.0], [0.0, -1.0]], [[1.0, 2.0], [0.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]]
)
def test_largest_stable_lr_wants_a_bowl(hessian):
    """A saddle, a plain and a matrix that is no Hessian have no largest stable rate."""
    with pytest.raises(ValueError, match="symmetric with positive eigenvalues, got"):
        largest_stable_lr(np.array(hessian))


def test_sgd_visits_every_example_once_an_epoch():
    """Each epoch is a permutation of the examples, and not always the same."""
    visits = []

    def gradient(x, i):
        visits.append(i)
        return x * 0

    path = stochastic_gradient_descent(
        gradient, np.zeros(2), 6, 0.1, 5, rng=np.random.default_rng(0)
    )
    epochs = [tuple(visits[start : start + 6]) for start in range(0, 30, 6)]
    assert path.shape == (31, 2)
    assert all(sorted(epoch) == list(range(6)) for epoch in epochs)
    assert len(set(epochs)) > 1


def test_sgd_takes_the_step_of_each_example_in_turn():
    """Each point is the one before minus lr times the gradient of one example, at that point."""
    targets = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]])
    order = []

    def gradient(x, i):
        order.append(i)
        return 2 * (x - targets[i])

    start = np.array([1, 1])
    path = stochastic_gradient_descent(gradient, start, 3, 0.1, 2, rng=np.random.default_rng(1))

    steps = [-0.2 * (x - targets[i]) for x, i in zip(path[:-1], order, strict=True)]
    assert np.allclose(np.diff(path, axis=0), steps, rtol=0, atol=1e-15)
    assert start.tolist() == [1, 1]


def test_sgd_repeats_with_the_same_generator():
    """The same seed gives the same path, another seed another one."""
    paths = [
        stochastic_gradient_descent(
            lambda x, i: x - i, np.zeros(1), 5, 0.1, 2, rng=np.random.default_rng(seed)
        )
        for seed in (3, 3, 4)
    ]

    assert np.array_equal(paths[0], paths[1])
    assert not np.array_equal(paths[0], paths[2])


@pytest.mark.parametrize(
    ("f", "slope", "bend", "x", "word"),
    [
        (np.cos, lambda t: -np.sin(t), lambda t: -np.cos(t), 0.0, "maximum"),
        (np.cosh, np.sinh, np.cosh, 0.0, "minimum"),
        (np.exp, np.exp, np.exp, 0.0, "none"),
        (lambda t: t**3, lambda t: 3 * t**2, lambda t: 6 * t, 0.0, "undecided"),
        (lambda t: t**4, lambda t: 4 * t**3, lambda t: 12 * t**2, 0.0, "undecided"),
    ],
)
def test_turning_points_are_what_their_neighbours_say(f, slope, bend, x, word):
    """A minimum is below its neighbours, a maximum above; where f'' is 0, anything may be."""
    here, left, right = f(x), f(x - 1e-2), f(x + 1e-2)

    assert classify_turning_point(slope, bend, x) == word
    assert word != "minimum" or here < min(left, right)
    assert word != "maximum" or here > max(left, right)
    assert word != "none" or left < here < right


def test_a_condition_number_is_numpys_and_slows_descent():
    """It is the ratio of singular values; the larger it is, the more steps descent needs."""
    rng = np.random.default_rng(2)
    half = rng.normal(size=(5, 5))
    steps = []
    for kappa in (2.0, 10.0, 50.0):
        hessian = np.diag([1.0, kappa])
        path = gradient_descent(lambda x, h=hessian: h @ x, np.ones(2), 1 / kappa, max_steps=5000)
        steps.append(len(path))

        assert condition_number(hessian) == pytest.approx(kappa)
    assert condition_number(half + half.T) == pytest.approx(np.linalg.cond(half + half.T))
    assert steps == sorted(steps)
    assert steps[2] > 10 * steps[0]
