"""Lab 5 accepts every right form of an exercise, and calls no foreign mistake by a known name."""

import numpy as np
import pytest

from autograder.check import Status
from autograder.course import load_lab
from autograder.grade import grade
from autograder.mistakes import Mistake
from autograder.stubs import make_stub

LAB = "lab05_backprop"


@pytest.fixture
def graded(submit, key_of, sandbox):
    """Grade the reference with another body in the place of one exercise's."""

    def make(exercise, body):
        variant = Mistake("form", exercise, "", body=body)
        text = variant.source().text.decode()
        return grade(submit(LAB, **{variant.module: text}), key_of(LAB), sandbox)

    return make


RIGHT = {
    "layers.Linear.forward": [
        """
        self._x = x
        return np.einsum("ni,oi->no", x, self.weight.data) + self.bias.data
        """,
        """
        self._x = np.array(x)
        out = np.dot(x, self.weight.data.transpose())
        out += self.bias.data
        return out
        """,
        """
        self._x = x
        return np.stack([self.weight.data @ row + self.bias.data for row in x])
        """,
        """
        self._x = x
        out = np.zeros((len(x), len(self.bias.data)))
        for n in range(len(x)):
            for o in range(len(self.bias.data)):
                for i in range(x.shape[1]):
                    out[n, o] += self.weight.data[o, i] * x[n, i]
                out[n, o] += self.bias.data[o]
        return out
        """,
        """
        self._x = x
        ones = np.column_stack([x, np.ones(len(x))])
        return ones @ np.column_stack([self.weight.data, self.bias.data]).T
        """,
    ],
    "layers.Linear.backward": [
        """
        self.weight.grad = self.weight.grad + np.einsum("no,ni->oi", grad_output, self._x)
        self.bias.grad = self.bias.grad + np.einsum("no->o", grad_output)
        return np.einsum("no,oi->ni", grad_output, self.weight.data)
        """,
        """
        grad_input = np.zeros(self._x.shape)
        for n, (x, g) in enumerate(zip(self._x, grad_output)):
            self.weight.grad += np.outer(g, x)
            self.bias.grad += g
            grad_input[n] = self.weight.data.T @ g
        return grad_input
        """,
        """
        self.weight.grad[...] += np.dot(self._x.T, grad_output).T
        self.bias.grad[...] += np.ones(len(grad_output)) @ grad_output
        return (self.weight.data.T @ grad_output.T).T
        """,
        """
        self.bias.grad += np.sum(grad_output, 0, keepdims=True)[0]
        self.weight.grad += np.tensordot(grad_output, self._x, axes=(0, 0))
        if not self.input_gradient:
            return None
        return np.matmul(grad_output, self.weight.data)
        """,
    ],
    "layers.Sigmoid.backward": [
        "return grad_output * sigmoid(self.a) * (1 - sigmoid(self.a))",
        "return (self.g - self.g**2) * grad_output",
        """
        grad_output *= self.g * (1 - self.g)
        return grad_output
        """,
        """
        grad = np.zeros_like(grad_output)
        for i in np.ndindex(grad.shape):
            grad[i] = grad_output[i] * self.g[i] * (1 - self.g[i])
        return grad
        """,
        """
        from nnlab.activations import sigmoid_derivative

        return np.multiply(grad_output, sigmoid_derivative(self.a))
        """,
    ],
    "layers.Tanh.backward": [
        "return grad_output * (1 - np.tanh(self.a) ** 2)",
        "return grad_output / np.cosh(self.a) ** 2",
        "return grad_output - grad_output * self.g * self.g",
        "return grad_output * (1 - self.g) * (1 + self.g)",
        """
        from nnlab.activations import tanh_derivative

        grad_output *= tanh_derivative(self.a)
        return grad_output
        """,
    ],
    "layers.ReLU.backward": [
        "return np.where(self.a > 0, grad_output, 0)",
        "return grad_output * (self.g > 0)",
        "return grad_output * (self.a >= 0)",
        """
        grad_output[self.a <= 0] = 0
        return grad_output
        """,
        """
        grad = np.array(grad_output, copy=True)
        grad[self.g == 0] = 0
        return grad
        """,
        "return grad_output * np.heaviside(self.a, 0.5)",
    ],
    "module.Sequential.forward": [
        """
        from functools import reduce

        return reduce(lambda value, module: module(value), self.modules, x)
        """,
        """
        for module in self.modules:
            x = module.forward(x)
        return x
        """,
        """
        self.results = [x]
        for i in range(len(self.modules)):
            self.results.append(self.modules[i](self.results[i]))
        return self.results[-1]
        """,
        """
        def run(modules, value):
            return run(modules[1:], modules[0](value)) if modules else value

        return run(self.modules, x)
        """,
    ],
    "module.Sequential.backward": [
        """
        for i in range(len(self.modules) - 1, -1, -1):
            grad_output = self.modules[i].backward(grad_output)
        return grad_output
        """,
        """
        waiting = list(self.modules)
        while waiting:
            grad_output = waiting.pop().backward(grad_output)
        return grad_output
        """,
        """
        gradients = [grad_output]
        for module in self.modules[::-1]:
            gradients.insert(0, module.backward(gradients[0]))
        return gradients[0]
        """,
        """
        from functools import reduce

        return reduce(lambda grad, module: module.backward(grad), self.modules[::-1], grad_output)
        """,
    ],
    "module.Module.zero_grad": [
        """
        for parameter in self.parameters():
            parameter.grad = np.zeros_like(parameter.data)
        """,
        """
        for parameter in self.parameters():
            parameter.grad.fill(0)
        """,
        """
        for part in self._parts():
            if isinstance(part, Parameter):
                part.grad[:] = 0.0
            else:
                part.zero_grad()
        """,
        """
        for parameter in self.parameters():
            parameter.grad = np.zeros(parameter.grad.shape)
        return self
        """,
    ],
    "layers.mlp": [
        """
        modules = [Linear(sizes[0], sizes[1], rng=rng)]
        for i in range(1, len(sizes) - 1):
            modules.append(activation())
            modules.append(Linear(sizes[i], sizes[i + 1], rng=rng))
        return Sequential(*modules)
        """,
        """
        modules = []
        for i, (inputs, outputs) in enumerate(zip(sizes[:-1], sizes[1:])):
            modules.append(Linear(in_features=inputs, out_features=outputs, rng=rng))
            if i < len(sizes) - 2:
                modules.append(activation())
        return Sequential(*modules)
        """,
        """
        layers = [Linear(i, o, rng=rng) for o, i in pairwise(sizes[::-1])][::-1]
        modules = []
        for layer in layers[:-1]:
            modules += [layer, activation()]
        return Sequential(*modules, layers[-1])
        """,
        """
        *hidden, last = pairwise(sizes)
        stacks = [Sequential(Linear(i, o, rng=rng), activation()) for i, o in hidden]
        return Sequential(*stacks, Linear(*last, rng=rng))
        """,
        """
        net = Sequential()
        for inputs, outputs in zip(sizes, sizes[1:]):
            if net.modules:
                net.modules.append(activation())
            net.modules.append(Linear(inputs, outputs, rng=rng))
        return net
        """,
    ],
}


