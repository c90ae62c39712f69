"""Figures of the perceptron: its error function, its corrections, and what can be followed downhill."""

from typing import Any

import numpy as np

from autograder.gallery import Drawn, Film, Numbers, lecture_figure
from autograder.gallery.style import below, plots, region, ring, short

BINARY = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
AND = np.array([1, 0, 0, 0])
CORRECTIONS = 3
"""So many corrections the picture of the turning weight vector has."""


def error_surface(nnlab: Any, seed: int) -> Numbers:
    """Count the misclassified samples of AND over two weights."""
    del seed
    side = np.linspace(-1.0, 2.0, 121)
    return {
        "side": side,
        "counts": nnlab.perceptron.error_surface(BINARY, AND, side, side, bias=-1.0),
    }


def claim_error_surface(n: Numbers) -> bool:
    """Return whether there is a solution, and nearly every two neighbours are level."""
    counts = np.asarray(n["counts"])
    return bool(counts.min() == 0 and counts.max() > 1 and level(counts) > 0.95)


def level(values: Any) -> float:
    """Measure the share of neighbours on a grid that have the same value."""
    return float(np.mean([np.mean(np.diff(values, axis=axis) == 0) for axis in (0, 1)]))


@lecture_figure(
    "error-surface",
    lab="lab03_perceptron",
    slides="Perceptron",
    claim=claim_error_surface,
    numbers=error_surface,
)
def draw_error_surface(n: Numbers) -> Drawn:
    """The misclassified samples of AND over the two weights: a staircase without a slope."""
    figure, (ax,) = plots.sheet(
        "AND, bias −1: a staircase, without a slope to follow", 1, width=5.5, height=4.2
    )
    counts, side = n["counts"], n["side"]
    most = int(counts.max())
    filled = ax.contourf(
        side, side, counts.T, levels=np.arange(most + 2) - 0.5, cmap="YlOrRd", zorder=3
    )
    bar = figure.colorbar(filled, ax=ax, ticks=range(most + 1))
    bar.set_label("misclassified samples (of 4)")
    for number in range(most + 1):
        inside = np.argwhere(counts == number)
        if inside.size:
            i, j = inside[np.argmin(np.sum((inside - np.median(inside, axis=0)) ** 2, axis=1))]
            ax.annotate(
                f"{number} wrong",
                (side[i], side[j]),
                ha="center",
                va="center",
                fontsize="small",
                zorder=4,
                bbox={"color": "white", "alpha": 0.7, "pad": 1},
            )
    ax.set(xlabel="w₁", ylabel="w₂", aspect="equal")
    return Drawn(figure, f"from 0 to {most} of 4 samples are wrong; between the steps all is level")


def _is_wrong(weight: Any, x: Any, target: Any) -> Any:
    return (2 * target - 1) * (x @ weight) <= 0


def _learn(
    nnlab: Any, x: Any, target: Any, weight: Any, rng: Any, most: int = 10_000
) -> tuple[list[Any], list[int]]:
    """Correct a wrong sample after the other; return all weights, and which sample made them."""
    weights: list[Any] = [weight]
    samples: list[int] = []
    while (wrong := np.flatnonzero(_is_wrong(weights[-1], x, target))).size and len(samples) < most:
        sample = int(rng.choice(wrong))
        weights.append(
            nnlab.perceptron.perceptron_step(weights[-1], x[sample], int(target[sample]))
        )
        samples.append(sample)
    return weights, samples


def perceptron(nnlab: Any, seed: int) -> Numbers:
    """Train on a cloud that a line separates, from zero weights."""
    rng = np.random.default_rng([seed, 3])
    separator = np.array([0.8, 0.6, -0.2])
    x = rng.uniform(-2, 2, size=(60, 2))
    score = x @ separator[:2] + separator[2]
    x, target = x[np.abs(score) > 0.25], (score[np.abs(score) > 0.25] > 0).astype(int)
    augmented = nnlab.perceptron.augment(x)
    weights, samples = _learn(nnlab, augmented, target, np.zeros(3), rng)
    wrong = [int(_is_wrong(weight, augmented, target).sum()) for weight in weights]
    bound = nnlab.perceptron.novikoff_bound(augmented, target, separator)
    return {
        "x": x,
        "target": target,
        "weights": np.array(weights),
        "samples": samples,
        "wrong": wrong,
        "bound": float(bound),
    }


def _show_correction(ax: Any, n: Numbers, number: int) -> None:
    weight = n["weights"][number]
    region(ax, [(weight[:2], weight[2])], (-2.2, 2.2))
    plots.classes(ax, n["x"], n["target"], size=30)
    if number:
        ring(ax, n["x"][n["samples"][number - 1]], 130, "the sample just corrected")
    ax.set(title=f"correction {number}: {n['wrong'][number]} wrong", xlabel="x₁", ylabel="x₂")


