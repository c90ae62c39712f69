"""Plain data as bytes, in a form that nothing can hide in.

What crosses the sandbox's border is numbers, strings, arrays and short containers of them. Arrays
travel as raw buffers behind a JSON header. Decoding imports, calls and instantiates nothing but
these types, so hostile bytes become at worst a wrong value or a `ProtocolError`; pickle, npz and
other formats that can name a type are not used anywhere.

    frame   = header length (4 bytes) · header (JSON) · buffers, in the order the header names them
    value   = JSON primitive | list | {tag: content}
"""

import json
import math
import re
import struct
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from autograder.errors import OurFaultError

__all__ = ["Budget", "Opaque", "ProtocolError", "Seed", "TooLargeError", "decode", "encode"]

MAX_KEYS = 1_000  # of one dict
MAX_KEY = 1 << 53  # a key that is an integer stays below: larger ones can be made to collide
MAX_DEPTH = 32
MAX_AXES = 32
MAX_EMPTY = 1_000_000  # rows of an array without numbers: they cost nothing to send
MAX_INT_BITS = 4096
MAX_TEXT = 200  # of a key, and of the name of a type
KINDS = frozenset("biufcSU")  # numpy's letters for bool, integers, floats, complex, bytes, text

_LENGTH = struct.Struct("<I")
_DTYPE = re.compile(r"[<>|][biufcSU][0-9]{1,8}")
_PLAIN = frozenset({type(None), bool, float, str})
# Foreign types by identity: asking `kind in types` would ask a foreign metaclass whether it is equal.
_PRIMITIVES = frozenset(map(id, _PLAIN))
_SCALARS = frozenset(id(kind) for kind in np.sctypeDict.values() if np.dtype(kind).kind in KINDS)


class ProtocolError(OurFaultError):
    """The bytes are not a frame of this codec."""


