"""Layers and whole networks against PyTorch and central differences."""

import numpy as np
import pytest

from nnlab.descent import numerical_gradient
from nnlab.layers import Linear, ReLU, Residual, Sigmoid, Tanh, mlp, uniform
from nnlab.losses import CrossEntropyLoss, MSELoss
from nnlab.module import Sequential
from tests.nnlab.central_differences import backward_agrees, close

ACTIVATIONS = [Sigmoid, Tanh, ReLU]


def away_from_zero(rng, shape):
    """Draw numbers of both signs that no small step takes across 0."""
    return rng.uniform(0.1, 2, size=shape) * rng.choice([-1, 1], size=shape)


def test_linear_is_the_lectures_formula_for_every_row():
    """Row n of the result is W xₙ + b."""
    rng = np.random.default_rng(0)
    layer = Linear(4, 3, rng=rng)
    layer.bias.data += rng.normal(size=3)
    x = rng.normal(size=(5, 4))
    rows = [layer.weight.data @ row + layer.bias.data for row in x]

    assert close(layer(x), np.array(rows), 1e-14)


def test_linear_backward_is_what_central_differences_measure():
    """Linear's gradients of x, weight and bias agree with measured ones."""
    rng = np.random.default_rng(1)

    assert backward_agrees(Linear(4, 3, rng=rng), rng.normal(size=(5, 4)), rng)


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_activations_backward_is_what_central_differences_measure(kind):
    """Each activation's gradient agrees with the measured one, away from the kink."""
    rng = np.random.default_rng(2)

    assert backward_agrees(kind(), away_from_zero(rng, (5, 4)), rng)


def test_gradients_are_added_up():
    """Two calls of backward after one forward count twice, and return the same dL/dx."""
    rng = np.random.default_rng(3)
    layer = Linear(4, 3, rng=rng)
    layer(rng.normal(size=(5, 4)))
    grad_output = rng.normal(size=(5, 3))
    first = layer.backward(grad_output)
    once = layer.weight.grad.copy()
    second = layer.backward(grad_output)

    assert np.array_equal(first, second)
    assert close(layer.weight.grad, 2 * once, 1e-14)


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_backward_leaves_its_gradient_alone(kind):
    """grad_output is not changed, and backward may be called again."""
    rng = np.random.default_rng(4)
    layer, grad_output = kind(), rng.normal(size=(5, 4))
    kept = grad_output.copy()
    layer(rng.normal(size=(5, 4)))
    first = layer.backward(grad_output)

    assert np.array_equal(grad_output, kept)
    assert np.array_equal(layer.backward(grad_output), first)


def test_linear_starts_as_pytorchs_does_but_for_the_bias():
    """Weights fill ±1/√in_features evenly; the bias is zero, of the weights' dtype."""
    weight = uniform((200, 100), rng=np.random.default_rng(7))

    def ones(shape, *, rng):
        return rng.permutation(np.ones(shape, np.float32))

    layer = Linear(3, 2, rng=np.random.default_rng(8), init=ones)

    assert np.abs(weight).max() == pytest.approx(0.1, rel=1e-3)
    assert weight.std() == pytest.approx(0.1 / np.sqrt(3), rel=0.02)
    assert layer.weight.data.shape == (2, 3)
    assert layer.bias.data.dtype == np.float32
    assert not layer.bias.data.any()


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((4, 8), r"Linear\(4, 3\) expects x of shape \(batch, 4\), got \(4, 8\)"),
        ((4,), r"Linear\(4, 3\) expects x of shape \(batch, 4\), got \(4,\)"),
    ],
)
def test_linear_refuses_x_of_another_shape(shape, message):
    """The message tells the layer, the shape it expects and the one it got."""
    with pytest.raises(ValueError, match=message):
        Linear(4, 3, rng=np.random.default_rng(0))(np.ones(shape))


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((0, 3), "in_features must be at least 1, got 0"),
        ((4, -1), "out_features must be at least 1, got -1"),
    ],
)
def test_linear_refuses_sizes_below_one(sizes, message):
    """A layer without inputs or outputs raises."""
    with pytest.raises(ValueError, match=message):
        Linear(*sizes, rng=np.random.default_rng(0))


