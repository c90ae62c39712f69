"""Figures of optimisation: step sizes, optimizers' paths, decaying rates."""

from collections.abc import Callable

import numpy as np

from autograder.authoring.gallery import Drawn, experiment
from nnlab import descent, optim, plots, schedules
from nnlab.arrays import Array
from nnlab.parameter import Parameter

START = np.array([3.0, 3.0])
HESSIAN = np.array([[2.0, 1.0], [1.0, 8.0]])

Optimizers = dict[str, Callable[[list[Parameter]], optim.Optimizer]]
OPTIMIZERS: Optimizers = {
    "SGD": lambda p: optim.SGD(p, lr=0.035),
    "Momentum": lambda p: optim.Momentum(p, lr=0.01),
    "Nesterov": lambda p: optim.Nesterov(p, lr=0.01),
    "AdaGrad": lambda p: optim.AdaGrad(p, lr=0.6),
    "RMSProp": lambda p: optim.RMSProp(p, lr=0.08),
    "Adam": lambda p: optim.Adam(p, lr=0.25),
}


def quadratic(x: Array, y: Array) -> Array:
    """Compute the lecture's f = x² + xy + 4y²."""
    return x**2 + x * y + 4 * y**2


@experiment("step-size", slides="Influence of step size example (constant step size)")
def draw_step_size() -> Drawn:
    """Gradient descent on x₁² + x₁x₂ + 4x₂² from (3, 3), from a timid step to one too large."""
    limit = descent.largest_stable_lr(HESSIAN)
    figure, axes = plots.sheet(f"The step decides: from {limit:.3f} on, the walk climbs", 4)
    lines = []
    for ax, lr in zip(axes, (0.01, 0.1, 0.2, 0.25), strict=True):
        path = descent.gradient_descent(lambda x: HESSIAN @ x, START, lr, max_steps=50)
        plots.contours(ax, quadratic, (-4, 4, -4, 4))
        plots.paths(ax, {"": path})
        final = quadratic(*path[-1])
        ax.set(title=f"step {lr:g}:  f = {final:.2g} after 50", aspect="equal")
        lines.append(
            f"step {lr:<5g} first point {np.round(path[1], 3).tolist()}, f after 50: {final:.3g}"
        )
    return Drawn(figure, "\n".join(lines))


def walk(
    gradient: Callable[[Array], Array],
    start: tuple[float, float],
    make: Callable[[list[Parameter]], optim.Optimizer],
    steps: int,
) -> Array:
    """Let an optimizer walk, and keep every point."""
    point = Parameter(np.array(start))
    optimizer = make([point])
    path = [point.data.copy()]
    for _ in range(steps):
        optimizer.zero_grad()
        point.grad += gradient(point.data)
        optimizer.step()
        path.append(point.data.copy())
    return np.array(path)


def race(
    title: str,
    function: Callable[[Array, Array], Array],
    gradient: Callable[[Array], Array],
    start: tuple[float, float],
    bounds: tuple[float, float, float, float],
    *,
    optimizers: Optimizers = OPTIMIZERS,
    steps: int = 80,
    yscale: str = "log",
) -> Drawn:
    """Draw the paths of all optimizers, a panel each, and their costs together."""
    figure, axes = plots.sheet(title, 4, 2, height=2.7)
    walks = {name: walk(gradient, start, make, steps) for name, make in optimizers.items()}
    for ax, (name, path), colour in zip(axes, walks.items(), plots.COLOURS, strict=False):
        plots.contours(ax, function, bounds, levels=18)
        ax.plot(*path.T, marker=".", markersize=3, linewidth=1, color=colour)
        ax.scatter(path[0, 0], path[0, 1], s=50, facecolors="none", edgecolors="black", zorder=4)
        ax.set_title(name)
    costs = {name: (np.arange(steps + 1), function(*path.T)) for name, path in walks.items()}
    plots.curves(axes[6], costs, legend=False)
    axes[6].set(title="cost by step", yscale=yscale)
    handles = axes[6].get_lines()
    axes[7].legend(handles, walks, loc="center", frameon=False)
    axes[7].axis("off")
    ends = [f"{name:9} {function(*path[-1]):10.3g}" for name, path in walks.items()]
    return Drawn(figure, f"cost after {steps} steps\n" + "\n".join(ends))


@experiment("optimizers-bowl", slides="SGD + Momentum")
def draw_bowl() -> Drawn:
    """Six optimizers in a long narrow valley: what has a memory or a scale does not zigzag."""
    return race(
        "A long narrow valley: plain SGD zigzags, the others remember or rescale",
        lambda x, y: 0.5 * (x**2 + 50 * y**2),
        lambda p: p * [1, 50],
        (-8.0, 1.2),
        (-9, 2.5, -2, 2),
    )


@experiment("optimizers-saddle", slides="SGD + Momentum")
def draw_saddle() -> Drawn:
    """Six optimizers near a saddle, where the slope is almost zero: scaled steps leave first."""
    return race(
        "Beside a saddle: SGD waits, scaled steps leave at once",
        lambda x, y: x**2 - y**2 + 0.25 * y**4,
        lambda p: np.array([2 * p[0], -2 * p[1] + p[1] ** 3]),
        (1.0, 0.001),
        (-1.6, 1.6, -1.0, 1.8),
        optimizers={
            **OPTIMIZERS,
            "AdaGrad": lambda p: optim.AdaGrad(p, lr=0.1),
            "Adam": lambda p: optim.Adam(p, lr=0.08),
        },
        yscale="linear",
    )


@experiment("optimizers-noise", slides="SGD + Momentum")
def draw_noise() -> Drawn:
    """Six optimizers whose gradients are noisy, as those of small batches are."""
    rng = np.random.default_rng(0)
    return race(
        "Noisy gradients: averages of many steps stay calmer than single ones",
        lambda x, y: 0.5 * (x**2 + 5 * y**2),
        lambda p: p * [1, 5] + rng.normal(0, 3, size=2),
        (-8.0, 3.0),
        (-9, 3, -4, 4),
        steps=150,
    )


@experiment("decay", slides="Learning rate decay")
def draw_decay() -> Drawn:
    """The three decay schedules of the lecture, from the same first rate."""
    epochs = np.arange(41)
    figure, (ax,) = plots.sheet("Start with large steps, end with small ones", 1, width=6)
    rates: dict[str, Callable[[int], float]] = {
        "step: half every 10 epochs": lambda epoch: schedules.step_decay(1.0, epoch, 0.5, 10),
        "exponential: k = 0.1": lambda epoch: schedules.exponential_decay(1.0, 0.1, epoch),
        "1/t: k = 0.25": lambda epoch: schedules.inverse_time_decay(1.0, 0.25, epoch),
    }
    decayed = {name: np.array([rate(e) for e in epochs.tolist()]) for name, rate in rates.items()}
    plots.curves(ax, {name: (epochs, lrs) for name, lrs in decayed.items()})
    ax.get_lines()[0].set_drawstyle("steps-post")
    ax.set(xlabel="epoch", ylabel="learning rate, share of the first")
    return Drawn(figure)
