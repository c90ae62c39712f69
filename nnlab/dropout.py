"""Dropout: switch off random units in training, so that none can rely on another.

In evaluation nothing is dropped. The lecture leaves open how the two are made to agree; we
use inverted dropout, as all libraries do: in training, what is kept is scaled up.
"""

import numpy as np

from nnlab.arrays import Array
from nnlab.module import Module

__all__ = ["Dropout", "monte_carlo_mean"]


class Dropout(Module):
    """Set each entry to zero with probability p in training; change nothing in evaluation.

    p: probability to drop, as in the lecture and in PyTorch; some papers state the share kept.

    Raises: ValueError if p is not in [0, 1).
    Source: slides, "Dropout"; Srivastava et al. 2014.
    """

    def __init__(self, p: float = 0.5, *, rng: np.random.Generator) -> None:
        if not 0 <= p < 1:
            raise ValueError(f"p must be in [0, 1), got {p}")
        self.p, self.rng = p, rng

    def __repr__(self) -> str:
        return f"Dropout({self.p})"

    def forward(self, x: Array) -> Array:
        """Drop entries of x, each by a draw of its own from self.rng; keep what backward needs.

        y = x ⊙ mask,  mask = 0 with probability p, else 1 / (1 − p)

        The factor keeps the expected value of y at x, which stays as it is. Every call draws new
        numbers. In evaluation y = x.

        Shape: x of floats, of one axis or more; the result the same.
        Source: slides, "Regularization: Dropout", "Dropout: Test time".

        >>> layer = Dropout(0.75, rng=np.random.default_rng(0))
        >>> np.unique(layer.forward(np.ones((10, 10)))).tolist()
        [0.0, 4.0]
        >>> layer.eval().forward(np.array([2.0, 3.0])).tolist()
        [2.0, 3.0]
        """
        if not self.training:
            self._mask = np.ones_like(x)
            return x
        keep = self.rng.random(x.shape, dtype=np.float32) >= self.p  # half the bits, less time
        self._mask = keep.astype(x.dtype) / (1 - self.p)
        return x * self._mask

    def backward(self, grad_output: Array) -> Array:
        """Return dL/dx: dropped entries get no gradient, the others the factor that scaled them.

        dL/dx = dL/dy ⊙ mask, the mask of the last forward: all ones if that was in evaluation,
        whatever the mode of now is. backward may be called again, with the same mask. An entry of x
        that was 0 by itself is dropped or kept as any other.

        Shape: grad_output that of x; the result the same.

        >>> layer = Dropout(0.75, rng=np.random.default_rng(0))
        >>> y = layer.forward(np.ones((10, 10)))
        >>> bool((layer.backward(np.ones((10, 10))) == y).all())
        True
        """
        return grad_output * self._mask


def monte_carlo_mean(module: Module, x: Array, n_draws: int) -> Array:
    """Average what a module answers in training: the lecture's integral, by random draws.

    E_z[f(x, z)] ≈ (1/n) Σᵢ f(x, zᵢ),  every zᵢ a new draw of what is dropped

    Call the module in training mode, n_draws times; its own generator draws. Afterwards the module
    is in the mode in which it was; parts of it in another mode need not be. For one linear layer the
    mean comes ever closer to the answer in evaluation; for a network with ReLU units it does not.

    Shape: module maps x to an array; n_draws at least 1; the result has the shape of module(x).
    Source: slides, "Dropout: Test time".

    >>> layer = Dropout(0.5, rng=np.random.default_rng(0)).eval()
    >>> monte_carlo_mean(layer, np.array([10.0]), n_draws=10_000).round(0).tolist(), layer.training
    ([10.0], False)
    """
    mode = module.training
    module.train()
    answers = [module(x) for _ in range(n_draws)]
    module.train(mode)
    mean: Array = np.mean(answers, axis=0)
    return mean
