"""The gradient judge: is the claimed gradient that of the exercise's loss?

The evidence holds the loss h and 2h to either side of every entry. The claim is held against what
the key measured of the reference's loss, never against the losses that came with it: whoever makes
up a gradient can make up a loss that fits. With D(h) the central difference, the derivative is
taken as D = (4 D(h) − D(2h)) / 3, whose truncation error is of order h⁴. Two errors remain, and the
tolerance of an entry is the sum of their bounds:

    truncation   |D(h) − D(2h)| / 3      the whole correction, a hundred times the error left at h = 1e-4
    rounding     1e3 · ε · max|loss| / h the loss's last digits, measured at 3 ε in the course's checks
    floor        1e-6 · max|D|           what no mistake worth naming stays below

A right gradient is refused only if a loss is off by 300 times its usual rounding, which is far less
likely than once in 10⁹. A wrong one is caught from one part in 10⁶ of the largest entry.

The losses that came with the claim say whether it is the gradient of the exercise's function at
all. They may differ from the reference's by SAME of the loss and of the largest derivative (the
function is a sum whose terms may cancel, but what an input of size 1 adds to it is a derivative).
Where the checks of the forward pass let 1e-9 of each output pass, this is a thousand times as much,
so what is refused here has been refused there, unless it is wrong near this point alone.

At a kink (ReLU at 0) the two one-sided slopes differ, and every value between them is right.
"""

import math
from functools import partial
from typing import Any

import numpy as np

from autograder.judges.evidence import STEP
from autograder.judges.finding import FORGOT, Finding
from autograder.judges.judge import Case, Judge, judge
from autograder.judges.numbers import as_numbers
from autograder.judges.parts import Arrays
from autograder.judges.values import shape_of, value

__all__ = ["claimed_and_measured", "claimed_gradient", "gradient_agrees", "gradient_of"]

ROUNDING = 1e3 * np.finfo(float).eps
FLOOR = 1e-6
KINK = 1e-3
SAME = 1e-6


Parts = tuple[tuple[str, tuple[int, ...]], ...]
"""Names and shapes of parameters whose gradients stand one after the other."""


def gradient_of(parts: Parts = ()) -> Judge:
    """Make a judge that holds a claimed gradient against differences of the reference's loss.

    If it belongs to several parameters, `parts` names them, and the message names the wrong one.
    """

    @judge(
        f"Every entry must agree with central differences of the exercise's loss (h = {STEP:g}), "
        f"within their error and {FLOOR:g} of the largest entry, and your own loss must be the "
        "same function there; a right gradient is refused less than once in 1e9.",
        fingerprint=claimed_gradient,
        compared=partial(_paired, parts),
        picture="gradient",
    )
    def decide(_case: Case, observed: Any, expected: Any) -> Finding | None:
        return _judged(parts, observed, expected)

    return decide


def claimed_gradient(_case: Case, observed: Any) -> Any:
    """Identify an answer by the gradient it claims."""
    return observed.get("claimed") if isinstance(observed, dict) else None


def _judged(parts: Parts, observed: Any, expected: Any) -> Finding | None:
    evidence, known = _read(observed), _read(expected)
    if isinstance(evidence, Finding):
        return evidence
    if isinstance(known, Finding):  # in foreign data alone: a reference has a gradient
        return known
    claimed, probes, here = evidence
    right, right_probes, right_here = known
    if claimed.shape != right.shape:
        return Finding(
            f"The gradient has shape {claimed.shape}, where {right.shape} is expected.",
            returned=value(claimed),
            expected=f"a gradient of shape {right.shape}",
        )
    if probes.shape[1] != claimed.size:
        return Finding("The loss was not taken on both sides of every entry.")
    if here[0] != here[1]:
        return Finding("The loss is not the same when it is asked twice at the same point.")
    if not _same_loss(probes, here[0], right_probes, right_here[0]):
        return Finding("The loss around this point is not the exercise's.")
    wrong = ~_agrees(claimed.ravel(), right_probes, right_here[0])
    if not wrong.any():
        return None
    numeric = _derivative(right_probes).reshape(right.shape)
    return _disagreement(parts, claimed, numeric, wrong.reshape(right.shape))


