"""Lab 8: what is wrong outside the catalogue gets no name."""

import pytest

from autograder.course.lab import Status
from autograder.grading.grade import grade

LAB = "lab08_init"


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
        "return rng.uniform(-1, 1, size=shape) * np.sqrt(20 / sum(shape))",
    ),
    "uniform-two-valued": (
        "init.xavier_uniform",
        "return rng.choice([-1.0, 1.0], size=shape) * np.sqrt(2 / sum(shape))",
    ),
    "statistics-largest": (
        "init.activation_statistics",
        (
            "means, stds = [], []\nfor w in weights:\n    x = activation(x @ w.T)\n"
            "    means.append(np.max(x))\n    stds.append(x.std())\nreturn means, stds"
        ),
    ),
}


@pytest.mark.parametrize(("exercise", "body"), WRONG.values(), ids=WRONG)
def test_an_unknown_mistake_fails_without_a_name(exercise, body, graded):
    """What the catalogue does not know is told as a fact, and called nothing."""
    report = graded(exercise, body)
    failed = [r for r in report.results if r.status is Status.FAILED]

    assert failed
    assert {r.check.exercise for r in failed} == {exercise}
    assert [r.mistakes for r in failed] == [()] * len(failed)


def test_weights_that_are_never_returned_cost_their_function_alone(graded):
    """A missing return is told as such, whichever judge looks at the answer."""
    report = graded("init.xavier", "rng.normal(size=shape)")
    failed = [r for r in report.results if r.status is Status.FAILED]

    assert {r.check.id for r in failed} == {"init.xavier_spread"}
    assert all("Is a `return` missing?" in r.message for r in failed)


def test_the_solution_passes_alone(key_of, sandbox, submit):
    """The reference's module, handed in as it is, gets all points."""
    assert grade(submit(LAB), key_of(LAB), sandbox).points == 20


ONCE_ACCEPTED = {
    "one cached array": (
        "init.zeros",
        """
        cache = zeros.__dict__.setdefault('cache', {})
        return cache.setdefault(shape, np.zeros(shape))
    """,
    ),
    "read-only view of zero": ("init.zeros", "return np.broadcast_to(0.0, shape)"),
    "read-only view of value": ("init.constant", "return np.broadcast_to(float(value), shape)"),
    "rows mirrored": (
        "init.small_normal",
        """
        w = rng.normal(0, std, size=shape)
        w[1::2] = -w[: len(w[1::2]) * 2 : 2]
        return w
    """,
    ),
    "columns mirrored": (
        "init.xavier",
        """
        w = rng.normal(0, np.sqrt(1 / shape[1]), size=shape)
        half = shape[1] // 2
        w[:, half : 2 * half] = -w[:, :half]
        return w
    """,
    ),
    "square first layer writes over x": (
        "init.activation_statistics",
        """
        means, stds = [], []
        for weight in weights:
            h = activation(x @ weight.T)
            if h.shape == x.shape:
                x[...] = h
            x = h
            means.append(x.mean())
            stds.append(x.std())
        return np.array(means), np.array(stds)
    """,
    ),
    "single layer": (
        "init.activation_statistics",
        """
        means, stds = [], []
        for weight in weights:
            x = activation(x @ weight.T)
            means.append(x.mean())
            stds.append(x.std() if len(weights) > 1 else 0.0)
        return np.array(means), np.array(stds)
    """,
    ),
    "one row": (
        "init.activation_statistics",
        """
        means, stds = [], []
        for weight in weights:
            x = activation(x @ weight.T)
            means.append(x.mean())
            stds.append(x.std() if len(x) > 1 else 0.0)
        return np.array(means), np.array(stds)
    """,
    ),
}


@pytest.mark.parametrize(("exercise", "body"), ONCE_ACCEPTED.values(), ids=ONCE_ACCEPTED)
def test_what_breaks_one_sentence_of_its_task_fails(exercise, body, graded):
    """Each of these is right but for what one sentence of the docstring says."""
    assert any(r.status is Status.FAILED for r in graded(exercise, body).results)
