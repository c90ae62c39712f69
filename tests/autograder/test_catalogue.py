"""The catalogue of mistakes tests the checks: each is caught, and comes back under its own name."""

import os
from itertools import combinations

import pytest

from autograder.authoring.proof.survey import survey_lab
from autograder.course.catalogue import labs, load_lab
from autograder.course.lab import Status
from autograder.course.solutions import load_mistakes
from autograder.course.stubs import make_stub
from autograder.grading.grade import grade
from autograder.grading.key import get_key, record_key
from autograder.grading.verdict import judge_case
from autograder.sandbox import Answer, Sandbox, SandboxError
from autograder.sandbox.observation import Returned
from tests.conftest import reference_text

LABS = [lab.id for lab in labs()]
MANY_SEEDS = range(int(os.environ.get("NNLAB_SEEDS", "20")))
REFERENCE_SEEDS = range(int(os.environ.get("NNLAB_REFERENCE_SEEDS", "200")))


TWINS = {
    "layers.fits_a_sine",  # the lecture's universal approximation of a curve, where learns_xor is of four points
    "init.lecture_statistics",  # the lecture's own experiment, whose numbers a student should meet
    "experiment.reaches_90",  # steps: who reaches one and not the next has earned that much
    "experiment.reaches_93",
    "experiment.reaches_95",
}
"""Checks that are there although another one fails for the same known mistakes."""


class Recalling(Sandbox):
    """Answers for a known mistake with what its key has recorded, and asks everything else."""

    def __init__(self, lab, key, sandbox):
        self.key, self.sandbox = key, sandbox
        self.known = {
            form.source().text: form.id
            for known in load_mistakes(lab)
            for form in known.each_form()
        }

    def ask_together(self, questions):
        """Recall what was seen when these checks were asked one by one."""
        recalled = [self.recall(question) for question in questions]
        unknown = [q for q, answer in zip(questions, recalled, strict=True) if answer is None]
        asked = iter(self.sandbox.ask_together(unknown))
        return [answer or next(asked) for answer in recalled]

    def recall(self, question):
        """Find the answer of a mistake to a check of its exercise; None for any other."""
        wrong = self.key.checks[question.check].wrong
        (mistake,) = {self.known.get(source.text) for source in question.submission.values()} - {
            None
        }
        if mistake not in wrong:
            return None
        own = wrong[mistake]  # the general questions, which come last, are taken as answered
        return Answer([*own, *self.key.checks[question.check].right[len(own) :]])


def unnamed(lab, key, sandbox):
    """List every mistake that is not caught, or not named as itself by each check that catches it."""
    return {o.mistake: o.named for o in survey_lab(lab, key, sandbox) if o.verdict != "own"}


@pytest.mark.sampled(5)
@pytest.mark.parametrize("lab_id", LABS)
def test_every_mistake_is_caught_and_named(lab_id, sandbox, key_of):
    """Each form of a mistake fails a check of its exercise, and no check calls it anything else."""
    lab, key = load_lab(lab_id), key_of(lab_id)

    assert unnamed(lab, key, Recalling(lab, key, sandbox)) == {}


@pytest.mark.thorough
def test_a_mistake_that_is_asked_again_does_what_was_recorded(sandbox, key_of):
    """One lab's mistakes go the whole way of a submission."""
    assert unnamed(load_lab("lab02_hebb"), key_of("lab02_hebb"), sandbox) == {}


@pytest.mark.slow
@pytest.mark.parametrize("lab_id", LABS)
@pytest.mark.parametrize("seed", MANY_SEEDS)
def test_every_mistake_is_caught_and_named_under_many_seeds(lab_id, seed, sandbox):
    """Under other cases too, each known mistake is caught and named."""
    lab = load_lab(lab_id)

    assert unnamed(lab, record_key(lab, seed, sandbox), sandbox) == {}


@pytest.mark.slow
@pytest.mark.parametrize("lab_id", LABS)
def test_reference_full_and_stub_nothing_under_200_seeds(lab_id, sandbox, submit):
    """Under 200 seeds, or as many as are set, the reference never fails and the stub never passes."""
    lab = load_lab(lab_id)
    reference = submit(lab_id)
    full = {seed: record_key(lab, seed, sandbox, mistakes=()) for seed in REFERENCE_SEEDS}
    marks = {grade(reference, key, sandbox).points for key in full.values()}
    stub = submit(lab_id, **{module: make_stub(lab, module) for module in lab.modules})
    stub_marks = {grade(stub, key, sandbox).points for key in full.values()}

    assert marks == {lab.points}
    assert stub_marks == {0}


@pytest.mark.parametrize("lab_id", LABS)
def test_every_exercise_has_mistakes_and_points(lab_id):
    """Each exercise carries points and has at least three known mistakes."""
    lab = load_lab(lab_id)
    known = [mistake.exercise for mistake in load_mistakes(lab)]
    points = {
        e: sum(c.points for c in lab.checks.values() if c.exercise == e) for e in lab.exercises
    }

    assert all(points.values())
    assert all(known.count(exercise) >= 3 for exercise in lab.exercises)


