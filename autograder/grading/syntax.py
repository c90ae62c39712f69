"""What a line is that Python cannot parse, as far as the line shows it: newer syntax, or none of Python's."""

import re
import sys

__all__ = ["foreign_syntax", "newer_syntax"]

_NAMED = r"^\s*(type|class|(async\s+)?def)\s+\w+\s*"
_F = r"\b([rR]?[fF]|[fF][rR])"
_NEWER = (
    ((3, 15), r"^\s*lazy\s+(import|from)\b", "a lazy import"),
    ((3, 14), r"\b([rR]?[tT]|[tT][rR])(?=[\"'])", "a template string"),
    ((3, 14), r"^\s*except\*?\s+[\w.]+\s*,[\w.,\s]*:", "except without parentheses"),
    ((3, 13), rf"{_NAMED}\[[^\]]*\w\s*=", "a default of a type parameter"),
    ((3, 12), r"^\s*type\s+\w+\s*(\[.*\])?\s*=[^=]", "a type statement"),
    ((3, 12), rf"{_NAMED}\[", "type parameters"),
    (
        (3, 12),
        rf"{_F}\"[^\"]*\{{[^}}\"]*\"[^\"]*\"[^}}]*\}}",
        "a quote within an f-string's braces",
    ),
    ((3, 12), rf"{_F}'[^']*\{{[^}}']*'[^']*'[^}}]*\}}", "a quote within an f-string's braces"),
    ((3, 12), rf"{_F}[\"'].*\{{[^}}]*\\", "a backslash within an f-string's braces"),
)
"""The version that brought it, how a line shows it, and its name; the newest first."""


def newer_syntax(line: str, version: tuple[int, int] = sys.version_info[:2]) -> str:
    """Say what in a line that cannot be parsed is syntax of a newer Python; "" if nothing is known.

    >>> newer_syntax("type Pair = tuple[int, int]", (3, 11))
    'This looks like a type statement, which Python has since 3.12; here it is 3.11.'
    """
    for brought, pattern, name in _NEWER:
        if brought > version and re.search(pattern, line):
            since, here = (".".join(map(str, each)) for each in (brought, version))
            return f"This looks like {name}, which Python has since {since}; here it is {here}."
    return ""


_FOREIGN = (
    (r"[%!?]|get_ipython\b", "a command of notebooks, which only they know"),
    (r"<{7}(\s|$)|={7}$|>{7}(\s|$)", "a mark of Git's, from a merge that is not finished"),
    (r"`{3}", "a mark of Markdown's"),
    (r">>>(\s|$)|In ?\[\d+\]:", "a prompt, which was copied with the code"),
)
"""How a line begins, and what it is."""


def foreign_syntax(line: str) -> str:
    """Say what a line is that another program wrote; "" if nothing is known.

    >>> foreign_syntax("%matplotlib inline")
    'This line is a command of notebooks, which only they know: take it out.'
    """
    for pattern, name in _FOREIGN:
        if re.match(pattern, line.strip()):
            return f"This line is {name}: take it out."
    return ""
