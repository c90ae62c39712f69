"""The false-alarm rates that checks state, and what a run can say of them.

Each figure is that of one case, and stands with its derivation in the docstring of the judge or
check. What hands no generator to the code has one right answer, or a judge that accepts every right
one for certain: its rate is 0.
"""

from autograder.check import Check

__all__ = ["STATED", "stated_rate", "upper_bound"]

CERTAIN = 0.0
MOMENTS = 4e-9  # judges.samples: mean and spread, six deviations each
SHAPE = 1e-8  # judges.samples: Kolmogorov's distance
ANEW = 1e-10  # judges.samples: two rows of random numbers are equal
LAYERS = 1e-10  # judges.meanfield: ten layers, each seven deviations and a tenth
REPEATS = 1e-9  # judges.randomness: another generator gives the same order
SPREAD = 2e-8  # judges.randomness: one range of draws
DROPPED = 1e-7  # judges.mask: Hoeffding's bound
PATTERN = 3e-8  # judges.mask: Chernoff's bound along calls, rows and columns
ACCURACY = 1e-6  # judges.accuracy: a good recipe falls below a threshold

STATED: dict[str, float | None] = {
    "layers.learns_xor": 1e-15,  # twenty deviations
    "layers.fits_a_sine": 1e-11,
    "descent.orders": 6e-9,  # judges.epochs
    "init.small_spread": MOMENTS,
    "init.small_form": SHAPE,
    "init.small_anew": ANEW,
    "init.xavier_spread": MOMENTS,
    "init.xavier_form": SHAPE,
    "init.xavier_anew": ANEW,
    "init.xavier_signal": LAYERS,
    "init.kaiming_spread": MOMENTS,
    "init.kaiming_form": SHAPE,
    "init.kaiming_anew": ANEW,
    "init.kaiming_signal": LAYERS,
    "init.uniform_spread": MOMENTS,
    "init.uniform_form": SHAPE,
    "init.uniform_anew": ANEW,
    "selection.shuffled": REPEATS,
    "selection.shuffled_folds": REPEATS,
    "selection.log_spread": SPREAD,
    "selection.log_random": REPEATS,
    "selection.random_trials": 3 * SPREAD,
    "training.updates": 1 / 6e9,  # judges.training
    "training.overfits": None,
    "dropout.share": DROPPED,
    "dropout.each_alone": PATTERN,
    "dropout.anew": ANEW,
    "experiment.network": 1e-15,  # judges.recipe
    "experiment.network_learns": None,
    "experiment.validation": 3e-7,  # judges.recipe
    "experiment.reaches_90": ACCURACY,
    "experiment.reaches_93": ACCURACY,
    "experiment.reaches_95": ACCURACY,
    "hopfield.random_order": 1e-10,  # judges.attractor
}
"""By check: the rate of one case; None where a judge states none, and only runs can tell."""


def stated_rate(check: Check) -> float | None:
    """Tell how often a check refuses a right answer by chance, at most, in all its cases together."""
    rate = STATED.get(check.id, CERTAIN)
    return None if rate is None else rate * (check.drawn + len(check.always))


def upper_bound(alarms: int, runs: int) -> float:
    """Bound the true rate from above, with 95 % confidence, by what was seen.

    The exact bound of Clopper and Pearson; with no alarm it is the rule of three, about 3 / runs.

    >>> round(upper_bound(0, 10_000) * 10_000, 2)
    3.0
    >>> round(upper_bound(1, 10_000) * 10_000, 2)
    4.74
    """
    if not runs:
        return 1.0
    low, high = alarms / runs, 1.0
    for _ in range(60):
        rate = (low + high) / 2
        low, high = (rate, high) if _at_most(alarms, runs, rate) > 0.05 else (low, rate)
    return high


def _at_most(alarms: int, runs: int, rate: float) -> float:
    """Give the probability of at most so many alarms."""
    term = total = (1 - rate) ** runs
    for k in range(1, alarms + 1):
        term *= (runs - k + 1) / k * rate / (1 - rate)
        total += term
    return total
