"""Figures of initial weights: ten layers of 500 units under six initialisations, forward and back.

Measured values stand beside what mean-field theory expects of infinitely wide layers.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from autograder.gallery import Drawn, Numbers, lecture_figure
from autograder.gallery.style import plots, short
from autograder.judges.meanfield import expected_statistics
from autograder.sandbox.limits import Limits

WIDTH, ROWS, DEPTH, BINS = 500, 1000, 10, 31
ROOM = Limits(cpu_seconds=10, wall_seconds=60)


class Start(NamedTuple):
    """One of the lecture's initialisations with its activation."""

    title: str
    init: str
    std: float | None
    activation: str
    gain: float
    """fan_in · Var(W)."""


STARTS = {
    "init-small": Start(
        "std 0.01, tanh: every layer shrinks the signal, until nothing is left",
        "small_normal", 0.01, "tanh", WIDTH * 0.01**2,
    ),
    "init-large": Start(
        "std 1, tanh: almost all units are saturated at −1 or +1",
        "small_normal", 1.0, "tanh", WIDTH,
    ),
    "init-xavier-tanh": Start(
        "Xavier, tanh: the signal fades slowly, to a third in ten layers",
        "xavier", None, "tanh", 1.0,
    ),
    "init-xavier-relu": Start(
        "Xavier, ReLU: each layer loses half of the second moment",
        "xavier", None, "relu", 1.0,
    ),
    "init-he-relu": Start(
        "He, ReLU: the factor 2 puts back what ReLU takes",
        "kaiming_normal", None, "relu", 2.0,
    ),
    "init-uniform-tanh": Start(
        "Glorot uniform, tanh: with the same variance as Xavier, the same picture",
        "xavier_uniform", None, "tanh", 1.0,
    ),
}  # fmt: skip

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {"tanh": np.tanh, "relu": lambda a: np.maximum(a, 0)}
"""For the theory, which needs no library."""


def _make(nnlab: Any, start: Start) -> Any:
    make = getattr(nnlab.init, start.init)
    return partial(make, std=start.std) if start.std else make


def statistics(name: str) -> Callable[[Any, int], Numbers]:
    """Make the function that sends data through ten random layers and measures each layer's outputs."""
    begin = STARTS[name]

    def numbers(nnlab: Any, seed: int) -> Numbers:
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(ROWS, WIDTH))
        make, activation = _make(nnlab, begin), getattr(nnlab.activations, begin.activation)
        weights = [make((WIDTH, WIDTH), rng=rng) for _ in range(DEPTH)]
        means, stds = nnlab.init.activation_statistics(x, weights, activation)
        bounds = (0.0, 3.0) if begin.activation == "relu" else (-1.0, 1.0)
        shares, moments = [], []
        for weight in weights:
            x = activation(x @ weight.T)
            shares.append(np.histogram(x[x != 0], BINS, bounds)[0] / max(np.count_nonzero(x), 1))
            moments.append(float(np.mean(x**2)))
        return {
            "means": np.array(means),
            "stds": np.array(stds),
            "shares": np.array(shares),
            "moments": moments,
            "bounds": bounds,
        }

    return numbers


def draw_statistics(name: str, n: Numbers) -> Drawn:
    """Draw each layer's outputs; print mean and spread beside what theory expects."""
    begin = STARTS[name]
    expected = expected_statistics(ACTIVATIONS[begin.activation], begin.gain, DEPTH)
    figure, axes = plots.sheet(begin.title, 5, 2, width=2.5, height=2.1)
    edges = np.linspace(n["bounds"][0], n["bounds"][1], BINS + 1)
    for layer, ax in enumerate(axes):
        ax.bar(edges[:-1], n["shares"][layer], np.diff(edges), align="edge", color=plots.BLUE)
        std, wanted = short(float(n["stds"][layer])), short(expected[layer][1])
        ax.set_title(f"layer {layer + 1}\nstd {std}, theory {wanted}", fontsize="small")
        ax.set(ylim=(0, 1.05 * n["shares"].max()), xlim=n["bounds"])
        ax.set(xlabel="output", ylabel="share of outputs")
    if begin.activation == "relu":
        figure.supxlabel("half of all outputs are 0 and not drawn", fontsize="small")
    return Drawn(figure, _table(n["means"], n["stds"], expected))


