"""Figures of single neurons: gates, Hebb's rule, and a memory of neurons."""

from typing import Any

import numpy as np

from autograder.gallery import Drawn, Film, Numbers, lecture_figure
from autograder.gallery.style import below, plots, region, ring

BINARY = np.array([[1, 1], [1, 0], [0, 1], [0, 0]])
AND = np.array([1, 0, 0, 0])


def gates(nnlab: Any, seed: int) -> Numbers:
    """Compute the neurons of AND and OR, the two lines of XOR, and how many functions have a neuron."""
    del seed
    neuron = nnlab.gates.McCullochPitts
    rows = nnlab.datasets.truth_table(2)
    used = {
        "AND": [neuron([1, 1], 1.5)],
        "OR": [neuron([1, 1], 0.5)],
        "XOR": [neuron([1, 1], 0.5), neuron([-1, -1], -1.5)],
    }
    tables = nnlab.datasets.truth_table(4).tolist()
    grid = {"weights": (-1, 0, 1), "thresholds": (-1.5, -0.5, 0.5, 1.5)}
    found = [table for table in tables if nnlab.gates.find_neuron(table, **grid) is not None]
    return {
        "rows": rows,
        "target": {name: list(nnlab.datasets.GATES[name]) for name in used},
        "lines": {n: [(c.weight, -c.threshold) for c in cells] for n, cells in used.items()},
        "answers": {n: [c(rows) for c in cells] for n, cells in used.items()},
        "found": found,
    }


def claim_gates(n: Numbers) -> bool:
    """Return whether all neurons of a gate together answer as it does, and none alone as XOR."""
    agree = [
        np.array_equal(np.min(n["answers"][name], axis=0), n["target"][name])
        for name in n["target"]
    ]
    counts = [len(lines) for lines in n["lines"].values()]
    return bool(all(agree) and counts == [1, 1, 2] and n["target"]["XOR"] not in n["found"])


@lecture_figure(
    "gates",
    lab="lab01_gates",
    slides="MCP Neurons: Limitation of single Neuron",
    claim=claim_gates,
    numbers=gates,
)
def draw_gates(n: Numbers) -> Drawn:
    """One neuron draws one line: that is enough for AND and OR; XOR needs two."""
    figure, axes = plots.sheet("One line separates AND and OR; XOR needs two", 3)
    for ax, (name, lines) in zip(axes, n["lines"].items(), strict=True):
        region(ax, lines, (-0.6, 1.6))
        plots.classes(ax, n["rows"], np.array(n["target"][name]))
        neurons = f"{len(lines)} neuron{'s' if len(lines) > 1 else ''}"
        ax.set(title=f"{name}: {neurons}", xlabel="x₁", ylabel="x₂", xticks=[0, 1], yticks=[0, 1])
    below(figure, axes[:1], "the neurons answer yes")
    return Drawn(figure, f"{len(n['found'])} of the 16 functions of two inputs have a neuron.")


def hebb(nnlab: Any, x: Any, target: Any) -> Numbers:
    """Train by Hebb's rule, and count the wrong answers after each pair."""
    history = nnlab.hebb.train(x, target)
    wanted = np.where(target > 0, 1.0, -1.0)
    answers = [nnlab.hebb.predict(row[:2], row[2], x) for row in history]
    wrong = [int(np.sum(answer != wanted)) for answer in answers]
    return {"x": x, "target": target, "history": history, "wrong": wrong}


def hebb_binary(nnlab: Any, seed: int) -> Numbers:
    """Learn AND from 0/1 data."""
    del seed
    return hebb(nnlab, BINARY.astype(float), AND.astype(float))


def hebb_bipolar(nnlab: Any, seed: int) -> Numbers:
    """Learn AND from −1/+1 data."""
    del seed
    return hebb(nnlab, nnlab.hebb.to_bipolar(BINARY), nnlab.hebb.to_bipolar(AND))


def _show_pair(ax: Any, n: Numbers, pair: int) -> None:
    row, x = n["history"][pair], n["x"]
    region(ax, [(row[:2], row[2])], (-2.0, 2.0))
    plots.classes(ax, x, n["target"])
    if pair:
        ring(ax, x[pair - 1], label="the pair just learnt")
    w1, w2, bias = (f"{value:g}".replace("-", "−") for value in row)
    wrong = f"{n['wrong'][pair]} wrong" if n["wrong"][pair] else "all right"
    ax.set_title(f"after pair {pair}: {wrong}\nw = ({w1}, {w2}), b = {bias}", fontsize="medium")
    ax.set(xlabel="x₁", ylabel="x₂")


