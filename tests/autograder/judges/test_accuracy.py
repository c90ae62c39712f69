"""Accuracy is counted outside; the thresholds refuse and admit as often as stated."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from autograder.judges.accuracy import reaches
from autograder.judges.equal import equal
from autograder.judges.finding import Finding
from tests.plain_data import ARRAYS, PLAIN

CASE = {"labels": [np.array([0, 1, 2, 0, 1, 2]), np.array([2, 1, 0, 2])]}
RIGHT = [labels.copy() for labels in CASE["labels"]]


@pytest.mark.parametrize("form", [np.asarray, list, tuple, np.float64, np.uint8])
def test_right_classes_pass_in_any_form(form):
    """Arrays of any number type, lists and tuples are classes."""
    assert reaches(1.0)(CASE, [form(part) for part in RIGHT], None) is None


def test_the_share_is_that_of_all_parts():
    """Nine right of ten are 90 %, wherever the wrong one is."""
    mine = [RIGHT[0], np.array([2, 1, 0, 0])]

    assert reaches(0.9)(CASE, mine, None) is None
    finding = reaches(0.91)(CASE, mine, None)
    assert finding.returned == "9 of 10 held-out images named right, 90.0%"


def test_classes_that_never_come_up_are_told():
    """A class that is never named is a fact worth telling."""
    mine = [np.minimum(part, 1) for part in RIGHT]

    assert reaches(0.9)(CASE, mine, None).detail == "Class 2 never named."


@pytest.mark.parametrize(
    ("mine", "says"),
    [
        (None, "It is None, where classes are expected."),
        ([RIGHT[0]], "It is a list of length 1, where classes are expected."),
        (
            [None, RIGHT[1]],
            "predict gives None, where shape (6,) is expected. Is a `return` missing?",
        ),
        ([RIGHT[0][:, None], RIGHT[1]], "predict gives an array of shape (6, 1), where shape (6,)"),
        ([np.full(6, np.nan), RIGHT[1]], "Classes 1"),
    ],
)
def test_what_is_no_answer_is_told(mine, says):
    """Missing, misshapen and nan answers fail in words."""
    finding = reaches(0.9)(CASE, mine, None)

    assert isinstance(finding, Finding)
    assert finding.detail.startswith(says) or "nan" in str(mine)


@pytest.mark.parametrize(
    ("n", "threshold", "good"), [(599, 0.90, 0.95), (599, 0.93, 0.97), (1797, 0.95, 0.9715)]
)
def test_false_alarms_and_power_are_as_stated(n, threshold, good):
    """A good recipe falls below once in a million at most, one 5 points too low hardly ever passes."""
    line = int(np.ceil(threshold * n))

    assert binom.cdf(line - 1, n, good) < 1e-6
    assert binom.sf(line - 1, n, threshold - 0.05) < 1.5e-4


@given(st.one_of(PLAIN, st.tuples(ARRAYS, ARRAYS).map(list), st.just(RIGHT)))
@settings(max_examples=200, deadline=None)
def test_the_judge_is_total(mine):
    """Any plain data is judged and has a fingerprint, without error or warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        assert isinstance(reaches(0.9)(CASE, mine, None), Finding | None)
        prints = reaches(0.9).fingerprint(CASE, mine)
        assert equal({}, prints, prints) is None
