"""Recording: the engine gives the records again, and the cures are real."""

from dataclasses import replace

import pytest

from autograder.authoring.clinic.cases import CASES, CHANGES
from autograder.authoring.clinic.recording import (
    TOLERANCE,
    deviation,
    record,
    record_all,
    recorded,
)
from autograder.authoring.clinic.run import Treatment
from autograder.clinic.record import read
from autograder.clinic.words import CURES, ILLNESSES

PATIENTS = [one for illness in CASES for one in recorded(illness)]
EACH = pytest.mark.parametrize("patient", PATIENTS, ids=lambda p: f"{p.illness}-{p.seed}")


def test_illnesses_and_cures_are_those_of_the_words():
    """What can be answered is what is recorded, and has a change of the run behind it."""
    assert CASES.keys() == ILLNESSES.keys()
    assert CHANGES.keys() == CURES.keys()


@EACH
def test_a_cure_makes_it_better(patient):
    """The same run from the same seed, with the cure, is better in what the illness spoils."""
    case = CASES[patient.illness]

    assert patient.cures == case.cures
    for cure in case.cures:
        assert case.better(patient.outcome, patient.tried[cure]), cure


@EACH
def test_nothing_makes_no_difference(patient):
    """No illness passes by itself, and a healthy run needs no cure."""
    better = CASES[patient.illness].better(patient.outcome, patient.tried["nothing"])

    assert better == (patient.illness == "healthy")


def again(patient):
    """Train a patient again, ill and with its first cure."""
    return record(patient.illness, patient.seed, [patient.cures[0]])


@pytest.mark.parametrize("illness", ["few-units", "rate-too-high"])
def test_the_engine_gives_a_record_again(illness):
    """What is recorded is what training gives now, with and without the cure."""
    patient = recorded(illness)[0]

    assert deviation(patient, again(patient)) <= TOLERANCE


@pytest.mark.slow
@EACH
def test_the_engine_gives_every_record_again(patient):
    """All patients are as recorded, and their cure works, when they are trained now."""
    trained = again(patient)
    cure = patient.cures[0]

    assert deviation(patient, trained) <= TOLERANCE
    assert CASES[patient.illness].better(trained.outcome, trained.tried[cure])


def test_a_deviation_is_the_largest():
    """A number that differs, one that is missing and a list of another length are seen."""
    patient = recorded("few-units")[0]
    costs = patient.val_cost

    assert deviation(patient, patient) == 0
    assert deviation(patient, replace(patient, val_cost=[*costs[:-1], costs[-1] * 2])) == 0.5
    assert deviation(patient, replace(patient, val_cost=[*costs[:-1], None])) == float("inf")
    assert deviation(patient, replace(patient, val_cost=costs[:-1])) == float("inf")
    assert deviation(patient, replace(patient, new_right=patient.new_right + 1e-6)) < 1e-4


def test_a_file_holds_five_patients(tmp_path, monkeypatch):
    """They are written in the order of their seeds, and each is counted."""
    monkeypatch.setattr("autograder.authoring.clinic.recording.CHANGES", {"nothing": lambda t: t})
    fast = replace(CASES["few-units"], treatment=Treatment(hidden=(2,), epochs=1, images=50))
    monkeypatch.setitem(CASES, "few-units", fast)
    counted = []
    place = record_all("few-units", tmp_path, lambda: counted.append(1))

    assert [one.seed for one in read(place)] == [0, 1, 2, 3, 4]
    assert len(counted) == 5
    assert recorded("no-illness") == []
