"""Where an exercise's body stands in a module's source."""

import ast
from collections.abc import Iterator

__all__ = ["Function", "body_of", "find_body", "find_function", "replace_lines"]

Function = ast.FunctionDef | ast.AsyncFunctionDef


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
    """Put text in the place of lines first to last, counted from 1."""
    lines = source.splitlines(keepends=True)
    return "".join([*lines[: first - 1], text, *lines[last:]])
