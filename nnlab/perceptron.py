"""The perceptron: learn only from mistakes, and stop when there are none (1958).

A sample is augmented with a constant 1, so that the last weight is the bias and the
neuron is one product wᵀx. Targets are 0 and 1, as the neuron's answers are. If some
line separates the classes the rule finds one, after at most (R/γ)² corrections; if
none does, it would never end: hence `max_steps`.
"""

from typing import NamedTuple

import numpy as np

from nnlab.arrays import Array, Labels, floats  # floats(x) turns integers into float64

__all__ = [
    "PerceptronFit",
    "augment",
    "criterion",
    "criterion_gradient",
    "error_surface",
    "margin_losses",
    "novikoff_bound",
    "perceptron_step",
    "predict",
    "train",
]


class PerceptronFit(NamedTuple):
    """The result of training: the weights, how many corrections, and whether all is right."""

    weight: Array
    updates: int
    converged: bool


def augment(x: Array) -> Array:
    """Append the constant 1 to every sample, the input of the bias.

    Shape: x (..., features); the result (..., features + 1).
    Source: slides, "Perceptron", x = (x₁, …, xₙ, 1).

    >>> augment(np.array([[2.0, 3.0], [4.0, 5.0]])).tolist()
    [[2.0, 3.0, 1.0], [4.0, 5.0, 1.0]]
    """
    return np.concatenate([x, np.ones((*x.shape[:-1], 1))], axis=-1)


def predict(weight: Array, x: Array) -> Array:
    """Answer 1 where wᵀx ≥ 0, else 0.

    Shape: weight (features + 1,), x (..., features + 1) augmented; the result (...).
    Source: slides, "Perceptron", eq. (1).

    >>> predict(np.array([1.0, 1.0, -1.5]), augment(np.array([[0, 1], [1, 1]]))).tolist()
    [0.0, 1.0]
    """
    return np.where(x @ weight >= 0, 1.0, 0.0)


def perceptron_step(weight: Array, x: Array, target: int) -> Array:
    """Look at one sample; return the corrected weights, or equal ones if it is right.

    target 1 and wᵀx ≤ 0:  w ← w + x        target 0 and wᵀx ≥ 0:  w ← w − x

    While learning, a sample on the line (wᵀx = 0) is wrong for both classes. The
    array you are given stays as it is.

    Shape: weight and x (features + 1,), x augmented; target 0 or 1.
    Source: slides, "Perceptron: Learning algorithm".

    >>> perceptron_step(np.array([0.0, 0.0, 0.0]), np.array([1.0, 2.0, 1.0]), 0).tolist()
    [-1.0, -2.0, -1.0]
    """
    score = x @ weight
    if target == 1 and score <= 0:
        return weight + x
    if target == 0 and score >= 0:
        return weight - x
    return weight.copy()


def _misclassified(weight: Array, x: Array, target: Labels) -> Array:
    """Return the sign +1/−1 of each wrong sample's class, 0 for the right ones."""
    sign = 2 * floats(target) - 1
    return np.where(sign * (x @ weight) <= 0, sign, 0.0)


def criterion(weight: Array, x: Array, target: Labels) -> float:
    """Measure how far the wrong samples are on the wrong side.

    J(w) = − Σ yᵢ wᵀxᵢ  over the misclassified samples,  y = +1 for target 1, −1 for target 0

    A sum, not a mean, and never negative; a sample on the line adds 0.

    Shape: weight (features + 1,), x (batch, features + 1) augmented, target (batch,) of 0 and 1.
    Source: slides, "Perceptron criteria function: Deriving the update rule".

    >>> x = np.array([[2.0, 1.0], [3.0, 1.0], [-4.0, 1.0]])
    >>> criterion(np.array([1.0, 0.0]), x, np.array([1, 0, 1]))  # −(−1 · 3) − (1 · −4)
    7.0
    """
    return float((-_misclassified(weight, x, target) * (x @ weight)).sum())


def criterion_gradient(weight: Array, x: Array, target: Labels) -> Array:
    """Differentiate the criterion with respect to the weights.

    dJ/dw = − Σ yᵢ xᵢ  over the misclassified samples,  y = +1 for target 1, −1 for target 0

    A sample on the line (wᵀx = 0) counts as misclassified.

    Shape: weight (features + 1,), x (batch, features + 1) augmented, target (batch,) of 0 and 1;
        the result has the shape of weight.
    Source: slides, "Perceptron criteria function: Deriving the update rule".

    >>> x = np.array([[2.0, 1.0], [-4.0, 1.0], [-3.0, 1.0]])
    >>> criterion_gradient(np.array([1.0, 0.0]), x, np.array([1, 1, 1])).tolist()
    [7.0, -2.0]
    """
    return -_misclassified(weight, x, target) @ x  # (batch,) @ (batch, features + 1)


