"""Judges for the perceptron: any weights that separate the classes are right.

Which line training finds depends on the order of the samples, and every order is right. What is
certain is checked instead: converged means that every sample is strictly on its side of the line;
from zero weights, no order needs more corrections than Novikoff's (R/γ)².
"""

from typing import Any

import numpy as np

from autograder.judges.finding import EvidenceError, Finding, fields
from autograder.judges.judge import Case, judge
from autograder.judges.numbers import as_reals, quietly
from autograder.judges.values import shape_of, value

__all__ = ["divides", "never_claims", "separates", "stays_in_bounds"]


SEPARATED = "any weights with every sample strictly on its side, and converged = True"
COUNTED = "Does updates count corrections, or passes, or samples looked at?"
LIMITED = "max_steps limits corrections: not passes, and not samples looked at."
GAVE_UP = "any weights, max_steps corrections, and converged = False"
ROUNDING = 1e-5  # what float32 may lose a correction
HUGE = 10**18  # more corrections than anyone can make: beyond it, a count need not be exact


def fit_fingerprint(case: Case, observed: Any) -> Any:
    """Distinguish how training ended, whatever the order of samples was."""
    weight, updates, converged = _fit(case, observed)
    scores, most = _signed_scores(case, weight), case.get("bound", case.get("max_steps"))
    return {
        "converged": converged,
        "adds up": _adds_up(case, weight, updates),
        "all right": bool((scores > 0).all()),
        "updates": "none" if updates == 0 else "few" if updates <= most else "too many",
        "weight": "zero" if not weight.any() else "bias zero" if weight[-1] == 0 else "any",
    }


