"""Checks of lab 12: dropout."""

import contextlib
import copy
from functools import partial

import numpy as np

from autograder import pictures
from autograder.course.lab import Lab, shown
from autograder.judges.cases import seed, short_numbers, table
from autograder.judges.evidence import compact
from autograder.judges.mask import (
    drops_each_alone,
    drops_share,
    gates_as_forward,
    scales_as_forward,
    scales_kept,
)
from autograder.judges.samples import draws_anew_of
from autograder.sandbox.codec import Seed

lab = Lab(
    "lab12_dropout",
    title="Dropout",
    slides="Regularization: Dropout",
    exercises={
        "dropout.Dropout.forward": "Regularization: Dropout",
        "dropout.Dropout.backward": "Regularization: Dropout",
        "dropout.monte_carlo_mean": "Dropout: Test time",
    },
    hints={
        "dropout.Dropout.forward": (
            "Send 1000 ones through with p = 0.2. How many of them are 0 afterwards, what have "
            "the others become, and what is the mean of all?"
        ),
        "dropout.Dropout.backward": (
            "One entry was dropped on the way forward and another was kept. By how much does the "
            "result change when each of them grows by 0.01? Is that what your gradient says, also "
            "when it is asked twice?"
        ),
        "dropout.monte_carlo_mean": (
            "A module answers 0 or 2 by chance. What is the mean of many calls, and in which mode "
            "is the module before them, while they run, and afterwards?"
        ),
    },
    takes={"dropout.Dropout.backward": {"axes": "x grad_output", "one row": "x grad_output"}},
)

check_backward = partial(lab.check, "dropout.Dropout.backward")

in_training = partial(lab.check, "dropout.Dropout.forward", mode="training")


def rate(rng):
    """Draw a probability that is far from its complement."""
    return float(rng.choice([0.2, 0.25, 0.3, 0.6, 0.7]))


def small_batch(rng):
    """Draw a batch without zeros."""
    return {"x": short_numbers(rng, 7, 13), "p": rate(rng), "rng": seed(rng)}


def low_rate(rng):
    """Draw a probability so low that a dozen samples, or units, are never all dropped."""
    return float(rng.choice([0.2, 0.25, 0.3]))


def wide_batch(rng):
    """Draw a batch so large that no two rows or columns fall whole, also where p is what is kept."""
    return {"x": short_numbers(rng, 31, 37), "p": 0.3, "rng": seed(rng)}


def a_layer(rng):
    """Draw a layer alone."""
    return {"p": rate(rng), "rng": seed(rng)}


def large_batch(rng):
    """Draw the size of a batch of 4,000 entries or more."""
    shape = int(rng.integers(51, 57)), int(rng.integers(79, 85))
    return {"shape": shape, "p": float(rng.choice([0.15, 0.2, 0.25])), "rng": seed(rng)}


def batch_of_any_shape(rng):
    """Draw one sample, or samples of several axes."""
    shape = ((61,), (13, 5, 7), (11, 4, 3, 5))[rng.integers(0, 3)]
    return {"x": short_numbers(rng, *shape), "p": low_rate(rng), "rng": seed(rng)}


def upstream(rng):
    """Draw a batch, the gradient that comes from above, and the mode that backward is called in."""
    drawn = small_batch(rng)
    now = str(rng.choice(["training", "evaluation"]))
    return {**drawn, "grad_output": short_numbers(rng, *drawn["x"].shape), "now": now}


def in_mode(now):
    """Make a case that is asked in this mode whatever the seed."""
    return {**upstream(np.random.default_rng(12)), "now": now}


BOTH_MODES = [in_mode("training"), in_mode("evaluation")]


def trained_forward(student, x, p, rng):
    """Send a batch through a new layer, which is in training."""
    return student.dropout.Dropout(p, rng=rng)(np.array(x))


layer_of_x = shown("Dropout(p, rng=rng)(x)")


