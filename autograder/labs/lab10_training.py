"""Checks of lab 10: training and model selection.

Orders of samples and draws are free; the parts, the spread and the bookkeeping are not. Where training
must come out the same whatever the order is, one batch holds all samples, nothing moves (lr is 0), or
all samples are alike.
"""

from itertools import groupby
from typing import Any

import numpy as np

from autograder import pictures
from autograder.course.lab import Lab, shown
from autograder.judges.cases import bits, seed, short_numbers, table
from autograder.judges.equal import equal
from autograder.judges.evidence import answer_or_refusal
from autograder.judges.randomness import (
    draws_log_uniformly,
    follows_generator,
    searches_at_random,
    shuffles,
)
from autograder.judges.refusal import or_refuses
from autograder.judges.splits import cuts_folds, cuts_in_two, fits_every_fold
from autograder.judges.training import goes_through_all, memorizes
from autograder.sandbox.codec import Seed

lab = Lab(
    "lab10_training",
    title="Training and model selection",
    slides="Cross validation: tuning hyperparameter",
    exercises={
        "selection.train_val_split": "Cross validation: held-out",
        "selection.k_fold": "Cross validation: K-fold",
        "selection.cross_validate": "Cross validation: K-fold",
        "selection.log_uniform": "Cross validation: tuning hyperparameter",
        "selection.grid_search": "Cross validation: tuning hyperparameter-Grid Search",
        "selection.random_search": "Cross validation: tuning hyperparameter",
        "selection.refine": "Cross validation: tuning hyperparameter",
        "training.EarlyStopping.update": "Cross validation: Early stopping in NN",
        "training.diverged": "Cross-validation strategy",
        "training.train": "Cross validation: tuning hyperparameter",
    },
    hints={
        "selection.train_val_split": (
            "Let the samples be the numbers 0 to 9 and the targets the same numbers. After the "
            "split: does every target still stand beside its sample, is one of them missing or "
            "there twice, and are they mixed?"
        ),
        "selection.k_fold": (
            "Take 7 samples and 3 folds, and make a mark for every sample each time it validates "
            "and each time it trains. How many marks of each kind must it have, and which sample "
            "has others?"
        ),
        "selection.cross_validate": (
            "Let the recipe give back how many samples it was trained on. Which numbers must come "
            "out for 7 samples and 3 folds, and which do?"
        ),
        "selection.log_uniform": (
            "Draw many numbers from 0.001 to 10. How many of them are below 0.1: half of them, or "
            "one in a hundred? How many must be?"
        ),
        "selection.grid_search": (
            "Two values of one setting and three of another: how many trials are there? In which "
            "order do the scores 0.2, nan and 0.9 stand at the end?"
        ),
        "selection.random_search": (
            "Look at the first two trials: do they share a number? And look at one trial with two "
            "settings: does one of them decide the other?"
        ),
        "selection.refine": (
            "From 0.01 to 100 there are four decades. How many has your new range, and what lies "
            "in its middle on a logarithmic scale?"
        ),
        "training.EarlyStopping.update": (
            "Take rounds = 2 and write the losses 5, 4, 3, 3, 3, 3 in a row. Which of them belong "
            "to each average after the last one, which average is the oldest, and with which of "
            "the others is it compared?"
        ),
        "training.diverged": (
            "Take four costs: nan, infinity, one a little above the first, and one far above it. "
            "Which of them mean that the run is lost, and which does your code let through?"
        ),
        "training.train": (
            "Follow the first epoch with two batches of different sizes. In which mode is the "
            "model whenever a loss is measured, which losses make the mean of the epoch, and how "
            "much does each batch weigh in it?"
        ),
    },
)


LOSSES = pictures.series(
    "Losses, epoch by epoch",
    ("train_loss", "val_loss"),
    of=lambda value: [value["train_loss"], value["val_loss"]],
    xlabel="epoch",
)


def generators(rng):
    """Draw a generator, the same once more, and another one."""
    first = seed(rng)
    return {"rng": first, "again": Seed(first.value), "other": seed(rng)}


def refused(names, *rows):
    """Make cases that cannot be answered, whatever the generators are."""
    return [case | generators(np.random.default_rng(0)) for case in table(names, *rows)]