def film_perceptron(n: Numbers) -> Film:
    """Show the line after every correction."""
    figure, (ax,) = plots.sheet("The perceptron, correction after correction", 1, width=4.4)

    def show(number: int) -> None:
        ax.clear()
        _show_correction(ax, n, number)

    return Film(figure, len(n["weights"]), show)


def claim_perceptron(n: Numbers) -> bool:
    """Return whether all is right at the end, after no more corrections than Novikoff allows."""
    return bool(n["wrong"][0] > 0 and n["wrong"][-1] == 0 and len(n["samples"]) <= n["bound"])


@lecture_figure(
    "perceptron",
    lab="lab03_perceptron",
    slides="Perceptron: Learning",
    claim=claim_perceptron,
    numbers=perceptron,
    film=film_perceptron,
)
def draw_perceptron(n: Numbers) -> Drawn:
    """The perceptron corrects one mistake after the other and stops when there is none."""
    last = len(n["samples"])
    figure, axes = plots.sheet(
        f"The perceptron: all right after {last} corrections, and at most {n['bound']:.0f} could be needed",
        4,
        height=3.1,
    )
    for ax, number in zip(axes, (1, last // 2, last), strict=False):
        _show_correction(ax, n, number)
    axes[3].plot(range(last + 1), n["wrong"], ".", color=plots.BLUE)
    axes[3].vlines(range(last + 1), 0, n["wrong"], color=plots.BLUE, linewidth=0.8)
    axes[3].set(
        title="ups and downs, then 0",
        xlabel="corrections",
        ylabel="misclassified samples",
        ylim=(0, None),
    )
    below(figure, axes[:1], "the neuron answers yes")
    return Drawn(figure, f"{last} corrections; Novikoff's bound is {n['bound']:.0f}.")


def weight_vector(nnlab: Any, seed: int) -> Numbers:
    """Learn four samples p₁ p₂ n₁ n₂ without a bias, from a random start that takes three corrections."""
    rng = np.random.default_rng(seed)
    while True:
        angles = (
            rng.uniform(0, 2 * np.pi) + np.radians([-75, 70, 120, 230]) + rng.uniform(-0.2, 0.2, 4)
        )
        radii = rng.uniform(0.7, 1.2, 4)
        x = np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)
        target = np.array([1, 1, 0, 0])
        turn = rng.uniform(0, 2 * np.pi)
        start = np.array([np.cos(turn), np.sin(turn)])
        weights, samples = _learn(nnlab, x, target, start, rng, most=CORRECTIONS + 1)
        if len(samples) == CORRECTIONS:
            break
    wrong = [int(_is_wrong(weight, x, target).sum()) for weight in weights]
    return {
        "x": x,
        "target": target,
        "weights": np.array(weights),
        "samples": samples,
        "wrong": wrong,
    }


def claim_weight_vector(n: Numbers) -> bool:
    """Return whether each correction turns w to its side of the sample, and all is right at the end."""
    turned = [
        _cosine(new, sign * n["x"][sample]) > _cosine(old, sign * n["x"][sample])
        for old, new, sample, sign in zip(
            n["weights"],
            n["weights"][1:],
            n["samples"],
            2 * n["target"][n["samples"]] - 1,
            strict=False,
        )
    ]
    return bool(all(turned) and n["wrong"][0] > 0 and n["wrong"][-1] == 0)


def _cosine(a: Any, b: Any) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


@lecture_figure(
    "weight-vector",
    lab="lab03_perceptron",
    slides="Perceptron: Learning",
    claim=claim_weight_vector,
    numbers=weight_vector,
)
def draw_weight_vector(n: Numbers) -> Drawn:
    """The weight vector turns with each correction, until both positive samples are on its side."""
    figure, axes = plots.sheet(
        "Each correction turns w towards a positive sample, or away from a negative one",
        4,
        height=3.4,
    )
    names, size = ("p₁", "p₂", "n₁", "n₂"), 2.6
    lines = []
    for number, ax in enumerate(axes):
        weight, before = n["weights"][number], n["weights"][max(number - 1, 0)]
        region(ax, [(weight, 0.0)], (-size, size))
        plots.classes(ax, n["x"], n["target"])
        for name, point in zip(names, n["x"], strict=True):
            ax.annotate(name, point, xytext=(8, 6), textcoords="offset points", fontsize="small")
        if number:
            sample = n["samples"][number - 1]
            ring(ax, n["x"][sample], 200, "the sample just corrected")
            _arrow(ax, before, "w before", linestyle=(0, (3, 2)), color=plots.GREY)
            verb = "add" if n["target"][sample] else "subtract"
            done = f"{number}: {verb} {names[sample]}"
        else:
            done = "random start"
        _arrow(ax, weight, "w", color="black")
        ax.set(title=f"{done}, {n['wrong'][number]} wrong", xlabel="x₁", ylabel="x₂")
        lines.append(
            f"{done}: w = ({', '.join(short(v, 3) for v in weight)}), {n['wrong'][number]} wrong"
        )
    below(figure, axes[1:2], "w · x > 0: answered yes")
    return Drawn(figure, "\n".join(lines))


def _arrow(ax: Any, tip: Any, label: str, **style: Any) -> None:
    ax.plot([0, tip[0]], [0, tip[1]], linewidth=2, label=label, **style)
    head = {"arrowstyle": "-|>", "linewidth": 0, "color": style["color"], "mutation_scale": 18}
    ax.annotate("", 1.12 * tip, 0.9 * tip, arrowprops=head)


def landscape(nnlab: Any, seed: int) -> Numbers:
    """Measure three errors of one neuron over the same two weights, and walk down the cross-entropy."""
    rng = np.random.default_rng(seed)
    target = np.arange(40) % 2
    x = rng.normal(size=(40, 2)) + np.outer(2 * target - 1, [1.0, 0.6])
    side = np.linspace(-4, 4, 49)
    loss = nnlab.losses.CrossEntropyLoss()

    def bits(weight: Any) -> float:
        score = x @ weight
        return float(loss(np.stack([np.zeros_like(score), score], axis=1), target) / np.log(2))

    def slope(weight: Any) -> Any:
        bits(weight)
        return loss.backward()[:, 1] @ x

    def over_the_plane(function: Any) -> Any:
        return np.array([[function(np.array([w1, w2])) for w1 in side] for w2 in side])

    walk = [np.array([-3.0, 3.0])]
    for _ in range(60):
        walk.append(walk[-1] - 1.5 * slope(walk[-1]))
    counts = nnlab.perceptron.error_surface(x, target, side, side, bias=0.0).T
    return {
        "side": side,
        "share": counts / len(x),
        "criterion": over_the_plane(lambda w: nnlab.perceptron.criterion(w, x, target) / len(x)),
        "bits": over_the_plane(bits),
        "walk": np.array(walk),
        "walked": [float(_is_wrong(weight, x, target).mean()) for weight in walk],
    }


def claim_landscape(n: Numbers) -> bool:
    """Return whether the count is mostly level, and both surrogates slope wherever anything is wrong."""
    wrong = n["share"] > 0
    slopes = [np.hypot(*np.gradient(n[name]))[wrong].min() for name in ("criterion", "bits")]
    bound = bool(np.all(n["bits"] >= n["share"]))
    walked = n["walked"][-1] < n["walked"][0] and n["walked"][-1] <= n["share"].min() + 0.05
    return bool(level(n["share"]) > 0.5 and min(slopes) > 0 and bound and walked)


@lecture_figure(
    "landscape",
    lab="lab04_activations",
    slides="Empirical Risk Minimization: Machine Learning",
    claim=claim_landscape,
    numbers=landscape,
)
def draw_landscape(n: Numbers) -> Drawn:
    """The share of errors cannot be walked down; its surrogates, criterion and cross-entropy, can."""
    figure, axes = plots.sheet(
        "The error count is level almost everywhere; both surrogates have a slope",
        3,
        width=4,
        height=3.4,
    )
    panels = {
        "share": ("0/1 error", "share of samples that are wrong"),
        "criterion": ("perceptron criterion", "mean criterion"),
        "bits": ("cross-entropy, an upper bound", "mean cross-entropy (bits)"),
    }
    for ax, (name, (title, unit)) in zip(axes, panels.items(), strict=True):
        filled = ax.contourf(n["side"], n["side"], n[name], levels=12, cmap="YlGnBu")
        figure.colorbar(filled, ax=ax).set_label(unit)
        ax.plot(
            *n["walk"].T,
            ".-",
            color="black",
            markersize=4,
            linewidth=1,
            label="descent of the cross-entropy",
        )
        ring(ax, n["walk"][0], 70, "start")
        ax.set(title=title, xlabel="w₁", ylabel="w₂", aspect="equal", xlim=(-4, 4), ylim=(-4, 4))
    below(figure, axes[:1])
    first, last = n["walked"][0], n["walked"][-1]
    return Drawn(
        figure,
        f"descent of the cross-entropy: {first:.1%} of the samples wrong at the start, {last:.1%} at "
        f"the end; the least on the plane is {n['share'].min():.1%}",
    )
