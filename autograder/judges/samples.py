"""Judges for random draws: any stream of random numbers is right, if it follows the right law.

The sample is compared with the reference's, which is another sample of that law. Two samples of n
entries each, independent and from one law whose kurtosis is at most the normal law's:

    mean    differs by more than Z · s · √(2/n)              once in 5·10⁸, as Z = 6
    std     its logarithm differs by more than Z · √(1/n)    once in 5·10⁸ for the normal law; less
            often for the uniform, whose std scatters less
    alone   less than half as many different numbers         never: continuous numbers do not repeat
    shape   Kolmogorov's distance is above M · √(2/n)        at most 2 exp(−2M²) = 10⁻⁸, proven for
            n ≥ 458 by Wei and Dudley 2012
    tails   of the K largest sizes of both, K is 64 or 512, one sample's share is K/2 up to √(K · C / 2)
            but for 2 exp(−C) = 10⁻⁸ (Hoeffding, without replacement), C = 19.1
    even    of two gaps that lie side by side between the sorted numbers, disjoint pairs of them, one
            differs from the other by less than a quarter of both in 1/4 of m pairs, and in
            √(C / 2m) more but for exp(−C) = 5·10⁻⁹ (Hoeffding; the gaps of uniform numbers are
            exchangeable, and so nearly are those of any smooth law)

With 3,800 entries the band of the std is 10 %; the nearest mistake, the mean of both fans where the
sizes are 1 : 2.5, is off by 20 %, six deviations beyond the band. With 32,000 entries, a uniform law
of the right variance, at distance 0.058 from the normal, is beyond the bound of 0.024; of a normal law
that is cut at three deviations about 87 sizes are missing, so that all of the 64 are the other's; and
the gaps of a grid are equal in all pairs, and those of one draw from each of n parts in half of them.
"""

from typing import Any

import numpy as np

from autograder.judges.equal import equal
from autograder.judges.finding import Finding
from autograder.judges.judge import Case, Judge, judge
from autograder.judges.numbers import as_reals

__all__ = ["distributed_alike", "drawn_alike", "draws_anew", "draws_anew_of", "same_law"]

Z = 6.0
M = 3.09
C = 19.1
TAILS = (64, 512)
FEW = 2