def three_draws(draw, *rngs):
    """Draw from each of three generators, unless it is refused."""
    return answer_or_refusal(
        lambda: dict(zip(("first", "again", "other"), map(draw, rngs), strict=True))
    )


def labelled(rng, n_samples):
    """Draw samples with rows and targets that are all different."""
    x = np.column_stack([rng.permutation(n_samples) + 0.5, short_numbers(rng, n_samples)])
    return {"x": x, "target": rng.permutation(n_samples) + 100}


ROWS = np.array([[0.5, 2.0], [1.5, -1.0], [2.5, 0.5]])


def to_split(rng):
    """Draw samples and a share of them that is not whole, and nearer to the next number."""
    n_samples = int(rng.integers(11, 20))
    n_val = int(rng.integers(3, 6))
    share = round((n_val - float(rng.uniform(0.15, 0.35))) / n_samples, 4)
    return labelled(rng, n_samples) | {"val_fraction": share, "rng": seed(rng)}


@lab.check(
    "selection.train_val_split",
    draw=to_split,
    always=table(
        "x target val_fraction rng",
        (ROWS, np.array([7, 9, 8]), 0.6, Seed(1)),
        (ROWS, np.array([7, 9, 8]), 0.3, Seed(1)),
        (np.arange(10.0), np.arange(10) + 0.5, 0.32, Seed(2)),
        (np.arange(60.0).reshape(10, 2, 3), np.arange(20).reshape(10, 2) * 10, 0.3, Seed(3)),
    ),
    judge=cuts_in_two,
    unchanged=["x", "target"],
)
@shown("train_val_split(x, target, val_fraction, rng=rng)")
def parts(student, x, target, val_fraction, rng):
    """train_val_split puts every sample in one of two parts, beside its own target."""
    split = student.selection.train_val_split(x, target, val_fraction, rng=rng)
    return None if split is None else tuple(split)


NO_SPLITS = refused(
    "x target val_fraction",
    *((ROWS, np.arange(n_targets), 0.6) for n_targets in (2, 4)),
    *((ROWS, np.arange(3), share) for share in (0.1, 0.9, -0.4, 1.3)),
)


@lab.check(
    "selection.train_val_split",
    draw=lambda rng: (
        {"x": np.arange(301.0), "target": np.arange(301), "val_fraction": 0.3} | generators(rng)
    ),
    always=NO_SPLITS,
    judge=or_refuses(shuffles),
    needs=[parts],
)
@shown("train_val_split(x, target, val_fraction, rng=rng), rng=again, rng=other")
def shuffled(student, x, target, val_fraction, rng, again, other):
    """train_val_split shuffles by the generator it is given, and refuses what leaves no two parts."""

    def val(generator):
        return student.selection.train_val_split(x, target, val_fraction, rng=generator)[2]

    return three_draws(val, rng, again, other)


def to_fold(rng):
    """Draw numbers of samples and folds; the first is not a multiple of the second."""
    n_samples, n_splits = int(rng.choice([13, 17, 18, 22])), int(rng.choice([4, 5]))
    return {"n_samples": n_samples, "n_splits": n_splits, "rng": seed(rng)}


FOLDS = table(
    "n_samples n_splits rng", (7, 3, Seed(0)), (11, 4, Seed(4)), (5, 5, Seed(2)), (9, 2, Seed(3))
)


@lab.check("selection.k_fold", draw=to_fold, always=FOLDS, judge=cuts_folds)
@shown("k_fold(n_samples, n_splits, rng=rng)")
def folds(student, n_samples, n_splits, rng):
    """k_fold puts every sample in exactly one validation fold, and trains on all others."""
    pairs = student.selection.k_fold(n_samples, n_splits, rng=rng)
    return None if pairs is None else [tuple(pair) for pair in pairs]


@lab.check(
    "selection.k_fold",
    draw=lambda rng: {"n_samples": 400, "n_splits": 4} | generators(rng),
    always=refused("n_samples n_splits", (5, 1), (5, 6)),
    judge=or_refuses(shuffles),
    needs=[folds],
)
@shown(
    "the folds of k_fold(n_samples, n_splits, rng=rng), rng=again, rng=other, whatever their order"
)
def shuffled_folds(student, n_samples, n_splits, rng, again, other):
    """k_fold shuffles by the generator it is given, and refuses other than 2 to n_samples folds."""

    def validated(generator):
        pairs = student.selection.k_fold(n_samples, n_splits, rng=generator)
        return np.concatenate(sorted(np.sort(val).tolist() for _, val in pairs))

    return three_draws(validated, rng, again, other)


