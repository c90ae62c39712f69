"""Figures of generalization: penalties, bias and variance, preprocessing, folds, stopping in time."""

from typing import Any

import numpy as np

from autograder.gallery import Drawn, Numbers, lecture_figure
from autograder.gallery.style import below, mark, plots, short
from autograder.sandbox.limits import Limits

ORDERS = (1, 3, 9)
PENALTIES = (0.0, 0.003, 0.03)
ROOM = Limits(cpu_seconds=20, wall_seconds=120)
SIDE = np.linspace(-2.6, 2.6, 121)


def grid_scores(model: Any) -> Any:
    """Compute by how much class 1 is ahead of class 0, over the plane."""
    grid = np.stack(np.meshgrid(SIDE, SIDE), axis=-1)
    logits = model.eval()(grid.reshape(-1, 2))
    return (logits[:, 1] - logits[:, 0]).reshape(grid.shape[:2])


def draw_border(ax: Any, scores: Any, x: Any, target: Any) -> None:
    """Draw a boundary between two classes, and the samples it was learnt from."""
    ax.contourf(SIDE, SIDE, scores, levels=[0, np.inf], colors=[plots.ORANGE], alpha=0.15)
    ax.contour(SIDE, SIDE, scores, levels=[0], colors=[plots.GREY])
    plots.classes(ax, x, target, size=18)
    ax.set(xlim=(-2.4, 2.4), ylim=(-1.8, 1.8), xlabel="x₁", ylabel="x₂")


def l2(nnlab: Any, seed: int) -> Numbers:
    """Train one network on noisy moons under three penalties."""
    rng = np.random.default_rng([seed, 1])
    x, target = nnlab.datasets.two_moons(160, noise=0.3, rng=rng)
    x_val, y_val = nnlab.datasets.two_moons(1000, noise=0.3, rng=rng)
    centre = x.mean(axis=0)
    data = nnlab.selection.Split(x - centre, target, x_val - centre, y_val)
    scores, train, val = [], [], []
    for penalty in PENALTIES:
        rng = np.random.default_rng(seed)
        model = nnlab.layers.mlp([2, 40, 40, 2], nnlab.layers.Tanh, rng=rng)
        optimizer = nnlab.optim.Adam(model.parameters(), lr=0.01)
        loss = nnlab.losses.CrossEntropyLoss()
        nnlab.training.train(model, loss, optimizer, data, epochs=250, l2=penalty, rng=rng)
        scores.append(grid_scores(model))
        train.append(nnlab.training.accuracy(model(data.x_train), target))
        val.append(nnlab.training.accuracy(model(data.x_val), y_val))
    return {"x": data.x_train, "target": target, "scores": scores, "train": train, "val": val}


def border_length(scores: Any) -> int:
    """Count the places of the grid where the answer changes: the length of the boundary."""
    yes = np.asarray(scores) > 0
    return int(np.sum(yes[1:] != yes[:-1]) + np.sum(yes[:, 1:] != yes[:, :-1]))


def claim_l2(n: Numbers) -> bool:
    """Return whether a stronger penalty gives a shorter boundary."""
    return bool(np.all(np.diff([border_length(scores) for scores in n["scores"]]) < 0))


@lecture_figure(
    "l2", lab="lab10_training", slides="Regularization", claim=claim_l2, numbers=l2, limits=ROOM
)
def draw_l2(n: Numbers) -> Drawn:
    """One network on noisy moons under growing L2: the boundary goes from nervous to stiff."""
    figure, axes = plots.sheet(
        "L2: the stronger the penalty, the shorter the boundary", 3, height=3.3
    )
    lines = []
    for ax, penalty, scores, train, val in zip(
        axes, PENALTIES, n["scores"], n["train"], n["val"], strict=True
    ):
        draw_border(ax, scores, n["x"], n["target"])
        title = f"λ = {penalty:g}\nright: {train:.1%} of these, {val:.1%} of new ones"
        ax.set_title(title, fontsize="small")
        lines.append(
            f"λ = {penalty:<6g} training accuracy {train:.3f}, validation accuracy {val:.3f}"
        )
    below(figure, axes[:1], "the network answers yes")
    return Drawn(figure, "\n".join(lines))


