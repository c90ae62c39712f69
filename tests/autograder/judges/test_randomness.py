"""The judges of draws accept every log-uniform way to draw, refuse the others, and never raise."""

import numpy as np
import pytest
from hypothesis import given, settings

from autograder.judges.finding import Finding
from autograder.judges.randomness import (
    _covariance,
    _distance,
    _position,
    _tau,
    draws_log_uniformly,
    follows_generator,
    generator_fingerprint,
    log_fingerprint,
    searches_at_random,
    shuffles,
)
from tests.plain_data import PLAIN, evidence

CASE = {"low": 5e-6, "high": 5e-3, "size": 1500}
SEARCH = {
    "ranges": {"lr": (1e-5, 1e-2), "l2": (3e-6, 3e-2)},
    "peak": {"lr": 1e-3, "l2": 1e-4},
    "n_trials": 1500,
}


def log_draws(rng, low=5e-6, high=5e-3, size=1500):
    """Draw as the lecture does."""
    return low * (high / low) ** rng.random(size)


def trials(rng, **settings):
    """Describe trials with given settings, the others drawn, scored and ranked as they should be."""
    drawn = {n: log_draws(rng, *r) for n, r in SEARCH["ranges"].items()} | settings
    score = -sum(np.abs(np.log10(drawn[n] / peak)) for n, peak in SEARCH["peak"].items())
    order = np.argsort(-score)
    return {"score": score[order], "settings": {n: d[order] for n, d in drawn.items()}}


def test_the_distance_is_that_of_kolmogorov_and_smirnov():
    """The largest distance from the uniform distribution agrees with scipy's statistic."""
    stats = pytest.importorskip("scipy.stats")
    for n in (1, 2, 7, 1500):
        sample = np.random.default_rng(n).random(n)

        assert _distance(sample) == pytest.approx(stats.kstest(sample, "uniform").statistic)


def test_draws_stay_far_below_both_bounds():
    """In 1000 samples neither statistic reaches three quarters of its bound, let alone exceeds it."""
    rng = np.random.default_rng(0)
    epsilon = np.sqrt(np.log(2 / 2e-8) / 3000)
    distances, covariances = [], []
    for _ in range(1000):
        u, v = rng.random((2, 1500))
        distances.append(_distance(u))
        covariances.append(abs(_covariance(u, v)))

    assert max(distances) < 0.75 * epsilon
    assert max(covariances) < 0.75 * _tau(1500)


def test_the_exact_false_alarm_rate_is_below_the_bound():
    """The distribution of the statistic, as scipy has it, gives less than the stated 2e-8."""
    stats = pytest.importorskip("scipy.stats")

    assert stats.kstwo.sf(np.sqrt(np.log(2 / 2e-8) / 3000), 1500) < 2e-8


@pytest.mark.parametrize("seed", range(20))
def test_log_uniform_draws_are_right(seed):
    """Draws, lists of them and sorted ones are right: their order says nothing about their spread."""
    draws = log_draws(np.random.default_rng(seed))

    assert draws_log_uniformly(CASE, draws, None) is None
    assert draws_log_uniformly(CASE, np.sort(draws).tolist(), None) is None


WRONG = {
    "linear": lambda rng: rng.uniform(5e-6, 5e-3, 1500),
    "powers of ten": lambda rng: 5e-6 * 10.0 ** rng.integers(0, 4, 1500),
    "one": lambda rng: np.full(1500, log_draws(rng, size=1)),
    "a quarter of the range": lambda rng: log_draws(rng, 5e-6, 5e-3**0.75 * 5e-6**0.25),
    "a tenth of the logarithm missing": lambda rng: log_draws(rng, 5e-6 * 10**0.3),
    "normal exponents": lambda rng: np.clip(10 ** rng.normal(-3.8, 0.5, 1500), 5e-6, 5e-3),
    "beyond the border": lambda rng: log_draws(rng, 5e-6, 6e-3),
    "not a number": lambda rng: log_draws(rng) * np.where(np.arange(1500) == 7, np.nan, 1),
    "too few": lambda rng: log_draws(rng, size=1499),
    "exponents": lambda rng: np.log10(log_draws(rng)),
    "a shuffled grid": lambda rng: rng.permutation(np.geomspace(5e-6, 5e-3, 1500)),
    "one from each part": lambda rng: (
        5e-6 * 1e3 ** ((rng.permutation(1500) + rng.random(1500)) / 1500)
    ),
    "few values": lambda rng: rng.choice(log_draws(rng, size=300), 1500),
}


@pytest.mark.parametrize("name", WRONG)
def test_other_draws_are_refused_whatever_the_seed(name):
    """Each wrong spread is caught under every one of 20 seeds."""
    for seed in range(20):
        draws = WRONG[name](np.random.default_rng(seed))

        assert isinstance(draws_log_uniformly(CASE, draws, None), Finding)


def parts_of(n, k, splits, order):
    """Describe the parts that three generators give, by how each orders the samples."""
    case = {"n_samples": n, "n_splits": splits}
    first, other = (order(np.random.default_rng(seed), n)[: k * splits] for seed in (0, 1))
    return case, {"first": first, "again": first, "other": other}


