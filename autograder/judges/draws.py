"""The judge of random weights: any are right that come from the generator that was given.

The evidence is the weights of all layers of three networks: `first` and `again` are made from equal
generators, `other` from another one. Two draws of float64 agree with a probability of about 2⁻⁵³ a
number, so comparing a layer's numbers raises a false alarm less than once in 10¹⁵. The nearest
mistakes, a seed of one's own for the network or for each layer, are caught every time.
"""

from itertools import combinations
from typing import Any

import numpy as np

from autograder.judges.finding import Finding
from autograder.judges.judge import Case, judge
from autograder.judges.numbers import as_reals
from autograder.judges.values import shape_of, value

__all__ = ["comes_from_generator", "draws_fingerprint"]

NETWORKS = ("first", "again", "other", "next")
MOST_LAYERS = 20


def draws_fingerprint(_case: Case, observed: Any) -> Any:
    """Identify random weights by what they agree with."""
    networks = _read(observed)
    if networks is None:
        return shape_of(observed)
    first, again, other, later = networks
    return {
        "shapes": [list(weight.shape) for weight in first],
        "again": [bool(np.array_equal(*pair)) for pair in zip(first, again, strict=False)],
        "other": [bool(np.array_equal(*pair)) for pair in zip(first, other, strict=False)],
        "next": [bool(np.array_equal(*pair)) for pair in zip(first, later, strict=False)],
        "repeated": _repeated(first),
    }


@judge(
    "Weights must repeat for an equal generator, and differ for another, for a second network from the "
    "same one, and from layer to layer.",
    chance=1e-15,
    property_only=True,
    fingerprint=draws_fingerprint,
)
def comes_from_generator(_case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept weights that follow the generator, with numbers of its own for every layer."""
    shapes = [np.shape(weight) for weight in expected["first"]]
    networks = _read(observed)
    if networks is None:
        return Finding(f"It is {shape_of(observed)}, where the weights of networks are expected.")
    for network in networks:
        mine = [weight.shape for weight in network]
        if mine != shapes:
            return Finding(
                f"The weights have the shapes {value(mine)}, where {shapes} are expected."
            )
    wrong = _wrong_draws(*networks)
    return (
        Finding(wrong, "the weights of four networks", "weights that follow the generator")
        if wrong
        else None
    )


def _wrong_draws(first: list[Any], again: list[Any], other: list[Any], later: list[Any]) -> str:
    """Say how the weights fail to follow the generator; empty if they do follow it."""
    if not all(map(np.array_equal, first, again)):
        return "Two networks from equal generators have different weights."
    if any(map(np.array_equal, first, other)):
        return "Networks from different generators have the same weights."
    if any(map(np.array_equal, first, later)):
        return "A second network from the same generator has the same weights as the first."
    if _repeated(first):
        return "Two layers begin with the same numbers: each should draw its own."
    return ""


def _read(observed: Any) -> list[list[Any]] | None:
    """Read four lists of arrays of numbers, or None."""
    if not isinstance(observed, dict) or observed.keys() != set(NETWORKS):
        return None
    networks = []
    for name in NETWORKS:
        if not isinstance(observed[name], list) or len(observed[name]) > MOST_LAYERS:
            return None
        network = [as_reals(weight) for weight in observed[name]]
        if any(weight is None for weight in network):
            return None
        networks.append(network)
    return networks


def _repeated(network: list[Any]) -> bool:
    """Return whether two layers begin with the same numbers; a single number does not count."""
    for one, other in combinations(network, 2):
        size = min(one.size, other.size)
        if size > 1 and np.array_equal(one.ravel()[:size], other.ravel()[:size]):
            return True
    return False
