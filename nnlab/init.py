"""Weight initialisation: how large weights start decides whether a deep network can learn.

Too small, and the signal dies from layer to layer; too large, and every unit saturates;
equal, and all units of a layer stay equal for ever. Every function here returns new weights
for a layer, which training may change; they are passed as `Linear(..., init=xavier)`. Random
weights come from the generator `rng`: the same seed gives the same weights again, a second call
gives new ones, and each weight is drawn by itself.
"""

from collections.abc import Callable, Sequence

import numpy as np

from nnlab.arrays import Array

__all__ = [
    "activation_statistics",
    "constant",
    "count_different_units",
    "gradient_statistics",
    "kaiming_normal",
    "small_normal",
    "xavier",
    "xavier_uniform",
    "zeros",
]


def zeros(shape: tuple[int, int], *, rng: np.random.Generator) -> Array:  # noqa: ARG001 - as all
    """Start every weight at 0. Nothing is random: rng is accepted, as everywhere here, but not used.

    Shape: (out_features, in_features), of all results here.
    Source: slides, "Weight initialization: Zero/Constant Weights".

    >>> zeros((1, 2), rng=np.random.default_rng(0)).tolist()
    [[0.0, 0.0]]
    """
    return np.zeros(shape)


def constant(shape: tuple[int, int], *, rng: np.random.Generator, value: float = 1.0) -> Array:  # noqa: ARG001
    """Start every weight at the same value. Nothing is random: rng is not used.

    Source: slides, "Weight initialization: Zero/Constant Weights".

    >>> constant((1, 2), rng=np.random.default_rng(0), value=0.5).tolist()
    [[0.5, 0.5]]
    """
    return np.full(shape, value)


def small_normal(shape: tuple[int, int], *, rng: np.random.Generator, std: float = 0.01) -> Array:
    """Draw small numbers, each by itself, whatever the size of the layer.

    W_ij ~ Normal(0, std²)

    Source: slides, "Weight initialization: random number".

    >>> round(float(small_normal((200, 300), rng=np.random.default_rng(0)).std()), 3)
    0.01
    """
    return rng.normal(0, std, size=shape)


def xavier(shape: tuple[int, int], *, rng: np.random.Generator) -> Array:
    """Draw each weight by itself, so that linear units keep the variance of the activations.

    W_ij ~ Normal(0, 1 / fan_in),  fan_in = in_features, the inputs of one unit

    The second argument of Normal is the variance, here and below. This is the lecture's form,
    elsewhere called LeCun's; PyTorch's xavier_normal_ has variance 2 / (fan_in + fan_out).

    Source: slides, "Weight initialization: Xavier".

    >>> round(float(xavier((200, 400), rng=np.random.default_rng(0)).std()), 3)  # √(1/400)
    0.05
    """
    fan_in = shape[1]
    return rng.normal(0, np.sqrt(1 / fan_in), size=shape)


def kaiming_normal(shape: tuple[int, int], *, rng: np.random.Generator) -> Array:
    """Draw each weight by itself, so that ReLU layers keep the activations' size. Also called He.

    W_ij ~ Normal(0, 2 / fan_in),  fan_in = in_features

    ReLU cuts half of the second moment; the factor 2 puts it back.

    Source: slides, "Weight initialization: Xavier-ReLU"; He et al. 2015, eq. 10.

    >>> round(float(kaiming_normal((400, 200), rng=np.random.default_rng(0)).std()), 2)  # √(2/200)
    0.1
    """
    fan_in = shape[1]
    return rng.normal(0, np.sqrt(2 / fan_in), size=shape)


def xavier_uniform(shape: tuple[int, int], *, rng: np.random.Generator) -> Array:
    """Draw each weight by itself from an interval that fits the forward and the backward pass.

    W_ij ~ Uniform(−b, b),  b = √(6 / (fan_in + fan_out)),  fan_out = out_features

    Source: slides, "Weight initialization: Uniform"; Glorot and Bengio 2010, eq. 16.

    >>> weight = xavier_uniform((200, 400), rng=np.random.default_rng(0))
    >>> weight.min().round(2), weight.max().round(2)  # √(6/600)
    (np.float64(-0.1), np.float64(0.1))
    """
    fan_out, fan_in = shape
    bound = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, size=shape)