BLOCKS = {
    "a block from any sample on": lambda rng, n: np.roll(np.arange(n), rng.integers(n)),
    "every third from any sample on": lambda rng, n: (3 * np.arange(n) + rng.integers(n)) % n,
    "pairs that stay together": lambda rng, n: (
        2 * rng.permutation(n // 2)[:, None] + [0, 1]
    ).ravel(),
}


def test_shuffled_parts_are_right_whatever_the_seed():
    """In 200 permutations no part is refused."""
    for seed in range(200):
        order = np.random.default_rng(seed).permutation(400)
        other = np.random.default_rng(seed + 1000).permutation(400)
        case = {"n_samples": 400, "n_splits": 4}

        results = {"first": order, "again": order, "other": other}
        assert shuffles(case, results, results) is None


@pytest.mark.parametrize("order", BLOCKS.values(), ids=BLOCKS)
@pytest.mark.parametrize(("n", "k", "splits"), [(301, 90, 1), (400, 100, 4)])
def test_parts_of_neighbours_are_not_shuffled(order, n, k, splits):
    """Blocks, steps and pairs follow the generator, and are not a random order."""
    case, results = parts_of(n, k, splits, order)

    assert "not shuffled" in shuffles(case, results, results).detail


@pytest.mark.parametrize("seed", range(20))
def test_independent_log_uniform_trials_are_right(seed):
    """Ranking the trials changes neither spread nor independence."""
    assert searches_at_random(SEARCH, trials(np.random.default_rng(seed)), None) is None


@pytest.mark.parametrize("seed", range(20))
def test_settings_that_share_their_draws_are_told(seed):
    """One draw for two settings, or one and its opposite, is caught under every seed."""
    rng = np.random.default_rng(seed)
    u = rng.random(1500)
    for v in (u, 1 - u):
        shared = trials(rng, lr=1e-5 * 1e3**u, l2=3e-6 * 1e4**v)

        assert "move together" in searches_at_random(SEARCH, shared, None).detail


def test_foreign_scores_and_other_orders_are_told():
    """Scores must be those of their settings, and the best stands first."""
    right = trials(np.random.default_rng(0))
    upside_down = {
        "score": right["score"][::-1],
        "settings": {n: d[::-1] for n, d in right["settings"].items()},
    }
    foreign = {"score": right["score"] + 0.001, "settings": right["settings"]}

    assert "ranked" in searches_at_random(SEARCH, upside_down, None).detail
    assert "beside them" in searches_at_random(SEARCH, foreign, None).detail


def test_results_follow_their_generator():
    """Equal generators must give equal results, and another one another result."""
    a, b = np.arange(5), np.array([3, 1, 4, 0, 2])

    assert follows_generator({}, {"first": a, "again": a.copy(), "other": b}, {"first": a}) is None
    assert (
        "different"
        in follows_generator({}, {"first": a, "again": b, "other": b}, {"first": a}).detail
    )
    assert (
        "same" in follows_generator({}, {"first": a, "again": a, "other": a}, {"first": a}).detail
    )
    for few in ([], [1.0], a * np.nan):
        made_up = {"first": few, "again": few, "other": b}
        assert "finite numbers" in follows_generator({}, made_up, {"first": a}).detail


def test_fingerprints_do_not_change_from_draw_to_draw():
    """Two samples of one mistake have the same fingerprint, and two mistakes have different ones."""
    prints = {
        name: {repr(log_fingerprint(CASE, WRONG[name](np.random.default_rng(s)))) for s in range(9)}
        for name in ("linear", "powers of ten", "one", "exponents", "beyond the border")
    }

    assert all(len(found) == 1 for found in prints.values())
    assert len(set.union(*prints.values())) == len(prints)


@given(PLAIN | evidence(first=PLAIN, again=PLAIN, other=PLAIN))
@settings(max_examples=150, deadline=None)
def test_judges_of_generators_are_total(observed):
    """Whatever comes back, there is a finding or none: no error, no warning."""
    follows_generator({}, observed, {"first": np.ones(4)})
    generator_fingerprint({}, observed)


@given(PLAIN | evidence(score=PLAIN, settings=evidence(lr=PLAIN, l2=PLAIN)))
@settings(max_examples=150, deadline=None)
def test_judges_of_draws_are_total(observed):
    """Whatever comes back is refused without an error or a warning."""
    for size in (1, 4):
        small = SEARCH | {"n_trials": size}
        searches_at_random(small, observed, None)
        searches_at_random.fingerprint(small, observed)
        draws_log_uniformly(CASE | {"size": size}, observed, None)
        log_fingerprint(CASE, observed)


def test_positions_of_what_has_no_logarithm_are_numbers():
    """Negative numbers, infinities and nan have a place outside or at 0, never nan."""
    position = _position(np.array([-1.0, 0.0, np.inf, np.nan, 1e300]), 1e-3, 1.0)

    assert np.isfinite(position).all()
