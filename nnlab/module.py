"""Modules: the building blocks of networks.

A `Module` maps a batch forward, keeps what it needs, and maps the loss's gradient backward;
`Sequential` stacks modules. There is no graph and no automatic differentiation: every module
states its own derivative.
"""

from typing import Self

import numpy as np
from numpy.typing import DTypeLike

from nnlab.arrays import Array
from nnlab.parameter import Parameter

__all__ = ["Module", "Parameter", "Sequential", "count_parameters"]


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
        """Raise ValueError if forward cannot take the shape of x. Here any shape is accepted."""

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
        """Set the gradient of every parameter to zero, also one that is infinite or nan.

        Those of modules within this one are set as well, and no `data` changes. `backward` adds to the
        gradients, so every step of training begins with this.

        >>> module = Module()
        >>> module.weight = Parameter([1.0, 2.0], grad=[3.0, 4.0])
        >>> module.zero_grad()
        >>> module.weight.grad.tolist()
        [0.0, 0.0]
        """
        for parameter in self.parameters():
            parameter.grad[...] = 0

    def train(self, mode: bool = True) -> Self:  # noqa: FBT001, FBT002 - PyTorch's signature
        """Switch to training mode."""
        self.training = mode
        for part in self._parts():
            if isinstance(part, Module):
                part.train(mode)
        return self

    def eval(self) -> Self:
        """Switch to evaluation mode: batch norm uses its running statistics, dropout is off."""
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
    """A network: the list `modules`, each of which is given the result of the one before."""

    def __init__(self, *modules: Module) -> None:
        self.modules = list(modules)

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.modules))})"

    def forward(self, x: Array) -> Array:
        """Run x through the modules, first to last; each is called, `module(x)`.

        Shape: x of any shape that the first module takes; the result as the last one gives it.
        Source: slides, "Multi-layer Neural Network".

        >>> from nnlab.layers import ReLU, Tanh
        >>> Sequential(Tanh(), ReLU()).forward(np.array([[-1000.0, 0.0, 1000.0]])).tolist()
        [[0.0, 0.0, 1.0]]
        """
        for module in self.modules:
            x = module(x)
        return x

    def backward(self, grad_output: Array) -> Array:
        """Run the gradient through the modules, last to first; return dL/dx.

        The lecture's loop for k from L+1 to 1: each backward takes dL/d(its module's result) and
        returns dL/d(its module's input), which is the result of the module below.

        Shape: grad_output that of the last module's result; the result that of x.
        Source: slides, "Backpropagation".

        >>> from nnlab.layers import ReLU, Tanh
        >>> net = Sequential(Tanh(), ReLU())
        >>> _ = net(np.array([[-2.0, 2.0]]))
        >>> net.backward(np.array([[1.0, 10.0]])).round(3).tolist()
        [[0.0, 0.707]]
        """
        for module in reversed(self.modules):
            grad_output = module.backward(grad_output)
        return grad_output


def count_parameters(module: Module) -> int:
    """Count the numbers that training may change: all entries of all parameters.

    A Linear layer has in · out weights and out biases. A parameter that stands in two places counts
    once.

    Shape: module, any module, also one with modules within; the result an integer.
    Source: slides, "Multi-layer Neural Network: Deep Networks".

    >>> from nnlab.layers import Tanh, mlp
    >>> count_parameters(mlp((2, 8, 3), Tanh, rng=np.random.default_rng(0)))  # 16 + 8 + 24 + 3
    51
    """
    return sum(parameter.data.size for parameter in module.parameters())
