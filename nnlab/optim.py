"""Optimizers: how the gradients of a step change the parameters.

An optimizer sees all its parameters as one vector θ, `self.theta.data`, and their gradients as
another, `self.theta.grad`; so each rule reads as the lecture writes it, entry by entry. A change
to these vectors changes the layers. Whatever else a rule keeps starts at zero. A step leaves the
gradients as they are, and takes the rate that is set at that moment.
"""

import math
from collections.abc import Iterable

import numpy as np

from nnlab.parameter import Parameter, ParameterVector

__all__ = ["AdaGrad", "Adam", "Momentum", "Nesterov", "Optimizer", "RMSProp", "SGD"]

Parameters = Iterable[Parameter]


def _checked(name: str, value: float, limit: float = math.inf) -> float:
    if not 0 <= value < limit:
        raise ValueError(f"{name} must be in [0, {limit}), got {value}")
    return float(value)


class Optimizer:
    """What all optimizers share. The rate `lr` may be changed between steps.

    Raises: ValueError if lr or eps is negative; momentum, decay or a beta is not in [0, 1).
    """

    def __init__(self, parameters: Parameters, lr: float) -> None:
        self.theta = ParameterVector(parameters)
        self.lr = _checked("lr", lr)

    def zero_grad(self) -> None:
        """Set the gradients of all parameters to zero, as `Module.zero_grad` does."""
        self.theta.grad[...] = 0

    def step(self) -> None:
        """Change the parameters once, as their gradients say."""
        raise NotImplementedError(f"{type(self).__name__}.step")


class SGD(Optimizer):
    """Gradient descent; "stochastic" if the gradient is that of a batch."""

    def step(self) -> None:
        """Go one step against the gradient.

        θ ← θ − lr · g      (θ = self.theta.data, g = self.theta.grad, which stays)

        Source: slides, "SGD + Momentum"; the sign in its code is wrong.

        >>> weight = Parameter([3.0], grad=[2.0])
        >>> SGD([weight], lr=0.5).step() or weight.data.tolist()
        [2.0]
        """
        self.theta.data -= self.lr * self.theta.grad


class Momentum(Optimizer):
    """Gradient descent with a velocity: steps that agree add up, steps that jitter cancel."""

    def __init__(self, parameters: Parameters, lr: float, *, momentum: float = 0.9) -> None:
        super().__init__(parameters, lr)
        self.momentum = _checked("momentum", momentum, 1)
        self.velocity = np.zeros_like(self.theta.data)

    def step(self) -> None:
        """Update self.velocity, then go along it.

        v ← ρ v + g         (v = self.velocity, ρ = self.momentum, g = self.theta.grad)
        θ ← θ − lr · v      (θ = self.theta.data; g stays as it is)

        As in PyTorch, lr is outside v. v is a sum, not the slide's mean: it grows to g / (1 − ρ).

        Source: slides, "SGD + Momentum"; the sign in its code is wrong.

        >>> weight = Parameter([3.0], grad=[2.0])
        >>> optimizer = Momentum([weight], lr=0.5, momentum=0.5)
        >>> optimizer.step() or optimizer.step() or weight.data.tolist()  # v = 2, then v = 3
        [0.5]
        """
        self.velocity *= self.momentum
        self.velocity += self.theta.grad
        self.theta.data -= self.lr * self.velocity


class Nesterov(Momentum):
    """Momentum that takes the gradient at the point to which the velocity is about to lead."""

    def step(self) -> None:
        """Update self.velocity, then go on to the next look-ahead point.

        v ← ρ v − lr · g            (v = self.velocity, ρ = self.momentum, g = self.theta.grad)
        θ ← θ + ρ v − lr · g        (θ = self.theta.data, v is the new one; g stays as it is)

        The lecture has v ← ρ v − lr · ∇f(x + ρ v) and x ← x + v. It takes the gradient at another
        point, x + ρ v, than that where the parameters stand. Here they stand at that point, θ, so
        that g is the gradient there, and x is never stored. So does PyTorch, while lr is constant.

        Source: slides, "SGD with Nesterov Momentum".

        >>> weight = Parameter([3.0], grad=[2.0])
        >>> Nesterov([weight], lr=0.5, momentum=0.5).step() or weight.data.tolist()  # v = −1
        [1.5]
        """
        descent = self.lr * self.theta.grad
        self.velocity = self.momentum * self.velocity - descent
        self.theta.data += self.momentum * self.velocity - descent


