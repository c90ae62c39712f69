"""What a check's body gathers inside the sandbox: raw numbers, from which a judge decides outside.

These functions run in the student's process. They hold no answer and give no verdict.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["STEP", "answer_or_refusal", "attempt", "compact", "gradient_evidence"]

STEP = 1e-4
"""The step of the probes. Truncation is STEP² and rounding 1e-16 / STEP, relative to the loss: both
are below 1e-8, a thousand times below what a judge lets pass."""


def attempt(ask: Callable[[], Any]) -> dict[str, Any]:
    """Ask a question that may be refused: gather the answer, or that a ValueError was raised instead."""
    try:
        return {"returned": ask()}
    except ValueError:
        return {"raised": "ValueError"}


def answer_or_refusal(ask: Callable[[], Any]) -> Any:
    """Ask a question that has an answer in most cases: return it as it is; if refused, as `attempt`."""
    attempted = attempt(ask)
    return attempted.get("returned", attempted)


def compact(numbers: Any) -> Any:
    """Halve the size of a large array of floats: seven digits are plenty for statistics."""
    is_float = isinstance(numbers, np.ndarray) and numbers.dtype.kind == "f"
    return numbers.astype(np.float32) if is_float else numbers


def gradient_evidence(loss: Callable[[Any], Any], *, at: Any, claimed: Any) -> dict[str, Any]:
    """Gather what shows whether `claimed` is the gradient of `loss` at a point.

    For each entry of the point the loss is taken one and two steps to either side. The judge makes
    the derivative of these values, not this process.

    Shape: at of any shape, loss(at) a number; probes (4, size of at).
    """
    point = np.array(at, dtype=float)
    probes = np.empty((4, point.size))
    for i in range(point.size):
        for row, steps in enumerate((1, -1, 2, -2)):
            shifted = point.copy()
            shifted.flat[i] += steps * STEP
            probes[row, i] = loss(shifted)
    return {
        "claimed": claimed,
        "probes": probes,
        "here": [float(loss(point.copy())) for _ in range(2)],
    }
