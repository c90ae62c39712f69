"""Parameters, modules, stacks of modules, and parameters seen as one vector."""

import numpy as np
import pytest

from nnlab.batchnorm import BatchNorm1d
from nnlab.dropout import Dropout
from nnlab.layers import Linear, ReLU, Tanh
from nnlab.module import Module, Sequential, count_parameters
from nnlab.parameter import Parameter
from tests.nnlab.central_differences import backward_agrees


def network(seed=0):
    """Build a stack within a stack, with a layer of every kind."""
    rng = np.random.default_rng(seed)
    stack = Sequential(Linear(5, 4, rng=rng), BatchNorm1d(4), Tanh(), Dropout(0.5, rng=rng))
    return Sequential(stack, Linear(4, 3, rng=rng))


def test_parameters_are_listed_through_nested_modules_in_order():
    """A stack lists the parameters of its layers, first layer first."""
    shapes = [p.data.shape for p in network().parameters()]

    assert shapes == [(4, 5), (4,), (4,), (4,), (3, 4), (3,)]


def test_a_shared_part_is_listed_once():
    """The same layer twice in a stack has one weight and one bias."""
    layer = Linear(3, 3, rng=np.random.default_rng(0))

    assert Sequential(layer, layer).parameters() == [layer.weight, layer.bias]


def test_train_and_eval_reach_every_part_and_return_the_module():
    """Modes are switched through nested stacks."""
    net = network()

    assert net.eval() is net
    assert not net.modules[0].modules[3].training
    assert net.train() is net
    assert net.modules[0].modules[3].training


def test_zero_grad_clears_every_gradient():
    """After zero_grad all gradients are zero, and still the same arrays."""
    net = network()
    grads = [p.grad for p in net.parameters()]
    for parameter in net.parameters():
        parameter.grad += 1
    net.zero_grad()

    assert not any(grad.any() for grad in grads)


def test_astype_makes_a_network_run_in_float32():
    """Weights, running statistics, output and all gradients are float32 afterwards."""
    net = network().astype(np.float32)
    x = np.random.default_rng(1).normal(size=(6, 5)).astype(np.float32)
    results = [net(x), net.backward(np.ones((6, 3), np.float32)), net.eval()(x)]
    results += [p.grad for p in net.parameters()]
    results += [net.modules[0].modules[1].running_var]

    assert {result.dtype for result in results} == {np.dtype(np.float32)}


@pytest.mark.parametrize("method", ["forward", "backward"])
def test_a_bare_module_has_no_maths(method):
    """Module itself implements neither direction, and says whose is missing."""
    with pytest.raises(NotImplementedError, match=rf"Module\.{method}"):
        getattr(Module(), method)(np.ones((1, 1)))


def test_a_stack_differentiates_as_one_module():
    """Sequential.backward gives the measured gradients of the whole stack."""
    rng = np.random.default_rng(2)
    net = Sequential(Linear(4, 3, rng=rng), Tanh(), BatchNorm1d(3), Linear(3, 2, rng=rng))

    assert backward_agrees(net, rng.normal(size=(5, 4)), rng)


def test_an_empty_stack_is_the_identity():
    """Without modules, x and gradient come back."""
    x = np.ones((2, 3))

    assert Sequential().forward(x) is x
    assert Sequential().backward(x) is x


def test_modules_tell_what_they_are():
    """A stack's repr lists its layers with their sizes."""
    layers = "Sequential(Linear(5, 4), BatchNorm1d(4), Tanh(), Dropout(0.5))"

    assert repr(network()) == f"Sequential({layers}, Linear(4, 3))"
    assert repr(ReLU()) == "ReLU()"


def test_parameters_are_counted_once_and_within_modules():
    """VGG's first fully connected layer has 25088 · 4096 weights and 4096 biases."""
    layer = Module()
    layer.weight, layer.bias = (
        Parameter(np.zeros((4096, 25088), np.float32)),
        Parameter(np.zeros(4096)),
    )

    assert count_parameters(layer) == 102_764_544
    assert count_parameters(Sequential(layer, Sequential(layer))) == 102_764_544
    assert count_parameters(Module()) == 0
