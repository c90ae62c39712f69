"""What is visible of numbers that are all but right: a short type, rounding, a bound, a small constant.

As in `relations`, a relation holds for all numbers of all cases and is one that anybody could verify. It
says what the answer does, and asks what the cause may be where several would lead to it.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograder.grading.relations import Pair
from autograder.judges.difference import EXACT, FLOOR
from autograder.judges.values import number

__all__ = ["nearly"]

NEAR = 1e-3
"""Numbers that are off by more than this part of the largest are not nearly right."""
NOISE = 1e-14
"""What rounding in float64 does, as a part of the largest number."""
FEW = 3
MOST_DECIMALS = 9
OPERATIONS = 100
"""Roundings that a computation in a short type may add up."""
SHORT_TYPES = (np.float16, np.float32)
ROUNDS_IN_FLOAT32 = 1e-6


def nearly(pairs: Sequence[Pair]) -> str:
    """Describe how numbers differ that are nearly right; empty if they are not, or nothing is simple.

    >>> right = np.array([0.123456789, 1 / 3, 2 / 7])
    >>> nearly([(np.round(right, 4), right)])
    'Every entry is what is expected, rounded to 4 decimals.'
    >>> nearly([(right.astype(np.float32), right)])
    'It is right to 7 digits, and its type is float32: somewhere it computes in float32.'
    """
    with np.errstate(all="ignore"):
        if any(mine.shape != right.shape for mine, right in pairs):
            return ""
        known = [_known(*pair) for pair in pairs]
        types = {mine.dtype for mine, _ in pairs}
        if not any(_differ(*pair).any() for pair in known):
            return ""
        subject = "It is" if all(right.ndim == 0 for _, right in pairs) else "Every entry is"
        return next(filter(None, _facts(known, types, subject)), "")


def _facts(pairs: Sequence[Pair], types: set[Any], subject: str) -> Iterator[str]:
    yield _bounded(pairs)
    if not all(np.isfinite(pair).all() for pair in pairs):
        return
    yield _of_short_type(pairs, types)
    yield _rounded(pairs, subject)
    yield _held_by_short_type(pairs)
    if _error(pairs) <= NEAR:
        yield _shifted(pairs, subject)
        yield _scaled(pairs, subject)
        yield _one_sided(pairs)
        yield _inexact(pairs)


def _known(mine: Any, right: Any) -> Pair:
    """Take the numbers as float64, those that are nan on both sides left out."""
    mine, right = mine.astype(float).ravel(), right.astype(float).ravel()
    kept = ~(np.isnan(mine) & np.isnan(right))
    return mine[kept], right[kept]


def _largest(numbers: Any) -> float:
    return float(np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0))


def _differ(mine: Any, right: Any) -> Any:
    """Mark what differs by more than rounding, as the strictest judge does."""
    allowed = EXACT * max(_largest(mine), _largest(right)) + FLOOR
    return ~((np.abs(mine - right) <= allowed) | (mine == right))


def _error(pairs: Sequence[Pair]) -> float:
    """Measure the largest error, as a part of its case's largest number."""
    errors = [
        float(np.abs(mine - right).max(initial=0.0)) / (_largest(right) or 1.0)
        for mine, right in pairs
    ]
    return max(errors)


def _joined(pairs: Sequence[Pair]) -> Pair:
    mine, right = map(np.concatenate, zip(*pairs, strict=True))
    return mine, right


def _how_exact(pairs: Sequence[Pair]) -> str:
    """Say to how many digits every number is right, or how far the worst is off."""
    mine, right = _joined(pairs)
    at = mine != right
    worst = float((np.abs(mine - right) / np.abs(right))[at].max(initial=0.0))
    if worst <= NEAR:
        return f"It is right to {math.floor(-math.log10(worst))} digits"
    return f"No number is off by more than {_error(pairs):.0e} of the largest"


def _of_short_type(pairs: Sequence[Pair], types: set[Any]) -> str:
    kind = next(iter(types))
    if len(types) > 1 or kind not in SHORT_TYPES or _error(pairs) > _rounding(kind):
        return ""
    return f"{_how_exact(pairs)}, and its type is {kind}: somewhere it computes in {kind}."


def _rounding(kind: Any) -> float:
    """Bound the error of a computation in a short type, as a part of the largest number."""
    return min(OPERATIONS * float(np.finfo(kind).eps), 0.02)


