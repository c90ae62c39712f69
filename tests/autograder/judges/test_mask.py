"""Dropout's judges accept every stream of random numbers, refuse every other pattern, never raise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.judges.equal import equal
from autograder.judges.finding import Finding
from autograder.judges.mask import (
    CHERNOFF,
    HOEFFDING,
    _divergence,
    drops_each_alone,
    drops_share,
    gates_and_factor,
    gates_as_forward,
    scales_as_forward,
    scales_kept,
    share_and_factor,
)
from tests.plain_data import PLAIN

SHAPE, CALLS = (51, 79), (20, 13, 15)
RATES = [0.15, 0.25, 0.3, 0.6, 0.7]


def dropped(shape, p, seed):
    """Drop entries of ones."""
    return (np.random.default_rng(seed).random(shape) >= p) / (1 - p)


@pytest.mark.parametrize("p", RATES)
def test_independent_masks_pass(p):
    """None of 100 other streams is refused, neither for its share nor for its pattern."""
    right, calls = dropped(SHAPE, p, 0), dropped(CALLS, p, 0)
    for seed in range(1, 101):
        assert drops_share({"p": p}, dropped(SHAPE, p, seed), right) is None
        assert drops_each_alone({"p": p}, dropped(CALLS, p, seed), calls) is None


@pytest.mark.parametrize("p", RATES)
def test_the_stated_rates_bound_the_exact_ones(p):
    """Binomial tails beyond both bounds are below what the bounds state."""
    stats = pytest.importorskip("scipy.stats")
    n, m, alike = SHAPE[0] * SHAPE[1], 1800, p**2 + (1 - p) ** 2
    gap = np.sqrt(HOEFFDING / n) / np.sqrt(2 * p * (1 - p) / n)
    agree = np.arange(m + 1)
    beyond = np.array([m * _divergence(a / m, alike) > CHERNOFF for a in agree])

    assert 2 * stats.norm.sf(gap) < 1e-7
    assert stats.binom.pmf(agree[beyond], m, alike).sum() < 1.1e-8
    assert stats.binom.pmf(np.arange(196), 195, p).max() ** 19 < 1e-20


@pytest.mark.parametrize(("p", "other"), [(0.15, 0.85), (0.2, 0.58), (0.25, 0.6), (0.6, 0.4)])
def test_another_share_is_refused(p, other):
    """The complement of p, and what a normal number makes of it, are refused in 20 of 20 masks."""
    right = dropped(SHAPE, p, 0)

    assert all(drops_share({"p": p}, dropped(SHAPE, other, s), right) for s in range(20))
    assert "of 4029 entries are 0" in drops_share({"p": p}, right * 0, right).returned


def shared(axis, p, seed):
    """Make masks that are shared along one axis."""
    shape = tuple(1 if i == axis else n for i, n in enumerate(CALLS))
    return np.broadcast_to(dropped(shape, p, seed), CALLS)


def counted(p, seed):
    """Make masks that drop the same number in every call."""
    rng, n = np.random.default_rng(seed), CALLS[1] * CALLS[2]
    masks = [rng.permutation(np.arange(n) >= round(p * n)) for _ in range(CALLS[0])]
    return np.reshape(masks, CALLS) / (1 - p)


@pytest.mark.parametrize("p", RATES)
def test_patterns_are_told(p):
    """What calls, rows or columns share, and counts that never vary, are named each time."""
    right = dropped(CALLS, p, 0)
    for seed in range(1, 11):
        says = [
            drops_each_alone({"p": p}, masks, right).detail
            for masks in (*(shared(axis, p, seed) for axis in range(3)), counted(p, seed))
        ]

        assert [said.split(",")[0] for said in says] == [
            "From call to call",
            "The rows of a batch share their mask: all samples lose the same units.",
            "The columns share their mask: a sample loses all its units or none.",
            "In every call exactly the same number of entries is dropped; by chance it would vary.",
        ]


X = np.array([[2.0, -1.5, 0.5], [3.0, 0.75, -2.0]])
G = np.array([[-1.25, 0.5, 2.0], [1.5, -0.5, 3.0]])
MASK = np.array([[0, 1, 1], [1, 0, 1]]) / 0.7
CASE = {"x": X, "grad_output": G, "p": 0.3}


def test_any_mask_of_the_right_scale_passes():
    """Which entries fell makes no difference; the factor of the others does."""
    other = MASK[:, ::-1]

    assert scales_kept(CASE, X * MASK, X * other) is None
    assert scales_kept(CASE, (X * MASK).tolist(), X * other) is None
    assert "1 is multiplied" not in scales_kept(CASE, X * MASK * 0.7, X * other).detail
    assert "multiplied by 1," in scales_kept(CASE, X * MASK * 0.7, X * other).detail
    assert "by different numbers" in scales_kept(CASE, X * MASK + 0.1, X * other).detail
    assert "by different numbers" in scales_kept(CASE, X * 0, X * other).detail
    assert "by different numbers" in scales_kept(CASE, X * np.nan, X * other).detail
    assert "shape" in scales_kept(CASE, (X * MASK).ravel(), X * other).detail
    assert "return" in scales_kept(CASE, None, X * other).detail


def test_the_gradient_goes_through_the_same_gates():
    """It is compared with the submission's own forward, whatever mask that drew."""
    other = MASK[::-1]
    right = (X * MASK, G * MASK)

    assert gates_as_forward(CASE, (X * other, G * other), right) is None
    assert gates_as_forward(CASE, (X * other, G * other * 0.7), right) is None
    assert "gets a gradient" in gates_as_forward(CASE, (X * other, G * MASK), right).detail
    assert "no gradient" in gates_as_forward(CASE, (X * other, 0 * G), right).detail
    assert "return" in gates_as_forward(CASE, (X * other, None), right).detail
    assert "shape" in gates_as_forward(CASE, (X * other, G.T), right).detail


