"""The Hopfield network: energies by enumeration, memories by recall."""

from itertools import product

import numpy as np
import pytest

from nnlab.hopfield import energy, recall, store


def patterns(n_patterns, units, seed=0):
    """Draw random patterns of −1 and +1."""
    return np.random.default_rng(seed).choice([-1, 1], size=(n_patterns, units))


def test_store_is_hebbs_rule_between_units():
    """Each weight is the sum over the patterns of the product of its two units."""
    p = patterns(3, 5)
    weight = store(p)

    for i, j in product(range(5), repeat=2):
        assert weight[i, j] == (0 if i == j else sum(pattern[i] * pattern[j] for pattern in p))


def test_store_leaves_the_patterns_alone():
    """The patterns stay as they are."""
    p = patterns(2, 4)
    store(p)

    assert np.array_equal(p, patterns(2, 4))


@pytest.mark.parametrize("bad", [0, 2, float("nan")])
def test_store_wants_bipolar_patterns(bad):
    """A 0 among the patterns is refused, as is anything but −1 and +1."""
    with pytest.raises(ValueError, match="patterns must hold −1 and \\+1 only, got"):
        store(np.array([[1, -1, bad]]))


def test_energy_counts_every_pair_once():
    """E is minus the sum over pairs of weight times agreement."""
    weight, state = store(patterns(3, 6)), patterns(1, 6, seed=9)[0]

    pairs = sum(weight[i, j] * state[i] * state[j] for i in range(6) for j in range(i))
    assert energy(weight, state) == -pairs


def test_a_single_memory_is_the_lowest_state():
    """With one pattern stored, it and its negative have the lowest energy of all states."""
    p = patterns(1, 6)
    states = [np.array(state) for state in product([-1, 1], repeat=6)]
    energies = [energy(store(p), state) for state in states]

    lowest = {tuple(s) for s, e in zip(states, energies, strict=True) if e == min(energies)}
    assert lowest == {tuple(p[0]), tuple(-p[0])}


@pytest.mark.parametrize("seed", range(5))
def test_recall_repairs_damaged_patterns(seed):
    """Three patterns in 100 units come back with a tenth of their units flipped."""
    p = patterns(3, 100, seed)
    rng = np.random.default_rng(seed)
    for pattern in p:
        damaged = pattern.copy()
        damaged[rng.choice(100, 10, replace=False)] *= -1

        assert np.array_equal(recall(store(p), damaged, rng=rng), pattern)


@pytest.mark.parametrize("seed", range(10))
def test_recall_ends_where_no_unit_wants_to_change(seed):
    """The result is stable, and its energy not above the start's, however full the memory."""
    weight, start = store(patterns(20, 30, seed)), patterns(1, 30, seed + 50)[0]
    before = start.copy()
    end = recall(weight, start, rng=np.random.default_rng(seed))

    assert np.all(end * (weight @ end) >= 0)
    assert energy(weight, end) <= energy(weight, start)
    assert np.array_equal(start, before)


def test_recall_a_unit_without_input_stays():
    """Without any weights every state is stable."""
    state = patterns(1, 7)[0]

    assert recall(np.zeros((7, 7)), state, rng=np.random.default_rng(0)).tolist() == state.tolist()


@pytest.mark.parametrize(
    "weight", [np.eye(2), np.array([[0, 1], [-1, 0]]), np.full((2, 2), np.nan)]
)
def test_recall_wants_symmetric_weights(weight):
    """Weights that could make it run for ever are refused."""
    with pytest.raises(ValueError, match="weight must be symmetric with a zero diagonal, got"):
        recall(weight, np.array([1, -1]), rng=np.random.default_rng(0))
