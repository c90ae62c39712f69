"""Drawn cases have the properties that make wrong formulas disagree."""

from itertools import product

import numpy as np
import pytest

from autograder.judges import cases

SEEDS = pytest.mark.parametrize("seed", range(20))


@pytest.mark.parametrize("n_inputs", [1, 2, 3, 7])
def test_the_truth_table_counts_upwards(n_inputs):
    """Rows are the binary numbers in order."""
    expected = list(product((0, 1), repeat=n_inputs))

    assert list(map(tuple, cases.truth_table(n_inputs))) == expected


@SEEDS
def test_short_numbers_are_quarters_away_from_0_and_1(seed):
    """All are multiples of 1/4 in ±[0.5, 3], none of magnitude 1, both signs present."""
    numbers = cases.short_numbers(np.random.default_rng(seed), 20, 3)

    assert numbers.shape == (20, 3)
    assert (numbers * 4 == np.round(numbers * 4)).all()
    assert ((np.abs(numbers) >= 0.5) & (np.abs(numbers) <= 3) & (np.abs(numbers) != 1)).all()
    assert numbers.min() < 0 < numbers.max()


def test_a_short_number_without_a_shape_is_one_number():
    """Without sizes a single number is drawn."""
    assert np.ndim(cases.short_numbers(np.random.default_rng(0))) == 0


@SEEDS
@pytest.mark.parametrize("shape", [(2,), (5,), (3, 5), (6, 5)])
def test_bits_hold_both_values(seed, shape):
    """Zeros and ones are both there, whatever the seed."""
    bits = cases.bits(np.random.default_rng(seed), *shape)

    assert bits.shape == shape
    assert set(bits.ravel().tolist()) == {0, 1}


@SEEDS
@pytest.mark.parametrize(
    ("n_samples", "n_features", "margin"), [(11, 2, 0.3), (7, 3, 0.1), (2, 1, 1)]
)
def test_a_separable_set_has_its_margin(seed, n_samples, n_features, margin):
    """The separator has unit length and every sample at least the margin on its own side."""
    x, target, separator = cases.separable(
        np.random.default_rng(seed), n_samples, n_features, margin
    )
    distances = (2 * target - 1) * (x @ separator[:-1] + separator[-1])

    assert (x.shape, target.shape) == ((n_samples, n_features), (n_samples,))
    assert np.linalg.norm(separator) == pytest.approx(1)
    assert distances.min() >= margin
    assert set(target.tolist()) == {0, 1}
    assert (x == np.round(x, 2)).all()


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: cases.short_numbers(rng, 4),
        lambda rng: cases.bits(rng, 9),
        lambda rng: cases.separable(rng, 5, 2, 0.3)[0],
    ],
    ids=["short_numbers", "bits", "separable"],
)
def test_drawing_depends_on_the_generator_alone(make):
    """One seed, one case."""
    first, again, other = (make(np.random.default_rng(seed)).tolist() for seed in (5, 5, 6))

    assert first == again != other