def bias_variance(nnlab: Any, seed: int) -> Numbers:
    """Fit polynomials of orders 1 to 9 to many small samples of one function."""
    rng = np.random.default_rng(seed)
    points, x = np.linspace(0, 1, 101), np.linspace(0, 1, 12)
    truth = np.sin(2 * np.pi * points)
    samples = np.sin(2 * np.pi * x) + rng.normal(0, 0.25, (200, 12))
    fits, splits = {}, {}
    for degree in range(1, 10):
        weights = [nnlab.regularization.fit_polynomial(x, y, degree) for y in samples]
        values = np.array([np.polynomial.polynomial.polyval(points, w) for w in weights])
        bias, variance = nnlab.regularization.bias_variance(values, truth)
        splits[degree] = (float(bias), float(variance))
        if degree in ORDERS:
            fits[degree] = values
    return {
        "x": x,
        "sample": samples[0],
        "points": points,
        "truth": truth,
        "fits": fits,
        "splits": splits,
    }


def claim_bias_variance(n: Numbers) -> bool:
    """Return whether bias rules at order 1, variance at order 9, and the sum is lower at order 3."""
    (bias1, var1), (bias3, var3), (bias9, var9) = (n["splits"][order] for order in ORDERS)
    return bool(bias1 > var1 and var9 > bias9 and bias3 + var3 < min(bias1 + var1, bias9 + var9))


@lecture_figure(
    "bias-variance",
    lab="lab07_generalization",
    slides="Regularization-Bias Variance",
    claim=claim_bias_variance,
    numbers=bias_variance,
)
def draw_bias_variance(n: Numbers) -> Drawn:
    """Polynomials fitted to 200 small samples of one function: too stiff, fitting, too free."""
    figure, axes = plots.sheet(
        "Order 1 is wrong in the same way each time, order 9 in a new way, order 3 hardly",
        4,
        height=3.3,
    )
    for ax, (degree, fits) in zip(axes, n["fits"].items(), strict=False):
        ax.plot(n["points"], fits[:40].T, color=plots.BLUE, alpha=0.15, linewidth=0.8)
        ax.plot([], [], color=plots.BLUE, alpha=0.7, linewidth=0.8, label="40 of 200 fits")
        ax.plot(
            n["points"],
            fits.mean(axis=0),
            color=plots.BLUE,
            linewidth=2.2,
            label="mean of all fits",
        )
        ax.plot(n["points"], n["truth"], "--", color=plots.ORANGE, linewidth=2, label="truth")
        ax.plot(n["x"], n["sample"], "o", color="black", markersize=4, label="one sample")
        bias, variance = n["splits"][degree]
        title = f"order {degree}\nbias² {short(bias)}, variance {short(variance)}"
        ax.set_title(title, fontsize="medium")
        ax.set(ylim=(-2, 2), xlabel="x", ylabel="f(x)")
    orders = np.array(list(n["splits"]))
    bias, variance = np.array(list(n["splits"].values())).T
    curves = {"bias²": bias, "variance": variance, "their sum": bias + variance}
    plots.curves(axes[3], {k: (orders, v) for k, v in curves.items()}, marker=".", legend=False)
    axes[3].set_title("the sum falls, then rises", fontsize="medium")
    axes[3].set(xlabel="order", ylabel="mean squared error", yscale="log", xticks=orders)
    below(figure, [axes[0], axes[3]])
    lines = [
        f"order {degree}: bias² {b:.3f}, variance {v:.3f}, sum {b + v:.3f}"
        for degree, (b, v) in n["splits"].items()
    ]
    return Drawn(figure, "\n".join(lines))


