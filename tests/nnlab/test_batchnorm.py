"""Batch normalisation against PyTorch and central differences, in both modes."""

import numpy as np
import pytest

from nnlab.batchnorm import BatchNorm1d, identity_parameters
from tests.nnlab.central_differences import backward_agrees, close


def layer_and_data(seed=0, **arguments):
    """Return a layer with random γ, β and statistics, and a batch that is not normal at all."""
    rng = np.random.default_rng(seed)
    layer = BatchNorm1d(3, **arguments)
    layer.weight.data[...], layer.bias.data[...] = rng.normal(size=(2, 3))
    layer.running_mean, layer.running_var = rng.normal(size=3), rng.uniform(0.5, 2, size=3)
    return layer, rng.normal(2, 3, size=(6, 3)), rng


def test_a_fresh_layer_normalises_every_feature():
    """Each column of the result has mean 0 and biased variance 1 (up to eps)."""
    y = BatchNorm1d(3)(np.random.default_rng(1).normal(5, 2, size=(50, 3)))

    assert np.abs(y.mean(axis=0)).max() < 1e-13
    assert np.abs(y.var(axis=0) - 1).max() < 1e-5


def test_a_constant_feature_becomes_the_shift():
    """A feature without variance is not divided by zero: its result is β."""
    layer = BatchNorm1d(2)
    layer.bias.data[...] = [3.0, 4.0]

    assert layer(np.ones((5, 2))).tolist() == [[3.0, 4.0]] * 5


@pytest.mark.sampled(2)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("arguments", [{}, {"eps": 0.5, "momentum": 0.3}])
def test_everything_is_pytorchs(training, arguments):
    """Three batches: results, gradients and running statistics agree with torch.nn's."""
    torch = pytest.importorskip("torch")
    ours, _, rng = layer_and_data(2, **arguments)
    theirs = torch.nn.BatchNorm1d(3, dtype=torch.float64, **arguments).train(training)
    theirs.weight.data, theirs.bias.data = (
        torch.tensor(ours.weight.data),
        torch.tensor(ours.bias.data),
    )
    theirs.running_mean[...] = torch.tensor(ours.running_mean)
    theirs.running_var[...] = torch.tensor(ours.running_var)
    ours.train(training)
    for _ in range(3):
        x, grad_output = rng.normal(size=(2, 6, 3))
        data = torch.tensor(x, requires_grad=True)
        result = theirs(data)
        result.backward(torch.tensor(grad_output))

        assert close(ours(x), result.detach().numpy(), 1e-13)
        assert close(ours.backward(grad_output), data.grad.numpy(), 1e-12)
        assert close(ours.weight.grad, theirs.weight.grad.numpy(), 1e-12)
        assert close(ours.bias.grad, theirs.bias.grad.numpy(), 1e-12)
        assert close(ours.running_mean, theirs.running_mean.numpy(), 1e-13)
        assert close(ours.running_var, theirs.running_var.numpy(), 1e-13)


@pytest.mark.parametrize("training", [True, False])
def test_backward_is_what_central_differences_measure(training):
    """In training through the batch's statistics, in evaluation past them."""
    layer, x, rng = layer_and_data(3, eps=0.1)

    assert backward_agrees(layer.train(training), x, rng)


def test_statistics_of_a_batch_hide_shift_and_scale_of_x():
    """In training dL/dx adds up to 0 in every column, and is orthogonal to x̂ (for eps → 0)."""
    layer, x, rng = layer_and_data(4, eps=1e-12)
    layer(x)
    grad_input = layer.backward(rng.normal(size=(6, 3)))

    assert np.abs(grad_input.sum(axis=0)).max() < 1e-12
    assert np.abs((grad_input * x).sum(axis=0)).max() < 1e-10


def test_evaluation_learns_nothing():
    """The running statistics move in training only, and a batch of one is welcome."""
    layer, x, _ = layer_and_data(5)
    before = layer.running_mean.copy(), layer.running_var.copy()
    layer.eval()(x)
    layer(x[:1])

    assert np.array_equal(layer.running_mean, before[0])
    assert np.array_equal(layer.running_var, before[1])
    layer.train()(x)
    assert not np.array_equal(layer.running_mean, before[0])


def test_running_statistics_become_the_datas():
    """Over many batches they approach mean and unbiased variance of what was seen."""
    rng, layer = np.random.default_rng(6), BatchNorm1d(2, momentum=0.01)
    for _ in range(2000):
        layer(rng.normal([1.0, -2.0], [0.5, 3.0], size=(8, 2)))

    np.testing.assert_allclose(layer.running_mean, [1, -2], atol=0.3)
    np.testing.assert_allclose(layer.running_var, [0.25, 9], rtol=0.2)


def test_backward_may_be_called_twice():
    """The second call returns the same dL/dx and doubles the parameters' gradients."""
    layer, x, rng = layer_and_data(7)
    layer(x)
    grad_output = rng.normal(size=(6, 3))
    first = layer.backward(grad_output)
    once = layer.weight.grad.copy()

    assert np.array_equal(layer.backward(grad_output), first)
    assert close(layer.weight.grad, 2 * once, 1e-14)


def test_float32_stays_float32():
    """Result, gradients and statistics keep float32, in both modes."""
    layer, x, _ = layer_and_data(8)
    layer, x = layer.astype(np.float32), x.astype(np.float32)
    results = [layer(x), layer.backward(x), layer.running_mean, layer.running_var]
    results += [layer.eval()(x), layer.backward(x)]

    assert {result.dtype for result in results} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: BatchNorm1d(0), "num_features must be at least 1, got 0"),
        (lambda: BatchNorm1d(3, eps=0.0), "eps must be positive, got 0.0"),
        (lambda: BatchNorm1d(3, momentum=1.5), r"momentum must be in \[0, 1\], got 1.5"),
        (
            lambda: BatchNorm1d(3)(np.ones((4, 2))),
            r"BatchNorm1d\(3\) expects x of shape \(batch, 3\), got \(4, 2\)",
        ),
        (
            lambda: BatchNorm1d(3)(np.ones((1, 3))),
            r"BatchNorm1d\(3\) needs a batch of at least 2 in training, got 1",
        ),
    ],
)
def test_what_cannot_be_raises(build, message):
    """Each message names the argument or the layer, what it expects and what it got."""
    with pytest.raises(ValueError, match=message):
        build()


def test_identity_parameters_make_the_layer_do_nothing():
    """In evaluation with these statistics, and in training on a batch that has them, y = x."""
    rng = np.random.default_rng(8)
    x = rng.normal(3, 2, size=(20, 4))
    layer = BatchNorm1d(4, eps=0.5)
    mean, var = x.mean(axis=0), x.var(axis=0)
    layer.weight.data, layer.bias.data = identity_parameters(mean, var, 0.5)

    np.testing.assert_allclose(layer(x), x)
    layer.running_mean, layer.running_var = mean, var
    np.testing.assert_allclose(layer.eval()(x), x)
