"""The judge of training accepts whatever is near the targets, and never raises."""

import numpy as np
import pytest
from hypothesis import given, settings

from autograder.judges import Finding, fits
from tests.plain_data import PLAIN

XOR = {"target": np.array([[0.0], [1.0], [1.0], [0.0]])}
SINE = {"target": np.sin(np.linspace(-3, 3, 21)).reshape(-1, 1)}


@pytest.mark.parametrize("observed", [[[0.2], [0.8], [1.25], [-0.25]], ((0,), (1,), (1,), (0,))])
def test_near_predictions_are_right(observed):
    """Lists, tuples and errors up to the bound pass."""
    assert fits(0.25)(XOR, observed, None) is None


@pytest.mark.parametrize(
    ("observed", "words"),
    [
        (
            np.full((4, 1), 0.5),
            "After training, the largest error is 0.5; it should be at most 0.25.",
        ),
        (np.full((4, 1), np.nan), "After training, the largest error is no number;"),
        (np.zeros(4), "It is an array of shape (4,), where predictions of shape (4, 1)"),
        (None, "It is None, where predictions"),
    ],
)
def test_what_is_wrong_is_told(observed, words):
    """A net without hidden units, one that exploded, and what is no prediction have a sentence."""
    assert fits(0.25)(XOR, observed, None).detail.startswith(words)


@pytest.mark.parametrize("phase", np.linspace(-np.pi, np.pi, 9))
def test_no_straight_line_fits_a_sine(phase):
    """The best network without hidden units misses the bound on a sine of any phase by far."""
    optimize = pytest.importorskip("scipy.optimize")
    x = np.linspace(-3, 3, 21)
    target = np.sin(x + phase)
    best = optimize.linprog(  # the smallest largest error of any line
        [0, 0, 1],
        A_ub=np.block(
            [[x[:, None], np.ones((21, 1)), -np.ones((21, 1))], [-x[:, None], -np.ones((21, 2))]]
        ),
        b_ub=np.concatenate([target, -target]),
        bounds=[(None, None)] * 3,
    )
    line = (best.x[0] * x + best.x[1]).reshape(-1, 1)

    assert best.fun > 0.5
    assert fits(0.35)({"target": target.reshape(-1, 1)}, line, None)


@settings(max_examples=300, deadline=None)
@given(PLAIN)
def test_nothing_makes_the_judge_raise(observed):
    """Whatever comes back, the judge gives a verdict, without a warning."""
    for case in (XOR, SINE, {"target": np.array(1.0)}):
        verdict = fits(0.25)(case, observed, None)

        assert verdict is None or isinstance(verdict, Finding)