def _table(means: Any, stds: Any, expected: list[tuple[float, float]]) -> str:
    head = "layer       mean   expected        std   expected"
    rows = [
        f"{layer:5} {mean:10.6f} {wanted[0]:10.6f} {std:10.3g} {wanted[1]:10.3g}"
        for layer, (mean, std, wanted) in enumerate(zip(means, stds, expected, strict=True), 1)
    ]
    return "\n".join([head, *rows])


RANDOM = "Weight initialization: random number"
XAVIER = "Weight initialization: Xavier"
XAVIER_RELU = "Weight initialization: Xavier-ReLU"


def claim_small(n: Numbers) -> bool:
    """Return whether the spread falls from layer to layer, to next to nothing."""
    return bool(np.all(np.diff(n["stds"]) < 0) and n["stds"][-1] < 1e-6)


def claim_large(n: Numbers) -> bool:
    """Return whether most outputs of every layer lie in the first or the last bin."""
    return bool(np.all(n["shares"][:, [0, -1]].sum(axis=1) > 0.85))


def claim_xavier_tanh(n: Numbers) -> bool:
    """Return whether the spread falls in every layer, to about a third."""
    return bool(np.all(np.diff(n["stds"]) < 0) and 0.3 < n["stds"][-1] / n["stds"][0] < 0.45)


def claim_xavier_relu(n: Numbers) -> bool:
    """Return whether the mean square halves, from layer to layer."""
    ratios = np.divide(n["moments"][1:], n["moments"][:-1])
    return bool(np.all((ratios > 0.35) & (ratios < 0.7)))


def claim_he_relu(n: Numbers) -> bool:
    """Return whether the mean square stays near the input's, which is 1."""
    return bool(min(n["moments"]) > 0.5 and max(n["moments"]) < 2)


def claim_uniform_tanh(n: Numbers) -> bool:
    """Return whether the spread of every layer is what theory expects of Xavier's weights."""
    wanted = [std for _, std in expected_statistics(np.tanh, 1.0, DEPTH)]
    return bool(np.allclose(n["stds"], wanted, rtol=0.1))


def _of_start(
    name: str, slides: str, claim: Callable[[Numbers], bool]
) -> Callable[[Callable[[Numbers], Drawn]], Callable[[Numbers], Drawn]]:
    """Register the figure of one initialisation's statistics."""
    numbers = statistics(name)
    return lecture_figure(
        name, lab="lab08_init", slides=slides, claim=claim, numbers=numbers, limits=ROOM
    )


@_of_start("init-small", RANDOM, claim_small)
def draw_small(n: Numbers) -> Drawn:
    """Normal weights with std 0.01 and tanh: all activations die out."""
    return draw_statistics("init-small", n)


@_of_start("init-large", RANDOM, claim_large)
def draw_large(n: Numbers) -> Drawn:
    """Normal weights with std 1 and tanh: almost all units are saturated."""
    return draw_statistics("init-large", n)


@_of_start("init-xavier-tanh", XAVIER, claim_xavier_tanh)
def draw_xavier_tanh(n: Numbers) -> Drawn:
    """The lecture's Xavier weights and tanh: the signal fades, but slowly."""
    return draw_statistics("init-xavier-tanh", n)


@_of_start("init-xavier-relu", XAVIER_RELU, claim_xavier_relu)
def draw_xavier_relu(n: Numbers) -> Drawn:
    """Xavier weights and ReLU: each layer loses half of the second moment."""
    return draw_statistics("init-xavier-relu", n)


@_of_start("init-he-relu", XAVIER_RELU, claim_he_relu)
def draw_he_relu(n: Numbers) -> Drawn:
    """He's weights and ReLU: the factor 2 puts back what ReLU takes."""
    return draw_statistics("init-he-relu", n)


