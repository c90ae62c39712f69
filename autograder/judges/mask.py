"""Judges for dropout: which entries fall, by how much the others grow, and what goes back.

Any stream of random numbers is right. No entry of x is 0, so an entry of y was dropped where it is.

    share    of n dropped entries, against the reference's: both are Binomial(n, p), and Hoeffding's
             bound for two samples is 2 exp(−n t²) = 10⁻⁷ at t = √(16.8 / n), or 0.065 for 4,000. The
             nearest mistake, a normal number for a uniform one, is off by 0.38 if p is 0.2
    alone    of m disjoint pairs of neighbours the number where both are dropped or both are kept is
             Binomial(m, p² + (1 − p)²): Chernoff's bound 2 exp(−m KL) = 10⁻⁸, for pairs along calls,
             rows and columns. Where they share a mask all agree, 30 times beyond the bound
    counts   of dropped entries in 20 calls of 195 entries: all are equal less than once in 10²⁰

Factors are compared closely, to one part in 10⁹. An answer is judged by what it has in common with
the reference's answer, so a known mistake is recognised by the same facts.
"""

import math
from typing import Any

import numpy as np

from autograder.judges.equal import equal
from autograder.judges.finding import Finding
from autograder.judges.judge import Case, judge
from autograder.judges.numbers import as_reals
from autograder.judges.values import value

__all__ = [
    "drops_each_alone",
    "drops_share",
    "gates_and_factor",
    "gates_as_forward",
    "scales_as_forward",
    "scales_kept",
    "share_and_factor",
]

HOEFFDING = 16.8
CHERNOFF = 19.1
TIGHT = 1e-9


def share_and_factor(case: Case, observed: Any) -> Any:
    """Identify what became of ones: by the nearest share that has a reason, and by their factor."""
    y, p = as_reals(observed), case["p"]
    if y is None or not y.size:
        return observed
    share = float((y == 0).mean())
    reasons = [0, p, 1 - p, 0.5, 1, (1 + math.erf(p / math.sqrt(2))) / 2]
    near = min(reasons, key=lambda reason: abs(reason - share))
    known = abs(near - share) <= np.sqrt(HOEFFDING / y.size)
    return {"share": near if known else share, "factor": _factor(y, np.ones(y.shape))}