def _hebb_sheet(title: str, n: Numbers) -> Drawn:
    figure, axes = plots.sheet(title, 4, height=3.4)
    for pair, ax in enumerate(axes, 1):
        _show_pair(ax, n, pair)
    below(figure, axes[:1], "the neuron answers yes")
    table = "\n".join(f"{pair}: {row.tolist()}" for pair, row in enumerate(n["history"]))
    return Drawn(figure, f"weights and bias, before the first and after each pair\n{table}")


def film_hebb(n: Numbers) -> Film:
    """Show the line after every pair."""
    figure, (ax,) = plots.sheet("Hebb's rule, pair after pair", 1, width=4.4, height=4.2)

    def show(pair: int) -> None:
        ax.clear()
        _show_pair(ax, n, pair)

    return Film(figure, len(n["history"]), show, per_second=1)


def claim_hebb_binary(n: Numbers) -> bool:
    """Return whether only the first pair teaches, and three answers stay wrong."""
    return bool(
        bool(np.all(n["history"][1:] == n["history"][1])) and n["wrong"][1:] == [3, 3, 3, 3]
    )


@lecture_figure(
    "hebb-binary",
    lab="lab02_hebb",
    slides="Hebb's rule: AND function",
    claim=claim_hebb_binary,
    numbers=hebb_binary,
    film=film_hebb,
)
def draw_hebb_binary(n: Numbers) -> Drawn:
    """With 0/1 data Hebb's rule learns from the first pair only, and ends wrong."""
    title = "Binary AND: after the first pair the zeros teach nothing, and three answers stay wrong"
    return _hebb_sheet(title, n)


def claim_hebb_bipolar(n: Numbers) -> bool:
    """Return whether the line is wrong after the first pair, and right at the end."""
    return bool(n["wrong"][1] > 0 and n["wrong"][-1] == 0)


@lecture_figure(
    "hebb-bipolar",
    lab="lab02_hebb",
    slides="Hebb's rule: AND function, bi-polar form",
    claim=claim_hebb_bipolar,
    numbers=hebb_bipolar,
    film=film_hebb,
)
def draw_hebb_bipolar(n: Numbers) -> Drawn:
    """With −1/+1 data every pair moves the line, until it separates AND."""
    return _hebb_sheet("Bipolar AND: the line turns until all answers are right", n)


def hopfield(nnlab: Any, seed: int) -> Numbers:
    """Store four patterns of 8 × 8 units, damage each, and recall them."""
    rng = np.random.default_rng(seed)
    down, across = np.indices((8, 8))
    dark = [
        down // 2 % 2,
        across // 2 % 2,
        (down // 2 + across // 2) % 2,
        (down < 4) ^ (across < 4),
    ]
    stored = np.array([2 * pattern.ravel().astype(int) - 1 for pattern in dark])
    weight = nnlab.hopfield.store(stored)
    flips = np.array([rng.permutation(64) < 10 for _ in stored])
    damaged = np.where(flips, -stored, stored)
    recalled = np.array([nnlab.hopfield.recall(weight, state, rng=rng) for state in damaged])
    energies = [
        [nnlab.hopfield.energy(weight, state) for state in states] for states in (damaged, recalled)
    ]
    return {"stored": stored, "damaged": damaged, "recalled": recalled, "energies": energies}


def claim_hopfield(n: Numbers) -> bool:
    """Return whether ten units of each pattern were wrong, and none is after the recall."""
    damage = np.sum(n["damaged"] != n["stored"], axis=1)
    return bool(np.all(damage == 10) and np.array_equal(n["recalled"], n["stored"]))


@lecture_figure(
    "hopfield", lab="lab14_hopfield", slides="Short History", claim=claim_hopfield, numbers=hopfield
)
def draw_hopfield(n: Numbers) -> Drawn:
    """Four patterns are stored in the weights between 64 units; from damaged ones the net finds them."""
    figure, axes = plots.sheet(
        "A Hopfield net: ten of 64 units are wrong,\nand the stored pattern comes back",
        4,
        3,
        width=1.9,
        height=1.9,
    )
    for row, name in enumerate(("stored", "damaged", "recalled")):
        for i, ax in enumerate(axes[4 * row : 4 * row + 4]):
            ax.imshow(n[name][i].reshape(8, 8), cmap="Greys", vmin=-1, vmax=1)
            ax.axis("off")
            wrong = int(np.sum(n[name][i] != n["stored"][i]))
            energy = f"\nenergy {n['energies'][row - 1][i]:.0f}".replace("-", "−") if row else ""
            ax.set_title(f"{name}: {wrong} wrong{energy}", fontsize="small")
    lines = [
        f"pattern {i}: {int(np.sum(d != s))} wrong, energy {before:g} → {int(np.sum(r != s))} wrong, energy {after:g}"
        for i, (s, d, r, before, after) in enumerate(
            zip(n["stored"], n["damaged"], n["recalled"], *n["energies"], strict=True), 1
        )
    ]
    return Drawn(figure, "\n".join(lines))
