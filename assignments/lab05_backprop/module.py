"""Parameters and modules: the two ideas that networks are made of.

A `Parameter` is an array with a gradient beside it. A `Module` maps a batch forward, keeps what
it needs, and maps the loss's gradient backward; `Sequential` stacks modules. There is no graph
and no automatic differentiation: every module states its own derivative.
"""

from collections.abc import Iterable
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from nnlab.arrays import Array

__all__ = ["Module", "Parameter", "ParameterVector", "Sequential"]


class Parameter:
    """An array that training changes, `.data`, and the loss's gradient with respect to it, `.grad`.

    Shape: data of any shape, it is copied; grad the same.

    >>> Parameter([1.0, 2.0]).grad.tolist()
    [0.0, 0.0]
    """

    def __init__(self, data: ArrayLike, grad: ArrayLike = 0.0) -> None:
        given = np.asarray(data)
        self.data: Array = given.astype(given.dtype if given.dtype.kind == "f" else float)
        self.grad: Array = np.full_like(self.data, grad)

    def astype(self, dtype: DTypeLike) -> None:
        """Convert both arrays."""
        self.data, self.grad = self.data.astype(dtype), self.grad.astype(dtype)


class Module:
    """A building block: `forward` maps a batch, `backward` maps gradients the other way.

    Call the module, `module(x)`: that checks the shape of x and runs forward. A new module is
    in training mode. Parameters and modules among its attributes, or in lists there, are parts.
    """

    training = True

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def __call__(self, x: Array) -> Array:
        """Check x, then return forward(x)."""
        self.check_input(x)
        return self.forward(x)

    def check_input(self, x: Array) -> None:
        """Raise ValueError if forward cannot take the shape of x. Here any shape will do."""

    def forward(self, x: Array) -> Array:
        """Map a batch; keep what backward needs."""
        raise NotImplementedError(f"{type(self).__name__}.forward")

    def backward(self, grad_output: Array) -> Array:
        """Take dL/d(result of the last forward); add to every `.grad`, return dL/dx."""
        raise NotImplementedError(f"{type(self).__name__}.backward")

    def _parts(self) -> list["Parameter | Module"]:
        values = [value if isinstance(value, list) else [value] for value in vars(self).values()]
        return [part for value in values for part in value if isinstance(part, Parameter | Module)]

    def parameters(self) -> list[Parameter]:
        """List all parameters, in order of creation, each once."""
        found: list[Parameter] = []
        for part in self._parts():
            found += [part] if isinstance(part, Parameter) else part.parameters()
        return list(dict.fromkeys(found))

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero.

        `backward` adds to the gradients, so every step of training begins with this.

        >>> module = Module()
        >>> module.weight = Parameter([1.0, 2.0], grad=[3.0, 4.0])
        >>> module.zero_grad()
        >>> module.weight.grad.tolist()
        [0.0, 0.0]
        """
        raise NotImplementedError("lab05_backprop: Module.zero_grad")

    def train(self, mode: bool = True) -> Self:  # noqa: FBT001, FBT002 - PyTorch's signature
        """Switch to training mode."""
        self.training = mode
        for part in self._parts():
            if isinstance(part, Module):
                part.train(mode)
        return self

    def eval(self) -> Self:
        """Switch to evaluation mode: batch norm uses its running statistics, dropout rests."""
        return self.train(mode=False)

    def astype(self, dtype: DTypeLike) -> Self:
        """Convert all floating-point arrays, say to float32."""
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray) and value.dtype.kind == "f":
                setattr(self, name, value.astype(dtype))
        for part in self._parts():
            part.astype(dtype)
        return self


class Sequential(Module):
    """A network: the list `modules`, each fed with the result of the one before."""

    def __init__(self, *modules: Module) -> None:
        self.modules = list(modules)

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.modules))})"

    def forward(self, x: Array) -> Array:
        """Run x through the modules, first to last; each is called, `module(x)`.

        Source: slides, "Multi-layer Neural Network".

        >>> from nnlab.layers import ReLU, Tanh
        >>> Sequential(Tanh(), ReLU()).forward(np.array([[-1000.0, 0.0, 1000.0]])).tolist()
        [[0.0, 0.0, 1.0]]
        """
        raise NotImplementedError("lab05_backprop: Sequential.forward")

    def backward(self, grad_output: Array) -> Array:
        """Run the gradient through the modules, last to first; return dL/dx.

        The lecture's loop for k from L+1 to 1: each backward takes dL/d(its module's result) and
        returns dL/d(its module's input), which is the result of the module below.

        Source: slides, "Backpropagation".

        >>> from nnlab.layers import ReLU, Tanh
        >>> net = Sequential(Tanh(), ReLU())
        >>> _ = net(np.array([[-2.0, 2.0]]))
        >>> net.backward(np.array([[1.0, 10.0]])).round(3).tolist()
        [[0.0, 0.707]]
        """
        raise NotImplementedError("lab05_backprop: Sequential.backward")


class ParameterVector:
    """Many parameters as one: `.data` and `.grad` are vectors that hold theirs end to end.

    The parameters' own arrays become views of the vectors, so each side sees what the other
    changes, and an optimizer updates a whole network in a few long operations.

    >>> weight, bias = Parameter([[1.0, 2.0]]), Parameter([3.0])
    >>> ParameterVector([weight, bias]).data += 1
    >>> weight.data.tolist(), bias.data.tolist()
    ([[2.0, 3.0]], [4.0])
    """

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        self.parameters = list(parameters)
        if not self.parameters:
            raise ValueError("parameters must hold at least one Parameter, got none")
        self._data = self._grad = np.empty(0)

    @property
    def data(self) -> Array:
        """The values of all parameters. Assigning changes them in place."""
        return self._gathered()[0]

    @data.setter
    def data(self, value: Array) -> None:
        if value is not self._data:  # after `data -= …` it is
            self.data[...] = value

    @property
    def grad(self) -> Array:
        """The gradients of all parameters."""
        return self._gathered()[1]

    def _gathered(self) -> tuple[Array, Array]:
        """Take the parameters in, unless they are: a copy or another vector may hold them."""
        ours = (p.data.base is self._data and p.grad.base is self._grad for p in self.parameters)
        if not all(ours):
            self._data = np.concatenate([p.data.ravel() for p in self.parameters])
            self._grad = np.concatenate([p.grad.ravel() for p in self.parameters])
            start = 0
            for p in self.parameters:
                here, start = slice(start, start + p.data.size), start + p.data.size
                p.data = self._data[here].reshape(p.data.shape)
                p.grad = self._grad[here].reshape(p.data.shape)
        return self._data, self._grad
