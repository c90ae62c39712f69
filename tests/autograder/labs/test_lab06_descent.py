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


SIGNS = """
path = [float(x)]
for _ in range(max_steps):
    slope = derivative(path[-1])
    if {}:
        break
    path.append(path[-1] - float(np.sign(slope)) * step)
return np.array(path, dtype={})
"""
ORDERS = """
path, order = [np.asarray(x)], rng.permutation(n_samples)
for _ in range(epochs):
    for i in order:
        path.append(path[-1] - lr * gradient(path[-1], int(i)))
    order = {}
return np.array(path)
"""
UNKEPT = {
    "stops at a small slope": (
        "sign_descent",
        SIGNS.format("abs(slope) < 0.01", "float"),
        "settles",
    ),
    "stops at a tiny slope": (
        "sign_descent",
        SIGNS.format("abs(slope) < 1e-8", "float"),
        "settles",
    ),
    "stops near 0": ("sign_descent", SIGNS.format("np.isclose(slope, 0)", "float"), "settles"),
    "keeps the type of x": ("sign_descent", SIGNS.format("slope == 0", "type(x)"), "settles"),
    "leaves x moved": (
        "numerical_gradient",
        """
        x, gradient = np.asarray(x, dtype=float), np.zeros(np.shape(x))
        for i in np.ndindex(x.shape):
            x[i] += h
            ahead = f(x.copy())
            x[i] -= 2 * h
            gradient[i] = (ahead - f(x.copy())) / (2 * h)
            x[i] += h
        return gradient
        """,
        "any_numbers",  # the last check asks what holds of every exercise
    ),
    "turns one order round": (
        "stochastic_gradient_descent",
        ORDERS.format("order[::-1]"),
        "orders",
    ),
    "starts elsewhere in one order": (
        "stochastic_gradient_descent",
        ORDERS.format("np.roll(order, rng.integers(1, n_samples))"),
        "orders",
    ),
    "a flat valley is refused": (
        "largest_stable_lr",
        """
        eigenvalues = np.linalg.eigvalsh(hessian)
        if not np.allclose(hessian, np.transpose(hessian)) or not eigenvalues[0] > 1e-3:
            raise ValueError
        return float(2 / eigenvalues[-1])
        """,
        "stable_lr",
    ),
}


@pytest.mark.parametrize(("name", "body", "check"), UNKEPT.values(), ids=UNKEPT)
def test_what_a_docstring_says_is_asked(name, body, check, sandbox, submit, key_of):
    """An answer that breaks one sentence of its task fails the check that asks it."""
    report = grade(submit(LAB.id, **written(name, body)), key_of(LAB.id), sandbox)

    assert {r.check.id: r.status for r in report.results}[f"descent.{check}"] is Status.FAILED
