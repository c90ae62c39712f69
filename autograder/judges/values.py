"""Values and calls as people read them: on one line, and in bounds."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from autograder.sandbox.codec import Opaque, Seed
from autograder.text import MAX_TEXT, named

__all__ = ["call", "number", "shape_of", "value"]

DIGITS = 6
ALL_DIGITS = 17
"""Two floats that differ do so in these."""
ROUNDING = 1e-10
"""Parts that differ by less of their size are written alike; every judge allows ten times as much."""
MAX_NUMBERS = 24
MAX_VALUE = 1000
MAX_BITS = 4096


def value(plain: Any, beside: Any = None) -> str:
    """Write a plain value as a student would type it, on one line; large arrays by shape.

    A number that is shown beside another one gets as many digits as make the two differ, and a type
    that holds fewer digits than the other one's is named.

    >>> value(np.array([[1.0, -0.5], [2.0, 1 / 3]]))
    '[[1, -0.5], [2, 0.333333]]'
    >>> value((np.zeros((30, 40)), None))
    '(array of shape (30, 40), None)'
    >>> value([1 / 3, 2.0], beside=[0.33333334, 2.0]), value(np.float32(0.1), beside=0.1)
    ('[0.33333333, 2]', '0.100000001 (float32)')
    """
    text = _value(plain, beside)
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]} …"


def number(x: Any, beside: Any = None, digits: int = DIGITS) -> str:
    """Write a real number with some digits, and with more if another one would look the same.

    >>> number(1.00000001), number(1.00000001, beside=1.0), number(1.0, beside=1.00000001)
    ('1', '1.00000001', '1')
    """
    if x == 0:
        return "0"
    other = _real(beside)
    if other not in {None, float(x)}:
        while digits < ALL_DIGITS and f"{x:.{digits}g}" == f"{other:.{digits}g}":
            digits += 1
    return f"{x:.{digits}g}"


def _real(plain: Any) -> float | None:
    """Read one real number; None if it is none, or an integer that no float holds."""
    if not isinstance(plain, int | float | np.integer | np.floating):
        return None
    try:
        return float(plain)
    except OverflowError:
        return None


def _part(plain: Any, beside: Any, *, typed: bool = True) -> str:
    """Write a part of a value; beside a number that differs by rounding alone it stays short."""
    x, other = _real(plain), _real(beside)
    if x is None or other is None:
        return _value(plain, beside, typed=typed)
    alike = abs(x - other) <= ROUNDING * max(abs(x), abs(other))
    return _value(plain, None if alike else beside, typed=typed)


def _value(plain: Any, beside: Any = None, *, typed: bool = True) -> str:  # noqa: C901, PLR0912  one case a type
    kind = _short_type(plain, beside) if typed else ""
    match plain:
        case np.ndarray() if plain.size > MAX_NUMBERS:
            return f"array of shape {plain.shape}{kind}"
        case np.ndarray() if plain.ndim == 0:
            return _value(plain[()], beside)
        case np.ndarray() if plain.size == 0:
            return f"empty array of shape {plain.shape}"
        case np.ndarray() | list():
            if len(plain) > MAX_NUMBERS:
                return f"list of length {len(plain)}"
            typed = typed and isinstance(plain, list)
            parts = (_part(*pair, typed=typed) for pair in _pairs(plain, beside))
            return f"[{_joined(parts)}]{kind}"
        case tuple():
            if len(plain) > MAX_NUMBERS:
                return f"tuple of length {len(plain)}"
            inner = _joined(_part(*pair, typed=typed) for pair in _pairs(plain, beside))
            return f"({inner},)" if len(plain) == 1 else f"({inner})"
        case dict():
            if len(plain) > MAX_NUMBERS:
                return f"dict of length {len(plain)}"
            others = beside if isinstance(beside, dict) else {}
            return _joined(f"{named(k)} = {_part(v, others.get(k))}" for k, v in plain.items())
        case bool() | np.bool_() | None:
            return str(plain)
        case float() | np.floating():
            return number(plain, _scalar(beside)) + kind
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


def _pairs(plain: Any, beside: Any) -> Iterator[tuple[Any, Any]]:
    """Pair the parts of a value with those of another one that has as many."""
    is_array = isinstance(beside, np.ndarray) and beside.ndim > 0
    alike = (is_array or isinstance(beside, list | tuple)) and len(beside) == len(plain)
    others = beside if alike else [None] * len(plain)
    return zip(plain, others, strict=True)


def _scalar(beside: Any) -> Any:
    return beside[()] if isinstance(beside, np.ndarray) and beside.ndim == 0 else beside


def _short_type(plain: Any, beside: Any) -> str:
    """Name the type of numbers that hold fewer digits than those beside them."""
    if not isinstance(plain, np.ndarray | np.floating) or plain.dtype.kind != "f":
        return ""
    wide = isinstance(beside, float | np.ndarray) and np.asarray(beside).dtype == np.float64
    return f" ({plain.dtype})" if wide and plain.dtype.itemsize < np.float64().itemsize else ""


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
    >>> call("one_hot(labels)", {"labels": np.array([1.0, 2.0])})
    'one_hot(labels=[1., 2.])'
    """

    def filled(match: re.Match[str]) -> str:
        keyword, name = match.groups()
        if name not in case:
            return match.group()
        return f"={_typed(case[name])}" if keyword else f"{name}={_typed(case[name])}"

    return re.sub(r"(=?)\b([A-Za-z_]\w*)\b(?!=)", filled, template)


def _typed(plain: Any) -> str:
    """Write a value, and an array of floats that are whole with their points: it is not one of integers."""
    is_floats = isinstance(plain, np.ndarray) and plain.ndim > 0 and plain.dtype.kind == "f"
    if not (is_floats and plain.size <= MAX_NUMBERS and (plain == np.rint(plain)).all()):
        return value(plain)
    return re.sub(r"\d[^,\]]*", lambda n: n[0] if "e" in n[0] else f"{n[0]}.", value(plain))


_IN_ARRAYS = (int, float, complex, np.number, np.bool_, np.ndarray, list, tuple)
"""Of what a list can be that is as good as an array."""

ENTRIES = {"c": "of complex numbers, ", "S": "of bytes, ", "U": "of text, "}


def shape_of(plain: Any) -> str:  # noqa: C901  one case a type
    """Name the kind of a value in a few words.

    >>> shape_of(np.zeros((2, 3))), shape_of(None), shape_of([1, 2]), shape_of(["1", "2"])
    ('an array of shape (2, 3)', 'None', 'a list of length 2', 'a list of length 2 with a string in it')
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
            odd = [each for each in plain[:MAX_NUMBERS] if not isinstance(each, _IN_ARRAYS)]
            inner = f" with {shape_of(odd[0])} in it" if odd else ""
            return f"a {type(plain).__name__} of length {len(plain)}{inner}"
        case str() | np.str_():
            return "a string"
        case dict():
            if not plain or len(plain) > MAX_NUMBERS:
                return f"a dict of length {len(plain)}"
            return f"a dict with {', '.join(map(named, plain))}"
        case Opaque():
            return f"something of type {named(plain.type_name)}"
    return f"something of type {type(plain).__name__}"
