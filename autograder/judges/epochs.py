"""Judges for stochastic gradient descent: any random order of the examples is right.

Nothing that the code says about its order is asked. Example i has the gradient sᵢ·(x − cᵢ), so the
path itself shows which example was taken where: the one whose gradient there, times −lr, is the
step. A step may be off by 1e-9 of the largest entry of the path: rounding makes 1e-15 of it, and
another example or another place makes more than 1e-4.

Steps and visits are certain, so a right answer is never refused for them. Orders are random: of E
epochs of n examples one has the order of another, rotated or turned round or as it is, with a
probability below E²/2 · 2n/n!, and two generators give the same orders with (1/n!)^E. With n ≥ 14
and E ≤ 5 both are below 5e-9. The nearest mistakes: one shuffle before the first epoch, turned round
for the next one, and a generator of one's own.
"""

from typing import Any

import numpy as np

from autograder.judges.finding import EvidenceError, Finding, fields, wrong_kind
from autograder.judges.judge import Case, judge
from autograder.judges.numbers import as_reals
from autograder.judges.values import value

__all__ = ["draws_orders", "steps_by_example", "visits_each_once"]

TOLERANCE = 1e-9
RUNS = ("path", "again", "other")
"""Three runs: two with equal generators, one with another."""


def epochs_fingerprint(case: Case, observed: Any) -> Any:
    """Distinguish what walks did, whatever the order of examples was."""
    if isinstance(observed, dict):
        return _fingerprint_of_runs(case, observed)
    try:
        path = _path(case, observed)
    except EvidenceError as error:
        return {"says": error.finding.detail, "whole": _begins_with_all(case, observed)}
    orders = _orders(case, path)
    n_examples = orders.shape[1]
    ratio, parallel = _ratio(case, path)
    return {
        "start": _near(path, path[0], case["x"]),
        "from here": bool((orders >= 0).all()),
        "from the epoch's first": _is_measured_at(case, path, path[:-1:n_examples]),
        "from the start": _is_measured_at(case, path, path[:1]),
        "whole numbers": bool((path == np.round(path)).all()),
        "once": bool((np.sort(orders, axis=1) == np.arange(n_examples)).all()),
        "even": bool((np.bincount(orders[orders >= 0], minlength=n_examples) == len(orders)).all()),
        "counting": bool((orders == np.arange(n_examples)).all()),
        "parallel": parallel,
        "ratio": ratio,
    }


