"""Figures of networks: activations, what a hidden layer can do, and the boundaries that it draws."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.gallery import Drawn, Film, Numbers, lecture_figure
from autograder.gallery.style import below, plots, points, regions, short
from autograder.sandbox.limits import Limits

UNITS = (1, 3, 40)


def activation_functions(nnlab: Any, seed: int) -> Numbers:
    """Compute the lecture's four functions and their slopes."""
    del seed
    a = np.linspace(-4, 4, 401)
    functions = {}
    for name in ("linear", "sigmoid", "tanh", "relu"):
        slope = getattr(nnlab.activations, f"{name}_derivative")
        functions[name] = {"value": getattr(nnlab.activations, name)(a), "slope": slope(a)}
    return {"a": a, "functions": functions}


def claim_activations(n: Numbers) -> bool:
    """Return whether the slopes at ±4 are next to 0 where the title says flat."""
    ends = {name: values["slope"][[0, -1]] for name, values in n["functions"].items()}
    both = max(ends["sigmoid"].max(), ends["tanh"].max())
    return bool(both < 0.02 and ends["relu"].tolist() == [0, 1] and ends["linear"].min() == 1)


@lecture_figure(
    "activations",
    lab="lab04_activations",
    slides="Activation functions",
    claim=claim_activations,
    numbers=activation_functions,
)
def draw_activations(n: Numbers) -> Drawn:
    """The four activation functions of the lecture, each with its derivative."""
    figure, axes = plots.sheet("Sigmoid and tanh go flat on both sides, ReLU on one", 4, height=3.0)
    names = {"linear": "linear", "sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}
    for ax, (name, values) in zip(axes, n["functions"].items(), strict=True):
        slope = values["slope"].astype(float)
        jumps = np.flatnonzero(np.abs(np.diff(slope)) > 0.5)
        a = np.insert(n["a"], jumps + 1, np.nan)
        curves = {
            "g(a)": (n["a"], values["value"]),
            "dg/da": (a, np.insert(slope, jumps + 1, np.nan)),
        }
        plots.curves(ax, curves, legend=False)
        ax.set(title=names[name], xlabel="a", ylabel="g(a), dg/da")
        ax.set(ylim=(-1.2, 1.6) if name != "linear" else (-4, 4))
    below(figure, axes[:1])
    ends = [
        f"{names[k]:8} slope at a = 4: {short(float(v['slope'][-1]))}"
        for k, v in n["functions"].items()
    ]
    return Drawn(figure, "\n".join(ends))


def capacity(nnlab: Any, seed: int) -> Numbers:
    """Fit one function with more and more hidden units."""
    rng = np.random.default_rng(seed)
    x = np.linspace(-1, 1, 100)[:, None]
    target = np.sin(3 * np.pi * x) * (1 - x**2) + 0.5 * x
    fits, costs = [], []
    for units in UNITS:
        model = nnlab.layers.mlp([1, units, 1], nnlab.layers.Tanh, rng=rng)
        for parameter in model.parameters()[:2]:
            parameter.data *= 4.0
        loss, optimizer = nnlab.losses.MSELoss(), nnlab.optim.Adam(model.parameters(), lr=0.02)
        for step in range(2400):
            optimizer.lr = 0.02 * 0.5 ** (step // 800)
            loss(model(x), target)
            optimizer.zero_grad()
            model.backward(loss.backward())
            optimizer.step()
        fits.append(model(x)[:, 0])
        costs.append(float(loss(model(x), target)))
    return {"x": x[:, 0], "target": target[:, 0], "fits": np.array(fits), "costs": costs}


def claim_capacity(n: Numbers) -> bool:
    """Return whether more units fit better."""
    return bool(np.all(np.diff(n["costs"]) < 0))


@lecture_figure(
    "capacity",
    lab="lab09_optimizers",
    slides="Capacity of Neural Network",
    claim=claim_capacity,
    numbers=capacity,
    limits=Limits(cpu_seconds=10, wall_seconds=60),
)
def draw_capacity(n: Numbers) -> Drawn:
    """One hidden layer fits a function the better the more units it has."""
    figure, axes = plots.sheet(
        "One hidden layer: the more units, the better the fit", 3, height=3.1
    )
    lines = []
    for ax, units, fit, cost in zip(axes, UNITS, n["fits"], n["costs"], strict=True):
        ax.plot(n["x"], n["target"], color=plots.GREY, linewidth=4, alpha=0.8, label="function")
        ax.plot(n["x"], fit, "--", color=plots.ORANGE, linewidth=1.8, label="network")
        ax.set(
            title=f"{units} unit{'s' if units > 1 else ''}: error {short(cost)}",
            xlabel="x",
            ylabel="f(x)",
        )
        lines.append(f"{units:2} hidden units: mean squared error {cost:.2e}")
    below(figure, axes[:1])
    return Drawn(figure, "\n".join(lines))


def boundary(
    sizes: list[int], make: Callable[[Any, Any], tuple[Any, Any]], *, lr: float, steps: int
) -> Callable[[Any, int], Numbers]:
    """Make the function that trains a network on points in the plane, and looks into it.

    The last hidden layer has two units, so that what it makes of the plane can be drawn. A start that
    ends in a bad minimum is tried again, as the lecture's caveat on Hornik's theorem expects.
    """

    def numbers(nnlab: Any, seed: int) -> Numbers:
        rng = np.random.default_rng(seed)
        x, target = make(nnlab, rng)
        reach = 1.25 * float(np.abs(x).max())
        side = np.linspace(-reach, reach, 61)
        grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        for starts in range(1, 9):  # noqa: B007  how many it took is shown
            model = nnlab.layers.mlp(sizes, nnlab.layers.Tanh, rng=rng)
            loss, optimizer = (
                nnlab.losses.CrossEntropyLoss(),
                nnlab.optim.Adam(model.parameters(), lr=lr),
            )
            frames, at = [], []
            for step in range(steps + 1):
                if step % (steps // 20) == 0:
                    frames.append(model(grid).astype(np.float32))
                    at.append(step)
                loss(model(x), target)
                optimizer.zero_grad()
                model.backward(loss.backward())
                optimizer.step()
            right = float(np.mean(model(x).argmax(axis=1) == target))
            if right >= 0.97:
                break
        hidden, hidden_grid = x, grid
        for module in model.modules[:-1]:
            hidden, hidden_grid = module(hidden), module(hidden_grid)
        first, last = model.modules[0], model.modules[-1]
        return {
            "x": x,
            "target": target,
            "side": side,
            "frames": np.array(frames),
            "at": at,
            "lines": (first.weight.data, first.bias.data),
            "hidden": hidden,
            "output": (last.weight.data, last.bias.data),
            "right": right,
            "starts": starts,
        }

    return numbers


def _show_plane(ax: Any, n: Numbers, frame: int, size: float) -> None:
    regions(ax, n["side"], n["frames"][frame])
    points(ax, n["x"], n["target"], size)
    reach = float(n["side"][-1])
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xlabel="x₁", ylabel="x₂")


def film_boundary(n: Numbers) -> Film:
    """Show the boundary while the network is trained."""
    figure, (ax,) = plots.sheet("The boundary while training", 1, width=4.4, height=4.2)

    def show(frame: int) -> None:
        ax.clear()
        _show_plane(ax, n, frame, 25)
        ax.set_title(f"after {n['at'][frame]} steps")

    return Film(figure, len(n["frames"]), show, per_second=4)


def draw_boundary(title: str, n: Numbers) -> Drawn:
    """Draw what each hidden unit sees, what the layers make of it, and the border of the whole."""
    figure, axes = plots.sheet(title, 3, width=3.9, height=3.8)
    few = len(n["x"]) < 10
    size = 90 if few else 16
    reach = float(n["side"][-1])
    weights, biases = n["lines"]
    points(axes[0], n["x"], n["target"], size)
    for weight, bias in zip(weights, biases, strict=True):
        score = weight[0] * n["side"][None, :] + weight[1] * n["side"][:, None] + bias
        if score.min() < 0 < score.max():
            axes[0].contour(
                n["side"], n["side"], score, levels=[0], colors=[plots.GREY], linewidths=1
            )
    axes[0].set(
        title=f"{len(weights)} hidden units, a line each", xlabel="x₁", ylabel="x₂",
        xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal",
    )  # fmt: skip
    side = np.linspace(-1.15, 1.15, 201)
    weight, bias = n["output"]
    logits = np.stack(np.meshgrid(side, side), axis=-1) @ weight.T + bias
    regions(axes[1], side, logits)
    points(axes[1], n["hidden"], n["target"], size)
    axes[1].set(
        title="what the output layer sees", xlabel="h₁, of the last hidden layer", ylabel="h₂",
        aspect="equal",
    )  # fmt: skip
    _show_plane(axes[2], n, -1, size)
    axes[2].set_title(f"the borders combined: {n['right']:.0%} right")
    below(figure, axes[:1])
    again = f", at start {n['starts']}" if n["starts"] > 1 else ""
    return Drawn(figure, f"{n['right']:.1%} of {len(n['x'])} samples right{again}")


def xor_points(nnlab: Any, rng: Any) -> tuple[Any, Any]:
    """Give the four rows of XOR, as −1 and +1."""
    del rng
    return 2.0 * nnlab.datasets.truth_table(2) - 1, np.array(nnlab.datasets.GATES["XOR"])


def moons(nnlab: Any, rng: Any) -> tuple[Any, Any]:
    """Draw two moons around the origin."""
    x, target = nnlab.datasets.two_moons(200, noise=0.1, rng=rng)
    return x - x.mean(axis=0), target


def three_spirals(nnlab: Any, rng: Any) -> tuple[Any, Any]:
    """Draw three spirals."""
    x, target = nnlab.datasets.spirals(240, noise=0.05, rng=rng)
    return 2 * x, target


ROOM = Limits(cpu_seconds=20, wall_seconds=120)


def claim_boundary(n: Numbers) -> bool:
    """Return whether the straight borders in the last hidden space separate the classes."""
    weight, bias = n["output"]
    seen = (n["hidden"] @ weight.T + bias).argmax(axis=1)
    return bool(n["right"] >= 0.97 and bool(np.mean(seen == n["target"]) >= 0.97))


@lecture_figure(
    "boundary-xor",
    lab="lab09_optimizers",
    slides="MCP Neurons: XOR",
    claim=claim_boundary,
    numbers=boundary([2, 2, 2], xor_points, lr=0.05, steps=400),
    film=film_boundary,
    limits=ROOM,
)
def draw_boundary_xor(n: Numbers) -> Drawn:
    """XOR as a network learns it: two lines, and a space in which one line is enough."""
    return draw_boundary("XOR: two hidden units move the points so that one line separates them", n)


@lecture_figure(
    "boundary-moons",
    lab="lab09_optimizers",
    slides="Capacity of Neural Network",
    claim=claim_boundary,
    numbers=boundary([2, 8, 2, 2], moons, lr=0.03, steps=600),
    film=film_boundary,
    limits=ROOM,
)
def draw_boundary_moons(n: Numbers) -> Drawn:
    """Two moons: a bent boundary, made of straight ones."""
    return draw_boundary("Two moons: straight lines combine into a bent boundary", n)


@lecture_figure(
    "boundary-spirals",
    lab="lab09_optimizers",
    slides="Capacity of Neural Network",
    claim=claim_boundary,
    numbers=boundary([2, 24, 24, 2, 3], three_spirals, lr=0.01, steps=1000),
    film=film_boundary,
    limits=ROOM,
)
def draw_boundary_spirals(n: Numbers) -> Drawn:
    """Three spirals: the hidden layers unroll them, until straight lines separate them."""
    return draw_boundary(
        "Three spirals: unrolled by the hidden layers, straight lines separate them", n
    )
