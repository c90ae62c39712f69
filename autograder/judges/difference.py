"""Where two values differ by more than a tolerance.

Two arrays agree when no element differs by more than `tolerance` times the largest magnitude in
either, plus 1e-12. One part in 10⁹ is far above what rounding does to the few operations of an
exercise in float64 (about 1e-15 each), and far below what any mistake does. NaN agrees with NaN
only, and an infinity with the same infinity only.
"""

from typing import Any

import numpy as np

from autograder.judges.finding import Finding, refused, wrong_kind
from autograder.judges.numbers import as_numbers
from autograder.judges.values import shape_of, value
from autograder.sandbox.codec import Opaque

__all__ = ["EXACT", "FLOOR", "difference"]

EXACT = 1e-9
FLOOR = 1e-12


def difference(observed: Any, expected: Any, tolerance: float) -> Finding | None:  # noqa: C901  one case a type
    """Compare values of any plain type, containers part by part.

    Lists pass for arrays and numbers of any real dtype for floats; shapes must agree. Complex
    numbers never pass for real ones, however small their imaginary parts are.
    """
    if _is_same_number(observed, expected, tolerance):
        return None
    if refusal := refused(observed, expected):
        return refusal
    match expected:
        case np.ndarray() | np.generic() | bool() | int() | float() | complex():
            right = as_numbers(expected)
            if right is None:  # no float holds it: an int of hundreds of digits, in foreign data
                same = type(observed) is type(expected) and observed == expected
                return None if same else _wrong_kind(observed, expected)
            return _compare_numbers(observed, right, tolerance)
        case dict():
            if not isinstance(observed, dict) or observed.keys() != expected.keys():
                return _wrong_kind(observed, expected)
            return _first(
                _named(difference(observed[name], expected[name], tolerance), str(name))
                for name in expected
            )
        case tuple() | list():
            # An array of the parts is as good as a tuple of them.
            is_array = isinstance(observed, np.ndarray) and observed.ndim
            if not (is_array or isinstance(observed, tuple | list)):
                return _wrong_kind(observed, expected)
            if len(observed) != len(expected):
                return _wrong_kind(observed, expected)
            return _first(
                _named(difference(mine, right, tolerance), f"part {i + 1}")
                for i, (mine, right) in enumerate(zip(observed, expected, strict=True))
            )
        case None | str() | Opaque():
            same = type(observed) is type(expected) and observed == expected
            if not same and isinstance(observed, str) and isinstance(expected, str):
                return Finding("The text differs.")
            return None if same else _wrong_kind(observed, expected)
    return _wrong_kind(observed, expected)


def _is_same_number(observed: Any, expected: Any, tolerance: float) -> bool:
    """Check quickly whether two of Python's own numbers agree: long lists are made of them."""
    kind = type(observed)
    if kind is not type(expected) or kind not in {int, float}:
        return False
    if observed == expected:
        return True
    return kind is float and bool(
        abs(observed - expected) < tolerance * max(abs(observed), abs(expected))
    )


def _compare_numbers(observed: Any, expected: Any, tolerance: float) -> Finding | None:
    """Compare arrays of numbers: kind first, then shape, then values."""
    numbers = as_numbers(observed, beside=expected)
    if numbers is None:
        return _wrong_kind(observed, expected)
    if numbers.shape != expected.shape:
        if expected.ndim == 0:
            return Finding(f"It is {shape_of(observed)}, where a single number is expected.")
        return Finding(f"The shape is {numbers.shape}, where {expected.shape} is expected.")
    if expected.dtype.kind in "SU" or numbers.dtype.kind in "SU":
        return _compare_text(numbers, expected)
    if numbers.dtype.kind == "c" != expected.dtype.kind:
        return Finding("It is made of complex numbers, where real ones are expected.")
    if (numbers == expected).all():  # the usual case, ten times as fast
        return None
    wide = complex if expected.dtype.kind == "c" else float
    with np.errstate(all="ignore"):
        mine, right = numbers.astype(wide), expected.astype(wide)
        allowed = tolerance * max(_largest(mine), _largest(right)) + FLOOR
        agree = (
            (np.abs(mine - right) <= allowed) | (mine == right) | (np.isnan(mine) & np.isnan(right))
        )
    if agree.all():
        return None
    return _where(mine, right, agree)


def _compare_text(observed: Any, expected: Any) -> Finding | None:
    if observed.dtype.kind == expected.dtype.kind:
        return None if (observed == expected).all() else Finding("The text differs.")
    if expected.dtype.kind in "SU":
        return Finding("It is made of numbers, where text is expected.")
    return Finding("It is made of text, where numbers are expected.")


def _largest(numbers: Any) -> float:
    """Find the largest finite part; a complex number's magnitude could overflow where its parts do not."""
    parts = np.abs(np.stack([numbers.real, numbers.imag]))
    return float(parts[np.isfinite(parts)].max(initial=0.0))


def _where(mine: Any, right: Any, agree: Any) -> Finding:
    """Say which element differs first, and how many do."""
    wrong = int((~agree).sum())
    if mine.ndim == 0:
        return Finding()
    first = np.unravel_index(int(np.argmin(agree)), agree.shape)
    at = ", ".join(str(int(i)) for i in first)
    number = value(mine[first], beside=right[first])
    instead = value(right[first], beside=mine[first])
    count = "" if mine.size == 1 else f" {wrong} of {mine.size} entries differ."
    return Finding(f"Entry [{at}] is {number}, where {instead} is expected.{count}")


def _wrong_kind(observed: Any, expected: Any) -> Finding:
    return wrong_kind(observed, f"{shape_of(expected)} is")


def _named(finding: Finding | None, name: str) -> Finding | None:
    return finding and Finding(
        f"{name}: {finding.detail}" if finding.detail else f"{name.capitalize()} differs."
    )


def _first(findings: Any) -> Finding | None:
    return next((finding for finding in findings if finding), None)