def to_validate(rng):
    """Draw samples that folds do not divide evenly, and the scores that the recipe will get."""
    n_splits = int(rng.integers(3, 6))
    scores = np.round(rng.uniform(0.3, 0.95, size=n_splits), 3)
    scores[-1] = round(0.9 * scores[:-1].min(), 3)  # so the last is neither the middle nor the best
    return labelled(rng, int(rng.choice([13, 17, 19]))) | {
        "n_splits": n_splits,
        "scores": scores,
        "rng": seed(rng),
    }


def cross_validated(student, x, target, n_splits, scores, rng):
    """Cross-validate a recipe that is watched, and gets its scores one by one."""
    seen = []

    def fit_and_score(split):
        seen.append((split.x_train, split.y_train, split.x_val, split.y_val))
        return float(scores[(len(seen) - 1) % len(scores)])

    answer = student.selection.cross_validate(fit_and_score, x, target, n_splits, rng=rng)
    return seen, answer


@lab.check("selection.cross_validate", draw=to_validate, judge=fits_every_fold, needs=[folds])
@shown("cross_validate(fit_and_score, x, target, n_splits, rng=rng), and watched fit_and_score")
def fits(student, x, target, n_splits, scores, rng):
    """cross_validate gives fit_and_score every fold: the parts to train on and to validate."""
    return cross_validated(student, x, target, n_splits, scores, rng)[0]


ODD_VALIDATIONS = table(
    "x target n_splits scores rng",
    *((ROWS, np.array([7, 9, 8]), n_splits, np.array([0.5]), Seed(1)) for n_splits in (1, 4)),
    (ROWS, np.array([7, 9, 8]), 3, np.array([0.5, np.nan, 0.25]), Seed(1)),
)
"""Two that are refused, and one in which a fold's training exploded: the mean is nan too."""


@lab.check(
    "selection.cross_validate",
    draw=to_validate,
    always=ODD_VALIDATIONS,
    judge=or_refuses(equal),
    needs=[folds],
)
@shown("cross_validate(fit_and_score, x, target, n_splits, rng=rng), fit_and_score gives scores")
def mean_score(student, x, target, n_splits, scores, rng):
    """cross_validate returns the mean of the scores, and the scores fold by fold."""
    return answer_or_refusal(lambda: cross_validated(student, x, target, n_splits, scores, rng)[1])


def decades(rng):
    """Draw a range of three or four decades that begins and ends between powers of ten."""
    low = float(rng.choice([3e-7, 5e-6, 2e-5]))
    return low, round(low * float(rng.choice([1e3, 4e3, 1e4])), 9)


def one_range(rng):
    """Draw a range and an odd number of draws."""
    low, high = decades(rng)
    return {"low": low, "high": high, "size": 1501, "rng": seed(rng)}


@lab.check("selection.log_uniform", draw=one_range, judge=draws_log_uniformly)
@shown("log_uniform(low, high, size, rng=rng)")
def log_spread(student, low, high, size, rng):
    """log_uniform spreads its draws evenly over the decades from low to high."""
    return student.selection.log_uniform(low, high, size, rng=rng)


@lab.check(
    "selection.log_uniform",
    draw=lambda rng: {"low": 1e-6, "high": 1e-3} | generators(rng),
    always=refused("low high", (0.0, 0.1), (-0.5, 0.1), (0.1, 0.1), (0.1, 0.001)),
    judge=or_refuses(follows_generator),
    needs=[log_spread],
)
@shown("log_uniform(low, high, 9, rng=rng), rng=again, rng=other")
def log_random(student, low, high, rng, again, other):
    """log_uniform draws from the generator it is given, and refuses all but 0 < low < high."""

    def draws(generator):
        return student.selection.log_uniform(low, high, 9, rng=generator)

    return three_draws(draws, rng, again, other)


