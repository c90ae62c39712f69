"""Random draws are judged by their law: any stream passes, another law does not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.judges import samples
from autograder.judges.finding import Finding
from autograder.judges.samples import M, Z, distributed_alike, drawn_alike, draws_anew
from tests.plain_data import PLAIN

SMALL, LARGE = (37, 103), (113, 290)
LAWS = {
    "normal": lambda rng, shape: rng.normal(0, 0.3, size=shape),
    "uniform": lambda rng, shape: rng.uniform(-0.3, 0.3, size=shape),
    "float32": lambda rng, shape: 0.3 * rng.standard_normal(shape, dtype=np.float32),
}


def pairs(law, shape, n):
    """Draw pairs of independent samples."""
    for seed in range(n):
        rng = np.random.default_rng([seed, 5])
        yield law(rng, shape), law(rng, shape)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@pytest.mark.parametrize(("judge", "shape"), [(drawn_alike, SMALL), (distributed_alike, LARGE)])
def test_another_sample_of_the_same_law_passes(judge, shape, law):
    """None of 60 pairs of independent samples is refused."""
    assert not [pair for pair in pairs(law, shape, 60) if judge({}, *pair)]


def test_the_stated_rates_are_those_of_the_exact_distributions():
    """F and normal tails at the smallest sizes, for two samples, and the two-sample bound."""
    stats = pytest.importorskip("scipy.stats")
    n = SMALL[0] * SMALL[1]
    spread = 2 * stats.f.sf(np.exp(2 * Z / np.sqrt(n)), n - 1, n - 1)
    mean = 2 * stats.norm.sf(Z)

    assert 2 * (spread + mean) < 1.1 * drawn_alike.chance
    assert 2 * np.exp(-2 * M**2) < 1.1 * distributed_alike.chance


def test_units_that_are_copies_of_one_are_refused():
    """Their moments may agree by chance; that there are few different numbers is certain."""
    rng, details = np.random.default_rng(0), set()
    for _ in range(20):
        unit, right = rng.normal(size=(1, SMALL[1])), rng.normal(size=SMALL)
        finding = drawn_alike({}, np.tile(unit, (SMALL[0], 1)), right)

        assert finding
        details.add(finding.detail)
    assert "Only 103 of 3811 numbers are different." in details


def test_the_scatter_of_the_statistics_is_as_stated():
    """Over 400 pairs, differences of means and log stds have the deviations that Z multiplies."""
    n = SMALL[0] * SMALL[1]
    gaps = np.array(
        [
            (a.mean() - b.mean(), np.log(a.std() / b.std()))
            for a, b in pairs(LAWS["normal"], SMALL, 400)
        ]
    )

    np.testing.assert_allclose(
        gaps.std(axis=0), [0.3 * np.sqrt(2 / n), 1 / np.sqrt(n)], rtol=6 / np.sqrt(800)
    )


def test_kolmogorovs_distance_is_scipys():
    """Just where scipy's two-sample statistic exceeds the bound, the judge refuses."""
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(0)
    right = rng.normal(size=LARGE)
    bound = M * np.sqrt(2 / right.size)
    for shift in np.linspace(0, 0.2, 21):
        mine = rng.normal(size=LARGE) + shift
        distance = stats.ks_2samp(mine.ravel(), right.ravel()).statistic

        assert (distributed_alike({}, mine, right) is None) == (distance <= bound)


@pytest.mark.parametrize("factor", [0.5, 0.83, 1.2, 2.0, 0.0, -1e300])
def test_another_spread_is_refused(factor):
    """A std that is off by a sixth is refused in each of 20 samples."""
    for mine, right in pairs(LAWS["normal"], SMALL, 20):
        assert drawn_alike({}, factor * mine, right)


