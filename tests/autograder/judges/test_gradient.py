"""The gradient judge: what is claimed agrees with the loss, or it is told where it does not."""

import numpy as np
import pytest

from autograder.judges.gradient import gradient_agrees, gradient_of

TRUE = np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])


def evidence(claimed, true=TRUE, **other):
    """Make what a check gathers of a linear loss with this true gradient."""
    steps = np.array([1.0, -1.0, 2.0, -2.0])[:, None] * 1e-4
    return {"claimed": claimed, "probes": steps * np.ravel(true), "here": [0.0, 0.0], **other}


@pytest.mark.parametrize("claimed", [TRUE, TRUE.tolist(), TRUE * (1 + 1e-9)])
def test_a_gradient_that_agrees_passes(claimed):
    """Lists and rounding are accepted."""
    assert gradient_agrees({}, evidence(claimed), evidence(TRUE)) is None


@pytest.mark.parametrize(
    ("claimed", "detail", "returned"),
    [
        (TRUE.T, "The gradient has shape (3, 2), where (2, 3) is expected.", "[[1, 4], [-2, 5], "),
        (None, "The gradient is None, not an array of numbers. Is a `return` missing?", "None"),
        ("no", "The gradient is a string, not an array of numbers.", "'no'"),
        (TRUE * [1, 1, 2], "Entry [0, 2] is 6, but the loss changes by 3. 2 of 6 entries", "[[1, "),
        (TRUE * [1, 1, 2], "disagree. Only column 2 is wrong.", "[[1, "),
        (TRUE * [[1], [2]], "Only row 1 is wrong.", "[[1, "),
        (TRUE * np.nan, "6 of 6 entries disagree.", "[[nan, "),
    ],
)
def test_a_gradient_that_does_not_agree_is_told(claimed, detail, returned):
    """The fact is about the gradient alone: nobody reads what it was measured with."""
    finding = gradient_agrees({}, evidence(claimed), evidence(TRUE))

    assert detail in finding.detail
    assert finding.returned.startswith(returned)


def test_a_gradient_that_is_slightly_off_looks_so():
    """What is claimed and what is measured have as many digits as make the two differ."""
    claimed, true = np.array([1.000002, 0.1234567891]), np.array([1.0, 0.1234567892])
    finding = gradient_agrees({}, evidence(claimed, true), evidence(true, true))

    assert finding.detail.startswith("Entry [0] is 1.000002, but the loss changes by 1. 1 of 2")
    assert finding.returned == "[1.000002, 0.123457]"
    assert finding.expected == "[1, 0.123457], as measured by small steps"


@pytest.mark.parametrize(
    ("observed", "detail"),
    [
        (evidence(TRUE, probes=np.zeros((4, 1))), "not taken on both sides of every entry."),
        (evidence(TRUE, probes=np.zeros((4, 0))), "not taken on both sides of every entry."),
        (evidence(TRUE, probes=np.zeros((4, 99))), "not taken on both sides of every entry."),
        (7, "It is a number, where a gradient is expected."),
        (evidence(TRUE, probes=np.full((4, 6), np.nan)), "is not finite, so it has no gradient."),
        (evidence(TRUE, probes=np.zeros((3, 6))), "is not finite, so it has no gradient."),
        (evidence(TRUE, here=[0.0]), "The loss at this point is not a number."),
        (evidence(TRUE, here=[0.0, 1.0]), "not the same when it is asked twice at the same point."),
    ],
)
def test_evidence_that_shows_nothing_is_told(observed, detail):
    """A loss that is not finite, not a number or not the same twice has no gradient."""
    assert gradient_agrees({}, observed, evidence(TRUE)).detail.endswith(detail)


def quadratic(at, curvature=1.0):
    """Make evidence of ½ c Σ x², whose gradient is claimed rightly."""
    steps = np.array([1.0, -1.0, 2.0, -2.0])[:, None] * 1e-4
    x = np.ravel(at)
    here = 0.5 * curvature * float(x @ x)
    probes = here + 0.5 * curvature * ((x + steps) ** 2 - x**2)
    return {"claimed": curvature * np.asarray(at), "probes": probes, "here": [here, here]}


@pytest.mark.parametrize(
    "made_up",
    [
        evidence(np.zeros((2, 3)), np.zeros((2, 3))),
        evidence(-TRUE, -TRUE),
        evidence(TRUE[::-1], TRUE[::-1]),
        quadratic(TRUE),
        quadratic(np.ones((2, 3)), 3.0),
        {**evidence(TRUE), "here": [1.0, 1.0]},
    ],
)
def test_a_loss_that_is_made_up_to_fit_shows_nothing(made_up):
    """A loss and its own gradient agree, and are not the exercise's."""
    finding = gradient_agrees({}, made_up, evidence(TRUE))

    assert finding.detail == "The loss around this point is not the exercise's."


def test_a_right_loss_does_not_make_a_gradient_right():
    """The claim is held against what the key measured, whatever came with it."""
    for claimed in (np.zeros((2, 3)), TRUE * (1 + 1e-5), 2 * TRUE):
        assert "disagree" in gradient_agrees({}, evidence(claimed), evidence(TRUE)).detail


def test_losses_that_differ_by_what_forward_may_are_the_same():
    """One part in 10⁹ of a loss, which the checks of the forward pass let through, is no other loss."""
    right = quadratic(TRUE)
    mine = {**right, "probes": right["probes"] * (1 + 1e-9), "here": [right["here"][0]] * 2}

    assert gradient_agrees({}, mine, right) is None


def test_the_entry_is_named_within_its_parameter():
    """Where gradients stand one after the other, the entry is counted in its own parameter."""
    judge = gradient_of((("the bias", (2,)), ("the weight", (2, 2))))
    true = np.ravel(TRUE)
    wrong = true * [1, 1, 1, 1, 2, 1]

    detail = judge({}, evidence(wrong, true), evidence(true, true)).detail
    assert detail.startswith("Entry [1, 0] of the gradient of the weight is 10, but the loss chang")
