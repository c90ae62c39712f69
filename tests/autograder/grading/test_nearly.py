"""What is visible of numbers that are all but right: a short type, rounding, a bound, a constant."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course.lab import Lab
from autograder.grading.facts import in_common, nearly_right
from autograder.grading.grade import grade
from autograder.grading.nearly import nearly
from autograder.grading.report import as_text
from autograder.judges.equal import equal
from autograder.sandbox.observation import Raised, Returned
from tests.conftest import reference_text

RNG = np.random.default_rng(0)
TABLES = [RNG.normal(2, 1, size=(4, 3)), RNG.normal(-1, 2, size=(5, 3))]
NUMBERS = [np.array(3.1415926), np.array(-2.7182818), np.array(0.577215665)]
SHARES = [np.exp(t) / np.exp(t).sum(axis=1, keepdims=True) for t in TABLES]


def short(kind):
    """Compute something in a short type and answer with float64."""
    return lambda right: (right * 3).astype(kind).astype(float) / 3


FACTS = [
    (TABLES, np.float32, "digits, and its type is float32: somewhere it computes in float32."),
    (TABLES, np.float16, "digits, and its type is float16: somewhere it computes in float16."),
    (NUMBERS, np.float32, "It is right to 7 digits, and its type is float32"),
    (TABLES, lambda r: r.astype(np.float32).astype(float), "is one that float32 holds: somewhere"),
    (TABLES, lambda r: r.astype(np.float16).astype(float), "is one that float16 holds: somewhere"),
    (TABLES, short(np.float32), "digits, not more: does something compute in float32?"),
    (TABLES, lambda r: np.round(r, 4), "Every entry is what is expected, rounded to 4 decimals."),
    (TABLES, lambda r: np.round(r, 1), "Every entry is what is expected, rounded to 1 decimal."),
    (TABLES, np.rint, "Every entry is what is expected, rounded to whole numbers."),
    (NUMBERS, lambda r: np.round(r, 3), "It is what is expected, rounded to 3 decimals."),
    (NUMBERS[:1], lambda r: np.round(r, 4), "It is what is expected, rounded to 4 decimals."),
    (TABLES, lambda r: r + 1e-8, "Every entry is too large by the same amount, 1e-08."),
    (NUMBERS, lambda r: r - 1e-7, "It is too small by the same amount, 1e-07."),
    (TABLES, lambda r: r * 4 / (4 + 1e-7), "Every entry is 0.99999998 times what is expected."),
    (SHARES, lambda r: np.log(r + 1e-7) - np.log(r), "all that differs is too large: is a small"),
    (SHARES, lambda r: np.maximum(r, 0.1), "What should be below 0.1 is 0.1; all else is right."),
    (TABLES, lambda r: np.minimum(r, 1), "What should be above 1 is 1; all else is right."),
    (TABLES, lambda r: np.clip(r, 0, 2), "What should be below 0 or above 2 is 0 or 2; all else"),
]


@pytest.mark.parametrize(("rights", "change", "fact"), FACTS)
def test_what_is_nearly_right_is_described(rights, change, fact):
    """A type, the decimals, a bound and a small constant are seen in all cases together."""
    if isinstance(change, type):
        pairs = [(right.astype(change), right) for right in rights]
    elif "all that differs is too large: is" in fact:
        pairs = [(np.log(right + 1e-7), np.log(right)) for right in rights]
    else:
        pairs = [(change(right), right) for right in rights]

    assert fact in nearly(pairs)


@pytest.mark.parametrize("change", [lambda r: r, lambda r: 2 * r, lambda r: r[:1], np.zeros_like])
def test_of_other_numbers_nothing_is_said(change):
    """What is right, or plainly wrong, or of another shape, is not nearly right."""
    assert nearly([(change(right), right) for right in TABLES]) == ""


def test_a_case_that_contradicts_takes_the_fact_away():
    """Rounding in one case is no fact if another case is not rounded; the rest may still hold."""
    first, second = TABLES
    rounded = (np.round(first, 4), first)

    assert "rounded to" not in nearly([rounded, (second, second)])
    assert nearly([rounded, (2 * second, second)]) == ""
    assert nearly([(first.astype(np.float32), first), (second, second)]).endswith("in float32?")


def test_infinite_and_undefined_numbers_are_no_obstacle():
    """A logarithm that is kept from 0 is named by its bound; nan beside nan says nothing."""
    right = np.array([-np.inf, -2.0, -3.0])

    assert nearly([(np.maximum(right, -18.4), right)]).startswith("What should be below -18.4 is")
    assert nearly([(np.array([np.nan, 1.0]), np.array([np.nan, 1.0]))]) == ""
    assert nearly([(np.array([np.nan, 1.0]), np.array([2.0, 1.0]))]) == ""


@given(
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=6),
    st.lists(st.floats(width=32), min_size=6, max_size=6),
)
@settings(max_examples=300, deadline=None)
def test_every_sentence_is_true(right, noise):
    """Whatever numbers come, rounded is rounded, a bound is one, and digits are those that agree."""
    right = np.array(right)
    mine = right + np.array(noise[: len(right)]) * 1e-6
    said = nearly([(mine, right)])

    if "rounded to" in said:
        decimals = 0 if "whole" in said else int(said.split()[-2])
        np.testing.assert_allclose(mine, np.round(right, decimals), rtol=1e-12, atol=1e-13)
    if "right to" in said:
        digits = int(said.split(" digits")[0].split()[-1])
        np.testing.assert_allclose(mine, right, rtol=1.01 * 10.0**-digits)
    if "all else is right" in said:
        wrong = mine[np.abs(mine - right) > 1e-6 * np.abs(right).max()]
        assert len(np.unique(wrong)) <= 2


LAB = Lab("lab90_nearly", "Nearly", "Nearly", {"m.f": "Nearly"})


@LAB.check("m.f", points=1, always=[{"x": TABLES[0]}], judge=equal)
def answers(student, x):
    """It answers."""
    return student.m.f(x)


def said(mine, right):
    """Say what is visible of one case."""
    return nearly_right(answers, [Returned(mine)], [Returned(right)])


def test_parts_are_described_one_by_one():
    """Of a tuple or a dict each part that is nearly right is named, and one that is right is not."""
    mean, std = TABLES

    assert said((np.round(mean, 3), std), (mean, std)) == (
        "In part 1: every entry is what is expected, rounded to 3 decimals."
    )
    both = {"mean": np.round(mean, 3), "std": np.round(std, 3)}
    assert said(both, {"mean": mean, "std": std}).startswith("In mean and std: every entry")


def test_what_is_plainly_related_is_left_to_that_fact():
    """A factor is named as such, never beside a small constant; without answers nothing is said."""
    right = TABLES[0]

    assert in_common(answers, [{}], [Returned(right + 0.001)], [Returned(right)])
    assert said(right + 0.001, right) == ""
    assert nearly_right(answers, [Raised("ValueError", "")], [Returned(right)]) == ""


BODIES = [
    ("lab11_batchnorm", "batchnorm", "1 / np.sqrt(var + self.eps)", "float32"),
    ("lab04_activations", "activations", "powers / sums", "float16"),
    ("lab04_activations", "activations", "powers / sums", "rounded"),
    ("lab04_activations", "activations", "powers / sums", "constant"),
]
WRITTEN = {
    "float32": ("({}).astype(np.float32)", "does something compute in float32?"),
    "float16": ("({}).astype(np.float16)", "its type is float16"),
    "rounded": ("np.round({}, 4)", "rounded to 4 decimals."),
    "constant": ("({} + 1e-8)", "by the same amount, 1e-08."),
}


@pytest.mark.parametrize(("lab_id", "module", "right", "how"), BODIES)
def test_a_students_answer_that_is_nearly_right_is_described(
    sandbox, key_of, submit, lab_id, module, right, how
):
    """In a whole report the numbers that differ look different, and the fact stands below them."""
    wrong, fact = WRITTEN[how]
    text = reference_text(module).replace(right, wrong.format(right), 1)
    report = grade(submit(lab_id, **{module: text}), key_of(lab_id), sandbox)
    failed = next(r for r in report.results if r.status == "failed")
    lines = {part.label: part.text for part in failed.fact}

    assert failed.mistakes == ()
    assert fact in as_text(failed.fact)
    assert lines["returned"].removesuffix(" (float16)") != lines["expected"]
