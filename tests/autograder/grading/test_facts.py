"""Facts about a failed check: true of all its cases, told by part, and by what the input is."""

import numpy as np
import pytest
from hypothesis import given, settings

from autograder.course.lab import Lab
from autograder.grading.facts import in_common, in_one_mode
from autograder.judges.equal import close
from autograder.judges.gradient import gradient_of
from autograder.judges.logic import computes_parts
from autograder.sandbox.observation import Lost, Returned
from tests.plain_data import PLAIN

LAB = Lab("lab90_visible", "Visible", "Visible", {"m.f": "Visible", "m.g": "Visible"})
X = np.array([[-2.0, 0.0, 3.0], [150.0, -0.5, 0.0]])


def register(judge, exercise="m.f"):
    """Make a check with this judge."""
    lab = Lab("lab90_visible", "Visible", "Visible", {"m.f": "Visible", "m.g": "Visible"})
    return lab.check(exercise, points=1, always=[{"x": X}], judge=judge)(_ask)


def _ask(student, x):
    """It answers."""
    return student.m.f(x)


EQUAL = register(close(1e-9))


def said(*pairs, check=EQUAL, cases=None):
    """Tell what is visible in some answers beside the right ones."""
    mine, right = zip(*pairs, strict=True)
    return in_common(
        check, cases or [{"x": X}] * len(pairs), [*map(Returned, mine)], [*map(Returned, right)]
    )


@pytest.mark.parametrize(
    ("mine", "right", "fact"),
    [
        (np.where(X == 0, 1.0, 7.0), np.where(X == 0, 1, X), "right exactly where x is 0, and"),
        (np.where(X > 0, X, 5.5), np.maximum(X, 0.3), "right exactly where x is positive, and"),
        (np.where(X < 0, 5.5, X), X, "wrong exactly where x is negative, and right everywhere"),
        (np.where(X > 100, np.nan, 1.0), np.ones_like(X), "is nan exactly where x is above 100."),
        (np.where(X == 3, 1.0, np.inf), np.ones_like(X), "Some of it is infinite. An overflow"),
        (np.full_like(X, np.nan), np.ones_like(X), "All of it is nan. An overflow leads to that"),
        (np.rint(X / 7).astype(int), X / 7, "It is rounded: its numbers are integers, where frac"),
        ([1, 2], np.array([0.5, 3.0]), ""),  # integers, but that is not all that is wrong
    ],
)
def test_facts_about_inputs_and_types(mine, right, fact):
    """Where the input is zero, negative or large, and that fractions are lost, is seen."""
    assert fact in said((mine, right))


def test_what_was_infinite_before_is_no_overflow():
    """Where the input was infinite already, no cause is guessed."""
    x = np.array([1.0, np.inf, 2.0])
    fact = said((np.where(np.isinf(x), np.nan, 0.0), np.zeros(3)), cases=[{"grads": x}])

    assert fact == "It is nan exactly where grads is infinite."


TABLES = [np.arange(n * m, dtype=float).reshape(n, m) ** 1.5 for n, m in ((4, 3), (6, 3), (5, 2))]


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (
            lambda right, x: right * len(x),
            "Every entry is n times what is expected, where n is the number of rows of x.",
        ),
        (
            lambda right, x: right / len(x),
            "Every entry is 1/n times what is expected, where n is the number of rows of x.",
        ),
        (
            lambda right, x: right / x.shape[1],
            "is 1/n times what is expected, where n is the number of columns of x.",
        ),
        (
            lambda right, x: right * len(x) / (len(x) - 1),
            "is n/(n − 1) times what is expected, where n is the number of rows",
        ),
        (
            lambda right, x: right * np.sqrt(len(x) / (len(x) - 1)),
            "is √(n/(n − 1)) times what is expected, where",
        ),
        (lambda right, _: 4 * right, "Every entry is 4 times what is expected."),
    ],
)
def test_a_factor_that_is_a_size_is_said(change, fact):
    """The size is named where it differs between cases; one number more, and it is not said."""
    cases = [{"x": x} for x in TABLES]
    right = [x.var(axis=0) + np.arange(x.shape[1]) for x in TABLES]
    answers = [change(r, x) for r, x in zip(right, TABLES, strict=True)]
    assert fact in said(*zip(answers, right, strict=True), cases=cases)

    answers[1] = answers[1] + 1e-3
    assert fact not in said(*zip(answers, right, strict=True), cases=cases)
    assert "where n is" not in said((answers[0], right[0]), cases=cases[:1])


