"""Foreign plain data as arrays of numbers, whatever it is: no error, no warning, no huge array."""

from typing import Any

import numpy as np

__all__ = ["as_numbers", "as_reals"]


def as_numbers(plain: Any) -> Any:
    """Read an array, a number or a nested list of numbers as an array; None if it is neither.

    An array may hold text as well. A list may not: as an array it would be as wide as its longest
    text, so that a few megabytes could ask for terabytes.

    >>> as_numbers([[1, 2], [3, 4.5]]).tolist()
    [[1.0, 2.0], [3.0, 4.5]]
    >>> as_numbers([1, [2]]) is as_numbers(["1"]) is None
    True
    """
    if not (isinstance(plain, np.ndarray | np.generic) or _is_made_of_numbers(plain)):
        return None
    try:
        numbers = np.asarray(plain)
    except (TypeError, ValueError, OverflowError):  # rows of unequal length
        return None
    return numbers if numbers.dtype.kind in "biufcSU" else None


def as_reals(plain: Any) -> Any:
    """Read real numbers as an array of float64; None if they are text, complex, or no numbers.

    >>> as_reals((True, 2)).tolist()
    [1.0, 2.0]
    >>> as_reals([1j]) is as_reals(None) is None
    True
    """
    numbers = as_numbers(plain)
    if numbers is None or numbers.dtype.kind not in "biuf":
        return None
    with np.errstate(all="ignore"):  # long doubles may be out of range
        return numbers.astype(float)


def _is_made_of_numbers(plain: Any) -> bool:
    if isinstance(plain, list | tuple):
        return all(map(_is_made_of_numbers, plain))
    if isinstance(plain, np.ndarray | np.generic):
        return plain.dtype.kind in "biufc"
    return isinstance(plain, bool | int | float | complex)
