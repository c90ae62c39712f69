"""Figures of training: rates, checks before a long run, searches, batch norm, dropout."""

from typing import Any

import numpy as np

from autograder.gallery import Drawn, Numbers, lecture_figure
from autograder.gallery.style import below, mark, plots
from autograder.gallery.trainer import Outcome, Recipe, Run, by_epoch
from autograder.sandbox.limits import Limits

ROOM = Limits(cpu_seconds=20, wall_seconds=120)
LONG = Limits(cpu_seconds=60, wall_seconds=300)
COST, RIGHT = "training cost (nats)", "accuracy (share of images)"
RATES = (1e-6, 3e-4, 1e-2, 0.3, 1e6)
HIGHEST = 9.0
"""Costs above leave the picture."""


def run(nnlab: Any, x: Any, target: Any, **choices: Any) -> Outcome:
    """Train on the digits."""
    return Run(nnlab, Recipe(**choices), x, target).train()


def _plain(outcome: Outcome) -> Numbers:
    return {
        "costs": [outcome.first_cost, *outcome.train_loss],
        "val_loss": outcome.val_loss,
        "train": [train for train, _ in outcome.accuracies],
        "val": [val for _, val in outcome.accuracies],
        "diverged": outcome.diverged,
    }


def overfit(nnlab: Any, seed: int, x: Any, target: Any) -> Numbers:
    """Train on twenty images for long."""
    choices = {"limit": 20, "hidden": (50,), "lr": 0.02, "batch_size": 5, "epochs": 200}
    return _plain(run(nnlab, x, target, seed=seed, **choices))


def claim_overfit(n: Numbers) -> bool:
    """Return whether all twenty are right, at the lecture's cost."""
    return bool(n["train"][-1] == 1 and n["costs"][-1] < 0.003)


@lecture_figure("overfit-20", lab="lab10_training", slides="Cross validation: tuning hyperparameter", claim=claim_overfit, numbers=overfit, images=True, limits=ROOM)  # fmt: skip
def draw_overfit(n: Numbers) -> Drawn:
    """A network that cannot learn 20 images by heart has a mistake in it: this one can."""
    cost, right = n["costs"][-1], n["train"][-1]
    figure, axes = plots.sheet(
        f"20 images by heart: accuracy {right:.2f}, cost {cost:.4f}", 2, width=4
    )
    plots.curves(axes[0], {"cost": (np.arange(len(n["costs"])), n["costs"])})
    plots.curves(axes[1], by_epoch(accuracy=n["train"]))
    axes[0].set(xlabel="epoch", ylabel=COST, yscale="log")
    axes[1].set(
        xlabel="epoch", ylabel=RIGHT, ylim=(0, 1.05), xlim=(0, 60), title="the first 60 epochs"
    )
    return Drawn(figure, f"after 200 epochs: cost {cost:.6f}, accuracy {right:.2f}")


def learning_rates(nnlab: Any, seed: int, x: Any, target: Any) -> Numbers:
    """Train under five rates."""
    runs = [
        _plain(run(nnlab, x, target, lr=lr, init="small-normal", epochs=10, seed=seed))
        for lr in RATES
    ]
    return {"runs": runs}


def claim_learning_rates(n: Numbers) -> bool:
    """Return whether the low rates leave the cost at ln 10, one of them learning, and the highest explodes."""
    lowest, low, good, high, highest = n["runs"]
    flat = all(abs(one["costs"][-1] - np.log(10)) < 0.01 for one in (lowest, low))
    learns = low["val"][-1] - low["val"][0] > 0.04 > abs(lowest["val"][-1] - lowest["val"][0])
    return bool(
        flat and learns and max(good["costs"][-1], high["costs"][-1]) < 1 and highest["diverged"]
    )


