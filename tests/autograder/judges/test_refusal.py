"""The judge of refusals tells an answer from a ValueError, and never raises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.judges.equal import close
from autograder.judges.evidence import answer_or_refusal, attempt
from autograder.judges.finding import Finding
from autograder.judges.gradient import claimed_gradient, gradient_agrees
from autograder.judges.refusal import or_refuses, returns_or_refuses
from tests.plain_data import PLAIN, evidence

ANSWER = {"returned": np.array([1.0, 2.0])}
REFUSAL = {"raised": "ValueError"}


def raising(error):
    """Make a function that raises."""

    def ask():
        raise error

    return ask


@pytest.mark.parametrize(
    "error", [ValueError("x"), UnicodeError("x"), np.exceptions.AxisError("x")]
)
def test_any_value_error_is_a_refusal(error):
    """A ValueError and whatever is derived from it is a refusal, whatever its words."""
    assert returns_or_refuses({}, attempt(raising(error)), REFUSAL) is None


def test_other_errors_are_no_refusal():
    """An IndexError comes through, to be told as what it is."""
    with pytest.raises(IndexError):
        attempt(raising(IndexError("x")))


def test_equal_answers_are_right():
    """An answer is compared as equal does: a list passes for an array."""
    assert returns_or_refuses({}, attempt(lambda: [1, 2]), ANSWER) is None


@pytest.mark.parametrize(
    ("observed", "expected", "words"),
    [
        (ANSWER, REFUSAL, "This cannot be answered, so it should raise a ValueError."),
        (REFUSAL, ANSWER, "This has an answer, so it should not raise a ValueError."),
        (
            {"returned": [1, 3]},
            ANSWER,
            "Entry [1] is 3, where 2 is expected. 1 of 2 entries differ.",
        ),
        ({"returned": None}, REFUSAL, "This cannot be answered, so it should raise a ValueError."),
        (None, ANSWER, "It is None, where an answer or a refusal is expected."),
        ({**ANSWER, **REFUSAL}, ANSWER, "It is a dict with returned, raised, where"),
    ],
)
def test_what_is_wrong_is_told(observed, expected, words):
    """Each way to be wrong has its sentence."""
    assert returns_or_refuses({}, observed, expected).detail.startswith(words)


def test_a_case_says_what_is_wrong_with_it():
    """Who answers what has no answer reads why it has none; an empty reason says nothing."""
    told = returns_or_refuses({"why": "−1 is not a class."}, ANSWER, REFUSAL)

    assert told.detail == "−1 is not a class. It should raise a ValueError."
    assert returns_or_refuses({"why": ""}, ANSWER, REFUSAL).detail.startswith("This cannot")


@settings(max_examples=300, deadline=None)
@given(st.one_of(PLAIN, evidence(returned=PLAIN), evidence(raised=PLAIN)))
def test_nothing_makes_the_judge_raise(observed):
    """Whatever comes back, the judge gives a verdict, without a warning."""
    for expected in (ANSWER, REFUSAL):
        verdict = returns_or_refuses({}, observed, expected)

        assert verdict is None or isinstance(verdict, Finding)


NEAR = or_refuses(close(0.1))


@pytest.mark.parametrize(
    ("observed", "expected", "says"),
    [
        (1.05, 1.0, None),
        (REFUSAL, REFUSAL, None),
        (1.0, REFUSAL, "This cannot be answered, so it should raise a ValueError."),
        (REFUSAL, 1.0, "This has an answer, so it should not raise a ValueError."),
    ],
)
def test_another_judge_decides_where_there_is_an_answer(observed, expected, says):
    """A refusal is right exactly where the reference refuses; else the other judge is asked."""
    finding = NEAR({}, observed, expected)

    assert (finding and finding.detail) == says


def test_another_judge_refuses_what_it_refused():
    """An answer that is too far off is as wrong as before."""
    assert NEAR({}, 2.0, 1.0) == close(0.1)({}, 2.0, 1.0)


def test_an_answer_comes_as_it_is_and_a_refusal_as_such():
    """Only a ValueError is a refusal; what else is raised stays an error."""
    assert answer_or_refusal(lambda: 3) == 3
    assert answer_or_refusal(raising(ValueError("no"))) == REFUSAL
    with pytest.raises(ZeroDivisionError):
        answer_or_refusal(raising(ZeroDivisionError()))


@given(PLAIN)
def test_nothing_makes_the_combined_judge_raise(observed):
    """Whatever comes back, it gives a verdict."""
    for expected in (1.0, REFUSAL):
        verdict = NEAR({}, observed, expected)

        assert verdict is None or isinstance(verdict, Finding)


PARABOLA = {
    "claimed": np.array([2.0]),
    "probes": np.array([[1.0001**2], [0.9999**2], [1.0002**2], [0.9998**2]]),
    "here": [1.0, 1.0],
}


@settings(max_examples=300, deadline=None)
@given(st.one_of(PLAIN, evidence(claimed=PLAIN, probes=PLAIN, here=PLAIN)))
def test_nothing_makes_the_gradient_judge_raise(observed):
    """Whatever comes back, the gradient judge and its fingerprint answer, without a warning."""
    verdict = gradient_agrees({}, observed, PARABOLA)
    claimed_gradient({}, observed)

    assert verdict is None or isinstance(verdict, Finding)


def test_the_gradient_judge_accepts_what_is_right():
    """The evidence above is that of a parabola, and its slope is accepted."""
    assert gradient_agrees({}, PARABOLA, PARABOLA) is None
    assert gradient_agrees({}, {**PARABOLA, "claimed": np.array([2.01])}, PARABOLA)
