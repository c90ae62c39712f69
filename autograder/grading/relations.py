"""What is objectively visible between wrong numbers and the right ones.

Not a diagnosis: relations that anybody could verify, such as "every entry is twice as large as
expected". A relation must hold for all entries of all cases to one part in 10⁷ of the case's
largest, and for numbers that could have shown it to be false; else nothing is said.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.judges.values import number

__all__ = ["Pair", "agree", "relation"]

TIGHT = 1e-7
DIGITS = 4
FEW = 3
SMALL = 1e-3
WORDS = {2.0: "twice as large as", 0.5: "half as large as", -1.0: "the negative of what is"}

Pair = tuple[Any, Any]
"""Two arrays of real numbers: what came back, and what is right."""


def relation(pairs: Sequence[Pair]) -> str:
    """Describe how wrong arrays differ from the right ones; empty if no simple relation holds.

    >>> relation([(np.array([2.0, -6.0, 3.0]), np.array([1.0, -3.0, 1.5]))])
    'Every entry is twice as large as expected.'
    >>> relation([(np.array([[1.0, 3.0], [2.0, 4.0]]), np.array([[1.0, 2.0], [3.0, 4.0]]))])
    'It is the transpose of what is expected.'
    """
    with np.errstate(all="ignore"):
        some = any(right.size for _, right in pairs)
        if not some or any(not np.isfinite(right).all() for _, right in pairs):
            return ""
        if any(mine.shape != right.shape for mine, right in pairs):
            return _first(
                pairs, _transposed, _one_axis_more, _not_summed, _added_up, _one_row_off, _reshaped
            )
        if any(not np.isfinite(mine).all() for mine, _ in pairs):
            return ""
        return _first(
            pairs,
            *(
                _nothing,
                _ratio,
                _offset,
                _cut_off,
                _inverted,
                _signs,
                _power,
                _factors,
            ),
            *(_transposed, _reversed, _repeated, _late, _cumulative, _rearranged, _row_offsets),
            *(_order, _zeroed, _first_row),
        )


def agree(mine: Any, right: Any) -> Any:
    """Return for each entry of two arrays of one shape whether they agree tightly."""
    with np.errstate(all="ignore"):
        finite = [
            np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0) for numbers in (mine, right)
        ]
        same: Any = (np.abs(mine - right) <= TIGHT * max(*finite)) | (mine == right)
        return same


def _first(pairs: Sequence[Pair], *relations: Any) -> str:
    return next(filter(None, (relation(pairs) for relation in relations)), "")


def _close(a: Any, b: Any) -> bool:
    return a.shape == b.shape and bool(agree(a, b).all())


def _all(pairs: Sequence[Pair], change: Any) -> bool:
    """Return whether what came back is everywhere the right array, changed so."""
    return all(_close(mine, change(right)) for mine, right in pairs)


def _varied(pairs: Sequence[Pair], few: int = 2) -> bool:
    """Return whether the right numbers are of so many values that a relation cannot hold by chance."""
    return len(np.unique(np.concatenate([right.ravel() for _, right in pairs]))) >= few


def _subject(pairs: Sequence[Pair]) -> str:
    return "It" if all(right.ndim == 0 for _, right in pairs) else "Every entry"


def _ratio_of(pairs: Sequence[Pair]) -> float | None:
    """Find the one factor between all numbers; None if there is none, or nothing to see it by."""
    ratios = []
    for mine, right in pairs:
        used = np.abs(right) > SMALL * np.abs(right).max(initial=0.0)
        ratios.append((mine[used] / right[used]).ravel())
    every = np.concatenate(ratios)
    if every.size < 2 or not _varied(pairs):
        return None
    ratio = float(np.median(every))
    return ratio if ratio and _all(pairs, lambda right: ratio * right) else None


def _factor(factor: float, others: Sequence[float] = ()) -> str:
    """Write a factor, and one over a whole number as such: it may be the size of something.

    It looks like neither 1 nor one of the `others` that it differs from.
    """
    whole = round(1 / factor)
    if 1 < abs(whole) < 1000 and abs(factor * whole - 1) < TIGHT:
        return f"{'−' if whole < 0 else ''}1/{abs(whole)}"
    differ = (x for x in (1.0, *others) if abs(x - factor) > TIGHT * abs(factor))
    alike = next(
        (x for x in differ if number(x, digits=DIGITS) == number(factor, digits=DIGITS)), None
    )
    return number(factor, alike, DIGITS)


def _ratio(pairs: Sequence[Pair]) -> str:
    ratio = _ratio_of(pairs)
    if ratio is None:
        return ""
    near = next((word for factor, word in WORDS.items() if abs(ratio - factor) < TIGHT), None)
    return f"{_subject(pairs)} is {near or f'{_factor(ratio)} times what is'} expected."


def _factors(pairs: Sequence[Pair]) -> str:
    """Find a factor in each case that depends on the case, such as the size of its batch."""
    factors = [ratio for pair in pairs if (ratio := _ratio_of([pair])) is not None]
    if not 2 <= len(factors) == len(pairs):
        return ""
    listed = ", ".join(_factor(factor, factors) for factor in factors)
    return f"In each case every entry is off by one factor, but not by the same: {listed}."


def _offset(pairs: Sequence[Pair]) -> str:
    gap = next((m - r).flat[0] for m, r in pairs if m.size) if any(m.size for m, _ in pairs) else 0
    if not gap or not _varied(pairs) or not _all(pairs, lambda right: right + gap):
        return ""
    return f"{_subject(pairs)} is off by the same amount, {float(gap):.4g}."


def _row_offsets(pairs: Sequence[Pair]) -> str:
    """Find rows that are all off by the same amounts, as a wrong bias would do it."""
    if not all(
        mine.ndim == 2 and len(mine) >= 2 and _varied([(mine, r)], FEW) for mine, r in pairs
    ):
        return ""
    shifts = [np.median(mine - right, axis=0) for mine, right in pairs]
    same = all(_close(m, r + shift) for (m, r), shift in zip(pairs, shifts, strict=True))
    return "Every row is off by the same amounts, one for each column." if same else ""


def _cut_off(pairs: Sequence[Pair]) -> str:
    kept = any(mine.any() for mine, _ in pairs)
    if not kept or not _varied(pairs) or not _all(pairs, np.trunc):
        return ""
    return "What stands behind the decimal point is cut off."


def _nothing(pairs: Sequence[Pair]) -> str:
    if any(mine.any() for mine, _ in pairs) or not any(right.any() for _, right in pairs):
        return ""
    return f"{_subject(pairs)} is 0, where other numbers are expected."


def _inverted(pairs: Sequence[Pair]) -> str:
    binary = all(np.isin(right, (0, 1)).all() for _, right in pairs)
    if not binary or not _varied(pairs) or not _all(pairs, lambda right: 1 - right):
        return ""
    return "Every 0 is a 1, and every 1 a 0."


def _signs(pairs: Sequence[Pair]) -> str:
    sizes = [(np.abs(mine), np.abs(right)) for mine, right in pairs]
    if not _varied(sizes, FEW) or not all(_close(*pair) for pair in sizes):
        return ""
    return "The sizes are right, but not all signs are."


def _power(pairs: Sequence[Pair]) -> str:
    if not _varied(pairs, FEW):
        return ""
    for word, change in (
        ("square", np.square),
        ("square root", np.sqrt),
        ("reciprocal", np.reciprocal),
        ("exponential", np.exp),
        ("logarithm", np.log),
    ):
        if _all(pairs, change):
            return f"{_subject(pairs)} is the {word} of what is expected."
    return ""


def _transposed(pairs: Sequence[Pair]) -> str:
    if not _all(pairs, np.transpose):
        return ""
    return "It is the transpose of what is expected."


def _has_rows(pairs: Sequence[Pair], few: int = 2) -> bool:
    """Return whether all right arrays have rows, or entries, that can change places."""
    return all(
        right.ndim and len(right) >= few and len(np.unique(right)) >= FEW for _, right in pairs
    )


def _rows(pairs: Sequence[Pair]) -> str:
    return "entries" if all(right.ndim == 1 for _, right in pairs) else "rows"


def _reversed(pairs: Sequence[Pair]) -> str:
    if _has_rows(pairs) and _all(pairs, lambda right: right[::-1]):
        return f"Its {_rows(pairs)} are those of what is expected, the last one first."
    tables = _has_rows(pairs) and all(r.ndim == 2 and r.shape[1] > 1 for _, r in pairs)
    if tables and _all(pairs, lambda right: right[:, ::-1]):
        return "Its columns are those of what is expected, the last one first."
    return ""


def _repeated(pairs: Sequence[Pair]) -> str:
    """Find one row of what is expected instead of all."""
    if not _has_rows(pairs):
        return ""
    for word, at in (("first", 0), ("last", -1)):
        if _all(pairs, lambda right, at=at: np.broadcast_to(right[at], right.shape)):
            return f"Its {_rows(pairs)} are all equal: each is the {word} one of what is expected."
    return ""


def _late(pairs: Sequence[Pair]) -> str:
    """Find what is expected one step before, or after."""
    if not _has_rows(pairs, FEW):
        return ""
    row = "entry" if _rows(pairs) == "entries" else "row"
    if all(_close(mine[1:], right[:-1]) for mine, right in pairs):
        return (
            f"It is one step late: each {row} but the first is what is expected one {row} before."
        )
    if all(_close(mine[:-1], right[1:]) for mine, right in pairs):
        return f"It is one step early: each {row} but the last is what is expected one {row} later."
    return ""


def _cumulative(pairs: Sequence[Pair]) -> str:
    if not _has_rows(pairs):
        return ""
    rows = _rows(pairs)
    if _all(pairs, lambda right: np.cumsum(right, axis=0)):
        return f"Its {rows} are sums: each is all {rows} of what is expected so far, added up."
    if all(_close(np.cumsum(mine, axis=0), right) for mine, right in pairs):
        return f"Its {rows}, added up from the first on, would be what is expected."
    return ""


def _rearranged(pairs: Sequence[Pair]) -> str:
    """Find whole rows or columns of tables in another order."""
    if not _has_rows(pairs) or not all(right.ndim == 2 for _, right in pairs):
        return ""
    for word, turn in (("rows", np.asarray), ("columns", np.transpose)):
        if all(_same_rows(turn(mine), turn(right)) for mine, right in pairs):
            return f"The right {word} are there, in another order."
    return ""


def _same_rows(mine: Any, right: Any) -> bool:
    """Return whether every row has one of its own on the other side."""
    left = [*right]
    for row in mine:
        at = next((i for i, other in enumerate(left) if _close(row, other)), None)
        if at is None:
            return False
        del left[at]
    return right.shape[1] > 1 and not left


def _added_up(pairs: Sequence[Pair]) -> str:
    """Find sums and means of what should have stayed apart."""
    if not _has_rows(pairs):
        return ""
    for word, reduce in (("added up", np.sum), ("averaged", np.mean)):
        for axis, along in ((0, " over its first axis"), (-1, " over its last axis"), (None, "")):
            for keeps in (False, True):
                if _all(pairs, lambda r, f=reduce, a=axis, k=keeps: f(r, axis=a, keepdims=k)):
                    return f"It is what is expected, {word}{along}."
    return ""


def _one_row_off(pairs: Sequence[Pair]) -> str:
    """Find a row too many or too few at an end."""
    if not _has_rows(pairs, FEW) or any(mine.ndim != right.ndim for mine, right in pairs):
        return ""
    row = "entry" if _rows(pairs) == "entries" else "row"
    for word, ours in (("first", slice(1, None)), ("last", slice(None, -1))):
        if _all(pairs, lambda right, ours=ours: right[ours]):
            return f"It is what is expected, without its {word} {row}."
        if all(_close(mine[ours], right) for mine, right in pairs):
            return f"Without its {word} {row} it would be what is expected."
    return ""


def _one_axis_more(pairs: Sequence[Pair]) -> str:
    """Find right numbers in a shape with a needless axis of length 1."""
    same = all(_close(mine.squeeze(), right.squeeze()) for mine, right in pairs)
    if not same or not all(mine.ndim > right.ndim for mine, right in pairs):
        return ""
    return "The numbers are right, but the shape has an axis of length 1 too many."


def _not_summed(pairs: Sequence[Pair]) -> str:
    """Find contributions of samples that were never added up."""
    if not all(mine.ndim == right.ndim + 1 and len(mine) > 1 for mine, right in pairs):
        return ""
    if not all(_close(mine.sum(axis=0), right) for mine, right in pairs):
        return ""
    return "Added up over its first axis it would be what is expected."


def _reshaped(pairs: Sequence[Pair]) -> str:
    if not _varied(pairs, FEW) or not all(_close(m.ravel(), r.ravel()) for m, r in pairs):
        return ""
    return "The right numbers are there, in the right order, but in another shape."


def _order(pairs: Sequence[Pair]) -> str:
    enough = all(len(np.unique(right)) >= FEW for _, right in pairs)
    same = all(_close(np.sort(m, axis=None), np.sort(r, axis=None)) for m, r in pairs)
    return "The right numbers are there, in another order." if enough and same else ""


def _zeroed(pairs: Sequence[Pair]) -> str:
    wrong = [~agree(mine, right) for mine, right in pairs]
    only_zeros = all(not mine[at].any() for (mine, _), at in zip(pairs, wrong, strict=True))
    if not only_zeros or all(at.all() for at in wrong):
        return ""
    return "What is wrong is 0 and should not be; all other entries are right."


def _first_row(pairs: Sequence[Pair]) -> str:
    """Find histories that begin rightly: then what is carried from step to step is suspect."""
    if not all(right.ndim == 2 and len(right) >= FEW for _, right in pairs):
        return ""
    rows = [agree(mine, right).all(axis=1) for mine, right in pairs]
    if not all(row[0] and not row[1] for row in rows):
        return ""
    return "The first row is right in every case, and the second is wrong."
