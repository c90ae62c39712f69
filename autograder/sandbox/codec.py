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
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Opaque", "ProtocolError", "Seed", "TooLargeError", "decode", "encode"]

MAX_BYTES = 64 << 20
MAX_HEADER = 8 << 20  # as Python objects it takes twenty times this
MAX_ITEMS = 200_000
MAX_KEYS = 10_000  # of one dict: keys that were made to collide cost their square
MAX_DEPTH = 32
MAX_INT_BITS = 4096
MAX_TEXT = 200
KINDS = frozenset("biufcSU")  # numpy's letters for bool, integers, floats, complex, bytes, text

_LENGTH = struct.Struct("<I")
_DTYPE = re.compile(r"[<>|][biufcSU][0-9]{1,8}")
# Types by identity: asking `kind in types` would ask a foreign metaclass whether it is equal.
_PRIMITIVES = frozenset(map(id, (type(None), bool, float, str)))
_SCALARS = frozenset(id(kind) for kind in np.sctypeDict.values() if np.dtype(kind).kind in KINDS)


class ProtocolError(Exception):
    """The bytes are not a frame of this codec."""


class TooLargeError(Exception):
    """The value is larger than may be handed over. Raised by the sender: it is no tampering."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """Stands for a value that is not plain data; only the name of its type comes through."""

    type_name: str


@dataclass(frozen=True, slots=True)
class Seed:
    """Stands for a random generator; the receiver makes `numpy.random.default_rng(value)` of it."""

    value: int


def encode(value: Any) -> bytes:
    """Write plain data as one frame; what is not plain becomes an `Opaque`.

    Only exact types count: a subclass of ndarray, float or list may behave as it likes, so it is
    opaque as well. Types are told apart by identity: nothing that a class may redefine is called.

    Raises: TooLargeError above 64 MB, 8 MB of them text and structure, or 200,000 items, or
        10,000 keys of one dict.

    >>> decode(encode({"x": np.array([1.0, 2.0]), "n": (1, None)}))
    {'x': array([1., 2.]), 'n': (1, None)}
    >>> decode(encode(object()))
    Opaque(type_name='object')
    """
    encoder = _Encoder()
    header = json.dumps(encoder.tagged(value, 0), separators=(",", ":")).encode()
    if len(header) > MAX_HEADER:
        raise TooLargeError(f"{len(header) >> 20} MB of text, where {MAX_HEADER >> 20} MB may pass")
    frame = b"".join([_LENGTH.pack(len(header)), header, *encoder.buffers])
    if len(frame) > MAX_BYTES:
        raise TooLargeError(f"{len(frame) >> 20} MB of data, where {MAX_BYTES >> 20} MB may pass")
    return frame


class _Encoder:
    def __init__(self) -> None:
        self.buffers: list[bytes] = []
        self.items = 0

    def tagged(self, value: Any, depth: int) -> Any:  # noqa: C901, PLR0912  one case a type
        """Describe a value in JSON, and put its raw bytes aside."""
        self.items += 1
        if self.items > MAX_ITEMS:
            raise TooLargeError(f"more than {MAX_ITEMS:,} items")
        kind = type(value)
        if id(kind) in _PRIMITIVES:
            return value
        if kind is int:
            return value if value.bit_length() <= MAX_INT_BITS else self.opaque(value)
        if depth > MAX_DEPTH:
            return self.opaque(value)
        if kind is list:
            return [self.tagged(item, depth + 1) for item in value]
        if issubclass(kind, tuple):  # a NamedTuple is one; read by tuple's own iterator
            return {"tuple": [self.tagged(item, depth + 1) for item in tuple.__iter__(value)]}
        if kind is dict:
            if len(value) > MAX_KEYS:
                raise TooLargeError(f"a dict of more than {MAX_KEYS:,} keys")
            pairs = [[self.tagged(part, depth + 1) for part in pair] for pair in value.items()]
            return {"dict": pairs}
        if kind is complex:
            return {"complex": [value.real, value.imag]}
        if kind is bytes:
            self.buffers.append(value)
            return {"bytes": len(value)}
        if kind is np.ndarray and value.dtype.kind in KINDS and value.dtype.itemsize:
            return {"array": [self.raw(value), list(value.shape)]}
        if id(kind) in _SCALARS:
            return {"scalar": self.raw(value)}
        if kind is Seed and _is_size(value.value):
            return {"seed": value.value}
        return self.opaque(value)

    def raw(self, value: Any) -> str:
        self.buffers.append(value.tobytes()[: value.nbytes])  # numpy pads empty text
        return str(value.dtype.str)

    @staticmethod
    def opaque(value: Any) -> dict[str, str]:
        kind = type(value)
        if kind is Opaque and type(value.type_name) is str:
            return {"opaque": value.type_name[:MAX_TEXT]}
        if kind is np.ndarray:
            return {"opaque": f"numpy array of {value.dtype.name}s"[:MAX_TEXT]}
        # A class may hold anything under these names, and its metaclass may answer in their place.
        module, name = (_slot(kind, slot) for slot in ("__module__", "__qualname__"))
        return {"opaque": f"{'' if module in _UNSAID else f'{module}.'}{name}"[:MAX_TEXT]}


_UNSAID = ("", "builtins", "__main__")


def _slot(kind: type, slot: str) -> str:
    """Read one of the names that a class has as a class, if it is plain text."""
    name = type.__dict__[slot].__get__(kind)
    return name if type(name) is str else ""


def decode(frame: bytes) -> Any:
    """Read a frame; everything in it is checked before anything is allocated.

    Raises: ProtocolError if it is not a frame that `encode` could have written.

    >>> decode(b"hello")
    Traceback (most recent call last):
    autograder.sandbox.codec.ProtocolError: the header is too long
    """
    if len(frame) < _LENGTH.size:
        raise ProtocolError("no header")
    (length,) = _LENGTH.unpack_from(frame)
    start = _LENGTH.size + length
    if length > MAX_HEADER:
        raise ProtocolError("the header is too long")
    if start > len(frame):
        raise ProtocolError("the header is longer than the frame")
    try:
        header = json.loads(frame[_LENGTH.size : start])
    except (ValueError, RecursionError):
        raise ProtocolError("the header is not JSON") from None
    decoder = _Decoder(frame, start)
    value = decoder.value(header, 0)
    if decoder.position != len(frame):
        raise ProtocolError("bytes are left over")
    return value


class _Decoder:
    def __init__(self, frame: bytes, position: int) -> None:
        self.frame = frame
        self.position = position
        self.items_seen = 0

    def value(self, header: Any, depth: int) -> Any:
        """Rebuild one value from its description."""
        self.items_seen += 1
        if self.items_seen > MAX_ITEMS:
            raise ProtocolError("too many items")
        if depth > MAX_DEPTH + 1:
            raise ProtocolError("nested too deep")
        if isinstance(header, list):
            return [self.value(item, depth + 1) for item in header]
        if not isinstance(header, dict):
            return header
        if len(header) != 1:
            raise ProtocolError("a tagged value has one tag")
        ((tag, content),) = header.items()
        if tag not in self.READERS:
            raise ProtocolError("unknown tag")
        return self.READERS[tag](self, content, depth + 1)

    def read_tuple(self, content: Any, depth: int) -> tuple[Any, ...]:
        if not isinstance(content, list):
            raise ProtocolError("a tuple holds a list")
        return tuple(self.value(item, depth) for item in content)

    def read_dict(self, content: Any, depth: int) -> dict[Any, Any]:
        if not isinstance(content, list) or len(content) > MAX_KEYS:
            raise ProtocolError("a dict holds a list of bounded length")
        try:
            return {self.value(key, depth): self.value(item, depth) for key, item in content}
        except (TypeError, ValueError):
            raise ProtocolError("a dict holds pairs with plain keys") from None

    def read_complex(self, content: Any, _depth: int) -> complex:
        match content:
            case [float(real), float(imag)]:
                return complex(real, imag)
        raise ProtocolError("a complex number is two floats")

    def read_bytes(self, content: Any, _depth: int) -> bytes:
        return self.take(content)

    def read_array(self, content: Any, _depth: int) -> Any:
        match content:
            case [str(dtype), list(shape)] if len(shape) <= 32 and all(map(_is_size, shape)):
                return self.numbers(dtype, shape)
        raise ProtocolError("an array is a dtype and a shape")

    def read_scalar(self, content: Any, _depth: int) -> Any:
        return self.numbers(content, [])[()]

    def read_seed(self, content: Any, _depth: int) -> Seed:
        if not _is_size(content):
            raise ProtocolError("a seed is a non-negative integer")
        return Seed(content)

    def read_opaque(self, content: Any, _depth: int) -> Opaque:
        if not isinstance(content, str) or len(content) > MAX_TEXT:
            raise ProtocolError("an opaque value is the name of a type")
        return Opaque(content)

    def numbers(self, name: Any, shape: list[int]) -> Any:
        dtype = _dtype(name)
        if shape and not dtype.itemsize:
            raise ProtocolError("entries without a size")
        raw = self.take(math.prod(shape) * dtype.itemsize)
        if dtype.kind == "U":
            points = np.frombuffer(raw, np.dtype("u4").newbyteorder(dtype.byteorder))
            if (points > sys.maxunicode).any():
                raise ProtocolError("text with characters that do not exist")
        try:
            # Both make a new array, which may be written to.
            return (
                np.frombuffer(raw, dtype).reshape(shape).copy() if raw else np.zeros(shape, dtype)
            )
        except ValueError:
            raise ProtocolError("a shape that no array can have") from None

    def take(self, size: Any) -> bytes:
        if not _is_size(size) or size > len(self.frame) - self.position:
            raise ProtocolError("a buffer is longer than the frame")
        start, self.position = self.position, self.position + size
        return self.frame[start : self.position]

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


def _dtype(name: Any) -> np.dtype[Any]:
    """Read a dtype in the one form that arrays write it."""
    if not isinstance(name, str) or not _DTYPE.fullmatch(name):
        raise ProtocolError("a dtype that is not plain")
    try:
        return np.dtype(name)
    except (TypeError, ValueError):
        raise ProtocolError("unknown dtype") from None


def _is_size(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 62
