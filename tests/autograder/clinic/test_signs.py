"""The signs: every recorded patient has those of its illness, lacks one of every other, and its facts are its numbers."""

import math
import re
from dataclasses import asdict, replace

import pytest

from autograder.clinic.record import patients, shown
from autograder.clinic.signs import SIGNS, against, signs_of
from autograder.clinic.words import ILLNESSES
from autograder.course.catalogue import ROOT

RECORDS = {f"{r.illness}-{r.seed}": r for r in patients().values()}
HEADINGS = (ROOT / "tests" / "lecture_headings.txt").read_text(encoding="utf-8").splitlines()
EACH = pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
NUMBER = re.compile(r"\d[\d.]*(?:e[−+]?\d+)?(?<!\.)")


def numbers_in(plain):
    """Collect all numbers of a record."""
    match plain:
        case dict():
            return [n for part in plain.values() for n in numbers_in(part)]
        case list() | tuple():
            return [n for part in plain for n in numbers_in(part)]
        case int() | float():
            return [plain]
    return []


def test_each_illness_has_five_patients():
    """They are the five seeds under which its signs are shown."""
    assert [*ILLNESSES] == [*SIGNS]
    assert sorted(RECORDS) == sorted(f"{illness}-{seed}" for illness in SIGNS for seed in range(5))


@EACH
def test_a_patient_has_its_illness_and_no_other(record):
    """All signs of its illness are there, and of each other illness one is missing."""
    assert [illness for illness in SIGNS if not against(illness, record)] == [record.illness]


@EACH
def test_what_is_said_against_an_illness_are_numbers_of_the_record(record):
    """Each number in a fact is one of the record, an epoch or a layer of it, or the cost of a guess."""
    epochs = range(len(record.train_cost))
    known = {shown(n) for n in numbers_in(asdict(record))} | {str(epoch) for epoch in epochs}
    known |= {shown(math.log(10)), *(str(i) for i in range(1, len(record.layers) + 1))}
    facts = [sign.fact(record) for signs in SIGNS.values() for sign in signs]

    assert {n for fact in facts for n in NUMBER.findall(fact)} <= known


SIGN = [(illness, i) for illness, signs in SIGNS.items() for i in range(len(signs))]


@pytest.mark.parametrize(("illness", "i"), SIGN)
def test_every_sign_can_be_missing(illness, i):
    """Each sign is there in some patients and not in others."""
    seen = {SIGNS[illness][i].is_there(record) for record in RECORDS.values()}

    assert seen == {True, False}


@pytest.mark.parametrize(
    ("patient", "change", "missing"),
    [
        ("rate-too-high-0", {"train_cost": [3.0, 8.9]}, "ends above three times"),
        ("unscaled-features-0", {"features": (1.0, 99.0)}, "differ by a factor of 100"),
        ("training-mode-0", {"alike": 1.0}, "other classes to the same images"),
        ("leaking-split-0", {"new_right": 0.95}, "much better than new ones"),
        ("overfitting-0", {"val_cost": [3.0, 1.0, 1.05]}, "turns up, by a tenth"),
        ("high-momentum-0", {"train_cost": [3.0, 1.0, 1.5, 1.0]}, "rises to twice its value"),
        ("shuffled-labels-0", {"val_right": [0.1, 0.3]}, "stays that of a guess"),
    ],
)
def test_other_numbers_are_another_verdict(patient, change, missing):
    """A record whose numbers are on the other side of a bound has lost the sign."""
    record = RECORDS[patient]

    assert against(record.illness, record) == ""
    assert missing in against(record.illness, replace(record, **change))


def test_a_cost_that_is_not_finite_is_an_explosion():
    """What cannot be written down counts as above every bound, and is called not finite."""
    record = replace(RECORDS["healthy-0"], train_cost=[2.0, None])

    assert record.exploded
    assert signs_of("rate-too-high", record)[0] == (
        "the training cost begins at 2 and ends at not finite"
    )


def test_both_costs_high_is_not_overfitting():
    """A penalty that is too strong leaves both costs high, and the answer says so in numbers."""
    record = RECORDS["strong-penalty-0"]
    train, val = shown(record.train_cost[-1]), shown(record.val_cost[-1])

    assert against("overfitting", record) == (
        "the training cost gets low, below 0.1; here the training cost is "
        f"{train} at the end and the validation cost {val}; a guess among ten costs 2.3"
    )


CONFUSED = {
    ("shuffled-labels", "overfitting"): "new images are recognised for a while",
    ("late-explosion", "rate-too-high"): "never falls below half of its first value",
    ("rate-too-high", "late-explosion"): "falls below half of its first value before it explodes",
    ("dead-units", "rate-too-low"): "a gradient reaches every layer",
    ("dead-units", "vanishing-gradients"): "the first layer's gradient is not 0",
    ("equal-weights", "rate-too-low"): "",
    ("vanishing-gradients", "rate-too-low"): "no step moves the weights",
    ("strong-penalty", "rate-too-low"): "no step moves the weights",
    ("few-units", "overfitting"): "the training cost gets low",
    ("rate-too-low", "overfitting"): "the training cost gets low",
    ("leaking-split", "healthy"): "new images are recognised as well",
    ("training-mode", "healthy"): "asked twice gives the same classes",
    ("training-mode", "overfitting"): "the training cost gets low",
    ("high-momentum", "late-explosion"): "ends above three times its first value",
    ("high-momentum", "overfitting"): "the training cost gets low",
    ("overfitting", "healthy"): "the validation cost does not turn up",
    ("overfitting", "leaking-split"): "recognised much better than new ones",
    ("unscaled-features", "rate-too-high"): "ends above three times its first value",
    ("equal-weights", "dead-units"): "",
    ("equal-weights", "vanishing-gradients"): "weights of their own",
}
"""Pairs that learners confuse, what they have and what they say, and the sign that parts them in each patient.

Where it is empty, patients of one illness differ in what parts them.
"""


@pytest.mark.parametrize(("has", "says"), CONFUSED)
def test_a_confusion_is_parted_by_its_sign(has, says):
    """Whoever takes one illness for the other hears the sign that parts the two."""
    for record in RECORDS.values():
        if record.illness == has:
            expected, _, fact = against(says, record).partition("; here ")

            assert CONFUSED[has, says] in expected
            assert fact


@pytest.mark.parametrize("illness", ILLNESSES)
def test_an_illness_names_a_heading_of_the_lecture(illness):
    """The heading stands in the lecture."""
    assert ILLNESSES[illness].heading in HEADINGS
