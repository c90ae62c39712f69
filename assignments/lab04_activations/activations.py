"""Activation functions and their derivatives: without them, many layers are just one matrix.

Each works element by element on a pre-activation a = w·x + b; a derivative is taken at that
same pre-activation, not at the function's value. Softmax alone looks at a whole row. All take
arrays of one axis or more, of integers (int64) too, and leave them as they were. The formulas
are the lecture's: sigmoid, tanh and softmax are written so that no input up to ±10,000
overflows, where exp alone overflows from 710; a derivative should be right up to ±300.
"""

import numpy as np

from nnlab.arrays import Array, floats  # floats(x) turns integers into float64

__all__ = [
    "linear",
    "linear_derivative",
    "relu",
    "relu_derivative",
    "sigmoid",
    "sigmoid_derivative",
    "softmax",
    "tanh",
    "tanh_derivative",
]


def linear(x: Array) -> Array:
    """Pass the pre-activation on as it is.

    g(a) = a

    Shape: x of any shape; the result has the same, here and below.
    Source: slides, "Activation functions".

    >>> linear(np.array([-2.0, 3.0])).tolist()
    [-2.0, 3.0]
    """
    raise NotImplementedError("lab04_activations: linear")


def linear_derivative(x: Array) -> Array:
    """Differentiate `linear` at x.

    g'(a) = 1

    Source: slides, "Gradient of Activation Functions".

    >>> linear_derivative(np.array([-2.0, 3.0])).tolist()
    [1.0, 1.0]
    """
    raise NotImplementedError("lab04_activations: linear_derivative")


def sigmoid(x: Array) -> Array:
    """Squash any number into the range from 0 to 1.

    g(a) = 1 / (1 + exp(−a))

    For a = −1000 the formula as it stands overflows; find a form that never takes exp of a
    large positive number. NumPy's overflow warning counts as a mistake.

    Source: slides, "Activation functions".

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    raise NotImplementedError("lab04_activations: sigmoid")


def sigmoid_derivative(x: Array) -> Array:
    """Differentiate `sigmoid` at the pre-activation x.

    g'(a) = g(a) · (1 − g(a))

    Source: slides, "Gradient of Activation Functions".

    >>> sigmoid_derivative(np.array([0.0, 300.0])).round(2).tolist()
    [0.25, 0.0]
    """
    raise NotImplementedError("lab04_activations: sigmoid_derivative")


def tanh(x: Array) -> Array:
    """Squash any number into the range from −1 to 1.

    g(a) = (exp(a) − exp(−a)) / (exp(a) + exp(−a))

    NumPy has a function for this that does not overflow.

    Source: slides, "Activation functions".

    >>> tanh(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [-1.0, 0.0, 1.0]
    """
    raise NotImplementedError("lab04_activations: tanh")


def tanh_derivative(x: Array) -> Array:
    """Differentiate `tanh` at the pre-activation x.

    g'(a) = 1 − g(a)²

    Source: slides, "Gradient of Activation Functions".

    >>> tanh_derivative(np.array([0.0, 300.0])).round(2).tolist()
    [1.0, 0.0]
    """
    raise NotImplementedError("lab04_activations: tanh_derivative")


def relu(x: Array) -> Array:
    """Keep positive numbers and replace all others by 0.

    g(a) = max(0, a)

    Source: slides, "Activation functions".

    >>> relu(np.array([-2.0, 0.0, 3.0])).tolist()
    [0.0, 0.0, 3.0]
    """
    raise NotImplementedError("lab04_activations: relu")


def relu_derivative(x: Array) -> Array:
    """Differentiate `relu` at the pre-activation x.

    g'(a) = 1 if a > 0 else 0

    At 0 there is a kink and no derivative; we take 0, as PyTorch does, but any number
    from 0 to 1 will do there.

    Source: slides, "Gradient of Activation Functions", the table of derivatives.

    >>> relu_derivative(np.array([-2.0, 0.5, 3.0])).tolist()
    [0.0, 1.0, 1.0]
    """
    raise NotImplementedError("lab04_activations: relu_derivative")


def softmax(x: Array, axis: int = -1) -> Array:
    """Turn scores into probabilities: positive numbers that add up to 1 along an axis.

    softmax(a)ᵢ = exp(aᵢ) / Σⱼ exp(aⱼ)

    Large scores overflow in exp. Adding one number to all scores of a row changes nothing in
    the result, so choose a number that makes the largest score harmless.

    Shape: x of any shape; the sums of the result along `axis` are 1.
    Source: slides, "Single layer neuron: Softmax Activation".

    >>> softmax(np.array([[1000.0, 1000.0], [0.0, np.log(3)]])).round(2).tolist()
    [[0.5, 0.5], [0.25, 0.75]]
    """
    raise NotImplementedError("lab04_activations: softmax")
