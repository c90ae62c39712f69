"""The student's code on a page: the right function, the line that raised, and nothing unbounded."""

import re

import pytest
from markupsafe import Markup

from autograder.course.catalogue import labs, load_lab
from autograder.report.web import code
from autograder.report.web.code import excerpts
from tests.conftest import reference_text

STEP = load_lab("lab02_hebb").checks["hebb.update"]
METHOD = load_lab("lab05_backprop").checks
SOURCE = '''\
import numpy as np


def helper(x):
    return x[0]


@staticmethod
def hebb_step(weight, bias, x, target):
    """One step.

    The task's text,
    which is long,
    is folded.
    """
    # why
    if bias:
        def inner():
            return 1
    return (
helper(weight)
    )

# not of it
y = 1
'''


def shown(source, raised_at=None, check=STEP):
    """List the numbers of the lines that are shown, the raised one negative, None where folded."""
    return [
        [line.number and line.number * (-1 if line.raised else 1) for line in excerpt.lines]
        for excerpt in excerpts({"hebb.py": source.encode()}, check, raised_at)
    ]


def test_the_function_is_found_with_decorators_and_all_its_lines():
    """From the decorator to the closing bracket; the long docstring's inner lines are left out."""
    assert shown(SOURCE) == [[8, 9, 10, None, 15, 16, 17, 18, 19, 20, 21, 22]]
    (found,) = excerpts({"hebb.py": SOURCE.encode()}, STEP, None)
    assert (found.name, found.where) == ("hebb_step", "hebb.py, lines 8–22")


def test_the_line_that_raised_is_marked():
    """An exception in the function marks its line there; in a helper, the helper is shown as well."""
    assert shown(SOURCE, ("hebb.py", 21))[0][-2] == -21
    assert len(shown(SOURCE, ("hebb.py", 21))) == 1
    assert shown(SOURCE, ("hebb.py", 5))[1] == [4, -5]


def test_a_line_of_no_function_is_shown_with_its_neighbours():
    """What raises at the top level has three lines around it."""
    assert shown(SOURCE, ("hebb.py", 25))[1] == [22, 23, 24, -25, 26]


def test_of_two_functions_python_takes_the_last():
    """A later definition replaces an earlier one, here as in Python."""
    assert shown("def hebb_step(): pass\ndef hebb_step(): return 1\n") == [[2]]


@pytest.mark.parametrize(
    ("source", "raised_at", "expected"),
    [
        ("", None, []),
        ("x = 1\n", None, []),
        ("x = 1\n", ("hebb.py", 99), []),
        ("x = 1\n", ("other.py", 1), []),
        ("def hebb_step(x:\n    return x\n", ("hebb.py", 1), [[-1, 2, 3]]),
        ("def hebb_step(x):\n    a = 1\n    return (x\n", ("hebb.py", 3), [[1, 2], [1, 2, -3, 4]]),
        ("def hebb_step(x):\n        a\n    b\n", ("hebb.py", 3), [[1, 2], [1, 2, -3, 4]]),
        ("def hebb_step(x):\r\n\treturn x\r", None, [[1, 2]]),
        ("def other():\n    def hebb_step(x): return x\n", None, []),
        ("\ufeffdef hebb_step(x): return x", None, [[1]]),
    ],
)
def test_files_that_are_not_as_they_should_be(source, raised_at, expected):
    """What cannot be found is not shown; a broken file is shown around the place where it breaks."""
    assert shown(source, raised_at) == expected


def test_every_exercise_of_the_course_is_found():
    """In the reference's modules each exercise is found, methods of classes included."""
    for lab in labs():
        for check in lab.checks.values():
            sources = {f"{check.module}.py": reference_text(check.module).encode()}
            (found,) = excerpts(sources, check, None)
            name = check.exercise.rpartition(".")[2]
            text = "".join(re.sub("<[^>]*>", "", line.code) for line in found.lines)
            assert f"def {name}(" in text
            assert found.name == check.exercise.partition(".")[2]


@pytest.mark.parametrize(
    "text",
    [
        "(" * 90_000,
        "-" * 50_000 + "1",
        "x" + ".y" * 40_000,
        "if x:\n" + "".join(f"{' ' * n}if x:\n" for n in range(1, 300)),
        "'''" + "\n" * 90_000,
        "\x0c\x00\ud800",
        "def " * 20_000,
        "@" * 50_000,
    ],
    ids=range(8),
)
def test_nothing_that_is_written_breaks_the_page(text):
    """Deep, long, broken: an excerpt comes back, or none, in bounds."""
    source = f"def hebb_step(x):\n    return x\n{text}\n"
    found = excerpts({"hebb.py": source.encode("utf-8", "surrogatepass")}, STEP, ("hebb.py", 3))
    lines = [line for excerpt in found for line in excerpt.lines]

    assert found[0].name == "hebb_step"
    assert len(lines) <= 2 * (code.MAX_LINES + 2)
    assert all(len(Markup(line.code).striptags()) <= code.MAX_COLUMNS + 2 for line in lines)


def test_a_file_that_is_too_large_is_not_shown():
    """Beyond the bound there is no code, rather than a page that takes minutes."""
    assert shown("def hebb_step(x): return x\n" + "# \n" * code.MAX_BYTES) == []


def test_a_long_function_is_shown_around_the_line_that_raised():
    """Of hundreds of lines, those near the marked one are shown, and the rest is told as left out."""
    source = "def hebb_step(x):\n" + "    x = x + 1\n" * 500
    (numbers,) = shown(source, ("hebb.py", 400))

    assert -400 in numbers
    assert len(numbers) == code.MAX_LINES + 1
    assert numbers[-1] is None


def test_code_is_escaped_and_cleaned():
    """Markup in code is text; characters that hide or reorder are taken out."""
    source = "def hebb_step(x):\n    return '<script>&\u202e\x1b[0m'  # </pre>\n"
    (found,) = excerpts({"hebb.py": source.encode()}, STEP, None)
    text = "".join(line.code for line in found.lines)

    assert "&lt;script&gt;&amp;[0m" in text
    assert "&lt;/pre&gt;" in text
    assert not re.search(r"<(?!/?span)", text)


def test_lines_that_the_highlighter_loses_are_shown_plain(monkeypatch):
    """Should the highlighter make other lines than it was given, they stay as they are, escaped."""
    monkeypatch.setattr(code, "highlight", lambda *_: "one\n")
    (found,) = excerpts({"hebb.py": b"def hebb_step(x):\n    return x < 1\n"}, STEP, None)

    assert [line.code for line in found.lines] == ["def hebb_step(x):", "    return x &lt; 1"]
