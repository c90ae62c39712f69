"""Batch normalisation: give every feature mean 0 and variance 1 within the batch.

In training the statistics are the batch's own, so every sample's output depends on the
whole batch and backward has to follow that. In evaluation, running averages replace them.
"""

import numpy as np

from nnlab.arrays import Array
from nnlab.module import Module
from nnlab.parameter import Parameter

__all__ = ["BatchNorm1d", "identity_parameters"]


class BatchNorm1d(Module):
    """Normalise every feature, then scale by γ = `weight` and shift by β = `bias`.

    The running statistics start at mean 0 and variance 1. `momentum` weighs the new value,
    as in PyTorch; in Keras it weighs the old one.

    Shape: weight, bias, running_mean and running_var (num_features,); x (batch, num_features).
    Raises: ValueError if num_features is below 1, eps not positive, momentum not in [0, 1],
        if x has another shape, or in training fewer than two rows.
    Source: slides, "Batch Normalization"; Ioffe and Szegedy 2015.
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        if not num_features >= 1:
            raise ValueError(f"num_features must be at least 1, got {num_features}")
        if not eps > 0:
            raise ValueError(f"eps must be positive, got {eps}")
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must be in [0, 1], got {momentum}")
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = Parameter(np.ones(num_features)), Parameter(np.zeros(num_features))
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)

    def __repr__(self) -> str:
        return f"BatchNorm1d({len(self.running_mean)})"

    def check_input(self, x: Array) -> None:
        """Raise ValueError unless x is (batch, num_features), in training with batch ≥ 2."""
        n = len(self.running_mean)
        if x.ndim != 2 or x.shape[1] != n:
            raise ValueError(f"{self} expects x of shape (batch, {n}), got {x.shape}")
        if self.training and len(x) < 2:
            raise ValueError(f"{self} needs a batch of at least 2 in training, got {len(x)}")

    def forward(self, x: Array) -> Array:
        """Normalise, scale and shift; in training also update the running statistics.

        y = γ · (x − μ) / √(σ² + eps) + β

        In training (self.training) μ and σ² are the batch's mean and its biased variance (divided
        by batch), one for each feature, and the running statistics move towards them:
        running_mean ← (1 − momentum) · running_mean + momentum · μ
        running_var  ← (1 − momentum) · running_var + momentum · σ² · batch / (batch − 1)
        In evaluation μ and σ² are the running statistics, which stay as they are.

        Shape: x (batch, num_features); the result the same.
        Source: slides, "Batch Normalization"; PyTorch keeps the unbiased variance too.

        >>> layer = BatchNorm1d(1)
        >>> layer.forward(np.array([[1.0], [3.0]])).round(3).tolist()
        [[-1.0], [1.0]]
        >>> layer.running_mean.round(3).tolist(), layer.running_var.round(3).tolist()
        ([0.2], [1.1])
        """
        raise NotImplementedError("lab11_batchnorm: BatchNorm1d.forward")

    def backward(self, grad_output: Array) -> Array:
        """Add dL/dγ and dL/dβ to `weight.grad` and `bias.grad`; return dL/dx.

        γ and β stay as they are, and backward may be called again: it then adds once more.

        With x̂ = (x − μ) / √(σ² + eps) and g = grad_output, sums and means over the batch:

        dL/dγ = Σ g · x̂        dL/dβ = Σ g
        dL/dx = γ / √(σ² + eps) · (g − mean(g) − x̂ · mean(g · x̂))

        The two means are there because μ and σ² depend on x too. Where the last forward was in
        evaluation they do not, and dL/dx = γ / √(σ² + eps) · g; the mode of now does not matter.

        Shape: grad_output (batch, num_features); the result the same.
        Source: slides, "Batch Normalization"; Ioffe and Szegedy 2015, section 3.

        >>> layer = BatchNorm1d(1)
        >>> _ = layer.forward(np.array([[1.0], [3.0], [5.0]]))
        >>> layer.backward(np.array([[0.0], [1.0], [0.0]])).round(3).tolist()
        [[-0.204], [0.408], [-0.204]]
        """
        raise NotImplementedError("lab11_batchnorm: BatchNorm1d.backward")


def identity_parameters(mean: Array, var: Array, eps: float) -> tuple[Array, Array]:
    """Choose γ and β so that batch norm changes nothing: y = x where the statistics are these.

    The lecture's γ = √Var[x] and β = E[x] would do it without eps; forward divides by
    √(var + eps), and γ has to undo just that.

    Shape: mean and var (features,), eps a number; two results (features,), γ first.
    Source: slides, "Batch Normalization", to recover the identity mapping.

    >>> weight, bias = identity_parameters(np.array([5.0]), np.array([3.0]), eps=1.0)
    >>> weight.tolist(), bias.tolist()
    ([2.0], [5.0])
    """
    raise NotImplementedError("lab11_batchnorm: identity_parameters")