def test_the_gradient_has_forwards_factor():
    """Another factor than the right forward's is told, also where a made-up forward agrees with it."""
    other = MASK[::-1]
    right = (X * MASK, G * MASK)

    assert scales_as_forward(CASE, (X * other, G * other), right) is None
    assert scales_as_forward(CASE, (X * other * 3, G * other * 3), right) is not None
    said = scales_as_forward(CASE, (X * other, G * other * 0.7), right).detail
    assert said.endswith("is multiplied by 1, where 1.42857 is expected.")
    assert "by different numbers" in scales_as_forward(CASE, (X * other, other), right).detail
    assert "return" in scales_as_forward(CASE, (X * other, None), right).detail


@pytest.mark.parametrize("y", [np.ones(X.shape), np.zeros(X.shape), MASK * np.nan])
def test_a_forward_that_has_no_mask_shows_nothing(y):
    """Where all entries are kept, or none, or none is a number, no gradient can go through the same."""
    assert gates_as_forward(CASE, (y, y), (X * MASK, G * MASK)).detail.startswith(
        "Forward drops no"
    )


WILD = hnp.arrays(
    st.sampled_from(["f8", "g", "i8", "?", "c16", "U2"]), st.sampled_from([(2, 3), (2, 2, 2), (0,)])
)
ANY = st.one_of(PLAIN, WILD, st.tuples(WILD, WILD), st.tuples(PLAIN, WILD))


@pytest.mark.parametrize(
    "judge", [drops_share, scales_kept, drops_each_alone, gates_as_forward, scales_as_forward]
)
@given(ANY, st.one_of(ANY, st.sampled_from([X, (X, G), np.ones((2, 2, 2)), (X * MASK, G * MASK)])))
@settings(max_examples=150, deadline=None)
def test_the_judges_are_total(judge, observed, expected):
    """Any plain data, against any plain data, is accepted or refused: no error, no warning."""
    assert isinstance(judge(CASE, observed, expected), Finding | None)


@given(ANY)
@settings(max_examples=150, deadline=None)
def test_the_fingerprints_are_total(observed):
    """Any plain data has a fingerprint that can be compared with any other."""
    for fingerprint in (share_and_factor, gates_and_factor):
        made = fingerprint(CASE, observed)

        assert isinstance(equal({}, made, made), Finding | None)


def test_fingerprints_name_shares_gates_and_factors():
    """Another stream has the same fingerprint; another share, scale or gate has not."""
    case = {**CASE, "p": 0.2}
    one = share_and_factor(case, dropped(SHAPE, 0.2, 1))

    assert one == share_and_factor(case, dropped(SHAPE, 0.2, 2))
    assert one == {"share": 0.2, "factor": pytest.approx(1.25)}
    assert one != share_and_factor(case, dropped(SHAPE, 0.2, 1) * 0.8)
    assert share_and_factor(case, dropped(SHAPE, 0.8, 1))["share"] == pytest.approx(0.8)
    assert gates_and_factor(CASE, (X * MASK, G * MASK))["gates"] == (False, False)
    assert gates_and_factor(CASE, (X * MASK, G * (MASK == 0)))["opposite"]


@pytest.mark.parametrize("pair", [(0.5, None), (np.array(0.5), "1"), (1.0, [None])])
def test_a_number_without_a_gradient_is_no_pair(pair):
    """What is not made of numbers has no shape to agree with."""
    assert gates_as_forward(CASE, pair, (X * MASK, G * MASK)) is not None
    assert gates_and_factor({"grad_output": np.array(1.0)}, pair) is pair