@pytest.mark.parametrize(
    ("exercise", "body"),
    [
        pytest.param(exercise, body, id=f"{exercise}-{i}")
        for exercise, bodies in RIGHT.items()
        for i, body in enumerate(bodies)
    ],
)
def test_every_right_form_passes(exercise, body, graded):
    """Loops, einsum, work in place, other orders and nested stacks get full marks."""
    report = graded(exercise, body)

    assert [(r.check.id, r.message) for r in report.results if r.status is not Status.PASSED] == []


FOREIGN = [
    ("layers.Linear.forward", "self._x = x\nreturn 3 * x @ self.weight.data.T"),
    ("layers.Linear.backward", "self.weight.grad += 7\nself.bias.grad += 7\nreturn 7 * self._x"),
    ("layers.Sigmoid.backward", "return grad_output * self.g**2"),
    ("layers.Tanh.backward", "return grad_output / (1 + self.a**2)"),
    ("layers.ReLU.backward", "return 3 * grad_output * (self.a > 0)"),
    ("module.Sequential.forward", "return 3 * x"),
    ("module.Sequential.backward", "return 3 * grad_output"),
    ("module.Module.zero_grad", "for p in self.parameters():\n    p.grad += 1"),
    ("layers.mlp", "return Sequential(activation(), activation())"),
]


@pytest.mark.parametrize(("exercise", "body"), FOREIGN, ids=[name for name, _ in FOREIGN])
def test_an_unknown_mistake_has_no_name(exercise, body, graded):
    """A wrong body that no teacher has met fails, and is not taken for a known one."""
    failed = [r for r in graded(exercise, body).results if r.status is Status.FAILED]

    assert failed
    assert {r.check.exercise for r in failed} == {exercise}
    assert {r.mistake for r in failed} == {None}


@pytest.mark.parametrize("done", ["module", "layers"])
def test_one_file_alone_passes_alone(done, submit, key_of, sandbox):
    """Each finished file gets the points for all that needs no exercise of the other."""
    lab = load_lab(LAB)
    other = {"module": "layers", "layers": "module"}[done]
    report = grade(submit(LAB, **{other: make_stub(lab, other)}), key_of(LAB), sandbox)
    together = {"module.whole_network", "layers.learns_xor", "layers.fits_a_sine"}
    passed = {r.check.id for r in report.results if r.status is Status.PASSED}

    assert passed == {c.id for c in lab.checks.values() if c.module == done} - together


def test_the_sines_targets_have_every_phase():
    """Sines of any phase are drawn, so that no stored answer fits."""
    check = load_lab(LAB).checks["layers.fits_a_sine"]
    starts = [check.cases(seed)[0]["target"][0, 0] for seed in range(30)]

    assert np.ptp(starts) > 1.5
