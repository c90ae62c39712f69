"""Lab 6 accepts every right way to walk downhill, and calls no unknown mistake by a wrong name."""

import pytest

from autograder.check import Status
from autograder.course import load_lab
from autograder.grade import grade
from autograder.key import record_key
from autograder.mistakes import Mistake

LAB = load_lab("lab06_descent")
SEEDS = (0, 1, 2)

RIGHT = {
    ("numerical_gradient", "steps in a copy and goes back"): """
        point = np.array(x, dtype=np.float64)
        slopes = np.empty(point.shape)
        it = np.nditer(point, flags=["multi_index"])
        for _ in it:
            index = it.multi_index
            kept = point[index]
            point[index] = kept + h
            ahead = f(point)
            point[index] = kept - h
            behind = f(point)
            point[index] = kept
            slopes[index] = (ahead - behind) / (2 * h)
        return slopes
    """,
    ("numerical_gradient", "rows of the identity, reshaped"): """
        point = np.asarray(x) * 1.0
        point = point.astype(float)
        moves = np.eye(point.size).reshape(-1, *point.shape) * h
        slopes = [(f(point + move) - f(point - move)) / h / 2 for move in moves]
        return np.array(slopes).reshape(point.shape)
    """,
    ("numerical_gradient", "flat index of a copy"): """
        point = x.astype(float)
        result = np.zeros(point.size)
        for k in range(point.size):
            ahead, behind = point.copy(), point.copy()
            ahead.flat[k] += h
            behind.flat[k] -= h
            result[k] = 0.5 * (f(ahead) / h - f(behind) / h)
        return result.reshape(np.shape(x))
    """,
    ("numerical_gradient", "a list of lists is a table too"): """
        def slope(index):
            move = np.where(np.arange(np.size(x)).reshape(np.shape(x)) == index, h, 0.0)
            return (f(np.asarray(x, float) + move) - f(np.asarray(x, float) - move)) / (2 * h)
        return np.vectorize(slope)(np.arange(np.size(x)).reshape(np.shape(x))).tolist()
    """,
    ("numerical_gradient", "the mean of both one-sided slopes"): """
        x = np.array(x, dtype="float64")
        gradient = np.zeros(x.shape)
        for index, _ in np.ndenumerate(x):
            move = np.zeros(x.shape)
            move[index] = h
            gradient[index] = ((f(x + move) - f(x)) / h + (f(x) - f(x - move)) / h) / 2
        return gradient
    """,
    ("sign_descent", "while loop and comparisons"): """
        points = [x]
        while len(points) <= max_steps and derivative(points[-1]) != 0:
            down = -1 if derivative(points[-1]) > 0 else 1
            points.append(points[-1] + down * step)
        return points
    """,
    ("sign_descent", "numpy array cut to length"): """
        path = np.empty(max_steps + 1)
        path[0] = x
        taken = 0
        while taken < max_steps:
            slope = derivative(path[taken])
            if slope == 0.0:
                break
            path[taken + 1] = path[taken] - np.copysign(step, slope)
            taken += 1
        return path[: taken + 1]
    """,
    ("sign_descent", "slope over its absolute value"): """
        path = np.array([float(x)])
        for _ in range(max_steps):
            slope = derivative(path[-1])
            if not slope:
                return path
            path = np.append(path, path[-1] - slope / abs(slope) * step)
        return path
    """,
    ("sign_descent", "recursion"): """
        slope = derivative(x) if max_steps else 0
        if slope == 0:
            return np.array([x], dtype=float)
        ahead = sign_descent(derivative, x - np.sign(slope) * step, step, max_steps - 1)
        return np.concatenate([[x], ahead])
    """,
    ("gradient_descent", "while loop from an infinite change"): """
        x = np.array(x, dtype=float)
        path, change = [x.copy()], np.inf
        while not change <= tolerance and len(path) <= max_steps:
            update = -lr * gradient(x)
            x = x + update
            change = np.sqrt((update**2).sum())
            path.append(x.copy())
        return np.vstack(path)
    """,
    ("gradient_descent", "in place on a copy of its own"): """
        point = np.array(x, dtype=float, copy=True)
        path = [point.copy()]
        for _ in range(max_steps):
            before = point.copy()
            point -= gradient(point) * lr
            path.append(point.copy())
            if np.sqrt(np.dot(point - before, point - before)) <= tolerance:
                return np.array(path)
        return np.array(path)
    """,
    ("gradient_descent", "an array filled and cut"): """
        path = np.full((max_steps + 1, len(x)), np.nan)
        path[0] = x
        for k in range(1, max_steps + 1):
            path[k] = path[k - 1] - lr * np.asarray(gradient(path[k - 1]))
            if np.linalg.norm(path[k] - path[k - 1], ord=2) <= tolerance:
                return path[: k + 1]
        return path
    """,
    ("gradient_descent", "lists of numbers"): """
        import math
        path = [[float(number) for number in x]]
        steps = 0
        while steps < max_steps:
            slopes = gradient(np.array(path[-1]))
            path.append([a - lr * b for a, b in zip(path[-1], slopes)])
            steps += 1
            if math.dist(path[-1], path[-2]) <= tolerance:
                break
        return path
    """,
    ("largest_stable_lr", "general eigenvalues"): """
        hessian = np.asarray(hessian, dtype=float)
        if (hessian != hessian.T).any():
            raise ValueError("not symmetric")
        values, _ = np.linalg.eig(hessian)
        if (values <= 0).any():
            raise ValueError("no bowl")
        return 2 / values.max()
    """,
    ("largest_stable_lr", "singular values and Cholesky"): """
        if not np.array_equal(hessian, np.array(hessian).T):
            raise ValueError(hessian)
        np.linalg.cholesky(hessian)
        return 2.0 / np.linalg.norm(hessian, 2)
    """,
    ("largest_stable_lr", "the inverse's smallest"): """
        if np.abs(hessian - hessian.T).max() > 1e-12 or np.linalg.eigvalsh(hessian).min() <= 0:
            raise ValueError
        return np.array(2 * np.linalg.eigvalsh(np.linalg.inv(hessian)).min())
    """,
    ("largest_stable_lr", "power iteration"): """
        if not np.allclose(hessian, hessian.T) or min(np.linalg.eigvalsh(hessian)) <= 0:
            raise ValueError("give me a bowl")
        power = np.array(hessian, dtype=float)
        for _ in range(60):
            power = power @ power
            power = power / np.abs(power).max()
        vector = power[:, np.abs(power).sum(axis=0).argmax()]
        return 2 * (vector @ vector) / (vector @ hessian @ vector)
    """,
    ("stochastic_gradient_descent", "shuffles an array in place"): """
        x = np.array(x, dtype=float)
        path = [x.copy()]
        order = np.arange(n_samples)
        for _ in range(epochs):
            rng.shuffle(order)
            for i in order:
                x -= lr * gradient(x, i)
                path.append(x.copy())
        return np.array(path)
    """,
    ("stochastic_gradient_descent", "sorts random numbers, an array filled"): """
        path = np.empty((epochs * n_samples + 1, len(x)))
        path[0], k = x, 0
        for _ in range(epochs):
            for i in np.argsort(rng.random(n_samples)):
                path[k + 1] = path[k] - lr * gradient(path[k], i)
                k += 1
        return path
    """,
    ("stochastic_gradient_descent", "draws without replacement, and lists"): """
        path = [list(map(float, x))]
        for _ in range(epochs):
            left = list(range(n_samples))
            while left:
                i = left.pop(int(rng.integers(len(left))))
                slopes = gradient(np.array(path[-1]), i)
                path.append([a - lr * b for a, b in zip(path[-1], slopes)])
        return path
    """,
    ("stochastic_gradient_descent", "all orders at once"): """
        orders = rng.permuted(np.tile(np.arange(n_samples), (epochs, 1)), axis=1)
        path = [1.0 * x]
        for i in orders.ravel():
            path += [path[-1] + lr * -gradient(path[-1], i)]
        return np.stack(path)
    """,
    ("stochastic_gradient_descent", "asks for gradients that it does not use"): """
        path = [np.asarray(x, dtype=float)]
        for _ in range(epochs):
            for i in rng.choice(n_samples, size=n_samples, replace=False):
                slopes = [gradient(path[-1], j) for j in range(n_samples)]
                path.append(path[-1] - lr * slopes[i])
        return np.array(path)
    """,
}

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


