"""A training run as files: its model, its history, and its picture.

The picture has cost and accuracy by epoch, and the boundary of data in the plane.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.gallery.saving import save
from autograder.gallery.style import below, mark, plots, points, regions
from autograder.gallery.trainer import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw_curves", "save_run"]

HIGHEST = 1e15
"""What is above, and what is not finite, is drawn here: no axis has sensible ticks beyond."""


def save_run(outcome: Outcome, folder: Path, *, interrupted: bool = False) -> list[Path]:
    """Write the best model, the history and, where matplotlib is, curves and boundary."""
    folder.mkdir(parents=True, exist_ok=True)
    model, table = folder / "model.npz", folder / "history.csv"
    recipe: Any = json.dumps(asdict(outcome.recipe))
    np.savez(model, recipe=recipe, **outcome.state)
    rows = zip(outcome.train_loss, outcome.val_loss, outcome.accuracies, strict=True)
    lines = [f"{i},{t!r},{v!r},{a!r},{b!r}" for i, (t, v, (a, b)) in enumerate(rows, 1)]
    head = "epoch,train_loss,val_loss,train_accuracy,val_accuracy"
    table.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    try:
        figure = draw_curves(outcome, interrupted=interrupted)
    except ModuleNotFoundError:  # drawing is optional
        return [model, table]
    return [model, table, *save(figure, folder, "curves")]


def draw_curves(outcome: Outcome, *, interrupted: bool = False) -> "Figure":
    """Draw what a run has given; the cost before the first update stands at epoch 0."""
    title = outcome.ending(interrupted=interrupted)
    figure: Figure
    figure, axes = plots.sheet(title, 3 if outcome.plane else 2, width=4.2, height=3.3)
    figure.suptitle(title, fontsize="small", fontweight="bold")
    epochs = np.arange(outcome.epochs + 1)
    train = _drawable([outcome.first_cost, *outcome.train_loss])
    costs = {"training": (epochs, train), "validation": (epochs[1:], _drawable(outcome.val_loss))}
    plots.curves(axes[0], costs, legend=False, marker=".")
    everything = np.concatenate([train, costs["validation"][1]])
    log = everything.max() > 20 * max(everything.min(), 1e-12)
    axes[0].set(
        title="cost", xlabel="epoch", ylabel="cost (nats)", yscale="log" if log else "linear"
    )
    right = np.array(outcome.accuracies)
    shares = {"training": (epochs[1:], right[:, 0]), "validation": (epochs[1:], right[:, 1])}
    plots.curves(axes[1], shares, legend=False, marker=".")
    axes[1].set(
        title="accuracy",
        xlabel="epoch",
        ylabel="share of samples that are right",
        ylim=(-0.02, 1.02),
    )
    for ax in axes[:2]:
        _whole_epochs(ax, outcome)
    if outcome.plane:
        regions(axes[2], outcome.plane["side"], outcome.plane["logits"])
        points(axes[2], outcome.plane["x"], outcome.plane["target"], 16)
        reach = float(outcome.plane["side"][-1])
        axes[2].set(title="boundary of the best model", xlabel="x₁, scaled", ylabel="x₂, scaled")
        axes[2].set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    below(figure, [axes[0], *axes[2:]])
    return figure


def _drawable(costs: Any) -> Any:
    """Put what no axis can hold at its upper end."""
    return np.minimum(
        np.nan_to_num(np.array(costs, dtype=float), nan=HIGHEST, posinf=HIGHEST), HIGHEST
    )


def _whole_epochs(ax: Any, outcome: Outcome) -> None:
    """Put ticks at whole epochs, and mark where the run ended if that was early."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415  only drawing needs it

    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ended = outcome.epochs < outcome.recipe.epochs
    ax.set_xlim(-0.3, outcome.epochs * 1.15 + 0.3)
    if ended:
        mark(ax, outcome.epochs, "explodes" if outcome.diverged else "end")
