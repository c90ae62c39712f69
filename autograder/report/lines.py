"""The call that failed, as lines to paste into Python: imports, data in full, the call, what is expected.

The lines are made from the check's own body, so that they ask what the grader asked, of the modules that
`import nnlab` finds. Functions of the lab's file that the body calls are written out, so that every call of the
student's code can be seen; what else it looks up there is imported. A report on a secret seed's cases has
none: these are not to be had again.
"""

import ast
import builtins
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from autograder.course import edition, general
from autograder.course.catalogue import module_of
from autograder.course.lab import Check, Lab
from autograder.grading.report import CheckResult
from autograder.sandbox.codec import Seed

__all__ = ["case_lines"]

WIDTH = 88
MOST = 400
"""Numbers of an array that are written out; a longer one is taken from where the checks take it."""
COMPOUND = ast.For | ast.While | ast.With | ast.If | ast.Try | ast.FunctionDef | ast.ClassDef
REFERENCE = "# In a clone of the course nnlab is the reference; for your own files: nnlab case"


def case_lines(lab: Lab, result: CheckResult, folder: Path | None = None) -> str:
    """Write the failing call of a check; empty if it has none.

    `folder` is where the submission lies: the instructor's edition has to be shown it.
    """
    failing = result.failing
    if failing is None:
        return ""
    check = result.check
    (case,) = check.sent([failing.case])
    writer = _Writer(lab, f"lab.cases(lab.checks[{check.id!r}], {failing.seed})[{failing.number}]")
    kind = case.get(general.KIND, "")
    if not kind:
        asked = writer.call(check, case)
    elif kind in general.CHANGES:
        asked = writer.call(check.asked(case), case["cases"][0], "['cases'][0]")
    else:
        asked = writer.question(check.asked(case), kind, case)
    expected = [*_expected(writer, result)]
    changed = [f"print({name})  # is to stay as it was" for name in failing.spoilt]
    title = [f"# {check.id}: {check.title}"]
    if kind:
        title.append(f"# {general.KINDS[kind].promise}")
    blocks = [
        title,
        writer.imports(folder),
        *writer.helpers.values(),
        asked,
        [*changed, 'print("returned", result)'],
        expected,
    ]
    return "\n".join(line for block in blocks for line in [*block, ""]).rstrip() + "\n"


def _expected(writer: "_Writer", result: CheckResult) -> Iterator[str]:
    """Write what is expected, in full where the report shows the value itself, else in its words."""
    shown = next((part.text for part in result.fact if part.label == "expected"), "")
    failing = result.failing
    assert failing is not None
    if not shown:
        return
    if failing.in_full and not result.check.withheld and _is_plain(failing.wanted):
        yield f"expected = {writer.value(failing.wanted, 'expected')}"
        yield 'print("expected", expected)'
    else:
        yield from (f"# expected  {line}" for line in shown.splitlines())


