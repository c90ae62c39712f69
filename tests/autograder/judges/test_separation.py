"""The perceptron's judges accept any separating weights, refuse the rest, and never raise."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.judges.equal import equal
from autograder.judges.finding import Finding
from autograder.judges.separation import divides, never_claims, separates, stays_in_bounds
from tests.plain_data import PLAIN, evidence

AND = {
    "x": np.array([[0, 0], [0, 1], [1, 0], [1, 1]]),
    "target": np.array([0, 0, 0, 1]),
    "bound": 40,
}
XOR = {"x": AND["x"], "target": np.array([0, 1, 1, 0]), "max_steps": 9}


def fit(weight, updates=11, *, converged=True):
    """Describe a fit as the checks do."""
    return {"weight": weight, "updates": updates, "converged": converged}


@pytest.mark.parametrize(
    "weight",
    [
        np.array([2.0, 1.5, -3.0]),
        [3, 2, -4],
        (1.0, 1.0, -1.5),
        np.array([1, 1, -1.5], dtype=np.float16),
        np.array([1, 1, -1.5], dtype=">f4"),
        [1e-200, 1e-200, -1.5e-200],
        [1e300, 1e300, -1.5e300],
    ],
    ids=str,
)
def test_any_separating_weights_are_right(weight):
    """Every order of samples ends in other weights, and all of them are accepted."""
    assert separates(AND, fit(weight), None) is None


@pytest.mark.parametrize("converged", [True, np.bool_(1)])
@pytest.mark.parametrize("updates", [11, np.int64(11), np.uint8(11)])
def test_counts_and_flags_may_be_numpys(updates, converged):
    """Numpy's integers and booleans are counts and flags."""
    assert separates(AND, fit([3, 2, -4], updates, converged=converged), None) is None


NO_NUMBERS = "weight is not made of numbers."
NO_FITS = [
    (None, "It is None, where a PerceptronFit is expected."),
    ([1, 2, 3], "It is a list of length 3, where a PerceptronFit is expected."),
    ({"weight": [1, 1, 1]}, "It is a dict with weight, where a PerceptronFit is expected."),
    (fit([1, 1]), "weight is a list of length 2, where shape (3,) is expected: bias last."),
    (fit(np.ones((3, 1))), "weight is an array of shape (3, 1), where shape (3,) is expected"),
    (fit(1.0), "weight is a number, where shape (3,) is expected: bias last."),
    (fit(None), "weight is None, where shape (3,) is expected: bias last."),
    (fit([[1], [1, 2], 1]), NO_NUMBERS),
    (fit(["1", "1", "-1.5"]), NO_NUMBERS),
    (fit(np.array(["1", "1", "-1.5"])), NO_NUMBERS),
    (fit(np.array([1, 1, -1.5 + 0j])), NO_NUMBERS),
    (fit([1, 1, None]), NO_NUMBERS),
    (fit([1, 1, 10**400]), NO_NUMBERS),
    (fit([1, 1, math.nan]), "weight has entries that are not finite."),
    (fit([1, 1, -math.inf]), "weight has entries that are not finite."),
    (fit([3, 2, -4], 2.5), "updates is a number, where a count is expected."),
    (fit([3, 2, -4], updates=True), "updates is True or False, where a count is expected."),
    (fit([3, 2, -4], None), "updates is None, where a count is expected."),
    (fit([3, 2, -4], -1), "updates is -1, where a count is expected."),
    (fit([3, 2, -4], converged=2), "converged is a number, where True or False is expected."),
    (fit([3, 2, -4], converged="yes"), "converged is a string, where True or False is expected."),
]


@pytest.mark.parametrize(
    ("judge", "case"),
    [(separates, AND), (stays_in_bounds, AND), (never_claims, XOR)],
    ids=["separates", "stays_in_bounds", "never_claims"],
)
@pytest.mark.parametrize(("observed", "says"), NO_FITS)
def test_what_is_no_fit_is_told_so(judge, case, observed, says):
    """All three judges read the same evidence, and name the part that is not as it should be."""
    assert judge(case, observed, None).detail.startswith(says)


@pytest.mark.parametrize(
    ("observed", "says"),
    [
        (
            fit([3, 2, -4], converged=False),
            "The classes can be separated, but converged is False (0 wrong).",
        ),
        (
            fit([0, 0, 0], converged=False),
            "The classes can be separated, but converged is False (4 wrong).",
        ),
        (fit([0, 0, 0]), "converged is True, but 4 of 4 samples are not on their side."),
        (fit([1, 1, -1]), "converged is True, but 2 of 4 samples are not on their side."),
        (fit([1, 1, -0.5]), "converged is True, but 2 of 4 samples are not on their side."),
        (fit([1.7e308, 1.7e308, -1.7e308]), "converged is True, but 2 of 4 samples"),
    ],
)
def test_a_fit_that_does_not_separate_is_told_how_many_are_wrong(observed, says):
    """A sample on the line counts as wrong, as it does in training."""
    assert separates(AND, observed, None).detail.startswith(says)


