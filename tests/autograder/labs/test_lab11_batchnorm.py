"""Lab 11: right answers of every form get full marks; wrong ones outside the catalogue get no name."""

import pytest

from autograder.check import Status
from autograder.grade import grade
from autograder.mistakes import Mistake
from tests.conftest import reference_text

LAB = "lab11_batchnorm"
FORWARD, BACKWARD = "batchnorm.BatchNorm1d.forward", "batchnorm.BatchNorm1d.backward"

FORWARDS = {
    "branches": """
if self.training:
    mu = np.mean(x, axis=0)
    var = np.mean((x - mu) ** 2, axis=0)
    n = x.shape[0]
    self.running_mean += self.momentum * (mu - self.running_mean)
    self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
else:
    mu, var = self.running_mean.copy(), self.running_var.copy()
self._inverse_std = (var + self.eps) ** -0.5
self._x_hat = (x - mu) * self._inverse_std
self._batch_statistics = self.training
return self._x_hat * self.weight.data + self.bias.data
""",
    "sums-and-einsum": """
n = len(x)
if self.training:
    mu = np.einsum("bf->f", x) / n
    centred = x - mu
    var = np.einsum("bf,bf->f", centred, centred) / n
    self.running_mean = self.running_mean * (1 - self.momentum) + self.momentum * mu
    unbiased = np.einsum("bf,bf->f", centred, centred) / (n - 1)
    self.running_var = self.running_var * (1 - self.momentum) + self.momentum * unbiased
else:
    centred, var = x - self.running_mean, self.running_var
self._inverse_std = 1 / np.sqrt(var + self.eps)
self._x_hat = centred * self._inverse_std
self._batch_statistics = self.training
return np.einsum("f,bf->bf", self.weight.data, self._x_hat) + self.bias.data
""",
    "feature-by-feature": """
y = np.empty(x.shape)
self._x_hat, self._inverse_std = np.empty(x.shape), np.empty(x.shape[1])
self._batch_statistics = self.training
for k in range(x.shape[1]):
    column = x[:, k]
    mu, var = self.running_mean[k], self.running_var[k]
    if self.training:
        mu, var = column.mean(), column.var()
        self.running_mean[k] = (1 - self.momentum) * self.running_mean[k] + self.momentum * mu
        self.running_var[k] = (1 - self.momentum) * self.running_var[k] + (
            self.momentum * column.var(ddof=1)
        )
    self._inverse_std[k] = 1 / np.sqrt(var + self.eps)
    self._x_hat[:, k] = (column - mu) * self._inverse_std[k]
    y[:, k] = self.weight.data[k] * self._x_hat[:, k] + self.bias.data[k]
return y
""",
    "kept-dimensions-and-moments": """
mu, var = self.running_mean, self.running_var
if self.training:
    mu = x.mean(axis=0, keepdims=True)
    var = (x**2).mean(axis=0, keepdims=True) - mu**2
    self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mu[0]
    unbiased = np.var(x, axis=0, ddof=1)
    self.running_var = (1 - self.momentum) * self.running_var + self.momentum * unbiased
std = np.sqrt(var + self.eps)
self._inverse_std, self._x_hat = 1 / std, (x - mu) / std
self._batch_statistics = self.training
self._extra = {"x": x, "mu": mu}
return (self.weight.data / std) * x + (self.bias.data - self.weight.data * mu / std)
""",
}

BACKWARDS = {
    "staged": """
n = len(grad_output)
self.bias.grad = self.bias.grad + np.sum(grad_output, axis=0)
self.weight.grad = self.weight.grad + np.sum(grad_output * self._x_hat, axis=0)
d_hat = grad_output * self.weight.data
if not self._batch_statistics:
    return d_hat * self._inverse_std
centred = self._x_hat / self._inverse_std
d_var = np.sum(d_hat * centred, axis=0) * -0.5 * self._inverse_std**3
d_mu = -np.sum(d_hat, axis=0) * self._inverse_std + d_var * np.mean(-2 * centred, axis=0)
return d_hat * self._inverse_std + d_var * 2 * centred / n + d_mu / n
""",
    "short-form": """
n, g = len(grad_output), grad_output
d_gamma, d_beta = (g * self._x_hat).sum(0), g.sum(0)
self.weight.grad += d_gamma
self.bias.grad += d_beta
if not self._batch_statistics:
    return self.weight.data * self._inverse_std * g
return self.weight.data * self._inverse_std / n * (n * g - d_beta - self._x_hat * d_gamma)
""",
    "einsum-in-place": """
g = grad_output
self.weight.grad[...] += np.einsum("bf,bf->f", g, self._x_hat)
self.bias.grad[...] += np.einsum("bf->f", g)
if self._batch_statistics:
    spread = np.einsum("bf,bf->f", g, self._x_hat) / len(g)
    g -= g.mean(axis=0, keepdims=True) + self._x_hat * spread
g *= self.weight.data
g *= self._inverse_std
return g
""",
    "jacobian-by-feature": """
n = len(grad_output)
grad_input = np.empty(grad_output.shape)
for k in range(grad_output.shape[1]):
    hat = self._x_hat[:, k]
    self.weight.grad[k] += grad_output[:, k] @ hat
    self.bias.grad[k] += grad_output[:, k].sum()
    jacobian = np.eye(n)
    if self._batch_statistics:
        jacobian = jacobian - 1 / n - np.outer(hat, hat) / n
    grad_input[:, k] = self.weight.data[k] * self._inverse_std[k] * (jacobian @ grad_output[:, k])
return grad_input
""",
}

