"""Take values apart into arrays of numbers that can be compared, each under the name of its part."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.judges.numbers import as_numbers

__all__ = ["Arrays", "paired"]

Arrays = dict[str, tuple[Any, Any]]
"""What came back and what is right, part by part; a value that is one array has one part, ""."""

MOST = 1_000_000


def paired(observed: Any, expected: Any) -> Arrays | None:
    """Pair the numbers of two values; None if they are not built alike, or not made of real numbers.

    >>> list(paired(([1, 2], {"std": 3}), (np.zeros(2), {"std": 0.0})))
    ['part 1', 'part 2, std']
    """
    found = list(_pairs(observed, expected, ""))
    pairs = {name: pair for name, pair in found if pair is not None}
    return pairs if pairs and len(pairs) == len(found) else None


def _pairs(observed: Any, expected: Any, name: str) -> Iterator[tuple[str, Any]]:
    right = None if _of_arrays(expected) else as_numbers(expected)
    if right is not None:
        mine = as_numbers(observed, beside=right)
        yield name, (mine, right) if mine is not None and _real(mine) and _real(right) else None
    elif isinstance(expected, dict) and isinstance(observed, dict):
        alike = observed.keys() == expected.keys()
        for key in expected if alike else ():
            yield from _pairs(observed[key], expected[key], _below(name, str(key)))
        if not alike:
            yield name, None
    elif isinstance(expected, tuple | list) and isinstance(observed, tuple | list | np.ndarray):
        alike = (
            np.shape(observed)[:1] == (len(expected),)
            if isinstance(observed, np.ndarray)
            else (len(observed) == len(expected))
        )
        for i, part in enumerate(expected if alike else ()):
            yield from _pairs(observed[i], part, _below(name, f"part {i + 1}"))
        if not alike:
            yield name, None
    elif type(observed) is not type(expected) or observed != expected:
        yield name, None


def _of_arrays(expected: Any) -> bool:
    """Return whether this is a tuple of arrays: each is a result of its own, also where they fit together."""
    return isinstance(expected, tuple) and any(
        isinstance(part, np.ndarray) and part.ndim for part in expected
    )


def _below(name: str, part: str) -> str:
    return f"{name}, {part}" if name else part


def _real(numbers: Any) -> bool:
    return numbers.dtype.kind in "biuf" and numbers.size <= MOST
