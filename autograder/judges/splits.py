"""Judges for data that is cut in parts: whatever the order, the parts are right.

A shuffle may come out in any order, so no order is compared. This is certain: each sample is where it
should be, as often as it should be, and has its own target. No chance is involved, and no false
alarm; the nearest mistakes put one sample too many into a part, or cut x and target in two orders.

A sample is known by its row of x: rows are different from each other.
"""

from typing import Any

import numpy as np

from autograder.judges.finding import FORGOT, EvidenceError, Finding, wrong_kind
from autograder.judges.judge import Case, judge
from autograder.judges.numbers import as_reals
from autograder.judges.values import shape_of

__all__ = ["cuts_folds", "cuts_in_two", "fits_every_fold", "fold_fingerprint", "rows_of"]


def fold_fingerprint(case: Case, observed: Any) -> Any:
    """Describe how data was cut, whatever the order: sizes, and what is wrong with the parts."""
    if "n_splits" in case:
        found = (cuts_folds if "n_samples" in case else fits_every_fold)(case, observed, None)
        detail, pairs = found.detail if found else "", observed
    else:
        pairs = [observed]
        try:
            train, val = _pair(case, observed)
            detail = _complementary(train, val, len(case["x"]))
        except EvidenceError as error:
            detail = error.finding.detail
    sizes = pairs if isinstance(pairs, tuple | list) else []
    return {"problem": detail, "sizes": [shape_of(part) for pair in sizes for part in _parts(pair)]}


@judge(
    "Each sample must be in exactly 1 part, beside its own target, and the parts must have the right "
    "sizes; any order is right.",
    fingerprint=fold_fingerprint,
)
def cuts_in_two(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept four parts (x_train, y_train, x_val, y_val) of the reference's sizes, each sample once."""
    train, val = _pair(case, observed)
    n_samples, n_val = len(case["x"]), len(expected[2])
    wanted = f"{n_samples - n_val} samples to train on and {n_val} to validate"
    if (len(train), len(val)) != (n_samples - n_val, n_val):
        return Finding(f"{len(train)} samples train and {len(val)} validate.", expected=wanted)
    said = _complementary(train, val, n_samples)
    return Finding(said, expected=wanted) if said else None


@judge(
    "Each sample must be in exactly 1 validation fold, and train in all others; fold sizes may "
    "differ by 1, and any order is right.",
    fingerprint=fold_fingerprint,
    picture="folds",
)
def cuts_folds(case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept n_splits pairs of indices whose validation folds share out all samples evenly."""
    if not isinstance(observed, tuple | list) or len(observed) != case["n_splits"]:
        return wrong_kind(observed, f"{case['n_splits']} pairs are")
    folds = []
    for pair in observed:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            return Finding(f"A fold is {shape_of(pair)}, where a pair is expected.")
        train, val = (_indices(part, case["n_samples"]) for part in pair)
        if train is None or val is None:
            return Finding("A part is not made of indices of samples.")
        folds.append((train, val))
    return _shared_out(folds, case["n_samples"])


@judge(
    "Each sample must validate in exactly 1 fit, beside its own target, and train in all others; any "
    "order is right.",
    fingerprint=fold_fingerprint,
)
def fits_every_fold(case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept the parts (x_train, y_train, x_val, y_val) of each fit if they make n_splits folds."""
    if not isinstance(observed, tuple | list) or len(observed) != case["n_splits"]:
        calls = len(observed) if isinstance(observed, tuple | list) else 0
        return Finding(
            f"fit_and_score was called {calls} times, where {case['n_splits']} folds are expected."
        )
    return _shared_out([_pair(case, parts) for parts in observed], len(case["x"]))


def rows_of(case: Case, x: Any, target: Any) -> Any:
    """Find which samples the rows of x are.

    Raises: EvidenceError if they are not samples, or have the targets of others.
    """
    rows, labels = as_reals(x), as_reals(target)
    known, right = np.asarray(case["x"], float), np.asarray(case["target"], float)
    if rows is None or rows.ndim != known.ndim or rows.shape[1:] != known.shape[1:]:
        raise EvidenceError(f"A part of x is {shape_of(x)}, where rows of x are expected.")
    if len(rows) > 2 * len(known):
        raise EvidenceError(f"A part has {len(rows)} rows, where there are {len(known)} samples.")
    same = rows[:, None] == known[None]
    match = same.reshape(*same.shape[:2], known[0].size).all(axis=2)
    if not match.any(axis=1).all():
        raise EvidenceError("A part of x holds rows that are not in x.")
    samples = match.argmax(axis=1)
    if labels is None or labels.shape != (len(rows), *right.shape[1:]):
        raise EvidenceError(
            f"A part of target is {shape_of(target)}, where one for each row is expected."
        )
    if not (labels == right[samples]).all():
        raise EvidenceError("Some samples have the target of another one.")
    return samples


def _pair(case: Case, parts: Any) -> Any:
    """Read (x_train, y_train, x_val, y_val) as the samples to train on and those to validate."""
    if not isinstance(parts, tuple | list) or len(parts) != 4:
        forgot = FORGOT if parts is None else ""
        raise EvidenceError(
            f"It is {shape_of(parts)}, where a Split is expected: four parts.{forgot}"
        )
    return rows_of(case, *parts[:2]), rows_of(case, *parts[2:])


def _parts(pair: Any) -> Any:
    return pair if isinstance(pair, tuple | list) else [pair]


def _indices(plain: Any, n_samples: int) -> Any:
    """Read indices of samples; None if they are not indices."""
    numbers = as_reals(plain)
    if numbers is None or numbers.ndim != 1 or np.asarray(plain).dtype.kind == "b":
        return None
    if not ((numbers >= 0) & (numbers < n_samples) & (numbers == np.floor(numbers))).all():
        return None
    return numbers.astype(int)


def _shared_out(folds: list[tuple[Any, Any]], n_samples: int) -> Finding | None:
    """Decide whether the validation folds share out the samples, and train on all others."""
    times = np.bincount(np.concatenate([val for _, val in folds]), minlength=n_samples)
    sizes = [len(val) for _, val in folds]
    if (times == 0).any():
        return Finding("Some samples are in no validation fold.")
    if (times > 1).any():
        return Finding("Some samples are in more than one validation fold.")
    if max(sizes) - min(sizes) > 1:
        return Finding(f"The folds have the sizes {', '.join(map(str, sizes))}.")
    said = next(filter(None, (_complementary(*fold, n_samples) for fold in folds)), "")
    return Finding(said) if said else None


def _complementary(train: Any, val: Any, n_samples: int) -> str:
    """Say what is wrong with two parts of which each sample should be in one, once."""
    if np.isin(train, val).any():
        return "Some samples both train and validate."
    both = np.concatenate([train, val])
    if len(np.unique(both)) < len(both):
        return "Some samples are there twice."
    if len(both) < n_samples:
        return "Some samples are in neither part."
    return ""