def test_a_score_that_is_not_a_number_is_on_no_side():
    """Weights so large that the scores are inf − inf separate nothing."""
    case = {"x": np.full((2, 2), 9.0), "target": np.array([0, 1])}

    assert separates(case, fit([1.7e308, -1.7e308, 0.0]), None).detail.startswith("converged is")


def trained(order, rng):
    """Train a perceptron by the book, in an order of its own, from zero weights."""
    x = np.column_stack([AND["x"], np.ones(4)])
    sign = 2 * AND["target"] - 1
    weight, updates = np.zeros(3), 0
    while (wrong := np.flatnonzero(sign * (x @ weight) <= 0)).size:
        i = {"first": wrong[0], "last": wrong[-1], "any": rng.choice(wrong)}[order]
        weight, updates = weight + sign[i] * x[i], updates + 1
    return fit(weight, updates)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("order", ["first", "last", "any"])
def test_every_order_of_samples_stays_in_bounds(order, seed):
    """Whatever is corrected first, the count is within (R/γ)² and adds up with the weights."""
    observed = trained(order, np.random.default_rng(seed))
    separator = np.array([1, 1, -1.5])
    x = np.column_stack([AND["x"], np.ones(4)])
    margin = (np.abs(x @ separator) / np.linalg.norm(separator)).min()
    bound = (np.linalg.norm(x, axis=1).max() / margin) ** 2

    assert separates(AND, observed, None) is None
    assert stays_in_bounds({**AND, "bound": bound}, observed, None) is None


@pytest.mark.parametrize(
    ("observed", "says"),
    [
        (fit([3, 2, -4], 41), "Corrections: 41, where at most 40 can be needed."),
        (
            fit([3, 2, -4], 11),
            "From zero weights, 11 corrections of wrong samples by ±x cannot end in the weights",
        ),
        (fit([3, 2, -4], 2), "From zero weights, 2 corrections of wrong samples by ±x cannot end"),
        (
            fit([3, 2, -4.5], 20),
            "From zero weights, 20 corrections of wrong samples by ±x cannot end",
        ),
        (
            fit([90, 2, -4], 20),
            "From zero weights, 20 corrections of wrong samples by ±x cannot end",
        ),
        (
            fit([1.7e308, 2, -4], 20),
            "From zero weights, 20 corrections of wrong samples by ±x cannot end",
        ),
        (fit([3, 2, -4], 10**400), "Corrections: 1000000"),
    ],
)
def test_a_count_that_cannot_be_is_refused(observed, says):
    """Parity and length of the weights show that a count was made up."""
    assert stays_in_bounds(AND, observed, None).detail.startswith(says)


@pytest.mark.parametrize("weight", [[0.0, 0.0, -1.0], [0.0, -1.0, 1.0]])
def test_giving_up_after_max_steps_is_right(weight):
    """Whatever weights nine corrections can lead to, a fit that gives up there is accepted."""
    assert never_claims(XOR, fit(weight, 9, converged=False), None) is None


@pytest.mark.parametrize("weight", [[0.0, 0.0, 0.0], [0.0, -1.0, 2.0], [0.0, 0.0, 11.0]])
def test_one_correction_more_or_less_shows_in_the_bias(weight):
    """Each correction changes the bias by ±1, so nine of them leave it odd, and at most nine."""
    finding = never_claims(XOR, fit(weight, 9, converged=False), None)

    assert finding.detail.startswith("From zero weights, 9 corrections by ±x cannot end in the")


@pytest.mark.parametrize("updates", [0, 8, 10])
def test_giving_up_earlier_or_later_is_refused(updates):
    """The number of corrections must be the limit."""
    finding = never_claims(XOR, fit([0.0, -1.0, 1.0], updates, converged=False), None)

    assert finding.detail.startswith(
        f"It gave up after {updates} corrections; it should after 9. "
        + ("max_steps limits corrections" if updates < 9 else "Does updates count corrections")
    )


