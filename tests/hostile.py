"""Values and frames made to cost a grader time, memory or its composure; all by a seed."""

import json
import math
import struct
from collections.abc import Callable

import numpy as np

from autograder.sandbox.codec import MAX_KEY, Opaque, Seed

__all__ = ["LARGE", "LEAVES", "SLOW_HEADERS", "frame_of", "generated", "mutated", "spoilt"]

LARGE: dict[str, Callable[[], object]] = {
    "numbers": lambda: np.random.default_rng(0).random(1_490_000),
    "small integers": lambda: np.arange(1_490_000, dtype=np.int8),
    "truth values": lambda: np.ones((1_220, 1_220), bool),
    "rows of two": lambda: np.random.default_rng(0).random((740_000, 2)),
    "columns of two": lambda: np.random.default_rng(0).random((2, 740_000)),
    "long doubles": lambda: np.full(1_400_000, np.longdouble("1e4000")),
    "complex": lambda: np.full(1_400_000, 1 + 1e-30j),
    "text": lambda: np.full(1_400_000, "1"),
    "wide text": lambda: np.array(["1" * 4_000_000]),
    "bytes": lambda: np.array([b"1" * 4_000_000] * 4),
    "nan": lambda: np.full((1_000, 1_000), math.nan),
    "rows without numbers": lambda: np.zeros((1_000_000, 0)),
    "columns without numbers": lambda: np.zeros((0, 1_000_000)),
    "two large sides and none": lambda: np.zeros((1_000, 0, 1_000)),
    "axes": lambda: np.ones((2,) * 20),
    "more axes": lambda: np.ones((1,) * 32),
    "a list of numbers": lambda: [0.5] * 149_000,
    "a list of integers": lambda: list(range(149_000)),
    "two lists": lambda: [[0.5] * 70_000, [1] * 70_000],
    "pairs": lambda: [(0.5, {"lr": 1})] * 18_000,
    "lists of lists": lambda: [[0.5]] * 74_000,
    "empty lists": lambda: [[]] * 148_000,
    "tuples": lambda: ((),) * 74_000,
    "dicts": lambda: [{}] * 48_000,
    "a wide dict": lambda: {f"{i:0200}": i for i in range(1_000)},
    "wide dicts": lambda: [{f"{i:0120}": i for i in range(24)}] * 800,
    "rows": lambda: [np.ones(100)] * 12_000,
    "rows of bytes": lambda: [b"x" * 200] * 74_000,
    "numpy's numbers": lambda: [np.float64(0.5)] * 74_000,
    "one text": lambda: "x" * 3_000_000,
    "a text and none": lambda: ["x" * 2_000_000, *[""] * 60_000],
    "a list deep down": lambda: nested([0.5] * 140_000),
    "large integers": lambda: [10**1200] * 2_500,
}
"""What just passes the budget of answers."""


def nested(value: object, depth: int = 25) -> object:
    """Wrap a value in lists."""
    for _ in range(depth):
        value = [value]
    return value


LEAVES: dict[str, object] = {
    "none": None,
    "true": True,
    "zero": 0,
    "negative": -1,
    "an integer of 64 bits": 2**64,
    "an integer beyond floats": 10**1200,
    "its negative": -(10**400),
    "nan": math.nan,
    "infinity": math.inf,
    "negative infinity": -math.inf,
    "the largest": 1.7e308,
    "its negative float": -1.7e308,
    "the smallest": 5e-324,
    "complex": 1 + 1e-30j,
    "a large complex": complex(1.7e308, math.nan),
    "text": "1",
    "empty text": "",
    "terminal codes": "\x1b[2J\x00\ud800<script>&]]>",
    "bytes": b"\x00",
    "half": np.float16(6e4),
    "long": np.longdouble("1e4000"),
    "long complex": np.clongdouble(1) * np.longdouble("1e4000"),
    "unsigned": np.uint64(2**64 - 1),
    "numpy's truth": np.bool_(True),  # noqa: FBT003
    "numpy's text": np.str_("1"),
    "a seed": Seed(3),
    "an object": Opaque("x" * 200),
    "empty list": [],
    "empty tuple": (),
    "empty dict": {},
    "another dict": {"raised": 1, "returned": []},
    "a dict of integers": {0: 0.5, -1: MAX_KEY},
    "nested": nested(1, 30),
    "uneven rows": [[1], [1, 2], 3],
    "mixed": [1, "a", None, 1j],
    "no axes": np.array(0.5),
    "no numbers": np.zeros(0),
    "no rows": np.zeros((0, 3)),
    "no columns": np.zeros((3, 0)),
    "no text": np.zeros(0, "U5"),
    "a million empty rows": np.zeros((1_000_000, 0)),
    "an array of truth": np.array([True, False]),
    "an array of text": np.array(["1", ""]),
    "an array of bytes": np.array([b"1"]),
    "big-endian": np.array([1.0, 2.0], ">f8"),
    "a list of arrays": [np.zeros(2), np.zeros((0, 5)), np.zeros(())],
}

