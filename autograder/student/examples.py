"""The examples of docstrings, run on the student's own modules and compared as the grader compares.

Doctest compares text, so 1 would not be 1.0, nor np.float64(7.0) the number 7.0. Here values are
compared: numbers nearly, lists as tuples and arrays, whatever type the numbers have.
"""

import ast
import doctest
import math
import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from autograder.grading.report import Part, as_text

__all__ = ["Outcome", "alike", "run_examples"]

NEAR = 1e-9
WRAPPED = re.compile(r"(?:np\.)?(?:float|int|uint|bool|array|str)_?\d*\(([^()]*)\)")
"""A number or an array with its type's name, as numpy writes it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the examples of one docstring went."""

    name: str
    text: str = ""
    """The first example that differs: what was asked, expected and given; empty if all fit."""
    unwritten: str = ""
    """The exercise without a body that the examples need."""

    @property
    def fits(self) -> bool:
        """Whether every example answers as it is shown."""
        return not self.text and not self.unwritten


def run_examples(module: ModuleType) -> Iterator[Outcome]:
    """Run the examples of every docstring of a module, in the order of its text."""
    found = doctest.DocTestFinder().find(module, module.__name__.rpartition(".")[2])
    for test in sorted(found, key=lambda test: test.lineno or 0):
        if not test.examples:
            continue
        test.globs.setdefault("np", np)
        runner = _UpToTheFirst([example.source for example in test.examples])
        for example in test.examples:
            example.source = _of_any_kind(example.source)
        runner.run(test)
        name = test.name.partition(".")[2] or test.name
        yield Outcome(name, runner.text, runner.unwritten)


class _UpToTheFirst(doctest.DocTestRunner):
    """Runs examples up to the first that differs, and keeps what is to be said of it."""

    def __init__(self, sources: list[str]) -> None:
        super().__init__(checker=_Values(), verbose=False, optionflags=doctest.FAIL_FAST)
        self.sources = sources
        """The examples as they stand in the docstring."""
        self.text = self.unwritten = ""

    def report_failure(self, out: Any, test: Any, example: Any, got: str) -> None:
        """Keep an answer that differs."""
        del out
        self._keep(test, example, expected=example.want, returned=got)

    def report_unexpected_exception(self, out: Any, test: Any, example: Any, exc_info: Any) -> None:
        """Keep an exception, with the line of the module where it came from."""
        del out
        kind, error, frames = exc_info
        lab, _, exercise = str(error).partition(": ")
        if kind is NotImplementedError and lab.startswith("lab") and exercise:
            self.unwritten = exercise
            return
        raised = "".join(traceback.format_exception_only(error)).strip()
        file = f"{test.name.partition('.')[0]}.py"
        own = [f for f in traceback.extract_tb(frames) if Path(f.filename).name == file]
        where = {"in": f"{file}, line {own[-1].lineno}\n{own[-1].line}"} if own else {}
        self._keep(test, example, raised=raised, **where)

    def _keep(self, test: Any, example: Any, **parts: str) -> None:
        asked = self.sources[test.examples.index(example)].strip().replace("\n", "\n... ")
        said = as_text(Part(text.strip(), label) for label, text in parts.items())
        self.text = f">>> {asked}\n{said}"


class _Values(doctest.OutputChecker):
    """Compares what is printed as values, where it is not the same text."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        """Return whether what came fits what is expected."""
        return super().check_output(want, got, optionflags) or alike(want, got)


def alike(want: str, got: str) -> bool:
    """Return whether two printed values are the same for the grader.

    >>> alike("[0.0, 1.0]", "[0, np.float64(1.0)]"), alike("(True, 2)", "[np.True_, array(2.)]")
    (True, True)
    >>> alike("[0.0, 1.0]", "[0.0, 1.1]"), alike("Module()", "None")
    (False, False)
    """
    try:
        return _same(_value(want), _value(got))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False


def _value(text: str) -> Any:
    """Read a printed value without the names of its types."""
    plain = text.replace("np.True_", "True").replace("np.False_", "False")
    while (bare := WRAPPED.sub(r"\1", plain)) != plain:
        plain = bare
    return ast.literal_eval(plain.strip())


def _same(want: Any, got: Any) -> bool:
    if isinstance(want, list | tuple) and isinstance(got, list | tuple):
        return len(want) == len(got) and all(map(_same, want, got))
    if isinstance(want, dict) and isinstance(got, dict):
        return want.keys() == got.keys() and all(_same(want[k], got[k]) for k in want)
    if isinstance(want, int | float) and isinstance(got, int | float):
        return math.isclose(want, got, rel_tol=NEAR, abs_tol=NEAR)
    return type(want) is type(got) and bool(want == got)


class _AsArrays(ast.NodeTransformer):
    """Let a list do where the example asks an array for its list, or for rounded numbers."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Make an array of what is asked so."""
        self.generic_visit(node)
        if node.attr in {"tolist", "round"}:
            makes = ast.parse("np.asarray", mode="eval").body
            node.value = ast.Call(makes, [node.value], [])
        return node


def _of_any_kind(source: str) -> str:
    return ast.unparse(_AsArrays().visit(ast.parse(source))) + "\n"
