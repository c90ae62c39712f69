"""Hebb's rule: the first rule that learns the weights from examples (1949).

What fires together, wires together: each training pair adds the product of input
and target to the weights, once, and never looks at what the neuron answers. With
0/1 data the zeros teach nothing, so the course uses bipolar data, −1 and +1. Even
then the rule fails on some separable tables, which is why the perceptron follows.
"""

import numpy as np

from nnlab.arrays import Array, floats  # floats(x) turns integers into float64

__all__ = ["decision_line", "hebb_step", "predict", "separating_plane", "to_bipolar", "train"]


def to_bipolar(x: Array) -> Array:
    """Turn 0/1 data into −1/+1 data.

    Shape: x of any shape; the result is a new array of the same shape.
    Source: slides, "Hebb's rule: Example", why bipolar form is needed.

    >>> to_bipolar(np.array([[0, 1], [1, 1]])).tolist()
    [[-1.0, 1.0], [1.0, 1.0]]
    """
    return 2 * floats(x) - 1


def hebb_step(weight: Array, bias: float, x: Array, target: float) -> tuple[Array, float]:
    """Learn one training pair; return the new weights and the new bias.

    wᵢ ← wᵢ + xᵢ · target
    b  ← b + target            (the bias is the weight of an input that is always 1)

    The arrays you are given stay as they are.

    Shape: weight and x (features,); bias and target are numbers.
    Source: slides, "Hebb's rule".

    >>> weight, bias = hebb_step(np.array([1.0, 1.0]), 1.0, np.array([1, -1]), -1)
    >>> weight.tolist(), bias
    ([0.0, 2.0], 0.0)
    """
    return weight + x * target, bias + target


def train(x: Array, target: Array) -> Array:
    """Show every training pair once, in order; return the table of all weights.

    Weights and bias start at zero. Row 0 holds the start, row k what has been
    learnt after pair k, as in the lecture's tables; the last column is the bias.

    Shape: x (n_pairs, features), target (n_pairs,); the result (n_pairs + 1, features + 1).
    Source: slides, "Hebb's rule: AND function".

    >>> train(np.array([[1, 1], [1, -1]]), np.array([1, -1])).tolist()
    [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 2.0, 0.0]]
    """
    weight, bias = np.zeros(x.shape[1]), 0.0
    history = [np.append(weight, bias)]
    for sample, answer in zip(x, target, strict=True):
        weight, bias = hebb_step(weight, bias, sample, answer)
        history.append(np.append(weight, bias))
    return np.array(history)


def predict(weight: Array, bias: float, x: Array) -> Array:
    """Answer +1 where w·x + b ≥ 0, else −1.

    Shape: weight (features,), x (..., features); the result (...).
    Source: slides, "Hebb's rule: AND function, bi-polar form".

    >>> predict(np.array([2.0, 2.0]), -2.0, np.array([[1, 1], [1, -1]])).tolist()
    [1.0, -1.0]
    """
    return np.where(x @ weight + bias >= 0, 1.0, -1.0)


def decision_line(weight: Array, bias: float) -> tuple[float, float] | None:
    """Describe the line w₁x₁ + w₂x₂ + b = 0 as x₂ = slope · x₁ + intercept.

    Returns (slope, intercept), or None where the line is vertical: where w₂ is exactly 0, and not
    where it is only small.

    Shape: weight (2,).
    Source: slides, "Hebb's rule: AND function", the separating line.

    >>> decision_line(np.array([1.0, 1.0]), 1.0)
    (-1.0, -1.0)
    >>> decision_line(np.array([1.0, 0.0]), 1.0) is None
    True
    """
    if weight[1] == 0:
        return None
    return float(-weight[0] / weight[1]), float(-bias / weight[1])


def separating_plane() -> tuple[Array, float]:
    """Design the boundary that Hebb's rule misses in the lecture's failure case.

    The four pairs are (1, 1, 1) with target +1, and (1, 1, −1), (1, −1, 1), (−1, 1, 1) with
    target −1. Return weights and bias such that w·x + b > 0 for the first and < 0 for the others;
    any that do are right.

    Shape: the weights (3,), the bias a number.
    Source: slides, "Hebb's rule: Failure cases".

    >>> weight, bias = separating_plane()
    >>> predict(weight, bias, np.array([[1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]])).tolist()
    [1.0, -1.0, -1.0, -1.0]
    """
    return np.array([1.0, 1.0, 1.0]), -2.0
