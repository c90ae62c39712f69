"""What is visible of a failed check without knowing its cause: facts that hold in all its cases.

A fact is said only if every case of the check agrees with it, those that were answered rightly
included. So a student can build on it, even where no known mistake explains the answer.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.course.lab import Check
from autograder.grading.nearly import nearly
from autograder.grading.relations import Pair, agree, relation
from autograder.judges.numbers import as_reals, quietly
from autograder.judges.parts import Arrays
from autograder.sandbox.observation import Observation, Returned
from autograder.text import listed

__all__ = ["in_common", "in_one_mode", "nearly_right"]

LARGE = 100
"""Beyond this, an input to exp is called large."""
CLOSE = 1e-5
"""Below this, an input is called close to 0: a tolerance may take it for 0."""
MOST_NAMES = 3
CONDITIONS: dict[str, Callable[[Any], Any]] = {
    "is infinite": np.isinf,
    "is 0": lambda x: x == 0,
    "is negative": lambda x: x < 0,
    "is positive": lambda x: x > 0,
    "is not 0": lambda x: x != 0,
    "is not 0, but close to it": lambda x: (x != 0) & (np.abs(x) < CLOSE),
    "is below 0, but close to it": lambda x: (x < 0) & (x > -CLOSE),
    "is above 0, but close to it": lambda x: (x > 0) & (x < CLOSE),
    "is at most 0": lambda x: x <= 0,
    "is at least 0": lambda x: x >= 0,
    f"is above {LARGE}": lambda x: x > LARGE,
    f"is below −{LARGE}": lambda x: x < -LARGE,
    f"is above {LARGE} or below −{LARGE}": lambda x: np.abs(x) > LARGE,
}

SIZES: dict[str, Callable[[int], float]] = {
    "n": lambda n: n,
    "1/n": lambda n: 1 / n,
    "n/(n − 1)": lambda n: n / (n - 1),
    "(n − 1)/n": lambda n: (n - 1) / n,
    "√(n/(n − 1))": lambda n: (n / (n - 1)) ** 0.5,
    "√((n − 1)/n)": lambda n: ((n - 1) / n) ** 0.5,
    "√n": lambda n: n**0.5,
    "1/√n": lambda n: n**-0.5,
}
"""Factors that the size of an input makes."""


@quietly()
def in_common(
    check: Check,
    cases: Sequence[Mapping[str, Any]],
    observed: Sequence[Observation],
    right: Sequence[Observation],
) -> str:
    """Say what is visible in all cases of a failed check; empty if there is nothing simple."""
    raw = _parts(check, observed, right)
    parts = {name: [*map(_floats, pairs)] for name, pairs in raw.items()}
    wrong = {name: pairs for name, pairs in parts.items() if not all(map(_right, pairs))}
    facts = {name: _fact(both, raw[name], cases) for name, both in wrong.items()}
    return " ".join([*_only(wrong, parts), *_sentences(facts)])


@quietly()
def nearly_right(
    check: Check, observed: Sequence[Observation], right: Sequence[Observation]
) -> str:
    """Say how an answer differs that is nearly right in all cases; empty if `in_common` says more."""
    facts = {
        name: nearly(pairs)
        for name, pairs in _parts(check, observed, right).items()
        if not _related(pairs)
    }
    return " ".join(_sentences(facts))


def _parts(
    check: Check, observed: Sequence[Observation], right: Sequence[Observation]
) -> dict[str, list[Pair]]:
    """Pair the numbers of all cases, part by part; nothing where they are not of one make."""
    compared = check.judge.compared
    arrays: list[Arrays] = []
    for mine, other in zip(observed, right, strict=True):
        pairs = (
            compared(mine.value, other.value)
            if compared and isinstance(mine, Returned) and isinstance(other, Returned)
            else None
        )
        if pairs is None or (arrays and pairs.keys() != arrays[0].keys()):
            return {}
        arrays.append(pairs)
    return {name: [pairs[name] for pairs in arrays] for name in arrays[0]} if arrays else {}


def _related(raw: Sequence[Pair]) -> bool:
    """Return whether a simple relation explains plainly wrong numbers."""
    pairs = [*map(_floats, raw)]
    return not all(map(_right, pairs)) and bool(_integers(raw) or relation(pairs))


def in_one_mode(check: Check, verdicts: Mapping[Check, bool]) -> str:
    """Say if an exercise is right in evaluation and wrong in training, or the other way round.

    `verdicts` says for each check that was judged whether it passed. A check of one mode has it in
    its title.
    """
    if check.mode:
        return ""
    modes: dict[str, set[bool]] = {"training": set(), "evaluation": set()}
    for other, passed in verdicts.items():
        if other.mode in modes and other.exercise == check.exercise:
            modes[other.mode].add(passed)
    for mode, other_mode in (("training", "evaluation"), ("evaluation", "training")):
        if False in modes[mode] and modes[other_mode] == {True}:
            return f"Every check in {other_mode} passes: it goes wrong in {mode} only."
    return ""


def _fact(pairs: Sequence[Pair], raw: Sequence[Pair], cases: Sequence[Mapping[str, Any]]) -> str:
    sized = _of_size(pairs, cases)
    return (
        _integers(raw)
        or sized
        or relation(pairs)
        or _not_finite(pairs, cases)
        or _where(pairs, cases)
    )


def _of_size(pairs: Sequence[Pair], cases: Sequence[Mapping[str, Any]]) -> str:
    """Find a factor that is the number of rows, columns or entries of an input, or made of it.

    It must be so in every case, for at least two sizes: one alone may be so by chance.
    """
    factors = [factor for pair in pairs if (factor := _factor_of(pair)) is not None]
    if not 2 <= len(factors) == len(pairs):
        return ""
    for name in cases[0]:
        shapes = [getattr(case.get(name), "shape", ()) for case in cases]
        axes = min(map(len, shapes))
        for axis in range(axes if len({*map(len, shapes)}) == 1 else 0):
            sizes = [shape[axis] for shape in shapes]
            if len({*sizes}) < 2 or min(sizes) < 2:
                continue
            what = "entries" if axes == 1 else ("rows", "columns")[axis] if axes == 2 else ""
            what = what or f"entries along axis {axis}"
            for formula, of in SIZES.items():
                if agree(np.array(factors), np.array([of(n) for n in sizes])).all():
                    every = "Every entry" if any(right.ndim for _, right in pairs) else "It"
                    return (
                        f"{every} is {formula} times what is expected, "
                        f"where n is the number of {what} of {name}."
                    )
    return ""


def _factor_of(pair: Pair) -> float | None:
    """Find the one factor between the numbers of a case; None if there is none, or no number but 0."""
    mine, right = pair
    if mine.shape != right.shape or not np.isfinite(mine).all() or not np.isfinite(right).all():
        return None
    used = np.abs(right) > 1e-3 * np.abs(right).max(initial=0.0)
    if not used.any():
        return None
    factor = float(np.median(mine[used] / right[used]))
    return factor if factor and agree(mine, factor * right).all() else None


def _floats(pair: Pair) -> Pair:
    with np.errstate(all="ignore"):
        return pair[0].astype(float), pair[1].astype(float)


def _right(pair: Pair) -> bool:
    mine, right = pair
    return mine.shape == right.shape and bool((agree(mine, right) | _both_nan(mine, right)).all())


def _both_nan(mine: Any, right: Any) -> Any:
    return np.isnan(mine) & np.isnan(right)


def _sentences(facts: Mapping[str, str]) -> list[str]:
    """Say each fact once, with the parts of which it holds."""
    parts: dict[str, list[str]] = {}
    for name, fact in facts.items():
        if fact:
            parts.setdefault(fact, []).append(name)
    return [_sentence(names, fact) for fact, names in parts.items()]


def _sentence(names: Sequence[str], fact: str) -> str:
    return f"In {listed(names, MOST_NAMES)}: {fact[0].lower()}{fact[1:]}" if any(names) else fact


def _only(wrong: Mapping[str, Any], parts: Mapping[str, Any]) -> list[str]:
    """Name the parts that are ever wrong, if there are others that never are."""
    if not wrong or len(wrong) == len(parts):
        return []
    are = "is" if len(wrong) == 1 else "are"
    return [f"Only {listed(list(wrong), MOST_NAMES)} {are} wrong; the rest is right in every case."]


def _not_finite(pairs: Sequence[Pair], cases: Sequence[Mapping[str, Any]]) -> str:
    """Report nan and infinity where all right numbers are finite, and at which inputs they come."""
    same_shape = all(mine.shape == right.shape for mine, right in pairs)
    if not same_shape or not all(np.isfinite(right).all() for _, right in pairs):
        return ""
    broken = [~np.isfinite(mine) for mine, _ in pairs]
    if not any(map(np.any, broken)):
        return ""
    nan = any(np.isnan(mine).any() for mine, _ in pairs)
    what = "nan" if nan else "infinite"
    why = "An overflow leads to that, or a division by 0."
    if any(
        not np.isfinite(x).all()
        for case in cases
        for x in map(as_reals, case.values())
        if x is not None
    ):
        why = "An input is not finite either" + (
            ", and 0 · ∞, ∞ − ∞ and all that is computed with nan are nan." if nan else "."
        )
    where = _condition(broken, cases)
    if where:
        return f"It is {what} exactly where {where}.{'' if 'infinite' in where else f' {why}'}"
    if all(map(np.all, broken)):
        return f"All of it is {what}. {why}"
    return f"Some of it is {what}. {why}"


def _where(pairs: Sequence[Pair], cases: Sequence[Mapping[str, Any]]) -> str:
    """Check whether exactly the entries are wrong, or right, whose input meets a simple condition."""
    if any(mine.shape != right.shape for mine, right in pairs):
        return ""
    wrong = [~agree(*pair) for pair in pairs]
    where = _condition([~at for at in wrong], cases)
    if where and where.endswith(("is 0", "positive", "negative")):
        return f"It is right exactly where {where}, and wrong everywhere else."
    where = _condition(wrong, cases)
    return f"It is wrong exactly where {where}, and right everywhere else." if where else ""


def _condition(at: Sequence[Any], cases: Sequence[Mapping[str, Any]]) -> str:
    """Find the condition on an input that marks exactly these entries, of which some are not marked."""
    marks = np.concatenate([np.ravel(mark) for mark in at])
    if marks.all() or not marks.any():
        return ""
    for name in cases[0]:
        inputs = [as_reals(case.get(name)) for case in cases]
        if any(x is None or x.shape != np.shape(mark) for x, mark in zip(inputs, at, strict=True)):
            continue
        x = np.concatenate([part.ravel() for part in inputs])
        for words, holds in CONDITIONS.items():
            if np.array_equal(holds(x), marks):
                return f"{name} {words}"
    return ""


def _integers(raw: Sequence[Pair]) -> str:
    """Find whole numbers of an integer type where fractions are expected."""
    integers = all(
        mine.dtype.kind in "iu" and mine.shape == right.shape and (np.abs(mine - right) < 1).all()
        for mine, right in raw
    )
    fractions = any((right != np.trunc(right)).any() for _, right in raw)
    if not integers or not fractions:
        return ""
    return "It is rounded: its numbers are integers, where fractions are expected."