@in_training(
    points=3,
    draw=large_batch,
    always=[{"shape": (83, 51), "p": p, "rng": Seed(12)} for p in (0.6, 0.125)],
    cases=2,
    judge=drops_share,
)
@shown("Dropout(p, rng=rng)(np.ones(shape))")
def share(student, shape, p, rng):
    """In training, every entry is dropped with probability p."""
    return compact(trained_forward(student, np.ones(shape), p, rng))


@in_training(
    points=4,
    draw=lambda rng: {"x": short_numbers(rng, 11, 13), "p": low_rate(rng), "rng": seed(rng)},
    always=[{"x": np.array([[2.5, -1.5, 0.75]]), "p": 0.0, "rng": Seed(0)}],
    judge=scales_kept,
)
@layer_of_x
def scale(student, x, p, rng):
    """In training, what is kept grows by 1 / (1 − p), so that the expected value stays x."""
    return trained_forward(student, x, p, rng)


@in_training(draw=batch_of_any_shape, judge=scales_kept, needs=[scale])
@layer_of_x
def any_shape(student, x, p, rng):
    """In training, x may have any number of axes, and the result has its shape."""
    return trained_forward(student, x, p, rng)


@in_training(draw=a_layer, cases=2, judge=drops_each_alone, needs=[share])
@shown("layer(np.ones((13, 15))), 20 times, layer = Dropout(p, rng=rng)")
def each_alone(student, p, rng):
    """In training, each entry falls by a draw of its own: no sample, unit or call shares its mask."""
    layer = student.dropout.Dropout(p, rng=rng)
    return [compact(layer(np.ones((13, 15)))) for _ in range(20)]


ALONE_IN_BATCH = (
    "Two samples lose the same units: each should have draws of its own.",
    "Two units are lost by the same samples: each should fall by draws of its own.",
)


@in_training(draw=wide_batch, cases=2, judge=draws_anew_of(*ALONE_IN_BATCH), needs=[share])
@shown("Dropout(p, rng=rng)(x), again, and with an equal rng")
def anew(student, x, p, rng):
    """In training, every call draws new numbers from self.rng, and an equal seed repeats the result."""
    twin = copy.deepcopy(rng)
    layer = student.dropout.Dropout(p, rng=rng)
    return layer(np.array(x)), layer(np.array(x)), trained_forward(student, x, p, twin)


OTHER_SHAPES = [
    {"x": np.array([0.5, -2.0, 1.5]), "p": 0.5, "rng": Seed(1)},
    {"x": np.arange(1.0, 13.0).reshape(2, 2, 3), "p": 0.5, "rng": Seed(1)},
]


@lab.check(
    "dropout.Dropout.forward",
    points=2,
    draw=small_batch,
    always=OTHER_SHAPES,
    mode="evaluation",
    unchanged=["x"],
)
@shown(
    "Dropout(p, rng=rng).eval()(x)",
    slides="Dropout: Test time",
    picture=pictures.over("In evaluation, x should pass as it is", ylabel="result"),
)
def evaluation(student, x, p, rng):
    """In evaluation, x passes as it is."""
    return student.dropout.Dropout(p, rng=rng).eval()(x)


def there_and_back(student, x, p, rng, grad_output, now):
    """Go forward in training, and back twice, after other forwards in both modes that are to be forgotten."""
    layer = student.dropout.Dropout(p, rng=rng)
    layer(np.array(x))
    with contextlib.suppress(Exception):  # evaluation is asked elsewhere
        layer.eval()(np.array(x))
    y = np.array(layer.train()(np.array(x)))
    student.dropout.Dropout(p, rng=rng)(np.array(x))
    layer.train(now == "training").backward(2 * grad_output)
    return y, layer.backward(np.array(grad_output))


there = shown(
    "layer(x) in training, then backward twice in the mode of now: the second "
    "layer.backward(grad_output), layer = Dropout(p, rng=rng)"
)


@check_backward(draw=upstream, always=BOTH_MODES, judge=gates_as_forward, needs=[share])
@there
def grad_mask(student, x, p, rng, grad_output, now):
    """backward lets the gradient through exactly where the last forward let x through."""
    return there_and_back(student, x, p, rng, grad_output, now)


