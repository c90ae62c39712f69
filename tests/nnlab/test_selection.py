"""Splits, folds and searches: properties, scikit-learn's folds, and closed forms."""

import numpy as np
import pytest
from scipy import stats
from sklearn.model_selection import KFold

from nnlab.selection import (
    Trial,
    cross_validate,
    grid_search,
    k_fold,
    log_uniform,
    random_search,
    refine,
    train_val_split,
)


def rng(seed=0):
    """Make a generator."""
    return np.random.default_rng(seed)


@pytest.mark.parametrize(("n", "fraction", "n_val"), [(10, 0.3, 3), (23, 0.2, 5), (7, 0.5, 4)])
def test_split_keeps_all_samples_with_their_targets(n, fraction, n_val):
    """Every sample is in one part, once, beside its own target; nothing given is changed."""
    x, target = np.arange(3 * n).reshape(n, 3), np.arange(n) * 3
    split = train_val_split(x, target, fraction, rng=rng())

    assert len(split.x_val) == n_val == round(fraction * n)
    assert sorted(np.concatenate([split.y_train, split.y_val])) == target.tolist()
    assert np.array_equal(split.x_train[:, 0], split.y_train)
    assert np.array_equal(split.x_val[:, 0], split.y_val)
    assert np.array_equal(x, np.arange(3 * n).reshape(n, 3))


def test_split_shuffles():
    """Sorted classes are mixed over both parts, differently with another seed."""
    x = np.repeat([0, 1, 2], 20)
    parts = [train_val_split(x, x, rng=rng(seed)).y_val.tolist() for seed in range(5)]

    assert all(len(set(part)) > 1 for part in parts)
    assert len(set(map(tuple, parts))) > 1


def test_split_wants_pairs():
    """Samples and targets of different number are refused."""
    with pytest.raises(ValueError, match="target must have one entry a sample, 5, got 4"):
        train_val_split(np.ones(5), np.ones(4), rng=rng())


@pytest.mark.parametrize("fraction", [0.0, 0.01, 1.0, 1.5, -0.2])
def test_split_wants_two_parts(fraction):
    """A fraction that leaves one part empty is refused."""
    with pytest.raises(
        ValueError, match=f"val_fraction must leave two parts, got {fraction} of 10"
    ):
        train_val_split(np.ones(10), np.ones(10), fraction, rng=rng())


@pytest.mark.parametrize(("n", "k"), [(10, 5), (23, 5), (7, 7), (11, 2)])
def test_folds_partition_the_samples(n, k):
    """Every sample validates once and trains in all other folds, as in scikit-learn."""
    folds = k_fold(n, k, rng=rng())

    assert sorted(np.concatenate([val for _, val in folds])) == list(range(n))
    assert all(sorted([*train, *val]) == list(range(n)) for train, val in folds)
    sizes = [len(val) for _, val in KFold(k).split(np.ones(n))]
    assert sorted(len(val) for _, val in folds) == sorted(sizes)


def test_folds_are_shuffled():
    """Folds are no runs of neighbours, and change with the seed."""
    folds = [k_fold(20, 4, rng=rng(seed))[0][1].tolist() for seed in range(3)]

    assert all(max(fold) - min(fold) > 4 for fold in folds)
    assert len(set(map(tuple, folds))) == 3


@pytest.mark.parametrize("n_splits", [-1, 0, 1, 6])
def test_folds_want_two_to_n(n_splits):
    """One fold has nothing to train on, more folds than samples leave some empty."""
    with pytest.raises(
        ValueError, match=f"n_splits must be from 2 to n_samples, 5, got {n_splits}"
    ):
        k_fold(5, n_splits, rng=rng())


def test_cross_validate_averages_over_the_folds():
    """The recipe sees each fold once; the result is the mean, and the scores in order."""
    x, seen = np.arange(10), []

    def recipe(split):
        seen.append(split)
        assert sorted([*split.x_train, *split.x_val]) == list(range(10))
        assert np.array_equal(split.y_train, 2 * split.x_train)
        assert np.array_equal(split.y_val, 2 * split.x_val)
        return len(seen) ** 2

    mean, scores = cross_validate(recipe, x, 2 * x, 4, rng=rng())

    assert scores.tolist() == [1, 4, 9, 16]
    assert mean == 7.5
    assert sorted(np.concatenate([split.x_val for split in seen])) == list(range(10))


