"""Answers: the right one, a wrong illness, a wrong cure; what is said gives nothing away."""

import pytest

from autograder.clinic.answer import judge
from autograder.clinic.record import patients, shown
from autograder.clinic.words import CURES, ILLNESSES
from autograder.errors import WrongUseError

RECORDS = {f"{r.illness}-{r.seed}": r for r in patients().values()}
EACH = pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)


@EACH
def test_the_right_answer_is_right(record):
    """Every cure that takes the cause away is accepted, with the signs and what it changes."""
    for cure in record.cures:
        verdict = judge(record, record.illness, cure)

        assert verdict.right
        assert verdict.text.startswith(f"Right: {record.illness}, {cure}.")
        assert cure == "nothing" or f"→ {shown(record.tried[cure].new_right)}." in verdict.text


@EACH
def test_a_wrong_illness_hears_what_speaks_against_it(record):
    """The answer names the sign that is missing and a heading, and neither the illness nor the cure."""
    for illness in ILLNESSES:
        if illness != record.illness:
            verdict = judge(record, illness, record.cures[0])

            assert not verdict.right
            assert verdict.text.startswith(f"Not {illness}. Its sign would be: ")
            assert "; here " in verdict.text
            assert ILLNESSES[illness].heading in verdict.text
            assert record.illness not in verdict.text
            assert not any(cure in verdict.text.split() for cure in record.cures)


@EACH
def test_a_wrong_cure_hears_what_it_changes(record):
    """It was tried on the patient; the right one is not named."""
    for cure in CURES:
        if cure not in record.cures:
            verdict = judge(record, record.illness, cure)

            assert not verdict.right
            assert verdict.text.startswith("The illness is right.")
            named = [
                right for right in record.cures if right != "nothing" and right in verdict.text
            ]
            assert not named


def test_a_cure_that_changes_nothing_is_said_to():
    """Weights that are random already stay as they are."""
    text = judge(RECORDS["overfitting-0"], "overfitting", "random-weights").text

    assert text == (
        "The illness is right. The cure is not: random-weights changes nothing in this run."
    )


@pytest.mark.parametrize(
    ("illness", "cure", "sentence"),
    [
        ("overfiting", "nothing", "no illness 'overfiting'. Did you mean overfitting"),
        ("healthy", "earlystop", "no cure 'earlystop'. Did you mean stop-early"),
        ("healthy", "xyz", "no cure 'xyz'. There are nothing, raise-rate"),
        ("raise-rate", "rate-too-low", "raise-rate is a cure. The illness comes first"),
    ],
)
def test_an_unknown_word_is_answered_with_the_nearest(illness, cure, sentence):
    """A misspelt word gets the one that is meant; words in the other order are put right."""
    with pytest.raises(WrongUseError, match=sentence):
        judge(RECORDS["healthy-0"], illness, cure)
