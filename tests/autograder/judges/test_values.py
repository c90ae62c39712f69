"""Values and calls as people read them: short, on one line, and harmless."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.judges import values
from autograder.sandbox.codec import Opaque, Seed
from tests.plain_data import PLAIN, WILD_NUMBERS


@pytest.mark.parametrize(
    ("plain", "text"),
    [
        (1, "1"),
        (1.0, "1"),
        (-0.0, "0"),
        (np.float32(-0.0), "0"),
        (1 / 3, "0.333333"),
        (1e-9, "1e-09"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (True, "True"),
        (np.bool_(0), "False"),
        (None, "None"),
        (1 + 2j, "(1+2j)"),
        (np.int64(-3), "-3"),
        (10**200, "1" + "0" * 119 + "…"),
        ("a'b\n", '"a\'b\\n"'),
        (np.str_("AND"), "'AND'"),
        (b"raw\n", "b'raw\\n'"),
        (np.bytes_(b"raw"), "b'raw'"),
        ([1, [2.5, None]], "[1, [2.5, None]]"),
        ((1,), "(1,)"),
        ((), "()"),
        ([], "[]"),
        ((1, (2, 3)), "(1, (2, 3))"),
        ({"slope": 1.0, "line": (1, 2)}, "slope = 1, line = (1, 2)"),
        (np.array(2.5), "2.5"),
        (np.array([[1, 2], [3, 4]]), "[[1, 2], [3, 4]]"),
        (np.array(["a", "b"]), "['a', 'b']"),
        (np.zeros((0, 3)), "empty array of shape (0, 3)"),
        (np.zeros((5, 5)), "array of shape (5, 5)"),
        ([0] * 25, "list of length 25"),
        ((0,) * 25, "tuple of length 25"),
        (dict.fromkeys(range(25)), "dict of length 25"),
        (Opaque("set"), "something of type set"),
        (Seed(3), "np.random.default_rng(3)"),
    ],
)
def test_a_value_is_written_as_one_would_type_it(plain, text):
    """Numbers are short, containers look like Python, large arrays are told by shape."""
    assert values.value(plain) == text


@given(st.one_of(PLAIN, WILD_NUMBERS, st.lists(st.lists(WILD_NUMBERS))))
@settings(max_examples=300, deadline=None)
def test_any_value_is_shown_on_one_line_in_bounds(plain):
    """Whatever was handed back, showing it is short and harmless, and never fails."""
    for text in (values.value(plain), values.shape_of(plain)):
        assert len(text) < 4000
        assert not {unicodedata.category(char) for char in text} & {"Cc", "Cf", "Cs", "Co", "Cn"}


@pytest.mark.parametrize(
    "plain",
    ["x" * 10**8, [["x" * 200] * 24] * 24, {"k" * 10**7: 1}, {"a\nb\x1b": 1}, Opaque("x\ny" * 60)],
    ids=["text", "many texts", "a key", "lines in a key", "lines in a type"],
)
def test_long_and_broken_texts_are_cut(plain):
    """Length and line breaks of a submission's texts do not reach the report."""
    for text in (values.value(plain), values.shape_of(plain)):
        assert len(text) <= values.MAX_VALUE + 2
        assert "\n" not in text


@pytest.mark.parametrize(
    ("template", "case", "text"),
    [
        ("f(x)", {"x": 1}, "f(x=1)"),
        ("f(x, y)", {"y": None}, "f(x, y=None)"),
        ("f(x)(xx)", {"x": 1, "xx": 2}, "f(x=1)(xx=2)"),
        ("f(x, steps=steps)", {"x": 1, "steps": 2}, "f(x=1, steps=2)"),
        ("f(x, steps=500)", {"steps": 2}, "f(x, steps=500)"),
        ("f(x)", {"x": "x"}, "f(x='x')"),
        ("f(x)", {"f": 3}, "f=3(x)"),
        ("f()", {}, "f()"),
    ],
)
def test_a_question_is_filled_with_the_cases_values(template, case, text):
    """Names of the case get their values once; keywords stay keywords."""
    assert values.call(template, case) == text


