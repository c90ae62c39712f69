"""The false-alarm rates that checks state, and what a run can say of them.

A judge states the rate of one case, and derives it in its module. What hands no generator to the code
has one right answer, or a judge that accepts every right one for certain: its rate is 0.
"""

from autograder.course.lab import Check

__all__ = ["stated_rate", "upper_bound"]


def stated_rate(check: Check) -> float:
    """Tell how often a check refuses a right answer by chance, at most, in all its cases together."""
    return check.judge.chance * (check.drawn + len(check.always))


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
