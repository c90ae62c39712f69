"""The slope of ReLU: exact beside 0, and anything between the slopes at 0."""

import numpy as np
import pytest

from autograder.judges.kink import slope_of_relu

CASE = {"x": np.array([-1e-6, 0.0, 2.0])}
RIGHT = np.array([0.0, 0.0, 1.0])


@pytest.mark.parametrize("at_0", [0.0, 0.5, 1.0])
def test_any_slope_between_is_right_at_the_kink(at_0):
    """There is no derivative at 0, so that 0, ½ and 1 are as good."""
    assert slope_of_relu(CASE, np.array([0, at_0, 1]), RIGHT) is None


@pytest.mark.parametrize(
    "wrong", [[0, np.nan, 1], [0, -0.5, 1], [0, 1.5, 1], [1, 1, 1], [0, 0, 2], [0, 1], None, "one"]
)
def test_what_is_no_slope_of_relu_is_refused(wrong):
    """Neither nan nor what lies outside, nor another number beside 0, nor what is not an array of slopes."""
    observed = np.array(wrong) if isinstance(wrong, list) else wrong

    assert slope_of_relu(CASE, observed, RIGHT)


def test_two_answers_that_differ_at_the_kink_alone_are_the_same():
    """A mistake is known whatever it answers at 0."""
    assert slope_of_relu.same(CASE, np.array([1, 1, 1]), np.array([1, 0, 1]))
