"""A workspace's ward: drawn by chance, kept, and everybody's own."""

import json
from collections import Counter

import pytest

from autograder import storage
from autograder.clinic import ward
from autograder.clinic.record import patients
from autograder.clinic.words import ILLNESSES
from autograder.errors import WrongUseError


def names(beds):
    """List who lies in the beds."""
    return [bed.record.id for bed in beds]


@pytest.mark.parametrize("token", [*map(str, range(20))])
def test_every_illness_is_there_and_some_are_twice(token):
    """A ward has fifteen illnesses and three more patients, all of them different."""
    drawn = ward.draw(token)
    found = Counter(patients()[name].illness for name in drawn)

    assert len(set(drawn)) == len(drawn) == len(ILLNESSES) + ward.TWICE
    assert found.keys() == ILLNESSES.keys()


def test_patient_3_is_not_the_same_for_everybody():
    """Over many wards each illness lies in the third bed about as often as any other."""
    third = Counter(patients()[ward.draw(str(i))[2]].illness for i in range(300))

    assert len(third) == len(ILLNESSES)
    assert max(third.values()) < 60


def test_all_variants_of_an_illness_are_met():
    """Which of its five patients has an illness differs between wards."""
    met = {name for i in range(60) for name in ward.draw(str(i))}

    assert met == patients().keys()


def test_a_ward_is_kept(tmp_path):
    """The second look finds the same patients; another workspace has others."""
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        (folder / "assignments").mkdir(parents=True)
    first = ward.ward(one)

    assert names(ward.ward(one / "assignments")) == names(first)
    assert names(ward.ward(other)) != names(first)
    assert (one / ".nnlab" / ward.KEPT).is_file()
    assert "overfitting" not in (one / ".nnlab" / ward.KEPT).read_text()


def test_answers_are_counted_until_one_is_right(tmp_path):
    """What comes after the right answer is not counted."""
    ward.ward(tmp_path)
    for solved in (False, True, False):
        ward.note(tmp_path, 2, solved=solved)
    bed = ward.bed(tmp_path, 2)

    assert (bed.tries, bed.solved) == (2, True)
    assert ward.bed(tmp_path, 1).tries == 0


def test_a_restart_takes_in_others(tmp_path):
    """Patients are drawn again and nothing is answered."""
    before = ward.ward(tmp_path)
    ward.note(tmp_path, 1, solved=True)
    after = ward.restart(tmp_path)

    assert names(after) != names(before)
    assert names(ward.ward(tmp_path)) == names(after)
    assert not any(bed.tries for bed in after)


@pytest.mark.parametrize("number", [0, -1, 19])
def test_a_bed_that_is_not_there_is_refused(tmp_path, number):
    """The message says which numbers there are."""
    with pytest.raises(WrongUseError, match=f"no patient {number}: they are 1 to 18"):
        ward.bed(tmp_path, number)


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e["1"].update(patient="nobody"),
        lambda e: e["1"].update(tries=-1),
        lambda e: e.pop("2"),
        lambda e: e.clear(),
    ],
)
def test_what_is_not_a_ward_is_filled_again(tmp_path, change):
    """A damaged file, or one of other patients, counts as none."""
    ward.ward(tmp_path)
    place = tmp_path / ".nnlab" / ward.KEPT
    plain = json.loads(place.read_text())
    change(plain["entries"])
    place.write_text(json.dumps(plain))

    assert len(ward.ward(tmp_path)) == 18
    assert len(json.loads(place.read_text())["entries"]) == 18


def test_where_nothing_can_be_kept_the_ward_stays_the_folders(tmp_path, monkeypatch):
    """It is the same at each look, answers are not counted, and a restart is refused."""

    def write(path, *_, **__):
        raise OSError(30, "Read-only file system", str(path))

    monkeypatch.setattr(storage, "write_whole", write)
    first = ward.ward(tmp_path)
    ward.note(tmp_path, 1, solved=True)

    assert names(ward.ward(tmp_path)) == names(first)
    assert not ward.bed(tmp_path, 1).solved
    with pytest.raises(WrongUseError, match="the ward stays as it is"):
        ward.restart(tmp_path)
