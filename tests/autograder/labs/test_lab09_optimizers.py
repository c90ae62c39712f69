"""Lab 9 gives no wrong answer a wrong name."""

import pytest

from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.grading.grade import grade

LAB = "lab09_optimizers"


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
    "schedules.step_decay": "return lr * drop ** (epoch // every) + 0.01 * epoch",
    "schedules.exponential_decay": "return lr * math.cosh(k * t)",
    "schedules.inverse_time_decay": "return lr / (1 + k * t) ** 3",
}


@pytest.mark.parametrize(("exercise", "body"), UNKNOWN.items())
def test_an_unknown_wrong_body_fails_without_a_name(exercise, body, graded):
    """What no known mistake does is wrong all the same, and is called nothing."""
    results = graded(exercise, body).results
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


ONCE_ACCEPTED = {
    "sgd first rate": (
        "optim.SGD.step",
        """
        self.first = getattr(self, 'first', self.lr)
        self.theta.data -= self.first * self.theta.grad
    """,
    ),
    "adam first rate": (
        "optim.Adam.step",
        """
        self.t += 1
        beta1, beta2 = self.betas
        grad = self.theta.grad
        self.m = beta1 * self.m + (1 - beta1) * grad
        self.v = beta2 * self.v + (1 - beta2) * grad**2
        m_hat, v_hat = self.m, self.v
        if self.bias_correction:
            m_hat = self.m / (1 - beta1**self.t)
            v_hat = self.v / (1 - beta2**self.t)

        self.first = getattr(self, 'first', self.lr)
        self.theta.data -= self.first * m_hat / (np.sqrt(v_hat) + self.eps)
    """,
    ),
    "adam lr inside m": (
        "optim.Adam.step",
        """
        self.t += 1
        beta1, beta2 = self.betas
        grad = self.theta.grad
        self.m = beta1 * self.m + (1 - beta1) * self.lr * grad
        self.v = beta2 * self.v + (1 - beta2) * grad**2
        m_hat, v_hat = self.m, self.v
        if self.bias_correction:
            m_hat = self.m / (1 - beta1**self.t)
            v_hat = self.v / (1 - beta2**self.t)

        self.theta.data -= m_hat / (np.sqrt(v_hat) + self.eps)
    """,
    ),
    "adagrad first rate": (
        "optim.AdaGrad.step",
        """
        self.first = getattr(self, 'first', self.lr)
        self.squares += self.theta.grad**2
        self.theta.data -= self.first * self.theta.grad / (np.sqrt(self.squares) + self.eps)
    """,
    ),
    "rmsprop first rate": (
        "optim.RMSProp.step",
        """
        self.first = getattr(self, 'first', self.lr)
        self.squares = self.decay * self.squares + (1 - self.decay) * self.theta.grad**2
        self.theta.data -= self.first * self.theta.grad / (np.sqrt(self.squares) + self.eps)
    """,
    ),
    "adam eps ignored": (
        "optim.Adam.step",
        """
        self.t += 1
        beta1, beta2 = self.betas
        grad = self.theta.grad
        self.m = beta1 * self.m + (1 - beta1) * grad
        self.v = beta2 * self.v + (1 - beta2) * grad**2
        m_hat, v_hat = self.m, self.v
        if self.bias_correction:
            m_hat = self.m / (1 - beta1**self.t)
            v_hat = self.v / (1 - beta2**self.t)

        eps = self.eps if self.bias_correction else 1e-12
        self.theta.data -= self.lr * m_hat / (np.sqrt(v_hat) + eps)
    """,
    ),
    "sgd scales gradients": (
        "optim.SGD.step",
        """
        grad = self.theta.grad
        grad *= self.lr
        self.theta.data -= grad
    """,
    ),
    "sgd clears": (
        "optim.SGD.step",
        """
        self.theta.data -= self.lr * self.theta.grad
        self.zero_grad()
    """,
    ),
    "adam clears": (
        "optim.Adam.step",
        """
        self.t += 1
        beta1, beta2 = self.betas
        grad = self.theta.grad
        self.m = beta1 * self.m + (1 - beta1) * grad
        self.v = beta2 * self.v + (1 - beta2) * grad**2
        m_hat, v_hat = self.m, self.v
        if self.bias_correction:
            m_hat = self.m / (1 - beta1**self.t)
            v_hat = self.v / (1 - beta2**self.t)

        self.theta.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        self.theta.grad[...] = 0
    """,
    ),
    "momentum squares in grad": (
        "optim.Momentum.step",
        """
        self.theta.grad[...] += self.momentum * self.velocity
        self.velocity = self.theta.grad.copy()
        self.theta.data -= self.lr * self.velocity
    """,
    ),
    "velocity is the gradient": (
        "optim.Momentum.step",
        """
        self.velocity = self.momentum * self.velocity + self.theta.grad if self.velocity.any() else self.theta.grad
        self.theta.data -= self.lr * self.velocity
    """,
    ),
    "nesterov clears": (
        "optim.Nesterov.step",
        """
        descent = self.lr * self.theta.grad
        self.velocity = self.momentum * self.velocity - descent
        self.theta.data += self.momentum * self.velocity - descent
        self.theta.grad[...] = 0
    """,
    ),
    "adagrad clears": (
        "optim.AdaGrad.step",
        """
        self.squares += self.theta.grad**2
        self.theta.data -= self.lr * self.theta.grad / (np.sqrt(self.squares) + self.eps)
        self.theta.grad[...] = 0
    """,
    ),
    "rmsprop clears": (
        "optim.RMSProp.step",
        """
        self.squares = self.decay * self.squares + (1 - self.decay) * self.theta.grad**2
        self.theta.data -= self.lr * self.theta.grad / (np.sqrt(self.squares) + self.eps)
        self.theta.grad[...] = 0
    """,
    ),
}


@pytest.mark.parametrize(("exercise", "body"), ONCE_ACCEPTED.values(), ids=ONCE_ACCEPTED)
def test_what_breaks_one_sentence_of_its_task_fails(exercise, body, graded):
    """Each of these is right but for what one sentence of the docstring says."""
    assert any(r.status is Status.FAILED for r in graded(exercise, body).results)
