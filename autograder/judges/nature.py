"""What is objectively visible between a wrong array and the right one.

Not a diagnosis: a relation that anybody could verify, such as "every entry is 2 times too large".
A relation must hold for all entries to one part in 10⁷, or nothing is said.
"""

from typing import Any

import numpy as np

__all__ = ["nature"]

TIGHT = 1e-7
WORDS = {2.0: "twice as large as", 0.5: "half as large as", -1.0: "the negative of"}


def nature(mine: Any, right: Any) -> str:
    """Describe how a wrong array differs from the right one; empty if no simple relation holds.

    >>> nature(np.array([2.0, -6.0, 3.0]), np.array([1.0, -3.0, 1.5]))
    'Every entry is twice as large as expected.'
    >>> nature(np.array([[1.0, 3.0], [2.0, 4.0]]), np.array([[1.0, 2.0], [3.0, 4.0]]))
    'It is the transpose of what is expected.'
    """
    if mine.shape != right.shape:
        return "It is the transpose of what is expected." if _transposed(mine, right) else ""
    if right.size < 2 or not np.isfinite(right).all():
        return ""
    if np.isnan(mine).any():
        return "Some entries are nan: something overflowed, or 0 was divided by 0."
    if not np.isfinite(mine).all():
        return "Some entries are infinite: something overflowed, or was divided by 0."
    for relation in (_ratio, _offset, _transpose, _order, _zeroed):
        said = relation(mine, right)
        if said:
            return said
    return ""


def _close(a: Any, b: Any) -> bool:
    """Tell whether two arrays agree tightly, measured by the larger of them."""
    scale = max(float(np.abs(a).max(initial=0.0)), float(np.abs(b).max(initial=0.0)))
    return bool((np.abs(a - b) <= TIGHT * scale).all())


def _transposed(mine: Any, right: Any) -> bool:
    return bool(mine.ndim == 2 and mine.shape == right.T.shape and _close(mine, right.T))


def _ratio(mine: Any, right: Any) -> str:
    used = np.abs(right) > 1e-3 * np.abs(right).max()
    if used.sum() < 2:
        return ""
    ratio = float(np.median(mine[used] / right[used]))
    if ratio == 0 or not _close(mine, ratio * right):
        return ""
    near = next((word for number, word in WORDS.items() if abs(ratio - number) < TIGHT), None)
    return f"Every entry is {near or f'{ratio:.4g} times'} {'' if near else 'what is '}expected."


def _offset(mine: Any, right: Any) -> str:
    gap = mine - right
    if not _close(gap, np.full_like(gap, gap.flat[0])):
        return ""
    return f"Every entry is off by the same amount, {float(gap.flat[0]):.4g}."


def _transpose(mine: Any, right: Any) -> str:
    return "It is the transpose of what is expected." if _transposed(mine, right) else ""


def _order(mine: Any, right: Any) -> str:
    if _close(np.sort(mine, axis=None), np.sort(right, axis=None)):
        return "The right numbers are there, in another order."
    return ""


def _zeroed(mine: Any, right: Any) -> str:
    wrong = ~np.isclose(mine, right, rtol=1e-7, atol=1e-12)
    if wrong.any() and not wrong.all() and not mine[wrong].any():
        return f"{int(wrong.sum())} entries are 0 that should not be; the others are right."
    return ""
