"""The default judge: right answers of every plain form pass, wrong ones are told why."""

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.judges.equal import close, equal
from autograder.judges.finding import Finding
from autograder.sandbox.codec import Opaque
from tests.plain_data import PLAIN, evidence

RIGHT = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, 4.0]])
FORMS = {
    "copy": RIGHT.copy(),
    "list": RIGHT.tolist(),
    "tuple": tuple(map(tuple, RIGHT.tolist())),
    "rows": [RIGHT[0], RIGHT[1].tolist()],
    "Fortran": np.asfortranarray(RIGHT),
    "big-endian": RIGHT.astype(">f8"),
    "half": RIGHT.astype(np.float16),
    "long": RIGHT.astype(np.longdouble),
    "relative": RIGHT * (1 + 1e-10),
    "small entries": RIGHT + 3e-9,
}


COMPLEX = {
    "a hair": (1.0 + 1e-30j, 1.0),
    "nothing": (complex(1.0, 0.0), 1.0),
    "a scalar": (np.complex64(1), np.float64(1)),
    "no axes": (np.array(1 + 0j), np.array(1.0)),
    "an array": (RIGHT + 1e-30j, RIGHT),
    "a short dtype": (RIGHT.astype("c8"), RIGHT),
    "a long dtype": (RIGHT.astype("G"), RIGHT),
    "big-endian": (RIGHT.astype(">c16"), RIGHT),
    "a list": ([1.0, complex(2.0, 0.0)], np.array([1.0, 2.0])),
    "no numbers": (np.zeros(0, complex), np.zeros(0)),
    "integers": (np.array([1 + 0j]), np.array([1])),
    "truth": (np.array([1 + 0j]), np.array([True])),
    "a part": ((1.0, np.ones(2, complex)), (1.0, np.ones(2))),
    "an entry": ({"std": 1 + 0j}, {"std": 1.0}),
}


@pytest.mark.parametrize(("observed", "expected"), COMPLEX.values(), ids=COMPLEX)
def test_complex_numbers_do_not_pass_for_real_ones(observed, expected):
    """A complex answer is of another kind, whatever its imaginary part is, and is told so."""
    finding = equal({}, observed, expected)

    assert finding.detail.endswith("It is made of complex numbers, where real ones are expected.")
    assert equal({}, expected, observed) is None  # real numbers are complex ones


ROWS = {
    "rows without numbers": np.zeros((1_000_000, 0)),
    "rows of numbers": np.zeros((1_000_000, 1), bool),
    "numbers": np.zeros(1_000_000, bool),
    "text": np.full(1_000_000, "x"),
    "a list": [0] * 1_000_000,
    "a tuple of lists": ([],) * 1_000_000,
    "a list of one": [[0] * 1_000_000],
    "far down": [[[0] * 1_000_000]] * 3,
}


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize(
    "expected", [(np.zeros(2), 1.0), [1.0, 2.0], np.zeros(3), 1.0, {"a": 1}, None], ids=repr
)
def test_lengths_are_looked_at_before_rows_are(rows, expected):
    """However many rows come back, none is made an object: the wrong number of them is enough."""
    tracemalloc.start()
    finding = equal({}, rows, expected)
    equal.compared(rows, expected)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert finding.detail.startswith(("It is", "The shape is"))
    assert peak < 1 << 24, "a list of the rows would be 130 MB"


@pytest.mark.parametrize("observed", FORMS.values(), ids=FORMS)
def test_a_right_array_passes_in_every_form(observed):
    """Lists, other dtypes and layouts, and what rounding does, are accepted."""
    assert equal({}, observed, RIGHT) is None


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        (2, 2.0),
        (np.float32(2), 2.0),
        (np.array(2), 2.0),
        (2.0, np.array(2)),
        (True, 1.0),
        (1.0, True),
        (np.array([0, 1]), np.array([False, True])),
        ([1, 0], np.array([True, False])),
        (np.array([]), np.array([])),
        ([], np.array([])),
        (math.nan, math.nan),
        ([math.inf, -math.inf], np.array([math.inf, -math.inf])),
        (1 + 2j, 1 + 2j),
        (None, None),
        ("AND", "AND"),
        (Opaque("object"), Opaque("object")),
        ((np.ones(2), 1), (np.ones(2), 1.0)),
        ([np.ones(2), 1], (np.ones(2), 1.0)),
        ({"b": 1, "a": [2]}, {"a": [2.0], "b": 1}),
        (np.array(["a", "bc"]), np.array(["a", "bc"])),
        (5e-13, 0.0),
    ],
)
def test_equal_values_of_unequal_types_pass(observed, expected):
    """Numbers are numbers; containers are compared part by part; NaN agrees with NaN."""
    assert equal({}, observed, expected) is None


