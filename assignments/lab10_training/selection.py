"""Selection: choose hyperparameters by data that training has not seen.

Training data fits the weights, validation data chooses among the fits, test data reports
once. Searches are coarse, then fine. Scores are like accuracies: higher is better.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from nnlab.arrays import Array, Labels

__all__ = [
    "Split",
    "Trial",
    "cross_validate",
    "grid_search",
    "k_fold",
    "log_uniform",
    "random_search",
    "refine",
    "train_val_split",
]


class Split(NamedTuple):
    """Data in two parts: one to train on, one to validate on."""

    x_train: Array
    y_train: Array | Labels
    x_val: Array
    y_val: Array | Labels


class Trial(NamedTuple):
    """One point of a search: its score, and the hyperparameters tried, by name."""

    score: float
    settings: dict[str, float]


def train_val_split(
    x: Array, target: Array | Labels, val_fraction: float = 0.2, *, rng: np.random.Generator
) -> Split:
    """Shuffle the samples and set a part of them aside for validation.

    round(val_fraction · n) samples go to validation, each with its own target; where two whole
    numbers are equally near, either is right.

    Shape: x (n, …), target (n, …); the result Split(x_train, y_train, x_val, y_val).
    Raises: ValueError if x and target differ in length or a part would be empty.
    Source: slides, "Cross validation: held-out".

    >>> x, target = np.arange(10), np.arange(10) * 100
    >>> split = train_val_split(x, target, 0.3, rng=np.random.default_rng(0))
    >>> len(split.x_train), len(split.x_val), bool(np.all(split.y_val == split.x_val * 100))
    (7, 3, True)
    """
    raise NotImplementedError("lab10_training: train_val_split")


def k_fold(
    n_samples: int, n_splits: int, *, rng: np.random.Generator
) -> list[tuple[Labels, Labels]]:
    """Cut shuffled samples into folds; each fold validates once while the others train.

    Every sample is in exactly one validation fold; fold sizes differ by at most 1.

    Shape: a list of n_splits pairs (train indices, validation indices).
    Raises: ValueError unless 2 ≤ n_splits ≤ n_samples.
    Source: slides, "Cross validation: K-fold".

    >>> [(len(train), len(val)) for train, val in k_fold(7, 3, rng=np.random.default_rng(0))]
    [(4, 3), (5, 2), (5, 2)]
    """
    raise NotImplementedError("lab10_training: k_fold")


def cross_validate(
    fit_and_score: Callable[[Split], float],
    x: Array,
    target: Array | Labels,
    n_splits: int,
    *,
    rng: np.random.Generator,
) -> tuple[float, Array]:
    """Score a recipe on every fold; return the mean score and the scores, fold by fold.

    The folds are those of `k_fold`. fit_and_score gets a Split: the samples outside one fold, on
    which it trains a new model (and scaler), and those of the fold, on which it scores it.

    Shape: x (n, …), target (n, …); a number and (n_splits,).
    Raises: ValueError unless 2 ≤ n_splits ≤ n.
    Source: slides, "Cross validation: K-fold", final accuracy = average accuracy.

    >>> x = np.array([1.0, 2.0, 3.0, 6.0])
    >>> cross_validate(lambda split: split.x_val.sum(), x, x, 2, rng=np.random.default_rng(0))[0]
    6.0
    """
    raise NotImplementedError("lab10_training: cross_validate")


def log_uniform(low: float, high: float, size: int, *, rng: np.random.Generator) -> Array:
    """Draw numbers whose logarithm is uniform: every decade is equally likely.

    10^u,  u ~ Uniform(log₁₀ low, log₁₀ high), each u drawn by itself

    Shape: (size,).
    Raises: ValueError unless 0 < low < high.
    Source: slides, "Cross validation: tuning hyperparameter", it's best to optimize in log space.

    >>> draws = log_uniform(1e-6, 1e-3, 3000, rng=np.random.default_rng(0))
    >>> round(float(np.mean(draws < 1e-4)), 1)  # two decades of three
    0.7
    """
    raise NotImplementedError("lab10_training: log_uniform")


def grid_search(
    evaluate: Callable[[dict[str, float]], float], grid: Mapping[str, Sequence[float]]
) -> list[Trial]:
    """Try every combination of the listed values once; return all trials, the best first.

    A score that is nan (training exploded) ranks last; equal scores may come in any order.

    Source: slides, "Cross validation: tuning hyperparameter-Grid Search".

    >>> trials = grid_search(lambda s: -abs(s["lr"] - s["l2"]), {"lr": [1, 5], "l2": [2, 9]})
    >>> len(trials), trials[0]
    (4, Trial(score=-1, settings={'lr': 1, 'l2': 2}))
    """
    raise NotImplementedError("lab10_training: grid_search")


def random_search(
    evaluate: Callable[[dict[str, float]], float],
    ranges: Mapping[str, tuple[float, float]],
    n_trials: int,
    *,
    rng: np.random.Generator,
) -> list[Trial]:
    """Try random points, each hyperparameter drawn afresh from its range; best trial first.

    Draws are independent and log-uniform in (low, high). Scores rank as in `grid_search`.

    Source: slides, "Cross validation: tuning hyperparameter", coarse search.

    >>> trials = random_search(lambda s: -s["lr"], {"lr": (1, 9)}, 20, rng=np.random.default_rng(0))
    >>> len(trials), trials[0].settings["lr"] == min(t.settings["lr"] for t in trials)
    (20, True)
    """
    raise NotImplementedError("lab10_training: random_search")


def refine(low: float, high: float, best: float) -> tuple[float, float]:
    """Narrow a range for the next, finer search: half as many decades, centred on the best.

    (best / r, best · r),  r = (high / low)^¼

    A best value near the border moves the range beyond it, as it should.

    Raises: ValueError unless 0 < low ≤ best ≤ high and low < high.
    Source: slides, "Cross validation: tuning hyperparameter", adjust range.

    >>> low, high = refine(1e-6, 1e-2, best=1e-3)
    >>> f"{low:.0e} {high:.0e}"
    '1e-04 1e-02'
    """
    raise NotImplementedError("lab10_training: refine")
