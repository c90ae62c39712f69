"""What training changes: an array with its gradient beside it, and many of them as one vector.

An optimizer sees a whole network as two long vectors: each rule reads as the lecture writes it,
and a few long operations are faster than many short ones.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from nnlab.arrays import Array

__all__ = ["Parameter", "ParameterVector"]


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
        """Make the parameters views of the vectors, unless they are: a copy or vector may hold them."""
        ours = (p.data.base is self._data and p.grad.base is self._grad for p in self.parameters)
        if not all(ours):
            self._data = np.concatenate([p.data.ravel() for p in self.parameters])
            self._grad = np.concatenate([p.grad.ravel() for p in self.parameters])
            # Freed at once, so that the C library keeps as much memory for the results of each step
            # instead of asking the system for it again. It does so up to 32 MB.
            np.empty(min(8 * self._data.nbytes, 2**25 - 2**12), np.uint8)
            start = 0
            for p in self.parameters:
                here, start = slice(start, start + p.data.size), start + p.data.size
                p.data = self._data[here].reshape(p.data.shape)
                p.grad = self._grad[here].reshape(p.data.shape)
        return self._data, self._grad
