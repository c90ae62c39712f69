"""The Hopfield judges accept every state at rest, refuse the others, and never raise."""

import warnings
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.judges.attractor import arrives, rests, wanders
from autograder.judges.equal import equal
from autograder.judges.finding import Finding
from tests.plain_data import PLAIN, evidence

PAIR = {"weight": np.array([[0.0, -1.0], [-1.0, 0.0]]), "state": np.array([1, 1])}
RIVALS = {"weight": np.kron(np.eye(3), PAIR["weight"]), "state": np.ones(6), "recalls": 12}
EITHER = [np.array([1.0, -1.0]), np.array([-1.0, 1.0])]


@pytest.mark.parametrize("state", [[1, -1], (-1, 1), np.array([1.0, -1.0]), np.int8([-1, 1])])
def test_any_state_at_rest_is_right(state):
    """Two units that want to differ may end either way, in any plain form."""
    assert rests(PAIR, state, None) is None


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ([1, 1], "2 of 2 units still want to change, such as 0, 1."),
        ([1, 0], "A unit is 0, where −1 or +1 is expected."),
        ([1, -0.9999999], "A unit is -0.9999999, where −1 or +1 is expected."),
        ([1, float("nan")], "A unit is nan, where −1 or +1 is expected."),
        ([1, -1, 1], "It is a list of length 3, where a state of shape (2,) is expected."),
        (None, "It is None, where a state of shape (2,) is expected. Is a `return` missing?"),
        ("+-", "It is a string, where a state of shape (2,) is expected."),
    ],
)
def test_other_states_are_told_why(state, says):
    """A restless unit, another number and another shape are named."""
    assert rests(PAIR, state, None).detail == says


def test_a_rest_above_the_start_is_refused():
    """A state at rest of higher energy cannot come from updates that never raise it."""
    chain = np.zeros((4, 4))
    chain[[0, 1, 2], [1, 2, 3]] = 3, -1, 3
    case = {"weight": chain + chain.T, "state": np.array([1, 1, -1, -1])}

    assert rests(case, [1, 1, -1, -1], None) is None
    assert rests(case, [1, 1, 1, 1], None).detail == "The energy is higher than at the start."


def test_what_is_given_up_on_the_way_is_known_as_that():
    """States that still move have one fingerprint, wherever they are; those at rest have their own."""
    weight = np.diag([4.0, 3.0, 2.0, 1.0], 1)
    case = {"weight": weight + weight.T, "state": np.array([1, 1, -1, -1, -1])}
    end, early, late = np.ones(5), np.array([1, 1, 1, -1, -1]), np.array([1, 1, 1, 1, -1])

    assert arrives(case, end, end) is None
    assert arrives(case, early, end) is not None
    assert equal(case, arrives.fingerprint(case, early), arrives.fingerprint(case, late)) is None
    assert equal(case, arrives.fingerprint(case, early), arrives.fingerprint(case, end)) is not None


@pytest.mark.parametrize("seed", range(5))
def test_the_judge_agrees_with_enumeration(seed):
    """Of all states of five units exactly those are accepted that no single flip improves."""
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.normal(size=(5, 5)), 1)
    weight = upper + upper.T
    states = [np.array(state) for state in product([-1.0, 1.0], repeat=5)]
    energies = {tuple(s): -0.5 * s @ weight @ s for s in states}
    start = states[int(rng.integers(0, 32))]
    for state in states:
        flips = [state * np.where(np.arange(5) == i, -1, 1) for i in range(5)]
        here = energies[tuple(state)]
        stable = all(energies[tuple(flip)] >= here for flip in flips)
        right = stable and here <= energies[tuple(start)]

        assert (rests({"weight": weight, "state": start}, state, None) is None) == right


def recalls(order, seeds):
    """Recall by the book, with an order of units that is a function of the generator."""
    ends = []
    for seed in seeds:
        rng, state = np.random.default_rng(seed), RIVALS["state"].copy()
        for _ in range(4):
            for unit in order(rng):
                state[unit] = np.sign(RIVALS["weight"][unit] @ state) or state[unit]
        ends.append(state)
    return ends


def test_random_orders_are_accepted_and_fixed_ones_refused():
    """Twelve seeds that end alike show an order that is not random."""
    seeds = range(12)
    free = recalls(lambda rng: rng.permutation(6), seeds)
    fixed = recalls(lambda _: range(6), seeds)
    other = recalls(lambda rng: rng.permutation(6), range(50, 62))

    assert wanders(RIVALS, {"ends": free, "again": free}, None) is None
    assert "same state" in wanders(RIVALS, {"ends": fixed, "again": fixed}, None).detail
    assert "other states" in wanders(RIVALS, {"ends": free, "again": other}, None).detail


def test_false_alarms_are_as_rare_as_stated():
    """The ends of a random order are uniform over 8, so that 12 agree with probability 8^-11."""
    ends = recalls(lambda rng: rng.permutation(6), range(4000))
    counts = np.unique(np.array(ends)[:, ::2], axis=0, return_counts=True)[1]

    assert len(counts) == 8
    assert ((counts - 500) ** 2 / 500).sum() < 40  # χ² with 7 degrees: 1e-6
    assert 8.0**-11 < 1e-6


def test_fingerprints_tell_behaviours_apart():
    """Orders that differ are one behaviour; a restless state, another end of a fixed order are not."""
    free = recalls(lambda rng: rng.permutation(6), range(12))
    other = recalls(lambda rng: rng.permutation(6), range(50, 62))
    forth = recalls(lambda _: range(6), range(12))
    back = recalls(lambda _: range(5, -1, -1), range(12))

    def fixed(ends):
        return wanders.fingerprint(RIVALS, {"ends": ends, "again": ends})

    assert equal({}, rests.fingerprint(PAIR, EITHER[0]), rests.fingerprint(PAIR, EITHER[1])) is None
    assert equal({}, rests.fingerprint(PAIR, EITHER[0]), rests.fingerprint(PAIR, [1, 1]))
    assert equal({}, fixed(free), fixed(other)) is None
    assert equal({}, fixed(forth), fixed(back))


STATES = st.one_of(PLAIN, st.lists(st.sampled_from([-1, 1, 0]), min_size=6, max_size=6))
ROWS = st.one_of(
    PLAIN,
    evidence(
        ends=st.lists(STATES, min_size=12, max_size=12),
        again=st.lists(STATES, min_size=12, max_size=12),
    ),
)


@given(st.one_of(PLAIN, STATES), ROWS)
@settings(max_examples=300, deadline=None)
def test_the_judges_are_total(state, rows):
    """Any plain data is judged and has a fingerprint, without error or warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        assert isinstance(rests(RIVALS, state, None), Finding | None)
        assert isinstance(wanders(RIVALS, rows, None), Finding | None)
        assert equal({}, rests.fingerprint(RIVALS, state), rests.fingerprint(RIVALS, state)) is None
        assert (
            equal({}, wanders.fingerprint(RIVALS, rows), wanders.fingerprint(RIVALS, rows)) is None
        )
