"""Lab 9 accepts every right way to write an optimizer, and gives no wrong answer a wrong name."""

import pytest

from autograder.check import Status
from autograder.course import load_lab
from autograder.grade import grade
from autograder.mistakes import Mistake

LAB = "lab09_optimizers"

RIGHT = {
    "optim.SGD.step": {
        "a new vector": "self.theta.data = self.theta.data - self.lr * self.theta.grad",
        "parameter by parameter": """
for p in self.theta.parameters:
    p.data -= self.lr * p.grad
""",
        "parameters that are replaced": """
for p in self.theta.parameters:
    p.data = p.data - self.lr * p.grad
""",
        "entry by entry": """
data, grad = self.theta.data, self.theta.grad
for i in range(len(data)):
    data[i] -= self.lr * grad[i]
""",
        "the gradient's array is used up": """
grad = self.theta.grad
grad *= -self.lr
self.theta.data += grad
""",
    },
    "optim.Momentum.step": {
        "a new velocity": """
self.velocity = self.momentum * self.velocity + self.theta.grad
self.theta.data = self.theta.data - self.lr * self.velocity
""",
        "a velocity that points downhill": """
self.velocity = self.momentum * self.velocity - self.theta.grad
self.theta.data += self.lr * self.velocity
""",
        "velocities by parameter": """
if not hasattr(self, "velocities"):
    self.velocities = [np.zeros(p.data.shape) for p in self.theta.parameters]
for p, v in zip(self.theta.parameters, self.velocities):
    v[...] = self.momentum * v + p.grad
    p.data -= self.lr * v
""",
        "the sum of all gradients, weighted": """
self.seen = [*getattr(self, "seen", []), self.theta.grad.copy()]
v = sum(self.momentum**age * g for age, g in enumerate(reversed(self.seen)))
self.theta.data -= self.lr * v
""",
    },
    "optim.Nesterov.step": {
        "the rewritten form with the previous velocity": """
previous = self.velocity.copy()
self.velocity = self.momentum * self.velocity - self.lr * self.theta.grad
self.theta.data += -self.momentum * previous + (1 + self.momentum) * self.velocity
""",
        "back to x, and on to the next look-ahead point": """
x = self.theta.data - self.momentum * self.velocity
self.velocity = self.momentum * self.velocity - self.lr * self.theta.grad
x = x + self.velocity
self.theta.data = x + self.momentum * self.velocity
""",
        "in place": """
self.velocity *= self.momentum
self.velocity -= self.lr * self.theta.grad
self.theta.data += self.momentum * self.velocity
self.theta.data -= self.lr * self.theta.grad
""",
        "entry by entry": """
rho, data, grad = self.momentum, self.theta.data, self.theta.grad
for i in range(data.size):
    self.velocity[i] = rho * self.velocity[i] - self.lr * grad[i]
    data[i] = data[i] + rho * self.velocity[i] - self.lr * grad[i]
""",
    },
    "optim.AdaGrad.step": {
        "a product for the square": """
g = self.theta.grad
self.squares = self.squares + g * g
self.theta.data = self.theta.data - self.lr * g / (self.squares**0.5 + self.eps)
""",
        "a rate for each parameter first": """
self.squares += np.square(self.theta.grad)
rates = self.lr / (np.sqrt(self.squares) + self.eps)
self.theta.data -= rates * self.theta.grad
""",
        "all gradients kept": """
self.seen = [*getattr(self, "seen", []), self.theta.grad.copy()]
length = np.linalg.norm(self.seen, axis=0)
self.theta.data -= self.lr * self.theta.grad / (length + self.eps)
""",
        "entry by entry": """
import math
data, grad = self.theta.data, self.theta.grad
for i, g in enumerate(grad.tolist()):
    self.squares[i] += g * g
    data[i] -= self.lr * g / (math.sqrt(self.squares[i]) + self.eps)
""",
    },
    "optim.RMSProp.step": {
        "a step towards the new square": """
g = self.theta.grad
self.squares += (1 - self.decay) * (g * g - self.squares)
self.theta.data -= self.lr * g / (np.sqrt(self.squares) + self.eps)
""",
        "in place": """
self.squares *= self.decay
self.squares += (1 - self.decay) * np.square(self.theta.grad)
self.theta.data -= self.lr / (np.sqrt(self.squares) + self.eps) * self.theta.grad
""",
        "the root kept": """
root = getattr(self, "root", 0.0)
self.root = np.hypot(self.decay**0.5 * root, (1 - self.decay) ** 0.5 * self.theta.grad)
self.theta.data -= self.lr * self.theta.grad / (self.root + self.eps)
""",
        "parameter by parameter": """
if not hasattr(self, "means"):
    self.means = {id(p): np.zeros(p.data.shape) for p in self.theta.parameters}
for p in self.theta.parameters:
    s = self.decay * self.means[id(p)] + (1 - self.decay) * p.grad**2
    self.means[id(p)] = s
    p.data[...] = p.data - self.lr * p.grad / (s**0.5 + self.eps)
""",
    },
    "optim.Adam.step": {
        "the paper's lines": """
self.t += 1
beta1, beta2 = self.betas
g = self.theta.grad
self.m = beta1 * self.m + (1 - beta1) * g
self.v = beta2 * self.v + (1 - beta2) * g * g
m_hat, v_hat = self.m, self.v
if self.bias_correction:
    m_hat = self.m / (1 - beta1**self.t)
    v_hat = self.v / (1 - beta2**self.t)
self.theta.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
""",
        "steps towards the new values": """
self.t = self.t + 1
g = self.theta.grad
self.m += (1 - self.betas[0]) * (g - self.m)
self.v += (1 - self.betas[1]) * (g**2 - self.v)
c1, c2 = 1, 1
if self.bias_correction:
    c1, c2 = 1 - np.power(self.betas[0], self.t), 1 - np.power(self.betas[1], self.t)
self.theta.data = self.theta.data - self.lr * (self.m / c1) / ((self.v / c2) ** 0.5 + self.eps)
""",
        "running powers": """
if self.t == 0:
    self.powers = [1.0, 1.0]
self.t += 1
self.powers = [p * b for p, b in zip(self.powers, self.betas)]
(b1, b2), g = self.betas, self.theta.grad
self.m, self.v = b1 * self.m + (1 - b1) * g, b2 * self.v + (1 - b2) * g**2
c1, c2 = (1 - self.powers[0], 1 - self.powers[1]) if self.bias_correction else (1.0, 1.0)
self.theta.data -= self.lr / c1 * self.m / (np.sqrt(self.v / c2) + self.eps)
""",
        "a counter of its own, parameter by parameter": """
if not hasattr(self, "state"):
    self.state, self.count = [[0.0, 0.0] for _ in self.theta.parameters], 0
self.count += 1
for p, s in zip(self.theta.parameters, self.state):
    s[:] = [b * old + (1 - b) * p.grad**k for b, old, k in zip(self.betas, s, (1, 2))]
    c1, c2 = [1 - b**self.count if self.bias_correction else 1 for b in self.betas]
    p.data -= self.lr * s[0] / c1 / (np.sqrt(s[1] / c2) + self.eps)
""",
    },
    "schedules.step_decay": {
        "the floor of a quotient": "return lr * drop ** math.floor(epoch / every)",
        "drop after drop": """
for _ in range(every, epoch + 1, every):
    lr = lr * drop
return lr
""",
        "int": "return float(lr * pow(drop, int(epoch / every)))",
        "recursion": "return lr if epoch < every else drop * step_decay(lr, epoch - every, drop, every)",
    },
    "schedules.exponential_decay": {
        "a quotient": "return lr / math.exp(k * t)",
        "a power of e": "return lr * math.e ** (-k * t)",
        "numpy": "import numpy as np\nreturn lr * np.exp(-(k * t))",
        "the logarithm": "return math.exp(math.log(lr) - k * t)",
    },
    "schedules.inverse_time_decay": {
        "a power of −1": "return lr * (1 + k * t) ** -1",
        "two lines": "slowed = k * t + 1\nreturn lr / slowed",
        "the other way up": "return 1 / (1 / lr + k * t / lr)",
        "numpy": "import numpy as np\nreturn np.divide(lr, 1 + np.multiply(k, t))",
    },
}
FORMS = [
    pytest.param(exercise, body, id=f"{exercise}: {name}")
    for exercise, forms in RIGHT.items()
    for name, body in forms.items()
]


