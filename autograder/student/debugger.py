"""Python's debugger on a failing call: it stops where the student's function begins."""

import ast
import linecache
import pdb  # noqa: T100  it is what the student asks for
import sys
import traceback
from typing import Any

from autograder.course.lab import Check
from autograder.course.reference import function_in
from autograder.student.find import Place

__all__ = ["run_in_debugger"]

NAME = "<case>"
"""What the lines are called in a traceback."""


def run_in_debugger(lines: str, place: Place, check: Check) -> None:
    """Run the lines of a failing call; stop at the function, and where an exception comes from."""
    linecache.cache[NAME] = (len(lines), None, lines.splitlines(keepends=True), NAME)
    debugger = pdb.Pdb()
    line = _first_line(place, check)
    if line:
        debugger.rcLines += [f"break {place.folder.resolve() / check.module}.py:{line}", "continue"]
    names: dict[str, Any] = {"__name__": "__main__"}
    try:
        debugger.run(compile(lines, NAME, "exec"), names)
    except Exception:  # noqa: BLE001  it is the student's, who wants to see where it came from
        traceback.print_exc()
        debugger.reset()
        debugger.interaction(None, sys.exc_info()[2])


def _first_line(place: Place, check: Check) -> int:
    """Find the line where an exercise's body begins; 0 if the file has none."""
    text = place.read().texts.get(check.module, b"").decode("utf-8", "replace")
    function = function_in(text, check.exercise)
    if function is None:
        return 0
    described = ast.get_docstring(function) is not None and len(function.body) > 1
    return function.body[1 if described else 0].lineno
