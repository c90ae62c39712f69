"""Judges for random draws: where they come from, and how they are spread.

Draws that follow their generator are the same for the same generator and different for another one. A
random order of n samples is repeated by another generator with probability 1/n! at most (for parts
of it: one over the number of ways to choose them); cases have so many samples that this is below
1e-9. The nearest mistakes are a seed of one's own, and draws from numpy's global generator.

Spread evenly means: the draws' positions between the bounds, on the logarithmic axis, are uniform in
[0, 1]. Their largest distance D from the uniform distribution function (Kolmogorov, Smirnov) is
above ε with probability 2 exp(−2 n ε²) at most, for any n (Dvoretzky, Kiefer, Wolfowitz; Massart's
constant), so ε = √(ln(2/α) / 2n) with α = 2e-8 a range. Of n equal parts of [0, 1] n draws leave
n (1 − 1/n)ⁿ empty, more or less by √(n ln(2/α) / 2) but for the same probability (McDiarmid: a draw
fills one part at most). Independent positions u, v have a mean of (2u − 1)(2v − 1) above
τ = √(2 ln(2/α) / n) with at most the same probability (Hoeffding). That is at most five such questions
a case, of four cases: below 1e-6 in all.

A part of shuffled samples consists of stretches of neighbours. Of k samples of n, the probability of r
stretches is C(k−1, r−1) C(n−k+1, r) / C(n, k); a number that is so small, or so large, that this or
less happens once in 10¹⁰ is refused. 90 samples of 301 have about 63 stretches; a block has 1, and
every third sample 90.

With n = 1500, ε is 0.078 and τ 0.157: uniform draws of three decades without the logarithm have
D = 0.6, whole powers of ten of four D = 0.2, and two ranges that share their draws a mean of 0.33.
Of 1500 parts chance leaves 552 empty, up to 118; the points of a grid leave none.
"""

from collections.abc import Mapping
from itertools import combinations
from math import comb, log, sqrt
from typing import Any

import numpy as np

from autograder.judges.equal import equal
from autograder.judges.finding import EvidenceError, Finding, fields, wrong_kind
from autograder.judges.judge import Case, judge
from autograder.judges.numbers import as_reals

__all__ = [
    "draws_log_uniformly",
    "follows_generator",
    "generator_fingerprint",
    "log_fingerprint",
    "searches_at_random",
    "shuffle_fingerprint",
    "shuffles",
]

ALPHA = 2e-8
RARE = 1e-10
BORDER = 1e-9
"""Relative: powers and logarithms may miss a bound by their last digits."""


def generator_fingerprint(case: Case, observed: Any) -> Any:
    """Distinguish what results depend on, and whether they are well-formed."""
    if not isinstance(observed, dict) or observed.keys() != {"first", "again", "other"}:
        return "no results"
    numbers = as_reals(observed["first"])
    if numbers is None or not np.isfinite(numbers).all():
        return "no numbers"
    flat = numbers.ravel()
    in_order = bool((flat[1:] >= flat[:-1]).all())
    return {"repeats": list(_repeats(case, observed)), "in order": in_order}


