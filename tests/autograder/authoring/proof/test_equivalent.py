"""The lists of equivalent mutants: whole, with reasons, and about mutants that there are."""

import pytest

from autograder.authoring.proof.faults import faults_of
from autograder.authoring.proof.mutation import Fate, objections
from autograder.course import solutions
from autograder.course.catalogue import labs, load_lab
from autograder.course.solutions import SolutionError, load_equivalent
from tests.autograder.authoring.proof.test_mutation import ALIVE, KILLED

LAB = load_lab("lab02_hebb")

ENTRY = """
[[equivalent]]
exercise = "hebb.to_bipolar"
right = "2 * floats(x)"
wrong = ["np.asarray(x) * 2"]
why = "A product may be written either way."
"""


@pytest.fixture
def listed(monkeypatch, tmp_path):
    """Write a list for the lab."""
    place = tmp_path / "equivalent.toml"
    monkeypatch.setattr(solutions, "solutions_path", lambda _lab, _name: place)
    return place.write_text


def fate(mutant, *caught_by):
    """Make a fate by hand."""
    return Fate(LAB.id, mutant, caught_by)


def test_a_survivor_must_be_listed(listed):
    """One that is listed is fine; one that is not, and one killed by luck, are told."""
    listed(ENTRY)

    assert objections(LAB, [fate(ALIVE, (), ())]) == []
    (told,) = objections(LAB, [fate(ALIVE, (), ()), fate(KILLED, (), ())])
    assert told == "survived: hebb.to_bipolar (by hand): '- 1' became '+ 1'"
    (told,) = objections(LAB, [fate(ALIVE, (), ()), fate(KILLED, (), ("c",))])
    assert told.startswith("killed under some seeds only: ")


def test_what_is_listed_must_survive(listed):
    """A listed mutant that is killed, and one that is not made any more, are told."""
    listed(ENTRY)
    (told,) = objections(LAB, [fate(ALIVE, ("hebb.update",))])
    assert told.startswith("listed as equivalent, but hebb.update kills it: hebb.to_bipolar")

    (told,) = objections(LAB, [fate(KILLED, ("c",))])
    assert told.startswith("listed, but no operator makes it: ('hebb.to_bipolar', '2 * floats")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[equivalent", "is not TOML"),
        ("equivalent = 3", r"begins with \[\[equivalent\]\]"),
        (ENTRY.replace("why", "because"), "because"),
        (
            ENTRY.replace("hebb.to_bipolar", "hebb.gone"),
            "hebb.gone is not an exercise of lab02_hebb",
        ),
        (ENTRY.replace("A product may be written either way.", " "), "it needs a reason"),
        (ENTRY + ENTRY, "is in equivalent.toml twice"),
    ],
)
def test_an_entry_must_be_whole(listed, text, says):
    """What is wrong with an entry is said in a sentence."""
    listed(text)
    with pytest.raises(SolutionError, match=says):
        load_equivalent(LAB)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.id)
def test_the_course_lists_mutants_that_there_are(lab, all_mutants):
    """Every listed line is one that an operator makes of the engine as it is."""
    faults = [fault for fault, _ in faults_of(lab)]
    made = {(m.exercise, m.right, m.wrong) for m in (*all_mutants[lab.id], *faults)}
    for entry in load_equivalent(lab):
        assert set(entry.changes) <= made, entry.right
        assert entry.why.endswith("."), entry.right