@_of_start("init-uniform-tanh", "Weight initialization: Uniform", claim_uniform_tanh)
def draw_uniform_tanh(n: Numbers) -> Drawn:
    """Glorot's uniform weights and tanh: the same variance, hence the same statistics as Xavier."""
    return draw_statistics("init-uniform-tanh", n)


def signal_flow(nnlab: Any, seed: int) -> Numbers:
    """Send data forward through ten layers and gradients of size 1 back, under all six initialisations."""
    rng = np.random.default_rng(seed)
    flow = {}
    for name, begin in STARTS.items():
        make = _make(nnlab, begin)
        activation = nnlab.layers.Tanh if begin.activation == "tanh" else nnlab.layers.ReLU
        linears = [nnlab.layers.Linear(WIDTH, WIDTH, rng=rng, init=make) for _ in range(DEPTH)]
        modules = [module for linear in linears for module in (linear, activation())]
        h = rng.normal(size=(100, WIDTH))
        stds, sizes = [], []
        for module in modules:
            h = module(h)
            stds.append(float(h.std()))
        grad = rng.normal(size=h.shape)
        for module in reversed(modules):
            sizes.append(float(np.sqrt(np.mean(grad**2))))
            grad = module.backward(grad)
        flow[name] = {
            "forward": stds[1::2],
            "backward": sizes[::-1][1::2],
            "weights": [float(np.sqrt(np.mean(linear.weight.grad**2))) for linear in linears],
        }
    return {"flow": flow}


def claim_signal_flow(n: Numbers) -> bool:
    """Return whether small weights fade, large ones explode going back, and He's keep both sizes."""
    small, large, he = (n["flow"][name] for name in ("init-small", "init-large", "init-he-relu"))
    fades = max(small["forward"][-1], small["backward"][0]) < 1e-4
    keeps = all(0.3 < size < 3 for size in (*he["forward"], *he["backward"]))
    return bool(fades and large["backward"][0] > 1e3 and large["forward"][-1] > 0.9 and keeps)


@lecture_figure(
    "signal-flow",
    lab="lab08_init",
    slides=RANDOM,
    claim=claim_signal_flow,
    numbers=signal_flow,
    limits=ROOM,
)
def draw_signal_flow(n: Numbers) -> Drawn:
    """What goes forward and what comes back through ten layers, layer by layer, on one scale."""
    figure, axes = plots.sheet(
        "Small weights fade both ways, large ones explode on the way back; with ReLU, He's keep both",
        3,
        width=4.2,
        height=3.4,
    )
    layers = np.arange(1, DEPTH + 1)
    names = {
        name: f"{begin.init.replace('_', ' ').replace('small normal', 'normal')}"
        f"{f' {begin.std:g}' if begin.std else ''}, {begin.activation.replace('relu', 'ReLU')}"
        for name, begin in STARTS.items()
    }
    panels = {
        "forward": ("forward: outputs", "std of h"),
        "backward": ("back: gradients of the outputs", "rms of dL/dh, which is 1 at layer 10"),
        "weights": ("gradients of the weights", "rms of dL/dW"),
    }
    for ax, (part, (title, unit)) in zip(axes, panels.items(), strict=True):
        curves = {names[name]: (layers, values[part]) for name, values in n["flow"].items()}
        plots.curves(ax, curves, legend=False, marker=".")
        ax.set(title=title, xlabel="layer", ylabel=unit, yscale="log", xticks=layers)
    figure.legend(
        *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=6, frameon=False,
        fontsize="small",
    )  # fmt: skip
    lines = [
        f"{names[name]:25} std of h in layers 1, 10: {v['forward'][0]:8.2g} {v['forward'][-1]:8.2g}   "
        f"dL/dh: {v['backward'][0]:8.2g} {v['backward'][-1]:8.2g}   "
        f"dL/dW: {v['weights'][0]:8.2g} {v['weights'][-1]:8.2g}"
        for name, v in n["flow"].items()
    ]
    return Drawn(figure, "\n".join(lines))