@lecture_figure("learning-rates", lab="lab10_training", slides="Cross validation: tuning hyperparameter", claim=claim_learning_rates, numbers=learning_rates, images=True, limits=ROOM)  # fmt: skip
def draw_learning_rates(n: Numbers) -> Drawn:
    """From a rate so low that nothing happens to one that explodes; a flat cost may hide that some learn."""
    figure, axes = plots.sheet(
        "Too low: the cost stays at ln 10, though accuracy may rise. Too high: it explodes",
        2,
        width=5.2,
        height=3.6,
    )
    costs, rights, lines = {}, {}, []
    for lr, one in zip(RATES, n["runs"], strict=True):
        name = f"rate {lr:g}".replace("-", "−") + (": explodes" if one["diverged"] else "")
        shown = np.minimum(np.nan_to_num(np.array(one["costs"]), nan=np.inf), HIGHEST)
        costs[name] = (np.arange(len(shown)), shown)
        rights[name] = (np.arange(1, len(one["val"]) + 1), one["val"])
        ending = ", explodes" if one["diverged"] else ""
        lines.append(
            f"lr {lr:<7g} cost {one['costs'][0]:.4f} → {one['costs'][-1]:.4g}, "
            f"validation accuracy {one['val'][0]:.2f} → {one['val'][-1]:.2f}{ending}"
        )
    plots.curves(axes[0], costs, marker=".", legend=False)
    plots.curves(axes[1], rights, marker=".", legend=False)
    axes[0].axhline(np.log(10), color="black", linewidth=0.7, linestyle=(0, (1, 2)))
    axes[0].annotate(
        "ln 10: a guess among ten", (10, 2.42), ha="right", va="bottom", fontsize="small"
    )
    axes[0].set(xlabel="epoch", ylabel=COST, ylim=(0, 5))
    axes[1].set(xlabel="epoch", ylabel="validation " + RIGHT, ylim=(0, 1.02))
    below(figure, axes[:1])
    return Drawn(figure, "\n".join(lines))


def late_explosion(nnlab: Any, seed: int, x: Any, target: Any) -> Numbers:
    """Train with a rate that is only a little too high."""
    return _plain(run(nnlab, x, target, lr=0.6, init="small-normal", epochs=40, seed=seed))


def claim_late_explosion(n: Numbers) -> bool:
    """Return whether most were right, and the cost had fallen, some epochs before it exploded."""
    return bool(
        n["diverged"]
        and len(n["val"]) > 3
        and max(n["val"]) > 0.8
        and min(n["costs"]) < n["costs"][0] / 2
    )


@lecture_figure("late-explosion", lab="lab10_training", slides="Cross validation: tuning hyperparameter", claim=claim_late_explosion, numbers=late_explosion, images=True, limits=ROOM)  # fmt: skip
def draw_late_explosion(n: Numbers) -> Drawn:
    """A rate that is still too high: training begins well, and explodes some epochs later."""
    best, last = max(n["val"]), len(n["val"])
    figure, axes = plots.sheet(
        f"Rate 0.6: {best:.0%} right, and in epoch {last} the cost explodes",
        2,
        width=4.4,
        height=3.3,
    )
    plots.curves(axes[0], {"cost": (np.arange(last + 1), n["costs"])}, marker=".")
    axes[0].axhline(3 * n["costs"][0], color="black", linewidth=0.8, linestyle=(0, (1, 2)))
    axes[0].annotate("3 × the first cost: stop", (0, 3.3 * n["costs"][0]), fontsize="small")
    axes[0].set(xlabel="epoch", ylabel=COST, yscale="log")
    plots.curves(axes[1], by_epoch(training=n["train"], validation=n["val"]), marker=".")
    axes[1].set(xlabel="epoch", ylabel=RIGHT, ylim=(0, 1.02))
    return Drawn(
        figure,
        f"first cost {n['costs'][0]:.3f}, lowest {min(n['costs']):.3f}, last {n['costs'][-1]:.3g}",
    )


def _scorer(nnlab: Any, x: Any, target: Any, seed: int, **choices: Any) -> Any:
    """Make the function that scores settings by the best validation accuracy, nan if they explode."""

    def score(settings: dict[str, float]) -> float:
        outcome = run(nnlab, x, target, seed=seed, **choices, **settings)
        return float("nan") if outcome.diverged else max(val for _, val in outcome.accuracies)

    return score


def search(nnlab: Any, seed: int, x: Any, target: Any) -> Numbers:
    """Search rate and penalty, coarse and then fine."""
    rng = np.random.default_rng(seed)
    ranges = {"lr": (1e-5, 1e-1), "l2": (1e-6, 1e-1)}
    stages = {}
    for stage, epochs, n_trials in (("coarse", 4, 30), ("fine", 8, 15)):
        score = _scorer(nnlab, x, target, seed, epochs=epochs, hidden=(50,), batch_size=50)
        trials = nnlab.selection.random_search(score, ranges, n_trials, rng=rng)
        best = trials[0].settings
        stages[stage] = _table(trials)
        ranges = {k: nnlab.selection.refine(*bounds, best[k]) for k, bounds in ranges.items()}
    return {"stages": stages}


def _table(trials: Any) -> Numbers:
    columns = {k: [trial.settings[k] for trial in trials] for k in ("lr", "l2")}
    return {"score": [float(trial.score) for trial in trials], **columns}