ROUGH = [
    lambda a: a.astype("f2"),
    lambda a: a.astype("g") * np.longdouble("1e4000"),
    lambda a: a.astype("c16"),
    lambda a: a + 1e-30j,
    lambda a: a.astype("U"),
    lambda a: a.astype("S"),
    lambda a: a != 0,
    lambda a: a.astype("i1"),
    lambda a: a.astype("u8"),
    lambda a: a.T,
    lambda a: a[None],
    lambda a: a[..., None],
    lambda a: a.ravel(),
    lambda a: a[:0],
    lambda a: a[..., :0],
    lambda a: a.tolist(),
    lambda a: tuple(a.tolist()),
    list,
    lambda a: np.full_like(a, math.nan, float),
    lambda a: np.full_like(a, math.inf, float),
    lambda a: a * 1e308 * 10,
    lambda a: a * 5e-324,
    lambda a: np.full_like(a, 1.7e308, float),
    lambda a: np.where(np.arange(a.size).reshape(a.shape) == 0, math.nan, a),
    lambda a: np.resize(a, (1_000_000 // max(1, math.prod(a.shape[1:])), *a.shape[1:])),
    lambda a: np.zeros((0, *a.shape)),
    lambda a: np.zeros((*a.shape, 0)),
    lambda a: a.reshape((1,) * (32 - a.ndim) + a.shape),
    lambda a: a[::-1],
    lambda a: -a,
    lambda a: a * 0,
]


def spoilt(rng: np.random.Generator, value: object) -> object:
    """Spoil a value at one place, of a right answer mostly the dtype, shape or kind of one part."""
    parts = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list | tuple):
        parts = list(enumerate(value))
    if parts and rng.random() < 0.85:
        at, part = parts[rng.integers(len(parts))]
        if isinstance(value, dict):
            return {**value, at: spoilt(rng, part)}
        changed = list(value)
        changed[at] = spoilt(rng, part)
        return type(value)(changed)
    if isinstance(value, list | tuple) and rng.random() < 0.3:
        return value * int(rng.integers(0, 2_000)) if len(value) < 20 else value[:-1]
    if isinstance(value, np.ndarray | np.generic | float | int) and rng.random() < 0.6:
        try:
            with np.errstate(all="ignore"):
                return ROUGH[rng.integers(len(ROUGH))](np.asarray(value))
        except (TypeError, ValueError, OverflowError, IndexError):
            return None
    return list(LEAVES.values())[rng.integers(len(LEAVES))]


def frame_of(header: object, buffers: bytes = b"") -> bytes:
    """Write a frame by hand, as hostile code would."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<I", len(text)) + text + buffers


def mutated(rng: np.random.Generator, frame: bytes) -> bytes:
    """Change, cut, double or exchange some bytes, mostly those of the header."""
    data = bytearray(frame)
    for _ in range(rng.integers(1, 5)):
        at = int(rng.integers(0, len(data))) if data else 0
        match rng.integers(0, 5):
            case 0:
                data[at : at + 1] = bytes([rng.integers(0, 256)])
            case 1:
                del data[at : at + int(rng.integers(1, 9))]
            case 2:
                data[at:at] = data[at : at + int(rng.integers(1, 30))]
            case 3:
                data[at : at + 1] = rng.choice(list(b'0123456789[]{}",:-<>|fiuUScb')).tobytes()[:1]
            case 4:
                tags = [b"array", b"scalar", b"tuple", b"dict", b"bytes", b"seed", b"<f8", b"<U9"]
                old, new = (tags[i] for i in rng.integers(0, len(tags), 2))
                data = data.replace(old, new, 1)
    if rng.integers(0, 2) and len(data) > 4:  # make the length fit again, to reach what is behind
        data[:4] = struct.pack("<I", data.rfind(b"]}") + 2 - 4 if b"]}" in data else len(data) - 4)
    return bytes(data)


DTYPES = ["<f8", ">f4", "|b1", "<U2", ">U99999999", "|S3", "<c16", "<f16", "<i8", "<f3", "<U0", "O"]
SIDES = [0, 0, 1, 1, 2, 3, -1, 10**6, 10**9, 1 << 40, (1 << 62) - 1, 1 << 62]
ODD = [None, True, -1, 0.5, math.nan, 10**1200, 10**1240, MAX_KEY, "", "k" * 201, "\ud800", [], {}]
TAGS = ["tuple", "dict", "complex", "bytes", "array", "scalar", "seed", "opaque", "pickle"]


def generated(rng: np.random.Generator, depth: int = 4) -> object:
    """Make a header that is right in most places, with sizes and types that may be anything."""
    if not depth or rng.random() < 0.25:
        return ODD[rng.integers(len(ODD))]

    def few() -> range:
        return range(rng.integers(0, 4))

    match rng.choice([*TAGS, "list"]):
        case "list":
            return [generated(rng, depth - 1) for _ in few()]
        case "tuple":
            return {"tuple": [generated(rng, depth - 1) for _ in few()]}
        case "dict":
            names = ["a", "value", "returned", 1, *ODD]
            return {
                "dict": [
                    [names[rng.integers(len(names))], generated(rng, depth - 1)] for _ in few()
                ]
            }
        case "array":
            shape = [SIDES[rng.integers(len(SIDES))] for _ in few()]
            return {"array": [DTYPES[rng.integers(len(DTYPES))], shape]}
        case "scalar":
            return {"scalar": DTYPES[rng.integers(len(DTYPES))]}
        case "bytes" | "seed" as tag:
            return {str(tag): SIDES[rng.integers(len(SIDES))]}
        case tag:
            return {str(tag): generated(rng, depth - 1)}


def many(unit: str, size: int) -> bytes:
    """Repeat a unit's description in a list."""
    return ("[" + ",".join([unit] * size) + "]").encode()


SLOW_HEADERS: dict[str, tuple[bytes, int]] = {
    "keys that share their last bits": (
        many(json.dumps({"dict": [[k << 42, 0] for k in range(1_000)]}), 70),
        0,
    ),
    "keys that collide": (
        many(json.dumps({"dict": [[k * ((1 << 61) - 1), 0] for k in range(1_000)]}), 90),
        0,
    ),
    "lists": (many("[]", 160_000), 0),
    "lists of lists": (many("[[[[]]]]", 40_000), 0),
    "deep lists": (many("[" * 28 + "]" * 28, 5_700), 0),
    "dicts": (many('{"dict":[]}', 55_000), 0),
    "dicts of one": (many('{"dict":[["",0]]}', 33_000), 0),
    "tuples": (many('{"tuple":[]}', 80_000), 0),
    "objects of JSON": (many('{"a":0}', 330_000), 0),
    "lists of JSON": (many("[[]]", 160_000), 0),
    "long integers": (many("9" * 1_232, 2_800), 0),
    "integers that are too long": (many("9" * 4_299, 800), 0),
    "floats": (many("1.2345678901234567e-300", 140_000), 0),
    "long floats": (many("0." + "1" * 4_000 + "e-10", 860), 0),
    "nan": (many("NaN", 165_000), 0),
    "texts": (many(r'"\ud83d\ude00"', 165_000), 0),
    "nul": (many('"' + r"\u0000" * 100 + '"', 5_500), 0),
    "surrogates": (many('"' + r"\ud800" * 100_000 + '"', 5), 0),
    "small arrays": (many('{"array":["|b1",[1]]}', 14_000), 14_000),
    "small arrays of text": (many('{"array":["<U1",[1]]}', 11_000), 44_000),
    "empty arrays": (many('{"array":["|b1",[0]]}', 14_000), 0),
    "arrays of many axes": (
        many('{"array":["|b1",[' + ",".join("1" * 32) + "]]}", 500),
        500,
    ),
    "scalars": (many('{"scalar":"<f8"}', 83_000), 83_000 * 8),
    "scalars of text": (many('{"scalar":"<U1"}', 41_000), 41_000 * 4),
    "bytes": (many('{"bytes":1}', 83_000), 83_000),
    "names": (many('{"opaque":"x"}', 83_000), 0),
    "seeds": (many('{"seed":1}', 83_000), 0),
    "numbers": (many('{"array":["<f8",[1680000]]}', 1), 1_680_000 * 8),
    "wide text": (many('{"array":["<U7000000",[1]]}', 1), 28_000_000),
    "wide bytes": (many('{"array":["|S31000000",[1]]}', 1), 31_000_000),
    "long bytes": (many('{"bytes":31000000}', 1), 31_000_000),
    "wide numbers": (many('{"array":["<c32",[960000]]}', 1), 960_000 * 32),
}
"""Headers that just pass the budget of answers, or just do not, and how many bytes follow them."""
