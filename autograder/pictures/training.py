"""Pictures of training and model selection: folds, stopping, the best loss, ranges, confusions."""

from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.judges.judge import Case
from autograder.pictures.arrays import heat, written
from autograder.pictures.canvas import EXPECTED, YOURS, drawable, legend, sheet, vector

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["best_so_far", "confusion", "folds", "interval", "stopping", "trials"]

MAX_FOLDS, MAX_SAMPLES = 20, 200


def folds(case: Case, observed: Any, right: Any) -> "Figure | None":
    """Draw which samples each fold trains on and validates."""
    n_samples = case["n_samples"]
    grids = [_membership(value, n_samples) for value in (observed, right)]
    if any(grid is None for grid in grids):
        return None
    figure, axes = sheet("Every sample is validated once, and trains in all other folds", 1, 2,
                         height=0.25 * max(map(len, grids)) + 0.6)  # fmt: skip
    for ax, grid, name in zip(axes, grids, ("yours", "expected: for example"), strict=True):
        ax.imshow(grid, cmap=_three_colours(), vmin=0, vmax=3, aspect="auto")
        ax.set(yticks=range(len(grid)), title=name, ylabel="fold")
        ax.title.set_fontsize("small")
        ax.set_xticks(np.arange(n_samples + 1) - 0.5, minor=True)
        ax.grid(visible=False)
        ax.grid(visible=True, which="minor", axis="x", color="white", linewidth=1.5, alpha=1)
        ax.tick_params(which="both", length=0)
        ax.set_xticks(range(0, n_samples, -(-n_samples // 20)))
    axes[-1].set_xlabel("sample")
    for name, colour in (
        ("train", EXPECTED), ("validate", YOURS), ("in both", "black"), ("in neither", "#dddddd"),
    ):  # fmt: skip
        axes[0].plot([], [], "s", color=colour, label=name)
    legend(figure, axes[0], columns=4)
    return figure


def _three_colours() -> Any:
    from matplotlib.colors import ListedColormap  # noqa: PLC0415  only drawing needs it

    return ListedColormap(["#dddddd", EXPECTED, YOURS, "black"])


def _membership(value: Any, n_samples: int) -> Any:
    """Return for each fold and sample: 0 in neither part, 1 trains, 2 validates, 3 both."""
    if not isinstance(value, list) or not 0 < len(value) <= MAX_FOLDS or n_samples > MAX_SAMPLES:
        return None
    grid = np.zeros((len(value), n_samples))
    for row, pair in zip(grid, value, strict=True):
        for part, number in zip(pair, (1, 2), strict=True):
            indices = vector(part)
            if indices is not None:
                inside = indices[(indices >= 0) & (indices < n_samples)].astype(int)
                row[np.unique(inside)] += number
    return grid


def _losses(ax: "Axes", losses: Any) -> None:
    ax.plot(np.arange(losses.size), losses, "k.-", linewidth=1, label="validation loss")
    ax.set(xlabel="epoch", ylabel="loss")
    ax.locator_params(axis="x", integer=True)


def stopping(case: Case, observed: Any, right: Any) -> "Figure | None":
    """Draw the losses, and after which of them training should stop."""
    losses, mine, wanted = vector(case["losses"]), vector(observed), vector(right)
    if mine is None or mine.size != losses.size:
        return None
    title = f"When to stop: rounds = {case['rounds']}, tolerance = {case['tolerance']:g}"
    figure, (ax,) = sheet(title, 1, height=3.2)
    _losses(ax, losses)
    low, high = np.nanmin(losses), np.nanmax(losses)
    gap = 0.12 * (high - low or abs(high) or 1.0)
    epochs = np.arange(losses.size)
    for answers, colour, level, name in (
        (wanted, EXPECTED, low - gap, "expected"), (mine, YOURS, low - 2 * gap, "yours"),
    ):  # fmt: skip
        stop = answers > 0
        marks: dict[str, Any] = {"color": colour, "s": 45, "linewidths": 1.4}
        ax.scatter(
            epochs[stop], np.full(stop.sum(), level), marker="s", **marks, label=f"{name}: stop"
        )
        ax.scatter(
            epochs[~stop], np.full((~stop).sum(), level), marker="o", s=22,
            facecolors="none", edgecolors=colour, label=f"{name}: go on",
        )  # fmt: skip
    for epoch in epochs[(mine > 0) != (wanted > 0)]:
        ax.axvspan(epoch - 0.4, epoch + 0.4, color=YOURS, alpha=0.12)
    legend(figure, ax)
    return figure


def best_so_far(case: Case, observed: Any, right: Any) -> "Figure | None":
    """Draw the losses and the best loss that is kept after each."""
    losses = vector(case["losses"])
    if len(observed) != losses.size:
        return None
    mine, wanted = (vector([pair[0] for pair in value]) for value in (observed, right))
    if mine is None:
        return None
    figure, (ax,) = sheet("The best loss that is kept, epoch by epoch", 1, height=3.2)
    _losses(ax, losses)
    epochs = np.arange(losses.size)
    ax.step(epochs, wanted, where="post", color=EXPECTED, linewidth=4, alpha=0.5, label="expected")
    ax.step(epochs, mine, where="post", color=YOURS, linewidth=1.8, label="yours")
    legend(figure, ax)
    return figure


def interval(case: Case, observed: Any, right: Any) -> "Figure | None":
    """Draw ranges in powers of ten: the old one, yours, and the expected."""
    mine, wanted = vector(observed), vector(right)
    if mine is None or mine.size != 2 or not (mine > 0).all():
        return None
    figure, (ax,) = sheet("The new range, in powers of ten around the best value", 1, height=2.2)
    ranges = (
        ("old range", (case["low"], case["high"]), "black"),
        ("expected", wanted, EXPECTED),
        ("yours", mine, YOURS),
    )
    for row, (_, ends, colour) in enumerate(ranges):
        ax.plot(ends, [-row, -row], "|-", color=colour, linewidth=5, markersize=16)
    ax.axvline(case["best"], color="black", linestyle=":", label="best value so far")
    ax.set(xscale="log", ylim=(-2.6, 0.6))
    ax.set_yticks([0, -1, -2], [name for name, _, _ in ranges])
    legend(figure, ax)
    return figure


def trials(case: Case, observed: Any, right: Any) -> "Figure | None":
    """Draw where a random search looked, in powers of ten, and the range it was given."""
    first, second = list(case["ranges"])[:2]
    title = "Trials should fill the range, every one a new point"
    figure, axes = sheet(title, 2, height=3.0)
    for ax, value, colour, name in zip(
        axes, (observed, right), (YOURS, EXPECTED), ("yours", "expected: for example"), strict=True
    ):
        x, y = (drawable(value["settings"][setting]) for setting in (first, second))
        if x is None or y is None or x.shape != y.shape or not ((x > 0) & (y > 0)).any():
            return None
        ax.scatter(x, y, s=4, color=colour, alpha=0.6)
        (left, far), (bottom, top) = case["ranges"][first], case["ranges"][second]
        ax.set(xscale="log", yscale="log", xlabel=first, ylabel=second)
        ax.set(xlim=(left / 3, far * 3), ylim=(bottom / 3, top * 3))
        ax.plot(
            [left, far, far, left, left], [bottom, bottom, top, top, bottom], "k--", linewidth=1
        )
        ax.set_title(f"{name}, {x.size} trials", fontsize="small")
    return figure


def confusion(case: Case, observed: Any, right: Any) -> "Figure | None":
    """Count which classes were taken for which, in yours and in the reference's predictions."""
    labels = np.concatenate([np.ravel(part) for part in case["labels"]])
    if len(observed) != len(case["labels"]):
        return None
    counts = [_counted(value, labels) for value in (observed, right)]
    if any(count is None for count in counts):
        return None
    figure, axes = sheet("Images by true class and named class: the diagonal is right", 2, height=3)
    for ax, count, name in zip(axes, counts, ("yours", "the reference's"), strict=True):
        share = np.trace(count) / labels.size
        heat(ax, count, float(np.max(counts)), written(count))
        ax.set(xlabel="named class", ylabel="true class", title=f"{name}: {share:.1%} right")
        ax.title.set_fontsize("small")
    return figure


def _counted(value: Any, labels: Any) -> Any:
    parts = [vector(part) for part in value]
    if any(part is None for part in parts):
        return None
    named = np.concatenate(parts)
    if named.size != labels.size or not ((named >= 0) & (named < 10)).all():
        return None
    return drawable(np.bincount(10 * labels + named.astype(int), minlength=100).reshape(10, 10))
