"""A diagnosis does not guess: the same evidence wherever it failed, or no name."""

from dataclasses import replace

import numpy as np
import pytest

from autograder.course.catalogue import labs, load_lab
from autograder.course.lab import Status
from autograder.course.solutions import Mistake, load_mistakes
from autograder.grading.diagnose import diagnose
from autograder.grading.grade import grade
from autograder.grading.key import record_key
from autograder.grading.submission import Submission
from autograder.grading.verdict import Judged, Wrong
from autograder.sandbox import Answer
from autograder.sandbox.observation import Returned
from tests.conftest import reference_text


def names(report, exercise):
    """Collect the names that an exercise's failed checks give."""
    return {
        " | ".join(result.mistakes) or None
        for result in report.results
        if result.check.exercise == exercise and result.status is Status.FAILED
    }


@pytest.fixture
def names_of(sandbox, key_of, submit):
    """Grade a body that somebody wrote, and collect the names of its mistakes."""

    def grade_body(lab_id, exercise, body):
        mistake = Mistake("unknown", exercise, "", body=body)
        texts = {mistake.module: mistake.source().text.decode()}
        return names(grade(submit(lab_id, **texts), key_of(lab_id), sandbox), exercise)

    return grade_body


STD = "std = np.sqrt(2 / sum(shape))\n"


@pytest.mark.parametrize(
    "draw",
    [
        "rng.logistic(0, std * np.sqrt(3) / np.pi, size=shape)",
        "rng.laplace(0, std / np.sqrt(2), size=shape)",
        "rng.triangular(-std * np.sqrt(6), 0, std * np.sqrt(6), size=shape)",
    ],
)
def test_another_bell_is_not_called_normal(names_of, draw):
    """A law of the right variance that nobody knows has no name, however near the normal it is."""
    assert names_of("lab08_init", "init.xavier_uniform", f"{STD}return {draw}") == {None}


def test_the_normal_law_is_called_normal(names_of):
    """From other numbers of the generator too, the known law is recognised."""
    body = f"{STD}return std * rng.standard_normal(shape[::-1]).T"

    assert names_of("lab08_init", "init.xavier_uniform", body) == {
        "init-uniform-normal-same-spread"
    }


def test_evidence_of_one_check_is_no_evidence(names_of):
    """Who does what a mistake does in one check only, and fails another in his own way, has no name."""
    forgets = "bias"
    assert names_of("lab02_hebb", "hebb.hebb_step", f"return weight + x * target, {forgets}") == {
        "hebb-forgets-bias"
    }
    own_way = "weight = weight + x * target\nreturn weight, bias if len(weight) == 2 else bias + 9"

    assert names_of("lab02_hebb", "hebb.hebb_step", own_way) == {None}


def test_a_skipped_check_tells_two_apart(sandbox, key_of, submit):
    """Two mistakes that look like a third in the check that was asked are asked what was skipped."""
    text = reference_text("gates")
    from tests.autograder.pairs import pairs_of

    lab = load_lab("lab01_gates")
    pair = next(
        pair
        for pair in pairs_of(lab)
        if (pair.first.id, pair.second.id) == ("xor-output-or", "xor-and-instead-of-nand")
    )
    assert pair.source.text.decode() != text
    report = grade(
        submit("lab01_gates", gates=pair.source.text.decode()), key_of("lab01_gates"), sandbox
    )
    results = [r for r in report.results if r.check.exercise == pair.first.exercise]

    assert Status.SKIPPED in {result.status for result in results}
    assert names(report, pair.first.exercise) == {None}


def test_what_is_asked_for_the_diagnosis_costs_no_points(sandbox, key_of, submit):
    """A skipped check stays skipped, though it was asked to name the mistake."""
    for lab in labs()[:2]:
        report = grade(submit(lab.id), key_of(lab.id), sandbox)
        assert report.points == lab.points
    text = reference_text("hebb").replace("bias + target", "bias")
    report = grade(submit("lab02_hebb", hebb=text), key_of("lab02_hebb"), sandbox)
    skipped = [result for result in report.results if result.status is Status.SKIPPED]

    assert skipped
    assert all(result.message.startswith("Not asked: it needs") for result in skipped)
    assert all(result.mistakes == () for result in skipped)


def test_an_idea_has_one_name_in_every_form(sandbox, submit):
    """Who does what a further form does gets the idea's name, once, though two forms fit."""
    lab = load_lab("lab02_hebb")
    ideas = load_mistakes(lab)
    (idea,) = [one for one in ideas if one.id == "hebb-forgets-bias"]
    forms = [
        "return weight + x * target, abs(bias)",
        "return weight + x * target, 0 * bias + abs(bias)",
    ]
    known = [replace(one, forms=forms) if one is idea else one for one in ideas]
    key = record_key(lab, 5, sandbox, mistakes=known)
    mine = Mistake("mine", idea.exercise, "", body=f"kept = abs(bias)\n{forms[0][:-9]}kept")

    report = grade(submit(lab.id, hebb=mine.source().text.decode()), key, sandbox)
    assert names(report, idea.exercise) == {idea.id}


HEBB = load_lab("lab02_hebb")


