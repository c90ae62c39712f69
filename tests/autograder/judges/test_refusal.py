"""The judge of refusals accepts a ValueError and nothing else, and never raises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.evidence import refusal
from autograder.judges import Finding, refuses
from tests.plain_data import PLAIN, evidence

REFUSED = {"refused": True}


def raises(error):
    """Make a question that ends in an error."""

    def ask():
        raise error

    return ask


@pytest.mark.parametrize("error", [ValueError("no"), np.linalg.LinAlgError("no"), UnicodeError()])
def test_a_value_error_is_a_refusal(error):
    """Whatever its words, and subclasses of it too."""
    assert refuses({}, refusal(raises(error)), REFUSED) is None


@pytest.mark.parametrize(
    "error", [TypeError, AssertionError, NotImplementedError, ZeroDivisionError]
)
def test_another_error_is_a_crash(error):
    """It goes on its way, and the report shows where it came from."""
    with pytest.raises(error):
        refusal(raises(error()))


def test_an_answer_is_no_refusal():
    """What was answered stands in the message."""
    finding = refuses({}, refusal(lambda: 0.25), REFUSED)

    assert (finding.returned, finding.expected) == ("0.25", "a ValueError")


@given(st.one_of(PLAIN, evidence(refused=st.booleans()), evidence(returned=PLAIN)))
@settings(max_examples=200, deadline=None)
def test_only_a_refusal_is_accepted(observed):
    """Any plain data is judged without error or warning."""
    finding = refuses({}, observed, REFUSED)

    assert isinstance(finding, Finding) or bool(observed["refused"]) is True
