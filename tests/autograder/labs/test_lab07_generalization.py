"""Lab 7 accepts every right form of its exercises, and calls no unknown mistake by a wrong name."""

import pytest

from autograder.check import Status
from autograder.course import load_lab
from autograder.grade import grade
from autograder.key import record_key
from autograder.mistakes import Mistake
from autograder.stubs import make_stub

LAB = load_lab("lab07_generalization")
SEEDS = (0, 1, 2)

RIGHT = {
    "preprocessing.StandardScaler.fit": [
        """
        x = np.asarray(x, dtype=float)
        self.mean = x.sum(axis=0) / x.shape[0]
        self.std = np.sqrt(((x - self.mean) ** 2).sum(axis=0) / x.shape[0])
        self.std[self.std == 0] = 1
        return self
        """,
        """
        columns = [[float(number) for number in column] for column in np.transpose(x)]
        self.mean = [sum(column) / len(column) for column in columns]
        self.std = []
        for column, mean in zip(columns, self.mean):
            std = (sum((number - mean) ** 2 for number in column) / len(column)) ** 0.5
            self.std.append(std or 1.0)
        self.mean, self.std = np.array(self.mean), np.array(self.std)
        return self
        """,
        """
        self.mean = np.average(x, axis=0)
        second = np.mean((x - self.mean) ** 2, axis=0)
        self.std = np.where(np.ptp(x, axis=0) > 0, second**0.5, 1)
        self.seen = len(x)
        return self
        """,
        """
        self.mean = np.einsum("ij->j", np.array(x, float)) / len(x)
        std = np.std(x, axis=0)
        self.std = np.where(std < 1e-12, np.ones_like(std), std)
        return self
        """,
    ],
    "preprocessing.StandardScaler.transform": [
        "return x / self.std - self.mean / self.std",
        """
        result = np.array(x, dtype=float)
        result -= self.mean
        result /= self.std
        return result
        """,
        "return np.array([[(n - m) / s for n, m, s in zip(r, self.mean, self.std)] for r in x])",
        "return np.divide(np.subtract(x, self.mean), self.std)",
    ],
    "preprocessing.MinMaxScaler.fit": [
        """
        self.minimum, self.maximum = x.min(axis=0), x.max(axis=0)
        return self
        """,
        """
        rows = np.sort(x, axis=0)
        self.minimum, self.maximum = rows[0].astype(float), rows[-1].astype(float)
        return self
        """,
        """
        self.minimum = np.array([min(column) for column in np.transpose(x)])
        self.maximum = np.array([max(column) for column in np.transpose(x)])
        self.width = self.maximum - self.minimum
        return self
        """,
        """
        self.minimum = np.minimum.reduce(x)
        self.maximum = -np.minimum.reduce(-x)
        return self
        """,
    ],
    "preprocessing.MinMaxScaler.transform": [
        """
        width = self.maximum - self.minimum
        width = np.where(width == 0, 1, width)
        low, high = self.feature_range
        share = (x - self.minimum) / width
        return share * high + (1 - share) * low
        """,
        """
        scale = (self.feature_range[1] - self.feature_range[0]) / np.array(
            [b - a if b > a else 1.0 for a, b in zip(self.minimum, self.maximum)]
        )
        return x * scale + (self.feature_range[0] - self.minimum * scale)
        """,
        """
        low, high = self.feature_range
        result = np.zeros(x.shape)
        for j in range(x.shape[1]):
            width = float(self.maximum[j] - self.minimum[j])
            if width == 0:
                width = 1.0
            for i in range(x.shape[0]):
                result[i, j] = low + (high - low) * (x[i, j] - self.minimum[j]) / width
        return result
        """,
        """
        low, high = min(self.feature_range), max(self.feature_range)
        result = x.astype(float)
        result -= self.minimum
        width = (self.maximum - self.minimum).astype(float)
        width[width == 0] = 1
        result *= (high - low) / width
        result += low
        return result
        """,
    ],
    "preprocessing.PCAWhitening.fit": [
        """
        n, features = x.shape
        if self.n_components and self.n_components > features:
            raise ValueError("too many")
        self.mean = x.mean(axis=0)
        _, singular, rows = np.linalg.svd(x - self.mean, full_matrices=False)
        keep = self.n_components or features
        self.components = rows[:keep]
        std = singular[:keep] / np.sqrt(n)
        self.std = np.where(std > 1e-7, std, 1.0)
        return self
        """,
        """
        features = len(x[0])
        keep = self.n_components if self.n_components else features
        if keep > features:
            raise ValueError(keep)
        self.mean = np.sum(x, axis=0) / len(x)
        variance, directions = np.linalg.eig(np.cov(x, rowvar=False, bias=True))
        order = np.argsort(-variance)[:keep]
        self.components = -directions[:, order].T
        variance = variance[order]
        self.std = np.sqrt(np.where(variance > 1e-10, variance, 1))
        return self
        """,
        """
        if self.n_components is None:
            keep = x.shape[1]
        elif self.n_components <= x.shape[1]:
            keep = self.n_components
        else:
            raise ValueError(f"only {x.shape[1]} features")
        self.mean = np.mean(x, axis=0)
        centred = x - self.mean
        covariance = sum(np.outer(row, row) for row in centred) / len(centred)
        values, vectors = np.linalg.eigh(covariance)
        pairs = sorted(zip(values, vectors.T), key=lambda pair: pair[0], reverse=True)[:keep]
        self.components = np.array([vector for _, vector in pairs])
        self.std = np.array([v**0.5 if v > 1e-12 * pairs[0][0] else 1.0 for v, _ in pairs])
        return self
        """,
        """
        keep = np.shape(x)[1] if self.n_components is None else self.n_components
        if keep not in range(1, np.shape(x)[1] + 1):
            raise ValueError("n_components")
        self.mean = np.mean(x, axis=0)
        vectors, squares, _ = np.linalg.svd(np.cov(np.transpose(x), ddof=0))
        signs = np.sign(vectors.sum(axis=0))
        self.components = (vectors * np.where(signs == 0, 1, signs)).T[:keep]
        self.std = np.sqrt(squares[:keep])
        self.std[self.std < 1e-6 * self.std[0]] = 1
        self.n_features = np.shape(x)[1]
        return self
        """,
    ],
    "preprocessing.PCAWhitening.transform": [
        "return np.dot(self.components, (x - self.mean).T).T / self.std",
        "return (x - self.mean) @ (self.components / self.std[:, None]).T",
        "return np.einsum('nf,kf->nk', x - self.mean, self.components) / self.std",
        """
        turned = [[(row - self.mean) @ component for component in self.components] for row in x]
        return np.array(turned) / self.std
        """,
    ],
    "regularization.l2_penalty": [
        "return sum(np.linalg.norm(weight) ** 2 for weight in weights)",
        "everything = np.concatenate([w.ravel() for w in weights])\nreturn everything @ everything",
        """
        total = 0
        for weight in weights:
            for entry in weight.flat:
                total += entry * entry
        return total
        """,
        "return np.sum([np.vdot(weight, weight) for weight in weights])",
        "return np.array(sum(np.trace(weight.T @ weight) for weight in weights))",
    ],
    "regularization.l2_gradient": [
        "return [weight + weight for weight in weights]",
        "return tuple(2.0 * np.array(weight) for weight in weights)",
        """
        gradients = []
        for weight in weights:
            gradient = weight.copy()
            gradient *= 2
            gradients.append(gradient)
        return gradients
        """,
        "return list(map(lambda weight: np.multiply(2, weight), weights))",
    ],
    "regularization.l1_penalty": [
        "return np.linalg.norm(np.concatenate([w.ravel() for w in weights]), 1)",
        "return sum(abs(entry) for weight in weights for row in weight for entry in row)",
        "return sum(np.sum(weight * np.sign(weight)) for weight in weights)",
        "return sum(np.maximum(w, 0).sum() - np.minimum(w, 0).sum() for w in weights)",
    ],
    "regularization.l1_gradient": [
        "return [(weight > 0).astype(float) - (weight < 0) for weight in weights]",
        "return [1 * (weight > 0) - 1 * (weight < 0) for weight in weights]",
        "return [np.where(weight > 0, 1, np.where(weight < 0, -1, 0)) for weight in weights]",
        """
        gradients = []
        for weight in weights:
            gradient = np.zeros(weight.shape)
            gradient[weight > 0] = 1
            gradient[weight < 0] = -1
            gradients += [gradient]
        return gradients
        """,
        "return [w / np.where(w == 0, 1, np.abs(w)) for w in weights]",
    ],
    "regularization.fit_polynomial": [
        """
        if degree < 0 or degree >= len(x) or l2 < 0:
            raise ValueError("degree or l2")
        a = np.array([[xi**j for j in range(degree + 1)] for xi in x], dtype=float)
        d = np.eye(degree + 1)
        d[0, 0] = 0
        return np.linalg.inv(a.T @ a + len(x) * l2 * d) @ a.T @ y
        """,
        """
        if degree not in range(len(x)) or l2 < 0:
            raise ValueError
        a = np.power.outer(np.asarray(x, float), np.arange(degree + 1))
        left = a.T @ a / len(x) + np.diag([0.0] + [l2] * degree)
        return np.linalg.solve(left, a.T @ y / len(x)).tolist()
        """,
        """
        if not (0 <= degree and degree < len(x)):
            raise ValueError("degree")
        if l2 < 0:
            raise ValueError("l2")
        if l2 == 0:
            return np.polynomial.polynomial.polyfit(x, y, degree)
        # Centred powers do without the bias, which is then what the means leave over.
        powers = np.stack([np.asarray(x, float) ** j for j in range(1, degree + 1)], axis=1)
        centred = powers - powers.mean(axis=0)
        bent = np.linalg.solve(
            centred.T @ centred + len(x) * l2 * np.eye(degree), centred.T @ (y - np.mean(y))
        )
        return np.append(np.mean(y) - powers.mean(axis=0) @ bent, bent)
        """,
        """
        if l2 < 0 or not -1 < degree < len(y):
            raise ValueError("give me something to fit")
        a = np.vander(np.asarray(x, dtype=float), degree + 1)[:, ::-1]
        a = np.concatenate([a, (len(x) * l2) ** 0.5 * np.diag([0.0] + [1.0] * degree)])
        q, r = np.linalg.qr(a)
        return np.linalg.solve(r, q.T @ np.concatenate([y, np.zeros(degree + 1)]))
        """,
    ],
    "regularization.bias_variance": [
        """
        mean = np.mean(predictions, axis=0)
        error = np.mean((predictions - truth) ** 2)
        bias = ((mean - truth) @ (mean - truth)) / len(truth)
        return bias, error - bias
        """,
        "return ((predictions.mean(0) - truth) ** 2).mean(), predictions.var(axis=0).mean()",
        """
        n_models, n_points = predictions.shape
        bias = variance = 0.0
        for j in range(n_points):
            mean = sum(predictions[:, j]) / n_models
            bias += (mean - truth[j]) ** 2 / n_points
            variance += sum((p - mean) ** 2 for p in predictions[:, j]) / n_models / n_points
        return [bias, variance]
        """,
        """
        mean = predictions.mean(axis=0, keepdims=True)
        return np.array([np.mean((mean - truth) ** 2), np.mean((predictions - mean) ** 2)])
        """,
    ],
}

