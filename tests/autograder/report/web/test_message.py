"""Messages, taken apart as pages show them."""

import pytest

from autograder.report.web.message import Part, message_parts


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("", []),
        ("Not written yet: f.", [Part("", "Not written yet: f.")]),
        ("called    f(1)", [Part("called", "f(1)")]),
        ("called    f(1)\nWhy?\nSo.", [Part("called", "f(1)"), Part("", "Why?"), Part("", "So.")]),
        ("printed   a\n          b", [Part("printed", "a\nb")]),
        ("broken\n          y = x", [Part("", "broken\ny = x")]),
        ("          alone", [Part("", "alone")]),
        ("printed   a\n           b", [Part("printed", "a\n b")]),
    ],
)
def test_labels_are_told_from_sentences(message, expected):
    """A label stands in the first ten columns; what is indented as far goes on with the line above."""
    assert list(message_parts(message)) == expected