def graded(exercise, body, key_of, sandbox, submit):
    """Grade the reference with one body replaced."""
    mistake = Mistake("form", exercise, "", body=body)
    submission = submit(LAB, **{mistake.module: mistake.source().text.decode()})
    return grade(submission, key_of(LAB), sandbox)


@pytest.mark.parametrize(("exercise", "body"), FORMS)
def test_a_right_form_gets_full_marks(exercise, body, key_of, sandbox, submit):
    """An optimizer may keep its state as it likes, and write its rule in any equivalent form."""
    report = graded(exercise, body, key_of, sandbox, submit)

    assert [r.message for r in report.results if r.status is not Status.PASSED] == []


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
    from autograder.mistakes import load_mistakes

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
    assert {r.mistake for r in failed} == {None}


@pytest.mark.parametrize("module", load_lab(LAB).modules)
def test_a_file_handed_in_alone_passes_alone(module, key_of, sandbox, submit):
    """Without its neighbour in the folder, each file still gets all its own points."""
    submission = submit(LAB)
    for other in set(load_lab(LAB).modules) - {module}:
        (submission.folder / f"{other}.py").unlink()
    for result in grade(submission, key_of(LAB), sandbox).results:
        assert (result.status is Status.PASSED) == (result.check.module == module), result.message
