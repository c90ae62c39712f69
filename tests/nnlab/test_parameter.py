"""Parameters, and many of them seen as one vector."""

import copy
import pickle

import numpy as np
import pytest

from nnlab.layers import Tanh, mlp
from nnlab.optim import SGD
from nnlab.parameter import Parameter, ParameterVector


def test_a_parameter_copies_its_data_and_has_zero_gradient():
    """Changing the array that was given changes nothing; integers become floats."""
    given = np.array([1, 2])
    parameter = Parameter(given)
    given[0] = 7

    assert parameter.data.tolist() == [1.0, 2.0]
    assert parameter.data.dtype == parameter.grad.dtype == np.float64
    assert Parameter(np.ones(2, np.float32), grad=2).grad.dtype == np.float32


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