def _paired(parts: Parts, observed: Any, expected: Any) -> Arrays | None:
    """Pair the claim, parameter by parameter, with what is measured; rounding counts as right."""
    evidence, known = _read(observed), _read(expected)
    if isinstance(evidence, Finding) or isinstance(known, Finding):
        return None
    claimed, (right, probes, here) = evidence[0], known
    numeric = _derivative(probes)
    if claimed.shape != right.shape:
        return {"": (claimed, numeric.reshape(right.shape))}
    best = np.where(_agrees(claimed.ravel(), probes, here[0]), claimed.ravel(), numeric)
    if not parts:
        return {"": (claimed, best.reshape(right.shape))}
    return {
        name: (claimed.ravel()[at].reshape(shape), best[at].reshape(shape))
        for name, at, shape in _slices(parts)
    }


def _slices(parts: Parts) -> list[tuple[str, slice, tuple[int, ...]]]:
    ends = np.cumsum([math.prod(shape) for _, shape in parts]).tolist()
    starts = [0, *ends]
    return [
        (name, slice(start, end), shape)
        for (name, shape), start, end in zip(parts, starts, ends, strict=False)
    ]


def _disagreement(parts: Parts, claimed: Any, numeric: Any, wrong: Any) -> Finding:
    """Name the first wrong entry, say how many are wrong, and show all beside what was measured."""
    first = int(np.argmax(wrong))
    mine, measured = claimed.flat[first], numeric.flat[first]
    fact = (
        f"{_place(parts, first, wrong.shape)} is {value(mine, beside=measured)}, "
        f"but the loss changes by {value(measured, beside=mine)}."
        if wrong.ndim
        else ""
    )
    count = f"{int(wrong.sum())} of {wrong.size} entries disagree."
    return Finding(
        " ".join(filter(None, [fact, count, _lines(wrong)])),
        returned=value(claimed, beside=np.where(wrong, numeric, np.nan)),
        expected=f"{value(numeric, beside=np.where(wrong, claimed, np.nan))}, as measured by small "
        "steps",
    )


def _place(parts: Parts, first: int, shape: tuple[int, ...]) -> str:
    """Name an entry by its parameter, if there are several."""
    for name, at, part in _slices(parts):
        if at.start <= first < at.stop:
            return f"Entry {_at(first - at.start, part)} of the gradient of {name}"
    return f"Entry {_at(first, shape)}"


def claimed_and_measured(observed: Any, expected: Any) -> tuple[Any, Any] | None:
    """Read evidence as the gradient that it claims, and the one that the reference's loss measures.

    None if either is not evidence.
    """
    evidence, known = _read(observed), _read(expected)
    if isinstance(evidence, Finding) or isinstance(known, Finding):
        return None
    right, probes, _ = known
    return evidence[0], _derivative(probes).reshape(right.shape)


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


def _same_loss(probes: Any, here: float, right_probes: Any, right_here: float) -> bool:
    """Return whether two losses agree at every probe; `not error <= allowed`, so that nan fails."""
    if probes.shape != right_probes.shape:
        return False
    with np.errstate(all="ignore"):  # losses may be as large as floats go
        largest = np.abs(right_probes).max(initial=abs(right_here))
        allowed = SAME * (largest + np.abs(_derivative(right_probes)).max(initial=0.0))
        error = np.abs(probes - right_probes).max(initial=abs(here - right_here))
    return bool(error <= allowed)


def _at(flat: int, shape: tuple[int, ...]) -> str:
    return f"[{', '.join(str(int(i)) for i in np.unravel_index(flat, shape))}]"


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


def _read(observed: Any) -> tuple[Any, Any, list[float]] | Finding:
    """Check the evidence's form: it may have been made by anybody."""
    if not isinstance(observed, dict) or observed.keys() != {"claimed", "probes", "here"}:
        return Finding(f"It is {shape_of(observed)}, where a gradient is expected.")
    claimed = as_numbers(observed["claimed"])
    if claimed is None or claimed.dtype.kind not in "biuf":
        forgot = FORGOT if observed["claimed"] is None else ""
        return Finding(
            f"The gradient is {shape_of(observed['claimed'])}, not an array of numbers.{forgot}",
            returned=value(observed["claimed"]),
            expected="an array of numbers",
        )
    probes, here = observed["probes"], observed["here"]
    usable = isinstance(probes, np.ndarray) and probes.dtype.kind == "f" and probes.ndim == 2
    if not usable or probes.shape[0] != 4 or not np.isfinite(probes).all():
        return Finding("The loss around this point is not finite, so it has no gradient.")
    if not (isinstance(here, list) and len(here) == 2 and all(type(v) is float for v in here)):
        return Finding("The loss at this point is not a number.")
    with np.errstate(all="ignore"):  # long doubles may be out of range
        return claimed.astype(float), probes, here


gradient_agrees = gradient_of()
