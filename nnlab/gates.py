"""McCulloch–Pitts neurons: a weighted sum of 0/1 inputs, compared with a threshold.

The first model of a neuron (1943). Its weights are designed by hand, nothing is
learnt. One neuron draws one line, so it can be AND, OR or NOT, but never XOR:
that takes a small network of them.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np

from nnlab.arrays import Array, Labels
from nnlab.datasets import truth_table

__all__ = [
    "McCullochPitts",
    "and_gate",
    "and_gate_of",
    "blueberry_neuron",
    "find_neuron",
    "not_gate",
    "or_gate",
    "or_gate_of",
    "step",
    "threshold_interval",
    "xor_product_of_sums",
    "xor_sum_of_products",
]


def step(x: Array, threshold: float = 0.0) -> Array:
    """Fire (1) where x reaches the threshold, stay silent (0) elsewhere.

    step(x) = 1 if x ≥ threshold else 0

    A sum exactly on the threshold fires, and one below it does not, however close it is. Some books
    fire only above it.

    Shape: x of any shape, () too (NumPy's single numbers); the result has the same.
    Source: slides, "Biological Neuron to Artificial Neuron".

    >>> step(np.array([-0.5, 0.0, 2.0])).tolist()
    [0.0, 1.0, 1.0]
    """
    return (np.asarray(x) >= threshold).astype(float)


class McCullochPitts:
    """A neuron with fixed weights: it fires when Σ wᵢ xᵢ ≥ threshold.

    A positive weight excites, a negative one inhibits.

    Shape: weight (n,), one number for each input; threshold a number.
    Raises: ValueError if weight is not one-dimensional.
    Source: slides, "McCulloch-Pitts Neurons"; McCulloch and Pitts 1943.

    >>> both = McCullochPitts(weight=[3, 4], threshold=5)
    >>> both(np.array([[0, 1], [1, 1]])).tolist()
    [0.0, 1.0]
    """

    def __init__(self, weight: Sequence[float] | Array, threshold: float) -> None:
        self.weight = np.asarray(weight, dtype=float)
        self.threshold = threshold
        if self.weight.ndim != 1:
            raise ValueError(f"weight must have shape (n,), got shape {self.weight.shape}")

    def __repr__(self) -> str:
        return f"McCullochPitts(weight={self.weight.tolist()}, threshold={self.threshold})"

    def __call__(self, x: Array | Labels) -> Array:
        """Answer 1 for every row of inputs whose weighted sum reaches the threshold, else 0.

        The sum is compared as it is computed: rounding may let 0.1 + 0.2 miss a threshold of 0.3.

        Shape: x (..., n) of zeros and ones; the result (...).

        >>> McCullochPitts(weight=[1, -1], threshold=1)(np.array([1, 0])).tolist()
        1.0
        """
        return step(np.asarray(x) @ self.weight, self.threshold)


def and_gate() -> McCullochPitts:
    """Design the neuron of two inputs that fires only when both are 1.

    Any weights and threshold that give its truth table are right, here and below.
    Source: slides, "MCP Neurons: Logic gates".

    >>> and_gate()(truth_table(2)).tolist()
    [0.0, 0.0, 0.0, 1.0]
    """
    return McCullochPitts(weight=[1, 1], threshold=2)


def or_gate() -> McCullochPitts:
    """Design the neuron of two inputs that fires when at least one is 1.

    Source: slides, "MCP Neurons: Logic gates".

    >>> or_gate()(truth_table(2)).tolist()
    [0.0, 1.0, 1.0, 1.0]
    """
    return McCullochPitts(weight=[1, 1], threshold=1)


def not_gate() -> McCullochPitts:
    """Design the neuron of one input that fires when its input is 0.

    Source: slides, "MCP Neurons: Logic gates".

    >>> not_gate()(truth_table(1)).tolist()
    [1.0, 0.0]
    """
    return McCullochPitts(weight=[-1], threshold=0)


def and_gate_of(n: int) -> McCullochPitts:
    """Design the neuron of n inputs that fires only when all of them are 1.

    Source: slides, "MCP Neurons: Multiple Inputs".

    >>> and_gate_of(3)(truth_table(3)).tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    """
    return McCullochPitts(weight=np.ones(n), threshold=n)


def or_gate_of(n: int) -> McCullochPitts:
    """Design the neuron of n inputs that fires when at least one of them is 1.

    Source: slides, "MCP Neurons: Multiple Inputs".

    >>> or_gate_of(3)(truth_table(3)).tolist()
    [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    return McCullochPitts(weight=np.ones(n), threshold=1)


def blueberry_neuron() -> McCullochPitts:
    """Design the bird's neuron: from (purple, round) it decides whether to eat.

    A blueberry is purple and round; a golf ball is only round, a violet only
    purple, a hot dog neither. The bird eats blueberries alone.

    Source: slides, "McCulloch-Pitts Neurons", the table of four objects.

    >>> eat = blueberry_neuron()
    >>> [float(eat(np.array(thing))) for thing in ([1, 1], [0, 1], [1, 0], [0, 0])]
    [1.0, 0.0, 0.0, 0.0]
    """
    return McCullochPitts(weight=[1, 1], threshold=2)


def xor_product_of_sums(x: Array | Labels) -> Array:
    """XOR as an AND of two ORs, each computed by McCulloch–Pitts neurons.

    XOR(x₁, x₂) = (x₁ + x₂) · (x̄₁ + x̄₂),  "+" is OR, "·" is AND, a bar is NOT

    One of your neurons must compute x₁ + x₂ and one x̄₁ + x̄₂; how they are combined is up to you.

    Shape: x (..., 2) of zeros and ones; the result (...).
    Source: slides, "MCP Neuron: XOR".

    >>> xor_product_of_sums(truth_table(2)).tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    any_on = McCullochPitts(weight=[1, 1], threshold=1)
    any_off = McCullochPitts(weight=[-1, -1], threshold=-1)
    both = McCullochPitts(weight=[1, 1], threshold=2)
    return both(np.stack([any_on(x), any_off(x)], axis=-1))


def xor_sum_of_products(x: Array | Labels) -> Array:
    """XOR as an OR of two ANDs, each computed by McCulloch–Pitts neurons.

    XOR(x₁, x₂) = (x₁ · x̄₂) + (x̄₁ · x₂),  "+" is OR, "·" is AND, a bar is NOT

    One of your neurons must compute x₁ · x̄₂ and one x̄₁ · x₂; how they are combined is up to you.

    Shape: x (..., 2) of zeros and ones; the result (...).
    Source: slides, "MCP Neuron: XOR".

    >>> xor_sum_of_products(truth_table(2)).tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    only_first = McCullochPitts(weight=[1, -1], threshold=1)
    only_second = McCullochPitts(weight=[-1, 1], threshold=1)
    either = McCullochPitts(weight=[1, 1], threshold=1)
    return either(np.stack([only_first(x), only_second(x)], axis=-1))


def find_neuron(
    table: Sequence[int], weights: Sequence[float], thresholds: Sequence[float]
) -> McCullochPitts | None:
    """Search for one neuron that has the given truth table.

    Every input may have any of `weights`, the neuron any of `thresholds`. Return the
    first neuron that fits, in whatever order you search, or None if there is none.

    Shape: table (2**n,), the outputs in the row order of `truth_table(n)`.
    Source: slides, "MCP Neurons: Limitation of single Neuron".

    >>> find_neuron((0, 0, 1, 0), weights=(-1, 0, 1), thresholds=(0.5, 1.5))
    McCullochPitts(weight=[1.0, -1.0], threshold=0.5)
    >>> find_neuron((0, 1, 1, 0), weights=(-1, 0, 1), thresholds=(0.5, 1.5)) is None  # XOR
    True
    """
    n_inputs = len(table).bit_length() - 1
    rows = truth_table(n_inputs)
    for weight in product(weights, repeat=n_inputs):
        for threshold in thresholds:
            neuron = McCullochPitts(weight, threshold)
            if np.array_equal(neuron(rows), table):
                return neuron
    return None


def threshold_interval(
    weight: Sequence[float] | Array, table: Sequence[int]
) -> tuple[float, float] | None:
    """Find all thresholds with which a neuron of these weights has the given truth table.

    low < threshold ≤ high,  low = the largest sum Σ wᵢ xᵢ of a row whose output is 0,
    high = the smallest sum of a row whose output is 1

    Return (low, high), or None if no threshold fits. Where no output is 0, low is −∞; where none
    is 1, high is +∞.

    Shape: weight (n,), table (2**n,), the outputs in the row order of `truth_table(n)`.
    Source: slides, "MCP Neurons: Logic gates".

    >>> threshold_interval([1, 1], (0, 0, 0, 1))  # AND: as well 1.5 as 2
    (1.0, 2.0)
    >>> threshold_interval([1, 1], (0, 1, 1, 0)) is None  # XOR
    True
    """
    sums, fires = truth_table(len(weight)) @ np.asarray(weight), np.asarray(table) == 1
    low = float(max(sums[~fires], default=-np.inf))
    high = float(min(sums[fires], default=np.inf))
    return (low, high) if low < high else None
