"""The reference's source: its exercises' bodies, the same with another body, and what it imports."""

import ast
import textwrap
from collections.abc import Iterator
from functools import lru_cache

from autograder.course.catalogue import engine_path

__all__ = [
    "ALL",
    "Function",
    "body_in",
    "body_of",
    "find_body",
    "find_function",
    "function_in",
    "imports",
    "parsed",
    "reference_text",
    "replace_lines",
    "task_of",
    "with_body",
]

Function = ast.FunctionDef | ast.AsyncFunctionDef

ALL = "*"
"""Stands for every name of a module."""


@lru_cache(maxsize=8)  # each failure of a submission asks about the same few texts
def parsed(text: str | bytes) -> ast.Module | None:
    r"""Parse a module that somebody else wrote; None if Python cannot, deeply nested ones included.

    >>> parsed("def f(:"), parsed("-" * 100_000 + "1"), parsed("a\\0")
    (None, None, None)
    """
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def task_of(exercise: str) -> str:
    """Read an exercise's docstring, which is the task that students read.

    Raises: OSError, SyntaxError or LookupError if it cannot be found.
    """
    tree = ast.parse(reference_text(exercise.partition(".")[0]))
    return ast.get_docstring(find_function(tree, exercise)) or ""


def reference_text(module: str) -> str:
    """Read a module of the engine; the student's edition has its stub.

    Raises: OSError if it is not there.
    """
    return engine_path(module).read_text(encoding="utf-8")


def find_function(tree: ast.Module, qualified: str) -> Function:
    """Find a function or method, `module.function` or `module.Class.method`.

    Raises: LookupError if the module has no such function.
    """
    scope: list[ast.stmt] = tree.body
    *classes, name = qualified.split(".")[1:]
    for class_name in classes:
        found = [
            node for node in scope if isinstance(node, ast.ClassDef) and node.name == class_name
        ]
        scope = found[0].body if found else []
    for node in scope:
        if isinstance(node, Function) and node.name == name:
            return node
    raise LookupError(f"there is no {qualified}")


def function_in(text: str, qualified: str) -> Function | None:
    """Find a function in a module that somebody else wrote; None if it cannot be found or read."""
    tree = parsed(text)
    try:
        return find_function(tree, qualified) if tree else None
    except LookupError:
        return None


@lru_cache(maxsize=64)  # many bodies are put into one module: mistakes, mutants
def find_body(source: str, qualified: str) -> tuple[int, int]:
    r"""Find the first and the last line, from 1, of what stands below a function's docstring.

    Comments belong to the body, above its first statement and below its last.

    Raises: LookupError if the module has no such function, or it is written on one line.

    >>> lines = ["def f(x):", "    'Say it.'", "    # why", "    return x", "    # so", "", "y = 1"]
    >>> find_body("\n".join(lines), "m.f")
    (3, 5)
    """
    function = find_function(ast.parse(source), qualified)
    first, last = body_of(function, source.splitlines())
    if first <= function.lineno:
        raise LookupError(f"the body of {qualified} must begin on a line of its own")
    return first, last


def body_of(function: Function, lines: list[str]) -> tuple[int, int]:
    """Find the body of a function that has been parsed already; see `find_body`."""
    head = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        first = (head.end_lineno or head.lineno) + 1
    else:
        first = min([head.lineno, *(d.lineno for d in getattr(head, "decorator_list", []))])
        while first > function.lineno + 1 and lines[first - 2].strip()[:1] in {"", "#"}:
            first -= 1
    last = function.end_lineno or first
    for number, line in _following(lines, last):
        indented = len(line) - len(line.lstrip()) > function.col_offset
        if not (line.lstrip().startswith("#") and indented):
            break
        last = number
    return first, last


def _following(lines: list[str], last: int) -> Iterator[tuple[int, str]]:
    """Go through the lines below a function that are not blank."""
    for number, line in enumerate(lines[last:], last + 1):
        if line.strip():
            yield number, line


def replace_lines(source: str, first: int, last: int, text: str) -> str:
    """Put text instead of lines first to last, counted from 1."""
    lines = source.splitlines(keepends=True)
    return "".join([*lines[: first - 1], text, *lines[last:]])


def body_in(source: str, exercise: str) -> str:
    """Read the body of an exercise, indented as it stands there.

    Raises: LookupError if the module has no such exercise.
    """
    first, last = find_body(source, exercise)
    return "".join(source.splitlines(keepends=True)[first - 1 : last])


def with_body(source: str, exercise: str, body: str) -> str:
    """Give an exercise another body; one that is not indented as the old one is indented so.

    Raises: LookupError if the module has no such exercise; ValueError if the body is not Python.
    """
    indent = _margin(body_in(source, exercise))
    if _margin(body) != indent:
        body = textwrap.indent(textwrap.dedent(body).strip(), indent)
    changed = replace_lines(source, *find_body(source, exercise), body.rstrip() + "\n")
    try:
        ast.parse(changed)
    except SyntaxError as error:
        raise ValueError(f"not Python: {error}") from None
    return changed


def _margin(body: str) -> str:
    """Take the space before the first line that is not blank."""
    return body[: len(body) - len(body.lstrip())].rpartition("\n")[2]


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Go through what Python code imports: a module, and the name that is taken of it or ALL.

    Those of a package that is imported from without a further name are its modules.

    >>> list(imports(ast.parse("import numpy as np; from nnlab import hebb; from nnlab.init import xavier")))
    [('numpy', '*'), ('nnlab.hebb', '*'), ('nnlab.init', 'xavier')]
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, ALL) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = "." * node.level + (node.module or "")
            for alias in node.names:
                if package == "nnlab" or not node.module:
                    yield f"{package}{'' if package.endswith('.') else '.'}{alias.name}", ALL
                else:
                    yield package, alias.name