def small_grid(rng):
    """Draw a grid of unequal sides, and a score for each of its points; all are different."""
    rates = [float(rate) for rate in rng.choice([1e-4, 1e-3, 1e-2, 0.1, 1.0], 3, replace=False)]
    penalties = [float(l2) for l2 in rng.choice([0.0, 1e-3, 1e-2, 0.5], 2, replace=False)]
    scores = rng.permutation(np.round(np.linspace(0.15, 0.9, 6) + rng.uniform(0, 0.1), 3))
    return {"grid": {"lr": rates, "l2": penalties}, "scores": scores.reshape(3, 2)}


GRIDS = table(
    "grid scores",
    (
        {"lr": [0.1, 0.01], "l2": [0.0, 0.5, 0.25]},
        np.array([[0.25, np.nan, 0.5], [0.75, -1.0, 0.125]]),
    ),
    ({"width": [8, 16, 4]}, np.array([0.25, 0.125, 0.5])),
    ({"width": [8, 16, 4, 2]}, np.array([0.25, np.nan, np.inf, -3.0])),
    ({"width": [8, 16, 4]}, np.array([0.25, 0.5, 0.25])),
    (
        {"lr": [1.0, 0.1], "l2": [0.0, 0.5], "width": [8, 16]},
        np.array([[[0.5, 0.125], [0.75, 0.25]], [[-0.5, 1.0], [0.0, 0.625]]]),
    ),
)
EVALUATED_AGAIN = 99.0
"""What a combination scores the second time: each is to be tried once."""


@lab.check("selection.grid_search", draw=small_grid, always=GRIDS)
@shown(
    "grid_search(evaluate, grid), evaluate looks up scores",
    picture=pictures.series(
        "Scores by rank, the best first",
        ("score",),
        of=lambda value: [[trial[0] for trial in value]],
        xlabel="rank",
    ),
)
def grid(student, grid, scores):
    """grid_search tries every combination, and ranks the best score first and nan last."""
    tried = set()

    def evaluate(settings):
        place = tuple(values.index(settings[name]) for name, values in grid.items())
        again = place in tried
        tried.add(place)
        return EVALUATED_AGAIN if again else float(scores[place])

    trials = student.selection.grid_search(evaluate, {name: [*grid[name]] for name in grid})
    if trials is None:
        return None
    ranked = [(trial.score, trial.settings) for trial in trials]
    ties = (list(equals) for _, equals in groupby(ranked, key=lambda pair: pair[0]))
    return [pair for equals in ties for pair in sorted(equals, key=lambda pair: str(pair[1]))]


def two_ranges(rng):
    """Draw two ranges and, inside them, where the score is highest."""
    ranges = {"lr": decades(rng), "l2": decades(rng)}
    while ranges["l2"][0] == ranges["lr"][0]:
        ranges["l2"] = decades(rng)
    peak = {
        name: low * (high / low) ** rng.uniform(0.3, 0.7) for name, (low, high) in ranges.items()
    }
    return {"ranges": ranges, "peak": peak, "n_trials": 1500, "rng": seed(rng)}


PLATEAU = {
    "ranges": {"lr": (2e-5, 0.3)},
    "peak": {"lr": 1e-3},
    "n_trials": 1500,
    "rng": Seed(4),
    "plateau": 0.5,
    "explodes_above": 0.05,
}
"""One range: near the peak all scores are equal, and above a rate they are nan."""


@lab.check(
    "selection.random_search",
    draw=two_ranges,
    always=[PLATEAU],
    judge=searches_at_random,
    needs=[log_spread],
)
@shown("random_search(evaluate, ranges, n_trials, rng=rng)")
def random_trials(student, ranges, peak, n_trials, rng, plateau=0.0, explodes_above=np.inf):
    """random_search draws each hyperparameter again for each trial, and ranks the best trial first."""

    def evaluate(settings):
        away = sum(abs(float(np.log10(settings[name] / peak[name]))) for name in peak)
        return float("nan") if settings["lr"] > explodes_above else -max(away, plateau)

    trials = student.selection.random_search(evaluate, dict(ranges), n_trials, rng=rng)
    if trials is None:
        return None
    if not all(isinstance(trial.settings, dict) for trial in trials):
        return [tuple(trial) for trial in trials[:3]]
    return {
        "score": np.array([trial.score for trial in trials]),
        "settings": {n: np.array([trial.settings[n] for trial in trials]) for n in ranges},
    }