def grade_under(sandbox, submit, known, body, exercise):
    """Grade a body under a key that knows one mistake of its exercise; collect the names."""
    key = record_key(HEBB, 5, sandbox, mistakes=[known])
    mine = Mistake("mine", exercise, "", body=body)
    return names(grade(submit(HEBB.id, hebb=mine.source().text.decode()), key, sandbox), exercise)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (
            "if target < 0:\n    raise TypeError('mine')\nreturn weight + x * target, bias + target",
            True,
        ),
        (
            "if target < 0:\n    raise IndexError('mine')\nreturn weight + x * target, bias + target",
            True,
        ),
        (
            "if target < 0:\n    raise KeyError('mine')\nreturn weight + x * target, bias + target",
            False,
        ),
        ("raise TypeError('mine')", False),
    ],
)
def test_an_exception_in_other_words_is_the_same_where_others_are_right(
    sandbox, submit, body, named
):
    """What shapes lead to is one kind; who raises everywhere, or another kind, has no name."""
    crash = (
        "if target < 0:\n    raise TypeError('theirs')\nreturn weight + x * target, bias + target"
    )
    known = Mistake("known", "hebb.hebb_step", "So.", body=crash)

    found = grade_under(sandbox, submit, known, body, "hebb.hebb_step")
    assert found == ({"known"} if named else {None})


def test_a_form_that_does_not_matter_does_not_cost_the_name(sandbox, submit):
    """Where both are right, a list is as good as an array, though inputs were left otherwise."""
    known = Mistake("known", "hebb.hebb_step", "So.", body="return weight + x * target, abs(bias)")
    mine = "return [w + v * target for w, v in zip(weight, x)], float(abs(bias))"

    assert grade_under(sandbox, submit, known, mine, "hebb.hebb_step") == {"known"}


SYMMETRIC = "if not np.allclose(hessian, hessian.T):\n    raise ValueError\n"
NO_BOWL = "if np.linalg.eigvalsh(hessian)[0] <= 0:\n    raise ValueError\n"
RIGHT = "return 2 / np.linalg.eigvalsh(hessian)[-1]"
TRACE, OWN_IDEA = "return 2 / np.trace(hessian)", "return 3 / np.abs(hessian).sum()"


@pytest.mark.parametrize(
    ("known", "body", "named"),
    [
        # The idea is about the answers: it has its name whatever is refused.
        (SYMMETRIC + NO_BOWL + TRACE, TRACE, {"known"}),
        (TRACE, SYMMETRIC + NO_BOWL + TRACE, {"known"}),
        (TRACE, SYMMETRIC + NO_BOWL + OWN_IDEA, {None}),
        # What is not refused is the same, whatever comes out instead.
        (NO_BOWL + RIGHT, NO_BOWL + "return 2 / np.linalg.norm(hessian, 2)", {"known"}),
        (SYMMETRIC + RIGHT, NO_BOWL + "return 2 / np.linalg.norm(hessian, 2)", {None}),
        # An idea about the answers is nobody's whose answers are right.
        (TRACE, RIGHT, {None}),
        (RIGHT, RIGHT, {"known"}),
    ],
)
def test_answers_and_refusals_are_told_apart(sandbox, known, body, named):
    """Who refuses as he should, or does not, may hold any idea about what has an answer."""
    lab, exercise = load_lab("lab06_descent"), "descent.largest_stable_lr"
    key = record_key(lab, 5, sandbox, mistakes=[Mistake("known", exercise, "", body=known)])
    mine = Submission(lab, {"descent": Mistake("mine", exercise, "", body=body).source().text})

    assert names(grade(mine, key, sandbox), exercise) == named


@pytest.mark.thorough
def test_a_low_accuracy_is_no_evidence(key_of):
    """Runs that name images as if they guessed look alike: none of their causes is named."""
    lab, key = load_lab("lab13_capstone"), key_of("lab13_capstone")
    check = lab.checks["experiment.reaches_90"]
    (case,) = [case for case in key.checks[check.id].cases if "parts" in case]
    guessed = [np.arange(len(labels)) % 10 for labels in case["labels"]]
    sorted_by_class = "capstone-run-splits-without-shuffling"
    (missing,) = key.checks[check.id].wrong[sorted_by_class]

    def names_of_answer(named):
        (seen,) = key.checks[check.id].right[:1]
        answer = Answer([replace(seen, value=named)])
        judged = Judged(answer, Wrong(case, answer.observations[0], None, None))
        return diagnose(check, key, {check.id: judged}, lab.checks)

    assert names_of_answer(guessed) == []
    assert names_of_answer(missing.value) == [sorted_by_class]
    assert "guessing" in check.judge(case, guessed, None).detail


def test_an_answer_is_identified_once_for_all_mistakes(key_of, monkeypatch):
    """To identify an answer may take long: it is compared with every mistake, and identified once."""
    lab, key = load_lab("lab01_gates"), key_of("lab01_gates")
    identified = []

    def identify(case, observed):
        identified.append(observed)
        return judge.fingerprint(case, observed)

    check = lab.checks["gates.find_neuron"]
    judge, watched = check.judge, replace(check.judge, fingerprint=identify)
    monkeypatch.setitem(lab.checks, check.id, replace(check, judge=watched))
    answer = Answer([Returned("mine", right.inputs) for right in key.checks[check.id].right])

    judged = Judged(answer, Wrong({}, answer.observations[0], None, None))
    assert diagnose(check, key, {check.id: judged}, lab.checks) == []
    assert len(key.checks[check.id].wrong) > 1
    assert identified.count("mine") == 1
