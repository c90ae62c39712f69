"""Foreign data as numbers: read or refused, never an error."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.judges.numbers import as_numbers, as_reals, quietly
from tests.plain_data import PLAIN, WILD_NUMBERS


@pytest.mark.parametrize("plain", [1, True, 2.5, [1, 2], ([1], (2,)), [np.ones(2), [3, 4]], []])
def test_numbers_and_lists_of_them_are_read(plain):
    """What numpy would make of plain numbers is what is read."""
    assert np.array_equal(as_reals(plain), np.asarray(plain, float))


NO_NUMBERS = [None, "1", b"1", ["1"], [b"1"], [None], [1, [2]], {}, [{}], [2**70]]


@pytest.mark.parametrize("plain", [*NO_NUMBERS, [np.array(["1"])]], ids=str)
def test_everything_else_is_refused(plain):
    """Text, nothing, ragged rows and integers beyond 64 bits are not read as numbers."""
    assert as_numbers(plain) is None


@pytest.mark.parametrize("plain", [[0] * 1020, [[0] * 1020], [[[]] * 1020], [[0]] * 511])
def test_a_list_far_too_long_is_not_read(plain):
    """A list of far more parts than are expected cannot be equal, so it is not read to its end."""
    assert as_numbers(plain) is not None
    assert as_numbers(plain, beside=np.zeros((3, 3))) is None
    assert as_numbers(plain, beside=np.zeros((511, 1))) is not None


def test_quietly_computes_without_warnings():
    """Neither numpy's own warnings nor Python's come out, and both come back afterwards."""
    with quietly():
        infinite = np.float64(1e308) * 10
        missing = np.zeros(0).mean()

    assert np.isinf(infinite)
    assert np.isnan(missing)
    with pytest.warns(RuntimeWarning):
        np.zeros(0).mean()


@pytest.mark.parametrize("plain", [1j, np.array([1 + 0j]), np.array(["1"]), np.str_("1")])
def test_complex_numbers_and_text_are_no_reals(plain):
    """Arrays of complex numbers or text pass as they are, but not for real numbers."""
    assert as_numbers(plain) is not None
    assert as_reals(plain) is None


@given(st.one_of(PLAIN, st.lists(WILD_NUMBERS, max_size=4), st.lists(PLAIN, max_size=3)))
@settings(max_examples=200, deadline=None)
def test_reading_is_total(plain):
    """Any plain data gives an array or None: no error, no warning."""
    reals = as_reals(plain)

    assert reals is None or reals.dtype == float