def to_refine(rng):
    """Draw a range, and a best value inside that is not its middle."""
    low, high = float(rng.choice([2e-4, 1e-3, 5e-3])), float(rng.choice([0.5, 3.0, 20.0]))
    best = low * (high / low) ** float(rng.choice([0.3, 0.6, 0.8]))
    return {"low": low, "high": high, "best": best}


RANGES = table(
    "low high best",
    *((1e-3, 1e1, 1e1), (1e-3, 1e1, 2e-3), (0.5, 8.0, 0.5)),
    *((0.0, 8.0, 0.5), (-0.5, 8.0, 0.5), (0.5, 8.0, 8.25), (0.5, 8.0, 0.25), (0.5, 0.5, 0.5)),
)
"""Three with an answer, and five without."""


@lab.check("selection.refine", draw=to_refine, always=RANGES, judge=or_refuses(equal))
@shown(picture=pictures.interval)
def refine(student, low, high, best):
    """refine halves the decades around a best value in the range, beyond the border if need be."""
    return answer_or_refusal(lambda: student.selection.refine(low, high, best))


def losses(rng, n_losses=14):
    """Draw losses that fall, with noise, ever slower."""
    falling = np.exp(-np.arange(n_losses) / rng.uniform(1.5, 4.0))
    noisy = falling * rng.uniform(0.85, 1.15, n_losses) + rng.uniform(0.2, 0.6)
    return [float(loss) for loss in np.round(noisy, 3)]


def stopping_case(rng):
    """Draw losses in one of three scales, rounds and a tolerance that matter."""
    scale = float(rng.choice([0.01, 1.0, 100.0]))
    return {
        "losses": [round(loss * scale, 6) for loss in losses(rng)],
        "rounds": int(rng.choice([2, 3])),
        "tolerance": float(rng.choice([0.0137, 0.0531, 0.1173])),
    }


STOPPING = table(
    "losses rounds tolerance",
    ([0.5] * 7, 3, 0.0),
    ([9.0, 9.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], 3, 0.1),
    ([8.0, 6.0, 4.0, 6.0, 6.0], 2, 0.1),
    ([8.0, 8.0, 4.0, 14.0, 15.0], 2, 0.1),
    ([8.0, 4.0, 9.0, 1.0], 2, 0.1),
    ([4.0, 10.0, 8.0, 9.0], 2, 0.1),
    ([8.0, 7.0, np.nan, np.nan], 2, 0.1),
    ([8.0, 6.0, 4.0, np.nan], 2, 0.1),
    ([np.nan, 8.0, 7.0, 6.0, 5.0, 4.0], 2, 0.1),
    ([9.0, 8.0, 7.0, np.nan, 4.0, 3.0], 3, 0.1),
    ([4.0, 3.0, 2.75, 2.0, 2.5, 1.5], 1, 0.125),
    ([900.0, 899.5, 899.0, 898.5, 898.0, 400.0], 2, 0.01),
)


def picture_of_stops(case, observed, right):
    """Draw after which losses training should stop."""
    return pictures.stopping(case, observed["stop"], right["stop"])


@lab.check("training.EarlyStopping.update", points=2, draw=stopping_case, cases=6, always=STOPPING)
@shown(
    "stopping = EarlyStopping(rounds, tolerance), stop = [stopping.update(loss, model) for loss in losses], "
    "and stopping.losses",
    picture=picture_of_stops,
)
def stops(student, losses, rounds, tolerance):
    """update says stop when no average of the last rounds is better than the one before them."""
    stopping = student.training.EarlyStopping(rounds=rounds, tolerance=tolerance)
    stop = [stopping.update(loss, student.module.Module()) for loss in losses]
    return {"stop": stop, "losses": list(stopping.losses)}


def up_and_down(rng):
    """Draw losses whose lowest is in the middle, and one that is lowest and 0."""
    falling = np.sort(rng.choice(np.arange(3, 40), size=4, replace=False))[::-1] / 8
    rising = falling[-1] + rng.permutation([0.25, 0.5, 0.125])
    lowest = [0.0, 0.75, 1.5] if rng.integers(0, 2) else []
    return {"losses": [*falling.tolist(), *rising.tolist(), *lowest]}