OWN_CACHE = (
    """
if self.training:
    self.cache = (x.copy(), x.mean(axis=0), x.var(axis=0), True)
    n = len(x)
    m = self.momentum
    self.running_mean = m * self.cache[1] + (1 - m) * self.running_mean
    self.running_var = m * self.cache[2] * n / (n - 1) + (1 - m) * self.running_var
else:
    self.cache = (x.copy(), self.running_mean, self.running_var, False)
x, mu, var, _ = self.cache
return self.weight.data * (x - mu) / np.sqrt(var + self.eps) + self.bias.data
""",
    """
x, mu, var, from_batch = self.cache
std = np.sqrt(var + self.eps)
x_hat = (x - mu) / std
self.weight.grad += (x_hat * grad_output).sum(axis=0)
self.bias.grad += grad_output.sum(axis=0)
if from_batch:
    grad_output = grad_output - grad_output.mean(0) - x_hat * (x_hat * grad_output).mean(0)
return self.weight.data * grad_output / std
""",
)

WRONG = {
    "absolute-deviation": (
        FORWARD,
        "np.square(centred).mean(axis=0)",
        "np.abs(centred).mean(axis=0)",
    ),
    "median": (FORWARD, "x.mean(axis=0) if", "np.median(x, axis=0) if"),
    "eps-squared": (FORWARD, "self.eps", "self.eps**2"),
    "running-mean-of-y": (FORWARD, "m * mean", "m * mean * self.weight.data + 1"),
    "clipped": (BACKWARD, "* grad_output\n", "* grad_output.clip(-0.05, 0.05)\n"),
    "half": (BACKWARD, "return self", "return 0.5 * self"),
    "beta-twice": (BACKWARD, "+= bias_grad", "+= 2 * bias_grad"),
}


def text_with(exercise, **patch):
    """Write the module with one body in another form."""
    return Mistake("form", exercise, "", **patch).source().text.decode()


def problems(report):
    """List what did not pass."""
    return [result.message for result in report.results if result.status is not Status.PASSED]


@pytest.mark.parametrize("body", FORWARDS.values(), ids=FORWARDS)
def test_a_right_forward_gets_full_marks(body, key_of, sandbox, submit):
    """In place or anew, by moments, sums or columns: every way to the same numbers is right."""
    source = text_with(FORWARD, body=body)

    assert problems(grade(submit(LAB, batchnorm=source), key_of(LAB), sandbox)) == []


@pytest.mark.parametrize("body", BACKWARDS.values(), ids=BACKWARDS)
def test_a_right_backward_gets_full_marks(body, key_of, sandbox, submit):
    """The staged graph, the short form, Jacobians, and overwriting grad_output are right."""
    source = text_with(BACKWARD, body=body)

    assert problems(grade(submit(LAB, batchnorm=source), key_of(LAB), sandbox)) == []


def test_a_cache_of_ones_own_is_right(key_of, sandbox, submit):
    """What forward keeps for backward, and under which name, is the student's affair."""
    text = reference_text("batchnorm")
    for exercise, body in zip((FORWARD, BACKWARD), OWN_CACHE, strict=True):
        from autograder.exercises import find_body, replace_lines

        first, last = find_body(text, exercise)
        lines = [f"        {line}" for line in body.strip().splitlines()]
        text = replace_lines(text, first, last, "\n".join(lines) + "\n")

    assert problems(grade(submit(LAB, batchnorm=text), key_of(LAB), sandbox)) == []


@pytest.mark.parametrize(("exercise", "right", "wrong"), WRONG.values(), ids=WRONG)
def test_an_unknown_mistake_fails_without_a_name(exercise, right, wrong, key_of, sandbox, submit):
    """What the catalogue does not know is told as a fact, and called nothing."""
    source = text_with(exercise, right=right, wrong=wrong)
    report = grade(submit(LAB, batchnorm=source), key_of(LAB), sandbox)
    failed = [r for r in report.results if r.status is Status.FAILED]

    assert failed
    assert {r.check.exercise for r in failed} == {exercise}
    assert [r.mistake for r in failed] == [None] * len(failed)


def test_a_wrong_forward_costs_backward_nothing_that_is_asked(key_of, sandbox, submit):
    """Where forward is wrong, backward's checks that build on it are not asked."""
    source = text_with(
        FORWARD, right="np.square(centred).mean(axis=0)", wrong="x.var(axis=0, ddof=1)"
    )
    report = grade(submit(LAB, batchnorm=source), key_of(LAB), sandbox)

    failed = {r.check.exercise for r in report.results if r.status is Status.FAILED}
    assert failed == {FORWARD}


def test_the_solution_passes_alone(key_of, sandbox, submit):
    """The reference's module, handed in as it is, gets all points."""
    assert grade(submit(LAB), key_of(LAB), sandbox).points == 20