def test_mlp_puts_an_activation_after_all_but_the_last_layer():
    """The stack alternates Linear and activation, each activation a module of its own."""
    net = mlp((5, 4, 3, 2), ReLU, rng=np.random.default_rng(0))

    assert repr(net) == "Sequential(Linear(5, 4), ReLU(), Linear(4, 3), ReLU(), Linear(3, 2))"
    assert net.modules[1] is not net.modules[3]


def twin(net):
    """Build the same network in PyTorch, with the same weights."""
    torch = pytest.importorskip("torch")
    layers = []
    for module in net.modules:
        if not isinstance(module, Linear):
            layers.append(getattr(torch.nn, type(module).__name__)())
            continue
        layer = torch.nn.Linear(*reversed(module.weight.data.shape), dtype=torch.float64)
        layer.weight.data = torch.tensor(module.weight.data)
        layer.bias.data = torch.tensor(module.bias.data)
        layers.append(layer)
    return torch.nn.Sequential(*layers)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_whole_network_has_pytorchs_gradients(activation):
    """Output, dL/dx and the gradients of all parameters agree with autograd's."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(9)
    net = mlp((6, 5, 4, 3), activation, rng=rng)
    x, labels = rng.normal(size=(7, 6)), rng.integers(0, 3, 7)
    theirs, loss = twin(net), CrossEntropyLoss()
    data = torch.tensor(x, requires_grad=True)
    value = torch.nn.CrossEntropyLoss()(theirs(data), torch.tensor(labels))
    value.backward()

    assert loss(net(x), labels) == pytest.approx(value.item(), rel=1e-13)
    assert close(net.backward(loss.backward()), data.grad.numpy(), 1e-12)
    for ours, other in zip(net.parameters(), theirs.parameters(), strict=True):
        assert close(ours.grad, other.grad.numpy(), 1e-12)


def descend(net, loss, x, target, *, lr, steps):
    """Train by plain gradient descent on all data, as lab 5 can; return the last loss."""
    for _ in range(steps):
        value = loss(net(x), target)
        net.zero_grad()
        net.backward(loss.backward())
        for parameter in net.parameters():
            parameter.data -= lr * parameter.grad
    return value


def test_xor_is_learnt():
    """Two inputs, one hidden layer and plain gradient descent: XOR, which no single neuron can."""
    x, target = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
    net = mlp((2, 8, 2), Tanh, rng=np.random.default_rng(0))
    descend(net, CrossEntropyLoss(), x, target, lr=0.5, steps=1000)

    assert net(x).argmax(axis=1).tolist() == target.tolist()


def test_one_hidden_layer_fits_a_sine():
    """Universal approximation: forty tanh units explain 99 % of the variance of sin on [−π, π]."""
    x = np.linspace(-np.pi, np.pi, 60)[:, None]
    net = mlp((1, 40, 1), Tanh, rng=np.random.default_rng(0))

    assert descend(net, MSELoss(), x, np.sin(x), lr=0.05, steps=4000) < 0.01 * np.sin(x).var()


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_float32_stays_float32(kind):
    """float32 in, float32 out, forward and backward."""
    x = np.random.default_rng(10).normal(size=(3, 4)).astype(np.float32)
    net = Sequential(Linear(4, 4, rng=np.random.default_rng(0)), kind()).astype(np.float32)

    assert net(x).dtype == np.float32
    assert net.backward(x).dtype == np.float32


def test_a_residual_block_adds_the_gradients_of_both_ways():
    """Its derivative is the central difference's, and its parameters are those within."""
    rng = np.random.default_rng(3)
    block = Residual(mlp((3, 5, 3), Tanh, rng=rng))
    x, grad_output = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    block(x)

    measured = numerical_gradient(lambda x: float((block(x) * grad_output).sum()), x)
    block(x)

    np.testing.assert_allclose(block.backward(grad_output), measured, atol=1e-8)
    assert len(block.parameters()) == 4
    assert repr(Residual(Tanh())) == "Residual(Tanh())"
