"""Lab 10 gives no wrong answer a wrong name."""

import numpy as np
import pytest

from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.course.solutions import Mistake
from autograder.course.stubs import make_stub
from autograder.grading.grade import grade
from tests.tails import cross_entropies, engine_answers, laplace_tail

LAB = "lab10_training"


def graded(exercise, body, key_of, sandbox, submit):
    """Grade the reference with one body replaced."""
    mistake = Mistake("form", exercise, "", body=body)
    submission = submit(LAB, **{mistake.module: mistake.source().text.decode()})
    return grade(submission, key_of(LAB), sandbox)


UNKNOWN = {
    "selection.train_val_split": "return Split(x[2:], target[2:], x[:2], target[:2])",
    "selection.k_fold": "return [(np.arange(n_samples), np.arange(2))] * n_splits",
    "selection.cross_validate": "return 0.5, np.full(n_splits, 0.5)",
    "selection.log_uniform": "return np.sqrt(rng.uniform(low**2, high**2, size)) / 2",
    "selection.grid_search": "return [Trial(0.0, {}), Trial(1.0, {})]",
    "selection.random_search": "return [Trial(0.0, {name: 1.0 for name in ranges})] * n_trials",
    "selection.refine": "return best / 2, best * 2",
    "training.EarlyStopping.update": "self.losses.append(val_loss)\nreturn len(self.losses) > 3",
    "training.diverged": "return cost > 10 * first_cost",
    "training.train": "return History(best_model=model, train_loss=[1.0] * epochs, val_loss=[1.0] * epochs)",
}


@pytest.mark.parametrize(("exercise", "body"), UNKNOWN.items())
def test_an_unknown_wrong_body_fails_without_a_name(exercise, body, key_of, sandbox, submit):
    """What no known mistake does is wrong all the same, and is called nothing."""
    results = graded(exercise, body, key_of, sandbox, submit).results
    failed = [r for r in results if r.status is Status.FAILED]

    assert {r.check.exercise for r in failed} == {exercise}
    assert {r.mistakes for r in failed} == {()}


FORGOTTEN = ["selection.k_fold", "selection.random_search", "training.train"]


@pytest.mark.parametrize("exercise", FORGOTTEN)
def test_a_forgotten_return_is_told_so(exercise, key_of, sandbox, submit):
    """Where a result is taken apart, None is still handed over, and the judge asks for the return."""
    results = graded(exercise, "pass", key_of, sandbox, submit).results
    failed = [r for r in results if r.status is Status.FAILED]

    assert failed
    assert "Is a `return` missing?" in failed[0].message


@pytest.mark.parametrize("module", load_lab(LAB).modules)
def test_a_file_solved_alone_passes_alone(module, key_of, sandbox, submit):
    """Beside the untouched stub of its neighbour, each file still gets all its own points."""
    lab = load_lab(LAB)
    stubs = {other: make_stub(lab, other) for other in lab.modules if other != module}
    for result in grade(submit(LAB, **stubs), key_of(LAB), sandbox).results:
        assert (result.status is Status.PASSED) == (result.check.module == module), result.message


@pytest.mark.slow
def test_twenty_examples_are_memorised_in_a_third_of_the_time():
    """Under 1000 seeds the reference needs fewer than 50 of the 150 epochs that the check gives."""
    from autograder.labs.lab10_training import twenty
    from nnlab import layers, losses, optim, training
    from nnlab.selection import Split

    slow = []
    for seed in range(1000):
        drawn = twenty(np.random.default_rng(seed))
        x, target = drawn["x"], drawn["target"]
        model = layers.mlp((6, 24, 4), layers.Tanh, rng=np.random.default_rng(1))
        adam, data = optim.Adam(model.parameters(), lr=0.03), Split(x, target, x, target)
        rng = np.random.default_rng(seed)
        training.train(
            model, losses.CrossEntropyLoss(), adam, data, epochs=50, rng=rng, batch_size=20
        )
        if training.accuracy(model.eval()(x), target) < 1:
            slow.append(seed)

    assert slow == []


@pytest.mark.slow
def test_memorising_fails_as_rarely_as_is_stated():
    """A sample may be wrong once its loss reaches log 2: the worst ones end far below."""
    check = load_lab(LAB).checks["training.overfits"]
    answers = engine_answers(check, range(200))
    worst = [cross_entropies(logits, case["target"]).max() for case, logits in answers]

    assert laplace_tail(np.log(worst), np.log(np.log(2))) < check.judge.chance