@judge(
    "Any weights are right that have every sample strictly on its side (score above 0), with "
    "converged = True; the order of the samples is free.",
    fingerprint=fit_fingerprint,
    picture="separation",
)
def separates(case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept a fit that converged to weights with every sample strictly on its side."""
    weight, _, converged = _fit(case, observed)
    wrong = int((~(_signed_scores(case, weight) > 0)).sum())  # NaN is on no side
    n_samples = len(case["target"])
    if not converged:
        return Finding(
            f"The classes can be separated, but converged is False ({wrong} wrong).",
            expected=SEPARATED,
        )
    if wrong:
        return Finding(
            f"converged is True, but {wrong} of {n_samples} samples are not on their side.",
            expected=SEPARATED,
        )
    return None


@judge(
    "There may be at most (R/γ)² corrections, Novikoff's bound, and the weights must be ones that so "
    f"many can lead to, within {ROUNDING:g} a correction.",
    property_only=True,
    fingerprint=fit_fingerprint,
)
def stays_in_bounds(case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept a fit whose corrections are within `case["bound"]`, and as many as its weights show."""
    weight, updates, _ = _fit(case, observed)
    if updates > case["bound"]:
        return Finding(
            f"Corrections: {value(updates)}, where at most {case['bound']} can be needed.",
            expected=SEPARATED,
        )
    if not _adds_up(case, weight, updates):
        return Finding(
            f"From zero weights, {updates} corrections of wrong samples by ±x cannot end in the "
            f"weights {value(weight)}. {COUNTED}",
            expected=SEPARATED,
        )
    return None


def _adds_up(case: Case, weight: Any, updates: int) -> bool:
    """Return whether this number of corrections can lead from zero to these weights.

    Each changes the bias by ±1, so the bias is as odd or even as their number; and as none is made
    for a sample on its side, ‖w‖² grows by at most R² each time.
    """
    bias = float(weight[-1])
    if (
        abs(bias - round(bias)) > ROUNDING * max(1, min(updates, HUGE))
        or (updates - round(bias)) % 2
        or updates < abs(round(bias))
    ):
        return False
    squares = (np.asarray(case["x"]) ** 2).sum(axis=1) + 1
    most = float(min(updates, HUGE)) * squares.max() * (1 + ROUNDING)
    with np.errstate(over="ignore"):
        return bool((weight**2).sum() <= most)


@judge(
    "No line separates these classes, so converged must be False after exactly max_steps "
    f"corrections, with weights that so many can lead to, within {ROUNDING:g} a correction.",
    property_only=True,
    fingerprint=fit_fingerprint,
)
def never_claims(case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept a fit of inseparable classes that gave up after `case["max_steps"]` corrections."""
    weight, updates, converged = _fit(case, observed)
    if converged:
        return Finding("converged is True, but no line separates these classes.", expected=GAVE_UP)
    if updates != case["max_steps"]:
        return Finding(
            f"It gave up after {value(updates)} corrections; it should after {case['max_steps']}. "
            f"{LIMITED if updates < case['max_steps'] else COUNTED}",
            expected=GAVE_UP,
        )
    if not _adds_up(case, weight, updates):
        return Finding(
            f"From zero weights, {updates} corrections by ±x cannot end in the weights "
            f"{value(weight)}: more or fewer were made. {COUNTED}",
            expected=GAVE_UP,
        )
    return None


def _signed_scores(case: Case, weight: Any) -> Any:
    """Compute y · wᵀx for every sample: positive on the right side."""
    x = np.column_stack([case["x"], np.ones(len(case["x"]))])
    with np.errstate(all="ignore"):
        return (2 * np.asarray(case["target"]) - 1) * (x @ weight)


def boundary_fingerprint(case: Case, observed: Any) -> Any:
    """Distinguish boundaries by the side on which they have each row."""
    return np.sign(_sides(case, observed))


@judge(
    "Any weights and bias are right with w·x + b above 0 for each row of target 1, below 0 for the others.",
    fingerprint=boundary_fingerprint,
)
def divides(case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept weights and bias with w·x + b above 0 for the rows of target 1, below it for the others."""
    sides = _sides(case, observed)
    wrong = ~(sides * case["target"] > 0)
    if not wrong.any():
        return None
    row = int(np.argmax(wrong))
    return Finding(
        f"For the row {value(case['x'][row])} w·x + b is {value(sides[row])}; its target is "
        f"{value(case['target'][row])}.",
        expected="any weights and bias with w·x + b of each row on its target's side of 0",
    )


def _sides(case: Case, observed: Any) -> Any:
    """Read a pair of weights and bias; return w·x + b of every row."""
    features = np.shape(case["x"])[1]
    expected = f"where a pair is expected: {features} weights, and the bias."
    if not isinstance(observed, tuple | list) or len(observed) != 2:
        raise EvidenceError(f"It is {shape_of(observed)}, {expected}")
    weight, bias = map(as_reals, observed)
    if weight is None or weight.shape != (features,) or bias is None or bias.size != 1:
        parts = " and ".join(map(shape_of, observed))
        raise EvidenceError(f"It is a pair of {parts}, {expected}")
    with quietly():
        return case["x"] @ weight + bias.item()


def _fit(case: Case, observed: Any) -> tuple[Any, int, bool]:
    """Read the evidence {weight, updates, converged}."""
    names = "weight updates converged"
    weight, updates, converged = fields(observed, names, "a PerceptronFit is")
    n_weights = np.shape(case["x"])[1] + 1
    numbers = as_reals(weight)
    if numbers is None and isinstance(weight, np.ndarray | list | tuple):
        raise EvidenceError("weight is not made of numbers.")
    if numbers is None or numbers.shape != (n_weights,):
        raise EvidenceError(
            f"weight is {shape_of(weight)}, where shape ({n_weights},) is expected: bias last."
        )
    if isinstance(updates, float | np.floating) and np.isfinite(updates) and updates % 1 == 0:
        updates = int(updates)
    if isinstance(updates, bool) or not isinstance(updates, int | np.integer):
        raise EvidenceError(f"updates is {shape_of(updates)}, where a count is expected.")
    if updates < 0:
        raise EvidenceError(f"updates is {value(updates)}, where a count is expected.")
    if isinstance(converged, int | np.integer) and converged in {0, 1}:
        converged = bool(converged)
    if not isinstance(converged, bool | np.bool_):
        raise EvidenceError(f"converged is {shape_of(converged)}, where True or False is expected.")
    if not np.isfinite(numbers).all():
        raise EvidenceError("weight has entries that are not finite.")
    return numbers, int(updates), bool(converged)
