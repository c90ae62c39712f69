"""The gradient judge: does the claimed gradient agree with the loss that the code computes?

The evidence holds the loss h and 2h to either side of every entry. With D(h) the central
difference, the derivative is taken as D = (4 D(h) − D(2h)) / 3, whose truncation error is of order
h⁴. Two errors remain, and the tolerance of an entry is the sum of their bounds:

    truncation   |D(h) − D(2h)| / 3      the whole correction, a hundred times the error left at h = 1e-4
    rounding     1e3 · ε · max|loss| / h the loss's last digits, measured at 3 ε in the course's checks
    floor        1e-6 · max|D|           what no mistake worth naming stays below

A right gradient is refused only if a loss is off by 300 times its usual rounding, which is far less
likely than once in 10⁹. A wrong one is caught from one part in 10⁶ of the largest entry.

At a kink (ReLU at 0) the two one-sided slopes differ, and every value between them is right.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.evidence import STEP
from autograder.judges.finding import Finding
from autograder.judges.nature import nature
from autograder.judges.numbers import as_numbers
from autograder.show import shape_of, value

__all__ = ["claimed_and_measured", "claimed_gradient", "gradient_agrees"]

ROUNDING = 1e3 * np.finfo(float).eps
FLOOR = 1e-6
KINK = 1e-3


def gradient_agrees(case: Mapping[str, Any], observed: Any, expected: Any) -> Finding | None:
    """Accept a claimed gradient that agrees with the differences of the loss; name where it does not."""
    del case
    evidence = _read(observed)
    if isinstance(evidence, Finding):
        return evidence
    claimed, probes, here = evidence
    shape = np.shape(_claimed(expected))
    if claimed.shape != shape:
        numeric = _derivative(probes)
        said = nature(claimed, numeric.reshape(shape)) if numeric.size == np.prod(shape) else ""
        return Finding(
            f"The gradient has shape {claimed.shape}, where {shape} is expected. {said}".strip()
        )
    if here[0] != here[1]:
        return Finding("The loss is not the same when it is asked twice at the same point.")
    numeric = _derivative(probes)
    wrong = ~_agrees(claimed.ravel(), probes, here[0])
    if not wrong.any():
        return None
    return _told(claimed, numeric.reshape(shape), wrong.reshape(shape))


def claimed_gradient(case: Mapping[str, Any], observed: Any) -> Any:
    """Identify an answer by the gradient it claims: the fingerprint to `gradient_agrees`."""
    del case
    return observed.get("claimed") if isinstance(observed, dict) else None


def claimed_and_measured(observed: Any) -> tuple[Any, Any] | None:
    """Read evidence as the gradient that it claims and the one that its losses measure.

    None if it is no evidence. The measured one has the claimed one's shape if its size allows it.
    """
    evidence = _read(observed)
    if isinstance(evidence, Finding):
        return None
    claimed, probes, _ = evidence
    with np.errstate(all="ignore"):  # losses may be as large as floats go
        numeric = _derivative(probes)
    return claimed, numeric.reshape(claimed.shape) if numeric.size == claimed.size else numeric


def _derivative(probes: Any) -> Any:
    near, far = _central(probes)
    return (4 * near - far) / 3


def _central(probes: Any) -> tuple[Any, Any]:
    return (probes[0] - probes[1]) / (2 * STEP), (probes[2] - probes[3]) / (4 * STEP)


def _agrees(claimed: Any, probes: Any, here: float) -> Any:
    """Decide entry by entry; `not error <= tolerance`, so that nan fails."""
    near, far = _central(probes)
    derivative = (4 * near - far) / 3
    largest = np.abs(derivative).max(initial=0.0)
    rounding = ROUNDING * np.abs(probes).max(initial=abs(here)) / STEP
    tolerance = np.abs(near - far) / 3 + rounding + FLOOR * largest
    ahead, behind = (probes[0] - here) / STEP, (here - probes[1]) / STEP
    kink = np.abs(ahead - behind) > KINK * max(largest, 1e-3)
    low, high = np.minimum(ahead, behind) - tolerance, np.maximum(ahead, behind) + tolerance
    between = kink & (low <= claimed) & (claimed <= high)
    return (np.abs(claimed - derivative) <= tolerance) | between


def _told(claimed: Any, numeric: Any, wrong: Any) -> Finding:
    first = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    at = ", ".join(str(int(i)) for i in first)
    rounded = np.array([float(f"{number:.6g}") for number in numeric.ravel()]).reshape(
        numeric.shape
    )
    said = nature(claimed, numeric) or _lines(wrong)
    fact = (
        f"Entry [{at}] is {value(claimed[first])}, but the loss changes by {value(rounded[first])}."
        if wrong.ndim
        else ""
    )
    count = f"{int(wrong.sum())} of {wrong.size} entries disagree."
    return Finding(
        " ".join(filter(None, [fact, count, said])),
        returned=value(claimed),
        expected=f"{value(rounded)}, as measured by small steps",
    )


def _lines(wrong: Any) -> str:
    """Say if whole rows or columns are wrong and the others right."""
    if wrong.ndim != 2 or wrong.all():
        return ""
    rows, columns = np.flatnonzero(wrong.any(axis=1)), np.flatnonzero(wrong.any(axis=0))
    if len(rows) < wrong.shape[0] and wrong[rows].all():
        return f"Only row {', '.join(map(str, rows))} is wrong."
    if len(columns) < wrong.shape[1] and wrong[:, columns].all():
        return f"Only column {', '.join(map(str, columns))} is wrong."
    return ""


def _claimed(expected: Any) -> Any:
    return expected["claimed"] if isinstance(expected, dict) and "claimed" in expected else ()


def _read(observed: Any) -> tuple[Any, Any, list[float]] | Finding:
    """Check the evidence's form: it may have been made by anybody."""
    if not isinstance(observed, dict) or observed.keys() != {"claimed", "probes", "here"}:
        return Finding(f"It is {shape_of(observed)}, where a gradient is expected.")
    claimed = as_numbers(observed["claimed"])
    if claimed is None or claimed.dtype.kind not in "biuf":
        forgot = " Is a `return` missing?" if observed["claimed"] is None else ""
        return Finding(
            f"The gradient is {shape_of(observed['claimed'])}, not an array of numbers.{forgot}"
        )
    probes, here = observed["probes"], observed["here"]
    usable = isinstance(probes, np.ndarray) and probes.dtype.kind == "f" and probes.ndim == 2
    if not usable or probes.shape[0] != 4 or not np.isfinite(probes).all():
        return Finding("The loss around this point is not finite, so it has no gradient.")
    if not (isinstance(here, list) and len(here) == 2 and all(type(v) is float for v in here)):
        return Finding("The loss at this point is not a number.")
    return claimed.astype(float), probes, here