def _draw_trials(figure: Any, ax: Any, trials: Numbers, low: float) -> None:
    """Draw trials over rate and penalty: the colour and the size say the accuracy, a cross an explosion."""
    score, lr, l2 = (np.array(trials[name]) for name in ("score", "lr", "l2"))
    fine = np.isfinite(score)
    sizes = 15 + 85 * np.clip((score[fine] - low) / (1 - low), 0, 1)
    dots = ax.scatter(
        lr[fine], l2[fine], c=np.maximum(score[fine], low), s=sizes, cmap="viridis_r", vmin=low, vmax=1,
        edgecolors="black", linewidths=0.6, zorder=3, label="larger: more are right",
    )  # fmt: skip
    if not fine.all():
        ax.scatter(
            lr[~fine], l2[~fine], marker="x", color="black", s=40, zorder=3, label="exploded"
        )
    ax.scatter(
        lr[0],
        l2[0],
        s=220,
        facecolors="none",
        edgecolors="black",
        linewidths=1.5,
        zorder=4,
        label="best",
    )
    ax.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="λ of L2")
    figure.colorbar(dots, ax=ax).set_label("validation accuracy")


def claim_search(n: Numbers) -> bool:
    """Return whether the fine search's trials are better in the middle, and as good at the top."""
    coarse, fine = n["stages"]["coarse"], n["stages"]["fine"]
    return bool(
        median(fine) > max(0.9, median(coarse)) and fine["score"][0] >= coarse["score"][0] - 0.01
    )


def median(trials: Numbers) -> float:
    """Take the score in the middle; an explosion is worth 0."""
    return float(np.median(np.nan_to_num(np.array(trials["score"]))))


@lecture_figure("search", lab="lab10_training", slides="Cross validation: tuning hyperparameter", claim=claim_search, numbers=search, images=True, limits=LONG)  # fmt: skip
def draw_search(n: Numbers) -> Drawn:
    """A coarse search in log space finds where to look, a fine one looks there."""
    figure, axes = plots.sheet(
        "Coarse, then fine: where the best were found, most are good", 2, width=4.8, height=3.6
    )
    lines = []
    for ax, (stage, trials), low in zip(axes, n["stages"].items(), (0.1, 0.85), strict=True):
        _draw_trials(figure, ax, trials, low)
        ax.set_title(f"{stage}: median {median(trials):.3f}, best {trials['score'][0]:.3f}")
        lines.append(
            f"{stage}: {trials['score'][0]:.4f} at lr {trials['lr'][0]:.3g}, l2 {trials['l2'][0]:.3g}; "
            f"median {median(trials):.4f}"
        )
    below(figure, axes)
    return Drawn(figure, "\n".join(lines))


def grid_and_random(nnlab: Any, seed: int, x: Any, target: Any) -> Numbers:
    """Try nine points of a grid, and nine random ones."""
    score = _scorer(nnlab, x, target, seed, epochs=3, hidden=(50,), batch_size=50, limit=500)
    grid = {"lr": [1e-4, 3e-3, 1e-1], "l2": [1e-6, 1e-4, 1e-2]}
    ranges = {name: (values[0], values[-1]) for name, values in grid.items()}
    rng = np.random.default_rng(seed)
    return {
        "grid": _table(nnlab.selection.grid_search(score, grid)),
        "random": _table(nnlab.selection.random_search(score, ranges, 9, rng=rng)),
    }


def claim_grid_and_random(n: Numbers) -> bool:
    """Return whether the grid tries three values of each, and random points nine."""
    return bool(
        [len(set(n[kind][name])) for kind in ("grid", "random") for name in ("lr", "l2")]
        == [
            3,
            3,
            9,
            9,
        ]
    )


@lecture_figure("grid-and-random", lab="lab10_training", slides="Cross validation: tuning hyperparameter-Grid Search", claim=claim_grid_and_random, numbers=grid_and_random, images=True, limits=ROOM)  # fmt: skip
def draw_grid_and_random(n: Numbers) -> Drawn:
    """Nine trials twice: a grid repeats its values, random points do not."""
    rates = {name: len(set(n[name]["lr"])) for name in ("grid", "random")}
    figure, axes = plots.sheet(
        f"Nine trials: the grid tries {rates['grid']} rates, random points {rates['random']}",
        2,
        width=4.8,
        height=3.6,
    )
    for ax, name in zip(axes, rates, strict=True):
        _draw_trials(figure, ax, n[name], 0.1)
        for lr in n[name]["lr"]:
            ax.axvline(lr, ymax=0.05, color="black", linewidth=1.5)
        ax.set_title(f"{name}: best {n[name]['score'][0]:.3f}")
        ax.set(xlim=(5e-5, 2e-1), ylim=(4e-7, 3e-2))
    below(figure, axes[:1], "")
    lines = [f"{name}: {rates[name]} rates, best {n[name]['score'][0]:.4f}" for name in rates]
    return Drawn(figure, "\n".join(lines))