@judge(
    "Mean and std must agree with another sample of the right law, within 6 standard deviations, and "
    "the numbers be different ones.",
    chance=8e-9,  # of two samples
)
def drawn_alike(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept a sample, or each of two, with the right shape and a mean and spread due to chance."""
    if isinstance(expected, tuple):
        if not isinstance(observed, tuple | list) or len(observed) != len(expected):
            return equal(case, observed, expected)
        parts = zip(observed, expected, strict=True)
        return next(filter(None, (_drawn_alike(case, *part) for part in parts)), None)
    return _drawn_alike(case, observed, expected)


def _drawn_alike(case: Case, observed: Any, expected: Any) -> Finding | None:
    pair = _samples(observed, expected)
    if pair is None:
        return equal(case, observed, expected)
    mine, right = pair
    if mine.shape != right.shape:
        return Finding(f"The shape is {mine.shape}, where {right.shape} is expected.")
    (mean, std), (right_mean, right_std) = _moments(mine), _moments(right)
    said = _said(mine), _said(right)
    if not np.isfinite([mean, std]).all():
        return Finding("Some numbers are not finite, or too large to be squared.", *said)
    width = Z / np.sqrt(mine.size)
    if not max(std, right_std) <= min(std, right_std) * np.exp(width):
        ratio = f"{std / right_std:.3g} times what is expected" if right_std else "expected to be 0"
        return Finding(f"The spread is {ratio}.", *said)
    if not abs(mean - right_mean) <= width * np.sqrt(2) * max(std, right_std):
        return Finding("The mean is further away than chance allows.", *said)
    different = np.unique(mine).size
    if 2 * different <= np.unique(right).size:
        return Finding(f"Only {different} of {mine.size} numbers are different.")
    return None


def same_law(case: Case, observed: Any, other: Any) -> Finding | None:
    """Return whether two wrong samples show one law: near in distribution, and equal in their tails.

    Kolmogorov's distance sees the middle; the logistic law of a normal's variance is only 0.02 away.
    The kurtosis sees the tails: of n normal numbers it scatters by √(24/n), of uniform ones by less,
    and two may differ by six of the difference's deviations. With 16,000 numbers this is 0.33,
    where the logistic law differs by 1.2, Laplace's by 3 and the triangular by 0.6.
    """
    finding = distributed_alike(case, observed, other)
    pair = _samples(observed, other)
    if finding or pair is None:
        return finding
    if abs(_kurtosis(pair[0]) - _kurtosis(pair[1])) <= Z * np.sqrt(48 / pair[0].size):
        return None
    return Finding("The tails differ.")


@judge(
    "The distribution function must agree with another sample's (Kolmogorov's distance), also in its "
    "tails, and the numbers must lie neither more evenly than chance puts them nor less.",
    chance=3.5e-8,
    alike=same_law,
    picture="form",
)
def distributed_alike(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept a sample whose distribution function is near the reference's: scale, form and tails."""
    pair = _samples(observed, expected)
    if pair is None or pair[0].shape != pair[1].shape:
        return drawn_alike(case, observed, expected)
    mine, right = np.sort(pair[0], axis=None), np.sort(pair[1], axis=None)
    if not np.isfinite(mine).all():
        return Finding("Some numbers are not finite.")
    both = np.concatenate([mine, right])
    below = [np.searchsorted(sample, both, side="right") for sample in (mine, right)]
    distance = np.abs(below[0] - below[1]).max() / mine.size
    if distance > M * np.sqrt(2 / mine.size):
        said = "Mean and spread may be right, but the numbers are spread out in another way."
    elif not all(_shares_largest(mine, right, k) for k in TAILS):
        said = (
            "The middle is right, but large numbers are rarer or more frequent than they should be."
        )
    elif not _by_chance(mine):
        said = "The numbers do not lie as chance puts them: draw each by itself, not from a grid."
    else:
        return None
    return Finding(said, _quantiles(mine), f"about {_quantiles(right)}")


def _shares_largest(mine: Any, right: Any, most: int) -> bool:
    """Return whether about half of the largest numbers of two samples are those of the first."""
    sizes = np.abs(np.concatenate([mine, right]))
    own = int((np.argsort(-sizes, kind="stable")[:most] < mine.size).sum())
    return bool(abs(own - most / 2) <= np.sqrt(most * C / 2))


def _by_chance(ordered: Any) -> bool:
    """Return whether neighbouring gaps between sorted numbers are as seldom alike as chance makes them."""
    gaps = np.diff(ordered)
    gaps = gaps[: gaps.size // 2 * 2].reshape(-1, 2)
    both = gaps.sum(axis=1)
    alike = np.abs(gaps[:, 0] - gaps[:, 1]) < both / 4
    return bool(alike.mean() - 0.25 <= np.sqrt(C / (2 * len(gaps)))) if len(gaps) else True


def _kurtosis(sample: Any) -> float:
    """Take the fourth moment of the standardised numbers; 0 where they do not vary."""
    with np.errstate(all="ignore"):
        gap = sample - sample.mean()
        std = gap.std()
        return float(((gap / std) ** 4).mean()) if std else 0.0


def draws_anew_of(equal_rows: str, equal_columns: str) -> Judge:
    """Make a judge of random tables: the two sentences say what equal rows and equal columns mean."""

    @judge(
        "Numbers must repeat for the same seed, and for nothing else: not from call to call, row to "
        "row or column to column.",
        chance=1e-10,
        property_only=True,
        picture="draws",
    )
    def draws_anew(_case: Case, observed: Any, expected: Any) -> Finding | None:
        """Accept two calls in a row and one from the start again, if they relate as the reference's do.

        The three samples are to repeat for the same seed, and for nothing else: not from call to
        call, not from row to row, not from column to column. Chance gives equal rows of continuous
        numbers less than once in 10¹⁰, even in float32.
        """
        right = _read(expected)
        mine = _read(observed, beside=right and right[0])
        if mine is None or right is None:
            return _no_samples(observed, expected)
        if mine[0].shape != right[0].shape:
            return Finding(f"The shape is {mine[0].shape}, where {right[0].shape} is expected.")
        facts = (*FACTS, equal_rows, equal_columns)
        pairs = zip(facts, _facts(mine), _facts(right), strict=True)
        wrong = [said for said, a, b in pairs if a != b]
        return Finding(wrong[0], "numbers that do not", "new numbers from rng") if wrong else None

    return draws_anew


FACTS = (
    "The same seed gives other numbers the second time: do they all come from rng?",
    "A second call gives the same numbers as the first.",
)
draws_anew = draws_anew_of(
    "Some rows are equal, or are but for their sign: these units start equal, and stay equal for ever.",
    "Some columns are equal, or are but for their sign: not every weight has a number of its own.",
)


def _read(samples: Any, beside: Any = None) -> list[Any] | None:
    """Read three samples of one shape; None if they are not that."""
    if not isinstance(samples, tuple | list) or len(samples) != 3:
        return None
    read = [as_reals(sample, beside) for sample in samples]
    if any(sample is None or sample.shape != read[0].shape for sample in read):
        return None
    return read


def _facts(samples: list[Any]) -> tuple[bool, ...]:
    """Relate first call, second call, and first call of an equal generator."""
    first, second, again = samples
    tables = (abs(first), abs(first).T) if first.ndim == 2 else ()
    distinct = [len(np.unique(table, axis=0)) == len(table) for table in tables] or [True, True]
    return bool((first == again).all()), bool((first != second).any()), *distinct


def _no_samples(observed: Any, expected: Any) -> Finding | None:
    """Say what stands where a sample is expected."""
    if isinstance(expected, tuple) and expected:
        given = observed if isinstance(observed, tuple | list) else [observed]
        for part in given[: len(expected)]:
            if as_reals(part) is None:
                return equal({}, part, expected[0])
    return equal({}, observed, expected)


def _samples(observed: Any, expected: Any) -> tuple[Any, Any] | None:
    """Read both as arrays with a spread to speak of; None if one is not."""
    right = as_reals(expected)
    mine = as_reals(observed, beside=right)
    if mine is None or right is None or right.size < FEW:
        return None
    return mine, right


def _moments(sample: Any) -> tuple[float, float]:
    with np.errstate(all="ignore"):
        return (float(sample.mean()), float(sample.std())) if sample.size else (0.0, 0.0)


def _said(sample: Any) -> str:
    mean, std = _moments(sample)
    return f"numbers with mean {mean:.3g} and std {std:.3g}"


def _quantiles(ordered: Any) -> str:
    low, middle, high = (ordered[int(part * (ordered.size - 1))] for part in (0, 0.5, 1))
    quarter = ordered[int(0.25 * (ordered.size - 1))]
    return f"numbers from {low:.3g} to {high:.3g}, a quarter of them below {quarter:.3g}, half below {middle:.3g}"
