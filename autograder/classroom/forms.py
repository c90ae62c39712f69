"""The form of a body: what is left when names, comments, layout and the order of equals are taken away.

Two bodies of one form say the same in other words. Its fingerprints are all runs of a few words of the form,
as in winnowing, which keeps some of them: bodies of an exercise are so short that all are kept.
"""

import ast
import copy
import math
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.course.reference import Function, find_function, parsed

__all__ = ["Body", "Reader"]

RUN = 5
"""Words of a form that are a fingerprint."""

MOST_NODES = 4_000
"""Of a body beyond which it is not compared: the course's longest has a tenth of it."""

Shape = tuple[Any, ...]
"""A node: its word, then the shapes of its parts."""

_METHODS = frozenset(
    {
        *("all", "any", "argmax", "argmin", "argsort", "astype", "clip", "copy", "cumsum", "dot"),
        *("flatten", "max", "mean", "min", "prod", "ravel", "repeat", "reshape", "round", "sort"),
        *("squeeze", "std", "sum", "take", "transpose", "var"),
    }
)
"""What numpy has as a function and as a method of an array."""

_HAS_ORDER = ast.List | ast.Tuple | ast.JoinedStr | ast.ListComp
_FLIPPED = {ast.Gt: "Lt", ast.GtE: "LtE"}
_COMMUTE = ast.Add | ast.Mult | ast.BitOr | ast.BitAnd | ast.BitXor
_SIMPLE = ast.Assign | ast.Return | ast.Expr | ast.Raise | ast.AugAssign
_LEFT_OUT = {"ctx", "annotation", "returns", "type_comment", "type_params", "kind", "type_ignores"}


@dataclass(frozen=True, slots=True)
class Body:
    """What somebody wrote for an exercise."""

    text: str
    """The function as it stands but for its docstring, with the helpers that it calls."""
    helpers: tuple[str, ...]
    """Their names."""
    form: tuple[str, ...]
    """Its words."""

    @property
    def prints(self) -> frozenset[tuple[str, ...]]:
        """Its fingerprints."""
        words = ("", *self.form, "")
        return frozenset(words[at : at + RUN] for at in range(max(len(words) - RUN + 1, 1)))


class Reader:
    """Reads bodies of one module's exercises, whose stub says which names are given."""

    def __init__(self, stub: str) -> None:
        tree = ast.parse(stub)
        self.given = {node.name for node in ast.walk(tree) if isinstance(node, Function)}
        self.attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        self.seen: dict[tuple[str, ...], tuple[str, ...]] = {}
        """The form of each text that was read: many people write the same."""

    def read(self, source: str | bytes, exercise: str) -> Body | None:
        """Read the body of an exercise; None if there is none, or it cannot be read."""
        tree = parsed(source)
        if tree is None:
            return None
        try:
            function = find_function(tree, exercise)
            parts = [function, *self._helpers(tree, function)]
            text = _lines(source, parts)
            imports = (
                ast.unparse(n) for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)
            )
            key = (exercise, text, *imports)
            if key not in self.seen:
                if sum(1 for part in parts for _ in ast.walk(part)) > MOST_NODES:
                    return None
                names = _Names(tree, parts, self.attributes)
                self.seen[key] = tuple(_words([names.block(part.body) for part in parts]))
        except (LookupError, RecursionError):
            return None
        return Body(text, tuple(part.name for part in parts[1:]), self.seen[key])

    def _helpers(self, tree: ast.Module, function: Function) -> list[Function]:
        """Find what somebody has defined beside the given functions and calls, in the order of calls."""
        classes = (node.body for node in tree.body if isinstance(node, ast.ClassDef))
        own = {
            node.name: node
            for scope in [tree.body, *classes]
            for node in scope
            if isinstance(node, Function) and node.name not in self.given
        }
        found: dict[str, Function] = {}
        waiting = [function]
        while waiting:
            for node in ast.walk(waiting.pop(0)):
                name = getattr(node, "id", getattr(node, "attr", ""))
                if name in own and name not in found:
                    found[name] = own[name]
                    waiting.append(own[name])
        return list(found.values())


def _lines(source: str | bytes, parts: Iterable[Function]) -> str:
    """Cut functions out of a text, without their docstrings, which are the task's."""
    text = source if isinstance(source, str) else source.decode("utf-8-sig", "replace")
    lines = re.split(r"\r\n|\r|\n", text)
    return "\n\n".join("\n".join(lines[n - 1] for n in _numbers(part)) for part in parts)


def _numbers(function: Function) -> list[int]:
    numbers = list(range(function.lineno, (function.end_lineno or function.lineno) + 1))
    first, *others = function.body
    is_alone = first.lineno > function.lineno and others and others[0].lineno > _end(first)
    if ast.get_docstring(function) is not None and is_alone:
        return [n for n in numbers if not first.lineno <= n <= _end(first)]
    return numbers


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


