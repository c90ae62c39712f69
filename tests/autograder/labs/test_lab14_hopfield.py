"""Lab 14: what is wrong outside the catalogue gets no name."""

import pytest

from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.course.solutions import Mistake
from autograder.course.stubs import make_stub
from autograder.grading.grade import grade

LAB = "lab14_hopfield"


def graded(exercise, body, sandbox, key_of, submit):
    """Grade the reference with another body for one exercise."""
    source = Mistake("form", exercise, "", body=body).source()
    return grade(submit(LAB, hopfield=source.text.decode()), key_of(LAB), sandbox)


WRONG = {
    "store takes absolute values": (
        "hopfield.store",
        "weight = np.abs(patterns.T @ patterns).astype(float)\nnp.fill_diagonal(weight, 0)\nreturn weight",
    ),
    "energy of the transposed square": (
        "hopfield.energy",
        "return float(-0.5 * state @ weight @ weight @ state)",
    ),
    "energy returns nothing": ("hopfield.energy", "float(-0.5 * state @ weight @ state)"),
    "recall returns the start": ("hopfield.recall", "return np.array(state, float)"),
    "recall turns the end around": (
        "hopfield.recall",
        """
        state = np.array(state, dtype=float)
        for _ in range(20):
            for unit in rng.permutation(len(state)):
                state[unit] = np.sign(weight[unit] @ state) or state[unit]
        return -state
        """,
    ),
}


@pytest.mark.parametrize(("exercise", "body"), WRONG.values(), ids=WRONG)
def test_an_unknown_mistake_fails_without_a_wrong_name(exercise, body, sandbox, key_of, submit):
    """What the catalogue does not know fails the exercise's first check, and is not named there."""
    report = graded(exercise, body, sandbox, key_of, submit)
    failed = [r for r in report.results if r.status is Status.FAILED]

    assert failed
    assert failed[0].mistakes == ()
    assert {r.check.exercise for r in failed} == {exercise}


@pytest.mark.parametrize("exercise", load_lab(LAB).exercises)
def test_an_exercise_handed_in_alone_passes_alone(exercise, sandbox, key_of, submit):
    """With every other body missing, its own checks pass: none leans on another exercise."""
    from autograder.course.catalogue import engine_path
    from autograder.course.reference import find_body, replace_lines

    stub, engine = make_stub(load_lab(LAB), "hopfield"), engine_path("hopfield").read_text("utf-8")
    first, last = find_body(engine, exercise)
    body = "".join(engine.splitlines(keepends=True)[first - 1 : last])
    first, last = find_body(stub, exercise)
    report = grade(
        submit(LAB, hopfield=replace_lines(stub, first, last, body)), key_of(LAB), sandbox
    )
    passed = {r.check.exercise for r in report.results if r.status is Status.PASSED}
    others = {r.check.exercise for r in report.results if r.status is not Status.PASSED}

    assert passed == {exercise}
    assert exercise not in others
