"""The judge of training: does a network go the way that the exercise's network goes, and arrive?

All that decides where training leads is given: the first parameters, the samples, the optimizer.
So the loss of every step and the outputs at the end must be those of the reference, within SAME of
the largest. The targets are in the case, and anybody can hand them back; only training gives the
losses on the way there.

Rounding cannot lead elsewhere: over 600 starts each, a change of the first parameters by one part in
10¹⁰ changed no loss of learning XOR by more than 4 times as much, and none of fitting a sine by more
than 8 times (log₁₀ of the factor: mean −0.4 and −0.3, standard deviation 0.37 and 0.49). From
rounding, about 10⁻¹⁴ in all these steps, to SAME are 11 powers of ten, 22 deviations.

The bound on the largest error is the check's own: it stands far above where training ends and far
below what a network without hidden units can reach.
"""

from typing import Any

import numpy as np

from autograder.judges.equal import close
from autograder.judges.finding import Finding
from autograder.judges.judge import Case, Judge, judge
from autograder.judges.numbers import as_reals
from autograder.judges.values import number, shape_of

__all__ = ["fits"]

SAME = 1e-3
same = close(SAME)


def fits(largest_error: float) -> Judge:
    """Make a judge of {outputs, losses}: near `case["target"]`, on the reference's way."""

    @judge(
        f"After training, no prediction may be further than {largest_error:g} from its target; all "
        f"begin with the same parameters, so every loss on the way must be the reference's within "
        f"{SAME:g} of the largest.",
        chance=1e-10,
        picture="fit",
    )
    def decide(case: Case, observed: Any, expected: Any) -> Finding | None:
        target = np.asarray(case["target"])
        given = observed if isinstance(observed, dict) else {"outputs": observed}
        predictions = as_reals(given.get("outputs"))
        if predictions is None or predictions.shape != target.shape:
            return Finding(
                f"It is {shape_of(given.get('outputs'))}, where predictions of shape "
                f"{target.shape} are expected."
            )
        with np.errstate(all="ignore"):
            errors = np.abs(predictions - target)
        if not (errors <= largest_error).all():
            worst = "no number" if np.isnan(errors).any() else number(errors.max(), largest_error)
            return Finding(
                f"After training, the largest error is {worst}; it should be at most "
                f"{largest_error:g}."
            )
        finding = same({}, given, expected)
        return finding and Finding(
            f"Training goes another way than it must from these first parameters. {finding.detail}"
        )

    return decide
