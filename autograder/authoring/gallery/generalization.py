"""Figures of generalization: penalties, bias and variance, preprocessing, folds."""

import numpy as np

from autograder.authoring.gallery import Drawn, experiment
from nnlab import datasets, plots, preprocessing, regularization, selection, training
from nnlab.layers import Tanh, mlp
from nnlab.losses import CrossEntropyLoss
from nnlab.optim import Adam
from nnlab.selection import Split


@experiment("l2", slides="Regularization")
def draw_l2() -> Drawn:
    """One network on noisy moons under growing L2: the boundary goes from nervous to stiff."""
    rng = np.random.default_rng(1)
    x, target = datasets.two_moons(160, noise=0.3, rng=rng)
    x_val, y_val = datasets.two_moons(1000, noise=0.3, rng=rng)
    figure, axes = plots.sheet("L2: the stronger the penalty, the smoother the boundary", 3)
    side = np.linspace(-2.6, 2.6, 151)
    grid = np.stack(np.meshgrid(side, side), axis=-1)
    centre = x.mean(axis=0)
    lines = []
    for ax, l2 in zip(axes, (0.0, 0.003, 0.03), strict=True):
        model = mlp([2, 40, 40, 2], Tanh, rng=np.random.default_rng(0))
        data = Split(x - centre, target, x_val - centre, y_val)
        loss, optimizer = CrossEntropyLoss(), Adam(model.parameters(), lr=0.01)
        training.train(model, loss, optimizer, data, epochs=250, l2=l2, rng=rng)
        logits = model.eval()(grid.reshape(-1, 2))
        score = (logits[:, 1] - logits[:, 0]).reshape(grid.shape[:2])
        ax.contourf(side, side, score, levels=[0, np.inf], colors=[plots.ORANGE], alpha=0.15)
        ax.contour(side, side, score, levels=[0], colors=[plots.GREY])
        plots.classes(ax, x - centre, target, size=18)
        right = training.accuracy(model(x_val - centre), y_val)
        ax.set(title=f"λ = {l2:g}:  {right:.1%} of new points", xlim=(-2.4, 2.4), ylim=(-1.8, 1.8))
        lines.append(f"λ = {l2:<6g} validation accuracy {right:.3f}")
    return Drawn(figure, "\n".join(lines))


@experiment("bias-variance", slides="Regularization-Bias Variance")
def draw_bias_variance() -> Drawn:
    """Polynomials of order 1, 3 and 5, fitted to many small samples of one function."""
    rng = np.random.default_rng(0)
    points = np.linspace(0, 1, 101)

    def truth(x: np.ndarray) -> np.ndarray:
        return np.sin(2 * np.pi * x)

    figure, axes = plots.sheet(
        "Order 1 is wrong in the same way each time, order 5 in a new way", 3
    )
    lines = []
    for ax, degree in zip(axes, (1, 3, 5), strict=True):
        fits = []
        for _ in range(40):
            x = np.linspace(0, 1, 10)
            weights = regularization.fit_polynomial(x, truth(x) + rng.normal(0, 0.25, 10), degree)
            fits.append(np.polynomial.polynomial.polyval(points, weights))
        bias, variance = regularization.bias_variance(np.array(fits), truth(points))
        ax.plot(points, np.transpose(fits), color=plots.BLUE, alpha=0.15, linewidth=0.8)
        mean = np.mean(fits, axis=0)
        ax.plot(points, mean, color=plots.BLUE, linewidth=2.2, label="mean of 40 fits")
        ax.plot(points, truth(points), "--", color=plots.ORANGE, linewidth=2, label="truth")
        title = f"order {degree}:  bias² {bias:.2f}, variance {variance:.2f}"
        ax.set(title=title, ylim=(-2, 2), xlabel="x")
        lines.append(
            f"order {degree}: bias² {bias:.3f}, variance {variance:.3f}, sum {bias + variance:.3f}"
        )
    axes[0].legend(fontsize="small", frameon=False)
    return Drawn(figure, "\n".join(lines))


@experiment("whitening", slides="Data preprocessing: Whitening")
def draw_whitening() -> Drawn:
    """One cloud, raw and under the three scalers of the lecture."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 2)) @ np.array([[2.4, 1.2], [0.0, 0.6]]) + [3, 1]
    scaled = {
        "raw": x,
        "min-max to [0, 1]": preprocessing.MinMaxScaler().fit(x).transform(x),
        "Z score": preprocessing.StandardScaler().fit(x).transform(x),
        "PCA whitening": preprocessing.PCAWhitening().fit(x).transform(x),
    }
    figure, axes = plots.sheet("Scaling stretches the axes; only whitening removes the slant", 4)
    lines = []
    for ax, (name, cloud) in zip(axes, scaled.items(), strict=True):
        ax.scatter(cloud[:, 0], cloud[:, 1], s=6, color=plots.BLUE, alpha=0.5)
        ax.axhline(0, color="black", linewidth=0.6)
        ax.axvline(0, color="black", linewidth=0.6)
        correlation = np.corrcoef(cloud.T)[0, 1]
        ax.set(title=f"{name}:  correlation {correlation:.2f}", aspect="equal")
        ax.title.set_fontsize("medium")
        lines.append(
            f"{name:18} mean {np.round(cloud.mean(0), 2) + 0.0}, std {np.round(cloud.std(0), 2)}"
        )
    return Drawn(figure, "\n".join(lines))


@experiment("k-fold", slides="Cross validation: K-fold")
def draw_k_fold() -> Drawn:
    """Every sample is validated on exactly once; the folds are drawn at random."""
    figure, (ax,) = plots.sheet("5-fold cross validation of 22 samples", 1, width=7)
    folds = list(selection.k_fold(22, 5, rng=np.random.default_rng(0)))
    table = np.zeros((5, 22))
    for row, (_, held_out) in enumerate(folds):
        table[row, held_out] = 1
    ax.imshow(table, cmap="Blues", vmin=0, vmax=1.4, aspect="auto")
    ax.grid(visible=False)
    ax.set_yticks(
        range(5), [f"fold {i + 1}: {int(row.sum())} held out" for i, row in enumerate(table)]
    )
    ax.set(xlabel="sample; dark: validation, light: training")
    return Drawn(figure)
