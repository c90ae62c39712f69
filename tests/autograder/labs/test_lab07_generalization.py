"""Lab 7 calls no unknown mistake by a wrong name, and each file passes alone."""

import pytest

from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.course.solutions import Mistake
from autograder.course.stubs import make_stub
from autograder.grading.grade import grade

LAB = load_lab("lab07_generalization")


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


def written(exercise, body):
    """Write the module with one body in the place of the reference's."""
    variant = Mistake("form", exercise, "", body=body)
    return {variant.module: variant.source().text.decode()}


@pytest.mark.parametrize("exercise", WRONG)
def test_a_mistake_that_nobody_knows_fails_without_a_name(exercise, sandbox, submit, key_of):
    """What the catalogue does not hold is wrong, and no saying is given for it."""
    report = grade(submit(LAB.id, **written(exercise, WRONG[exercise])), key_of(LAB.id), sandbox)
    failed = [r for r in report.results if r.status is Status.FAILED]

    assert failed
    assert {r.check.exercise for r in failed} == {exercise}
    assert [r.mistakes for r in failed if r.mistakes] == []


@pytest.mark.parametrize("module", LAB.modules)
def test_a_finished_module_passes_alone(module, sandbox, submit, key_of):
    """One file gets its points whatever is still missing in the other."""
    (other,) = set(LAB.modules) - {module}
    report = grade(submit(LAB.id, **{other: make_stub(LAB, other)}), key_of(LAB.id), sandbox)

    for result in report.results:
        assert (result.status is Status.PASSED) == (result.check.module == module)


