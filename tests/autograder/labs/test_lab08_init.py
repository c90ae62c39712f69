"""Lab 8: right answers of every form get full marks; wrong ones outside the catalogue get no name."""

import pytest

from autograder.check import Status
from autograder.grade import grade
from autograder.mistakes import Mistake

LAB = "lab08_init"

RIGHT = {
    "zeros-full": ("init.zeros", "return np.full(shape, 0.0)"),
    "zeros-times": ("init.zeros", "return 0 * rng.normal(size=shape)"),
    "zeros-integers": ("init.zeros", "return np.zeros(shape, dtype=int)"),
    "zeros-list": ("init.zeros", "return [[0.0] * shape[1] for _ in range(shape[0])]"),
    "constant-ones": ("init.constant", "return value * np.ones(shape)"),
    "constant-filled": (
        "init.constant",
        "weight = np.empty(shape)\nweight.fill(value)\nreturn weight",
    ),
    "constant-broadcast": ("init.constant", "return np.broadcast_to(value, shape).copy()"),
    "constant-zeros-plus": ("init.constant", "return zeros(shape, rng=rng) + value"),
    "small-scaled": ("init.small_normal", "return std * rng.standard_normal(shape)"),
    "small-ziggurat-float32": (
        "init.small_normal",
        "return rng.standard_normal(shape, dtype=np.float32) * np.float32(std)",
    ),
    "small-loop": (
        "init.small_normal",
        "return np.array([[rng.normal(0, std) for _ in range(shape[1])] for _ in range(shape[0])])",
    ),
    "small-other-stream": (
        "init.small_normal",
        "rng.random(7)\nreturn -rng.normal(scale=std, size=shape)",
    ),
    "xavier-divided": ("init.xavier", "return rng.standard_normal(shape) / np.sqrt(shape[1])"),
    "xavier-power": ("init.xavier", "return rng.normal(size=shape) * shape[-1] ** -0.5"),
    "xavier-by-small-normal": (
        "init.xavier",
        "fan_out, fan_in = shape\nreturn small_normal(shape, rng=rng, std=1 / fan_in**0.5)",
    ),
    "xavier-box-muller": (
        "init.xavier",
        (
            "u, v = 1 - rng.random(shape), rng.random(shape)\n"
            "return np.sqrt(-2 * np.log(u) / shape[1]) * np.cos(2 * np.pi * v)"
        ),
    ),
    "xavier-transposed-draw": (
        "init.xavier",
        "return (rng.standard_normal((shape[1], shape[0])) / np.sqrt(shape[1])).T",
    ),
    "kaiming-by-xavier": (
        "init.kaiming_normal",
        "return np.sqrt(2) * xavier(shape, rng=rng)",
    ),
    "kaiming-lecture": (
        "init.kaiming_normal",
        "return rng.standard_normal(shape) / np.sqrt(shape[1] / 2)",
    ),
    "kaiming-rows": (
        "init.kaiming_normal",
        "return np.stack([rng.normal(0, (2 / shape[1]) ** 0.5, shape[1]) for _ in range(shape[0])])",
    ),
    "kaiming-multivariate": (
        "init.kaiming_normal",
        "weight = rng.standard_normal(shape)\nweight *= (2.0 / shape[1]) ** 0.5\nreturn weight",
    ),
    "uniform-stretched": (
        "init.xavier_uniform",
        "b = (6 / sum(shape)) ** 0.5\nreturn 2 * b * rng.random(shape) - b",
    ),
    "uniform-named": (
        "init.xavier_uniform",
        (
            "b = np.sqrt(6) / np.sqrt(shape[0] + shape[1])\n"
            "return rng.uniform(low=-b, high=b, size=shape)"
        ),
    ),
    "uniform-difference": (
        "init.xavier_uniform",
        "b = np.sqrt(6 / np.sum(shape))\nreturn b * (0.5 - rng.random(shape)) / 0.5",
    ),
    "uniform-sign": (
        "init.xavier_uniform",
        "b = np.sqrt(6 / np.sum(shape))\nreturn rng.choice([-b, b], size=shape) * rng.random(shape)",
    ),
    "statistics-lists": (
        "init.activation_statistics",
        (
            "means, stds = [], []\nfor w in weights:\n    x = activation(np.dot(x, w.T))\n"
            "    means.append(np.mean(x))\n    stds.append(np.std(x))\nreturn means, stds"
        ),
    ),
    "statistics-einsum": (
        "init.activation_statistics",
        (
            "hs = [x]\nfor w in weights:\n    hs.append(activation(np.einsum('bi,oi->bo', hs[-1], w)))\n"
            "return np.array([h.mean() for h in hs[1:]]), np.array([h.std() for h in hs[1:]])"
        ),
    ),
    "statistics-recursive": (
        "init.activation_statistics",
        (
            "if len(weights) == 0:\n    return np.zeros(0), np.zeros(0)\n"
            "h = activation(x @ weights[0].T)\n"
            "means, stds = activation_statistics(h, weights[1:], activation)\n"
            "return np.append(h.mean(), means), np.append(h.std(), stds)"
        ),
    ),
    "statistics-by-hand": (
        "init.activation_statistics",
        (
            "means, stds = np.zeros(len(weights)), np.zeros(len(weights))\n"
            "for k, w in enumerate(weights):\n    x = activation((w @ x.T).T)\n"
            "    means[k] = x.sum() / x.size\n"
            "    stds[k] = np.sqrt(((x - means[k]) ** 2).sum() / x.size)\nreturn means, stds"
        ),
    ),
    "statistics-rows-of-one-array": (
        "init.activation_statistics",
        (
            "rows = np.empty((2, len(weights)))\nfor k, w in enumerate(weights):\n"
            "    x = activation(x @ w.T)\n    rows[:, k] = x.mean(), np.sqrt(x.var())\n"
            "return rows[0], rows[1]"
        ),
    ),
}

