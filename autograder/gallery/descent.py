"""Figures of optimisation: step sizes, optimizers' paths, decaying rates."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.gallery import Drawn, Film, Numbers, lecture_figure
from autograder.gallery.style import below, plots, short, start

START = np.array([3.0, 3.0])
HESSIAN = np.array([[2.0, 1.0], [1.0, 8.0]])
STEPS = (0.01, 0.1, 0.2, 0.25)
STEP_COUNT = 50

RATES = {
    "SGD": 0.035,
    "Momentum": 0.01,
    "Nesterov": 0.01,
    "AdaGrad": 2.0,
    "RMSProp": 0.2,
    "Adam": 0.25,
}
MARKERS = ("o", "s", "^", "v", "D", "x")


def quadratic(x: Any, y: Any) -> Any:
    """Compute the lecture's f = x² + xy + 4y²."""
    return x**2 + x * y + 4 * y**2


def step_size(nnlab: Any, seed: int) -> Numbers:
    """Descend the lecture's quadratic with four step sizes."""
    del seed
    walks = [
        nnlab.descent.gradient_descent(lambda x: HESSIAN @ x, START, lr, max_steps=STEP_COUNT)
        for lr in STEPS
    ]
    return {
        "limit": float(nnlab.descent.largest_stable_lr(HESSIAN)),
        "walks": walks,
        "ends": [float(quadratic(*walk[-1])) for walk in walks],
    }


def claim_step_size(n: Numbers) -> bool:
    """Return whether larger steps come lower, up to the limit, and the one above it climbs."""
    timid, good, large, climbs = n["ends"]
    return bool(
        large < good < timid < quadratic(*START) < climbs and STEPS[2] < n["limit"] < STEPS[3]
    )


@lecture_figure(
    "step-size",
    lab="lab06_descent",
    slides="Influence of step size example (constant step size)",
    claim=claim_step_size,
    numbers=step_size,
)
def draw_step_size(n: Numbers) -> Drawn:
    """Gradient descent on x₁² + x₁x₂ + 4x₂² from (3, 3), from a timid step to one too large."""
    figure, axes = plots.sheet(
        f"The step decides: from {n['limit']:.3f} on, the walk climbs", 4, height=3.7
    )
    lines = []
    for ax, lr, walk, end in zip(axes, STEPS, n["walks"], n["ends"], strict=True):
        plots.contours(ax, quadratic, (-4, 4, -4, 4))
        ax.plot(*walk.T, ".-", markersize=4, linewidth=1.2, color=plots.BLUE, label="the walk")
        ax.plot(0, 0, "+", color="black", markersize=10, label="minimum")
        start(ax, walk[0])
        ax.set_title(f"step {lr:g}\nf = {short(end)} after {STEP_COUNT} steps", fontsize="medium")
        ax.set(aspect="equal", xlabel="x₁", ylabel="x₂")
        lines.append(
            f"step {lr:<5g} first point {np.round(walk[1], 3).tolist()}, f after {STEP_COUNT}: {end:.3g}"
        )
    below(figure, axes[:1])
    return Drawn(figure, "\n".join(lines))


def walk(
    nnlab: Any, name: str, lr: float, gradient: Callable[[Any], Any], points: Any, steps: int
) -> Any:
    """Let an optimizer walk from one point or from many at once; return all places, (steps + 1, …, 2)."""
    place = nnlab.parameter.Parameter(np.array(points, dtype=float))
    optimizer = getattr(nnlab.optim, name)([place], lr=lr)
    path = [place.data.copy()]
    for _ in range(steps):
        optimizer.zero_grad()
        place.grad += gradient(place.data)
        optimizer.step()
        path.append(place.data.copy())
    return np.array(path)


def race(
    nnlab: Any, gradient: Callable[[Any], Any], begin: Any, steps: int, rates: Mapping[str, float]
) -> Numbers:
    """Let all optimizers walk from one point."""
    return {
        "rates": dict(rates),
        "walks": {
            name: walk(nnlab, name, lr, gradient, begin, steps) for name, lr in rates.items()
        },
    }