class _Names:
    """What names stand for: parameters for their place, names of one's own for any name."""

    def __init__(
        self, tree: ast.Module, parts: Sequence[Function], attributes: Container[str]
    ) -> None:
        self.attributes = attributes
        self.stands_for = dict.fromkeys((part.name for part in parts[1:]), "own")
        self.own_attributes = {part.name for part in parts[1:]}
        self.modules: dict[str, str] = {}
        for part in parts:
            for node in ast.walk(part):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    self.stands_for[node.id] = "own"
                elif isinstance(node, ast.arg):
                    self.stands_for[node.arg] = "own"
                elif isinstance(node, Function | ast.ClassDef) and node is not part:
                    self.stands_for[node.name] = "own"
        given = parts[0].args
        every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
        self.first = every[0].arg if every else ""
        self.stands_for |= {each.arg: f"given {at}" for at, each in enumerate(every)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._import(node)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            if isinstance(node, ast.Import):
                self.modules[name] = alias.name if alias.asname else name
            else:
                self.stands_for[name] = f"{node.module}.{alias.name}"

    def block(self, statements: Sequence[ast.stmt]) -> Shape:
        """Bring the statements of a body, or of a part of it, into the order that stands for all."""
        kept = list(_flat(_code(statements)))
        inlined = _inlined(kept)
        return ("block", *self._in_order(inlined))

    def _in_order(self, statements: Sequence[ast.stmt]) -> Iterator[Shape]:
        """Put assignments in a row that do not depend on each other into one order."""
        row: list[ast.stmt] = []
        for statement in [*statements, None]:
            if isinstance(statement, ast.Assign):
                row.append(statement)
                continue
            while row:
                free = [
                    each
                    for at, each in enumerate(row)
                    if not any(_depend(before, each) for before in row[:at])
                ]
                first = min(free, key=self.shape)
                row.remove(first)
                yield self.shape(first)
            if statement is not None:
                yield self.shape(statement)

    def shape(self, node: Any) -> Shape:
        """Write a node as its word and its parts."""
        match node:
            case ast.Name() | ast.Attribute() | ast.Constant():
                return self._leaf(node)
            case ast.BinOp(op=op) if isinstance(op, _COMMUTE):
                return self._chain(op, list(_operands(node, type(op))))
            case ast.BoolOp(op=op, values=values):
                return self._chain(op, values)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._comparison(op, left, right)
            case ast.Call():
                return self._call(node)
            case ast.AST():
                return self._other(node)
            case list() if node and isinstance(node[0], ast.stmt):
                return self.block(node)
            case list():
                return ("list", *map(self.shape, node))
            case _:
                return ("own" if self.stands_for.get(node) == "own" else str(node),)

    def _leaf(self, node: ast.Name | ast.Attribute | ast.Constant) -> Shape:
        match node:
            case ast.Name(id=name):
                return (self.modules.get(name) or self.stands_for.get(name, name),)
            case ast.Constant(value=value):
                return (_constant(value),)
        owner, attr = self.shape(node.value), node.attr
        if _is_module(owner):
            return (f"{owner[0]}.{attr}",)
        is_first = isinstance(node.value, ast.Name) and node.value.id == self.first
        is_own = attr in self.own_attributes or (is_first and attr not in self.attributes)
        return (f".{'own' if is_own else attr}", owner)

    def _other(self, node: ast.AST) -> Shape:
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return (_constant(-number),)
            case ast.Raise(exc=ast.Call(func=kind)):
                return ("Raise", self.shape(kind))
        return (type(node).__name__, *self._parts(node))

    def _parts(self, node: ast.AST) -> Iterator[Shape]:
        is_definition = isinstance(node, Function | ast.ClassDef)
        for name, value in ast.iter_fields(node):
            if name not in _LEFT_OUT and not (is_definition and name == "name"):
                yield self.shape(value)

    def _chain(self, op: ast.AST, values: Sequence[ast.expr]) -> Shape:
        shapes = [self.shape(value) for value in values]
        if isinstance(op, ast.And | ast.Or):
            commutes = not any(_may_fail(value) for value in values)
        else:
            commutes = not any(isinstance(value, _HAS_ORDER) or _is_text(value) for value in values)
        return (type(op).__name__, *(sorted(shapes, key=repr) if commutes else shapes))

    def _comparison(self, op: ast.cmpop, left: ast.expr, right: ast.expr) -> Shape:
        sides, word = [self.shape(left), self.shape(right)], type(op).__name__
        if type(op) in _FLIPPED:
            word = _FLIPPED[type(op)]
            sides.reverse()
        elif isinstance(op, ast.Eq | ast.NotEq):
            sides.sort(key=repr)
        return (word, *sides)

    def _call(self, node: ast.Call) -> Shape:
        """Write a call; a method of an array as numpy's function of the same name."""
        called, arguments = self.shape(node.func), [self.shape(each) for each in node.args]
        match node.func:
            case ast.Attribute(attr=attr, value=value) if attr in _METHODS:
                shape = self.shape(value)
                if not _is_module(shape):
                    called, arguments = (f"numpy.{attr}",), [shape, *arguments]
        named = [(each.arg or "**", self.shape(each.value)) for each in node.keywords]
        return ("Call", called, *arguments, *sorted(named, key=repr))


def _is_module(shape: Shape) -> bool:
    """Return whether a shape is numpy, or a part of it such as `numpy.random`."""
    return len(shape) == 1 and str(shape[0]).partition(".")[0] == "numpy"


def _constant(value: Any) -> str:
    """Write a constant; 2 and 2.0 are the same here."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        whole = isinstance(value, float) and math.isfinite(value) and value.is_integer()
        return repr(int(value) if whole else value)
    return repr(value)


def _operands(node: ast.expr, op: type[ast.AST]) -> Iterator[ast.expr]:
    """Go through the operands of a chain of one operator."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, op):
        yield from _operands(node.left, op)
        yield from _operands(node.right, op)
    else:
        yield node


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def _may_fail(node: ast.expr) -> bool:
    """Return whether it matters that what stands before is asked first, as in `x and x[0]`."""
    return any(isinstance(n, ast.Call | ast.Subscript | ast.Attribute) for n in ast.walk(node))


def _code(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Leave out what says nothing to the machine: texts, prints, `pass`, bare annotations."""
    for statement in statements:
        match statement:
            case ast.Pass() | ast.Expr(value=ast.Constant()) | ast.AnnAssign(value=None):
                continue
            case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
                continue
            case ast.Import() | ast.ImportFrom():
                continue
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield ast.Assign([target], value)
                continue
        yield statement


def _flat(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Put what stands in an `else` below an `if` that leaves the function below it."""
    for statement in statements:
        ends = isinstance(statement, ast.If) and isinstance(
            statement.body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break
        )
        if isinstance(statement, ast.If) and ends and statement.orelse:
            yield ast.If(statement.test, statement.body, [])
            yield from _flat(_code(statement.orelse))
        else:
            yield statement


def _inlined(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Put a value that has a name for the next line only into that line."""
    found = list(statements)
    at = len(found) - 2
    while at >= 0:
        name, value = _assigned(found[at])
        both_act = all(_touched(each)[2] for each in found[at : at + 2])
        if (
            name
            and not both_act
            and _uses(found, name) == (1, 1)
            and _is_read_next(found[at + 1], name)
        ):
            found[at : at + 2] = [_Inline(name, value).visit(copy.deepcopy(found[at + 1]))]
        at = min(at, len(found) - 1) - 1
    return found


def _is_read_next(statement: ast.stmt, name: str) -> bool:
    return (
        isinstance(statement, _SIMPLE)
        and _uses([statement], name) == (0, 1)
        and not _is_deferred(statement, name)
    )


def _assigned(statement: ast.stmt) -> tuple[str, Any]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, value
    return "", None


def _uses(statements: Iterable[ast.stmt], name: str) -> tuple[int, int]:
    """Count how often a name is written and read."""
    nodes = [
        node
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and node.id == name
    ]
    stored = sum(isinstance(node.ctx, ast.Store) for node in nodes)
    return stored, len(nodes) - stored


def _is_deferred(statement: ast.stmt, name: str) -> bool:
    """Return whether a name is read where the reading comes later, or again and again."""
    inner = ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    within = (node for node in ast.walk(statement) if isinstance(node, inner))
    return any(
        isinstance(node, ast.Name) and node.id == name for each in within for node in ast.walk(each)
    )


class _Inline(ast.NodeTransformer):
    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.value = value

    def visit_Name(self, node: ast.Name) -> Any:
        return self.value if node.id == self.name else node


def _depend(first: ast.stmt, second: ast.stmt) -> bool:
    """Return whether the order of two assignments may matter."""
    written, read, acts = _touched(first)
    also_written, also_read, also_acts = _touched(second)
    return bool(written & (also_read | also_written) or also_written & read or (acts and also_acts))


def _touched(statement: ast.stmt) -> tuple[set[str], set[str], bool]:
    """List what a statement writes and reads, and whether it calls what may change something."""
    written, read, acts = set[str](), set[str](), False
    for node in ast.walk(statement):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attr, ctx=ctx):
                (written if isinstance(ctx, ast.Store) else read).add(f"{name}.{attr}")
            case ast.Subscript(value=value, ctx=ast.Store()):
                written.update(n.id for n in ast.walk(value) if isinstance(n, ast.Name))
            case ast.Name(id=name, ctx=ctx):
                (written if isinstance(ctx, ast.Store) else read).add(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="np"))):
                pass
            case ast.Call():
                acts = True
    return written, read, acts


def _words(shapes: Iterable[Any]) -> Iterator[str]:
    """Write a shape as one row of words."""
    for part in shapes:
        if isinstance(part, str):
            yield part
        else:
            yield from _words(part)
