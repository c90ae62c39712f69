"""What becomes of mutants: killed, killed by luck, or alive; and nothing is asked twice."""

import pytest

from autograder.authoring.proof import mutation, work
from autograder.authoring.proof.mutants import Mutant
from autograder.authoring.proof.mutation import Fate, fates_of
from autograder.authoring.proof.work import Unit, work_through
from autograder.course.catalogue import load_lab
from autograder.course.solutions import Mistake
from autograder.sandbox import SandboxError

LAB = load_lab("lab02_hebb")


def mutant(exercise, right, wrong):
    """Make a mutant by hand."""
    source = Mistake("m", exercise, "", right=right, wrong=wrong).source()
    return Mutant(exercise, "by hand", right, wrong, source)


KILLED = mutant("hebb.to_bipolar", "- 1", "+ 1")
ALIVE = mutant("hebb.to_bipolar", "2 * floats(x)", "np.asarray(x) * 2")
ENDLESS = mutant("hebb.to_bipolar", "return 2 * floats(x) - 1", "while True: pass")


@pytest.fixture
def stored(monkeypatch, tmp_path):
    """Keep what is found elsewhere, of mutants alone."""
    monkeypatch.setattr(mutation, "faults_of", lambda _: [])
    monkeypatch.setattr(work, "ROOT", tmp_path)
    return tmp_path / ".nnlab" / "proof"


@pytest.mark.parametrize(
    ("caught_by", "verdict"),
    [
        ((("a",),), "killed"),
        (((), ("a",), ()), "by luck"),
        (((), ()), "survived"),
    ],
)
def test_a_verdict_is_that_of_all_seeds(caught_by, verdict):
    """The first seed kills at once; what only others catch is a check that depends on luck."""
    assert Fate("lab", KILLED, caught_by).verdict == verdict


def test_mutants_are_graded_as_submissions(stored, monkeypatch):
    """A wrong one is killed, one that never ends too; what is right all the same survives each seed."""
    monkeypatch.setattr(mutation, "mutants_of", lambda _: [KILLED, ALIVE, ENDLESS])
    monkeypatch.setattr(mutation, "SEEDS", 2)
    found = {fate.mutant: fate for fate in fates_of([LAB])}

    assert found[KILLED].caught_by == (("hebb.to_bipolar",),)
    assert found[ENDLESS].verdict == "killed"
    assert found[ALIVE].caught_by == ((), ())
    assert len(list(stored.iterdir())) == 1

    monkeypatch.setattr(mutation, "_caught_by", lambda *_: pytest.fail("it is known"))
    assert {fate.mutant: fate for fate in fates_of([LAB])} == found


def test_two_processes_find_the_same(stored, monkeypatch):
    """With several processes the fates are those of one."""
    del stored
    monkeypatch.setattr(mutation, "mutants_of", lambda _: [KILLED, ENDLESS])

    assert {f.mutant: f.verdict for f in fates_of([LAB], jobs=2)} == {
        KILLED: "killed",
        ENDLESS: "killed",
    }


def test_another_exercises_check_may_kill(stored, monkeypatch):
    """What forward does not keep is backward's to miss: the whole lab is asked at last."""
    del stored
    lab = load_lab("lab12_dropout")
    forgets = mutant("dropout.Dropout.forward", "self._mask = np.ones_like(x)", "pass")
    monkeypatch.setattr(mutation, "mutants_of", lambda _: [forgets])
    (fate,) = fates_of([lab])

    assert fate.verdict == "killed"
    assert {lab.checks[name].exercise for name in fate.caught_by[0]} == {"dropout.Dropout.backward"}


def test_work_goes_on_where_it_was_ended(stored):
    """A line that was cut off is done again; with no jobs, only what is known is told."""
    units = [Unit(str(n), LAB.id, n) for n in range(3)]
    done = []

    def square(lab, n):
        done.append(n)
        return [lab.id, n**2]

    assert list(work_through("squares", square, units[:2], jobs=0)) == []
    assert [found for _, found in work_through("squares", square, units[:2])] == [
        ["lab02_hebb", 0],
        ["lab02_hebb", 1],
    ]
    (place,) = stored.iterdir()
    place.write_text(place.read_text()[:-5], encoding="utf-8")
    assert [u.id for u, _ in work_through("squares", square, units, jobs=0)] == ["0"]
    assert len(list(work_through("squares", square, units))) == 3
    assert done == [0, 1, 1, 2]


def test_a_fault_of_ours_kills_nothing(stored, monkeypatch):
    """A check that could not be asked ends the proof instead of counting."""
    del stored

    def broken(*_):
        raise RuntimeError("the judge is broken")

    monkeypatch.setattr("autograder.grading.verdict.judge_case", broken)
    with pytest.raises(SandboxError, match=r"hebb\.to_bipolar could not be asked: RuntimeError"):
        work.graded(LAB, {"hebb": KILLED.source.text}, work.key_of(LAB, 0), work.sandbox())
