"""Figures of training: rates, checks before a long run, searches, stopping, batch norm, dropout."""

import numpy as np

from autograder.authoring.gallery import Drawn, experiment
from autograder.authoring.gallery.trainer import Recipe, Run, by_epoch
from nnlab import plots, selection


def trained(**choices: object) -> Run:
    """Train on the digits, and keep the whole run."""
    run = Run(Recipe(**choices))  # type: ignore[arg-type]
    run.train(lambda _: None)
    return run


@experiment("overfit-20", slides="Cross-validation strategy")
def draw_overfit() -> Drawn:
    """A network that cannot learn 20 images by heart has a mistake in it: this one can."""
    run = trained(limit=20, hidden=(50,), lr=0.02, batch_size=5, epochs=200)
    cost, right = run.history.train_loss[-1], run.accuracies[-1][0]
    figure, axes = plots.sheet(
        f"20 images by heart: accuracy {right:.2f}, cost {cost:.4f}", 2, width=4
    )
    plots.curves(axes[0], by_epoch(cost=run.history.train_loss))
    plots.curves(axes[1], by_epoch(accuracy=[right for right, _ in run.accuracies]))
    axes[0].set(title="training cost", xlabel="epoch", yscale="log")
    axes[1].set(title="training accuracy", xlabel="epoch")
    return Drawn(figure, run.line())


@experiment("learning-rates", slides="Cross-validation strategy")
def draw_learning_rates() -> Drawn:
    """From a rate so low that nothing happens to one that explodes."""
    lines, curves = [], {}
    figure, (ax,) = plots.sheet(
        "Too low: nothing happens. Too high: the cost explodes", 1, width=6.5, height=3.6
    )
    for lr in (1e-6, 1e-4, 1e-2, 0.3, 1e6):
        run = trained(lr=lr, init="small-normal", epochs=10)
        costs = np.array([run.first_cost, *run.history.train_loss])
        shown = np.minimum(np.nan_to_num(costs, nan=np.inf), 9)
        ending = " explodes" if run.history.diverged else ""
        curves[f"{lr:g}{ending}"] = (np.arange(len(shown)), shown)
        lines.append(f"lr {lr:<7g} first cost {costs[0]:.4f}, last {costs[-1]:.4g}{ending}")
    plots.curves(ax, curves, marker=".")
    ax.set(xlabel="epoch", ylabel="training cost", ylim=(0, 5))
    ax.axhline(np.log(10), color="black", linewidth=0.7, linestyle=":")
    ax.annotate(
        "ln 10: a guess among ten", (10, np.log(10)), ha="right", va="bottom", fontsize="small"
    )
    return Drawn(figure, "\n".join(lines))


@experiment("search", slides="Cross validation: tuning hyperparameter")
def draw_search() -> Drawn:
    """A coarse search in log space finds where to look, a fine one looks there."""
    rng = np.random.default_rng(0)
    ranges = {"lr": (1e-5, 1.0), "l2": (1e-6, 1e-1)}
    figure, axes = plots.sheet(
        "Coarse, then fine: validation accuracy over rate and penalty", 2, width=4.4, height=3.6
    )
    lines = []
    for ax, (stage, epochs, n_trials) in zip(
        axes, (("coarse", 4, 40), ("fine", 12, 20)), strict=True
    ):

        def score(settings: dict[str, float], epochs: int = epochs) -> float:
            run = trained(**settings, epochs=epochs, hidden=(100,), batch_size=50)
            return float("nan") if run.history.diverged else max(val for _, val in run.accuracies)

        trials = selection.random_search(score, ranges, n_trials, rng=rng)
        best = trials[0]
        colours = [max(trial.score, 0.1) if np.isfinite(trial.score) else 0.1 for trial in trials]
        lrs, l2s = ([trial.settings[name] for trial in trials] for name in ("lr", "l2"))
        low = 0.1 if stage == "coarse" else 0.9
        dots = ax.scatter(lrs, l2s, c=colours, cmap="viridis", vmin=low, vmax=1.0, s=40, zorder=3)
        ax.scatter(lrs[0], l2s[0], s=160, facecolors="none", edgecolors="red", zorder=4)
        ax.set(
            xscale="log",
            yscale="log",
            xlabel="learning rate",
            ylabel="λ of L2",
            title=f"{stage}: best {best.score:.3f} at lr {best.settings['lr']:.2g}",
        )
        figure.colorbar(dots, ax=ax)
        lines.append(
            f"{stage}: {best.score:.4f} at lr {best.settings['lr']:.3g}, l2 {best.settings['l2']:.3g}"
        )
        ranges = {
            name: selection.refine(*bounds, best.settings[name]) for name, bounds in ranges.items()
        }
    return Drawn(figure, "\n".join(lines))


@experiment("early-stopping", slides="Cross validation: Early stopping in NN")
def draw_early_stopping() -> Drawn:
    """The validation cost turns up while the training cost still falls: there training ends."""
    long = trained(limit=100, hidden=(100,), lr=0.1, epochs=40, batch_size=30)
    short = trained(limit=100, hidden=(100,), lr=0.1, epochs=40, batch_size=30, early_stopping=5)
    figure, (ax,) = plots.sheet(
        f"100 images: training could end after epoch {len(short.accuracies)}",
        1,
        width=6.5,
        height=3.4,
    )
    losses = {"training cost": long.history.train_loss, "validation cost": long.history.val_loss}
    plots.curves(ax, by_epoch(**losses))
    ax.axvline(len(short.accuracies), color="black", linestyle="--", linewidth=1)
    ax.annotate(" early stopping", (len(short.accuracies), max(long.history.val_loss) * 0.8))
    ax.set(xlabel="epoch")
    return Drawn(figure, short.ending())


@experiment("batch-norm", slides="Batch Normalization")
def draw_batch_norm() -> Drawn:
    """A deep network with small weights cannot start without batch normalisation, and can with it."""
    figure, (ax,) = plots.sheet(
        "Six layers with weights of std 0.01: batch norm wakes them", 1, width=6.5, height=3.4
    )
    lines, losses = [], {}
    for name, batch_norm in (("without batch norm", False), ("with batch norm", True)):
        run = trained(
            hidden=(60,) * 5,
            activation="tanh",
            init="small-normal",
            lr=0.02,
            epochs=15,
            batch_norm=batch_norm,
        )
        losses[name] = run.history.train_loss
        lines.append(f"{name}: {run.ending()}")
    plots.curves(ax, by_epoch(**losses))
    ax.set(xlabel="epoch", ylabel="training cost")
    return Drawn(figure, "\n".join(lines))


@experiment("dropout", slides="Dropout")
def draw_dropout() -> Drawn:
    """Few images, many units: with dropout the training is harder and the result better."""
    figure, axes = plots.sheet("Dropout: harder training, smaller gap to new images", 2, width=4.2)
    lines = []
    for ax, p in zip(axes, (0.0, 0.5), strict=True):
        run = trained(limit=200, hidden=(300, 300), lr=0.01, epochs=40, batch_size=20, dropout=p)
        train, val = np.transpose(run.accuracies)
        plots.curves(ax, by_epoch(training=train, validation=val))
        ax.set(
            title=f"p = {p:g}:  best {val.max():.3f} on new images",
            xlabel="epoch",
            ylim=(0.6, 1.02),
        )
        lines.append(
            f"p = {p:g}: {run.ending()} Validation cost at the end {run.history.val_loss[-1]:.3f}."
        )
    return Drawn(figure, "\n".join(lines))
