"""Figures of single neurons: gates, Hebb's rule, the perceptron, activations, capacity."""

import numpy as np

from autograder.authoring.gallery import Drawn, experiment
from nnlab import activations, datasets, gates, hebb, layers, losses, optim, perceptron, plots

BINARY = datasets.truth_table(2)[::-1].astype(float)
BIPOLAR = 2 * BINARY - 1
AND = np.array([1, 0, 0, 0])


@experiment("gates", slides="MCP Neurons: Limitation of single Neuron")
def draw_gates() -> Drawn:
    """One neuron draws one line: that is enough for AND and OR, and never for XOR."""
    figure, axes = plots.sheet("One line separates AND and OR, but not XOR", 3)
    rows = datasets.truth_table(2)
    neurons = {"AND": gates.and_gate(), "OR": gates.or_gate(), "XOR": None}
    for ax, (name, neuron) in zip(axes, neurons.items(), strict=True):
        if neuron:
            plots.decision_line(ax, neuron.weight, -neuron.threshold, reach=1.6)
        plots.classes(ax, rows, np.array(datasets.GATES[name]))
        ax.set(
            title=name, xlim=(-0.6, 1.6), ylim=(-0.6, 1.6), xlabel="x₁", ylabel="x₂", aspect="equal"
        )
    tables = datasets.truth_table(4).tolist()
    grid = {"weights": (-1, 0, 1), "thresholds": (-1.5, -0.5, 0.5, 1.5)}
    found = sum(gates.find_neuron(table, **grid) is not None for table in tables)
    return Drawn(figure, f"{found} of the 16 functions of two inputs have a neuron.")


def _hebb_sheet(title: str, x: np.ndarray, target: np.ndarray) -> Drawn:
    figure, axes = plots.sheet(title, 4, height=3.1)
    history = hebb.train(x, target)
    for pair, (ax, row) in enumerate(zip(axes, history[1:], strict=True), 1):
        plots.decision_line(ax, row[:2], row[2], reach=2.0)
        plots.classes(ax, x, target)
        x1, x2 = x[pair - 1]
        ax.scatter(x1, x2, s=260, facecolors="none", edgecolors="black", linewidths=1.2)
        w1, w2, bias = row
        ax.set(title=f"after pair {pair}:  w = ({w1:g}, {w2:g}), b = {bias:g}", xlabel="x₁")
        ax.title.set_fontsize("small")
    figure.supxlabel("ring: the pair just learnt; shaded: the neuron answers yes", fontsize="small")
    table = "\n".join(f"{pair}: {row.tolist()}" for pair, row in enumerate(history))
    return Drawn(figure, f"weights and bias, before the first and after each pair\n{table}")


@experiment("hebb-binary", slides="Hebb's rule: AND function")
def draw_hebb_binary() -> Drawn:
    """With 0/1 data Hebb's rule learns from the first pair only, and ends wrong."""
    return _hebb_sheet("Binary AND: after the first pair the zeros teach nothing", BINARY, AND)


@experiment("hebb-bipolar", slides="Hebb's rule: AND function, bi-polar form")
def draw_hebb_bipolar() -> Drawn:
    """With −1/+1 data every pair moves the line, until it separates AND."""
    return _hebb_sheet("Bipolar AND: the line turns until it is right", BIPOLAR, 2 * AND - 1)


@experiment("error-surface", slides="Perceptron, figure 4.5")
def draw_error_surface() -> Drawn:
    """The misclassified samples of AND over the two weights: a staircase without a slope."""
    figure, (ax,) = plots.sheet(
        "AND: an error function without a slope to follow", 1, width=5.5, height=4.2
    )
    side = np.linspace(-1.0, 2.0, 241)
    counts = perceptron.error_surface(BINARY, AND, side, side, bias=-1.0)
    levels = np.arange(counts.max() + 2) - 0.5
    filled = ax.contourf(side, side, counts.T, levels=levels, cmap="YlOrRd")
    bar = figure.colorbar(filled, ax=ax, ticks=range(counts.max() + 1))
    bar.set_label("misclassified samples")
    ax.annotate("all right", (0.75, 0.75), ha="center", fontsize="small")
    ax.set(xlabel="w₁", ylabel="w₂", aspect="equal", title="bias −1")
    return Drawn(figure)