@pytest.mark.parametrize(
    ("plain", "text"),
    [
        (None, "None"),
        (True, "True or False"),
        (np.bool_(1), "True or False"),
        (3, "a number"),
        (np.float32(3), "a number"),
        (1j, "a complex number"),
        (np.array(3), "a number"),
        (np.zeros((2, 1)), "an array of shape (2, 1)"),
        (np.array(1j), "a complex number"),
        (np.zeros(2, complex), "an array of complex numbers, of shape (2,)"),
        (np.array(["a"]), "an array of text, of shape (1,)"),
        (np.array([b"a"]), "an array of bytes, of shape (1,)"),
        ([1], "a list of length 1"),
        ([1, [2.0], None], "a list of length 3 with None in it"),
        ((True, Opaque("set")), "a tuple of length 2 with something of type set in it"),
        ((), "a tuple of length 0"),
        ("x", "a string"),
        (np.str_("x"), "a string"),
        ({"a": 1, "b": 2}, "a dict with a, b"),
        ({}, "a dict of length 0"),
        (Opaque("set"), "something of type set"),
        (b"x", "something of type bytes"),
        (Seed(1), "something of type Seed"),
    ],
)
def test_the_kind_of_a_value_is_named(plain, text):
    """Kinds are told in a few words that a beginner knows."""
    assert values.shape_of(plain) == text


LEAVES = {"numbers": np.arange(24.0), "text": "x" * 99, "nothing": {}, "long": np.longdouble(1)}


@pytest.mark.parametrize("leaf", LEAVES.values(), ids=LEAVES)
def test_what_would_not_be_shown_is_not_written(leaf, monkeypatch):
    """A deep value has more leaves than anybody could read: writing ends where the line does."""
    written = []
    write = values._value
    monkeypatch.setattr(
        values, "_value", lambda *plain, **how: written.append(0) or write(*plain, **how)
    )
    deep = leaf
    for _ in range(10):
        deep = [deep] * 24

    assert len(values.value(deep)) <= values.MAX_VALUE + 2
    assert len(written) < 2_000


@pytest.mark.parametrize("sign", [1, -1])
def test_an_integer_that_python_would_not_write_is_told_by_its_bits(sign):
    """Python writes no integer of more than 4,300 digits; a judge may have made one of a float."""
    assert values.value(sign * 10**4900) == "an integer of 16278 bits"


@pytest.mark.parametrize(
    ("mine", "right", "texts"),
    [
        (1.0000001, 1.0, ("1.0000001", "1")),
        (-1.1204201, -1.1204199, ("-1.1204201", "-1.1204199")),
        (1 + 2e-16, 1.0, ("1.0000000000000002", "1")),
        (1e6 + 1, 1e6 + 2, ("1000001", "1000002")),
        (2.0, 3.0, ("2", "3")),
        (0.0, 1e-13, ("0", "1e-13")),
        (float("nan"), 1.0, ("nan", "1")),
        (float("inf"), float("inf"), ("inf", "inf")),
        (1.00000001, 10**400, ("1", "1" + "0" * 119 + "…")),
        ([1.5, 2.0000001], [7.25, 2.0], ("[1.5, 2.0000001]", "[7.25, 2]")),
        ([0.1 + 0.2, 1.0], [0.3, 2.0], ("[0.3, 1]", "[0.3, 2]")),  # the first is rounding
        ((1.0000001, [2.0]), (1.0, [2.0]), ("(1.0000001, [2])", "(1, [2])")),
        ({"w": 1.0000001}, {"w": 1.0}, ("w = 1.0000001", "w = 1")),
        ([[1.0000001]], np.array([[1.0]]), ("[[1.0000001]]", "[[1]]")),
        ([1.0000001, 2], [1.0], ("[1, 2]", "[1]")),  # they are not one beside the other
        ([[1], 2.0000001], [[1, 3], 2.0], ("[[1], 2.0000001]", "[[1, 3], 2]")),
        (np.float32([0.5]), np.array([0.5]), ("[0.5] (float32)", "[0.5]")),
        (np.float16(0.1), 0.1, ("0.0999756 (float16)", "0.1")),
        ((np.float32([0.5]), 1), (np.array([0.5]), 1), ("([0.5] (float32), 1)", "([0.5], 1)")),
        (np.float32([0.5]), np.float32([0.5]), ("[0.5]", "[0.5]")),
        (np.array(2.0000001), np.array(2.0), ("2.0000001", "2")),
    ],
)
def test_what_differs_looks_different(mine, right, texts):
    """A number beside another one has as many digits as make the two differ; a short type is named."""
    assert (values.value(mine, right), values.value(right, mine)) == texts


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
@settings(max_examples=300, deadline=None)
def test_two_numbers_never_look_alike(one, other):
    """Two floats are written alike exactly if they are one number."""
    assert (values.number(one, other) == values.number(other, one)) == (one == other)


@given(PLAIN, PLAIN)
@settings(max_examples=300, deadline=None)
def test_any_two_values_are_written(one, other):
    """Whatever stands beside it, a value is one line in bounds."""
    text = values.value(one, other)

    assert "\n" not in text
    assert len(text) <= values.MAX_VALUE + 2