@lab.check(
    "training.EarlyStopping.update",
    draw=up_and_down,
    always=table(
        "losses",
        *(([2.0, 3.0, 2.0, 1.0, 1.5],), ([1.0, 0.0, 0.5],), ([-1.0, -2.0, -1.5],)),
        *(([4.0, np.nan, 3.0, 5.0],), ([np.nan, 4.0, 5.0],), ([4.0, np.inf, 3.0],)),
        ([4.0, 3.9985, 3.9975, 3.998],),
    ),
)
@shown(
    "EarlyStopping().update(loss, model) for loss in losses, model trains on after each",
    picture=pictures.best_so_far,
)
def keeps_best(student, losses):
    """best_loss and best_model are those of the lowest loss so far, as the model was then."""
    stopping = student.training.EarlyStopping()
    model = student.module.Module()
    model.weight = student.module.Parameter([0.0, 0.0])
    kept = []
    for epoch, loss in enumerate(losses):
        model.weight.data[...] = epoch, -epoch
        stopping.update(loss, model)
        best = stopping.best_model
        kept.append((stopping.best_loss, None if best is None else best.weight.data.copy()))
    return kept


def costs(rng):
    """Draw a first cost, and in any order multiples of it on both sides of 3, and one below −3."""
    factors = rng.permutation([-4.0, 0.5, 1.5, 2.9375, 3.0, 3.0625, float(rng.integers(4, 9))])
    first_cost = abs(float(short_numbers(rng)))
    return {"first_cost": first_cost, "costs": (factors * first_cost).tolist()}


@lab.check(
    "training.diverged",
    draw=costs,
    always=table(
        "first_cost costs",
        *((2.0, [np.nan]), (2.5, [np.inf, -np.inf]), (np.inf, [np.inf, np.nan, 2.5])),
        *((0.0, [0.0, 0.125, -1.0, 1e-9, 4.0]), (2.0, [6.00000001]), (2e6, [4e6])),
    ),
)
@shown(
    "[diverged(cost, first_cost) for cost in costs]",
    picture=pictures.over(
        "Diverged (1) or not (0), by how large the cost is",
        x=lambda case: case["costs"],
        xlabel="cost",
        ylabel="diverged",
        line=False,
    ),
)
def diverged(student, first_cost, costs):
    """Training diverges when the cost is above 3 × the first one, or no finite number."""
    return [student.training.diverged(cost, first_cost) for cost in costs]


def doubling(student):
    """Make a module that doubles its input in training mode only, as dropout might."""

    class Doubling(student.module.Module):  # type: ignore[misc, name-defined]
        def forward(self, x):
            self.factor = 2.0 if self.training else 1.0
            return self.factor * x

        def backward(self, grad_output):
            return self.factor * grad_output

    return Doubling()


def network(student, weight, *before):
    """Build a linear layer with given weights, behind other modules."""
    linear = student.layers.Linear(weight.shape[1], len(weight), rng=np.random.default_rng(0))
    linear.weight.data[...] = weight
    return student.module.Sequential(*before, linear), linear


def regression(rng):
    """Draw a small linear problem, a rate for every epoch and a penalty."""
    return {
        "x_train": short_numbers(rng, 7, 3) / 2,
        "y_train": short_numbers(rng, 7, 2),
        "x_val": short_numbers(rng, 4, 3) / 2,
        "y_val": short_numbers(rng, 4, 2),
        "hidden": short_numbers(rng, 3, 3) / 4,
        "weight": short_numbers(rng, 2, 3) / 4,
        "rates": rng.permutation([0.0625, 0.03125, 0.125, 0.015625]),
        "l2": float(rng.choice([0.25, 0.375])),
        "rng": seed(rng),
    }


def trained(student, model, data, *, lr, **options):
    """Train a model with plain steps on the mean squared error."""
    loss, optimizer = student.losses.MSELoss(), student.optim.SGD(model.parameters(), lr=lr)
    return student.training.train(model, loss, optimizer, student.selection.Split(*data), **options)


def losses_of(history):
    """Take the losses out of a history; what is not a history is handed over as it is."""
    if history is None:
        return None
    return {"train_loss": list(history.train_loss), "val_loss": list(history.val_loss)}