@judge(
    f"Every step must be −lr times one example's gradient at the point reached, within {TOLERANCE:g} "
    "of the path's largest entry; any order is right.",
    fingerprint=epochs_fingerprint,
)
def steps_by_example(case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept a path whose every step goes against the gradient of one example, where it stands."""
    path = _path(case, observed)
    if not _near(path, path[0], case["x"]):
        begins, x = value(path[0], beside=case["x"]), value(case["x"], beside=path[0])
        return Finding(f"The path begins at {begins}, not at x = {x}.")
    for step, example in enumerate(_examples(case, path)):
        if example < 0:
            here, there = path[step], path[step + 1]
            return Finding(
                f"Update {step + 1}, from {value(here, there)} to {value(there, here)}, is not −lr times the gradient of any "
                "example there.",
                returned=f"a path that ends at {value(path[-1])}",
                expected="each update against the gradient of one example, at the point reached",
            )
    return None


@judge(
    "Every epoch must take each example exactly 1 time, in any order; the path shows which, within "
    f"{TOLERANCE:g} of its largest entry.",
    fingerprint=epochs_fingerprint,
)
def visits_each_once(case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept a path that takes every example exactly once an epoch."""
    path = _path(case, observed)
    orders = _orders(case, path)
    for epoch, order in enumerate(orders):
        counts = [int((order == example).sum()) for example in range(len(order))]
        if counts != [1] * len(order):
            most = int(np.argmax(counts))
            never = [example for example, count in enumerate(counts) if not count]
            return Finding(
                f"Epoch {epoch + 1} takes example {most} {counts[most]} times, and never takes "
                f"{', '.join(map(str, never))}.",
                returned=f"the examples {value(order)} in epoch {epoch + 1}",
                expected="every example once an epoch",
            )
    return None


@judge(
    "Orders must change from epoch to epoch, repeat for the same seed and differ for another.",
    chance=6e-9,
    fingerprint=epochs_fingerprint,
)
def draws_orders(case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept three runs whose orders differ between epochs, and are the generator's alone."""
    orders = _runs(case, observed)
    first = orders["path"]
    if (first == first[0]).all():
        return Finding(
            "Every epoch takes the examples in the same order.",
            returned=f"the order {value(first[0])} in all epochs",
            expected="a new random order every epoch",
        )
    repeated = _repeated(first)
    if repeated:
        earlier, later = repeated
        return Finding(
            f"Epoch {later + 1} has the order of epoch {earlier + 1}, from another example on or turned round.",
            returned=f"the orders {value(first[earlier])} and {value(first[later])}",
            expected="a new random order every epoch",
        )
    if not (first == orders["again"]).all():
        return Finding(
            "Two runs whose generators are in the same state take different orders.",
            returned=f"the orders {value(first[0])} and {value(orders['again'][0])}",
            expected="orders that rng alone decides",
        )
    if (first == orders["other"]).all():
        return Finding(
            "Two runs with different generators take the same orders.",
            returned=f"the order {value(first[0])} from both",
            expected="orders that rng decides",
        )
    return None


def _repeated(orders: Any) -> tuple[int, int] | None:
    """Find two epochs of one order, as it is, rotated, or turned round."""
    circles: dict[tuple[int, ...], int] = {}
    for epoch, order in enumerate(orders):
        at = int(np.argmin(order))
        ahead = np.roll(order, -at)
        circle = min(tuple(ahead.tolist()), tuple(np.roll(ahead[::-1], 1).tolist()))
        earlier = circles.setdefault(circle, epoch)
        if earlier != epoch:
            return earlier, epoch
    return None


def _fingerprint_of_runs(case: Case, observed: Any) -> Any:
    orders = _runs(case, observed)
    first = orders["path"]
    return {
        "alike": bool((first == first[0]).all()),
        "counting": bool((first == np.arange(first.shape[1])).all()),
        "repeated": _repeated(first) is not None,
        **{name: bool((first == orders[name]).all()) for name in RUNS[1:]},
    }


def _path(case: Case, observed: Any) -> Any:
    """Read a path of the shape that it must have."""
    n_examples, n_features = np.shape(case["centres"])
    shape = (case["epochs"] * n_examples + 1, n_features)
    path = as_reals(observed)
    if path is None:
        raise EvidenceError(wrong_kind(observed, "a path is"))
    if path.shape != shape:
        raise EvidenceError(f"The shape is {path.shape}, where {shape} is expected.")
    if not np.isfinite(path).all():
        raise EvidenceError("The path has entries that are not finite.")
    return path


def _runs(case: Case, observed: Any) -> Any:
    """Read the orders of three runs."""
    paths = fields(observed, " ".join(RUNS), "three paths are")
    return {n: _orders(case, _path(case, path)) for n, path in zip(RUNS, paths, strict=True)}


def _orders(case: Case, path: Any) -> Any:
    """List the examples by epoch; −1 for a step that no example explains."""
    return _examples(case, path).reshape(case["epochs"], -1)


def _examples(case: Case, path: Any, places: Any = None) -> Any:
    """Find the example whose gradient explains each step best; −1 where none does.

    The gradients are measured where each step begins, or at other places, one a step.
    """
    with np.errstate(all="ignore"):
        steps = np.diff(path, axis=0)[:, None]
        gradients = _gradients(case, path[:-1] if places is None else places)
        missed = np.abs(steps + case["lr"] * gradients).max(axis=2)
        best = missed.argmin(axis=1)
        explained = missed.min(axis=1) <= TOLERANCE * np.abs(path).max()
    return np.where(explained, best, -1)


def _is_measured_at(case: Case, path: Any, places: Any) -> bool:
    """Return whether all steps follow gradients at a few places, each for a while."""
    each = np.repeat(places, (len(path) - 1) // len(places), axis=0)
    return bool((_examples(case, path, each) >= 0).all())


def _gradients(case: Case, places: Any) -> Any:
    """Differentiate every example at every place: (places, examples, features)."""
    return case["slopes"] * (places[:, None] - case["centres"])


def _ratio(case: Case, path: Any) -> tuple[float, bool]:
    """Measure how long the steps are, in units of −lr · gradient, if every step is along one."""
    with np.errstate(all="ignore"):
        steps, gradients = np.diff(path, axis=0)[:, None], -case["lr"] * _gradients(case, path[:-1])
        ratios = (steps * gradients).sum(axis=2) / (gradients**2).sum(axis=2)
        missed = np.abs(steps - ratios[..., None] * gradients).max(axis=2)
        best = missed.argmin(axis=1)
        parallel = bool((missed.min(axis=1) <= TOLERANCE * np.abs(path).max()).all())
        ratio = float(np.median(ratios[np.arange(len(best)), best]))
    return (round(ratio, 6), True) if parallel and np.isfinite(ratio) else (0.0, False)


def _begins_with_all(case: Case, observed: Any) -> bool:
    """Return whether something begins with a step along the gradient of all examples together."""
    path = as_reals(observed)
    n_features = np.shape(case["centres"])[1]
    if path is None or path.ndim != 2 or len(path) < 2 or path.shape[1] != n_features:
        return False
    with np.errstate(all="ignore"):
        step, gradient = path[1] - path[0], _gradients(case, path[:1]).sum(axis=1)[0]
        missed = step - (step @ gradient) / (gradient @ gradient) * gradient
        return bool((np.abs(missed) <= TOLERANCE * np.abs(path[:2]).max()).all())


def _near(path: Any, one: Any, other: Any) -> bool:
    with np.errstate(all="ignore"):
        return bool((np.abs(one - other) <= TOLERANCE * np.abs(path).max()).all())
