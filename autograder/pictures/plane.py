"""Pictures of the plane: what a neuron separates, lines, and directions of data."""

from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.judges.cases import truth_table
from autograder.judges.judge import Case
from autograder.judges.logic import neuron_table
from autograder.pictures.canvas import EXPECTED, YOURS, drawable, legend, sheet, strokes, vector

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["decision_line", "directions", "neuron", "separation"]

RING: dict[str, Any] = {
    "s": 240,
    "facecolors": "none",
    "edgecolors": YOURS,
    "linewidths": 2,
    "zorder": 4,
}
MAX_INPUTS = 8


def neuron(case: Case, observed: Any, right: Any) -> "Figure | None":
    """Draw what a McCulloch–Pitts neuron fires for, and what it should fire for."""
    table = neuron_table(observed)
    wanted = neuron_table(right) if "table" not in case else np.asarray(case["table"])
    if observed is None and neuron_table(right) is not None and len(wanted) == 4:
        return _divisible(wanted)
    if table is None or wanted is None:
        return None
    weight, threshold = vector(observed["weight"]), drawable(observed["threshold"])
    if not (np.isfinite(weight).all() and np.isfinite(threshold).all()):
        return None
    if len(table) != len(wanted) or weight.size > MAX_INPUTS:
        return None
    rows, wrong = truth_table(weight.size), table != wanted
    title = f"{int(wrong.sum())} of {len(rows)} rows are on the wrong side of the threshold"
    level = float(threshold.reshape(()))
    if weight.size == 2:
        return _gate(title, rows, wanted, wrong, weight, level)
    return _sums(title, rows, wanted, wrong, weight, level)


def _divisible(wanted: Any) -> "Figure":
    """Draw rows for which no neuron was found, though there is one."""
    figure, (ax,) = sheet("You found no neuron, and one line does divide these", 1, height=3.6)
    _samples(ax, truth_table(2), wanted, "should fire", "should stay silent")
    _frame(ax)
    legend(figure, ax)
    return figure


def _frame(ax: "Axes") -> None:
    """Show the four rows of two inputs, at the same scale in both directions."""
    ax.set(xlim=(-0.7, 1.7), ylim=(-0.7, 1.7), xticks=[0, 1], yticks=[0, 1], aspect="equal")
    ax.set(xlabel="input 1", ylabel="input 2")


def _gate(title: str, rows: Any, wanted: Any, wrong: Any, weight: Any, level: float) -> "Figure":
    figure, (ax,) = sheet(title, 1, height=3.6)
    with_line = {"color": YOURS, "linewidths": 2}
    strokes().decision_line(ax, weight, -level + 1e-9 * abs(level), reach=2.5, **with_line)
    _samples(ax, rows, wanted, "should fire", "should stay silent")
    ax.scatter(*rows[wrong].T, **RING, label="wrong")
    ax.fill([], [], color=YOURS, alpha=0.2, label="your neuron fires here")
    _frame(ax)
    legend(figure, ax)
    return figure


def _sums(title: str, rows: Any, wanted: Any, wrong: Any, weight: Any, level: float) -> "Figure":
    figure, (ax,) = sheet(title, 1, height=3.0)
    places = np.column_stack([rows @ weight, rows.sum(axis=1)]).astype(float)
    ax.axvline(level, color=YOURS, linewidth=2, label="your threshold: fires from here on")
    low, high = min(places[:, 0].min(), level), max(places[:, 0].max(), level)
    edge = 0.1 * (high - low or 1.0)
    ax.axvspan(level, high + edge, color=YOURS, alpha=0.1)
    _samples(ax, places, wanted, "should fire", "should stay silent")
    ax.scatter(*places[wrong].T, **RING, label="wrong")
    ax.set(xlim=(low - edge, high + edge), xlabel="weighted sum of the row")
    ax.set(ylabel="inputs that are 1", yticks=range(weight.size + 1))
    ax.set_ylim(-0.6, weight.size + 0.6)
    legend(figure, ax)
    return figure


def _samples(ax: "Axes", x: Any, positive: Any, yes: str, no: str) -> None:
    """Draw samples in black, so that they differ from yours and the expected."""
    mask = np.asarray(positive) > 0
    style: dict[str, Any] = {"s": 70, "edgecolors": "black", "linewidths": 1.6, "zorder": 3}
    ax.scatter(*x[mask].T, color="black", label=yes, **style)
    ax.scatter(*x[~mask].T, color="white", label=no, **style)