class TooLargeError(OurFaultError):
    """The value is larger than may be handed over. Raised by the sender: nobody tampered with it."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """Stands for a value that is not plain data; only the name of its type comes through."""

    type_name: str


@dataclass(frozen=True, slots=True)
class Seed:
    """Stands for a random generator; the receiver makes `numpy.random.default_rng(value)` of it."""

    value: int


_UNUSED = dict.fromkeys(("text", "containers", "data", "items", "numbers"), 0)


@dataclass(slots=True)
class Budget:
    """How much may cross the border: one for all frames of an asking, spent by whoever codes them.

    What is in bounds here is read within half a second and 200 MB, whatever it was made to be. By
    default it is for what the grader writes itself: questions and answer keys.
    """

    text: int = 8 << 20
    """Bytes of the headers."""
    containers: int = 2_000_000
    """Brackets in the headers: as objects they take twenty times their text."""
    data: int = 64 << 20
    """Bytes behind the headers."""
    items: int = 1_000_000
    numbers: int = 16_000_000
    """Entries of arrays."""
    used: dict[str, int] = field(init=False, default_factory=_UNUSED.copy)

    @classmethod
    def of_answers(cls, *, data: int = 64 << 20, spare: int = 0) -> "Budget":
        """Make the budget of all that one asking sends back.

        Honest answers of a whole lab need 24 kB of text, 6,000 items and 110,000 numbers, or 2.4 MB
        and 115,000 items where their arrays are lists. With `spare` a receiver lets an eighth more pass:
        the frames that say what was too large.
        """
        limits = {"text": 3 << 20, "containers": 300_000, "items": 150_000, "numbers": 1_500_000}
        return cls(
            data=data, **{name: limit + limit // 8 * spare for name, limit in limits.items()}
        )

    def spend(self, name: str, amount: int) -> None:
        """Take from what is left.

        Raises: TooLargeError if that is not enough.
        """
        self.used[name] += amount
        limit = getattr(self, name)
        if self.used[name] > limit:
            is_bytes = name in {"text", "data"}
            most = f"{limit >> 20} MB of {name}" if is_bytes else f"{limit:,} {name}"
            raise TooLargeError(f"All answers together may hold {most}.")

    def spend_header(self, header: str) -> None:
        """Take what reading a header costs, before it is read."""
        self.spend("text", len(header))
        self.spend("containers", header.count("[") + header.count("{"))

    def spend_array(self, shape: Sequence[int], dtype: np.dtype[Any]) -> None:
        """Take what an array costs; one without numbers as if its empty sides were 1 long."""
        size = 1
        if shape:
            size = math.prod(side or 1 for side in shape)
            if 0 in shape and size > MAX_EMPTY:
                raise TooLargeError(
                    f"It is an array without numbers, of more than {MAX_EMPTY:,} rows."
                )
            self.spend("numbers", size)
            self.spend("items", 10 * len(shape))  # the time to make one
        if dtype.kind == "U":
            self.spend("items", 2)
        self.spend("data", size * dtype.itemsize)


def encode(value: Any, budget: Budget | None = None) -> bytes:
    """Write plain data as one frame; what is not plain becomes an `Opaque`.

    Only exact types count: a subclass of ndarray, float or list may behave as it likes, so it is
    opaque as well. Types are compared by identity: nothing that a class may redefine is called.

    Raises: TooLargeError if the budget is not enough, which then stays as it was; and above 1,000
        keys of one dict or 1,000,000 rows without numbers.

    >>> decode(encode({"x": np.array([1.0, 2.0]), "n": (1, None)}))
    {'x': array([1., 2.]), 'n': (1, None)}
    >>> decode(encode(object()))
    Opaque(type_name='object')
    """
    budget = budget or Budget()
    before = budget.used.copy()
    encoder = _Encoder(budget)
    try:
        budget.spend("items", 1)
        header = json.dumps(encoder.tagged(value, 0), separators=(",", ":"))
        budget.spend_header(header)
    except BaseException:
        budget.used = before
        raise
    return b"".join([_LENGTH.pack(len(header)), header.encode("ascii"), *encoder.buffers])


class _Encoder:
    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.buffers: list[bytes] = []

    def each(self, values: Collection[Any], depth: int) -> list[Any]:
        """Describe the parts of a container."""
        self.budget.spend("items", len(values))
        return [self.tagged(value, depth) for value in values]

    def tagged(self, value: Any, depth: int) -> Any:  # noqa: C901  one case a type
        """Describe a value in JSON, and put its raw bytes aside."""
        kind = type(value)
        if id(kind) in _PRIMITIVES:
            return value
        if kind is int:
            return value if value.bit_length() <= MAX_INT_BITS else self.opaque(value)
        if depth > MAX_DEPTH:
            return self.opaque(value)
        if kind is list:
            return self.each(value, depth + 1)
        self.budget.spend("items", 1)  # what has a tag costs twice what has none
        if issubclass(kind, tuple):  # a NamedTuple is one; read by tuple's own iterator
            return {"tuple": self.each([*tuple.__iter__(value)], depth + 1)}
        if kind is dict:
            return self.pairs(value, depth + 1)
        if kind is complex:
            return {"complex": [value.real, value.imag]}
        if kind is bytes:
            self.budget.spend("data", len(value))
            self.buffers.append(value)
            return {"bytes": len(value)}
        if kind is np.ndarray and value.dtype.kind in KINDS and value.dtype.itemsize:
            return {"array": [self.raw(value), list(value.shape)]}
        if id(kind) in _SCALARS:
            return {"scalar": self.raw(value)}
        if kind is Seed and _is_size(value.value):
            return {"seed": value.value}
        return self.opaque(value)

    def pairs(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        """Describe a dict; one with other keys than short text and short integers is opaque."""
        if len(value) > MAX_KEYS:
            raise TooLargeError(f"It is a dict of more than {MAX_KEYS:,} keys.")
        self.budget.spend("items", 1 + len(value))
        keys = [key.item() if id(type(key)) in _SCALARS else key for key in value]
        if not all(map(_is_key, keys)):
            return self.opaque(value)
        return {"dict": [*map(list, zip(keys, self.each(value.values(), depth), strict=True))]}

    def raw(self, value: Any) -> str:
        if value.ndim > MAX_AXES:
            raise TooLargeError(f"It is an array of more than {MAX_AXES} axes.")
        self.budget.spend_array(value.shape, value.dtype)
        self.buffers.append(value.tobytes()[: value.nbytes])  # numpy pads empty text
        return str(value.dtype.str)

    @staticmethod
    def opaque(value: Any) -> dict[str, str]:
        kind = type(value)
        if kind is Opaque and type(value.type_name) is str:
            return {"opaque": value.type_name[:MAX_TEXT]}
        if kind is np.ndarray:
            return {"opaque": f"numpy array of {value.dtype.name}s"[:MAX_TEXT]}
        # A class may hold anything under these names, and its metaclass may answer instead of them.
        module, name = (_slot(kind, slot) for slot in ("__module__", "__qualname__"))
        return {"opaque": f"{'' if module in _UNSAID else f'{module}.'}{name}"[:MAX_TEXT]}


_UNSAID = ("", "builtins", "__main__")


def _slot(kind: type, slot: str) -> str:
    """Read one of the names that a class has as a class, if it is plain text."""
    name = type.__dict__[slot].__get__(kind)
    return name if type(name) is str else ""


def decode(frame: bytes | memoryview, budget: Budget | None = None) -> Any:
    """Read a frame; everything in it is checked before anything is allocated.

    Raises: ProtocolError if it is not a frame that `encode` could have written.

    >>> decode(b"hello")
    Traceback (most recent call last):
    autograder.sandbox.codec.ProtocolError: the header is longer than the frame
    """
    if len(frame) < _LENGTH.size:
        raise ProtocolError("no header")
    (length,) = _LENGTH.unpack_from(frame)
    start = _LENGTH.size + length
    if start > len(frame):
        raise ProtocolError("the header is longer than the frame")
    decoder = _Decoder(memoryview(frame)[start:], budget or Budget())
    try:
        value = decoder.read(bytes(frame[_LENGTH.size : start]))
    except TooLargeError as error:
        raise ProtocolError(f"too large: {error}") from None
    if decoder.buffers:
        raise ProtocolError("bytes are left over")
    return value


class _Decoder:
    def __init__(self, buffers: memoryview, budget: Budget) -> None:
        self.buffers = buffers
        self.budget = budget

    def read(self, header: bytes) -> Any:
        """Rebuild the value that a header describes."""
        try:
            text = header.decode("ascii")
            self.budget.spend_header(text)
            described = json.loads(text)
        except (ValueError, RecursionError):
            raise ProtocolError("the header is not JSON") from None
        (value,) = self.each([described], 0)
        return value

    def each(self, headers: list[Any], depth: int) -> list[Any]:
        """Rebuild values from their descriptions."""
        self.budget.spend("items", len(headers))
        return [
            header if type(header) in _PLAIN else self.value(header, depth) for header in headers
        ]

    def value(self, header: Any, depth: int) -> Any:
        if depth > MAX_DEPTH + 1:
            raise ProtocolError("nested too deep")
        if isinstance(header, list):
            return self.each(header, depth + 1)
        if isinstance(header, int):
            if header.bit_length() > MAX_INT_BITS:
                raise ProtocolError("an integer of too many digits")
            return header
        if len(header) != 1:
            raise ProtocolError("a tagged value has one tag")
        ((tag, content),) = header.items()
        if tag not in self.READERS:
            raise ProtocolError("unknown tag")
        self.budget.spend("items", 1)
        return self.READERS[tag](self, content, depth + 1)

    def read_tuple(self, content: Any, depth: int) -> tuple[Any, ...]:
        if not isinstance(content, list):
            raise ProtocolError("a tuple holds a list")
        return tuple(self.each(content, depth))

    def read_dict(self, content: Any, depth: int) -> dict[Any, Any]:
        if not isinstance(content, list) or len(content) > MAX_KEYS:
            raise ProtocolError("a dict holds a list of bounded length")
        self.budget.spend("items", 1 + len(content))
        if not all(isinstance(pair, list) and len(pair) == 2 for pair in content):
            raise ProtocolError("a dict holds pairs")
        keys, values = [pair[0] for pair in content], [pair[1] for pair in content]
        if not all(map(_is_key, keys)):
            raise ProtocolError("a key is short text or a short integer")
        return dict(zip(keys, self.each(values, depth), strict=True))

    def read_complex(self, content: Any, _depth: int) -> complex:
        match content:
            case [float(real), float(imag)]:
                return complex(real, imag)
        raise ProtocolError("a complex number is two floats")

    def read_bytes(self, content: Any, _depth: int) -> bytes:
        if _is_size(content):
            self.budget.spend("data", content)
        return bytes(self.take(content))

    def read_array(self, content: Any, _depth: int) -> Any:
        match content:
            case [str(dtype), list(shape)] if len(shape) <= MAX_AXES and all(map(_is_size, shape)):
                return self.entries(dtype, shape).reshape(shape).copy()  # which may be written to
        raise ProtocolError("an array is a dtype and a shape")

    def read_scalar(self, content: Any, _depth: int) -> Any:
        return self.entries(content, [])[0]

    def read_seed(self, content: Any, _depth: int) -> Seed:
        if not _is_size(content):
            raise ProtocolError("a seed is a non-negative integer")
        return Seed(content)

    def read_opaque(self, content: Any, _depth: int) -> Opaque:
        if not isinstance(content, str) or len(content) > MAX_TEXT:
            raise ProtocolError("an opaque value is the name of a type")
        return Opaque(content)

    def entries(self, name: Any, shape: list[int]) -> Any:
        if not isinstance(name, str):
            raise ProtocolError("a dtype that is not plain")
        dtype = _dtype(name)
        if shape and not dtype.itemsize:
            raise ProtocolError("entries without a size")
        self.budget.spend_array(shape, dtype)
        raw = self.take(math.prod(shape) * dtype.itemsize)
        if dtype.kind == "U":
            try:
                str(raw, "utf-32-be" if name[0] == ">" else "utf-32-le", "surrogatepass")
            except UnicodeDecodeError:
                raise ProtocolError("text with characters that do not exist") from None
        if dtype.kind == "b" and bytes(raw).translate(None, b"\0\1"):
            raise ProtocolError("a truth value that is neither 0 nor 1")
        return np.frombuffer(raw, dtype) if raw else np.zeros(math.prod(shape), dtype)

    def take(self, size: Any) -> memoryview:
        if not _is_size(size) or size > len(self.buffers):
            raise ProtocolError("a buffer is longer than the frame")
        raw, self.buffers = self.buffers[:size], self.buffers[size:]
        return raw

    READERS = {  # noqa: RUF012  the table of tags, never changed
        "tuple": read_tuple,
        "dict": read_dict,
        "complex": read_complex,
        "bytes": read_bytes,
        "array": read_array,
        "scalar": read_scalar,
        "seed": read_seed,
        "opaque": read_opaque,
    }


@lru_cache
def _dtype(name: str) -> np.dtype[Any]:
    """Read a dtype in the one form that arrays write it."""
    if not _DTYPE.fullmatch(name):
        raise ProtocolError("a dtype that is not plain")
    try:
        return np.dtype(name)
    except (TypeError, ValueError):
        raise ProtocolError("unknown dtype") from None


def _is_size(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 62


def _is_key(key: Any) -> bool:
    kind = type(key)
    if kind is int:
        return bool(-MAX_KEY < key < MAX_KEY)
    return kind is str and len(key) <= MAX_TEXT
