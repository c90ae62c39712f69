"""The judge of training: does a trained network answer what it was taught?

Where training ends depends on the first weights, and any end is right that is near the targets. The
bound on the largest error is the check's own: it stands far above where training ends and far below
what a network without hidden units can reach. What it costs in false alarms is measured there.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.judges.finding import Finding, Judge, states
from autograder.judges.numbers import as_reals
from autograder.show import shape_of, value

__all__ = ["fits"]


def fits(largest_error: float) -> Judge:
    """Make a judge that accepts predictions within an error of `case["target"]`, every one."""

    @states(
        f"After training, no prediction may be further than {largest_error:g} from its target.",
        chance=1e-10,
    )
    def judge(case: Mapping[str, Any], observed: Any, expected: Any) -> Finding | None:
        del expected
        target = np.asarray(case["target"])
        predictions = as_reals(observed)
        if predictions is None or predictions.shape != target.shape:
            return Finding(
                f"It is {shape_of(observed)}, where predictions of shape {target.shape} are expected."
            )
        with np.errstate(all="ignore"):
            errors = np.abs(predictions - target)
        if (errors <= largest_error).all():
            return None
        worst = "no number" if np.isnan(errors).any() else value(float(errors.max()))
        return Finding(
            f"After training, the largest error is {worst}; it should be at most {largest_error:g}."
        )

    return judge
