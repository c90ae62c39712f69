"""The Hopfield network: a memory that finds a stored pattern from a damaged one (1982).

All units are joined to all others, both ways. Storing is Hebb's rule between every
two units; recalling lets one unit after the other do what its neighbours ask, which
never raises the energy. Left out: learning rules that store more than ~0.14 n patterns.
"""

import numpy as np

from nnlab.arrays import Array

__all__ = ["energy", "recall", "store"]


def store(patterns: Array) -> Array:
    """Store patterns by Hebb's rule; return the weights between the units.

    W = Σ p pᵀ over the patterns, then Wᵢᵢ = 0: no unit listens to itself

    A plain sum, as in Hopfield's paper; others divide by the number of units.

    Shape: patterns (n_patterns, units) of −1 and +1, of any number type, also int8; the result
        (units, units).
    Raises: ValueError if a number other than −1 and +1 is in the patterns.
    Source: slides, "Short History"; Hopfield 1982, eq. 2.

    >>> store(np.array([[1, -1, 1], [1, 1, 1]])).tolist()
    [[0.0, 0.0, 2.0], [0.0, 0.0, 0.0], [2.0, 0.0, 0.0]]
    """
    patterns = np.asarray(patterns, dtype=float)
    if not np.all(np.abs(patterns) == 1):
        raise ValueError(f"patterns must hold −1 and +1 only, got {np.unique(patterns).tolist()}")
    weight = patterns.T @ patterns  # (units, n_patterns) @ (n_patterns, units)
    np.fill_diagonal(weight, 0)
    return weight


def energy(weight: Array, state: Array) -> float:
    """Measure how much the units disagree with what their neighbours ask.

    E = −½ sᵀ W s

    Shape: weight (units, units), state (units,) of −1 and +1; the result a number.
    Source: Hopfield 1982, eq. 7.

    >>> energy(np.array([[0.0, 2.0], [2.0, 0.0]]), np.array([1, -1]))
    2.0
    """
    return float(-0.5 * state @ weight @ state)


def recall(weight: Array, state: Array, *, rng: np.random.Generator) -> Array:
    """Update unit after unit, each from the newest states, until none wants to change.

    sᵢ ← sign(Σⱼ Wᵢⱼ sⱼ), and where that sum is 0 unit i stays as it is

    Go through all units in a random order that rng draws, again and again, in a new order
    each time or in the same; stop after a round in which no unit changed. The state you are
    given stays as it is.

    Shape: weight (units, units), state (units,) of −1 and +1; the result (units,).
    Raises: ValueError unless weight is symmetric with a zero diagonal: otherwise it may never end.
        Weights that are symmetric but for rounding may be taken or refused.
    Source: Hopfield 1982, eq. 1.

    >>> weight = store(np.array([[1, 1, -1, -1]]))
    >>> recall(weight, np.array([1, 1, 1, -1]), rng=np.random.default_rng(0)).tolist()
    [1.0, 1.0, -1.0, -1.0]
    """
    if not np.array_equal(weight, weight.T) or np.any(np.diag(weight)):
        raise ValueError(f"weight must be symmetric with a zero diagonal, got\n{weight}")
    state, changed = np.array(state, dtype=float), True
    while changed:
        changed = False
        for unit in rng.permutation(len(state)):
            wish = np.sign(weight[unit] @ state) or state[unit]
            changed = changed or wish != state[unit]
            state[unit] = wish
    return state