def batch_norm(nnlab: Any, seed: int, x: Any, target: Any) -> Numbers:
    """Train a deep network with small weights, without and with batch normalisation."""
    choices = {"hidden": (60,) * 5, "activation": "tanh", "init": "small-normal", "lr": 0.02}
    runs = {
        name: _plain(run(nnlab, x, target, epochs=12, batch_norm=norm, seed=seed, **choices))
        for name, norm in (("without batch norm", False), ("with batch norm", True))
    }
    return {"runs": runs}


def claim_batch_norm(n: Numbers) -> bool:
    """Return whether the cost falls far with batch norm, and without it not at all."""
    without, with_norm = (one["costs"][-1] for one in n["runs"].values())
    return bool(without > np.log(10) - 0.05 and with_norm < 0.5)


@lecture_figure(
    "batch-norm",
    lab="lab11_batchnorm",
    slides="Batch Normalization",
    claim=claim_batch_norm,
    numbers=batch_norm,
    images=True,
    limits=ROOM,
)
def draw_batch_norm(n: Numbers) -> Drawn:
    """A deep network with small weights cannot start without batch normalisation, and can with it."""
    figure, (ax,) = plots.sheet(
        "Six layers with weights of std 0.01: only with batch norm do they learn",
        1,
        width=7.5,
        height=3.4,
    )
    costs = {name: (np.arange(len(one["costs"])), one["costs"]) for name, one in n["runs"].items()}
    plots.curves(ax, costs, marker=".")
    ax.axhline(np.log(10), color="black", linewidth=0.7, linestyle=(0, (1, 2)))
    ax.annotate("ln 10: a guess among ten", (12, 2.33), ha="right", va="bottom", fontsize="small")
    ax.set(xlabel="epoch", ylabel=COST, ylim=(0, None))
    lines = [
        f"{name}: cost {one['costs'][0]:.3f} → {one['costs'][-1]:.3f}, best validation accuracy "
        f"{max(one['val']):.4f}"
        for name, one in n["runs"].items()
    ]
    return Drawn(figure, "\n".join(lines))


def dropout(nnlab: Any, seed: int, x: Any, target: Any) -> Numbers:
    """Train many units on few images, without and with dropout."""
    choices = {"limit": 200, "hidden": (200, 200), "lr": 0.01, "epochs": 40, "batch_size": 20}
    runs = [_plain(run(nnlab, x, target, dropout=p, seed=seed, **choices)) for p in (0.0, 0.5)]
    return {"runs": runs}


def claim_dropout(n: Numbers) -> bool:
    """Return whether all training images are right later with dropout, and the cost stays higher."""
    plain, dropped = n["runs"]
    return bool(
        epoch_of_all(plain) < epoch_of_all(dropped) and plain["costs"][-1] < dropped["costs"][-1]
    )


def epoch_of_all(one: Numbers) -> float:
    """Name the first epoch after which all training images are right; infinite if there is none."""
    return next((i for i, share in enumerate(one["train"], 1) if share == 1), np.inf)


@lecture_figure(
    "dropout",
    lab="lab12_dropout",
    slides="Dropout",
    claim=claim_dropout,
    numbers=dropout,
    images=True,
    limits=ROOM,
)
def draw_dropout(n: Numbers) -> Drawn:
    """Few images, many units: with dropout they are harder to learn by heart."""
    figure, axes = plots.sheet(
        "With dropout, learning 200 images by heart takes longer", 2, width=4.2
    )
    lines = []
    for ax, p, one in zip(axes, (0.0, 0.5), n["runs"], strict=True):
        plots.curves(ax, by_epoch(training=one["train"], validation=one["val"]), legend=False)
        first = epoch_of_all(one)
        if np.isfinite(first):
            mark(ax, first, f"all right: epoch {first}")
        ax.set(title=f"p = {p:g}: best {max(one['val']):.3f} on new images", xlabel="epoch")
        ax.set(ylabel=RIGHT, ylim=(0.4, 1.08))
        lines.append(
            f"p = {p:g}: all 200 right from epoch {first}, best validation accuracy {max(one['val']):.4f}, "
            f"validation cost at the end {one['val_loss'][-1]:.3f}"
        )
    below(figure, axes[:1])
    return Drawn(figure, "\n".join(lines))