@pytest.mark.parametrize("shift", [0.06, -0.1, 1.0])
def test_another_mean_is_refused(shift):
    """A mean that is a fifth of a std away is refused in each of 20 samples."""
    for mine, right in pairs(LAWS["normal"], SMALL, 20):
        assert "mean" in drawn_alike({}, mine + shift, right).detail


def test_a_uniform_law_of_the_right_variance_is_not_the_normal():
    """Its form gives it away in each of 40 samples, and the other way round."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        flat, bell = rng.uniform(-1, 1, size=LARGE) * np.sqrt(3), rng.normal(size=LARGE)

        assert drawn_alike({}, flat, bell) is None
        assert "another way" in distributed_alike({}, flat, bell).detail
        assert distributed_alike({}, bell, flat)


def cut(rng, at):
    """Draw normal numbers, and draw those again that are beyond `at` deviations."""
    drawn = rng.normal(size=3 * LARGE[0] * LARGE[1])
    return drawn[np.abs(drawn) < at][: LARGE[0] * LARGE[1]].reshape(LARGE)


OTHER_TAILS = {
    "clipped at two deviations": lambda rng: np.clip(rng.normal(size=LARGE), -2, 2),
    "clipped at three": lambda rng: np.clip(rng.normal(size=LARGE), -3, 3),
    "cut at two, with the right spread": lambda rng: cut(rng, 2) / cut(rng, 2).std(),
    "cut at three": lambda rng: cut(rng, 3),
    "heavy tails": lambda rng: rng.standard_t(10, LARGE) * np.sqrt(0.8),
}


@pytest.mark.parametrize("law", OTHER_TAILS.values(), ids=OTHER_TAILS)
def test_a_law_with_other_tails_is_refused(law):
    """Too few or too many large numbers are caught, whether they are cut, clipped or drawn again."""
    for seed in range(5):
        rng = np.random.default_rng(seed)

        assert distributed_alike({}, law(rng), rng.normal(size=LARGE))


@pytest.mark.parametrize("jitter", [0.0, 0.2, 1.0])
def test_numbers_from_a_shuffled_grid_are_refused(jitter):
    """Whether points of a grid or one draw from each of n parts, they lie more evenly than chance."""
    rng, n = np.random.default_rng(0), LARGE[0] * LARGE[1]
    grid = (rng.permutation(n) + jitter * rng.random(n)) / n
    finding = distributed_alike({}, grid.reshape(LARGE), rng.random(LARGE))

    assert "draw each by itself" in finding.detail


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_the_references_own_numbers_pass(law):
    """The same generator gives the reference's numbers: equal, turned or of the other sign."""
    sample = law(np.random.default_rng(0), LARGE)

    for mine in (sample, sample[::-1], -sample, sample * (1 + 1e-12)):
        assert distributed_alike({}, mine, sample) is None


@pytest.mark.parametrize(
    ("observed", "says"),
    [
        (None, "It is None, where an array of shape (37, 103) is expected. Is a `return` missing?"),
        (np.zeros((103, 37)), "The shape is (103, 37), where (37, 103) is expected."),
        (np.full(SMALL, np.nan), "Some numbers are not finite"),
        (np.full(SMALL, np.inf), "Some numbers are not finite"),
        (np.zeros(SMALL), "The spread is 0 times what is expected."),
        ("weights", "It is a string"),
    ],
)
def test_what_is_no_sample_is_told_so(observed, says):
    """Kind and shape come first, then numbers that are none."""
    right = np.random.default_rng(0).normal(size=SMALL)

    assert drawn_alike({}, observed, right).detail.startswith(says)
    assert distributed_alike({}, observed, right)


def test_several_samples_are_judged_one_by_one():
    """Each part is compared with its own; a part too few is refused."""
    rng = np.random.default_rng(1)
    right = rng.normal(size=SMALL), 2 * rng.normal(size=SMALL[::-1])
    mine = rng.normal(size=SMALL), 2 * rng.normal(size=SMALL[::-1])

    assert drawn_alike({}, mine, right) is None
    assert drawn_alike({}, list(mine), right) is None
    assert drawn_alike({}, (mine[0], mine[1] / 2), right).detail.startswith("The spread is 0.5")
    assert drawn_alike({}, mine[:1], right)
    assert drawn_alike({}, None, right)


