"""Observations survive the channel; what is none of them is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.sandbox.codec import ProtocolError, decode, encode
from autograder.sandbox.observation import Lost, Raised, Returned, from_plain, to_plain
from tests.plain_data import PLAIN, evidence

OBSERVATIONS = [
    Returned(None),
    Returned([1, (2.5, "x")], {"x": [1, 2]}),
    Raised("ValueError"),
    Raised("AttributeError", "no", "hebb.py", 7, "return x", "step", ("steps", "stop")),
    Lost("cpu"),
    Lost("size", "65 MB of data"),
]


@pytest.mark.parametrize("observation", OBSERVATIONS, ids=str)
def test_an_observation_comes_back_whole(observation):
    """Writing, sending and reading an observation gives an equal one."""
    assert from_plain(decode(encode(to_plain(observation)))) == observation


@given(PLAIN)
@settings(max_examples=100, deadline=None)
def test_any_returned_value_comes_back(value):
    """Whatever plain data an observation holds, it is an observation after the channel."""
    read = from_plain(decode(encode(to_plain(Returned(value, {"x": value})))))

    assert (type(read), set(read.inputs)) == (Returned, {"x"})


NO_OBSERVATIONS = [
    None,
    3,
    "returned",
    [],
    {},
    {"returned": {"value": 1}, "lost": {"reason": "cpu"}},
    {"accepted": {}},
    {("returned",): {}},
    {"returned": None},
    {"returned": {}},
    {"returned": {"value": 1, "inputs": None}},
    {"returned": {"value": 1, "near": ()}},
    {"returned": {"value": 1, 2: "x"}},
    {"raised": {}},
    {"raised": {"kind": 3}},
    {"raised": {"kind": "E", "line": "7"}},
    {"raised": {"kind": "E", "near": ["a"]}},
    {"raised": {"kind": "E", "near": ("a", 1)}},
    {"raised": {"kind": "E", "value": 1}},
    {"lost": {"reason": None}},
    {"lost": {"reason": "cpu", "points": "9"}},
]


@pytest.mark.parametrize("plain", NO_OBSERVATIONS, ids=str)
def test_what_is_no_observation_is_refused(plain):
    """A wrong name, a missing, foreign or mistyped field raises ProtocolError."""
    with pytest.raises(ProtocolError):
        from_plain(plain)


FIELDS = st.one_of(
    evidence(value=PLAIN, inputs=st.just({})),
    evidence(kind=st.text(), message=st.text(), line=st.integers(), near=st.just(("a",))),
    evidence(reason=st.text(), detail=st.text()),
    PLAIN,
)


@given(st.one_of(PLAIN, st.dictionaries(st.sampled_from(["returned", "raised", "lost"]), FIELDS)))
@settings(max_examples=300, deadline=None)
def test_arbitrary_data_is_an_observation_or_refused(plain):
    """Nothing but an observation or a ProtocolError comes of it."""
    try:
        observation = from_plain(plain)
    except ProtocolError:
        observation = Lost("noise")

    assert isinstance(observation, Returned | Raised | Lost)
