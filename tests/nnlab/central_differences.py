"""The oracle of every backward: derivatives measured, not derived."""

import numpy as np


def central_differences(f, x, h=1e-6):
    """Measure df/dx of a function of x that returns a number; x is changed in place and restored."""
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        above = f(x)
        x[index] = kept - h
        below = f(x)
        x[index] = kept
        gradient[index] = (above - below) / (2 * h)
    return gradient


def close(actual, expected, tolerance=1e-10):
    """Say whether two arrays agree, in shape and relative to the largest number in them."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    if actual.shape != expected.shape:
        return False
    scale = max(np.abs(actual).max(), np.abs(expected).max(), 1e-300)
    return bool(np.abs(actual - expected).max() <= tolerance * scale)


def backward_agrees(module, x, rng, tolerance=1e-7):
    """Say whether a module's backward gives the measured dL/dx and parameter gradients.

    L = Σ output · r with random r: ones would hide transposes and forgotten factors.
    """
    r = rng.normal(size=module.forward(x).shape)

    def loss(_):
        return float((module.forward(x) * r).sum())

    for parameter in module.parameters():
        parameter.grad[...] = 0
    module.forward(x)
    results = [(module.backward(r), central_differences(loss, x))]
    results += [(p.grad, central_differences(loss, p.data)) for p in module.parameters()]
    return all(close(ours, measured, tolerance) for ours, measured in results)