def three(seed=0):
    """Draw twice in a row, and once from the start again."""
    rng, twin = np.random.default_rng(seed), np.random.default_rng(seed)
    return rng.normal(size=(3, 11)), rng.normal(size=(3, 11)), twin.normal(size=(3, 11))


def test_any_stream_that_repeats_for_its_seed_passes():
    """What the numbers are makes no difference; how they relate does."""
    assert draws_anew({}, three(7), three()) is None
    assert draws_anew({}, list(three(7)), three()) is None
    assert draws_anew({}, [[1, 2], [3, 4], [1, 2]], ([5, 6], [7, 8], [5, 6])) is None
    assert draws_anew({}, (1, 1, 1), (1, 2, 1)).detail.startswith("A second call")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda s: (s[0], s[1], s[2] + 1), "The same seed gives other numbers"),
        (lambda s: (s[0], s[0], s[2]), "A second call gives the same numbers"),
        (lambda s: (s[0][[0, 0, 2]], s[1], s[2][[0, 0, 2]]), "Some rows are equal"),
        (
            lambda s: (s[0] * 0 + s[0][:, :1], s[1], s[0] * 0 + s[0][:, :1]),
            "Some columns are equal",
        ),
        (lambda s: (s[0].T, s[1].T, s[2].T), "The shape is (11, 3), where (3, 11) is expected."),
        (lambda _: (None, None, None), "It is None, where an array of shape (3, 11)"),
        (lambda s: (s[0], None, s[2]), "It is None, where an array of shape (3, 11)"),
        (lambda s: (s[0] * np.nan, s[1], s[2] * np.nan), "The same seed gives other numbers"),
        (lambda _: None, "It is None, where an array of shape (3, 11) is expected."),
    ],
)
def test_draws_that_relate_otherwise_are_told_how(spoil, says):
    """Each relation that is missing has a sentence."""
    assert draws_anew({}, spoil(three(3)), three()).detail.startswith(says)


ANY = st.one_of(
    PLAIN,
    st.tuples(*[st.one_of(PLAIN, st.just(np.ones((2, 3))))] * 3),
    st.tuples(*[st.sampled_from([0, 1.5, True])] * 3),
    st.lists(hnp.arrays("f8", st.sampled_from([0, (2, 0), (0, 3)])), min_size=3, max_size=3),
    hnp.arrays(st.sampled_from(["f8", "f2", "g", "i8", "c16", "U2"]), (2, 3)),
)


@pytest.mark.parametrize("judge", [drawn_alike, distributed_alike, draws_anew])
@given(
    ANY,
    st.one_of(
        PLAIN,
        st.sampled_from(
            [
                np.arange(6.0).reshape(2, 3),
                (np.eye(2), np.eye(3)),
                three(),
                np.full((2, 3), 1.7e308),
            ]
        ),
    ),
)
@settings(max_examples=150, deadline=None)
def test_the_judges_are_total(judge, observed, expected):
    """Any plain data, against any plain data, is accepted or refused: no error, no warning."""
    assert isinstance(judge({}, observed, expected), Finding | None)


@pytest.mark.parametrize("shape", [(2, 99), (99, 2), (0, 7), (1000, 0), (3, 4, 5)])
def test_samples_of_another_shape_are_not_related(shape, monkeypatch):
    """Rows are compared with each other only where there are as many as are expected."""
    related = []
    monkeypatch.setattr(samples, "_facts", lambda read: related.append(read) or (True,) * 4)
    finding = draws_anew({}, (np.zeros(shape),) * 3, three())

    assert finding.detail.startswith(f"The shape is {shape}")
    assert related == []