def _held_by_short_type(pairs: Sequence[Pair]) -> str:
    """Find numbers of which each is one that a short type holds, though its type is another."""
    mine, right = _joined(pairs)
    if len(np.unique(mine)) < FEW:
        return ""
    for short in SHORT_TYPES:
        held = (mine == mine.astype(short)).all() and not (right == right.astype(short)).all()
        if held and _error(pairs) <= _rounding(short):
            name = short.__name__
            return (
                f"{_how_exact(pairs)}, and each number is one that {name} holds: somewhere it "
                f"computes in {name}."
            )
    return ""


def _rounded(pairs: Sequence[Pair], subject: str) -> str:
    mine, right = _joined(pairs)
    for decimals in range(MOST_DECIMALS + 1):
        same = np.abs(mine - np.round(right, decimals)) <= NOISE * np.maximum(np.abs(right), 1)
        if not same.all():
            continue
        if not mine.any() or len(np.unique(right)) < FEW - decimals:
            return ""
        to = "whole numbers" if decimals == 0 else f"{decimals} decimals"
        return f"{subject} what is expected, rounded to {to.replace('1 decimals', '1 decimal')}."
    return ""


def _bounded(pairs: Sequence[Pair]) -> str:
    """Find a bound that is right but for what should lie beyond it."""
    wrong = np.concatenate([_differ(*pair) for pair in pairs])
    mine, right = _joined(pairs)
    if wrong.all():
        return ""
    said, bounds, left = [], [], wrong
    for word, sign in (("below", 1), ("above", -1)):
        beyond = wrong & (sign * mine > sign * right)
        bound = mine[beyond][:1]
        if not bound.size:
            continue
        inside = sign * mine[~beyond] >= sign * bound - NOISE * np.abs(bound)
        only_one = len(np.unique(right[beyond])) < 2 and np.isfinite(right[beyond]).all()
        if (mine[beyond] != bound).any() or only_one or not inside.all():
            return ""
        left = left & ~beyond
        said.append(f"{word} {number(bound[0])}")
        bounds.append(number(bound[0]))
    if left.any():
        return ""
    return f"What should be {' or '.join(said)} is {' or '.join(bounds)}; all else is right."


def _shifted(pairs: Sequence[Pair], subject: str) -> str:
    """Find one small amount that is added to every number."""
    mine, right = _joined(pairs)
    gaps = mine - right
    gap = float(np.median(gaps))
    noise = NOISE * _largest(right)
    if len(np.unique(right)) < 2 or abs(gap) <= 100 * noise:
        return ""
    if (np.abs(gaps - gap) > NEAR * abs(gap) + noise).any():
        return ""
    return f"{subject} too {'large' if gap > 0 else 'small'} by the same amount, {abs(gap):.3g}."


def _scaled(pairs: Sequence[Pair], subject: str) -> str:
    """Find one factor that is nearly 1 between all numbers."""
    mine, right = _joined(pairs)
    used = np.abs(right) > NEAR * _largest(right)
    shares = ((mine - right) / right)[used]
    share = float(np.median(shares)) if shares.size else 0.0
    if len(np.unique(right[used])) < 2 or abs(share) <= 100 * NOISE:
        return ""
    off = np.abs(mine - right - share * right)
    if (off > NEAR * abs(share) * np.abs(right) + NOISE * _largest(right)).any():
        return ""
    return f"{subject} {number(1 + share, 1.0)} times what is expected."


def _one_sided(pairs: Sequence[Pair]) -> str:
    """Find errors that are all to one side, as a small constant makes them."""
    wrong = np.concatenate([_differ(*pair) for pair in pairs])
    mine, right = (numbers[wrong] for numbers in _joined(pairs))
    if len(np.unique(right)) < FEW:
        return ""
    bigger, farther = mine > right, np.abs(mine) > np.abs(right)
    sides = {"too large": bigger, "too small": ~bigger}
    sides |= {"too far from 0": farther, "too near to 0": ~farther}
    side = next((side for side, holds in sides.items() if holds.all()), None)
    if side is None:
        return ""
    return (
        f"{_how_exact(pairs)}, and all that differs is {side}: is a small constant, such as 1e-8, "
        "added somewhere?"
    )


def _inexact(pairs: Sequence[Pair]) -> str:
    why = "is something rounded, or a small constant added?"
    if _error(pairs) <= ROUNDS_IN_FLOAT32:
        why = "does something compute in float32?"
    return f"{_how_exact(pairs)}, not more: {why}"