def draw_race(
    title: str,
    n: Numbers,
    function: Callable[[Any, Any], Any],
    bounds: tuple[float, float, float, float],
    *,
    minimum: tuple[float, float] | None = (0, 0),
    yscale: str = "log",
) -> Drawn:
    """Draw the paths of all optimizers, a panel each, and their costs together."""
    figure, axes = plots.sheet(title, 4, 2, height=2.7)
    strokes = zip(axes, n["walks"].items(), plots.COLOURS, plots.STROKES, strict=False)
    for ax, (name, path), colour, stroke in strokes:
        plots.contours(ax, function, bounds, levels=18)
        ax.plot(*path.T, marker=".", markersize=3, linewidth=1, color=colour, linestyle=stroke)
        if minimum:
            ax.plot(*minimum, "+", color="black", markersize=10, label="minimum")
        start(ax, path[0])
        ax.set(title=f"{name}, rate {n['rates'][name]:g}", xlabel="x₁", ylabel="x₂")
    costs = {name: function(*path.T) for name, path in n["walks"].items()}
    curves = {name: (np.arange(len(cost)), cost) for name, cost in costs.items()}
    plots.curves(axes[6], curves, legend=False)
    axes[6].set(title="all six", yscale=yscale, xlabel="step", ylabel="f(x₁, x₂)")
    handles, names = axes[6].get_legend_handles_labels()
    marks, marked = axes[0].get_legend_handles_labels()
    axes[7].legend([*handles, *marks], [*names, *marked], loc="center", frameon=False)
    axes[7].axis("off")
    ends = [f"{name:9} {cost[-1]:10.3g}" for name, cost in costs.items()]
    steps = len(costs["SGD"]) - 1
    return Drawn(figure, f"f after {steps} steps\n" + "\n".join(ends))


