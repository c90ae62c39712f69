"""False alarms: the reference is judged under many seeds, random answers from another stream."""

from dataclasses import replace

import pytest

from autograder.authoring.proof import alarms, work
from autograder.authoring.proof.alarms import alarms_of, is_random
from autograder.authoring.proof.page import stated_rate, upper_bound
from autograder.course import general
from autograder.course.catalogue import labs, load_lab
from autograder.course.solutions import Valid
from autograder.judges.finding import Finding
from autograder.judges.judge import judge

LAB = load_lab("lab02_hebb")


def known(lab, seeds):
    """Judge the reference; return what is known at the end."""
    return list(alarms_of([lab], {lab.id: seeds}))[-1][1]


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """Keep what is found elsewhere."""
    monkeypatch.setattr(work, "ROOT", tmp_path)


def test_the_reference_is_right_under_every_seed():
    """No check refuses it, and each was asked under every seed."""
    found = known(LAB, 3)

    assert (found.seeds, found.refused) == (3, {})
    for check in LAB.checks.values():
        asked_once = len(check.always) + len(LAB.cases(check, 0)) - len(check.cases(0))
        assert found.judged[check.id] == asked_once + 3 * check.drawn


def test_a_check_that_refuses_is_told(monkeypatch):
    """A judge that finds fault is a false alarm, with the seeds at which it was raised."""

    @judge("It is none of these.")
    def picky(case, _observed, _expected):
        return Finding("No.") if case["target"] == 1 else None

    check = LAB.checks["hebb.update"]
    monkeypatch.setitem(LAB.checks, check.id, replace(check, judge=picky, always=()))
    wrong = [s for s in range(20) if any(c["target"] == 1 for c in check.cases(s)[2:])]

    assert known(LAB, 20).refused == {"hebb.update": wrong}


def test_random_answers_come_from_another_stream(monkeypatch):
    """The answer that is judged is not the key's, and differs from seed to seed."""
    lab = load_lab("lab12_dropout")
    check = lab.checks["dropout.share"]
    seen = []

    @judge("It is heard.")
    def listening(_case, observed, expected):
        seen.append((observed.tobytes(), expected.tobytes()))

    last = lab.checks["dropout.evaluation"]  # of its exercise: it asks the general questions
    two = {check.id: replace(check, judge=listening), last.id: last}
    monkeypatch.setattr(lab, "checks", two)
    monkeypatch.setattr(alarms, "_forms", lambda *_: [])
    known(lab, 2)

    assert len(seen) >= 2
    assert all(mine != right for mine, right in seen)
    assert len({mine for mine, _ in seen}) == len(seen)


@pytest.fixture
def dropout_with(monkeypatch):
    """Make lab 12 know one right answer to dropout's forward, and return the lab."""

    def make(body):
        form = Valid("dropout.Dropout.forward", "another", body)
        monkeypatch.setattr(alarms, "load_valid", lambda _: [form])
        return load_lab("lab12_dropout")

    return make


def test_other_forms_are_judged_where_chance_has_a_part(dropout_with):
    """One that would be refused raises an alarm, which the reference alone would never do."""
    right = (
        "kept = self.rng.uniform(size=x.shape) >= self.p\n"
        "self._mask = kept / (1 - self.p) if self.training else np.ones(x.shape)\n"
        "return x * self._mask"
    )
    assert alarms._block(dropout_with(right), (0, 1))["refused"] == {}
    wrong = dropout_with(right.replace(">=", "<"))
    assert "dropout.share" in alarms._block(wrong, (0, 1))["refused"]


def test_general_questions_are_asked_of_what_is_random(monkeypatch):
    """Of too few numbers a right answer drops all, or none, under some seeds: that is seen."""
    lab = load_lab("lab12_dropout")
    monkeypatch.setattr(general, "WITH_ALL", general.CHANGES)
    (last,) = [c for c in lab.checks.values() if c.id == "dropout.grad_in_evaluation"]
    monkeypatch.setattr(lab, "checks", {c.id: c for c in (*last.earlier, last)})

    assert alarms._block(lab, (113, 114))["refused"] == {last.id: [113]}


def test_a_reference_that_does_not_answer_is_our_fault(monkeypatch):
    """It ends the proof."""

    def broken(_student, **_case):
        raise RuntimeError("no")

    check = LAB.checks["hebb.update"]
    monkeypatch.setitem(LAB.checks, check.id, replace(check, ask=broken))
    with pytest.raises(alarms.RecordingError, match=r"does not answer hebb\.update"):
        known(LAB, 1)


def test_every_stated_rate_is_small():
    """At most one in a million for all cases of a check."""
    checks = {check.id: check for lab in labs() for check in lab.checks.values()}
    rates = {name: stated_rate(check) for name, check in checks.items()}

    assert all(0 <= rate <= 1e-6 for rate in rates.values())
    assert rates["init.small_form"] == pytest.approx(3.5e-8 * checks["init.small_form"].drawn)
    assert rates["hebb.update"] == 0
    assert any(is_random(checks["init.small_form"], c) for c in checks["init.small_form"].cases(0))
    assert not any(is_random(checks["hebb.update"], c) for c in checks["hebb.update"].cases(0))


@pytest.mark.parametrize(("n_alarms", "runs"), [(0, 1), (0, 300), (1, 50), (3, 1000)])
def test_the_bound_is_clopper_and_pearsons(n_alarms, runs):
    """At that rate, so few alarms or fewer have a probability of 5 %; without runs all is possible."""
    stats = pytest.importorskip("scipy.stats")

    bound = upper_bound(n_alarms, runs)
    assert stats.binom.cdf(n_alarms, runs, bound) == pytest.approx(0.05)
    assert upper_bound(0, 0) == 1.0
