"""Pictures of lines: values over x, over steps and layers, walks, fits and models."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.judges.judge import Case
from autograder.judges.values import number
from autograder.pictures.canvas import (
    EXPECTED,
    MOST_PANELS,
    YOURS,
    beside,
    drawable,
    frame,
    label,
    legend,
    sheet,
    strokes,
    vector,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["bias_and_variance", "fit", "over", "polynomial", "series", "walk"]

WIDE = 50
"""From here on an axis around 0 is drawn in powers of ten."""


def over(
    title: str,
    *,
    x: Callable[[Case], Any] = lambda case: case["x"],
    of: Callable[[Any], Any] = lambda value: value,
    xlabel: str = "x",
    ylabel: str = "",
    line: bool = True,
) -> Any:
    """Make a picture of one answer for each x: the points of yours over the right ones.

    `line` joins the points, which jumps and tables had better not be.
    """

    def picture(case: Case, observed: Any, right: Any) -> "Figure | None":
        at, mine, wanted = vector(x(case)), vector(of(observed)), vector(of(right))
        if mine is None or at is None or wanted is None or wanted.size != at.size:
            return None
        if mine.size != at.size or not np.isfinite(at).any():
            return None
        order = np.argsort(at, kind="stable")
        figure, (ax,) = sheet(title, 1, height=3.0)
        beside(ax, at[order], mine[order], at[order], wanted[order], line=line)
        ax.vlines(at, mine, wanted, color=YOURS, linewidth=1, alpha=0.5)
        if np.nanmax(np.abs(at), initial=0.0) > WIDE:
            ax.set_xscale("symlog", linthresh=1)
        ax.set(xlabel=xlabel, ylabel=ylabel)
        legend(figure, ax)
        return figure

    return picture


def series(
    title: str,
    names: tuple[str, ...] = ("",),
    *,
    of: Callable[[Any], Any] = lambda value: [value],
    xlabel: str = "step",
    log: bool = False,
    start: int = 0,
) -> Any:
    """Make a picture of values by step, layer or epoch; `of` takes one row for each of the names."""

    def picture(_case: Case, observed: Any, right: Any) -> "Figure | None":
        if len(of(observed)) != len(names):
            return None
        mine, wanted = ([vector(row) for row in of(value)] for value in (observed, right))
        if any(row is None for row in (*mine, *wanted)):
            return None
        figure, axes = sheet(title, len(names), height=3.0)
        for ax, name, y, right_y in zip(axes, names, mine, wanted, strict=True):
            beside(ax, start + np.arange(y.size), y, start + np.arange(right_y.size), right_y)
            ax.set(xlabel=xlabel, ylabel=name)
            ax.locator_params(axis="x", nbins=8, integer=True)
            if log and (right_y > 0).all() and (y[np.isfinite(y)] >= 0).all():
                _in_powers(ax, y, right_y)
        legend(figure, axes[0])
        return figure

    return picture


def _in_powers(ax: Any, y: Any, right: Any) -> None:
    ax.set_yscale("log")
    both = np.concatenate([y[np.isfinite(y) & (y > 0)], right])
    low, high = float(both.min()), float(both.max())
    ax.set_ylim(
        max(low / 1.5, float(right.min()) * 1e-9), min(high * 1.5, float(right.max()) * 1e9)
    )
    for text in list(ax.texts):
        text.remove()


def walk(title: str, *, start: str | None = None, names: str = "parameter") -> Any:
    """Make a picture of a walk, a panel for each parameter; two parameters walk in their plane.

    Shape: the value (steps, parameters). `start` names the case's point before the first step.
    """

    def picture(case: Case, observed: Any, right: Any) -> "Figure | None":
        mine, wanted = drawable(observed), drawable(right)
        if mine is None or wanted is None or mine.ndim != 2 or wanted.ndim != 2:
            return None
        if mine.shape[1] != wanted.shape[1]:
            return None
        if start is not None:
            first = vector(case[start])
            mine, wanted = np.vstack([first, mine]), np.vstack([first, wanted])
        if wanted.shape[1] == 2 and start is None:
            return _in_the_plane(title, mine, wanted, drawable(case.get("hessian")))
        n_panels = min(wanted.shape[1], MOST_PANELS)
        rows = -(-n_panels // 3)
        figure, axes = sheet(title, min(n_panels, 3), rows, height=2.1)
        for i, ax in enumerate(axes):
            ax.set_visible(i < n_panels)
            if i < n_panels:
                steps = (np.arange(len(mine)), mine[:, i], np.arange(len(wanted)), wanted[:, i])
                beside(ax, *steps)
                ax.set_title(f"{names} {i}", fontsize="small")
                ax.locator_params(axis="x", nbins=6, integer=True)
        for ax in axes[: min(n_panels, 3)] if rows == 1 else axes[3:]:
            ax.set_xlabel("step", fontsize="small")
        legend(figure, axes[0])
        return figure

    return picture


def _in_the_plane(title: str, mine: Any, right: Any, hessian: Any) -> "Figure | None":
    figure, (ax,) = sheet(title, 1, height=3.6)
    here = right[np.isfinite(right).all(axis=1)]  # where it diverges, the last points are not drawn
    if not len(here):
        return None
    centre, reach = here.mean(axis=0), float(np.ptp(here, axis=0).max()) or 1.0
    left, bottom = centre - 1.2 * reach
    far, top = centre + 1.2 * reach
    if hessian is not None and hessian.shape == (2, 2):
        (a, b), (c, d) = hessian
        bounds = (float(left), float(far), float(bottom), float(top))
        strokes().contours(ax, lambda x, y: a * x * x + (b + c) * x * y + d * y * y, bounds)
    beside(ax, *mine.T, *right.T)
    ax.scatter(
        right[0, 0], right[0, 1], s=140, facecolors="none", edgecolors="black", label="start"
    )
    ax.set(xlim=(left, far), ylim=(bottom, top), xlabel="x₁", ylabel="x₂", aspect="equal")
    legend(figure, ax)
    return figure


def fit(case: Case, observed: Any, _right: Any) -> "Figure | None":
    """Draw what a trained network answers, over what it was taught."""
    outputs = observed.get("outputs") if isinstance(observed, dict) else observed
    at, mine, target = drawable(case["x"]), vector(outputs), vector(case["target"])
    if at is None or mine is None or target is None or mine.size != target.size:
        return None
    figure, (ax,) = sheet("What the network learnt, and what it was taught", 1, height=3.0)
    flat = at.ndim == 2 and at.shape[1] == 1
    places = at.ravel() if flat else np.arange(target.size)
    beside(ax, places, mine, places, target)
    ax.set(xlabel="x" if flat else "sample", ylabel="output")
    if not flat:
        names = [", ".join(f"{number:g}" for number in row) for row in at]
        ax.set_xticks(places[:12], names[:12])
    legend(figure, ax)
    return figure


def polynomial(case: Case, observed: Any, right: Any) -> "Figure | None":
    """Draw the polynomials of two coefficient lists through the points."""
    x, y = vector(case["x"]), vector(case["y"])
    mine, wanted = vector(observed), vector(right)
    if mine is None or wanted is None or mine.size > 20 or not np.isfinite(mine).all():
        return None
    fine = np.linspace(x.min() - 0.1, x.max() + 0.1, 201)
    figure, (ax,) = sheet("Your polynomial, and the right one, through the points", 1, height=3.2)
    curves = {"yours": mine, "expected": wanted}
    drawn = {name: np.polynomial.polynomial.polyval(fine, w) for name, w in curves.items()}
    ax.plot(fine, drawn["expected"], color=EXPECTED, linewidth=2.5, label="expected")
    ax.plot(fine, drawn["yours"], "--", color=YOURS, linewidth=1.8, label=label("yours", mine))
    ax.scatter(x, y, color="black", s=25, zorder=3, label="data")
    frame(ax, drawn["yours"], np.concatenate([drawn["expected"], y]))
    ax.set(xlabel="x", ylabel="y")
    legend(figure, ax)
    return figure


def bias_and_variance(case: Case, observed: Any, right: Any) -> "Figure | None":
    """Draw some models, their mean and the truth, which bias and variance are about."""
    models, truth = drawable(case["predictions"]), vector(case["truth"])
    mine, wanted = drawable(observed), drawable(right)
    if mine is None or mine.size != 2:
        return None
    words = (
        f"{name}: yours {number(yours, expected, 4)}, expected {number(expected, yours, 4)}"
        for name, yours, expected in zip(("bias²", "variance"), mine.ravel(), wanted, strict=True)
    )
    title = "; ".join(words)
    figure, (ax,) = sheet(title, 1, height=3.0)
    points = np.arange(truth.size)
    for model in models:
        ax.plot(points, model, color="#999999", linewidth=1, marker=".")
    ax.plot([], [], color="#999999", marker=".", label="models: variance around their mean")
    ax.plot(points, models.mean(axis=0), color=EXPECTED, linewidth=2.5, label="their mean")
    ax.plot(points, truth, "k--", linewidth=1.8, label="truth: bias from the mean")
    ax.fill_between(points, models.mean(axis=0), truth, color=EXPECTED, alpha=0.12)
    ax.set(xlabel="point", ylabel="prediction")
    ax.locator_params(axis="x", integer=True)
    legend(figure, ax)
    return figure