@experiment("perceptron", slides="Perceptron: Learning")
def draw_perceptron() -> Drawn:
    """The perceptron corrects one mistake after the other and stops when there is none."""
    rng = np.random.default_rng(3)
    separator = np.array([0.8, 0.6, -0.2])
    x = rng.uniform(-2, 2, size=(60, 2))
    score = perceptron.augment(x) @ separator
    x, target = x[np.abs(score) > 0.25], (score[np.abs(score) > 0.25] > 0).astype(int)
    augmented = perceptron.augment(x)
    weight, lines, wrong = np.zeros(3), [], []
    while (mistakes := np.flatnonzero((2 * target - 1) * (augmented @ weight) <= 0)).size:
        sample = rng.choice(mistakes)
        weight = perceptron.perceptron_step(weight, augmented[sample], int(target[sample]))
        lines.append(weight)
        wrong.append(int(((2 * target - 1) * (augmented @ weight) <= 0).sum()))
    bound = perceptron.novikoff_bound(augmented, target, separator)
    figure, axes = plots.sheet(
        f"The perceptron is done after {len(lines)} corrections", 4, height=3.1
    )
    for ax, number in zip(axes, (1, len(lines) // 2, len(lines)), strict=False):
        plots.decision_line(ax, lines[number - 1][:2], lines[number - 1][2], reach=2.2)
        plots.classes(ax, x, target)
        ax.set(title=f"correction {number}: {wrong[number - 1]} wrong", xlabel="x₁")
    axes[3].plot(range(1, len(wrong) + 1), wrong, color=plots.BLUE)
    axes[3].set(title="misclassified samples", xlabel="corrections")
    return Drawn(figure, f"{len(lines)} corrections; Novikoff's bound is {bound:.0f}.")


@experiment("activations", slides="Activation functions")
def draw_activations() -> Drawn:
    """The four activation functions of the lecture, each with its derivative."""
    figure, axes = plots.sheet("Activation functions and their slopes", 4)
    x = np.linspace(-4, 4, 401)
    for ax, name in zip(axes, ("linear", "sigmoid", "tanh", "relu"), strict=True):
        slope = getattr(activations, f"{name}_derivative")
        plots.curves(ax, {"g(a)": (x, getattr(activations, name)(x)), "g'(a)": (x, slope(x))})
        ax.set(title=name, xlabel="a", ylim=(-1.2, 1.5) if name != "linear" else (-4, 4))
    return Drawn(figure)


@experiment("capacity", slides="Capacity of Neural Network")
def draw_capacity() -> Drawn:
    """One hidden layer fits a function the better the more units it has."""
    rng = np.random.default_rng(0)
    x = np.linspace(-1, 1, 200)[:, None]
    target = np.sin(3 * np.pi * x) * (1 - x**2) + 0.5 * x
    figure, axes = plots.sheet("One hidden layer, more and more units", 3)
    lines = []
    for ax, units in zip(axes, (2, 8, 40), strict=True):
        model = layers.mlp([1, units, 1], layers.Tanh, rng=rng)
        for parameter in model.parameters()[:2]:
            parameter.data *= 4.0
        loss, optimizer = losses.MSELoss(), optim.Adam(model.parameters(), lr=0.02)
        for step in range(3000):
            optimizer.lr = 0.02 * 0.5 ** (step // 1000)
            cost = loss(model(x), target)
            optimizer.zero_grad()
            model.backward(loss.backward())
            optimizer.step()
        ax.plot(x, target, color=plots.GREY, linewidth=3, alpha=0.5, label="function")
        ax.plot(x, model(x), color=plots.ORANGE, label="network")
        ax.set(title=f"{units} units:  cost {cost:.1g}")
        lines.append(f"{units:2} hidden units: mean squared error {cost:.2e}")
    axes[0].legend(fontsize="small", frameon=False)
    return Drawn(figure, "\n".join(lines))