ONCE_ACCEPTED = {
    "std keeps first": (
        "preprocessing.StandardScaler.fit",
        """
        if hasattr(self, 'mean'):
            return self
        self.mean = np.mean(x, axis=0)
        constant = np.max(x, axis=0) == np.min(x, axis=0)
        self.std = np.where(constant, 1.0, np.std(x, axis=0))
        return self
    """,
    ),
    "minmax keeps first": (
        "preprocessing.MinMaxScaler.fit",
        """
        if not hasattr(self, 'minimum'):
            self.minimum = 1.0 * np.min(x, axis=0)
            self.maximum = 1.0 * np.max(x, axis=0)
        return self
    """,
    ),
    "minmax refit widens": (
        "preprocessing.MinMaxScaler.fit",
        """
        lo, hi = 1.0 * np.min(x, axis=0), 1.0 * np.max(x, axis=0)
        self.minimum = np.minimum(lo, getattr(self, 'minimum', lo))
        self.maximum = np.maximum(hi, getattr(self, 'maximum', hi))
        return self
    """,
    ),
    "pca refit": (
        "preprocessing.PCAWhitening.fit",
        """
        if hasattr(self, 'mean'):
            return self
        features = np.shape(x)[1]
        keep = features if self.n_components is None else self.n_components
        if keep > features:
            raise ValueError
        self.mean = np.mean(x, axis=0)
        centred = x - self.mean
        variance, directions = np.linalg.eigh(centred.T @ centred / len(x))
        variance = variance[::-1][:keep]
        self.components = directions.T[::-1][:keep]
        self.std = np.sqrt(np.where(variance > 1e-12 * variance[0], variance, 1.0))
        return self
    """,
    ),
    "std==0": (
        "preprocessing.StandardScaler.fit",
        """
        self.mean, std = np.mean(x, axis=0), np.std(x, axis=0)
        std[std == 0] = 1
        self.std = std
        return self
    """,
    ),
    "small 0.01": (
        "preprocessing.StandardScaler.fit",
        """
        self.mean, std = np.mean(x, axis=0), np.std(x, axis=0)
        std[std < 0.01] = 1
        self.std = std
        return self
    """,
    ),
    "small 1e-8": (
        "preprocessing.StandardScaler.fit",
        """
        self.mean, std = np.mean(x, axis=0), np.std(x, axis=0)
        std[std < 1e-8] = 1
        self.std = std
        return self
    """,
    ),
    "mean of squares": (
        "preprocessing.StandardScaler.fit",
        """
        self.mean = np.mean(x, axis=0)
        constant = np.max(x, axis=0) == np.min(x, axis=0)
        self.std = np.where(constant, 1.0, np.sqrt(np.maximum(np.mean(1.0*x**2, axis=0) - self.mean**2, 0)))
        return self
    """,
    ),
    "identity returns x": (
        "preprocessing.StandardScaler.transform",
        "return x if not np.any(self.mean) and np.all(self.std == 1) else (x - self.mean) / self.std",
    ),
    "learns from each": (
        "preprocessing.StandardScaler.transform",
        """
        out = (x - self.mean) / self.std
        self.mean = 0.9 * self.mean + 0.1 * x.mean(axis=0)
        return out
    """,
    ),
    "components turned": (
        "preprocessing.PCAWhitening.transform",
        """
        out = (x - self.mean) @ self.components.T / self.std
        self.components = self.components[::-1]
        return out
    """,
    ),
    "centred if many": (
        "preprocessing.PCAWhitening.transform",
        "return (x - (self.mean if len(x) > 1 else 0)) @ self.components.T / self.std",
    ),
    "relative to last kept": (
        "preprocessing.PCAWhitening.fit",
        """
        features = np.shape(x)[1]
        keep = features if self.n_components is None else self.n_components
        if keep > features:
            raise ValueError
        self.mean = np.mean(x, axis=0)
        centred = x - self.mean
        variance, directions = np.linalg.eigh(centred.T @ centred / len(x))
        variance = variance[::-1][:keep]
        self.components = directions.T[::-1][:keep]
        self.std = np.sqrt(np.where(variance > 1e-10 * np.max(variance[-1:]), variance, 1.0))
        return self
    """,
    ),
    "1e-10 of largest": (
        "preprocessing.PCAWhitening.fit",
        """
        features = np.shape(x)[1]
        keep = features if self.n_components is None else self.n_components
        if keep > features:
            raise ValueError
        self.mean = np.mean(x, axis=0)
        centred = x - self.mean
        variance, directions = np.linalg.eigh(centred.T @ centred / len(x))
        variance = variance[::-1][:keep]
        self.components = directions.T[::-1][:keep]
        self.std = np.sqrt(np.where(variance > 1e-10 * variance[0], variance, 1.0))
        return self
    """,
    ),
    "1e-14 of largest": (
        "preprocessing.PCAWhitening.fit",
        """
        features = np.shape(x)[1]
        keep = features if self.n_components is None else self.n_components
        if keep > features:
            raise ValueError
        self.mean = np.mean(x, axis=0)
        centred = x - self.mean
        variance, directions = np.linalg.eigh(centred.T @ centred / len(x))
        variance = variance[::-1][:keep]
        self.components = directions.T[::-1][:keep]
        self.std = np.sqrt(np.where(variance > 1e-14 * variance[0], variance, 1.0))
        return self
    """,
    ),
    "cached": (
        "preprocessing.StandardScaler.transform",
        """
        if getattr(self, '_x', None) is x:
            return self._z
        self._x, self._z = x, (x - self.mean) / self.std
        return self._z
    """,
    ),
    "l2 vectors": (
        "regularization.l2_penalty",
        "return float(sum(np.sum(w**2) for w in weights if np.ndim(w) > 1))",
    ),
    "l2 grad vectors": (
        "regularization.l2_gradient",
        "return [2 * w if np.ndim(w) > 1 else 0 * w for w in weights]",
    ),
    "l1 below 0.1": (
        "regularization.l1_gradient",
        "return [np.where(np.abs(w) < 0.1, 0, np.sign(w)) for w in weights]",
    ),
    "l1 same array": (
        "regularization.l1_gradient",
        "return [w if np.isin(w, (-1, 0, 1)).all() else np.sign(w) for w in weights]",
    ),
    "poly degree 0 bias": (
        "regularization.fit_polynomial",
        """
        if not 0 <= degree < len(x) or not l2 >= 0:
            raise ValueError
        x = floats(x)
        powers = np.vander(x, degree + 1, increasing=True)
        pull = np.sqrt(len(x) * l2) * (np.eye(degree + 1)[1:] if degree else np.eye(1))
        rows, answers = np.vstack([powers, pull]), np.append(y, np.zeros(len(pull)))
        return np.linalg.lstsq(rows, answers, rcond=None)[0]
    """,
    ),
    "poly writes y": (
        "regularization.fit_polynomial",
        """
        if not 0 <= degree < len(x) or not l2 >= 0:
            raise ValueError
        powers = np.vander(floats(x), degree + 1, increasing=True)
        pull = np.sqrt(len(x) * l2) * np.eye(degree + 1)[1:]
        rows, answers = np.vstack([powers, pull]), np.append(y, np.zeros(degree))
        w = np.linalg.lstsq(rows, answers, rcond=None)[0]
        y -= y.mean()
        return w
    """,
    ),
    "bias truth in place": (
        "regularization.bias_variance",
        """
        mean = predictions.mean(axis=0)
        v = float(np.mean((predictions - mean) ** 2))
        truth -= mean
        return float(np.mean(truth**2)), v
    """,
    ),
    "bias one model": (
        "regularization.bias_variance",
        """
        mean = predictions.mean(axis=0) if len(predictions) > 1 else truth
        return float(np.mean((mean - truth) ** 2)), float(np.mean((predictions - mean) ** 2))
    """,
    ),
    "on the class": (
        "preprocessing.StandardScaler.fit",
        """
        type(self).mean = np.mean(x, axis=0)
        constant = np.max(x, axis=0) == np.min(x, axis=0)
        type(self).std = np.where(constant, 1.0, np.std(x, axis=0))
        return self
    """,
    ),
}


@pytest.mark.parametrize(("exercise", "body"), ONCE_ACCEPTED.values(), ids=ONCE_ACCEPTED)
def test_what_breaks_one_sentence_of_its_task_fails(exercise, body, graded):
    """Each of these is right but for what one sentence of the docstring says."""
    assert any(r.status is Status.FAILED for r in graded(exercise, body).results)