def whitening(nnlab: Any, seed: int) -> Numbers:
    """Scale one slanted cloud in the lecture's three ways."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(400, 2)) @ np.array([[2.4, 1.2], [0.0, 0.6]]) + [3, 1]
    scalers = {
        "min-max to [0, 1]": nnlab.preprocessing.MinMaxScaler(),
        "Z score": nnlab.preprocessing.StandardScaler(),
        "PCA whitening": nnlab.preprocessing.PCAWhitening(),
    }
    scaled = {name: scaler.fit(x).transform(x) for name, scaler in scalers.items()}
    clouds = {"raw": x, **scaled}
    return {
        "clouds": clouds,
        "correlations": {name: float(np.corrcoef(c.T)[0, 1]) for name, c in clouds.items()},
    }


def claim_whitening(n: Numbers) -> bool:
    """Return whether the scalers keep the correlation, and whitening alone removes it."""
    raw, *scaled, white = n["correlations"].values()
    return bool(raw > 0.3 and bool(np.allclose(scaled, raw)) and abs(white) < 1e-9)


@lecture_figure(
    "whitening",
    lab="lab07_generalization",
    slides="Data preprocessing: Whitening",
    claim=claim_whitening,
    numbers=whitening,
)
def draw_whitening(n: Numbers) -> Drawn:
    """One cloud, raw and under the three scalers of the lecture."""
    figure, axes = plots.sheet(
        "Scaling stretches the axes; only whitening removes the slant", 4, height=3.3
    )
    lines = []
    for ax, (name, cloud) in zip(axes, n["clouds"].items(), strict=True):
        ax.scatter(cloud[:, 0], cloud[:, 1], s=6, color=plots.BLUE, alpha=0.7)
        ax.axhline(0, color="black", linewidth=0.6)
        ax.axvline(0, color="black", linewidth=0.6)
        middle, half = (cloud.max(0) + cloud.min(0)) / 2, 0.58 * np.ptp(cloud, axis=0).max()
        correlation = f"{abs(round(n['correlations'][name], 2)):.2f}"
        ax.set_title(f"{name}\ncorrelation {correlation}", fontsize="medium")
        ax.set(xlabel="feature 1", ylabel="feature 2", aspect="equal")
        ax.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half))
        lines.append(
            f"{name:18} mean {np.round(cloud.mean(0), 2) + 0.0}, std {np.round(cloud.std(0), 2)}"
        )
    return Drawn(figure, "\n".join(lines))


def k_fold(nnlab: Any, seed: int) -> Numbers:
    """Cut 22 samples into five folds."""
    folds = nnlab.selection.k_fold(22, 5, rng=np.random.default_rng(seed))
    return {"held_out": [np.sort(val) for _, val in folds], "train": [t for t, _ in folds]}


def claim_k_fold(n: Numbers) -> bool:
    """Return whether the folds are a partition, and no fold trains on what it holds out."""
    apart = all(
        not {*held} & {*train} for held, train in zip(n["held_out"], n["train"], strict=True)
    )
    return bool(apart and sorted(np.concatenate(n["held_out"]).tolist()) == list(range(22)))


@lecture_figure(
    "k-fold",
    lab="lab10_training",
    slides="Cross validation: K-fold",
    claim=claim_k_fold,
    numbers=k_fold,
)
def draw_k_fold(n: Numbers) -> Drawn:
    """Every sample is validated on exactly once; the folds are drawn at random."""
    figure, (ax,) = plots.sheet(
        "5 folds of 22 samples: each sample is held out exactly once", 1, width=7
    )
    for row, held_out in enumerate(n["held_out"]):
        every = np.arange(22)
        rest = np.setdiff1d(every, held_out)
        names = {"label": "validation"}, {"label": "training"}
        ax.scatter(held_out, np.full(len(held_out), row), s=90, marker="s", color=plots.BLUE,
                   **(names[0] if row == 0 else {}))  # fmt: skip
        ax.scatter(rest, np.full(len(rest), row), s=14, color=plots.GREY,
                   **(names[1] if row == 0 else {}))  # fmt: skip
    ax.grid(visible=False)
    ax.invert_yaxis()
    sizes = [f"{i}: {len(held_out)} held out" for i, held_out in enumerate(n["held_out"], 1)]
    ax.set_yticks(range(5), sizes)
    ax.set(xlabel="sample", ylabel="fold", xticks=range(0, 22, 3))
    below(figure, [ax])
    return Drawn(
        figure, "\n".join(f"fold {i}: {v.tolist()}" for i, v in enumerate(n["held_out"], 1))
    )


def early_stopping(nnlab: Any, seed: int) -> Numbers:
    """Train on 80 moons, 12 of them with the wrong label, for long; note when early stopping would end it."""
    rng = np.random.default_rng(seed)
    x, target = nnlab.datasets.two_moons(80, noise=0.15, rng=rng)
    x_val, y_val = nnlab.datasets.two_moons(500, noise=0.15, rng=rng)
    centre = x.mean(axis=0)
    flipped = np.where(rng.permutation(80) < 12, 1 - target, target)
    data = nnlab.selection.Split(x - centre, flipped, x_val - centre, y_val)
    model = nnlab.layers.mlp([2, 60, 60, 2], nnlab.layers.Tanh, rng=rng)
    optimizer = nnlab.optim.Adam(model.parameters(), lr=0.01)
    watch = nnlab.training.EarlyStopping(rounds=10)
    found: dict[str, Any] = {"train": [], "val": [], "stop": 0, "scores": []}

    def note(history: Any) -> None:
        model.eval()
        found["train"].append(nnlab.training.accuracy(model(data.x_train), flipped))
        found["val"].append(nnlab.training.accuracy(model(data.x_val), y_val))
        if not found["stop"] and watch.update(history.val_loss[-1], model):
            found["stop"] = len(history.val_loss)
            found["scores"].append(grid_scores(watch.best_model))

    loss = nnlab.losses.CrossEntropyLoss()
    history = nnlab.training.train(
        model, loss, optimizer, data, epochs=500, rng=rng, after_epoch=note
    )
    until = history.val_loss[: found["stop"] or None]
    found["scores"].append(grid_scores(model))
    return {
        **found,
        "x": data.x_train,
        "target": flipped,
        "train_loss": history.train_loss,
        "val_loss": history.val_loss,
        "best": int(np.argmin(until)) + 1,
    }


def claim_early_stopping(n: Numbers) -> bool:
    """Return whether training improves after the best epoch, and validation falls."""
    best = n["best"] - 1
    return bool(
        0 < n["stop"] < len(n["val"])
        and n["train"][-1] > n["train"][best]
        and n["val"][-1] < n["val"][best] - 0.02
    )


@lecture_figure(
    "early-stopping",
    lab="lab10_training",
    slides="Cross validation: Early stopping in NN",
    claim=claim_early_stopping,
    numbers=early_stopping,
    limits=ROOM,
)
def draw_early_stopping(n: Numbers) -> Drawn:
    """With some labels wrong, a long training learns these by heart; stopping early saves the boundary."""
    kept, last = n["val"][n["best"] - 1], n["val"][-1]
    figure, axes = plots.sheet(
        f"Stopping early keeps {kept:.0%} of new points right; after {len(n['val'])} epochs it is {last:.0%}",
        4,
        height=3.4,
    )
    epochs = np.arange(1, len(n["val"]) + 1)
    plots.curves(axes[0], {"training": (epochs, n["train_loss"]), "validation": (epochs, n["val_loss"])}, legend=False)  # fmt: skip
    plots.curves(axes[1], {"training": (epochs, n["train"]), "validation": (epochs, n["val"])}, legend=False)  # fmt: skip
    axes[0].set(xlabel="epoch", ylabel="cost (nats)", title="cost")
    axes[1].set(xlabel="epoch", ylabel="accuracy", title="accuracy", ylim=(0.45, 1.02))
    for ax in axes[:2]:
        mark(ax, n["stop"], f"stop {n['stop']}")
        ax.axvline(n["best"], color="black", linestyle=":", linewidth=1, label="best epoch")
    titles = (f"best epoch, {n['best']}", f"epoch {len(epochs)}")
    for ax, scores, title in zip(axes[2:], n["scores"], titles, strict=True):
        draw_border(ax, scores, n["x"], n["target"])
        ax.set_title(title)
    below(figure, [axes[0], axes[2]])
    return Drawn(
        figure,
        f"best epoch {n['best']}, stop after {n['stop']}: validation accuracy {kept:.3f}; after "
        f"{len(epochs)} epochs {last:.3f}, training accuracy {n['train'][-1]:.3f}",
    )