def film_race(
    title: str, function: Callable[[Any, Any], Any], bounds: tuple[float, float, float, float]
) -> Callable[[Numbers], Film]:
    """Make the film in which all optimizers run at once."""

    def film(n: Numbers) -> Film:
        figure, (ax,) = plots.sheet(title, 1, width=6.5, height=3.6)
        plots.contours(ax, function, bounds, levels=18)
        runners = [
            ax.plot([], [], marker=marker, markersize=4, markevery=[-1], linewidth=1, color=colour,
                    linestyle=stroke, label=name)[0]
            for name, colour, stroke, marker in zip(
                n["walks"], plots.COLOURS, plots.STROKES, MARKERS, strict=False
            )
        ]  # fmt: skip
        start(ax, n["walks"]["SGD"][0])
        ax.set(xlabel="x₁", ylabel="x₂")
        below(figure, [ax])

        def show(frame: int) -> None:
            for runner, path in zip(runners, n["walks"].values(), strict=True):
                runner.set_data(*path[: 2 * frame + 1].T)
            ax.set_title(f"step {2 * frame}")

        return Film(figure, len(n["walks"]["SGD"]) // 2 + 1, show, per_second=8)

    return film


def bowl_value(x: Any, y: Any) -> Any:
    """Compute the height of a valley that is fifty times steeper across than along."""
    return 0.5 * (x**2 + 50 * y**2)


def bowl(nnlab: Any, seed: int) -> Numbers:
    """Race in the valley, from about (−8, 1.2)."""
    begin = [-8.0, 1.2] * np.random.default_rng(seed).uniform(0.9, 1.1, 2)
    return race(nnlab, lambda p: p * [1, 50], begin, 80, RATES)


def claim_bowl(n: Numbers) -> bool:
    """Return whether every other optimizer is near the middle of the valley before SGD is."""
    near = {name: _first(np.abs(path[:, 0]) < 1) for name, path in n["walks"].items()}
    return all(near[name] < near["SGD"] for name in near if name != "SGD")


def _first(happened: Any) -> float:
    """Name the first step at which something happened; infinite if it never did."""
    return float(np.argmax(happened)) if np.any(happened) else np.inf


@lecture_figure(
    "optimizers-bowl",
    lab="lab09_optimizers",
    slides="Problems with SGD",
    claim=claim_bowl,
    numbers=bowl,
    film=film_race("Six optimizers in a narrow valley", bowl_value, (-9.5, 2.5, -2, 2)),
)
def draw_bowl(n: Numbers) -> Drawn:
    """Six optimizers in a long narrow valley: what has a memory or a scale gets along it sooner."""
    title = "A long narrow valley: SGD crawls along it; memory or scaled steps get along sooner"
    return draw_race(title, n, bowl_value, (-9.5, 2.5, -2, 2))


def saddle_value(x: Any, y: Any) -> Any:
    """Compute the height near a saddle at 0, with a minimum on either side."""
    return x**2 - y**2 + 0.25 * y**4


def saddle(nnlab: Any, seed: int) -> Numbers:
    """Race from a place close to the saddle's ridge."""
    begin = [1.0, 0.001 * np.random.default_rng(seed).uniform(0.5, 2)]
    rates = {**RATES, "AdaGrad": 0.1, "RMSProp": 0.08, "Adam": 0.08}
    gradient = lambda p: np.array([2 * p[0], -2 * p[1] + p[1] ** 3])  # noqa: E731  a formula
    return race(nnlab, gradient, begin, 130, rates)


def claim_saddle(n: Numbers) -> bool:
    """Return whether scaled steps leave the ridge several times sooner."""
    left = {name: _first(np.abs(path[:, 1]) > 0.5) for name, path in n["walks"].items()}
    soon = max(left[name] for name in ("AdaGrad", "RMSProp", "Adam"))
    return bool(3 * soon < min(left[name] for name in ("SGD", "Momentum", "Nesterov")))


@lecture_figure(
    "optimizers-saddle",
    lab="lab09_optimizers",
    slides="Problems with SGD",
    claim=claim_saddle,
    numbers=saddle,
)
def draw_saddle(n: Numbers) -> Drawn:
    """Six optimizers near a saddle, where the slope is almost zero: scaled steps leave first."""
    return draw_race(
        "Beside a saddle: SGD and momentum wait, scaled steps leave at once",
        n,
        saddle_value,
        (-1.6, 1.6, -1.0, 1.9),
        minimum=(0, 2**0.5),
        yscale="linear",
    )


def noise_value(x: Any, y: Any) -> Any:
    """Compute the height of a bowl that is five times steeper one way."""
    return 0.5 * (x**2 + 5 * y**2)


def noise(nnlab: Any, seed: int) -> Numbers:
    """Race with noisy gradients, two hundred walkers each; measure how they end.

    Momentum's and Nesterov's rates are a tenth of SGD's, since ten gradients add up: the same speed.
    """
    rng = np.random.default_rng(seed)
    rates = {**RATES, "Momentum": 0.0035, "Nesterov": 0.0035, "RMSProp": 0.1, "Adam": 0.1}
    walkers = np.tile([-8.0, 3.0], (200, 1))
    gradient = lambda p: p * [1, 5] + rng.normal(0, 3, size=p.shape)  # noqa: E731  a formula
    walks = {name: walk(nnlab, name, lr, gradient, walkers, 300) for name, lr in rates.items()}
    late = {name: path[200:] for name, path in walks.items()}
    return {
        "rates": rates,
        "walks": {name: path[:151, 0] for name, path in walks.items()},
        "heights": {name: float(noise_value(*path.T).mean()) for name, path in late.items()},
        "lengths": {
            name: float(np.linalg.norm(np.diff(path, axis=0), axis=-1).mean())
            for name, path in late.items()
        },
    }


def claim_noise(n: Numbers) -> bool:
    """Return whether momentum's steps are shorter than half of SGD's, and its height is much the same."""
    height = n["heights"]["Momentum"] / n["heights"]["SGD"]
    return bool(n["lengths"]["Momentum"] < 0.5 * n["lengths"]["SGD"] and 0.7 < height < 1.4)


@lecture_figure(
    "optimizers-noise",
    lab="lab09_optimizers",
    slides="Problems with SGD",
    claim=claim_noise,
    numbers=noise,
)
def draw_noise(n: Numbers) -> Drawn:
    """Six optimizers whose gradients are noisy, as those of small batches are."""
    drawn = draw_race(
        "Noisy gradients: momentum takes shorter steps, and stays about as far from the minimum",
        n,
        noise_value,
        (-9, 3, -4, 4),
    )
    lines = [
        f"{name:9} height {n['heights'][name]:.3f}, length of a step {n['lengths'][name]:.3f}"
        for name in n["rates"]
    ]
    return Drawn(drawn.figure, "200 walkers, mean over steps 200 to 300\n" + "\n".join(lines))


def decay(nnlab: Any, seed: int) -> Numbers:
    """Compute the three schedules of the lecture over forty epochs."""
    del seed
    schedules = nnlab.schedules
    rates: dict[str, Callable[[int], float]] = {
        "step: half every 10 epochs": lambda epoch: schedules.step_decay(1.0, epoch, 0.5, 10),
        "exponential: k = 0.1": lambda epoch: schedules.exponential_decay(1.0, 0.1, epoch),
        "1/t: k = 0.25": lambda epoch: schedules.inverse_time_decay(1.0, 0.25, epoch),
    }
    return {"rates": {name: [float(rate(e)) for e in range(40)] for name, rate in rates.items()}}


def claim_decay(n: Numbers) -> bool:
    """Return whether every rate begins at 1, never rises, and ends low."""
    return all(
        rates[0] == 1 and np.all(np.diff(rates) <= 0) and rates[-1] < 0.2
        for rates in n["rates"].values()
    )


@lecture_figure(
    "decay", lab="lab09_optimizers", slides="Learning rate decay", claim=claim_decay, numbers=decay
)
def draw_decay(n: Numbers) -> Drawn:
    """The three decay schedules of the lecture, from the same first rate."""
    figure, (ax,) = plots.sheet("Start with large steps, end with small ones", 1, width=6)
    plots.curves(ax, {name: (np.arange(40), rates) for name, rates in n["rates"].items()})
    ax.get_lines()[0].set_drawstyle("steps-post")
    ax.set(xlabel="epoch", ylabel="learning rate, share of the first", ylim=(0, 1.05))
    return Drawn(figure)
