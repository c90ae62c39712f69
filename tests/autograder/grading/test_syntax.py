"""Newer syntax than the Python that grades is recognised by its line, where a line shows it."""

import ast
import sys

import pytest

from autograder.grading.explain import explain
from autograder.grading.report import as_text
from autograder.grading.syntax import newer_syntax
from autograder.sandbox.observation import Raised

NEWER = {
    "type Pair = tuple[int, int]": "3.12",
    "type List[T] = list[T]": "3.12",
    "def first[T](items): return items[0]": "3.12",
    "async def first[T](items): return items[0]": "3.12",
    "class Box[T]: pass": "3.12",
    'text = f"{names["a"]}"': "3.12",
    "text = f'{names['a']}'": "3.12",
    'text = f"{"\\n".join(names)}"': "3.12",
    "text = f'{names}\\n {chr(10).join(\"\\n\")}'": "3.12",
    "class Box[T = int]: pass": "3.13",
    "text = t'{name}'": "3.14",
    "except ValueError, TypeError:": "3.14",
    "lazy import numpy": "3.15",
}
OLD = [
    "def f(:",
    "x = (1,",
    "type = 3",
    "type(x) == int",
    "text = f\"{names['a']}\"",
    'text = f"{x:>{width}}" + "a"',
    'print(f"{a}", "b", f"{c}")',
    "except (ValueError, TypeError):",
    "items[0] = def",
    "part = x[0]",
]


@pytest.mark.parametrize(("line", "since"), NEWER.items())
def test_newer_syntax_is_recognised(line, since):
    """What came after the Python that grades is named with its version."""
    assert f"which Python has since {since}; here it is 3.11." in newer_syntax(line, (3, 11))
    assert newer_syntax(line, (3, 99)) == ""


@pytest.mark.parametrize("line", OLD)
def test_other_lines_are_not_called_newer(line):
    """A line that no Python reads, or that every Python does, is not taken for newer syntax."""
    assert newer_syntax(line, (3, 11)) == ""


@pytest.mark.parametrize("line", [line for line in NEWER if not line.startswith("except")])
def test_what_this_python_reads_is_not_newer(line):
    """Where this Python reads a line, it is not called newer than this Python."""
    try:
        ast.parse(line)
    except SyntaxError:
        assert newer_syntax(line)
    else:
        assert newer_syntax(line) == ""


@pytest.mark.parametrize("line", ["def f(:", "type Pair = int"])
def test_the_sentence_names_the_python_that_grades(line, submit):
    """Version, line and, where it is known, that the syntax is newer stand in the fact."""
    check = submit("lab02_hebb").lab.checks["hebb.update"]
    seen = Raised("SyntaxError", "invalid syntax (hebb.py, line 43)", "hebb.py", 43, line)
    text = as_text(explain(check, {}, seen, None, None, "", imported=False))
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"

    assert f"hebb.py is not valid Python {version}, with which this is graded: inv" in text
    assert "line 43" in text
    assert ("since 3.12" in text) == (line.startswith("type") and sys.version_info < (3, 12))


def test_the_file_that_cannot_be_read_is_named(submit):
    """A module that imports a broken one is not called broken itself."""
    check = submit("lab04_activations").lab.checks["losses.mse"]
    seen = Raised("SyntaxError", "invalid syntax", "activations.py", 7, "def f(:")
    text = as_text(explain(check, {}, seen, None, None, "", imported=False))

    assert text.startswith("activations.py is not valid Python")
    assert "(line 7)" in text
