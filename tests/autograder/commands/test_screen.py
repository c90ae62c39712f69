"""Prose on a terminal: broken between words, with examples and data left as they are."""

import io
import sys

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.commands.screen import say

LONG = "  A sentence that is wider than the terminal of its reader.\n>>> an_example(that, stays, on, its, line)"


class Terminal(io.StringIO):
    """A stream that a person reads."""

    encoding = "utf-8"

    def isatty(self):
        """Be a terminal."""
        return True


@pytest.fixture
def open_terminal(monkeypatch):
    """Make a terminal of so many columns standard output."""

    def make(columns):
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(sys, "stdout", Terminal())
        return sys.stdout

    return make


def test_prose_is_wrapped_between_words_on_a_terminal(open_terminal):
    """The indent goes on below; an example's line stays whole."""
    terminal = open_terminal(30)
    say(LONG)

    assert terminal.getvalue().splitlines() == [
        "  A sentence that is wider",
        "  than the terminal of its",
        "  reader.",
        ">>> an_example(that, stays, on, its, line)",
    ]


def test_prose_stays_as_it_is_in_a_pipe(capsys):
    """Nobody's columns are known there."""
    say(LONG)

    assert capsys.readouterr().out == f"{LONG}\n"


def test_the_guide_is_shown_a_screen_at_a_time(open_terminal, monkeypatch):
    """A pager gets it laid out; its examples begin at the left edge, so that they fit."""
    paged = []
    monkeypatch.setattr("click.echo_via_pager", paged.append)
    terminal = open_terminal(80)
    main(["guide"], standalone_mode=False)

    (text,) = paged
    assert (
        "\nlab01_gates · McCulloch–Pitts neurons                               0 / 1 points" in text
    )
    assert not terminal.getvalue()
    assert CliRunner().invoke(main, ["guide"]).output.startswith("# The student's guide")
