"""Foreign plain data as arrays of numbers, whatever it is: no error, no warning, no huge array."""

import contextlib
import math
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

__all__ = ["as_numbers", "as_reals", "quietly"]


FEW = 1000
"""A list of so many parts is always read, whatever is beside it, so that its shape can be named."""


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Compute with foreign numbers, and hide numpy's warnings about them."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def as_numbers(plain: Any, beside: Any = None) -> Any:
    """Read an array, a number or a nested list of numbers as an array; None if it is neither.

    An array may hold text as well. A list may not: as an array it would be as wide as its longest
    text, so that a few megabytes could ask for terabytes. One of far more parts than the array
    `beside` it has is not read: it cannot be equal.

    >>> as_numbers([[1, 2], [3, 4.5]]).tolist()
    [[1.0, 2.0], [3.0, 4.5]]
    >>> as_numbers([1, [2]]) is as_numbers(["1"]) is None
    True
    """
    most = math.inf if beside is None else FEW + 2 * beside.size
    if not (isinstance(plain, np.ndarray | np.generic) or _is_made_of_numbers(plain, most)):
        return None
    try:
        numbers = np.asarray(plain)
    except (TypeError, ValueError, OverflowError):  # rows of unequal length
        return None
    return numbers if numbers.dtype.kind in "biufcSU" else None


def as_reals(plain: Any, beside: Any = None) -> Any:
    """Read real numbers as an array of float64; None if they are text, complex, or not numbers.

    >>> as_reals((True, 2)).tolist()
    [1.0, 2.0]
    >>> as_reals([1j]) is as_reals(None) is None
    True
    """
    numbers = as_numbers(plain, beside)
    if numbers is None or numbers.dtype.kind not in "biuf":
        return None
    with np.errstate(all="ignore"):  # long doubles may be out of range
        return numbers.astype(float)


def _is_made_of_numbers(plain: Any, most: float) -> bool:
    parts = [plain]
    while parts and most >= len(parts):
        part = parts.pop()
        most -= 1
        if isinstance(part, list | tuple):
            parts += part
        elif isinstance(part, np.ndarray | np.generic):
            if part.dtype.kind not in "biufc":
                return False
        elif not isinstance(part, bool | int | float | complex):
            return False
    return not parts
