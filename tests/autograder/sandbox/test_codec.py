"""The codec carries plain data whole, makes the rest opaque, and survives hostile bytes."""

import math
import struct
import sys
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.sandbox import codec
from autograder.sandbox.codec import (
    Budget,
    Opaque,
    ProtocolError,
    Seed,
    TooLargeError,
    decode,
    encode,
)
from tests.hostile import frame_of, generated, mutated
from tests.plain_data import ARRAYS, PLAIN


def same(one, other):
    """Tell whether two plain values agree in type, dtype, shape and every bit that counts."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray | np.generic):
        alike = (one.dtype, one.shape) == (other.dtype, other.shape)
        return alike and np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
    if isinstance(one, dict):
        pairs = zip(one.items(), other.items(), strict=True)
        return len(one) == len(other) and all(same(mine, yours) for mine, yours in pairs)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float | complex):
        return struct.pack("dd", complex(one).real, complex(one).imag) == struct.pack(
            "dd", complex(other).real, complex(other).imag
        ) or (one != one and other != other)  # noqa: PLR0124  nan
    return one == other


@given(PLAIN)
@settings(max_examples=120, deadline=None)
def test_plain_values_come_back_whole(value):
    """Decoding what was encoded gives an equal value of the same types."""
    assert same(decode(encode(value)), value)


@pytest.mark.parametrize(
    "array",
    [
        np.array(1.5),
        np.zeros((0, 3)),
        np.zeros((3, 0), dtype="S4"),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(12)[::-2],
        np.arange(6.0).reshape(2, 3).T,
        np.array([1, 256, -3], dtype=">i4"),
        np.array([True, False]),
        np.array([math.nan, math.inf, -math.inf, -0.0]),
        np.array([1 + 2j, complex(math.nan, math.inf)], dtype=np.complex64),
        np.array([2**64 - 1], dtype=np.uint64),
        np.array(["grün", ""], dtype=">U7"),
        np.array([b"raw", b""]),
        np.ones((1,) * 20),
        np.array([0.1], dtype=np.longdouble),
        np.array([1, 2], dtype=np.float16),
        np.broadcast_to(np.arange(3.0), (2, 3)),
    ],
    ids=lambda array: f"{array.dtype.str}-{array.shape}",
)
def test_arrays_of_every_layout_come_back(array):
    """Order in memory, byte order and emptiness do not change what is carried."""
    assert same(decode(encode(array)), np.array(array))


@pytest.mark.parametrize(
    "scalar",
    [
        np.float64(math.nan),
        np.float32(0.1),
        np.float16(2.5),
        np.longdouble(1) / 3,
        np.int8(-3),
        np.uint64(2**64 - 1),
        np.bool_(True),  # noqa: FBT003
        np.complex64(1 + 2j),
        np.str_(""),
        np.str_("Hebb"),
        np.bytes_(b"raw"),
    ],
    ids=lambda scalar: type(scalar).__name__,
)
def test_numpy_scalars_keep_their_type(scalar):
    """A numpy scalar comes back as the same numpy scalar, not as Python's number."""
    assert same(decode(encode(scalar)), scalar)


@given(ARRAYS)
@settings(max_examples=50, deadline=None)
def test_decoded_arrays_may_be_written_to(array):
    """A decoded array owns its memory."""
    assert decode(encode(array)).flags.writeable


MEGABYTE = 1 << 20


class Hostile:
    """Calls attention to every way in which it is touched."""

    def touched(self, *_args, **_kwargs):
        """Fail the test: nothing may call into a foreign object."""
        raise AssertionError("a foreign object was called into")

    __eq__ = __ne__ = __lt__ = __hash__ = __bool__ = __len__ = __iter__ = __getitem__ = touched
    __array__ = __reduce__ = __reduce_ex__ = __repr__ = __str__ = __format__ = touched
    __getattr__ = __getattribute__ = __float__ = __int__ = __index__ = __complex__ = touched
    __array_interface__ = __array_struct__ = __class__ = property(touched)


class Text(str):
    """Text that fails when it is formatted."""

    __slots__ = ()

    def __format__(self, spec):
        """Fail the test."""
        raise AssertionError("foreign text was formatted")


class Array(np.ndarray):
    """A subclass may behave as it likes."""


class Float(float):
    """The same for numbers."""


