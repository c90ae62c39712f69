"""Strategies for plain data: what a submission may hand back, sane or not."""

import math

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.sandbox.codec import MAX_KEY, MAX_TEXT, Opaque, Seed

__all__ = ["ARRAYS", "KEYS", "PLAIN", "WILD_NUMBERS", "evidence"]

DTYPES = st.one_of(
    hnp.boolean_dtypes(),
    *(
        make(endianness=end)
        for end in "<>"
        for make in (
            hnp.integer_dtypes,
            hnp.unsigned_integer_dtypes,
            hnp.floating_dtypes,
            hnp.complex_number_dtypes,
            hnp.unicode_string_dtypes,
        )
    ),
    hnp.byte_string_dtypes(),
)
ARRAYS = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))

KEYS = st.one_of(st.text(max_size=MAX_TEXT), st.integers(1 - MAX_KEY, MAX_KEY - 1))

WILD_NUMBERS = st.sampled_from(
    [
        0,
        -1,
        1 << 62,
        2**64,
        -(10**400),
        10**1000,
        True,
        0.1,
        -0.0,
        5e-324,
        1.7e308,
        -1.7e308,
        math.nan,
        math.inf,
        -math.inf,
        complex(1.7e308, 1.7e308),
        complex(math.nan, 0),
        np.float16(6e4),
        np.longdouble("1e4000"),
        np.uint64(2**64 - 1),
        np.int64(-(2**63)),
        np.bool_(True),  # noqa: FBT003
        np.str_("1"),
        np.bytes_(b"1"),
        "1",
        "",
        b"1",
        None,
    ]
)

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.binary(),
    WILD_NUMBERS,
    st.floats(),
    st.complex_numbers(),
    ARRAYS,
    st.builds(Seed, st.integers(0, 1 << 61)),
    st.builds(Opaque, st.text(max_size=MAX_TEXT)),
)

PLAIN = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
    ),
    max_leaves=8,
)
"""Anything that the codec can carry."""


def evidence(**parts):
    """Make dicts with the right keys, whose values may be anything or lists of wild numbers."""
    wild = st.one_of(
        WILD_NUMBERS,
        st.lists(WILD_NUMBERS, max_size=4),
        hnp.arrays(
            st.sampled_from(["f8", "c16", "g", "i8", "u8", "?", "f2", "U2"]), st.integers(0, 4)
        ),
        PLAIN,
    )
    return st.fixed_dictionaries({name: st.one_of(part, wild) for name, part in parts.items()})