@pytest.fixture(scope="module")
def keys(sandbox):
    """Record the keys of a few seeds, without mistakes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograder.key.load_mistakes", lambda _: [])
        return [record_key(LAB, seed, sandbox) for seed in SEEDS]


def written(name, body):
    """Write the module with one body in the place of the reference's."""
    return {"descent": Mistake("form", f"descent.{name}", "", body=body).source().text.decode()}


def asked_of(exercise):
    """List the checks of an exercise."""
    return [c.id for c in LAB.checks.values() if c.exercise == exercise]


@pytest.mark.parametrize(("name", "form"), RIGHT, ids=lambda part: part.replace(" ", "-"))
def test_a_right_form_gets_full_marks(name, form, keys, sandbox, submit):
    """Loops, copies, lists and other algorithms are right under every seed."""
    submission = submit(LAB.id, **written(name, RIGHT[name, form]))
    for key in keys:
        for check in asked_of(f"descent.{name}"):
            (result,) = grade(submission, key, sandbox, only=check).results

            assert (result.status, result.message) == (Status.PASSED, ""), check


@pytest.mark.parametrize(("name", "form"), WRONG, ids=lambda part: part.replace(" ", "-"))
def test_a_mistake_that_nobody_knows_fails_without_a_name(name, form, sandbox, submit, key_of):
    """What the catalogue does not hold is wrong, and no saying is given for it."""
    report = grade(submit(LAB.id, **written(name, WRONG[name, form])), key_of(LAB.id), sandbox)
    failed = [r for r in report.results if r.status is Status.FAILED]

    assert failed
    assert {r.check.exercise for r in failed} == {f"descent.{name}"}
    assert [r.mistake for r in failed if r.mistake] == []


def test_every_exercise_has_four_right_forms():
    """The checks were tried with at least four ways to write each exercise."""
    tried = [f"descent.{name}" for name, _ in RIGHT]

    assert all(tried.count(exercise) >= 4 for exercise in LAB.exercises)
