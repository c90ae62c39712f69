"""Records: small files, read as they were written, and packed for students."""

import json
from dataclasses import asdict

import pytest

from autograder.clinic import record
from autograder.clinic.record import ClinicError, pack, packed_place, patients, places, read, write
from autograder.clinic.words import CURES
from autograder.course import edition

MOST_BYTES = 5000


@pytest.mark.parametrize("place", places(), ids=lambda place: place.stem)
def test_a_file_is_what_is_written_of_it(place, tmp_path):
    """Reading and writing gives the same bytes; a record has a few kB, and every cure was tried on it."""
    records = read(place)
    write(tmp_path / "again.json", records)

    assert (tmp_path / "again.json").read_bytes() == place.read_bytes()
    assert all(one.illness == place.stem for one in records)
    for one in records:
        assert len(json.dumps(asdict(one), separators=(",", ":"))) < MOST_BYTES
        assert [*one.tried] == [*CURES]
        assert one.tried["nothing"] == one.outcome


def test_no_two_records_have_one_id():
    """Ids say nothing of the illness."""
    assert len(patients()) == 75
    assert not any(one.illness in one.id for one in patients().values())


@pytest.fixture
def handed_out(tmp_path, monkeypatch):
    """Pretend that this is the student's edition."""
    (tmp_path / "edition.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(edition, "HANDED_OUT", tmp_path)
    return patients.__wrapped__


def test_students_have_the_same_patients_in_one_packed_file(handed_out):
    """The file is small, and no illness can be read in it."""
    packed_place().write_bytes(pack())

    assert handed_out() == patients()
    assert len(pack()) < 100_000
    assert b"overfitting" not in pack()


@pytest.mark.parametrize("content", [None, b"", b"damaged", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_records_that_cannot_be_read_are_our_fault(handed_out, content):
    """A missing or damaged file is said to be one."""
    if content is not None:
        packed_place().write_bytes(content)

    with pytest.raises(ClinicError, match="The clinic's records cannot be read"):
        handed_out()


def test_a_clinic_without_records_says_so(monkeypatch, tmp_path):
    """An installation that lacks the files has no patients."""
    monkeypatch.setattr(record, "RECORDS", tmp_path)

    with pytest.raises(ClinicError, match="has no records"):
        patients.__wrapped__()