@pytest.mark.parametrize(
    ("observed", "says"),
    [
        (fit([0, 0, 0], 9), "converged is True, but no line separates"),
        (
            fit([0, 0, 0], 10, converged=False),
            "It gave up after 10 corrections; it should after 9.",
        ),
    ],
)
def test_a_claim_that_cannot_be_is_refused(observed, says):
    """On XOR nothing converges, and max_steps is the most."""
    assert never_claims(XOR, observed, None).detail.startswith(says)


@pytest.mark.parametrize("seed", range(5))
def test_fits_that_are_right_have_one_fingerprint(seed):
    """Two orders of samples end in other weights but behave alike."""
    one = trained("first", np.random.default_rng(0))
    other = trained("any", np.random.default_rng(seed))

    assert separates.fingerprint(AND, one) == separates.fingerprint(AND, other)


@pytest.mark.parametrize(
    "other",
    [
        fit([3, 2, -4], 18, converged=False),
        fit([0, 0, 0], 18),
        fit([3, 2, 0], 18),
        fit([3, 2, -4], 0),
        fit([3, 2, -4], 41),
        fit([3, 2, -4], 17),
        None,
    ],
)
def test_fits_that_behave_otherwise_have_other_fingerprints(other):
    """Claim, weights, count and their agreement are told apart."""
    assert separates.fingerprint(AND, fit([3, 2, -4], 18)) != separates.fingerprint(AND, other)


FITS = st.one_of(
    PLAIN,
    evidence(
        weight=st.lists(st.floats(-4, 4), min_size=3, max_size=3),
        updates=st.integers(0, 50),
        converged=st.booleans(),
    ),
)


def strictly(observed):
    """Tell whether plain weights have every sample of AND strictly on its side."""
    x = np.column_stack([AND["x"], np.ones(4)])
    scores = (2 * AND["target"] - 1) * (x @ np.asarray(observed["weight"], float))
    return (scores > 0).all() and observed["converged"]


@given(FITS)
@settings(max_examples=300, deadline=None)
def test_only_what_separates_is_accepted(observed):
    """Any plain data is judged without error or warning; what is accepted separates."""
    finding = separates(AND, observed, None)

    assert isinstance(finding, Finding) or strictly(observed)


@given(FITS)
@settings(max_examples=300, deadline=None)
def test_only_what_stays_within_the_bounds_is_accepted(observed):
    """Any plain data is judged without error or warning; what is accepted is a count in bounds."""
    for judge, case, most in ((stays_in_bounds, AND, 40), (never_claims, XOR, 9)):
        finding = judge(case, observed, None)

        assert isinstance(finding, Finding) or 0 <= observed["updates"] <= most


@given(FITS, FITS)
@settings(max_examples=200, deadline=None)
def test_fingerprints_are_total(one, other):
    """Any plain data has a fingerprint that can be compared with any other."""
    for case in (AND, XOR):
        finding = equal({}, separates.fingerprint(case, one), separates.fingerprint(case, other))

        assert isinstance(finding, Finding | None)


CUBE = {
    "x": np.array([[1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]]),
    "target": np.array([1, -1, -1, -1]),
}


@pytest.mark.parametrize(
    "plane",
    [
        (np.ones(3), -2.0),
        ([1, 2, 1.5], -3.5),
        [np.ones(3), np.array([-1.5])],
        (np.full(3, 1e9), -2e9),
    ],
)
def test_any_boundary_that_divides_the_rows_is_right(plane):
    """Length, type and form of the weights do not matter."""
    assert divides(CUBE, plane, None) is None


@pytest.mark.parametrize(
    ("plane", "words"),
    [
        ((np.ones(3), -1.0), "For the row [1, 1, -1] w·x + b is 0; its target is -1."),
        ((-np.ones(3), 2.0), "For the row [1, 1, 1] w·x + b is -1; its target is 1."),
        ((np.full(3, np.nan), 0.0), "For the row [1, 1, 1] w·x + b is nan"),
        (None, "It is None, where a pair is expected: 3 weights, and the bias."),
        (
            (np.ones(2), 0.0),
            "It is a pair of an array of shape (2,) and a number, where a pair is expected",
        ),
        ((1, 2, 3), "It is a tuple of length 3, where a pair is expected"),
        (np.ones(4), "It is an array of shape (4,), where a pair is expected"),
    ],
)
def test_a_boundary_that_does_not_divide_is_refused(plane, words):
    """The first row on the wrong side is named."""
    assert divides(CUBE, plane, None).detail.startswith(words)


@given(PLAIN)
@settings(max_examples=300, deadline=None)
def test_only_what_divides_is_accepted(observed):
    """Any plain data is judged without error or warning."""
    assert isinstance(divides(CUBE, observed, None), Finding)
    assert isinstance(divides(CUBE, (observed, observed), None), Finding)
