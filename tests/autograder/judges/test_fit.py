"""The judge of training accepts whatever is near the targets, and never raises."""

import numpy as np
import pytest
from hypothesis import given, settings

from autograder.judges.finding import Finding
from autograder.judges.fit import fits
from tests.plain_data import PLAIN, evidence

XOR = {"target": np.array([[0.0], [1.0], [1.0], [0.0]])}
SINE = {"target": np.sin(np.linspace(-3, 3, 21)).reshape(-1, 1)}


RIGHT = {
    "outputs": np.array([[0.1], [0.9], [0.95], [0.02]]),
    "losses": np.array([0.7, 0.4, 0.2, 0.1]),
}


@pytest.mark.parametrize("convert", [np.array, np.ndarray.tolist, lambda x: 1.0005 * x])
def test_who_goes_the_way_of_the_reference_is_right(convert):
    """Lists and rounding pass."""
    assert fits(0.25)(XOR, {name: convert(part) for name, part in RIGHT.items()}, RIGHT) is None


@pytest.mark.parametrize(
    "made_up",
    [
        {"outputs": XOR["target"]},
        {"outputs": XOR["target"], "losses": []},
        {"outputs": XOR["target"], "losses": np.zeros(4)},
        {"outputs": XOR["target"], "losses": np.geomspace(0.7, 0.1, 4)},
        {**RIGHT, "outputs": XOR["target"]},
        {**RIGHT, "losses": RIGHT["losses"] * [1, 1, 1.1, 1]},
        {**RIGHT, "losses": RIGHT["losses"] * [1, np.nan, 1, 1]},
    ],
)
def test_targets_that_are_handed_back_were_not_learned(made_up):
    """Only training tells the losses on the way; outputs that fit are not enough."""
    assert "goes another way" in fits(0.25)(XOR, made_up, RIGHT).detail


@pytest.mark.parametrize(
    ("observed", "words"),
    [
        (
            {**RIGHT, "outputs": np.full((4, 1), 0.5)},
            "After training, the largest error is 0.5; it should be at most 0.25.",
        ),
        (
            {**RIGHT, "outputs": np.full((4, 1), np.nan)},
            "After training, the largest error is no number;",
        ),
        ({**RIGHT, "outputs": np.zeros(4)}, "It is an array of shape (4,), where predictions of"),
        (None, "It is None, where predictions"),
    ],
)
def test_what_is_wrong_is_told(observed, words):
    """A net without hidden units, one that exploded, and what is no prediction have a sentence."""
    assert fits(0.25)(XOR, observed, RIGHT).detail.startswith(words)


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
    right = {"outputs": target.reshape(-1, 1), "losses": np.ones(1)}
    assert (
        "largest error"
        in fits(0.5)({"target": right["outputs"]}, {**right, "outputs": line}, right).detail
    )


@settings(max_examples=300, deadline=None)
@given(PLAIN | evidence(outputs=PLAIN, losses=PLAIN))
def test_nothing_makes_the_judge_raise(observed):
    """Whatever comes back, the judge gives a verdict, without a warning."""
    for case in (XOR, SINE, {"target": np.array(1.0)}):
        assert isinstance(fits(0.25)(case, observed, RIGHT), Finding | None)
