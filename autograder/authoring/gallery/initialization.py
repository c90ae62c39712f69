"""The lecture's activation statistics: ten layers of 500 units under six initialisations.

Measured values stand beside what mean-field theory expects of infinitely wide layers.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from autograder.authoring.gallery import Drawn, experiment
from autograder.judges.meanfield import expected_statistics
from nnlab import activations, init, plots
from nnlab.arrays import Array

Activation = Callable[[Array], Array]

WIDTH, ROWS, DEPTH = 500, 1000, 10


def draw_statistics(
    title: str, activation: Activation, make: Callable[..., Array], gain: float
) -> Drawn:
    """Send data through ten random layers; draw each layer's outputs, print mean and spread."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, WIDTH))
    weights = [make((WIDTH, WIDTH), rng=rng) for _ in range(DEPTH)]
    means, stds = init.activation_statistics(x, weights, activation)
    expected = expected_statistics(activation, gain, DEPTH)
    figure, axes = plots.sheet(title, 5, 2, width=2.4, height=2.0)
    bounds = (0.0, 3.0) if activation is activations.relu else (-1.0, 1.0)
    for layer, (ax, weight) in enumerate(zip(axes, weights, strict=True)):
        x = activation(x @ weight.T)
        plots.histogram(ax, x[x != 0], bounds)
        wanted = expected[layer][1]
        ax.set_title(
            f"layer {layer + 1}:  std {stds[layer]:.2g}, theory {wanted:.2g}", fontsize="small"
        )
    if activation is activations.relu:
        figure.supxlabel("half of all outputs are 0 and not drawn", fontsize="small")
    return Drawn(figure, _table(means, stds, expected))


def _table(means: Array, stds: Array, expected: list[tuple[float, float]]) -> str:
    head = "layer       mean   expected        std   expected"
    rows = [
        f"{layer:5} {mean:10.6f} {wanted[0]:10.6f} {std:10.3g} {wanted[1]:10.3g}"
        for layer, (mean, std, wanted) in enumerate(zip(means, stds, expected, strict=True), 1)
    ]
    return "\n".join([head, *rows])


@experiment("init-small", slides="Weight initialization: random number")
def draw_small() -> Drawn:
    """Normal weights with std 0.01 and tanh: all activations die out."""
    title = "std 0.01, tanh: every layer shrinks the signal, until nothing is left"
    return draw_statistics(title, activations.tanh, init.small_normal, WIDTH * 0.01**2)


@experiment("init-large", slides="Weight initialization: random number")
def draw_large() -> Drawn:
    """Normal weights with std 1 and tanh: almost all neurons are saturated."""
    title = "std 1, tanh: almost all neurons are saturated at −1 or +1"
    return draw_statistics(title, activations.tanh, partial(init.small_normal, std=1.0), WIDTH)


@experiment("init-xavier-tanh", slides="Weight initialization: Xavier")
def draw_xavier_tanh() -> Drawn:
    """The lecture's Xavier weights and tanh: the signal stays alive."""
    title = "Xavier, tanh: the signal stays alive through ten layers"
    return draw_statistics(title, activations.tanh, init.xavier, 1.0)


@experiment("init-xavier-relu", slides="Weight initialization: Xavier")
def draw_xavier_relu() -> Drawn:
    """Xavier weights and ReLU: each layer loses half of the second moment."""
    title = "Xavier, ReLU: each layer loses half of the second moment"
    return draw_statistics(title, activations.relu, init.xavier, 1.0)


@experiment("init-he-relu", slides="Weight initialization: Xavier-ReLU")
def draw_he_relu() -> Drawn:
    """He's weights and ReLU: the factor 2 puts back what ReLU takes."""
    title = "He, ReLU: the factor 2 puts back what ReLU takes"
    return draw_statistics(title, activations.relu, init.kaiming_normal, 2.0)


@experiment("init-uniform-tanh", slides="Weight initialization: Uniform")
def draw_uniform_tanh() -> Drawn:
    """Glorot's uniform weights and tanh: the same variance, hence the same statistics as Xavier."""
    title = "Glorot uniform, tanh: with the same variance as Xavier, the same picture"
    return draw_statistics(title, activations.tanh, init.xavier_uniform, 1.0)