class NumpyFloat(np.float64):
    """The same for numpy's numbers."""


SUBCLASSES = [
    np.zeros(2).view(Array),
    Float(1.0),
    NumpyFloat(1.0),
    Text("a"),
    type("List", (list,), {})([1]),
    type("Dict", (dict,), {})(a=1),
    type("Int", (int,), {})(3),
]


@pytest.mark.parametrize("value", SUBCLASSES, ids=lambda value: type(value).__name__)
def test_subclasses_are_opaque(value):
    """A subclass of a plain type does not pass for it; its name comes through."""
    assert decode(encode(value)).type_name.endswith(type(value).__qualname__)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (object(), "object"),
        ({1, 2}, "set"),
        (len, "builtin_function_or_method"),
        (np.random.default_rng(0), "numpy.random._generator.Generator"),
        (np.array([object()]), "numpy array of objects"),
        (np.array(["2026-01-01"], dtype="M8[D]"), "numpy array of datetime64[D]s"),
        (np.zeros(2, dtype=[("a", "f8")]), "numpy array of void64s"),
        (np.datetime64("2026-01-01"), "numpy.datetime64"),
        (np.ndarray(3, "U0"), "numpy array of strs"),
        (2**5000, "int"),
        (Seed(-1), "autograder.sandbox.codec.Seed"),
        (Seed("no"), "autograder.sandbox.codec.Seed"),
        (Opaque(object()), "autograder.sandbox.codec.Opaque"),
        (Opaque("x" * 999), "x" * codec.MAX_TEXT),
        (type("L" * 999, (), {"__module__": "builtins"})(), "L" * codec.MAX_TEXT),
    ],
    ids=lambda value: None if isinstance(value, str) else type(value).__name__,
)
def test_what_is_not_plain_leaves_only_its_types_name(value, name):
    """Objects, functions, object arrays and oversized numbers become opaque."""
    assert decode(encode(value)) == Opaque(name)


def touched(*_args):
    """Fail the test: nothing may ask a metaclass."""
    raise AssertionError("a foreign metaclass was called into")


METACLASS = {
    f"__{name}__": touched
    for name in ("eq", "ne", "hash", "instancecheck", "subclasscheck", "getattribute", "bool")
}


@pytest.mark.parametrize(
    "names",
    [{"__qualname__": Text("x")}, {"__module__": Text("y")}, {"__module__": []}],
    ids=["class name", "module name", "module list"],
)
def test_a_class_with_odd_names_is_opaque(names):
    """The names of a class need not be plain text."""
    value = type("X", (), names)()

    assert isinstance(decode(encode(value)), Opaque)


def test_foreign_objects_are_never_called_into():
    """Encoding asks an object and its metaclass nothing that they may redefine."""
    metaclass = type("Meta", (type,), METACLASS)
    values = [Hostile(), metaclass("Anything", (), {})()]

    assert decode(encode(values)) == [Opaque(f"{__name__}.Hostile"), Opaque(f"{__name__}.Anything")]


def nested(depth, wrap):
    """Nest a value so many times."""
    value = 1
    for _ in range(depth):
        value = wrap(value)
    return value


WRAPS = {"list": lambda v: [v], "tuple": lambda v: (v,), "dict": lambda v: {"k": v}}


@pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS)
@pytest.mark.parametrize("depth", [1, 2, 17, codec.MAX_DEPTH, codec.MAX_DEPTH + 1])
def test_nesting_up_to_the_bound_comes_back(wrap, depth):
    """Containers of every kind, also dicts, may be nested to the stated depth."""
    assert decode(encode(nested(depth, wrap))) == nested(depth, wrap)


@pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS)
@pytest.mark.parametrize("excess", [2, 3, 50, 300])
def test_deeper_nesting_ends_in_an_opaque_value(wrap, excess):
    """What lies below the bound is opaque; the frame stays readable."""
    assert "Opaque" in repr(decode(encode(nested(codec.MAX_DEPTH + excess, wrap))))


def test_a_list_that_holds_itself_is_cut():
    """Self-reference ends at the bound of depth."""
    endless = []
    endless.append(endless)

    assert "Opaque(type_name='list')" in repr(decode(encode(endless)))


def test_a_list_that_holds_itself_often_is_too_large():
    """Self-reference that branches ends at the bound of items, not in years."""
    endless = []
    endless.extend([endless] * 10)

    with pytest.raises(TooLargeError, match="may hold 2,000 items"):
        encode(endless, Budget(items=2000))