def test_a_part_that_is_wrong_is_named():
    """Of several parts the wrong ones are named, and what is visible in them."""
    right = {"mean": np.array([1.0, 2.0]), "std": np.array([3.0, 5.0]), "n": (1, 2)}
    mine = right | {"std": 2 * right["std"]}
    both = mine | {"mean": 2 * right["mean"]}

    assert said((mine, right)) == (
        "Only std is wrong; the rest is right in every case. "
        "In std: every entry is twice as large as expected."
    )
    assert said((both, right)) == (
        "Only mean and std are wrong; the rest is right in every case. "
        "In mean and std: every entry is twice as large as expected."
    )
    assert said((tuple(range(9)), tuple(range(1, 10)))).startswith("It is") is False


def test_a_case_that_contradicts_takes_the_fact_away():
    """A factor in one case is no fact if another case is answered rightly, or not at all."""
    right = np.array([1.0, 3.0])

    assert said((2 * right, right)) == "Every entry is twice as large as expected."
    assert said((2 * right, right), (right, right)) != "Every entry is twice as large as expected."
    assert (
        in_common(EQUAL, [{}] * 2, [Returned(2 * right), Lost("cpu")], [Returned(right)] * 2) == ""
    )


@pytest.mark.parametrize(
    ("mine", "right"),
    [
        (None, 1.0),
        ({"a": 1}, {"b": 1}),
        ((1.0, 2.0), (1.0, "b")),
        ([np.ones(2), "b"], [np.ones(2), "c"]),
        (np.array(["a", "b"]), np.array([1.0, 2.0])),
        (1j, 1.0),
        (np.ones(3), ({}, {})),
    ],
)
def test_what_cannot_be_set_side_by_side_says_nothing(mine, right):
    """Other kinds, keys and lengths have no numbers to compare."""
    assert said((mine, right)) == ""


def test_a_judge_that_does_not_compare_numbers_says_nothing():
    """Where any of many answers is right, there is nothing to be twice as large as."""
    assert said((2 * X, X), check=register(computes_parts)) == ""


def evidence(claimed, true):
    """Make what a check gathers of a loss that is linear, with this true gradient."""
    steps = np.array([1.0, -1.0, 2.0, -2.0])[:, None] * 1e-4
    return {"claimed": claimed, "probes": steps * np.ravel(true), "here": [0.0, 0.0]}


def test_a_gradient_is_told_by_parameter():
    """Of the gradients of several parameters the wrong one is named, with its entry and its ratio."""
    judge = gradient_of((("the weight", (2, 2)), ("the bias", (3,))))
    true = np.array([1.0, 2.0, -3.0, 4.0, 5.0, -6.0, 7.0])
    claimed = np.concatenate([true[:4], true[4:] / 2])
    answer = (evidence(claimed, true), evidence(true, true))

    assert said(answer, check=register(judge)) == (
        "Only the bias is wrong; the rest is right in every case. "
        "In the bias: every entry is half as large as expected."
    )
    assert judge({}, *answer).detail == (
        "Entry [0] of the gradient of the bias is 2.5, but the loss changes by 5. "
        "3 of 7 entries disagree."
    )


def test_a_gradient_of_another_shape_is_told():
    """The transpose is seen although it cannot be compared entry by entry."""
    true = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    answer = (evidence(true.T, true), evidence(true, true))

    assert said(answer, check=register(gradient_of())) == "It is the transpose of what is expected."


@pytest.mark.parametrize(
    ("verdicts", "fact"),
    [
        (
            {"train": False, "eval": True},
            "Every check in evaluation passes: it goes wrong in train",
        ),
        ({"train": True, "eval": False}, "Every check in training passes: it goes wrong in eval"),
        ({"train": False, "eval": False}, ""),
        ({"train": False}, ""),
        ({"train": False, "other": True}, ""),
    ],
)
def test_right_in_one_mode_and_wrong_in_the_other(verdicts, fact):
    """It is said where all checks of one mode pass, and one of the other fails."""
    lab = Lab("lab90_visible", "Visible", "Visible", {"m.f": "Visible", "m.g": "Visible"})

    def train(student, x):
        """It answers."""

    def evaluation(student, x):
        """It answers."""

    def both(student, x):
        """It answers in both modes."""

    def other(student, x):
        """The other exercise answers."""

    registered = {
        name: lab.check(exercise, points=1, always=[{"x": 1}], mode=mode)(ask)
        for name, exercise, mode, ask in (
            ("train", "m.f", "training", train),
            ("eval", "m.f", "evaluation", evaluation),
            ("both", "m.f", "", both),
            ("other", "m.g", "evaluation", other),
        )
    }
    passed = {registered[n]: v for n, v in verdicts.items()}
    seen = in_one_mode(registered["both"], passed)

    assert seen.startswith(fact) if fact else seen == ""
    assert in_one_mode(registered["train"], passed) == "", "its title says it"


@settings(deadline=None, max_examples=60)
@given(PLAIN, PLAIN)
def test_no_data_breaks_it(mine, right):
    """Whatever plain data comes back, what is visible is a text."""
    assert isinstance(said((mine, right)), str)