def _is_plain(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.size <= MOST
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return isinstance(value, bool | int | float | np.generic)


def _is_long(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.size > MOST


class _Writer:
    """Writes values and calls as Python, and notes what must be imported for them."""

    def __init__(self, lab: Lab, again: str) -> None:
        self.lab = lab
        self.again = again
        """The expression that makes the case once more."""
        self.needed = {"import nnlab", "import numpy as np"}
        self.names: set[str] = set()
        """What is taken from the lab's file."""
        self.helpers: dict[str, list[str]] = {}
        """The functions of the lab's file that are called, in lines."""

    def imports(self, folder: Path | None) -> list[str]:
        """Write the imports, and in the instructor's edition what leads to the student's files."""
        module = module_of(self.lab.id)
        own = [f"from {module} import {', '.join(sorted(self.names))}"] if self.names else []
        lines = [*sorted(self.needed), *own]
        if edition.is_students():
            return lines
        if folder is None:
            return [REFERENCE, *lines]
        modules = [f"nnlab.{module}" for module in self.lab.modules]
        own = [
            f"nnlab.__path__.insert(0, {str(folder)!r})  # your files before the reference's",
            f"del {', '.join(f'sys.modules[{module!r}]' for module in modules)}",
            f"import {', '.join(modules)}",
        ]
        return ["import sys", *lines, "", *own]

    def call(self, check: Check, case: Mapping[str, Any], inner: str = "") -> list[str]:
        """Write a case's data, and the body of the check that asks it."""
        data = []
        for name, part in case.items():
            size = f"  # of shape {part.shape}, {part.dtype}" if _is_long(part) else ""
            data.append(f"{name} = {self.value(part, name, f'{inner}[{name!r}]')}{size}")
        return [*data, *self._body(check, case)]

    def question(self, check: Check, kind: str, case: Mapping[str, Any]) -> list[str]:
        """Write a question that is asked of every exercise."""
        self.names.add("lab")
        self.needed.add("from autograder.course import general")
        lines = ["cases = ["]
        for i, one in enumerate(case["cases"]):
            lines.append("    {")
            for name, part in one.items():
                written = self.value(part, " " * 10 + name, f"['cases'][{i}][{name!r}]")
                lines.append(f"        {name!r}: {written},")
            lines.append("    },")
        of = f"lab.checks[{check.id!r}]"
        return [*lines, "]", f"result = general.gather({of}, nnlab, {kind!r}, cases, 0)"]

    def value(self, plain: Any, name: str = "", inner: str = "") -> str:
        """Write a value; `inner` leads to it in its case."""
        match plain:
            case np.ndarray() if _is_long(plain) and inner:
                self.names.add("lab")
                return f"{self.again}{inner}"
            case np.ndarray():
                return _array(plain, name)
            case Seed():
                return f"np.random.default_rng({plain.value})"
            case dict():
                return (
                    f"{{{', '.join(f'{k!r}: {v}' for k, v in self._parts(plain.items(), inner))}}}"
                )
            case list() | tuple():
                parts = [text for _, text in self._parts(enumerate(plain), inner)]
                if isinstance(plain, list):
                    return f"[{', '.join(parts)}]"
                return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
            case np.generic():
                return f"np.{type(plain).__name__}({self.value(plain.item())})"
            case float() if not np.isfinite(plain):
                return f'float("{plain}")'
        return repr(plain)

    def _parts(self, parts: Iterable[tuple[Any, Any]], inner: str) -> Iterator[tuple[Any, str]]:
        """Write the parts of a value, with the key or the place of each."""
        for key, part in parts:
            yield key, self.value(part, " " * 8, f"{inner}[{key!r}]" if inner else "")

    def _body(self, check: Check, case: Mapping[str, Any]) -> list[str]:
        function = _function(check.ask)
        if function is None:  # it was made by another function: it is asked as it is
            self.names.add("lab")
            return [f"result = lab.checks[{check.id!r}].ask(nnlab, {_keywords(case)})"]
        node, source = function
        body = node.body[1:]  # the docstring comes first
        self._note_names(check.ask, body, case)
        returns = [part for line in body for part in _own_returns(line)]
        student = node.args.args[0].arg
        written = [line for part in body for line in _written(source, part)]
        if returns == [body[-1]]:
            text = re.sub(r"^return\b", "result =", "\n".join(_written(source, body[-1])), count=1)
            lines = [*written[: len(written) - len(_written(source, body[-1]))], *text.split("\n")]
        else:
            names = ", ".join(case)
            lines = [f"def ask({names}):", *(f"    {line}" for line in written if line), ""]
            lines.append(f"result = ask({names})")
        if node.args.kwarg:  # it takes whatever else there is by name
            named = {part.arg for part in node.args.args}
            rest = {name: part for name, part in case.items() if name not in named}
            lines.insert(0, f"{node.args.kwarg.arg} = dict({_keywords(rest)})")
        return [re.sub(rf"\b{student}\b", "nnlab", line) for line in lines]

    def _note_names(
        self, ask: Callable[..., Any], body: list[ast.stmt], case: Mapping[str, Any]
    ) -> None:
        """Note what the body takes from its file: modules, functions and constants."""
        nodes = [node for part in body for node in ast.walk(part)]
        names = [node for node in nodes if isinstance(node, ast.Name)]
        own = {name.id for name in names if isinstance(name.ctx, ast.Store)}
        own |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        for name in sorted({name.id for name in names} - {*own, *case, *vars(builtins)}):
            found: Any = getattr(ask, "__globals__", {}).get(name)
            if isinstance(found, ModuleType):
                alias = "" if found.__name__ == name else f" as {name}"
                self.needed.add(f"import {found.__name__}{alias}")
            elif _stands_in(ask.__module__, name, found):
                self._help(name, found)
            elif found is not None:
                self.names.add(name)

    def _help(self, name: str, helper: Callable[..., Any]) -> None:
        """Write out a function without its docstring; a blank line would end it at a prompt."""
        if name in self.helpers:
            return
        self.helpers[name] = []  # it may call itself
        source = textwrap.dedent(inspect.getsource(helper))
        (node,) = ast.parse(source).body
        assert isinstance(node, ast.FunctionDef), "it is a function of a file"
        docstring = node.body[0] if ast.get_docstring(node) else None
        skipped = range(docstring.lineno, (docstring.end_lineno or 0) + 1) if docstring else []
        lines = [line for i, line in enumerate(source.split("\n"), 1) if i not in skipped]
        self._note_names(helper, [node], {})
        self.helpers[name] = [line for line in lines if line.strip()]


def _stands_in(module: str, name: str, found: object) -> bool:
    """Return whether something is a function that stands in a module under this name."""
    is_own = inspect.isfunction(found) and found.__module__ == module
    return is_own and getattr(found, "__qualname__", "") == name


def _keywords(case: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={name}" for name in case)


def _function(ask: Callable[..., Any]) -> tuple[ast.FunctionDef, str] | None:
    """Find the source of a check's body; None if it stands in no file by itself."""
    if not inspect.isfunction(ask) or ask.__closure__ or ask.__defaults__ or ask.__kwdefaults__:
        return None
    source = textwrap.dedent(inspect.getsource(ask))
    node = ast.parse(source).body[0]
    return (node, source) if isinstance(node, ast.FunctionDef) else None


def _own_returns(node: ast.AST) -> Iterator[ast.Return]:
    """Go through the returns of a function's body, those of functions in it left out."""
    if isinstance(node, ast.Return):
        yield node
    elif not isinstance(node, ast.FunctionDef | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _own_returns(child)


def _written(source: str, node: ast.stmt) -> list[str]:
    """Take a statement's lines; a blank one follows a block, by which a prompt knows its end."""
    lines = source.split("\n")[node.lineno - 1 : node.end_lineno]
    text = textwrap.dedent("\n".join(line for line in lines if line.strip()))
    return [*text.split("\n"), *([""] if isinstance(node, COMPOUND) else [])]


def _array(array: Any, name: str) -> str:
    """Write an array with all its digits and its type."""
    kind = array.dtype
    typed = f"np.{kind.name}{'_' if kind.name == 'bool' else ''}" if kind.kind in "biuf" else ""
    typed = typed or repr(kind.str)
    if array.size == 0:
        return f"np.zeros({array.shape}, dtype={typed})"
    start = f"{name} = np.array("
    with np.printoptions(nanstr="np.nan", infstr="np.inf", floatmode="unique"):
        text = np.array2string(
            array,
            max_line_width=WIDTH,
            separator=", ",
            prefix=start,
            threshold=sys.maxsize,
        )
    return f"np.array({text}, dtype={typed})"