def activation_statistics(
    x: Array, weights: Sequence[Array], activation: Callable[[Array], Array]
) -> tuple[Array, Array]:
    """Send x through layers without biases; return mean and std of each layer's activations.

    h⁽⁰⁾ = x,  h⁽ᵏ⁾ = g(h⁽ᵏ⁻¹⁾ Wᵀ);  mean and std (divided by n) over all entries of h⁽ᵏ⁾

    Shape: x (batch, features), weights[k] (out, in) of layer k + 1, activation the function g;
        two results of shape (len(weights),). The input itself is not in them.
    Source: slides, "Weight initialization: random number", the printed statistics.

    >>> means, stds = activation_statistics(np.array([[1.0], [3.0]]), [np.array([[2.0]])], np.abs)
    >>> means.tolist(), stds.tolist()
    ([4.0], [2.0])
    """
    means, stds = [], []
    for weight in weights:
        x = activation(x @ weight.T)
        means.append(x.mean())
        stds.append(x.std())
    return np.array(means), np.array(stds)


def gradient_statistics(
    grad_output: Array,
    x: Array,
    weights: Sequence[Array],
    activation: Callable[[Array], Array],
    derivative: Callable[[Array], Array],
) -> tuple[Array, Array]:
    """Send a gradient back through the layers of `activation_statistics`; return mean and std at each.

    h⁽ᵏ⁾ = g(a⁽ᵏ⁾),  a⁽ᵏ⁾ = h⁽ᵏ⁻¹⁾ Wᵀ with W of layer k,  h⁽⁰⁾ = x
    dL/dh⁽ᵏ⁻¹⁾ = (dL/dh⁽ᵏ⁾ ⊙ g'(a⁽ᵏ⁾)) W,  and dL/dh of the last layer is grad_output

    Mean and std (divided by n) are over all entries of dL/dh⁽ᵏ⁾, the gradient that reaches the
    outputs of layer k; that of the input is not in them.

    Shape: x (batch, features), weights[k] (out, in) of layer k + 1, grad_output (batch, out of the
        last layer); activation is g and derivative g'. Two results of shape (len(weights),), the
        first layer first.
    Source: slides, "Weight initialization: random number", the backward pass.

    >>> x, weights = np.array([[1.0, 1.0]]), [np.eye(2), np.array([[2.0, 3.0]])]
    >>> means, stds = gradient_statistics(np.array([[4.0]]), x, weights, np.abs, np.sign)
    >>> means.tolist(), stds.tolist()  # of [[8, 12]] and of [[4]]
    ([10.0, 4.0], [2.0, 0.0])
    """
    slopes = []
    for weight in weights:
        a = x @ weight.T
        slopes.append(derivative(a))
        x = activation(a)
    gradients = [grad_output]
    for weight, slope in zip(weights[:0:-1], slopes[:0:-1], strict=True):
        gradients.insert(0, (gradients[0] * slope) @ weight)
    return np.array([g.mean() for g in gradients]), np.array([g.std() for g in gradients])


def count_different_units(weight: Array, next_weight: Array) -> int:
    """Count the units of a hidden layer that are not copies of each other.

    Unit j has the row weight[j] and the column next_weight[:, j]. Where two units have equal rows
    and equal columns they answer alike and get equal gradients: no step makes them differ. From
    zeros, or from any constant, all units of a layer stay one.

    Shape: weight (units, inputs), next_weight (outputs, units), the layer after it; the result an
        integer from 1 to units. Numbers are equal if they are exactly equal.
    Source: slides, "Weight initialization: Zero/Constant Weights".

    >>> count_different_units(np.array([[1, 2], [1, 2], [3, 4]]), np.array([[5, 5, 6]]))
    2
    """
    units = np.column_stack([weight, np.transpose(next_weight)])
    return len(np.unique(units, axis=0))