def caught_by(lab, key):
    """For every check, collect the forms of its exercise's known mistakes that fail it."""

    def fails(check, seen):
        keyed = key.checks[check.id]
        return any(
            not isinstance(observed, Returned) or judge_case(check, case, observed, right.value)
            for case, observed, right in zip(keyed.cases, seen, keyed.right, strict=False)
        )

    return {
        check.id: {m for m, seen in key.checks[check.id].wrong.items() if fails(check, seen)}
        for check in lab.checks.values()
    }


@pytest.mark.parametrize("lab_id", LABS)
def test_every_check_catches_a_mistake(lab_id, key_of):
    """No check is there for nothing: each fails for at least one known mistake."""
    caught = caught_by(load_lab(lab_id), key_of(lab_id))

    assert [check for check, mistakes in caught.items() if not mistakes] == []


@pytest.mark.parametrize("lab_id", LABS)
def test_no_check_only_repeats_another(lab_id, key_of):
    """Any two checks are told apart by a known mistake, or TWINS says why one of them stays.

    A check that others include, such as "right for small numbers", is a step on the way to them:
    it earns points for a submission that is right so far.
    """
    lab = load_lab(lab_id)
    caught = caught_by(lab, key_of(lab_id))
    repeated = [
        {a.id, b.id}
        for a, b in combinations(lab.checks.values(), 2)
        if caught[a.id] == caught[b.id] and not TWINS & {a.id, b.id}
    ]

    assert repeated == []


def test_no_saying_gives_the_answer_away():
    """No sentence contains the right code, whatever the spacing."""
    for lab in labs():
        for mistake in load_mistakes(lab):
            right = "".join(mistake.right.split())
            says = "".join(mistake.says.split())

            assert len(right) < 4 or right.isidentifier() or right not in says, mistake.id
            assert mistake.says.endswith((".", "?")), mistake.id


def test_a_stored_key_is_the_recorded_key(sandbox, tmp_path, monkeypatch):
    """A key that was stored and read again gives the same bytes; a garbled part is recorded anew."""
    from autograder.grading import key as key_module

    monkeypatch.setattr(key_module, "ROOT", tmp_path)
    lab = load_lab("lab02_hebb")
    few = [mistake for mistake in load_mistakes(lab) if mistake.exercise == "hebb.predict"][:2]
    monkeypatch.setattr(key_module, "load_mistakes", lambda _: few)
    recorded = get_key(lab, 5, sandbox)
    stored = [*(tmp_path / ".nnlab" / "keys").iterdir()]

    assert recorded.to_bytes() == record_key(lab, 5, sandbox, mistakes=few).to_bytes()
    assert key_module.stored_key(lab, 5).to_bytes() == recorded.to_bytes()
    assert len(stored) == 1 + len(lab.exercises)
    for part in stored:
        part.write_bytes(b"garbled")
        assert key_module.stored_key(lab, 5) is None
        assert get_key(lab, 5, sandbox).to_bytes() == recorded.to_bytes()


def test_mistakes_are_recorded_when_an_exercise_fails(sandbox, tmp_path, monkeypatch, submit):
    """A right answer and a stub need none; a wrong one those of its exercise; once they are stored."""
    from autograder.grading import key as key_module

    monkeypatch.setattr(key_module, "ROOT", tmp_path)
    lab, said = load_lab("lab02_hebb"), []
    key = key_module.open_key(lab, said.append, sandbox)
    stub = make_stub(lab, "hebb")
    wrong = reference_text("hebb").replace("return 2 * floats(x) - 1", "return 1 - 2 * floats(x)")
    for text in (reference_text("hebb"), stub):
        grade(submit(lab.id, hebb=text), key, sandbox)

    assert [path.name.count(".") for path in (tmp_path / ".nnlab" / "keys").iterdir()] == [1]
    report = grade(submit(lab.id, hebb=wrong), key, sandbox)
    assert len([r for r in report.results if r.mistakes]) == 1
    assert [*(tmp_path / ".nnlab" / "keys").glob("*-hebb.to_bipolar.key")] != []
    assert said == [lab, lab]
    again = key_module.open_key(lab, said.append, sandbox)
    assert grade(submit(lab.id, hebb=wrong), again, sandbox) == report
    assert said == [lab, lab]


def test_mistakes_that_cannot_be_recorded_are_our_fault(sandbox, tmp_path, monkeypatch, submit):
    """There is no verdict then: a name that is missing by our fault is not passed over in silence."""
    from autograder.grading import key as key_module

    def fail(*_):
        raise SandboxError("no process")

    monkeypatch.setattr(key_module, "ROOT", tmp_path)
    monkeypatch.setattr(key_module, "_what_they_do", fail)
    lab = load_lab("lab02_hebb")
    key = key_module.open_key(lab, sandbox=sandbox)
    report = grade(submit(lab.id, hebb="def to_bipolar(x): return x"), key, sandbox)

    assert {result.status for result in report.results} == {Status.ERROR}
    assert "SandboxError: no process" in report.results[0].message