PAIR = "It is a list of length 2, where an array of shape (2,) is expected."
REFUSED = [
    (RIGHT.T, RIGHT, "The shape is (3, 2), where (2, 3) is expected."),
    (RIGHT[:, :2], RIGHT, "The shape is (2, 2), where (2, 3) is expected."),
    (np.array([2.0]), 2.0, "It is an array of shape (1,), where a single number is expected."),
    (
        RIGHT + np.array([0, 0, 1]),
        RIGHT,
        "Entry [0, 2] is 1.5, where 0.5 is expected. 2 of 6 entries differ.",
    ),
    (np.array([2.0]), np.array([3.0]), "Entry [0] is 2, where 3 is expected."),
    (
        np.array([1.0, 1 / 3]).astype(np.float32),
        np.array([1.0, 1 / 3]),
        "Entry [1] is 0.33333334, where 0.33333333 is expected. 1 of 2 entries differ.",
    ),
    (3.0, 2.0, ""),
    (math.nan, 2.0, ""),
    (2.0, math.nan, ""),
    (math.inf, -math.inf, ""),
    ([1.0, math.nan], np.ones(2), "Entry [1] is nan, where 1 is expected. 1 of 2 entries differ."),
    ([1.0, math.inf], np.ones(2), "Entry [1] is inf, where 1 is expected. 1 of 2 entries differ."),
    (None, 2.0, "It is None, where a number is expected. Is a `return` missing?"),
    (None, RIGHT, "It is None, where an array of shape (2, 3) is expected. Is a `return` missing?"),
    ("2.0", 2.0, "It is a string, where a number is expected."),
    ({}, 2.0, "It is a dict of length 0, where a number is expected."),
    ([1, [2, 3]], np.ones(2), PAIR),
    ([1, "2"], np.ones(2), PAIR.replace(" 2,", " 2 with a string in it,")),
    ([1, None], np.ones(2), PAIR.replace(" 2,", " 2 with None in it,")),
    (Opaque("set"), 2.0, "It is something of type set, where a number is expected."),
    (np.array(["1", "2"]), np.ones(2), "It is made of text, where numbers are expected."),
    (np.ones(2), np.array(["1", "2"]), "It is made of numbers, where text is expected."),
    (np.array(["a"]), np.array(["b"]), "The text differs."),
    ("yes", "no", "The text differs."),
    (2.0, None, "It is a number, where None is expected."),
    (True, "yes", "It is True or False, where a string is expected."),
    ((1, 2), (1, 2, 3), "It is a tuple of length 2, where a tuple of length 3 is expected."),
    (np.ones(3), (1, 1), "It is an array of shape (3,), where a tuple of length 2 is expected."),
    ((1, 3), (1, 2), "Part 2 differs."),
    (([1, 3], 2), (np.ones(2), 2), "part 1: Entry [1] is 3, where 1 is expected."),
    ({"a": 1}, {"b": 1}, "It is a dict with a, where a dict with b is expected."),
    ({"a": 1}, {"a": 2}, "A differs."),
]


@pytest.mark.parametrize(("observed", "expected", "says"), REFUSED)
def test_a_wrong_answer_is_told_where_it_is_wrong(observed, expected, says):
    """The finding names kind, shape or first entry: whichever is wrong first."""
    finding = equal({}, observed, expected)

    assert finding is not None
    assert finding.detail.startswith(says) if says else finding == Finding()


HUGE = {
    "complex": complex(1.7e308, 1.7e308),
    "complex array": np.full(3, complex(1.7e308, 1.7e308)),
    "long double": np.full(3, np.longdouble("1e4000")),
    "largest": np.full(3, 1.7e308),
    "nan": np.full(3, math.nan),
    "inf": np.full(3, math.inf),
    "bytes": np.array([b"1"] * 3),
}


@pytest.mark.parametrize("observed", HUGE.values(), ids=HUGE)
def test_numbers_beyond_all_bounds_are_no_answer(observed):
    """No overflow widens the tolerance until everything agrees."""
    assert equal({}, observed, np.array([1.0, 2.0, 3.0])) is not None


def test_a_list_of_unequal_texts_is_not_made_an_array():
    """A long text among many short ones asks for no memory."""
    assert equal({}, ["x" * 10**7, *["y"] * 10**5], np.ones(3)) is not None


@given(st.floats(1e-6, 1e6), st.one_of(st.floats(-0.999, 0.999), st.floats(1.001, 2)))
def test_the_tolerance_is_relative_to_the_largest_entry(size, excess):
    """An error passes just when it is at most the stated part of the largest entry."""
    expected = np.array([size, 0.0])
    observed = np.array([size, excess * 0.01 * size])

    assert (close(0.01)({}, observed, expected) is None) == (abs(excess) <= 1)


EXPECTED = st.one_of(
    st.sampled_from(
        [2.0, True, None, "text", RIGHT, np.array(["a"]), np.array(1j), (RIGHT, None), {"a": [1]}]
    ),
    PLAIN,
)


@given(st.one_of(PLAIN, evidence(a=st.just([1]))), EXPECTED)
@settings(max_examples=200, deadline=None)
def test_the_judge_is_total(observed, expected):
    """Any plain data, against any plain data, is accepted or refused: no error, no warning."""
    assert isinstance(equal({}, observed, expected), Finding | None)


@given(PLAIN)
@settings(max_examples=150, deadline=None)
def test_arbitrary_data_is_never_accepted_for_an_array(observed):
    """What is made up is refused where two irrational numbers are expected."""
    assert equal({}, observed, np.array([math.pi, math.e])) is not None


@pytest.mark.parametrize(
    ("mine", "right", "detail", "returned", "expected"),
    [
        (
            3,
            "ValueError",
            "This cannot be answered, so it should raise a ValueError.",
            "3",
            "a ValueError",
        ),
        (
            {"returned": 3},
            "ValueError",
            "This cannot be answered, so it should raise a ValueError.",
            "3",
            "a ValueError",
        ),
        (
            "ValueError",
            3,
            "This has an answer, so it should not raise a ValueError.",
            "a ValueError",
            "an answer",
        ),
    ],
)
def test_a_refusal_is_not_called_a_text(mine, right, detail, returned, expected):
    """What is gathered as a text is a ValueError to whoever reads it."""
    finding = equal({}, mine, right)

    assert finding == Finding(detail, returned, expected)
    assert equal({}, "ValueError", "ValueError") is None
