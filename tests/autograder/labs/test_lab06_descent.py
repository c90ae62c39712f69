"""Lab 6 calls no unknown mistake by a wrong name."""

import pytest

from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.course.solutions import Mistake
from autograder.grading.grade import grade

LAB = load_lab("lab06_descent")


WRONG = {
    ("numerical_gradient", "three times too large"): (
        "return 3 * np.array([(f(x + m) - f(x - m)) / (2 * h) for m in np.eye(x.size) * h])"
    ),
    ("numerical_gradient", "returns nothing"): "np.zeros_like(x)",
    ("sign_descent", "two steps at once"): (
        "return np.array([x - 2 * k * np.sign(derivative(x)) * step for k in range(max_steps + 1)])"
    ),
    ("gradient_descent", "a rate that grows"): """
        path = [np.asarray(x)]
        for k in range(max_steps):
            path.append(path[-1] - lr * (k + 1) * gradient(path[-1]))
            if np.linalg.norm(path[-1] - path[-2]) <= tolerance:
                break
        return np.array(path)
    """,
    ("gradient_descent", "stops a step late"): """
        path, small = [np.asarray(x)], False
        for _ in range(max_steps):
            path.append(path[-1] - lr * gradient(path[-1]))
            if small:
                break
            small = np.linalg.norm(path[-1] - path[-2]) <= tolerance
        return np.array(path)
    """,
    ("largest_stable_lr", "three over the largest"): (
        "return float(3 / np.linalg.eigvalsh(hessian)[-1])"
    ),
    ("stochastic_gradient_descent", "pairs of examples"): """
        path = [np.asarray(x)]
        for _ in range(epochs):
            order = rng.permutation(n_samples)
            for i, j in zip(order, np.roll(order, 1)):
                path.append(path[-1] - lr * (gradient(path[-1], i) + gradient(path[-1], j)) / 2)
        return np.array(path)
    """,
    ("stochastic_gradient_descent", "all epochs shuffled together"): """
        path = [np.asarray(x)]
        for i in rng.permutation(np.tile(np.arange(n_samples), epochs)):
            path.append(path[-1] - lr * gradient(path[-1], int(i)))
        return np.array(path)
    """,
}


def written(name, body):
    """Write the module with one body in the place of the reference's."""
    return {"descent": Mistake("form", f"descent.{name}", "", body=body).source().text.decode()}


@pytest.mark.parametrize(("name", "form"), WRONG, ids=lambda part: part.replace(" ", "-"))
def test_a_mistake_that_nobody_knows_fails_without_a_name(name, form, sandbox, submit, key_of):
    """What the catalogue does not hold is wrong, and no saying is given for it."""
    report = grade(submit(LAB.id, **written(name, WRONG[name, form])), key_of(LAB.id), sandbox)
    failed = [r for r in report.results if r.status is Status.FAILED]

    assert failed
    assert {r.check.exercise for r in failed} == {f"descent.{name}"}
    assert [r.mistakes for r in failed if r.mistakes] == []
