"""Lab 14: every right form of a body gets full marks, and what is unknown gets no name."""

import pytest

from autograder.check import Status
from autograder.course import load_lab
from autograder.grade import grade
from autograder.mistakes import Mistake
from autograder.stubs import make_stub

LAB = "lab14_hopfield"

STORE = {
    "outer": """
        patterns = np.array(patterns, dtype=float)
        for number in patterns.ravel():
            if number not in (-1, 1):
                raise ValueError("only −1 and +1, please")
        weight = sum(np.outer(p, p) for p in patterns)
        return weight * (1 - np.eye(weight.shape[0]))
    """,
    "loops": """
        if not np.isin(patterns, (-1, 1)).all():
            raise ValueError(f"bad pattern {patterns}")
        units = len(patterns[0])
        weight = [[0] * units for _ in range(units)]
        for pattern in patterns:
            for i in range(units):
                for j in range(units):
                    if i != j:
                        weight[i][j] += int(pattern[i]) * int(pattern[j])
        return weight
    """,
    "einsum": """
        p = np.asarray(patterns).astype(np.int64)
        if (p != patterns).any() or (p * p != 1).any():
            raise ValueError("patterns")
        weight = np.einsum("ki,kj->ij", p, p)
        weight[np.diag_indices_from(weight)] = 0
        return weight
    """,
    "count": """
        if set(np.unique(patterns)) - {-1, 1}:
            raise ValueError("patterns")
        on = np.asarray(patterns) > 0
        agree = (on[:, :, None] == on[:, None, :]).sum(axis=0)
        weight = 2.0 * agree - len(on)
        return weight - np.diag(np.diag(weight))
    """,
}

ENERGY = {
    "pairs": """
        total = 0.0
        for i in range(len(state)):
            for j in range(i):
                total -= weight[i][j] * state[i] * state[j]
        return total
    """,
    "einsum": "return -np.einsum('i,ij,j', state, weight, state) / 2",
    "upper half": "return -(np.triu(weight, 1) * np.outer(state, state)).sum()",
    "fields": "return np.float32(-np.dot(np.asarray(state), np.dot(weight, state)) / 2)",
    "array": "return np.array(-0.5 * np.sum(state * (weight @ state)))",
}

GUARD = """
        weight = np.asarray(weight)
        if (weight != weight.T).any() or weight.diagonal().any():
            raise ValueError("weights")
"""

RECALL = {
    "list and shuffle": GUARD
    + """
        units, now = list(range(len(state))), [float(s) for s in state]
        while True:
            before = list(now)
            rng.shuffle(units)
            for i in units:
                asked = sum(weight[i, j] * now[j] for j in units)
                if asked > 0:
                    now[i] = 1.0
                elif asked < 0:
                    now[i] = -1.0
            if now == before:
                return now
    """,
    "energy falls": GUARD
    + """
        now = state.astype(float)
        energies = [np.inf, energy(weight, now)]
        while True:
            before = now.copy()
            for i in rng.choice(len(now), len(now), replace=False):
                flipped = now.copy()
                flipped[i] *= -1
                if energy(weight, flipped) < energy(weight, now):
                    now = flipped
            if (now == before).all():
                return now
    """,
    "one restless unit at a time": GUARD
    + """
        now = np.array(state)
        while True:
            restless = np.flatnonzero(now * (weight @ now) < 0)
            if len(restless) == 0:
                return now
            now[rng.choice(restless)] *= -1
    """,
    "any unit, many times": GUARD
    + """
        now = np.copy(state)
        while (now * (weight @ now) < 0).any():
            for i in rng.integers(0, len(now), size=3 * len(now)):
                asked = weight[i] @ now
                now[i] = now[i] if asked == 0 else (1 if asked > 0 else -1)
        return now
    """,
    "sums kept up to date": GUARD
    + """
        now, calm = np.array(state, float), False
        asked = weight @ now
        while not calm:
            calm = True
            for i in np.argsort(rng.random(len(now))):
                if asked[i] * now[i] < 0:
                    asked += -2 * now[i] * weight[:, i]
                    now[i], calm = -now[i], False
        return now
    """,
}

RIGHT = [
    pytest.param(exercise, body, id=f"{exercise}: {form}")
    for exercise, forms in (
        ("hopfield.store", STORE),
        ("hopfield.energy", ENERGY),
        ("hopfield.recall", RECALL),
    )
    for form, body in forms.items()
]


def graded(exercise, body, sandbox, key_of, submit):
    """Grade the reference with another body for one exercise."""
    source = Mistake("form", exercise, "", body=body).source()
    return grade(submit(LAB, hopfield=source.text.decode()), key_of(LAB), sandbox)


@pytest.mark.parametrize(("exercise", "body"), RIGHT)
def test_every_right_form_gets_full_marks(exercise, body, sandbox, key_of, submit):
    """Loops, lists, einsum and other orders of the units are all right."""
    report = graded(exercise, body, sandbox, key_of, submit)

    assert [r.message for r in report.results if r.status is not Status.PASSED] == []


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
    assert failed[0].mistake is None
    assert {r.check.exercise for r in failed} == {exercise}


@pytest.mark.parametrize("exercise", load_lab(LAB).exercises)
def test_an_exercise_handed_in_alone_passes_alone(exercise, sandbox, key_of, submit):
    """With every other body missing, its own checks pass: none leans on another exercise."""
    from autograder.course import engine_path
    from autograder.exercises import find_body, replace_lines

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
