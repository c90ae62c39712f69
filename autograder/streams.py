"""Output on terminals and in files whose encoding lacks some of our signs.

An old code page knows no minus sign, arrow or small T. What it lacks is written in the signs that
every one has: a question mark in the place of a minus would be a wrong number.
"""

import codecs
import unicodedata
from typing import Any

__all__ = ["PLAIN", "forgive"]

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


def forgive(stream: Any) -> None:
    """Let a text stream write plainly what its encoding lacks; anything else stays as it is."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors=PLAIN)


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object
    told = [_told(text, i) for i in range(error.start, error.end)]
    return "".join(told), error.end


def _told(text: str, i: int) -> str:
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
    """Tell whether a character is a superscript, such as ² or ᵀ."""
    return unicodedata.decomposition(char).startswith("<super>")


codecs.register_error(PLAIN, _plain)
