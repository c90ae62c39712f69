"""Parameters, modules, stacks of modules, and parameters seen as one vector."""

import copy
import pickle

import numpy as np
import pytest

from nnlab.batchnorm import BatchNorm1d
from nnlab.dropout import Dropout
from nnlab.layers import Linear, ReLU, Tanh, mlp
from nnlab.module import Module, Parameter, ParameterVector, Sequential
from nnlab.optim import SGD
from tests.nnlab.central_differences import backward_agrees


def network(seed=0):
    """Build a stack within a stack, with a layer of every kind."""
    rng = np.random.default_rng(seed)
    stack = Sequential(Linear(5, 4, rng=rng), BatchNorm1d(4), Tanh(), Dropout(0.5, rng=rng))
    return Sequential(stack, Linear(4, 3, rng=rng))


def test_a_parameter_copies_its_data_and_has_zero_gradient():
    """Changing the array that was given changes nothing; integers become floats."""
    given = np.array([1, 2])
    parameter = Parameter(given)
    given[0] = 7

    assert parameter.data.tolist() == [1.0, 2.0]
    assert parameter.data.dtype == parameter.grad.dtype == np.float64
    assert Parameter(np.ones(2, np.float32), grad=2).grad.dtype == np.float32


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


def test_a_vector_holds_its_parameters_end_to_end():
    """Vector and parameters share memory, both ways, for data and gradients."""
    weight, bias = Parameter([[1.0, 2.0], [3.0, 4.0]]), Parameter([5.0], grad=[6.0])
    vector = ParameterVector(p for p in (weight, bias))

    assert vector.data.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert vector.grad.tolist() == [0.0, 0.0, 0.0, 0.0, 6.0]
    weight.grad += 1
    vector.data = np.arange(5.0)
    assert vector.grad.tolist() == [1.0, 1.0, 1.0, 1.0, 6.0]
    assert weight.data.tolist() == [[0.0, 1.0], [2.0, 3.0]]


def test_a_vector_follows_parameters_that_get_new_arrays():
    """Who assigns `parameter.data` or `.grad`, instead of changing it, is obeyed as well."""
    weight, bias = Parameter([1.0]), Parameter([2.0])
    optimizer = SGD([weight, bias], lr=1.0)
    weight.data, bias.grad = np.array([10.0]), np.array([5.0])
    optimizer.step()

    assert weight.data.tolist() == [10.0]
    assert bias.data.tolist() == [-3.0]


def test_two_optimizers_may_share_parameters():
    """Whichever optimizer steps, the parameters that the layers hold are the ones that move."""
    weight, bias = Parameter([0.0], grad=[1.0]), Parameter([0.0], grad=[1.0])
    both, one = SGD([weight, bias], lr=1.0), SGD([bias], lr=10.0)
    for optimizer in (both, one, both):
        optimizer.step()

    assert weight.data.tolist() == [-2.0]
    assert bias.data.tolist() == [-12.0]


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_of_network_and_optimizer_trains_on_its_own(duplicate):
    """After a deep copy or a pickle round trip the copy's optimizer moves the copy's layers."""
    net = mlp((2, 3, 1), Tanh, rng=np.random.default_rng(0))
    optimizer = SGD(net.parameters(), lr=1.0)
    twin, twins_optimizer = duplicate((net, optimizer))
    before = [p.data.copy() for p in net.parameters()]
    for p in twin.parameters():
        p.grad += 1
    twins_optimizer.step()

    for old, ours, theirs in zip(before, net.parameters(), twin.parameters(), strict=True):
        assert np.array_equal(ours.data, old)
        assert np.array_equal(theirs.data, old - 1)


def test_a_vector_needs_parameters():
    """An empty list of parameters raises."""
    with pytest.raises(ValueError, match="parameters must hold at least one Parameter, got none"):
        ParameterVector([])