def decision_line(case: Case, observed: Any, _right: Any) -> "Figure | None":
    """Draw the line that a slope and an intercept make, over the neuron's two sides."""
    weight, bias = vector(case["weight"]), float(case["bias"])
    mine = vector(observed)
    if observed is not None and (mine is None or mine.size != 2):
        return None
    distance = abs(bias) / (float(np.hypot(*weight)) or 1.0)
    reach = max(3.0, 2 * distance)
    figure, (ax,) = sheet("Your line, and where the neuron changes its answer", 1, height=3.8)
    strokes().decision_line(ax, weight, bias, reach=reach, color=EXPECTED, linewidths=2.5)
    ax.plot([], [], color=EXPECTED, linewidth=2.5, label="expected: w₁x₁ + w₂x₂ + b = 0")
    ax.fill([], [], color="#D55E00", alpha=0.15, label="the neuron answers yes")
    side = np.linspace(-reach, reach, 101)
    if mine is None:
        ax.plot([], [], "--", color=YOURS, linewidth=2, label="yours: None, a vertical line")
    elif not np.isfinite(mine).all():
        ax.plot([], [], "--", color=YOURS, linewidth=2, label="yours: no finite slope")
    else:
        slope, intercept = mine
        y = np.clip(slope * side + intercept, -100 * reach, 100 * reach)
        ax.plot(side, y, "--", color=YOURS, linewidth=2, label="yours")
        if np.abs(y).min() > reach:
            ax.text(0.03, 0.95, "yours is outside", transform=ax.transAxes, color=YOURS, va="top")
    ax.set(xlabel="x₁", ylabel="x₂")
    legend(figure, ax)
    return figure


def separation(case: Case, observed: Any, right: Any) -> "Figure | None":
    """Draw samples of two classes, the line that training found, and one that is right."""
    x, target = drawable(case["x"]), np.asarray(case["target"])
    weight, one_right = vector(observed["weight"]), vector(right["weight"])
    if x.shape[1] != 2 or weight is None or weight.size != 3 or not np.isfinite(weight).all():
        return None
    wrong = (x @ weight[:2] + weight[2]) * np.where(target > 0, 1, -1) <= 0
    title = f"Your line has {int(wrong.sum())} of {len(x)} samples on the wrong side"
    figure, (ax,) = sheet(title, 1, height=3.8)
    reach = 1.25 * float(np.abs(x).max())
    strokes().decision_line(
        ax, weight[:2], float(weight[2]), reach=reach, color=YOURS, linewidths=2
    )
    side = np.linspace(-reach, reach, 2)
    score = one_right[0] * side[None] + one_right[1] * side[:, None] + one_right[2]
    ax.contour(side, side, score, levels=[0], colors=[EXPECTED], linestyles="dashed")
    ax.plot([], [], color=YOURS, linewidth=2, label="yours, shaded: class 1")
    ax.plot([], [], "--", color=EXPECTED, label="one that is right")
    _samples(ax, x, target, "class 1", "class 0")
    ax.scatter(*x[wrong].T, **RING, label="wrong")
    ax.set(xlabel="x₁", ylabel="x₂")
    legend(figure, ax)
    return figure


def directions(case: Case, observed: Any, right: Any) -> "Figure | None":
    """Draw data and the directions that were found in it, each as long as its std."""
    x = drawable(case["x"])
    parts = [
        [drawable(v[name]) for name in ("mean", "components", "std")] for v in (observed, right)
    ]
    if any(part is None for part in (*parts[0], *parts[1])):
        return None
    if any(part[1].shape[1:] != x.shape[1:] or part[0].size != x.shape[1] for part in parts):
        return None
    figure, (ax,) = sheet("Directions of the data, each as long as its std", 1, height=3.8)
    ax.scatter(x[:, 0], x[:, 1], color="black", s=25, label="data")
    styles: list[dict[str, Any]] = [
        {"color": YOURS, "linestyle": "--", "linewidth": 2, "zorder": 3},
        {"color": EXPECTED, "linewidth": 4, "alpha": 0.6},
    ]
    for (mean, components, std), style, name in zip(
        parts, styles, ("yours", "expected"), strict=True
    ):
        ends = components[:9] * std.ravel()[: len(components[:9]), None]
        for i, end in enumerate(ends):
            line = np.array([mean.ravel() - end, mean.ravel() + end])
            ax.plot(line[:, 0], line[:, 1], label=None if i else name, **style)
    centre, reach = x[:, :2].mean(axis=0), 1.3 * float(np.ptp(x[:, :2], axis=0).max()) / 2 or 1.0
    ax.set(xlim=(centre[0] - reach, centre[0] + reach), ylim=(centre[1] - reach, centre[1] + reach))
    ax.set(xlabel="feature 0", ylabel="feature 1", aspect="equal")
    legend(figure, ax)
    return figure
