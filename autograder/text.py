"""Text as people read it: foreign text made harmless, names in a sentence, and what old terminals lack.

An old code page has no minus sign, arrow or small T. What it lacks is written in the signs that every
one has: a question mark instead of a minus would be a wrong number.
"""

import codecs
import difflib
import os
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

__all__ = [
    "MAX_TEXT",
    "PLAIN",
    "clean",
    "listed",
    "named",
    "nearest",
    "shortest_path",
    "unknown",
    "wrapped",
    "write_plainly",
]

MAX_TEXT = 120
MANY = 40
"""More names than this are no help on one screen."""


def clean(text: str) -> str:
    r"""Make foreign text harmless: no terminal codes, no invisible or reordering characters.

    Line breaks and tabs stay; Unicode's own breaks of lines and paragraphs become plain ones.

    >>> clean("a\x1b[31mred\u202e\n")
    'a[31mred\n'
    """
    return "".join(
        char
        for char in text.replace("\u2028", "\n").replace("\u2029", "\n")
        if char in "\n\t" or unicodedata.category(char) not in _HIDDEN
    )


_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


def named(foreign: Any) -> str:
    r"""Write foreign text, such as a file's name, on one line and not much of it.

    >>> named("\x1b[2Jmine\n20 points")
    '[2Jmine 20 points'
    """
    text = clean(str(foreign)[: MAX_TEXT + 1]).replace("\n", " ").replace("\t", " ")
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"


def listed(names: Sequence[str], most: int = MANY) -> str:
    """Write names as a sentence has them; of many, the first and how many more there are.

    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], most=1)
    ('a, b and c', 'a and 2 more')
    """
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def shortest_path(path: Path, cwd: Path) -> str:
    """Write a path as it is reached from here; one on another drive as it is."""
    try:
        return os.path.relpath(path, cwd)
    except ValueError:
        return str(path)


def wrapped(text: str, width: int, *, hang: int = 0) -> str:
    """Break lines that are too long between words, and keep their indent; an example's lines stay whole.

    What follows of a line stands `hang` columns further to the right.

    >>> print(wrapped("  a line of words", 12))
      a line of
      words
    """
    lines = []
    for line in text.split("\n"):
        bare = line.lstrip(" ")
        indent = line[: len(line) - len(bare)]
        whole = len(line) <= width or bare.startswith((">>>", "..."))
        lines += [line] if whole else textwrap.wrap(
            bare, max(width, len(indent) + hang + 1),
            initial_indent=indent, subsequent_indent=indent + " " * hang,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    return "\n".join(lines)


def nearest(name: str, known: Iterable[str]) -> str:
    """Find the known name that is meant by a misspelt one; "" if none is like it."""
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.5)), "")


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """Say that a name is unknown, and which one may be meant; with few names, which there are."""
    names = list(known)
    near = nearest(name, names)
    if near:
        return f"There is no {what} {name!r}. Did you mean {near}?"
    there = f" There are {', '.join(names)}." if len(names) <= MANY else ""
    return f"There is no {what} {name!r}.{there}"


PLAIN = "nnlab.plain"
"""The name of the error handler: `text.encode("cp437", PLAIN)`."""

_SIGNS = {
    **dict.fromkeys("−–—\u2011", "-"),
    **dict.fromkeys("·⊙", "*"),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("\u2018\u2019", "'"),
    "×": "x",
    "→": "->",
    "←": "<-",
    "≥": ">=",
    "≤": "<=",
    "≈": "~",
    "±": "+-",
    "√": "sqrt",
    "∞": "infinity",
    "Σ": "Sum",
    "Π": "Prod",
    "∇": "grad ",
    "∂": "d",
    "‖": "||",
    "⌊": "[",
    "⌋": "]",
    "λ": "lambda",  # which Unicode spells otherwise
    "½": "1/2",
    "¼": "1/4",
    "✓": "+",
    "✗": "x",
    "█": "#",
    "░": ".",
}


def write_plainly(stream: Any) -> None:
    """Let a text stream write plainly what its encoding lacks; anything else stays as it is."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors=PLAIN)


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object
    return "".join(_in_ascii(text, i) for i in range(error.start, error.end)), error.end


def _in_ascii(text: str, i: int) -> str:
    """Write one character in ASCII: by our table, as a power, by its Greek name, without accents."""
    char = text[i]
    if char in _SIGNS:
        return _SIGNS[char]
    plain = unicodedata.normalize("NFKD", char).replace("−", "-")
    ascii_ = "".join(c for c in plain if c.isascii())
    if _is_raised(char):
        return ascii_ if i and _is_raised(text[i - 1]) else f"^{ascii_}"
    name = unicodedata.name(char, "").split()
    if name[:1] == ["GREEK"]:
        letter = name[-1].lower() if name[1] == "SMALL" else name[-1].capitalize()
        return "eps" if letter == "epsilon" else letter
    return ascii_ or ("" if unicodedata.combining(char) else "?")


def _is_raised(char: str) -> bool:
    """Return whether a character is a superscript, such as ² or ᵀ."""
    return unicodedata.decomposition(char).startswith("<super>")


codecs.register_error(PLAIN, _plain)