@judge(
    "The share of zeros must agree with the reference's within √(16.8 / n), which is 0.065 for 4,000 "
    "entries (Hoeffding's bound).",
    chance=1e-7,
    fingerprint=share_and_factor,
    picture="mask",
)
def drops_share(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept an output in which as many entries are 0 as chance allows."""
    right = as_reals(expected)
    mine = as_reals(observed, beside=right)
    if mine is None or right is None or mine.shape != right.shape or not right.size:
        return equal(case, observed, expected)
    share, usual = float((mine == 0).mean()), float((right == 0).mean())
    if abs(share - usual) <= np.sqrt(HOEFFDING / right.size):
        return None
    return Finding(
        returned=f"{share:.1%} of {right.size} entries are 0",
        expected=f"about {usual:.0%} of them",
    )


@judge(
    "Whatever entries are dropped, those that are left must be x times the right factor, within "
    f"{TIGHT:g} of it.",
    picture="kept_values",
)
def scales_kept(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept an output in which every entry that is left is x times the right factor."""
    right = as_reals(expected)
    mine = as_reals(observed, beside=right)
    if (
        mine is None
        or right is None
        or mine.shape != right.shape
        or mine.shape != np.shape(case["x"])
    ):
        return equal(case, observed, expected)
    return _same_factor(_factor(mine, case["x"]), _factor(right, case["x"]), "What is kept")


@judge(
    "Neighbours along calls, rows and columns must fall independently (Chernoff's bound).",
    chance=3e-8,
    property_only=True,
    picture="mask",
)
def drops_each_alone(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept outputs (calls, rows, columns) whose entries fall independently of each other."""
    right = as_reals(expected)
    mine = as_reals(observed, beside=right)
    if mine is None or right is None or mine.shape != right.shape or right.ndim != 3:
        return equal(case, observed, expected)
    if min(right.shape) < 2:
        return equal(case, observed, expected)
    fact = _dependence(mine, case["p"])
    if fact == _dependence(right, case["p"]):
        return None
    return Finding(ALONE[fact], "zeros with a pattern", "every entry by a draw of its own")


ALONE = (
    "From call to call, the same entries are dropped.",
    "The rows of a batch share their mask: all samples lose the same units.",
    "The columns share their mask: a sample loses all its units or none.",
    "In every call exactly the same number of entries is dropped; by chance it would vary.",
    "They fall by draws of their own.",
)


def gates_and_factor(case: Case, observed: Any) -> Any:
    """Identify a gradient by which gates it goes through, and by its factor to grad_output."""
    pair = _pair(observed)
    if pair is None or pair[0].shape != np.shape(case["grad_output"]):
        return observed
    y, grad_input = pair
    opposite = bool(((y == 0) != (grad_input == 0)).all())
    return {
        "gates": _gates(pair),
        "opposite": opposite,
        "factor": _factor(grad_input, case["grad_output"]),
    }


@judge(
    "The gradient must be 0 exactly where the forward pass dropped the entry, whichever those are; "
    "some entries must be dropped, and some kept.",
    chance=1e-8,
    property_only=True,
    fingerprint=gates_and_factor,
    picture="two_masks",
)
def gates_as_forward(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept (y, dL/dx) if the gradient is 0 exactly where y is, which is in some places and not all.

    Of 91 entries all are kept with probability 0.8⁹¹ = 2e-9, and all dropped with 0.7⁹¹ = 8e-15.
    """
    right = _pair(expected)
    mine = _pair(observed, beside=right and right[0])
    if mine is None or right is None or mine[0].shape != right[0].shape:
        return _no_pair(case, observed, expected)
    if not np.isfinite(mine).all() or len(np.unique(mine[0] == 0)) != 2:
        return Finding(
            "Forward drops no entry, or all of them, or gives numbers that are not finite."
        )
    wrong = [said for said, a, b in zip(GATES, _gates(mine), _gates(right), strict=True) if a != b]
    return Finding(wrong[0]) if wrong else None


GATES = (
    "An entry that was dropped forward gets a gradient.",
    "An entry that was kept forward gets no gradient.",
)


@judge(
    "Where the gradient is not 0, it must be grad_output times the factor of the right forward pass, "
    f"within {TIGHT:g} of it.",
    picture="kept_gradient",
)
def scales_as_forward(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept (y, dL/dx) if dL/dx, where it is left, is grad_output times the reference's factor."""
    right = _pair(expected)
    mine = _pair(observed, beside=right and right[0])
    if mine is None or right is None or not mine[0].shape == right[0].shape == np.shape(case["x"]):
        return _no_pair(case, observed, expected)
    factors = [_factor(back, case["grad_output"]) for _, back in (mine, right)]
    return _same_factor(factors[0], factors[1], "The gradient of what is kept")


def _factor(result: Any, source: Any) -> float | None:
    """Find the one number by which all entries are multiplied that are not 0; None if there is none."""
    source = np.asarray(source, float)
    left = (result != 0) & (source != 0)
    if not left.any():
        return None
    with np.errstate(all="ignore"):
        factors = result[left] / source[left]
        spread = factors.max() - factors.min()
        return float(factors[0]) if spread <= TIGHT * np.abs(factors).max() else None


def _same_factor(mine: float | None, right: float | None, what: str) -> Finding | None:
    if mine == right or (mine and right and abs(mine - right) <= TIGHT * abs(right)):
        return None
    by = "nothing, or by different numbers" if mine is None else value(mine, right)
    said = f"is multiplied by {by}"
    wanted = "nothing is expected" if right is None else f"{value(right, mine)} is expected"
    return Finding(f"{what} {said}, where {wanted}.")


def _dependence(y: Any, p: float) -> int:
    """Find what makes entries fall together, as a place in ALONE: the axis that does so most."""
    zero = y == 0
    alike = p**2 + (1 - p) ** 2
    beyond, clear = [], True
    for axis in range(3):
        lined = np.moveaxis(zero, axis, 0)
        pairs = len(lined) // 2
        agree = lined[: 2 * pairs : 2] == lined[1 : 2 * pairs : 2]
        beyond.append(_divergence(agree.mean(), alike))
        clear = clear and agree.size * beyond[-1] <= CHERNOFF
    if not clear:
        return int(np.argmax(beyond))
    return 3 if len(np.unique(zero.sum(axis=(1, 2)))) == 1 else 4


def _divergence(share: float, probability: float) -> float:
    """Compute the Kullback–Leibler divergence of two coins."""
    parts = ((share, probability), (1 - share, 1 - probability))
    return float(sum(a * np.log(a / b) for a, b in parts if a > 0))


def _gates(pair: tuple[Any, Any]) -> tuple[bool, bool]:
    y, grad_input = pair
    dropped, blocked = y == 0, grad_input == 0
    return bool((dropped & ~blocked).any()), bool((blocked & ~dropped).any())


def _pair(evidence: Any, beside: Any = None) -> tuple[Any, Any] | None:
    """Read y and dL/dx, of one shape; None if they are not."""
    if not isinstance(evidence, tuple | list) or len(evidence) != 2:
        return None
    y, grad_input = (as_reals(part, beside) for part in evidence)
    if y is None or grad_input is None or y.shape != grad_input.shape:
        return None
    return y, grad_input


def _no_pair(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Say what stands where the gradient is expected."""
    if (
        isinstance(observed, tuple)
        and isinstance(expected, tuple)
        and len(observed) == len(expected) == 2
    ):
        return equal(case, observed[1], expected[1]) or equal(case, observed, expected)
    return equal(case, observed, expected)