@judge(
    "Results must repeat for the same generator and differ for another.",
    chance=1e-9,
    property_only=True,
    fingerprint=generator_fingerprint,
    picture="generators",
)
def follows_generator(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept results {first, again, other}: equal from equal generators, different from another."""
    first, _, _ = fields(observed, "first again other", "three results are")
    shape, numbers = np.shape(expected["first"]), as_reals(first)
    if numbers is None or numbers.shape != shape or not np.isfinite(numbers).all():
        return Finding(f"The results are not {shape} finite numbers.")
    again, other = _repeats(case, observed)
    if not again:
        return Finding("Twice the same generator gives two different results.")
    if other:
        return Finding("Another generator gives the same result.")
    return None


def shuffle_fingerprint(case: Case, observed: Any) -> Any:
    """Distinguish what parts of samples depend on, and whether they are blocks."""
    found = generator_fingerprint(case, observed)
    return found | {"mixed": _mixed(case, observed)} if isinstance(found, dict) else found


@judge(
    "Results must repeat for the same generator and differ for another, and samples that were "
    "neighbours must be parted as often as chance parts them.",
    chance=2e-9,
    property_only=True,
    fingerprint=shuffle_fingerprint,
    picture="generators",
)
def shuffles(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept parts of samples {first, again, other} that follow the generator and are shuffled."""
    found = follows_generator(case, observed, expected)
    if found or _mixed(case, observed):
        return found
    return Finding(
        "Samples that were neighbours stay together, or apart, too often: the samples are not shuffled.",
        "parts with a pattern",
        "samples in random order",
    )


def _mixed(case: Case, observed: dict[str, Any]) -> bool:
    """Return whether each part of the samples has as many stretches of neighbours as chance makes."""
    n_samples = case["n_samples"] if "n_samples" in case else len(case["x"])
    samples: Any = as_reals(observed["first"])
    parts = np.array_split(samples.ravel(), case.get("n_splits", 1))
    return all(_usual_stretches(np.unique(part), n_samples) for part in parts)


def _usual_stretches(part: Any, n: int) -> bool:
    """Return whether a part of n samples has a number of stretches that chance may give it."""
    k, stretches = len(part), 1 + int((np.diff(part) > 1).sum())
    if not 0 < k < n:
        return True  # what the parts are made of is asked elsewhere
    ways = [comb(k - 1, r - 1) * comb(n - k + 1, r) for r in range(1, k + 1)]
    rare = RARE * comb(n, k)
    return sum(ways[:stretches]) > rare and sum(ways[stretches - 1 :]) > rare


def _repeats(case: Case, results: dict[str, Any]) -> tuple[bool, bool]:
    first, again, other = (results[name] for name in ("first", "again", "other"))
    return equal(case, again, first) is None, equal(case, other, first) is None


def log_fingerprint(case: Case, observed: Any) -> Any:
    """Describe how numbers are spread: in which third, how many different ones, out of range."""
    numbers = as_reals(observed)
    if numbers is None:
        return "no numbers"
    return {"shape": list(numbers.shape), **_features(numbers, case["low"], case["high"])}


@judge(
    "The draws' logarithms must be spread evenly between the bounds (Kolmogorov's distance), though no "
    "more evenly than chance spreads them.",
    chance=2 * ALPHA,
    fingerprint=log_fingerprint,
    picture="decades",
)
def draws_log_uniformly(case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept `size` numbers between low and high whose logarithms are spread evenly."""
    return _spread(observed, case["low"], case["high"], case["size"])


def search_fingerprint(case: Case, observed: Any) -> Any:
    """Distinguish searches by their ranking and by the spread of each setting."""
    score, settings = _read(case, observed)
    ranked = (score[1:] <= score[:-1]).all(), (score[1:] >= score[:-1]).all()
    names = list(settings)
    same = [[bool(np.array_equal(settings[a], settings[b])) for b in names] for a in names]
    found = searches_at_random(case, observed, None)
    spread = [_features(settings[n], *case["ranges"][n]) for n in names]
    detail = found.detail if found else ""
    return {"said": detail, "ranked": list(map(bool, ranked)), "same": same, "spread": spread}


@judge(
    "Settings must be spread evenly over the decades, independent of each other, scored truly "
    "(within 1e-6) and ranked.",
    chance=10 * ALPHA,
    fingerprint=search_fingerprint,
    picture="trials",
)
def searches_at_random(case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept trials {score, settings}: log-uniform, independent, scored truly, the best first.

    A setting's score is less by 1 for every decade from its peak. On a `plateau` of so many decades
    scores are equal, in any order; where the first setting is above `explodes_above`, they are nan.
    """
    score, settings = _read(case, observed)
    for name, (low, high) in case["ranges"].items():
        found = _spread(settings[name], low, high, case["n_trials"], f"of {name} ")
        if found:
            return found
    positions = {n: _position(settings[n], *case["ranges"][n]) for n in settings}
    for one, two in combinations(positions, 2):
        if not abs(_covariance(positions[one], positions[two])) <= _tau(len(score)):
            return Finding(f"{one} and {two} move together: you search a line, not an area.")
    if not np.allclose(score, _scores(case, settings), rtol=0, atol=1e-6, equal_nan=True):
        return Finding("The scores are not those of the settings beside them.")
    rank = np.where(np.isnan(score), -np.inf, score)
    if not (rank[1:] <= rank[:-1]).all():
        return Finding("The trials are not ranked from the best score to the worst.")
    return None


def _read(case: Case, observed: Any) -> Any:
    """Check the evidence's form, and read it as numbers."""
    if not isinstance(observed, dict) or observed.keys() != {"score", "settings"}:
        raise EvidenceError(wrong_kind(observed, "a list of trials is"))
    score, given = as_reals(observed["score"]), observed["settings"]
    if not isinstance(given, dict) or given.keys() != case["ranges"].keys():
        raise EvidenceError("The settings do not have the names of the ranges.")
    settings = {name: as_reals(given[name]) for name in case["ranges"]}
    shape = (case["n_trials"],)
    if any(part is None or part.ndim != 1 for part in (score, *settings.values())):
        raise EvidenceError("Scores and settings are not made of numbers.")
    if any(part.shape != shape for part in (score, *settings.values())):
        raise EvidenceError(f"There are {len(score)} trials, where {shape[0]} are expected.")
    return score, settings


def _scores(case: Case, settings: Mapping[str, Any]) -> Any:
    away = sum(np.abs(np.log10(settings[name] / case["peak"][name])) for name in settings)
    exploded = next(iter(settings.values())) > case.get("explodes_above", np.inf)
    return np.where(exploded, np.nan, -np.maximum(away, case.get("plateau", 0.0)))


def _spread(observed: Any, low: float, high: float, size: int, which: str = "") -> Finding | None:
    """Decide whether numbers are in range and log-uniform."""
    numbers = as_reals(observed)
    if numbers is None or numbers.shape != (size,):
        return wrong_kind(observed, f"shape ({size},) is")
    expected = f"{size} numbers, evenly spread over the decades from {low:g} to {high:g}"
    inside = (numbers >= low * (1 - BORDER)) & (numbers <= high * (1 + BORDER))
    if not inside.all():
        outside = int((~inside).sum())
        return Finding(
            f"{outside} of {size} draws {which}are not between low and high.", expected=expected
        )
    if not _even(_position(numbers, low, high)):
        return Finding(
            f"The draws {which}are not spread evenly over the decades.", expected=expected
        )
    if not _by_chance(_position(numbers, low, high)):
        return Finding(
            f"The draws {which}do not lie as chance puts them: each must be drawn by itself.",
            expected=expected,
        )
    return None


def _even(position: Any) -> bool:
    """Return whether positions are as near to uniform as those of independent draws."""
    return _distance(position) <= sqrt(log(2 / ALPHA) / (2 * len(position)))


def _by_chance(position: Any) -> bool:
    """Return whether as many of n equal parts are empty as n independent draws leave."""
    n = len(position)
    parts = np.clip(np.floor(position * n), 0, n - 1)
    usual, width = n * (1 - 1 / n) ** n, sqrt(n * log(2 / ALPHA) / 2)
    return bool(abs(n - len(np.unique(parts)) - usual) <= width)


def _position(numbers: Any, low: float, high: float) -> Any:
    """Place numbers on the logarithmic axis: low at 0, high at 1; what has no logarithm at 0."""
    with np.errstate(all="ignore"):
        position = np.log(numbers / low) / log(high / low)
    return np.clip(np.nan_to_num(position, nan=0.0, posinf=2.0, neginf=-1.0), -1.0, 2.0)


def _distance(position: Any) -> float:
    """Measure the largest distance between the positions' distribution function and the uniform one."""
    ordered, n = np.sort(position), len(position)
    above, below = np.arange(1, n + 1) / n - ordered, ordered - np.arange(n) / n
    return float(max(above.max(initial=0.0), below.max(initial=0.0)))


def _covariance(u: Any, v: Any) -> float:
    return float(np.mean((2 * u - 1) * (2 * v - 1)))


def _tau(n: int) -> float:
    return sqrt(2 * log(2 / ALPHA) / n)


def _features(numbers: Any, low: float, high: float) -> dict[str, Any]:
    """Describe numbers in words that do not change from draw to draw."""
    flat = numbers.ravel()
    position, different = _position(flat, low, high), len(np.unique(flat))
    positive = flat[np.isfinite(flat) & (flat > 0)]
    width = log(positive.max()) - log(positive.min()) if positive.size else 0.0
    return {
        "third": int(np.clip(3 * position.mean(), 0, 2)) if different > 1 else "any",
        "different": "one" if different <= 1 else "few" if different < flat.size / 10 else "many",
        "outside": bool(((position < -1e-6) | (position > 1 + 1e-6)).any()),
        "negative": bool((flat < 0).any()),
        "by chance": bool(flat.size) and _by_chance(position),
        "even": bool(flat.size) and _even(position),
        "width": sum(width > bound * log(high / low) for bound in (0.05, 0.5, 1.7)),
    }