def train(
    x: Array, target: Labels, *, rng: np.random.Generator, max_steps: int = 1000
) -> PerceptronFit:
    """Correct the weights, mistake by mistake, until none is left.

    Starts from zero weights (from there Novikoff's bound holds; the lecture draws them).
    You choose in which order to look at the samples. Stops when every sample is
    strictly on its side of the line (converged), or after max_steps corrections (not), with
    the weights as they are then. If the last of these makes all right, either will do.

    Shape: x (batch, features), not augmented: train does it; target (batch,) of 0 and 1.
    Source: slides, "Perceptron: Learning algorithm"; Rosenblatt 1958.

    >>> fit = train(np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 0, 0, 1]),
    ...             rng=np.random.default_rng(0))
    >>> fit.converged
    True
    """
    x = augment(x)
    weight = np.zeros(x.shape[1])
    for updates in range(max_steps + 1):
        wrong = np.flatnonzero(_misclassified(weight, x, target))
        if len(wrong) == 0:
            return PerceptronFit(weight, updates, converged=True)
        if updates < max_steps:
            sample = rng.choice(wrong)
            weight = perceptron_step(weight, x[sample], target[sample])
    return PerceptronFit(weight, max_steps, converged=False)


def error_surface(x: Array, target: Labels, w1: Array, w2: Array, bias: float) -> Labels:
    """Count the misclassified samples for every pair of weights on a grid.

    A sample counts when `predict` differs from its target. The count has no slope, which
    is why it cannot be followed downhill.

    Shape: x (batch, 2), not augmented; target (batch,) of 0 and 1; w1 (rows,), w2 (columns,);
        the result (rows, columns), entry [i, j] for the weights (w1[i], w2[j], bias).
    Source: slides, "Perceptron", figure 4.5: error function for the AND function.

    >>> x, target = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 0, 0, 1])
    >>> error_surface(x, target, np.array([0.0, 1.0]), np.array([0.0, 1.0]), -1.5).tolist()
    [[1, 1], [1, 0]]
    """
    counts = np.zeros((len(w1), len(w2)), dtype=np.int64)
    for i, first in enumerate(w1):
        for j, second in enumerate(w2):
            answers = predict(np.array([first, second, bias]), augment(x))
            counts[i, j] = (answers != target).sum()
    return counts


def novikoff_bound(x: Array, target: Labels, separator: Array) -> float:
    """Bound the corrections that training from zero weights can need.

    (R / γ)²,  R = max ‖xᵢ‖,  γ = min yᵢ sᵀxᵢ / ‖s‖,  y = +1 for target 1, −1 for target 0

    Shape: x (batch, features + 1) augmented, target (batch,) of 0 and 1, both present,
        separator s (features + 1,), of any length.
    Raises: ValueError if the separator has a sample on its line or on the wrong side.
    Source: Novikoff 1962; slides, "Perceptron: Learning".

    >>> x = np.array([[3.0, 1.0], [-3.0, 1.0]])
    >>> round(novikoff_bound(x, np.array([1, 0]), np.array([2.0, 0.0])), 3)  # 10 / 9
    1.111
    """
    sign = 2 * floats(target) - 1
    margin = float((sign * (x @ separator)).min() / np.linalg.norm(separator))
    if not margin > 0:
        raise ValueError(f"separator must separate the classes, but its margin is {margin}")
    radius = float(np.linalg.norm(x, axis=1).max())
    return (radius / margin) ** 2


def margin_losses(margin: Array) -> tuple[Array, Array, Array]:
    """Measure what a margin costs: by counting mistakes, by the hinge and by the logistic loss.

    The margin is m = y wᵀx, with y = +1 for target 1 and −1 for target 0.

    zero_one = 1 if m ≤ 0 else 0      hinge = max(0, 1 − m)      logistic = log₂(1 + exp(−m))

    The first is what we mean, and it has no slope to follow. The others have one, and are never
    below the first: who makes them small makes few mistakes. No margin is too large for them,
    such as −1000.

    Shape: margin of any shape; three results of the same shape.
    Source: slides, "Empirical Risk Minimization: Machine Learning", a surrogate as upper bound.

    >>> zero_one, hinge, logistic = margin_losses(np.array([-1.0, 0.0, 2.0]))
    >>> zero_one.tolist(), hinge.tolist(), logistic.round(3).tolist()
    ([1.0, 1.0, 0.0], [2.0, 1.0, 0.0], [1.895, 1.0, 0.183])
    """
    m = floats(margin)
    zero_one = np.where(m <= 0, 1.0, 0.0)
    return zero_one, np.maximum(0, 1 - m), np.logaddexp(0, -m) / np.log(2)
