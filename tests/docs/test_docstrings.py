"""The engine's docstrings as reStructuredText: nothing is lost, formulas keep their lines."""

from textwrap import dedent

import pytest

pytest.importorskip("docutils")

from docs.extensions.docstrings import restructured


def test_a_formula_is_a_block_of_its_own_lines():
    """A paragraph of formulas keeps every line and every space."""
    told = restructured("Go.\n\nv ← ρ v + g      (v = self.velocity)\nθ ← θ − lr · v")

    assert told == dedent("""\
        Go.

        .. code-block:: none
           :class: formula

           v ← ρ v + g      (v = self.velocity)
           θ ← θ − lr · v""")


def test_prose_with_a_sign_in_it_is_prose():
    """A paragraph that ends as a sentence does is no formula, whatever stands in it."""
    assert restructured("Go.\n\nIn evaluation y = x.") == "Go.\n\nIn evaluation y = x."


def test_rules_among_sentences_keep_their_lines():
    """A paragraph of sentences and rules is written line by line."""
    assert (
        restructured("They move:\nmean ← 0\nand stay.") == "| They move:\n| mean ← 0\n| and stay."
    )


def test_sections_are_fields():
    """Each section is a field, with its further lines; sections may follow prose at once."""
    told = restructured("Any weights.\nShape: x (n,),\n    y (n,).\nSource: slides.")

    assert told == "Any weights.\n\n:Shape: x (n,),\n    y (n,).\n:Source: slides."


def test_signs_that_would_be_markup_are_escaped_outside_of_code():
    """Stars, bars and a trailing underscore are themselves; `code` stays as it is."""
    assert (
        restructured("|a|, a*b, normal_ and `normal_`.") == r"\|a\|, a\*b, normal\_ and `normal_`."
    )


def test_an_example_stays_as_it_is():
    """A doctest is left alone."""
    assert restructured("Go.\n\n>>> 2 * 3  # |x|\n6") == "Go.\n\n>>> 2 * 3  # |x|\n6"
