"""A patient's chart as a picture: cost, accuracy, and by layer gradients, steps and units."""

from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.clinic.record import Number, Record, shown
from autograder.gallery.style import below, plots

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw"]

HIGHEST = 1e6
"""What is above, and what is not finite, is drawn here."""
LOWEST = 1e-9
"""A 0 stands here on an axis of powers of ten."""


def draw(record: Record, title: str, *, cured: bool = False) -> "Figure":
    """Draw a record; where it is solved, with the costs under its cure."""
    figure: Figure
    figure, axes = plots.sheet(f"{title}: {record.network}", 3, 2, width=3.9, height=2.9)
    cost, right, text, gradient, step, units = axes
    curves = {"training": record.train_cost, "validation": record.val_cost}
    if cured:
        curves |= {f"{name}, {record.cures[0]}": c for name, c in record.cured.items()}
    lines = {name: (np.arange(len(c)), _drawable(c)) for name, c in curves.items()}
    plots.curves(cost, lines, marker=".", legend=False)
    everything = np.concatenate([y for _, y in lines.values()])
    log = everything.max() > 20 * max(everything.min(), LOWEST)
    cost.set(title="cost", xlabel="epoch", ylabel="cost (nats)", yscale="log" if log else "linear")
    if not log:
        cost.set_ylim(0, 1.1 * everything.max())
    _accuracy(right, record)
    _by_layer(gradient, record, "gradient", "gradient (rms of dL/dW)")
    _by_layer(step, record, "step", "step / weights (rms)")
    _units(units, record)
    _words(text, record)
    for ax in (cost, right):
        ax.xaxis.get_major_locator().set_params(integer=True)
    below(figure, [cost, right, gradient, units])
    return figure


def _drawable(numbers: list[Number]) -> Any:
    return np.array([HIGHEST if n is None else min(n, HIGHEST) for n in numbers])


def _accuracy(ax: "Axes", record: Record) -> None:
    shares = {"training": record.train_right, "validation": record.val_right}
    plots.curves(
        ax,
        {name: (np.arange(len(y)), _drawable(y)) for name, y in shares.items()},
        marker=".",
        legend=False,
    )
    last = len(record.val_right) - 1
    ax.plot(
        [last], _drawable([record.new_right]), marker="D", markersize=8, color="black", linestyle="",
        fillstyle="none", label="new images", zorder=4,
    )  # fmt: skip
    ax.set(title="accuracy", xlabel="epoch", ylabel="accuracy (share of images)")
    ax.set_ylim(-0.02, 1.04)


def _by_layer(ax: "Axes", record: Record, what: str, label: str) -> None:
    """Draw a number of each layer, in the first and in the last epoch, on an axis of powers of ten."""
    layers = np.arange(1, len(record.layers) + 1)
    pairs = [getattr(layer, what) for layer in record.layers]
    lines = {
        f"{name} epoch": (layers, np.maximum(_drawable([pair[i] for pair in pairs]), LOWEST))
        for i, name in enumerate(("first", "last"))
    }
    plots.curves(ax, lines, marker="o", legend=False)
    ax.set(title=what + " by layer", xlabel="layer", ylabel=label, yscale="log", xticks=layers)
    heights = np.concatenate([y for _, y in lines.values()])
    decades = np.log10([heights.min() / 1.5, heights.max() * 1.5])
    ax.set_ylim(10.0 ** np.floor(decades[0]), 10.0 ** np.ceil(decades[1]))
    if heights.min() <= LOWEST:
        ax.annotate("exactly 0", (layers[0], LOWEST), xytext=(0, 5), textcoords="offset points")


def _units(ax: "Axes", record: Record) -> None:
    """Draw how many units of each hidden layer differ, and how many are idle at the end."""
    layers = np.arange(1, len(record.hidden) + 1)
    differ = [layer.different / layer.units for layer in record.hidden]
    idle = [(layer.idle or (0, 0))[1] or 0.0 for layer in record.hidden]
    style: dict[str, Any] = {"edgecolor": "black", "linewidth": 0.8}
    ax.bar(layers - 0.2, differ, 0.4, color=plots.BLUE, label="units that differ", **style)
    ax.bar(layers + 0.2, idle, 0.4, color="white", hatch="////", label="idle units", **style)
    ax.set(title="hidden units at the end", xlabel="layer", ylabel="share of units", xticks=layers)
    ax.set_ylim(0, 1.04)
    ax.set_xlim(0.3, len(layers) + 0.7)


def _words(ax: "Axes", record: Record) -> None:
    train, val, new = record.images
    low, high = map(shown, record.features)
    ax.set_axis_off()
    lines = [
        f"{train} images for training,\n{val} for validation, {new} new",
        f"accuracy on new images: {shown(record.new_right)}",
        f"asked twice, the same class:\n{shown(record.alike)} of the validation images",
        f"features' standard deviations:\n{low} to {high}",
    ]
    ax.text(0, 1, "\n\n".join(lines), va="top", transform=ax.transAxes)
