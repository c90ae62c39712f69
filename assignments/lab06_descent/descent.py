"""Gradient descent: walk downhill, one step against the slope after another.

Here x is what is optimised, not the input of a network; the gradient has its shape. A step
too small is slow, one too large climbs out of the valley. Left out: line search.
"""

from collections.abc import Callable

import numpy as np

from nnlab.arrays import Array

__all__ = [
    "classify_turning_point",
    "condition_number",
    "gradient_descent",
    "largest_stable_lr",
    "numerical_gradient",
    "sign_descent",
    "stochastic_gradient_descent",
]


def numerical_gradient(f: Callable[[Array], float], x: Array, h: float = 1e-5) -> Array:
    """Measure the gradient of f at x by central differences, one coordinate at a time.

    ∂f/∂xᵢ ≈ (f(x + h eᵢ) − f(x − h eᵢ)) / (2 h),  eᵢ is 1 at place i and 0 elsewhere

    x may hold integers and stays as it is; f is given float64 arrays.

    Shape: x of one axis or more, f(x) a number; the result has the shape of x.
    Source: slides, "Gradients of scalar functions with multi-variate inputs".

    >>> numerical_gradient(lambda x: x[0] ** 2 + 5 * x[1], np.array([3, 1])).round(6).tolist()
    [6.0, 5.0]
    """
    raise NotImplementedError("lab06_descent: numerical_gradient")


def sign_descent(
    derivative: Callable[[float], float], x: float, step: float, max_steps: int
) -> Array:
    """Go downhill in steps of equal length; return every point on the way.

    x ← x − sign(f'(x)) · step

    Stops where the derivative is exactly 0, however small it is elsewhere, or after
    max_steps. Usually it is never 0: the walk jumps back and forth across the minimum.

    Shape: x a number, also an integer; the result (steps + 1,), the start first.
    Source: slides, "The Approach of Gradient Descent", trivial algorithm.

    >>> sign_descent(lambda x: 2 * x, 1.0, step=0.5, max_steps=10).tolist()
    [1.0, 0.5, 0.0]
    >>> sign_descent(lambda x: 2 * x, 0.75, step=0.5, max_steps=4).tolist()
    [0.75, 0.25, -0.25, 0.25, -0.25]
    """
    raise NotImplementedError("lab06_descent: sign_descent")


def gradient_descent(
    gradient: Callable[[Array], Array],
    x: Array,
    lr: float,
    tolerance: float = 1e-8,
    max_steps: int = 1000,
) -> Array:
    """Follow the gradient downhill; return every point on the way.

    x ← x − lr · ∇f(x)

    Stops after the first update whose change has a 2-norm ≤ tolerance (that update is
    kept), or after max_steps. A walk that diverges goes on to max_steps. The x you are
    given stays as it is, and may hold integers.

    Shape: x (n,), gradient(x) (n,); the result (steps + 1, n), the start first.
    Source: slides, "Gradient Descent Algorithm"; "Influence of step size example".

    >>> def gradient(x):  # of x₁² + x₁x₂ + 4x₂², the lecture's example
    ...     return np.array([2 * x[0] + x[1], x[0] + 8 * x[1]])
    >>> path = gradient_descent(gradient, np.array([3, 3]), lr=0.1)
    >>> path[1].round(6).tolist(), path[-1].round(6).tolist()
    ([2.1, 0.3], [0.0, -0.0])
    """
    raise NotImplementedError("lab06_descent: gradient_descent")


def largest_stable_lr(hessian: Array) -> float:
    """Find the learning rate from which gradient descent on a quadratic no longer converges.

    2 / λ_max,  λ_max the largest eigenvalue of the Hessian: along its direction one
    step multiplies the error by 1 − lr · λ_max, which must stay above −1

    Shape: hessian (n, n), symmetric up to rounding.
    Raises: ValueError unless the Hessian is symmetric with positive eigenvalues only.
    Source: slides, "Influence of step size example".

    >>> largest_stable_lr(np.array([[2.0, 0.0], [0.0, 8.0]]))
    0.25
    """
    raise NotImplementedError("lab06_descent: largest_stable_lr")


def stochastic_gradient_descent(
    gradient: Callable[[Array, int], Array],
    x: Array,
    n_samples: int,
    lr: float,
    epochs: int,
    *,
    rng: np.random.Generator,
) -> Array:
    """Update after each example; return every point on the way.

    x ← x − lr · ∇fᵢ(x),  fᵢ the loss of example i alone, its gradient is gradient(x, i)

    Every epoch visits every example once, in a new random order that rng draws. The x you
    are given stays as it is, and may hold integers.

    Shape: x (n,), gradient(x, i) (n,) with i from 0; the result (epochs · n_samples + 1, n),
        the start first.
    Source: slides, "Multilayer NN -SGD".

    >>> numbers = np.array([2.0, 4.0, 9.0])  # fᵢ = (x − numbersᵢ)² is lowest together at 5
    >>> path = stochastic_gradient_descent(lambda x, i: 2 * (x - numbers[i]), np.array([0.0]),
    ...     n_samples=3, lr=0.001, epochs=2000, rng=np.random.default_rng(0))
    >>> len(path), round(float(path[-1, 0]), 1)
    (6001, 5.0)
    """
    raise NotImplementedError("lab06_descent: stochastic_gradient_descent")


def classify_turning_point(
    derivative: Callable[[float], float], second_derivative: Callable[[float], float], x: float
) -> str:
    """Say what f has at x: a minimum, a maximum, or something that f'' does not decide.

    f'(x) ≠ 0: "none", x is not a turning point        f'(x) = 0 and f''(x) > 0: "minimum"
    f'(x) = 0 and f''(x) < 0: "maximum"                 f'(x) = 0 and f''(x) = 0: "undecided"

    Both are compared with 0 exactly. x⁴, −x⁴ and x³ are all undecided at 0.

    Shape: x a number; the result one of the four words.
    Source: slides, "Soln: Finding the minimum or maximum of a function".

    >>> classify_turning_point(lambda x: 2 * x, lambda x: 2.0, 0.0)
    'minimum'
    >>> classify_turning_point(lambda x: 2 * x, lambda x: 2.0, 1.0)
    'none'
    """
    raise NotImplementedError("lab06_descent: classify_turning_point")


def condition_number(hessian: Array) -> float:
    """Compare the steepest direction of a function with its flattest.

    κ = largest singular value / smallest singular value of the Hessian

    1 for a round bowl; the larger, the longer the valley, and the slower is gradient descent. Of a
    symmetric matrix the singular values are the absolute eigenvalues.

    Shape: hessian (n, n), symmetric and invertible; the result a number.
    Source: slides, "Problems with SGD".

    >>> round(condition_number(np.array([[2.0, 0.0], [0.0, 50.0]])), 6)
    25.0
    """
    raise NotImplementedError("lab06_descent: condition_number")