WRONG = {
    "preprocessing.StandardScaler.fit": """
        self.mean, self.std = np.max(x, axis=0) * 0.5, np.ones(np.shape(x)[1])
        return self
    """,
    "preprocessing.StandardScaler.transform": "return np.tanh((x - self.mean) / self.std)",
    "preprocessing.MinMaxScaler.fit": """
        self.minimum, self.maximum = np.percentile(x, 10, axis=0), np.percentile(x, 90, axis=0)
        return self
    """,
    "preprocessing.MinMaxScaler.transform": "return np.sqrt(np.abs(x - self.minimum))",
    "preprocessing.PCAWhitening.fit": """
        self.mean, self.components = np.mean(x, axis=0), np.eye(np.shape(x)[1])
        self.std = np.std(x, axis=0)
        return self
    """,
    "preprocessing.PCAWhitening.transform": "return 3 * (x - self.mean) @ self.components.T",
    "regularization.l2_penalty": "return sum(np.sum(weight**4) for weight in weights)",
    "regularization.l2_gradient": "return [4 * weight**3 for weight in weights]",
    "regularization.l1_penalty": "return sum(np.max(np.abs(weight)) for weight in weights)",
    "regularization.l1_gradient": "return [np.tanh(weight) for weight in weights]",
    "regularization.fit_polynomial": "return np.zeros(degree + 1)",
    "regularization.bias_variance": "return 0.0, 0.0",
}