NEEDED = [diverged, stops, keeps_best]


def short_run(rates):
    """Make a run of one epoch, or of none: nothing stops it early, and nothing need go wrong."""
    return regression(np.random.default_rng(3)) | {"rates": np.array(rates)}


@lab.check(
    "training.train",
    draw=regression,
    always=[short_run([0.0625]), short_run([]), short_run([0.0, 0.0]) | {"batch_size": 4}],
    needs=NEEDED,
)
@shown(
    "train(Sequential(Doubling(), Linear, Linear), MSELoss(), SGD, data, l2=l2, epochs=len(rates), "
    "rng=rng, batch_size=batch_size if there is one), schedule looks up rates",
    picture=LOSSES,
)
def train(student, x_train, y_train, x_val, y_val, hidden, weight, rates, l2, rng, batch_size=32):
    """train updates with the epoch's rate and penalty, and records the losses in the right modes."""
    _, first = network(student, hidden)
    model, linear = network(student, weight, doubling(student), first)
    history = trained(
        student,
        model,
        (x_train, y_train, x_val, y_val),
        lr=1.0,
        epochs=len(rates),
        rng=rng,
        batch_size=batch_size,
        l2=l2,
        schedule=lambda epoch: float(rates[min(epoch, len(rates) - 1)]),
    )
    evidence = losses_of(history)
    return evidence and evidence | {
        "hidden": first.weight.data,
        "weight": linear.weight.data,
        "bias": linear.bias.data,
    }


def watched_parts(student):
    """Make a model, a loss and an optimizer that note with what each update was made."""
    updates: list[Any] = []
    now: dict[str, Any] = {}

    class Model(student.module.Module):  # type: ignore[misc, name-defined]
        def __init__(self):
            self.weight = student.module.Parameter([0.0])

        def forward(self, x):
            now["x"] = np.array(x)
            return np.zeros((len(x), 1))

        def backward(self, grad_output):
            now["batch"] = now["x"], now["target"]
            return grad_output

    class Loss:
        def __call__(self, prediction, target):
            now["target"] = np.array(target)
            return 1.0 + 0.0 * float(np.sum(prediction))

        def backward(self):
            return np.zeros((len(now["x"]), 1))

    class Optimizer(student.optim.SGD):  # type: ignore[misc, name-defined]
        def step(self):
            updates.append(now.pop("batch", None))

    model = Model()
    return updates, model, Loss(), Optimizer(model.parameters(), lr=0.1)


def several_batches(rng):
    """Draw samples that batches do not divide evenly."""
    drawn = labelled(rng, int(rng.choice([13, 17])))
    return drawn | {"batch_size": int(rng.choice([4, 5])), "epochs": 3, "rng": seed(rng)}


@lab.check("training.train", draw=several_batches, judge=goes_through_all, needs=NEEDED)
@shown(
    "train(…, Split(x, target, …), epochs=epochs, batch_size=batch_size, rng=rng), "
    "and watched the updates"
)
def updates(student, x, target, batch_size, epochs, rng):
    """In every epoch each sample is in one update, in batches of at most batch_size, in a new order."""
    seen, model, loss, optimizer = watched_parts(student)
    data = student.selection.Split(x, target, x[:3] + 0.25, target[:3])
    student.training.train(
        model, loss, optimizer, data, epochs=epochs, rng=rng, batch_size=batch_size
    )
    return seen


def overshooting(rng):
    """Draw a line to learn, and validation data whose best line is met on the way there."""
    return {
        "x": short_numbers(rng, 5, 1),
        "slope": float(rng.choice([2.5, 3.0, 4.0])),
        "share": float(rng.choice([0.4, 0.5, 0.6])),
        "rng": seed(rng),
    }


@lab.check("training.train", draw=overshooting, needs=[*NEEDED, train])
@shown(
    "train(Linear, MSELoss(), SGD, data, epochs=25, rng=rng), y_train is slope · x, "
    "y_val is share of it",
    slides="Cross validation: Early stopping in NN",
)
def best_model(student, x, slope, share, rng):
    """best_model is the model of the epoch with the lowest validation loss, not that of the last."""
    model, linear = network(student, np.zeros((1, 1)))
    data, rate = (x, slope * x, x, share * slope * x), 0.05 / float(np.mean(x**2))
    history = trained(student, model, data, lr=rate, epochs=25, rng=rng)
    best = getattr(history, "best_model", None)
    return {
        "best": None if best is None else [p.data.copy() for p in best.parameters()],
        "last": linear.weight.data.copy(),
    }


