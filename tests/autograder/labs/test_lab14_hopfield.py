"""Lab 14: what is wrong outside the catalogue gets no name."""

import pytest

from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.course.stubs import make_stub
from autograder.grading.grade import grade

LAB = "lab14_hopfield"


WRONG = {
    "store takes absolute values": (
        "hopfield.store",
        "weight = np.abs(patterns.T @ patterns).astype(float)\nnp.fill_diagonal(weight, 0)\nreturn weight",
    ),
    "energy of the third power": (
        "hopfield.energy",
        "return float(-0.5 * state @ weight @ weight @ weight @ state)",
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
def test_an_unknown_mistake_fails_without_a_wrong_name(exercise, body, graded):
    """What the catalogue does not know fails the exercise's first check, and is not named there."""
    report = graded(exercise, body)
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


LOOKED_AT = (
    "if not np.array_equal(weight, weight.T) or np.any(np.diag(weight)):\n    raise ValueError\n"
)
ROUND = "    state[unit] = np.sign(weight[unit] @ state) or state[unit]\n"
STORED = (
    "patterns = np.array(patterns, dtype=float)\nif {}:\n    raise ValueError\n"
    "weight = patterns.T @ patterns\nnp.fill_diagonal(weight, 0)\nreturn weight"
)
UNKEPT = {
    "random picks": (
        "hopfield.recall",
        (
            f"{LOOKED_AT}state = np.array(state, dtype=float)\n"
            f"for unit in rng.integers(0, len(state), 10 * len(state)):\n{ROUND}return state"
        ),
        "hopfield.goes_on",
    ),
    "twenty rounds": (
        "hopfield.recall",
        (
            f"{LOOKED_AT}state = np.array(state, dtype=float)\n"
            "for unit in [i for _ in range(20) for i in rng.permutation(len(state))]:\n"
            f"{ROUND}return state"
        ),
        "hopfield.goes_on",
    ),
    "nan passes": (
        "hopfield.store",
        STORED.format("np.any(np.abs(patterns) < 1) or np.any(np.abs(patterns) > 1)"),
        "hopfield.store_refuses",
    ),
    "the sum of squares": (
        "hopfield.store",
        STORED.format("np.sum(patterns**2) != patterns.size"),
        "hopfield.store_refuses",
    ),
    "lowest and highest": (
        "hopfield.store",
        STORED.format("patterns.min() != -1 or patterns.max() != 1"),
        "hopfield.store_refuses",
    ),
    "small integers": (
        "hopfield.store",
        (
            "if not np.all(np.abs(patterns) == 1):\n    raise ValueError\n"
            "weight = patterns.T @ patterns\nnp.fill_diagonal(weight, 0)\nreturn weight"
        ),
        "hopfield.store_many",
    ),
}


@pytest.mark.parametrize(("exercise", "body", "check"), UNKEPT.values(), ids=UNKEPT)
def test_what_a_docstring_says_is_asked(exercise, body, check, graded):
    """An answer that breaks one sentence of its task fails the check that asks it."""
    results = graded(exercise, body).results
    failed = {r.check.id for r in results if r.status is Status.FAILED}
    skipped = {r.check.id for r in results if r.status is Status.SKIPPED}

    assert check in failed or (check in skipped and failed)


def test_one_order_for_all_rounds_is_right(graded):
    """The task leaves open whether each round has a new order."""
    body = (
        f"{LOOKED_AT}state, before = np.array(state, dtype=float), None\n"
        "order = rng.permutation(len(state))\n"
        "while before is None or not np.array_equal(before, state):\n    before = state.copy()\n"
        "    for unit in order:\n        state[unit] = np.sign(weight[unit] @ state) or state[unit]\n"
        "return state"
    )

    assert graded("hopfield.recall", body).points == 20