@pytest.fixture(scope="module")
def keys(sandbox):
    """Record the keys of a few seeds, without mistakes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograder.key.load_mistakes", lambda _: [])
        return [record_key(LAB, seed, sandbox) for seed in SEEDS]


def written(exercise, body):
    """Write the module with one body in the place of the reference's."""
    variant = Mistake("form", exercise, "", body=body)
    return {variant.module: variant.source().text.decode()}


def asked_of(exercise):
    """List the checks that see an exercise: its own, and those of the same class's other methods."""
    whole = exercise.rpartition(".")[0] if exercise.count(".") > 1 else exercise
    return [c.id for c in LAB.checks.values() if c.exercise.startswith(whole)]


@pytest.mark.parametrize(
    ("exercise", "number"), [(name, i) for name, forms in RIGHT.items() for i in range(len(forms))]
)
def test_a_right_form_gets_full_marks(exercise, number, keys, sandbox, submit):
    """Loops, copies, lists and other decompositions are right under every seed."""
    submission = submit(LAB.id, **written(exercise, RIGHT[exercise][number]))
    for key in keys:
        for check in asked_of(exercise):
            (result,) = grade(submission, key, sandbox, only=check).results

            assert (result.status, result.message) == (Status.PASSED, ""), check


@pytest.mark.parametrize("exercise", WRONG)
def test_a_mistake_that_nobody_knows_fails_without_a_name(exercise, sandbox, submit, key_of):
    """What the catalogue does not hold is wrong, and no saying is given for it."""
    report = grade(submit(LAB.id, **written(exercise, WRONG[exercise])), key_of(LAB.id), sandbox)
    failed = [r for r in report.results if r.status is Status.FAILED]

    assert failed
    assert {r.check.exercise for r in failed} == {exercise}
    assert [r.mistake for r in failed if r.mistake] == []


def test_every_exercise_has_four_right_forms():
    """The checks were tried with at least four ways to write each exercise."""
    assert all(len(RIGHT[exercise]) >= 4 for exercise in LAB.exercises)


@pytest.mark.parametrize("module", LAB.modules)
def test_a_finished_module_passes_alone(module, sandbox, submit, key_of):
    """One file gets its points whatever is still missing in the other."""
    (other,) = set(LAB.modules) - {module}
    report = grade(submit(LAB.id, **{other: make_stub(LAB, other)}), key_of(LAB.id), sandbox)

    for result in report.results:
        assert (result.status is Status.PASSED) == (result.check.module == module)
