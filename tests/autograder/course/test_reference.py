"""Where a body begins and ends in a source."""

import ast

import pytest

from autograder.course.reference import find_body, find_function, replace_lines

SOURCE = '''\
"""A module."""


def outside(x):
    """Say."""
    # why
    return x
    # so


class Layer:
    """A class."""

    def forward(self, x):
        y = x
        return y

    # between methods
    async def backward(self):
        """Say it
        in two lines."""
        return 1

    class Inner:
        def forward(self): return 3

        def outside(
            self,
        ):

            # above
            return 4


def empty():
    """Say nothing more."""
'''


@pytest.mark.parametrize(
    ("exercise", "lines"),
    [
        ("m.outside", ["    # why", "    return x", "    # so"]),
        ("m.Layer.forward", ["        y = x", "        return y"]),
        ("m.Layer.backward", ["        return 1"]),
        ("m.Layer.Inner.outside", ["", "            # above", "            return 4"]),
        ("m.empty", []),
    ],
)
def test_a_body_is_what_stands_below_the_docstring(exercise, lines):
    """Comments belong to the body they are indented into; docstring and signature do not."""
    first, last = find_body(SOURCE, exercise)

    assert SOURCE.splitlines()[first - 1 : last] == lines


@pytest.mark.parametrize(
    ("exercise", "line"),
    [("m.outside", 4), ("m.Layer.Inner.forward", 25), ("m.Layer.backward", 19)],
)
def test_functions_are_found_by_their_qualified_names(exercise, line):
    """Classes may be nested, and functions asynchronous."""
    assert find_function(ast.parse(SOURCE), exercise).lineno == line


@pytest.mark.parametrize("exercise", ["m.inside", "m.Layer", "m.Layer.outside", "m.Outer.forward"])
def test_a_function_that_is_not_there_is_told(exercise):
    """The error names what was looked for."""
    with pytest.raises(LookupError, match=f"there is no {exercise}"):
        find_body(SOURCE, exercise)


def test_a_function_on_one_line_has_no_body_to_cut():
    """A body must begin on a line of its own."""
    with pytest.raises(
        LookupError, match=r"the body of m.Layer.Inner.forward must begin on a line"
    ):
        find_body(SOURCE, "m.Layer.Inner.forward")


@pytest.mark.parametrize(
    ("first", "last", "text", "result"),
    [
        (2, 3, "x\n", "a\nx\nd\n"),
        (1, 4, "", ""),
        (3, 2, "x\n", "a\nb\nx\nc\nd\n"),
        (5, 4, "x\n", "a\nb\nc\nd\nx\n"),
    ],
)
def test_lines_are_replaced(first, last, text, result):
    """Lines count from 1, both ends included; where last precedes first, text is put between."""
    assert replace_lines("a\nb\nc\nd\n", first, last, text) == result