def test_log_uniform_is_uniform_in_the_exponent():
    """Kolmogorov–Smirnov finds no difference between the exponents and a uniform draw."""
    draws = log_uniform(1e-6, 1e-3, 5000, rng=rng())

    assert draws.shape == (5000,)
    assert draws.min() >= 1e-6
    assert draws.max() <= 1e-3
    assert stats.kstest(np.log10(draws), stats.uniform(-6, 3).cdf).pvalue > 1e-6


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (1e-3, 1e-6), (1.0, 1.0), (-1.0, 1.0)])
def test_log_uniform_wants_positive_bounds_in_order(low, high):
    """Zero has no logarithm, and the lower bound comes first."""
    with pytest.raises(ValueError, match=f"0 < low < high, got {low} and {high}"):
        log_uniform(low, high, 3, rng=rng())


def test_grid_search_tries_every_combination():
    """Three values times two are six trials; the best comes first, the worst last."""
    trials = grid_search(lambda s: s["a"] * s["b"], {"a": [1, 3, 2], "b": [10, 20]})

    assert trials[0] == Trial(60, {"a": 3, "b": 20})
    assert [trial.score for trial in trials] == [60, 40, 30, 20, 20, 10]
    assert len({tuple(trial.settings.values()) for trial in trials}) == 6


def test_searches_rank_nan_last():
    """A run that exploded never wins."""
    scores = {1: float("nan"), 2: -5.0, 3: float("nan"), 4: 0.5, 5: -float("inf")}
    trials = grid_search(lambda s: scores[s["lr"]], {"lr": list(scores)})

    assert [trial.settings["lr"] for trial in trials] == [4, 2, 5, 1, 3]


def test_random_search_draws_each_setting_anew():
    """Every trial has its own draw of every setting, independent and within its range."""
    ranges = {"lr": (1e-4, 1e-2), "l2": (1e-6, 1e0)}
    trials = random_search(lambda s: s["lr"], ranges, 400, rng=rng())
    lr, l2 = (np.array([trial.settings[name] for trial in trials]) for name in ranges)

    assert len(trials) == len(set(lr)) == len(set(l2)) == 400
    assert np.all(np.diff(lr) < 0)  # best first, and lr is the score
    assert (lr.min() >= 1e-4, lr.max() <= 1e-2) == (True, True)
    assert (l2.min() >= 1e-6, l2.max() <= 1) == (True, True)
    assert abs(stats.spearmanr(lr, l2).statistic) < 0.25  # 5 standard deviations of 1/√400


def test_random_search_refuses_bad_ranges():
    """A range must have a logarithm."""
    with pytest.raises(ValueError, match=r"0 < low < high, got 0 and 1"):
        random_search(lambda _: 0.0, {"lr": (0, 1)}, 3, rng=rng())


def test_refine_halves_the_decades_around_the_best():
    """The new range has half the logarithmic width, and the best in its middle."""
    low, high = refine(1e-6, 1e-3, 2e-5)

    assert np.log10(high / low) == pytest.approx(1.5)
    assert np.sqrt(low * high) == pytest.approx(2e-5)


def test_refine_follows_a_best_at_the_border():
    """A best value at the border gets a range that reaches beyond the border."""
    assert refine(1e-4, 1e-3, 1e-3)[1] > 1e-3
    assert refine(1e-4, 1e-3, 1e-4)[0] < 1e-4


@pytest.mark.parametrize(
    ("low", "high", "best"), [(1, 2, 3), (1, 2, 0.5), (0, 1, 0.5), (1, 1, 1), (3, 2, 2.5)]
)
def test_refine_wants_the_best_inside(low, high, best):
    """The best value comes from the range."""
    with pytest.raises(ValueError, match=f"0 < low < high, got {best} for {low} and {high}"):
        refine(low, high, best)