@check_backward(draw=large_batch, cases=1, judge=drops_share, needs=[grad_mask])
@shown("layer.backward(np.ones(shape)) after layer(np.zeros(shape)), layer = Dropout(p, rng=rng)")
def grad_of_zeros(student, shape, p, rng):
    """An entry that is 0 by itself falls by its draw, as any other: backward asks the mask, not y."""
    layer = student.dropout.Dropout(p, rng=rng)
    layer(np.zeros(shape))
    return compact(layer.backward(np.ones(shape)))


@check_backward(points=3, draw=upstream, judge=scales_as_forward, needs=[scale, grad_mask])
@there
def grad_scale(student, x, p, rng, grad_output, now):
    """backward multiplies the gradient by what forward multiplied x by."""
    return there_and_back(student, x, p, rng, grad_output, now)


@check_backward(
    mode="evaluation",
    points=2,
    draw=upstream,
    always=BOTH_MODES,
    needs=[evaluation],
    unchanged=["grad_output"],
)
@shown(
    "layer.backward(grad_output), in the mode of now, after layer.eval()(x)",
    slides="Dropout: Test time",
    picture=pictures.over(
        "After evaluation, the gradient should pass as it is",
        x=lambda case: case["grad_output"],
        xlabel="grad_output",
        ylabel="result",
    ),
)
def grad_in_evaluation(student, x, p, rng, grad_output, now):
    """After a forward in evaluation, backward passes the gradient on as it is."""
    layer = student.dropout.Dropout(p, rng=rng)
    layer(np.array(x))
    layer.eval()(np.array(x))
    return layer.train(now == "training").backward(grad_output)


class Counted:
    """A module whose answer says how often it was called in training, and what it was given.

    In evaluation it answers zeros; it draws nothing, so that every right mean is the same. Its mode is
    that of a part within it, as dropout's is in a network: only train and eval reach it.
    """

    def __init__(self, factors, *, training):
        self.factors, self.calls = factors, 0
        self.train(training)

    def __call__(self, x):
        """Answer x times the next factor, x itself where that is 1, or zeros in evaluation."""
        if not self.part_training:
            return 0 * x
        self.calls += 1
        factor = self.factors[(self.calls - 1) % len(self.factors)]
        return x if np.all(factor == 1) else x * factor

    forward = __call__

    def train(self, mode=True):  # noqa: FBT002 - as a module's own
        """Switch the mode."""
        self.training = self.part_training = mode
        return self

    def eval(self):
        """Switch to evaluation."""
        return self.train(mode=False)


def draws(rng):
    """Draw a batch, the factors of a module, and the mode that it is in."""
    n_draws = int(rng.integers(3, 7))
    return {
        "x": short_numbers(rng, 2, 3),
        "factors": (4 * short_numbers(rng, n_draws)).round(),
        "n_draws": n_draws,
        "training": bool(rng.integers(0, 2)),
    }


DRAWS = table(
    "x factors n_draws training",
    (np.array([[1.0, 2.0]]), np.array([0.0, 2.0, 4.0, 10.0]), 4, False),
    (np.array([1.0, -2.0, 3.0]), np.array([1.0, 2.0, 3.0]), 3, True),
    (np.array([[1.0], [4.0]]), np.array([3.0]), 1, False),
    (np.array([1.0, 2.0]), np.array([3.0, np.nan]), 2, False),
    (np.array([[1.0], [4.0]]), np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 5.0]]), 2, False),
)


@lab.check("dropout.monte_carlo_mean", draw=draws, always=DRAWS, unchanged=["x"])
@shown(
    "monte_carlo_mean(module, x, n_draws), its calls and its mode afterwards; "
    "call k of module answers factors[k] · x in training, 0 · x in evaluation"
)
def monte_carlo_mean(student, x, factors, n_draws, training):
    """monte_carlo_mean averages n_draws answers in training, and leaves the module in its mode."""
    module = Counted(factors, training=training)
    mean = student.dropout.monte_carlo_mean(module, x, n_draws)
    return {"mean": mean, "calls": module.calls, "in training afterwards": module.part_training}