class AdaGrad(Optimizer):
    """A rate for each parameter: the larger its gradients have been, the smaller the rate."""

    def __init__(self, parameters: Parameters, lr: float, *, eps: float = 1e-7) -> None:
        super().__init__(parameters, lr)
        self.eps = _checked("eps", eps)
        self.squares = np.zeros_like(self.theta.data)

    def step(self) -> None:
        """Add to self.squares, then go a scaled step.

        s ← s + g²                       (s = self.squares, g = self.theta.grad)
        θ ← θ − lr · g / (√s + eps)      (θ = self.theta.data; g stays as it is)

        Source: slides, "AdaGrad".

        >>> weight = Parameter([3.0], grad=[2.0])
        >>> AdaGrad([weight], lr=0.5, eps=2.0).step() or weight.data.tolist()  # 2 / (√4 + 2)
        [2.75]
        """
        self.squares += self.theta.grad**2
        self.theta.data -= self.lr * self.theta.grad / (np.sqrt(self.squares) + self.eps)


class RMSProp(AdaGrad):
    """AdaGrad that forgets: a fading mean of the squares instead of their sum."""

    def __init__(
        self, parameters: Parameters, lr: float, *, decay: float = 0.9, eps: float = 1e-7
    ) -> None:
        super().__init__(parameters, lr, eps=eps)
        self.decay = _checked("decay", decay, 1)

    def step(self) -> None:
        """Update self.squares, then go a scaled step.

        s ← decay · s + (1 − decay) · g²      (s = self.squares, g = self.theta.grad)
        θ ← θ − lr · g / (√s + eps)           (θ = self.theta.data; g stays as it is)

        Source: slides, "RMSProp"; PyTorch calls decay alpha.

        >>> weight = Parameter([3.0], grad=[2.0])
        >>> RMSProp([weight], lr=0.5, decay=0.75, eps=1.0).step() or weight.data.tolist()  # s = 1
        [2.5]
        """
        self.squares = self.decay * self.squares + (1 - self.decay) * self.theta.grad**2
        self.theta.data -= self.lr * self.theta.grad / (np.sqrt(self.squares) + self.eps)


class Adam(Optimizer):
    """Momentum and RMSProp in one, with their slow start corrected."""

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-7,
        bias_correction: bool = True,
    ) -> None:
        super().__init__(parameters, lr)
        self.betas = (_checked("betas[0]", betas[0], 1), _checked("betas[1]", betas[1], 1))
        self.eps, self.bias_correction = _checked("eps", eps), bias_correction
        self.m, self.v = np.zeros_like(self.theta.data), np.zeros_like(self.theta.data)
        self.t = 0

    def step(self) -> None:
        """Count the step, update both moments, then go.

        t ← t + 1        (t = self.t: the first step has t = 1, otherwise we divide by 0)
        m ← β₁ m + (1 − β₁) g,   m̂ = m / (1 − β₁ᵗ)      (m = self.m, g = self.theta.grad)
        v ← β₂ v + (1 − β₂) g²,  v̂ = v / (1 − β₂ᵗ)      (v = self.v, β₁ and β₂ = self.betas)
        θ ← θ − lr · m̂ / (√v̂ + eps)                     (θ = self.theta.data; g stays as it is)

        If self.bias_correction is False, m̂ = m and v̂ = v. PyTorch has eps 1e-8.

        Source: slides, "Adam"; Kingma and Ba 2015, algorithm 1.

        >>> weight = Parameter([3.0], grad=[2.0])
        >>> Adam([weight], lr=0.5, eps=2.0).step() or weight.data.tolist()  # m̂ = 2, v̂ = 4
        [2.75]
        """
        self.t += 1
        beta1, beta2 = self.betas
        grad = self.theta.grad
        self.m = beta1 * self.m + (1 - beta1) * grad
        self.v = beta2 * self.v + (1 - beta2) * grad**2
        m_hat, v_hat = self.m, self.v
        if self.bias_correction:
            m_hat = self.m / (1 - beta1**self.t)
            v_hat = self.v / (1 - beta2**self.t)
        self.theta.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