def explosive(rng):
    """Draw one sample, many times: the order is nothing, and the right rate is known."""
    return {
        "x": float(rng.choice([0.5, 1.5, 2.0])),
        "target": float(rng.choice([-3.0, 2.5])),
        "rate": float(rng.choice([2.1, 2.4, 3.0])),
        "rng": seed(rng),
    }


EXPLOSIONS = table(
    "x target rate rng",
    (2.0, 3.0, 1e-6, Seed(5)),
    (0.5, -2.5, 2.15, Seed(8)),
    (2.0, 4.0, 2.1, Seed(9)),
    (1.5, 3.0, 3.0, Seed(10)),
    (1.5, 2.0, 50.0, Seed(6)),
    (2.0, -3.0, 0.25, Seed(7)),
)


IN_WHICH_MODE = {"x": 2.0, "target": 0.0, "rate": 0.0, "rng": Seed(11), "weight": 0.5}
"""In evaluation mode the loss is 1, in training mode, where the input is doubled, it is 4."""

SHRINKING = {"x": 1.5, "target": 3.0, "rate": 0.5, "rng": Seed(12), "shrink": 0.5}
"""A rate that is halved from epoch to epoch, with three updates in each."""


@lab.check(
    "training.train",
    draw=explosive,
    always=[*EXPLOSIONS, IN_WHICH_MODE, SHRINKING],
    needs=[*NEEDED, train],
)
@shown(
    "train(Linear, or with a weight Sequential(Doubling(), Linear), MSELoss(), SGD, data, epochs=12, "
    "batch_size=4, stopping=EarlyStopping(2, 1e-9), rng=rng), 12 samples (x, target), lr is rate / (1 + x²), "
    "with shrink times shrink in every epoch by schedule",
    picture=LOSSES,
)
def ends(student, x, target, rate, rng, weight=0.0, shrink=None):
    """train ends when the loss explodes and says so, ends when stopping does, and else goes on."""
    model, _ = network(student, np.full((1, 1), weight), *([doubling(student)] if weight else []))
    inputs, targets = np.full((12, 1), x), np.full((12, 1), target)
    heard, lr = [], 0.5 * rate / (1 + x**2)
    history = trained(
        student,
        model,
        (inputs, targets, inputs[:3], targets[:3] + 0.5),
        lr=lr,
        schedule=shrink and (lambda epoch: lr * shrink**epoch),
        epochs=12,
        rng=rng,
        batch_size=4,
        stopping=student.training.EarlyStopping(rounds=2, tolerance=1e-9),
        after_epoch=lambda history: heard.append(len(history.val_loss)),
    )
    evidence = losses_of(history)
    return evidence and evidence | {"diverged": history.diverged, "after_epoch": heard}


def twenty(rng):
    """Draw twenty examples whose classes mean nothing, as of a very small part of the data."""
    return {
        "x": np.round(rng.normal(size=(20, 6)), 3),
        "target": np.concatenate([bits(rng, 10), 2 + bits(rng, 10)])[rng.permutation(20)],
        "rng": seed(rng),
    }


@lab.check("training.train", draw=twenty, cases=1, judge=memorizes, needs=[*NEEDED, train])
@shown(
    "train(mlp((6, 24, 4), Tanh), CrossEntropyLoss(), Adam(lr=0.03), Split(x, target, x, target), "
    "epochs=150, batch_size=20, rng=rng)"
)
def overfits(student, x, target, rng):
    """train overfits twenty examples to accuracy 1.0, as the lecture's first test of a loop."""
    model = student.layers.mlp((6, 24, 4), student.layers.Tanh, rng=np.random.default_rng(1))
    loss, optimizer = (
        student.losses.CrossEntropyLoss(),
        student.optim.Adam(model.parameters(), 0.03),
    )
    data = student.selection.Split(x, target, x, target)
    student.training.train(model, loss, optimizer, data, epochs=150, rng=rng, batch_size=20)
    return model.eval()(x)