WRONG = {
    "zeros-noise": ("init.zeros", "return np.zeros(shape) + 3e-3"),
    "constant-doubled": ("init.constant", "return np.full(shape, 2 * value)"),
    "small-shifted": ("init.small_normal", "return rng.normal(std / 3, std, size=shape)"),
    "xavier-quarter": ("init.xavier", "return rng.normal(0, 0.4 / np.sqrt(shape[1]), size=shape)"),
    "xavier-two-valued": (
        "init.xavier",
        "return rng.choice([-1.0, 1.0], size=shape) * np.sqrt(1 / shape[1])",
    ),
    "xavier-truncated": (
        "init.xavier",
        "return np.clip(rng.normal(0, np.sqrt(1 / shape[1]), size=shape), -0.1, 0.1)",
    ),
    "kaiming-laplace": (
        "init.kaiming_normal",
        "return rng.laplace(0, np.sqrt(1 / shape[1]), size=shape)",
    ),
    "kaiming-third": (
        "init.kaiming_normal",
        "return rng.normal(0, (2 / shape[1]) ** (1 / 3), shape)",
    ),
    "uniform-wide": (
        "init.xavier_uniform",
        "return rng.uniform(-1, 1, size=shape) * np.sqrt(12 / sum(shape))",
    ),
    "uniform-two-valued": (
        "init.xavier_uniform",
        "return rng.choice([-1.0, 1.0], size=shape) * np.sqrt(2 / sum(shape))",
    ),
    "statistics-median": (
        "init.activation_statistics",
        (
            "means, stds = [], []\nfor w in weights:\n    x = activation(x @ w.T)\n"
            "    means.append(np.median(x))\n    stds.append(x.std())\nreturn means, stds"
        ),
    ),
}


def graded(exercise, body, key_of, sandbox, submit):
    """Grade the reference with one body in another form."""
    source = Mistake("form", exercise, "", body=body).source().text.decode()
    return grade(submit(LAB, init=source), key_of(LAB), sandbox)


@pytest.mark.parametrize(("exercise", "body"), RIGHT.values(), ids=RIGHT)
def test_a_right_form_gets_full_marks(exercise, body, key_of, sandbox, submit):
    """Other formulas, other streams of random numbers, loops and lists are right as well."""
    report = graded(exercise, body, key_of, sandbox, submit)

    assert [r.message for r in report.results if r.status is not Status.PASSED] == []


@pytest.mark.parametrize(("exercise", "body"), WRONG.values(), ids=WRONG)
def test_an_unknown_mistake_fails_without_a_name(exercise, body, key_of, sandbox, submit):
    """What the catalogue does not know is told as a fact, and called nothing."""
    report = graded(exercise, body, key_of, sandbox, submit)
    failed = [r for r in report.results if r.status is Status.FAILED]

    assert failed
    assert {r.check.exercise for r in failed} == {exercise}
    assert [r.mistake for r in failed] == [None] * len(failed)


def test_weights_that_are_never_returned_cost_their_function_alone(key_of, sandbox, submit):
    """A missing return is told as such, whichever judge looks at the answer."""
    report = graded("init.xavier", "rng.normal(size=shape)", key_of, sandbox, submit)
    failed = [r for r in report.results if r.status is Status.FAILED]

    assert {r.check.id for r in failed} == {"init.xavier_spread", "init.xavier_anew"}
    assert all("Is a `return` missing?" in r.message for r in failed)


def test_the_solution_passes_alone(key_of, sandbox, submit):
    """The reference's module, handed in as it is, gets all points."""
    assert grade(submit(LAB), key_of(LAB), sandbox).points == 20
