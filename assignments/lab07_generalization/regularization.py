"""Regularization: prefer the simpler of two models that fit equally well.

A penalty on the size of the weights is added to the loss. Biases are never penalised:
they shift the answer and do not bend it. The rest shows why it helps: a polynomial
that bends less, and an error that splits into bias and variance.
"""

from collections.abc import Sequence

import numpy as np

from nnlab.arrays import Array, floats  # floats(x) turns integers into float64

__all__ = [
    "bias_variance",
    "fit_polynomial",
    "l1_gradient",
    "l1_penalty",
    "l2_gradient",
    "l2_penalty",
    "negative_log_prior",
    "soft_threshold",
]


def l2_penalty(weights: Sequence[Array]) -> float:
    """Add up the squares of all weights of all layers.

    Ω = Σₖ Σᵢⱼ (Wᵢⱼ⁽ᵏ⁾)²

    No factor ½, and λ is multiplied by the caller.

    Shape: weights, one array for each layer, of any shapes; the result a number.
    Source: slides, "Regularization", L2 regularization.

    >>> l2_penalty([np.array([[1.0, -2.0]]), np.array([[3.0]])])
    14.0
    """
    raise NotImplementedError("lab07_generalization: l2_penalty")


def l2_gradient(weights: Sequence[Array]) -> list[Array]:
    """Differentiate the L2 penalty with respect to every weight.

    dΩ/dW⁽ᵏ⁾ = 2 W⁽ᵏ⁾

    Shape: weights, one array for each layer; the result a list of new arrays of the same
        shapes; the weights stay as they are.
    Source: slides, "Regularization", L2 regularization.

    >>> [gradient.tolist() for gradient in l2_gradient([np.array([[1.0, -2.0]])])]
    [[[2.0, -4.0]]]
    """
    raise NotImplementedError("lab07_generalization: l2_gradient")


def l1_penalty(weights: Sequence[Array]) -> float:
    """Add up the absolute values of all weights of all layers.

    Ω = Σₖ Σᵢⱼ |Wᵢⱼ⁽ᵏ⁾|

    Shape: weights, one array for each layer, of any shapes; the result a number.
    Source: slides, "Regularization", L1 regularization.

    >>> l1_penalty([np.array([[1.0, -2.0]]), np.array([[3.0]])])
    6.0
    """
    raise NotImplementedError("lab07_generalization: l1_penalty")


def l1_gradient(weights: Sequence[Array]) -> list[Array]:
    """Differentiate the L1 penalty with respect to every weight.

    dΩ/dW⁽ᵏ⁾ = sign(W⁽ᵏ⁾),  1 above zero, −1 below, 0 at zero

    Shape: weights, one array for each layer; the result a list of new arrays of the same
        shapes; the weights stay as they are.
    Source: slides, "Regularization", L1 regularization.

    >>> [gradient.tolist() for gradient in l1_gradient([np.array([[3.0, 0.0, -2.0]])])]
    [[[1.0, 0.0, -1.0]]]
    """
    raise NotImplementedError("lab07_generalization: l1_gradient")


def fit_polynomial(x: Array, y: Array, degree: int, l2: float = 0.0) -> Array:
    """Fit a polynomial by least squares with an L2 penalty; return its weights.

    f(x) = w₀ + w₁ x + … + w_d x^d
    w minimises  (1/n) Σᵢ (f(xᵢ) − yᵢ)² + l2 · Σⱼ wⱼ²  with j from 1: w₀ is the bias

    Shape: x and y (n,), integers are fine; the result (degree + 1,), w₀ first (np.polyfit has
        it last).
    Raises: ValueError unless 0 ≤ degree < n and l2 ≥ 0.
    Source: slides, "Regularization"; "Regularization-Bias Variance", orders 1, 3, 5.

    >>> x, y = np.array([-1.0, 0.0, 1.0]), np.array([-2.0, 1.0, 4.0])
    >>> fit_polynomial(x, y, degree=1).round(6).tolist()
    [1.0, 3.0]
    >>> fit_polynomial(x, y, degree=1, l2=2 / 3).round(6).tolist()  # w₁ = 2 / (2/3 + l2)
    [1.0, 1.5]
    """
    raise NotImplementedError("lab07_generalization: fit_polynomial")


def bias_variance(predictions: Array, truth: Array) -> tuple[float, float]:
    """Split the error of many models, each from its own training set, into bias² and variance.

    bias²    = mean over points of (mean prediction − truth)²
    variance = mean over points and models of (prediction − mean prediction)²

    Their sum is the mean squared error against the truth.

    Shape: predictions (models, points), truth (points,) without noise; two numbers.
    Source: slides, "Regularization-Bias Variance".

    >>> bias_variance(np.array([[1.0, 5.0], [3.0, 5.0]]), np.array([0.0, 4.0]))
    (2.5, 0.5)
    """
    raise NotImplementedError("lab07_generalization: bias_variance")


def soft_threshold(weight: Array, amount: float) -> Array:
    """Shrink every weight towards 0 by the same amount, and not beyond.

    S(w) = sign(w) · max(|w| − amount, 0)

    With amount = lr · λ it is the step that an L1 penalty asks for. Steps along −sign(w) jump back
    and forth around 0; after this one a small weight is exactly 0, and stays there.

    Shape: weight of any shape, amount a number of at least 0; the result a new array of floats.
    Source: slides, "Regularization", L1 regularization.

    >>> soft_threshold(np.array([3.0, 0.5, -2.0]), 1.0).tolist()
    [2.0, 0.0, -1.0]
    """
    raise NotImplementedError("lab07_generalization: soft_threshold")


def negative_log_prior(weight: Array, scale: float, prior: str) -> float:
    """Say how improbable weights are before any data was seen: −log p(w), for independent weights.

    prior "gaussian":   p(w) = Π exp(−w² / (2 scale²)) / (scale · √(2π)),  scale the std
    prior "laplacian":  p(w) = Π exp(−|w| / scale) / (2 scale)

    The product runs over all entries of w. The first is λ Σ w² + constant with λ = 1 / (2 scale²),
    so L2 regularization; the second is λ Σ |w| + constant with λ = 1 / scale, so L1.

    Shape: weight of any shape, scale a positive number, prior one of the two words; a number.
    Source: slides, "Regularization", L2 and L1 regularization as priors over the weights.

    >>> round(negative_log_prior(np.array([1.0, -2.0]), 2.0, "laplacian"), 4)  # 3 / 2 + 2 log 4
    4.2726
    """
    raise NotImplementedError("lab07_generalization: negative_log_prior")
