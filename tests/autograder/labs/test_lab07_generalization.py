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