SMALL = {"text": 1 << 20, "containers": 50, "data": 1 << 20, "items": 400, "numbers": 1 << 20}
ROWS = "without numbers, of more than 1,000,000 rows"
TOO_LARGE = {
    "items": ([0] * 400, "may hold 400 items"),
    "items, nested": ([[0] * 150, ([0] * 150, {"k": [0] * 150})], "may hold 400 items"),
    "containers": ([((),)] * 14, "may hold 50 containers"),
    "brackets in text": ("[" * 51, "may hold 50 containers"),
    "keys": (dict.fromkeys(range(codec.MAX_KEYS + 1)), "a dict of more than 1,000 keys"),
    "text": ("x" * MEGABYTE, "may hold 1 MB of text"),
    "text with escapes": ("\ud800" * (MEGABYTE // 5), "may hold 1 MB of text"),
    "bytes": (b"x" * (MEGABYTE + 1), "may hold 1 MB of data"),
    "numbers": (np.zeros(MEGABYTE // 8 + 1), "may hold 1 MB of data"),
    "small numbers": (np.zeros(MEGABYTE + 1, bool), "may hold 1,048,576 numbers"),
    "more than memory has": (np.broadcast_to(np.int8(0), (1 << 30, 1 << 30)), "1,048,576 numbers"),
    "wide text": (np.array(["x" * MEGABYTE]), "may hold 1 MB of data"),
    "text in an empty array": (np.zeros(0, f"U{MEGABYTE}"), "may hold 1 MB of data"),
    "rows without numbers": (np.zeros((1 << 40, 0)), ROWS),
    "columns without numbers": (np.zeros((0, 1_000_001), bool), ROWS),
    "many sides without numbers": (np.zeros((0, *[2] * 20)), ROWS),
    "axes": (np.zeros((1,) * 33), "more than 32 axes"),
}


@pytest.mark.parametrize(("value", "says"), TOO_LARGE.values(), ids=TOO_LARGE)
def test_too_much_is_refused_by_the_sender(value, says):
    """What is too large is told apart from tampering, with its bound, and leaves the budget whole."""
    budget = Budget(**SMALL)

    with pytest.raises(TooLargeError, match=says):
        encode([value], budget)
    assert set(budget.used.values()) == {0}


HUGE = 1 << 62
BEYOND = {
    "items": ([0] * 400, {}, "400 items"),
    "containers": ([((),)] * 14, {}, "50 containers"),
    "text": ("x" * MEGABYTE, {}, "1 MB of text"),
    "bytes": (b"x" * (MEGABYTE + 1), {}, "1 MB of data"),
    "numbers": (np.zeros(MEGABYTE // 8 + 1), {}, "1 MB of data"),
    "small numbers": (np.zeros(MEGABYTE + 1, bool), {}, "1,048,576 numbers"),
    "wide text": (np.str_("x" * MEGABYTE), {}, "1 MB of data"),
    "text in an empty array": (np.zeros(0, f"U{MEGABYTE}"), {}, "1 MB of data"),
    "rows without numbers": (np.zeros((1 << 40, 0)), {"MAX_EMPTY": HUGE}, ROWS),
    "columns without numbers": (np.zeros((0, 1_000_001)), {"MAX_EMPTY": HUGE}, ROWS),
    "keys": (dict.fromkeys(range(1001)), {"MAX_KEYS": HUGE}, "containers"),
    "a large integer": (1 << 4096, {"MAX_INT_BITS": HUGE}, "too many digits"),
    "axes": (np.zeros((1,) * 33), {"MAX_AXES": 99}, "a dtype and a shape"),
}


@pytest.mark.parametrize(("value", "patched", "says"), BEYOND.values(), ids=BEYOND)
def test_the_receiver_keeps_the_bounds_of_the_sender(monkeypatch, value, patched, says):
    """A sender that knows no bounds, as hostile code may be one, gets nothing through."""
    with monkeypatch.context() as unbound:
        for name, limit in patched.items():
            unbound.setattr(codec, name, limit)
        frame = encode(value, Budget(HUGE, HUGE, HUGE, HUGE, HUGE))

    with pytest.raises(ProtocolError, match=says):
        decode(frame, Budget(**SMALL))


@pytest.mark.parametrize(
    "value",
    [
        [0] * 399,
        dict.fromkeys(range(0, -48, -1)),
        "x" * (MEGABYTE - 2),
        b"x" * MEGABYTE,
        np.zeros(MEGABYTE, bool),
        np.zeros((1_000_000, 0), bool),
        np.zeros((1,) * 32),
    ],
    ids=["items", "keys", "text", "bytes", "array", "empty", "axes"],
)
def test_as_much_as_is_allowed_comes_back(value):
    """The receiver's bounds are the sender's."""
    assert same(decode(encode(value, Budget(**SMALL)), Budget(**SMALL)), value)


def test_a_budget_is_for_all_frames_together():
    """What an earlier frame took is gone, on both sides."""
    sending, reading = Budget(**SMALL), Budget(**SMALL)
    frame = encode([0] * 199, sending)
    decode(frame, reading)
    decode(encode([0] * 199, sending), reading)

    with pytest.raises(TooLargeError, match="400 items"):
        encode(0, sending)
    with pytest.raises(ProtocolError, match="400 items"):
        decode(frame, reading)


def test_a_receiver_of_answers_has_room_for_what_says_that_they_are_too_large():
    """When the sender's budget is spent, the small frames that say so can still be read."""
    sending, reading = Budget.of_answers(), Budget.of_answers(spare=1)
    decode(encode([0] * (sending.items - 1), sending), reading)

    with pytest.raises(TooLargeError):
        encode("too large", sending)
    assert [decode(encode("too large"), reading) for _ in range(9)] == ["too large"] * 9


KEYS = {
    "text": ("k" * codec.MAX_TEXT, "k" * codec.MAX_TEXT),
    "surrogate": ("\ud800", "\ud800"),
    "integer": (1 - codec.MAX_KEY, 1 - codec.MAX_KEY),
    "numpy's integer": (np.int64(3), 3),
    "numpy's text": (np.str_("k"), "k"),
}


@pytest.mark.parametrize(("key", "read"), KEYS.values(), ids=KEYS)
def test_short_keys_come_back_as_pythons_own(key, read):
    """Keys are short text and integers that floats hold exactly; numpy's pass for Python's."""
    ((found, value),) = decode(encode({key: [1]})).items()

    assert (type(found), found, value) == (type(read), read, [1])


MERSENNE = (1 << 61) - 1  # hash(k * MERSENNE) is 0 for every k
OTHER_KEYS = {
    "none": None,
    "truth": True,
    "float": 0.5,
    "complex": 1j,
    "bytes": b"k",
    "tuple": (1,),
    "a tuple of what collides": (MERSENNE, MERSENNE),
    "what collides": MERSENNE,
    "a large integer": codec.MAX_KEY,
    "its negative": -codec.MAX_KEY,
    "long text": "k" * (codec.MAX_TEXT + 1),
    "numpy's float": np.float64(1),
    "numpy's large integer": np.uint64(2**64 - 1),
    "an object": object(),
    "a frozen set": frozenset({1}),
    "foreign text": Text("k"),
}


@pytest.mark.parametrize("key", OTHER_KEYS.values(), ids=OTHER_KEYS)
def test_a_dict_with_other_keys_is_opaque(key):
    """Keys that could be made to collide, or to be something else, do not cross."""
    assert decode(encode([{"a": 1}, {"a": 1, key: 2}])) == [{"a": 1}, Opaque("dict")]


FORGED_KEYS = {
    "none": None,
    "truth": True,
    "float": 1.5,
    "nan": math.nan,
    "what collides": MERSENNE,
    "a large integer": -codec.MAX_KEY,
    "long text": "k" * 201,
    "list": [1],
    "tuple": {"tuple": [MERSENNE]},
    "complex": {"complex": [1.0, 2.0]},
    "bytes": {"bytes": 0},
    "scalar": {"scalar": "<U0"},
    "array": {"array": ["|b1", [0]]},
    "seed": {"seed": 1},
    "opaque": {"opaque": "x"},
}


@pytest.mark.parametrize("key", FORGED_KEYS.values(), ids=FORGED_KEYS)
def test_a_forged_key_is_refused(key):
    """The receiver takes no key that the sender does not write."""
    with pytest.raises(ProtocolError, match="a key is short text or a short integer"):
        decode(frame_of({"dict": [["a", 1], [key, 2]]}))


HOSTILE_FRAMES = {
    "nothing": (b"", "no header"),
    "half a length": (b"\x01\x00", "no header"),
    "a length only": (b"\xff\x00\x00\x00", "longer than the frame"),
    "a huge header": (frame_of(b"9" * (8 * MEGABYTE + 1)), "8 MB of text"),
    "no JSON": (frame_of(b"{"), "not JSON"),
    "no ASCII": (frame_of('"é"'.encode()), "not JSON"),
    "16 bits a letter": (frame_of('[1, "a"]'.encode("utf-16")), "not JSON"),
    "deep JSON": (frame_of(b"[" * MEGABYTE), "not JSON"),
    "a number of many digits": (frame_of(b"9" * 10_000), "not JSON"),
    "deep lists": (frame_of(b"[" * 40 + b"]" * 40), "nested too deep"),
    "deep tuples": (frame_of(b'{"tuple":[' * 40 + b"]}" * 40), "nested too deep"),
    "many items": (frame_of([[]] * 1_000_000), "1,000,000 items"),
    "many containers": (frame_of(b"[" * (3 * MEGABYTE)), "2,000,000 containers"),
    "many keys": (frame_of({"dict": [[0, 0]] * (codec.MAX_KEYS + 1)}), "bounded length"),
    "left over": (frame_of(1, b"x"), "left over"),
    "no tag": (frame_of({}), "one tag"),
    "two tags": (frame_of({"tuple": [], "bytes": 0}), "one tag"),
    "a foreign tag": (frame_of({"pickle": "x"}), "unknown tag"),
    "a tuple of no list": (frame_of({"tuple": 3}), "a tuple holds a list"),
    "a dict of no list": (frame_of({"dict": {}}), "a dict holds a list"),
    "a dict of texts": (frame_of({"dict": ["abc"]}), "pairs"),
    "a dict of numbers": (frame_of({"dict": [1]}), "pairs"),
    "a dict of three": (frame_of({"dict": [["a", 1, 2]]}), "pairs"),
    "a large integer": (frame_of([1 << 4096]), "too many digits"),
    "a truth value of 2": (frame_of({"array": ["|b1", [2]]}, b"\1\2"), "neither 0 nor 1"),
    "a complex of texts": (frame_of({"complex": ["1", "2"]}), "two floats"),
    "bytes of length true": (frame_of({"bytes": True}, b"x"), "longer than the frame"),
    "bytes of negative length": (frame_of({"bytes": -1}), "longer than the frame"),
    "more bytes than there are": (frame_of({"bytes": 2}, b"x"), "longer than the frame"),
    "an array without a shape": (frame_of({"array": ["<f8"]}), "a dtype and a shape"),
    "an array of negative size": (frame_of({"array": ["<f8", [-1]]}), "a dtype and a shape"),
    "40 axes": (frame_of({"array": ["|b1", [1] * 40]}, b"x"), "a dtype and a shape"),
    "more numbers than there are": (frame_of({"array": ["<f8", [9, 9]]}), "longer than the frame"),
    "a shape beyond all memory": (frame_of({"array": ["<f8", [0, 1 << 61, 9]]}), ROWS),
    "entries of no size": (frame_of({"array": ["<U0", [MEGABYTE]]}), "without a size"),
    "objects": (frame_of({"array": ["|O", [1]]}, b"x" * 8), "not plain"),
    "records": (frame_of({"array": ["f8,f8", [1]]}, b"x" * 16), "not plain"),
    "sub-arrays": (frame_of({"scalar": "(2,)f4"}, b"x" * 8), "not plain"),
    "dates": (frame_of({"scalar": "<M8[s]"}, b"x" * 8), "not plain"),
    "void": (frame_of({"scalar": "|V8"}, b"x" * 8), "not plain"),
    "an old alias": (frame_of({"scalar": "a5"}, b"x" * 5), "not plain"),
    "a dtype that is a number": (frame_of({"scalar": 8}, b"x" * 8), "not plain"),
    "a float of 3 bytes": (frame_of({"scalar": "<f3"}, b"x" * 3), "unknown dtype"),
    "characters beyond Unicode": (frame_of({"scalar": "<U1"}, b"\xff" * 4), "do not exist"),
    "the same, big-endian": (frame_of({"array": [">U1", [1]]}, b"\xff" * 4), "do not exist"),
    "a negative seed": (frame_of({"seed": -1}), "a seed"),
    "a seed of text": (frame_of({"seed": "1"}), "a seed"),
    "a long type name": (frame_of({"opaque": "x" * 201}), "name of a type"),
    "a type name that is none": (frame_of({"opaque": 1}), "name of a type"),
}


@pytest.mark.parametrize(("frame", "says"), HOSTILE_FRAMES.values(), ids=HOSTILE_FRAMES)
def test_hostile_frames_are_refused_in_words(frame, says):
    """Whatever no sender writes raises ProtocolError and nothing else."""
    with pytest.raises(ProtocolError, match=says):
        decode(frame)


def test_the_last_character_of_unicode_is_text():
    """Every code point that exists may be carried, in either byte order."""
    text = np.array([chr(sys.maxunicode), "\ud800"], dtype=">U1")

    assert same(decode(encode(text)), text)


def sample_frames():
    """Make frames that use every tag."""
    rich = {
        "a": np.arange(6.0).reshape(2, 3),
        "b": [np.float32(1), np.str_("x"), b"raw", 1 + 2j, (None, True)],
        "c": {-1: None, "text": np.array(["ab", "c"]), "n": 2**70, "f": math.inf},
        "d": [Seed(3), Opaque("object"), np.zeros((0, 2), bool)],
    }
    return [encode(value) for value in (rich, list(rich.values()), rich["a"], "text")]


@pytest.mark.parametrize("seed", range(3))
def test_mutated_frames_decode_or_are_refused(seed):
    """Thousands of damaged frames give a value or a ProtocolError: no other error, no warning."""
    rng = np.random.default_rng(seed)
    frames = sample_frames()
    outcomes = {"value": 0, "refused": 0}

    for _ in range(1000):
        try:
            decode(mutated(rng, frames[rng.integers(0, len(frames))]))
            outcomes["value"] += 1
        except ProtocolError:
            outcomes["refused"] += 1

    assert min(outcomes.values()) > 20, outcomes


@pytest.mark.parametrize("seed", range(3))
def test_generated_headers_decode_or_are_refused(seed):
    """Headers that are right in most places, before any bytes, give a value or a ProtocolError."""
    rng = np.random.default_rng(seed)
    outcomes = {"value": 0, "refused": 0}

    for _ in range(1000):
        try:
            decode(frame_of(generated(rng), b"\1" * int(rng.integers(0, 2) * 16)))
            outcomes["value"] += 1
        except ProtocolError:
            outcomes["refused"] += 1

    assert min(outcomes.values()) > 20, outcomes


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(st.sampled_from(sorted(codec._Decoder.READERS)), inner, max_size=1),
            st.builds(
                lambda name, shape: {"array": [name, shape]},
                st.sampled_from(["<f8", "|b1", ">U2", "|S3", "<c16", "<f3", "<U0", "O"]),
                st.lists(st.integers(-1, 3), max_size=4),
            ),
        ),
        max_leaves=10,
    ),
    st.binary(max_size=60),
)
@settings(max_examples=300, deadline=None)
def test_arbitrary_headers_decode_or_are_refused(header, buffers):
    """Any JSON before any bytes gives a value or a ProtocolError."""
    try:
        decode(frame_of(header, buffers))
        refused = False
    except ProtocolError:
        refused = True

    assert refused in {True, False}


@given(st.binary(max_size=80))
@settings(max_examples=200, deadline=None)
def test_arbitrary_bytes_decode_or_are_refused(noise):
    """Noise gives a value or a ProtocolError."""
    try:
        value = encode(decode(noise))
    except ProtocolError:
        value = b""

    assert isinstance(value, bytes)


class Pair(NamedTuple):
    """A tuple with named fields, as the perceptron's exercise returns one."""

    weight: float
    bias: tuple


class Lying(tuple):
    """A tuple that says something else whenever it is asked."""

    __slots__ = ()

    def __iter__(self):
        return iter("lies")

    def __len__(self):
        return 4


def test_a_named_tuple_is_a_tuple():
    """Tuples with named fields come through as tuples, read by tuple's own iterator."""
    pair = Pair(1.0, (2, 3))

    assert decode(encode(pair)) == (1.0, (2, 3))
    assert decode(encode(Lying((1, 2)))) == (1, 2)
