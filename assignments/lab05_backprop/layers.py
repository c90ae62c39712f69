"""Layers: the affine map, the activation functions as modules, and networks of them.

Forward and backward stand side by side. A layer keeps from its last forward what backward
needs. Gradients of parameters are added to `.grad`: two calls of backward count twice, also after
one forward.
"""

from collections.abc import Callable, Sequence

import numpy as np

from nnlab.activations import relu, sigmoid, tanh
from nnlab.arrays import Array
from nnlab.module import Module, Sequential
from nnlab.parameter import Parameter

__all__ = ["Activation", "Linear", "ReLU", "Residual", "Sigmoid", "Tanh", "mlp", "uniform"]


def uniform(shape: tuple[int, int], *, rng: np.random.Generator) -> Array:
    """Draw weights from ±1/√in_features, as PyTorch's Linear does; shape is (out, in)."""
    bound = 1 / np.sqrt(shape[1])
    return rng.uniform(-bound, bound, size=shape)


class Linear(Module):
    """An affine layer, the lecture's a = W x + b. Keras calls it Dense.

    `init(shape, rng=rng)` draws the weights; the bias starts at zero.

    Shape: weight (out_features, in_features), one row for each neuron; bias (out_features,).
    Raises: ValueError if a size is below 1, or if called with x not (batch, in_features).
    Source: slides, "Multi-layer Neural Network".

    >>> Linear(4, 3, rng=np.random.default_rng(0))(np.ones((2, 4))).shape
    (2, 3)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        rng: np.random.Generator,
        init: Callable[..., Array] = uniform,
    ) -> None:
        for name, size in (("in_features", in_features), ("out_features", out_features)):
            if not size >= 1:
                raise ValueError(f"{name} must be at least 1, got {size}")
        self.weight = Parameter(init((out_features, in_features), rng=rng))
        self.bias = Parameter(np.zeros(out_features, self.weight.data.dtype))

    def __repr__(self) -> str:
        out_features, in_features = self.weight.data.shape
        return f"Linear({in_features}, {out_features})"

    def check_input(self, x: Array) -> None:
        """Raise ValueError unless x is (batch, in_features)."""
        in_features = self.weight.data.shape[1]
        if x.ndim != 2 or x.shape[1] != in_features:
            raise ValueError(f"{self} expects x of shape (batch, {in_features}), got {x.shape}")

    def forward(self, x: Array) -> Array:
        """Map every row of x to W x + b; keep in self what `backward` needs.

        y = x Wᵀ + b

        Shape: x (batch, in_features); the result (batch, out_features).

        >>> layer = Linear(2, 1, rng=np.random.default_rng(0))
        >>> layer.weight.data[...], layer.bias.data[...] = [[2.0, 3.0]], [0.5]
        >>> layer.forward(np.array([[1.0, 1.0], [1.0, 0.0]])).tolist()
        [[5.5], [2.5]]
        """
        raise NotImplementedError("lab05_backprop: Linear.forward")

    def backward(self, grad_output: Array) -> Array:
        """Add dL/dW and dL/db to `weight.grad` and `bias.grad`; return dL/dx.

        dL/dW = Σₙ gₙ xₙᵀ      dL/db = Σₙ gₙ      dL/dxₙ = Wᵀ gₙ,
        gₙ = row n of grad_output, xₙ = row n of the last forward's x

        These are sums over the batch, not means: the loss has averaged already. The weights and
        the bias stay as they are: backward only measures.

        Shape: grad_output (batch, out_features), it is dL/dy; the result (batch, in_features).
        Source: slides, "Hidden layer gradient", "Backpropagation".

        >>> layer = Linear(2, 1, rng=np.random.default_rng(0))
        >>> layer.weight.data[...] = [[2.0, 3.0]]
        >>> _ = layer.forward(np.array([[1.0, 1.0], [1.0, 0.0]]))
        >>> layer.backward(np.array([[1.0], [10.0]])).tolist()
        [[2.0, 3.0], [20.0, 30.0]]
        >>> layer.weight.grad.tolist(), layer.bias.grad.tolist()
        ([[11.0, 1.0]], [11.0])
        """
        raise NotImplementedError("lab05_backprop: Linear.backward")


class Activation(Module):
    """An activation function as a module: forward keeps input a and result g(a) for backward.

    A subclass names its function g, and its backward returns dL/da = dL/dg(a) ⊙ g'(a), where
    ⊙ multiplies entry by entry. All shapes are those of x.

    Source: slides, "Hidden layer gradient", "Gradient of Activation Functions".
    """

    function: Callable[[Array], Array]

    def forward(self, x: Array) -> Array:
        """Return g(x), and keep x as self.a and g(x) as self.g."""
        self.a, self.g = x, self.function(x)
        return self.g


class Sigmoid(Activation):
    """The sigmoid of every entry."""

    function = staticmethod(sigmoid)

    def backward(self, grad_output: Array) -> Array:
        """Return dL/da from grad_output, which is dL/dg, and the last forward's self.a or self.g.

        dL/da = dL/dg ⊙ g · (1 − g)

        >>> layer = Sigmoid()
        >>> _ = layer(np.array([[0.0, 1000.0, -1000.0]]))
        >>> layer.backward(np.array([[2.0, 2.0, 2.0]])).tolist()
        [[0.5, 0.0, 0.0]]
        """
        raise NotImplementedError("lab05_backprop: Sigmoid.backward")


class Tanh(Activation):
    """The tanh of every entry."""

    function = staticmethod(tanh)

    def backward(self, grad_output: Array) -> Array:
        """Return dL/da from grad_output, which is dL/dg, and the last forward's self.a or self.g.

        dL/da = dL/dg ⊙ (1 − g²)

        >>> layer = Tanh()
        >>> _ = layer(np.array([[0.0, 1000.0, -1000.0]]))
        >>> layer.backward(np.array([[2.0, 2.0, 2.0]])).tolist()
        [[2.0, 0.0, 0.0]]
        """
        raise NotImplementedError("lab05_backprop: Tanh.backward")


class ReLU(Activation):
    """The positive part of every entry."""

    function = staticmethod(relu)

    def backward(self, grad_output: Array) -> Array:
        """Return dL/da from grad_output, which is dL/dg, and the last forward's self.a or self.g.

        dL/da = dL/dg where a > 0, and 0 where a < 0. At 0 there is a kink: we take 0, and any
        share of dL/dg is right.

        >>> layer = ReLU()
        >>> _ = layer(np.array([[-1.0, 3.0]]))
        >>> layer.backward(np.array([[2.0, 2.0]])).tolist()
        [[0.0, 2.0]]
        """
        raise NotImplementedError("lab05_backprop: ReLU.backward")


def mlp(
    sizes: Sequence[int], activation: Callable[[], Module], *, rng: np.random.Generator
) -> Sequential:
    """Build a network of Linear layers, with an activation after every one but the last.

    sizes = (inputs, hidden, …, outputs): two neighbours are the sizes of one layer. Each
    call of activation() makes a new module. rng draws the weights of all layers.

    Source: slides, "Multi-layer Neural Network".

    >>> mlp((2, 8, 3), Tanh, rng=np.random.default_rng(0))
    Sequential(Linear(2, 8), Tanh(), Linear(8, 3))
    """
    raise NotImplementedError("lab05_backprop: mlp")


class Residual(Module):
    """A module with a way around it: y = x + f(x), as in residual networks.

    x feeds two: f, and the sum.

    Source: slides, "Multi-layer Neural Network: Deep Networks".
    """

    def __init__(self, inner: Module) -> None:
        self.inner = inner

    def __repr__(self) -> str:
        return f"Residual({self.inner})"

    def forward(self, x: Array) -> Array:
        """Return x + f(x), f being the inner module."""
        return x + self.inner(x)

    def backward(self, grad_output: Array) -> Array:
        """Return dL/dx: what feeds two gets the gradients of both ways, added.

        dL/dxⱼ = Σᵢ dL/dqᵢ · ∂qᵢ/∂xⱼ over all qᵢ that xⱼ feeds; here dL/dx = g + f'ᵀ g,
        with g = grad_output, and f'ᵀ g is what the inner module's backward returns

        Shape: grad_output that of x; the result the same.

        >>> block = Residual(Tanh())
        >>> _ = block(np.array([[0.0, 1000.0]]))
        >>> block.backward(np.array([[3.0, 5.0]])).tolist()
        [[6.0, 5.0]]
        """
        raise NotImplementedError("lab05_backprop: Residual.backward")
