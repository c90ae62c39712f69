"""Values and calls as people read them: on one line, and in bounds."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from autograder.sandbox.codec import Opaque, Seed
from autograder.text import MAX_TEXT, named

__all__ = ["call", "shape_of", "value"]

MAX_NUMBERS = 24
MAX_VALUE = 1000
MAX_BITS = 4096


def value(plain: Any) -> str:
    """Write a plain value as a student would type it, on one line; large arrays by shape.

    >>> value(np.array([[1.0, -0.5], [2.0, 1 / 3]]))
    '[[1, -0.5], [2, 0.333333]]'
    >>> value((np.zeros((30, 40)), None))
    '(array of shape (30, 40), None)'
    """
    text = _value(plain)
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]} …"


def _value(plain: Any) -> str:  # noqa: C901, PLR0912  one case a type
    match plain:
        case np.ndarray() if plain.size > MAX_NUMBERS:
            return f"array of shape {plain.shape}"
        case np.ndarray() if plain.ndim == 0:
            return _value(plain[()])
        case np.ndarray() if plain.size == 0:
            return f"empty array of shape {plain.shape}"
        case np.ndarray() | list():
            if len(plain) > MAX_NUMBERS:
                return f"list of length {len(plain)}"
            return f"[{_joined(map(_value, plain))}]"
        case tuple():
            if len(plain) > MAX_NUMBERS:
                return f"tuple of length {len(plain)}"
            inner = _joined(map(_value, plain))
            return f"({inner},)" if len(plain) == 1 else f"({inner})"
        case dict():
            if len(plain) > MAX_NUMBERS:
                return f"dict of length {len(plain)}"
            return _joined(f"{named(k)} = {_value(v)}" for k, v in plain.items())
        case bool() | np.bool_() | None:
            return str(plain)
        case float() | np.floating():
            return "0" if plain == 0 else f"{plain:.6g}"
        case int() if plain.bit_length() > MAX_BITS:
            return f"an integer of {plain.bit_length()} bits"
        case Opaque():
            return f"something of type {named(plain.type_name)}"
        case Seed():
            return f"np.random.default_rng({plain.value})"
        case str() | np.str_():
            return named(repr(str(plain[: MAX_TEXT + 1])))
        case bytes() | np.bytes_():
            return named(repr(bytes(plain[: MAX_TEXT + 1])))
        case _:
            return named(plain)


def _joined(texts: Iterable[str]) -> str:
    """Join texts as long as there is room: of many long ones, the last are never written."""
    taken, length = [], 0
    for text in texts:
        taken.append(text)
        length += len(text) + 2
        if length > MAX_VALUE:
            break
    return ", ".join(taken)


def call(template: str, case: Mapping[str, Any]) -> str:
    """Write a question with the case's values instead of their names.

    >>> call("McCullochPitts(weight, threshold)(x)", {"weight": [1, 2], "threshold": 2, "x": [0, 1]})
    'McCullochPitts(weight=[1, 2], threshold=2)(x=[0, 1])'
    >>> call("train(x, max_steps=max_steps)", {"x": [1], "max_steps": 9})
    'train(x=[1], max_steps=9)'
    """

    def filled(match: re.Match[str]) -> str:
        keyword, name = match.groups()
        if name not in case:
            return match.group()
        return f"={value(case[name])}" if keyword else f"{name}={value(case[name])}"

    return re.sub(r"(=?)\b([A-Za-z_]\w*)\b(?!=)", filled, template)


ENTRIES = {"c": "of complex numbers, ", "S": "of bytes, ", "U": "of text, "}


def shape_of(plain: Any) -> str:  # noqa: C901  one case a type
    """Name the kind of a value in a few words.

    >>> shape_of(np.zeros((2, 3))), shape_of(None), shape_of([1, 2])
    ('an array of shape (2, 3)', 'None', 'a list of length 2')
    """
    match plain:
        case None:
            return "None"
        case bool() | np.bool_():
            return "True or False"
        case complex() | np.complexfloating():
            return "a complex number"
        case int() | float() | np.number():
            return "a number"
        case np.ndarray() if plain.ndim == 0:
            return shape_of(plain[()])
        case np.ndarray():
            return f"an array {ENTRIES.get(plain.dtype.kind, '')}of shape {plain.shape}"
        case list() | tuple():
            return f"a {type(plain).__name__} of length {len(plain)}"
        case str() | np.str_():
            return "a string"
        case dict():
            if not plain or len(plain) > MAX_NUMBERS:
                return f"a dict of length {len(plain)}"
            return f"a dict with {', '.join(map(named, plain))}"
        case Opaque():
            return f"something of type {named(plain.type_name)}"
    return f"something of type {type(plain).__name__}"
