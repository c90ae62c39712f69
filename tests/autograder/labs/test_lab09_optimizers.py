"""Lab 9 gives no wrong answer a wrong name."""

import pytest

from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.course.solutions import Mistake
from autograder.grading.grade import grade

LAB = "lab09_optimizers"


def graded(exercise, body, key_of, sandbox, submit):
    """Grade the reference with one body replaced."""
    mistake = Mistake("form", exercise, "", body=body)
    submission = submit(LAB, **{mistake.module: mistake.source().text.decode()})
    return grade(submission, key_of(LAB), sandbox)


@pytest.mark.parametrize(
    ("exercise", "passed"),
    [
        ("optim.AdaGrad.step", "optim.adagrad"),
        ("optim.RMSProp.step", "optim.rmsprop"),
        ("optim.Adam.step", "optim.adam"),
    ],
)
def test_where_epsilon_stands_costs_one_check_only(exercise, passed, key_of, sandbox, submit):
    """Where epsilon is placed or written into the code, the walk is right and only its size is not."""
    from autograder.course.solutions import load_mistakes

    for mistake in load_mistakes(load_lab(LAB)):
        if mistake.exercise == exercise and "epsilon" in mistake.id:
            submission = submit(LAB, optim=mistake.source().text.decode())
            results = grade(submission, key_of(LAB), sandbox).results
            failed = [r.check.id for r in results if r.status is Status.FAILED]

            assert failed == [f"{passed}_epsilon"], mistake.id


UNKNOWN = {
    "optim.SGD.step": "self.theta.data -= self.lr * self.theta.grad * 1.01",
    "optim.Momentum.step": "self.theta.data -= self.lr * self.theta.grad * (1 + self.momentum)",
    "optim.Nesterov.step": "self.theta.data += self.momentum * self.velocity",
    "optim.AdaGrad.step": """
self.squares += self.theta.grad**2
self.theta.data -= self.lr * self.theta.grad / (np.cbrt(self.squares) + self.eps)
""",
    "optim.RMSProp.step": "self.theta.data -= self.lr * self.theta.grad",
    "optim.Adam.step": "self.theta.data -= self.lr * np.sign(self.theta.grad)",
    "schedules.step_decay": "return lr * drop ** round(epoch / every)",
    "schedules.exponential_decay": "return lr * (1 - k * t)",
    "schedules.inverse_time_decay": "return lr / (1 + k * t) ** 2",
}


@pytest.mark.parametrize(("exercise", "body"), UNKNOWN.items())
def test_an_unknown_wrong_body_fails_without_a_name(exercise, body, key_of, sandbox, submit):
    """What no known mistake does is wrong all the same, and is called nothing."""
    results = graded(exercise, body, key_of, sandbox, submit).results
    failed = [r for r in results if r.status is Status.FAILED]

    assert {r.check.exercise for r in failed} == {exercise}
    assert {r.mistakes for r in failed} == {()}


@pytest.mark.parametrize("module", load_lab(LAB).modules)
def test_a_file_handed_in_alone_passes_alone(module, key_of, sandbox, saved):
    """Without its neighbour in the folder, each file still gets all its own points."""
    place = saved(LAB)
    for other in set(load_lab(LAB).modules) - {module}:
        (place.folder / f"{other}.py").unlink()
    for result in grade(place.read(), key_of(LAB), sandbox).results:
        assert (result.status is Status.PASSED) == (result.check.module == module), result.message
