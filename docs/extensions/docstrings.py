"""The engine's docstrings as pages: formulas keep their lines, sections become fields.

Docstrings are written for a terminal and for the task text in stubs: plain text, a formula in lines
of its own, and sections such as `Shape:` that begin in the middle of nowhere. Sphinx wants
reStructuredText, where `*`, `|` and a trailing `_` mean something.
"""

import re
from functools import cache
from typing import Any

from autograder.course.catalogue import labs

__all__ = ["restructured", "setup"]

SECTION = re.compile(r"(Shape|Args|Attributes|Raises|Returns|Source): ?(.*)")
MATHS = re.compile(r"[=←≈~^/]")
CODE = re.compile(r"(`+[^`]+`+)")


def restructured(docstring: str) -> str:
    """Turn a docstring into reStructuredText that looks as the docstring reads."""
    return "\n\n".join(_paragraph(text) for text in docstring.strip("\n").split("\n\n"))


def _paragraph(text: str) -> str:
    """Write one paragraph as what it is: an example, sections, a formula, or prose."""
    lines = text.splitlines()
    if text.lstrip().startswith(">>>"):
        return text
    first = next((i for i, line in enumerate(lines) if SECTION.match(line)), None)
    if first == 0:
        return _fields(lines)
    if first is not None:
        return f"{_paragraph(_joined(lines[:first]))}\n\n{_fields(lines[first:])}"
    if text.rstrip()[-1:] not in ".:?" and MATHS.search(text):
        return ".. code-block:: none\n   :class: formula\n\n" + _joined(f"   {x}" for x in lines)
    if any("←" in line for line in lines):  # rules among sentences: every line stays a line
        return _joined(f"| {_escaped(line)}" for line in lines)
    return _joined(_escaped(line) for line in lines)


def _fields(lines: list[str]) -> str:
    """Write sections, each `Name: text` with its further lines indented, as a list of fields."""
    fields = []
    for line in lines:
        section = SECTION.match(line)
        if section:
            fields.append(f":{section[1]}: {_escaped(section[2])}".rstrip())
        else:
            fields.append(f"    {_escaped(line.strip())}")
    return _joined(fields)


def _escaped(line: str) -> str:
    """Take their meaning from the signs that reStructuredText would read, but not from `code`."""
    parts = CODE.split(line)
    parts[::2] = [re.sub(r"([*|]|(?<=\w)_(?!\w))", r"\\\1", part) for part in parts[::2]]
    return "".join(parts)


def _joined(lines: Any) -> str:
    return "\n".join(lines)


@cache
def _exercises() -> dict[str, str]:
    """Tell of each exercise, by its full name, which lab it belongs to."""
    return {f"nnlab.{exercise}": lab.id for lab in labs() for exercise in lab.exercises}


def _process(_app: Any, _what: str, name: str, _obj: Any, _options: Any, lines: list[str]) -> None:
    """Rewrite what autodoc has read, in place."""
    if name.partition(".")[0] == "nnlab":
        lab = _exercises().get(name)
        marked = [f"*Exercise of* ``{lab}``", ""] if lab else []
        lines[:] = [*marked, *restructured("\n".join(lines)).splitlines(), ""]


def setup(app: Any) -> dict[str, bool]:
    """Tell Sphinx."""
    app.connect("autodoc-process-docstring", _process)
    return {"parallel_read_safe": True}
