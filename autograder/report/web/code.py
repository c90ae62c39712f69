"""The student's code beside a message: the lines of the exercise, and the one that raised.

The code is foreign: it is cut into lines and tokens, never parsed or run. Python's tokenizer knows
no recursion, so nothing that somebody writes can exhaust the stack of the process that reads it.
"""

import contextlib
import html
import io
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from markupsafe import Markup
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer

from autograder import text as show
from autograder.course.lab import Check

__all__ = ["Excerpt", "Line", "excerpt", "excerpts"]

MAX_BYTES = 100_000
"""Of a file beyond which no code is shown: the course's longest module has a tenth of it."""
MAX_LINES = 60
MAX_COLUMNS = 200
AROUND = 3
"""Lines shown above and below one that belongs to no known function."""
FOLDED = 4
"""A docstring of at least so many lines is the task's text, which the student knows: it is folded."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, highlighted; `number` is None where lines are left out."""

    number: int | None
    code: Markup
    raised: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some lines of a file."""

    file: str
    name: str
    """The function; empty for lines around a place."""
    lines: tuple[Line, ...]

    @property
    def where(self) -> str:
        """Say which lines these are."""
        numbers = [line.number for line in self.lines if line.number is not None]
        span = f"line {numbers[0]}" if len(numbers) == 1 else f"lines {numbers[0]}–{numbers[-1]}"
        return f"{self.file}, {span}"

    @property
    def plain(self) -> str:
        """The lines as text, with their numbers."""
        codes = [html.unescape(_TAG.sub("", line.code)) for line in self.lines]
        numbers = ["⋯" if line.number is None else line.number for line in self.lines]
        return "\n".join(f"{n:>4}  {c}".rstrip() for n, c in zip(numbers, codes, strict=True))


_TAG = re.compile("<[^>]*>")
"""What Pygments adds: every such sign of the code itself is escaped."""


@dataclass(slots=True)
class _Definition:
    """A function or class, and where it stands."""

    path: tuple[str, ...]
    depth: int
    first: int
    last: int = 0
    docstring: tuple[int, int] = (0, 0)


def excerpt(file: str, source: bytes, path: tuple[str, ...]) -> Excerpt | None:
    """Cut out one function by its name, within its class if it has one; None if it is not there."""
    text = _read(source)
    mine = [known for known in text.definitions if known.path == path]
    return _cut(file, text.lines, mine[-1], 0) if mine else None  # Python takes the last


def excerpts(
    sources: Mapping[str, bytes], check: Check, raised_at: tuple[str, int] | None
) -> list[Excerpt]:
    """Cut out what a failed check is about: its exercise, and where else an exception came from."""
    module, *path = check.exercise.split(".")
    file, found = f"{module}.py", list[Excerpt]()
    text = _read(sources.get(file, b""))
    mine = [known for known in text.definitions if known.path == tuple(path)]
    inside = raised_at[1] if raised_at and raised_at[0] == file else 0
    if mine:
        last = mine[-1]  # of several with one name, Python takes the last
        found.append(_cut(file, text.lines, last, inside))
        if last.first <= inside <= last.last:
            return found
    if raised_at is not None:
        file, number = raised_at
        text = _read(sources.get(file, b""))
        if 0 < number <= len(text.lines):
            found.append(_cut(file, text.lines, _around(text, number), number))
    return found


@dataclass(frozen=True, slots=True)
class _Text:
    """A file as lines, and the functions and classes in it."""

    lines: Sequence[str]
    definitions: Sequence[_Definition]


@lru_cache(maxsize=16)
def _read(source: bytes) -> _Text:
    """Split a file into lines as Python counts them; what is too large to be somebody's is empty."""
    if not 0 < len(source) <= MAX_BYTES:
        return _Text((), ())
    lines = re.split(r"\r\n|\r|\n", source.decode("utf-8-sig", "replace"))
    return _Text(lines, tuple(_definitions(lines)))


def _around(text: _Text, number: int) -> _Definition:
    """Find the innermost function that holds a line; else the lines around it."""
    found = [known for known in text.definitions if known.first <= number <= known.last]
    first, last = max(1, number - AROUND), min(len(text.lines), number + AROUND)
    return max(found, key=lambda known: known.first, default=_Definition((), 0, first, last))


def _definitions(lines: Sequence[str]) -> Iterator[_Definition]:
    """Go through functions and classes, as far as the text can be read."""
    opened: list[_Definition] = []
    decorated = last = 0
    for depth, tokens in _logical_lines(lines):
        first, end = tokens[0].start[0], tokens[-1].end[0]
        words = [token.string for token in tokens[:3] if token.string != "async"]
        while opened and opened[-1].depth >= depth:
            yield replace(opened.pop(), last=last)
        if tokens[0].type == tokenize.STRING and opened and opened[-1].last == last:
            opened[-1].docstring = (first, end)  # just below its head
        if words[:1] in (["def"], ["class"]) and len(words) > 1:
            path = (*(outer.path[-1] for outer in opened), words[1])
            opened.append(_Definition(path, depth, decorated or first, end))
        decorated = (decorated or first) if words[:1] == ["@"] else 0
        last = end
    yield from (replace(definition, last=last) for definition in reversed(opened))


def _logical_lines(lines: Sequence[str]) -> Iterator[tuple[int, list[tokenize.TokenInfo]]]:
    """Go through logical lines with their depth, up to where the tokenizer gives up."""
    depth, tokens = 0, list[tokenize.TokenInfo]()
    text = io.StringIO("\n".join(lines) + "\n", newline="\n")
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(text.readline):
            if token.type in {tokenize.INDENT, tokenize.DEDENT}:
                depth += 1 if token.type == tokenize.INDENT else -1
            elif token.type == tokenize.NEWLINE and tokens:
                yield depth, tokens
                tokens = []
            elif token.type not in {tokenize.COMMENT, tokenize.NL}:
                tokens.append(token)


def _cut(file: str, lines: Sequence[str], found: _Definition, raised: int) -> Excerpt:
    """Highlight some lines; a long docstring, and what goes beyond the bounds, is left out."""
    first, last = found.docstring
    folded = range(first + 1, last) if last - first >= FOLDED else range(0)
    numbers = [n for n in range(found.first, found.last + 1) if n not in folded or n == raised]
    if len(numbers) > MAX_LINES:
        at = numbers.index(raised) if raised in numbers else 0
        start = max(0, min(at - MAX_LINES // 2, len(numbers) - MAX_LINES))
        numbers = numbers[start : start + MAX_LINES]
    shown = [_line(lines[number - 1]) for number in numbers]
    cut: list[Line] = []
    for number, code in zip(numbers, _highlighted(shown), strict=True):
        if cut and cut[-1].number != number - 1:
            cut.append(Line(None, Markup()))
        cut.append(Line(number, code, raised=number == raised))
    if numbers[-1] < found.last:
        cut.append(Line(None, Markup()))
    return Excerpt(file, ".".join(found.path), tuple(cut))


def _line(text: str) -> str:
    cleaned = show.clean(text[: MAX_COLUMNS + 1].expandtabs(4))
    return cleaned if len(cleaned) <= MAX_COLUMNS else f"{cleaned[:MAX_COLUMNS]} …"


def _highlighted(lines: Sequence[str]) -> list[Markup]:
    """Let Pygments escape and colour the lines; it closes every element at the end of its line."""
    lexer, formatter = PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)
    coloured = highlight("\n".join(lines), lexer, formatter).split("\n")[:-1]
    if len(coloured) != len(lines):
        return [Markup.escape(line) for line in lines]
    return [Markup(line) for line in coloured]  # noqa: S704  Pygments has escaped it
