"""Checks of lab 9: optimizers and schedules.

Every optimizer walks along given gradients; the parameters after each step are what is compared, so
that it does not matter where and how a submission keeps its state.
"""

from functools import partial

import numpy as np

from autograder import pictures
from autograder.course.lab import Lab, shown
from autograder.judges.cases import short_numbers, table
from autograder.judges.equal import close, equal
from autograder.judges.evidence import answer_or_refusal
from autograder.judges.refusal import or_refuses

lab = Lab(
    "lab09_optimizers",
    title="Optimizers and schedules",
    slides="SGD + Momentum",
    exercises={
        "optim.SGD.step": "SGD + Momentum",
        "optim.Momentum.step": "SGD + Momentum",
        "optim.Nesterov.step": "SGD with Nesterov Momentum",
        "optim.AdaGrad.step": "AdaGrad",
        "optim.RMSProp.step": "RMSProp",
        "optim.Adam.step": "Adam",
        "schedules.step_decay": "Learning rate decay",
        "schedules.exponential_decay": "Learning rate decay",
        "schedules.inverse_time_decay": "Learning rate decay",
    },
    hints={
        "optim.SGD.step": (
            "A parameter of 10 has a gradient of 4, and the rate is 0.1. Which way does it go, "
            "and how far?"
        ),
        "optim.Momentum.step": (
            "The gradient is 1, again and again, and half of the velocity is kept. Towards which "
            "number does the velocity go: 1, or more? Where does yours go?"
        ),
        "optim.Nesterov.step": (
            "Write down the velocity and the parameter after each of two steps with a gradient of "
            "1. Which velocity does each of the formulas take: the one before the step, or the "
            "one after?"
        ),
        "optim.AdaGrad.step": (
            "Two gradients of 3 have come. What has been collected by now, and how long is the "
            "second step beside the first?"
        ),
        "optim.RMSProp.step": (
            "The gradient is 3, again and again. Towards which number does the mean of its "
            "squares go, and towards which length does a step?"
        ),
        "optim.Adam.step": (
            "Look at the very first step, with a gradient of 3. By which number is each of the "
            "two means divided, and can that be 0? What are both means after their correction, "
            "and how long is the step?"
        ),
        "schedules.step_decay": (
            "List the epochs 0 to 6, with a fall after every third one. What is the rate of each, "
            "and how often has it fallen by the end?"
        ),
        "schedules.exponential_decay": (
            "What is the rate at the start, and by which factor does it fall from one moment to "
            "the next? Is that factor the same everywhere?"
        ),
        "schedules.inverse_time_decay": (
            "At which time is the rate half of what it was at the start? Put that time into yours."
        ),
    },
)

check_rmsprop = partial(lab.check, "optim.RMSProp.step")
check_adam = partial(lab.check, "optim.Adam.step")

THEN = (
    "on the parameters start, then step() for every row of gradients, which is set where it differs "
    "from the row before"
)
AT_RATES = f"{THEN}; lr from rates, if there are any"
WITH_RATES = "on the parameters start, then for every row of gradients lr from rates and step()"

TINY = 1e-12
"""An epsilon too small to matter: inside the root, beside it or left out, the walks are the same."""

whatever_epsilon = close(tolerance=1e-6)
"""Accepts epsilon in any place, and one of up to 1e-7 that is written into the code."""

WALK = pictures.walk("The parameters, step by step", start="start")
DECAYING = pictures.over(
    "The rate over time", x=lambda case: case["times"], xlabel="time", ylabel="rate"
)


def walked(student, name, start, gradients, lr, *, rates=(), **options):
    """Set each row of gradients and take a step of an optimizer; return the parameters after each.

    A row that is equal to the one before is not set again: a step leaves the gradients as they are.
    A matrix of one row and a vector hold the parameters: an optimizer has several.

    Shape: start (5,), gradients (steps, 5), the result the same.
    """
    parameters = [student.module.Parameter(part) for part in (start[None, :3], start[3:])]
    optimizer = getattr(student.optim, name)(parameters, lr, **options)
    rows = []
    for i, gradient in enumerate(gradients):
        if not i or (gradient != gradients[i - 1]).any():
            for parameter, part in zip(parameters, (gradient[None, :3], gradient[3:]), strict=True):
                parameter.grad[...] = part
        if len(rates):
            optimizer.lr = rates[i]
        optimizer.step()
        rows.append(np.concatenate([np.ravel(parameter.data) for parameter in parameters]))
    return np.array(rows)


def walk(rng):
    """Draw a start, a rate and gradients of both signs, one of which is 0, but not in the first step."""
    gradients = short_numbers(rng, 4, 5)
    gradients[rng.integers(1, 4), rng.integers(0, 5)] = 0
    return {
        "start": short_numbers(rng, 5),
        "gradients": gradients,
        "lr": float(rng.choice([0.125, 0.15, 0.35])),
    }


STANDING = {
    "start": np.array([1.0, -2.0, 0.5, 3.0, -0.25]),
    "gradients": np.array([[0.5, -1.5, 2.0, -0.25, 1.0]] * 3 + [[-1.0, 0.75, 2.0, 1.25, -0.5]]),
    "lr": 0.25,
}
"""A walk whose first gradient is set for three steps."""
STANDING_AT_RATES = {**STANDING, "lr": 0.75, "rates": np.array([0.5, 0.125, 0.25, 0.0])}
"""The same, at rates that are set before each step."""


def fading(rng):
    """Draw what remains of the old: neither the usual 0.9 nor one half."""
    return float(rng.choice([0.6, 0.7, 0.8]))


def with_rates(rng):
    """Draw a walk whose rate changes from step to step."""
    drawn = walk(rng) | {"rates": rng.permutation([0.0625, 0.125, 0.375, 0.75])}
    del drawn["lr"]
    return drawn | {"momentum": fading(rng)}


def with_epsilon(rng):
    """Draw a walk with a large epsilon, and a parameter whose first gradient is 0."""
    drawn = walk(rng) | {"eps": float(rng.choice([0.25, 0.5, 0.75]))}
    drawn["gradients"][0, rng.integers(0, 5)] = 0
    return drawn


WIDE = {
    "start": np.array([1.0, -0.5, 0.25, 2.0, -1.5]),
    "gradients": np.array([[0.5, -1.0, 0.0, 0.25, -0.75], [-0.25, 1.5, 0.5, -1.0, 0.75]]),
    "lr": 0.5,
    "eps": 1.5,
}
"""A walk whose epsilon is larger than most roots: neither is the other's lower bound."""

STEEP = {
    "start": np.array([1.5, -0.75, 2.0, -2.5, 0.5]),
    "gradients": np.array(
        [
            [0.75, -2.0, 1.25, 0.5, -1.5],
            [-1.75, 0.5, 2.25, -0.75, -3.0],
            [2.5, 1.75, -0.5, -1.25, 0.75],
        ]
    ),
    "lr": 0.15,
}
"""A walk for memories shorter than one half: there 1 − β is not the remainder of 1 / β."""


def betas(rng):
    """Draw two betas, the second with the longer memory."""
    return (fading(rng), float(rng.choice([0.9, 0.95, 0.97])))


def with_momentum(rng):
    """Draw a walk, and what remains of the velocity."""
    return walk(rng) | {"momentum": fading(rng)}


def with_decay(rng):
    """Draw a walk, and what remains of the mean of squares."""
    return walk(rng) | {"decay": fading(rng)}


def with_betas(rng):
    """Draw a walk, and what remains of both moments."""
    return walk(rng) | {"betas": betas(rng)}


@lab.check("optim.SGD.step", draw=walk, always=[STANDING_AT_RATES])
@shown(f"SGD(lr=lr) {AT_RATES}", picture=WALK)
def sgd(student, start, gradients, lr, rates=()):
    """SGD goes lr times the gradient downhill."""
    return walked(student, "SGD", start, gradients, lr, rates=rates)


@lab.check(
    "optim.Momentum.step", points=2, draw=with_momentum, always=[STANDING | {"momentum": 0.6}]
)
@shown(f"Momentum(lr=lr, momentum=momentum) {THEN}", picture=WALK)
def momentum(student, start, gradients, lr, momentum):
    """Momentum goes along a velocity that keeps ρ of the old one and adds the gradient."""
    return walked(student, "Momentum", start, gradients, lr, momentum=momentum)


@lab.check("optim.Momentum.step", draw=with_rates, needs=[momentum])
@shown(f"Momentum(momentum=momentum) {WITH_RATES}", picture=WALK)
def momentum_rate(student, start, gradients, rates, momentum):
    """A new lr acts at once on the whole velocity: the velocity is made of gradients alone."""
    return walked(student, "Momentum", start, gradients, 0.5, rates=rates, momentum=momentum)


@lab.check(
    "optim.Nesterov.step", points=2, draw=with_momentum, always=[STANDING | {"momentum": 0.6}]
)
@shown(f"Nesterov(lr=lr, momentum=momentum) {THEN}", picture=WALK)
def nesterov(student, start, gradients, lr, momentum):
    """Nesterov leads the parameters from one look-ahead point to the next."""
    return walked(student, "Nesterov", start, gradients, lr, momentum=momentum)


@lab.check("optim.Nesterov.step", draw=with_rates, needs=[nesterov])
@shown(f"Nesterov(momentum=momentum) {WITH_RATES}", picture=WALK)
def nesterov_rate(student, start, gradients, rates, momentum):
    """In Nesterov's velocity each gradient keeps the lr it came with, as in the lecture."""
    return walked(student, "Nesterov", start, gradients, 0.5, rates=rates, momentum=momentum)


@lab.check("optim.AdaGrad.step", draw=walk, always=[STANDING_AT_RATES], judge=whatever_epsilon)
@shown(f"AdaGrad(lr=lr, eps={TINY}) {AT_RATES}", picture=WALK)
def adagrad(student, start, gradients, lr, rates=()):
    """AdaGrad divides each parameter's step by the root of the sum of its squared gradients."""
    return walked(student, "AdaGrad", start, gradients, lr, rates=rates, eps=TINY)


@lab.check("optim.AdaGrad.step", draw=with_epsilon, always=[WIDE], needs=[adagrad])
@shown(f"AdaGrad(lr=lr, eps=eps) {THEN}", picture=WALK)
def adagrad_epsilon(student, start, gradients, lr, eps):
    """AdaGrad adds eps to the root, so that a gradient of 0 is a step of 0."""
    return walked(student, "AdaGrad", start, gradients, lr, eps=eps)


@check_rmsprop(
    points=2,
    draw=with_decay,
    always=[STEEP | {"decay": 0.3}, STANDING_AT_RATES | {"decay": 0.6}],
    judge=whatever_epsilon,
)
@shown(f"RMSProp(lr=lr, decay=decay, eps={TINY}) {AT_RATES}", picture=WALK)
def rmsprop(student, start, gradients, lr, decay, rates=()):
    """RMSProp divides each parameter's step by the root of a fading mean of its squared gradients."""
    return walked(student, "RMSProp", start, gradients, lr, rates=rates, decay=decay, eps=TINY)


@check_rmsprop(
    draw=lambda rng: with_epsilon(rng) | {"decay": fading(rng)},
    always=[WIDE | {"decay": 0.6}],
    needs=[rmsprop],
)
@shown(f"RMSProp(lr=lr, decay=decay, eps=eps) {THEN}", picture=WALK)
def rmsprop_epsilon(student, start, gradients, lr, eps, decay):
    """RMSProp adds eps to the root, so that a gradient of 0 is a step of 0."""
    return walked(student, "RMSProp", start, gradients, lr, decay=decay, eps=eps)


@check_adam(
    points=2,
    draw=with_betas,
    always=[STEEP | {"betas": (0.3, 0.45)}, STANDING_AT_RATES | {"betas": (0.6, 0.9)}],
    judge=whatever_epsilon,
)
@shown(f"Adam(lr=lr, betas=betas, eps={TINY}) {AT_RATES}", picture=WALK)
def adam(student, start, gradients, lr, betas, rates=()):
    """Adam divides the corrected mean of the gradients by the root of that of their squares."""
    return walked(student, "Adam", start, gradients, lr, rates=rates, betas=betas, eps=TINY)


@check_adam(draw=with_betas, judge=whatever_epsilon)
@shown(f"Adam(lr=lr, betas=betas, eps={TINY}, bias_correction=False) {THEN}", picture=WALK)
def adam_uncorrected(student, start, gradients, lr, betas):
    """Without bias_correction, Adam takes both moments as they are."""
    return walked(
        student, "Adam", start, gradients, lr, betas=betas, eps=TINY, bias_correction=False
    )


@check_adam(
    draw=lambda rng: with_epsilon(rng) | {"betas": betas(rng)},
    always=[
        STEEP | {"eps": 0.5, "betas": (0.3, 0.45), "corrected": False},
        WIDE | {"betas": (0.6, 0.9)},
    ],
    needs=[adam],
)
@shown(
    f"Adam(lr=lr, betas=betas, eps=eps, bias_correction=corrected, else True) {THEN}", picture=WALK
)
def adam_epsilon(student, start, gradients, lr, eps, betas, *, corrected=True):
    """Adam adds eps to the root of the corrected second moment, or of the plain one."""
    return walked(
        student, "Adam", start, gradients, lr, betas=betas, eps=eps, bias_correction=corrected
    )


def stairs(rng):
    """Draw stairs of a width that does not divide the number of epochs."""
    return {
        "lr": abs(float(short_numbers(rng))),
        "drop": float(rng.choice([0.25, 0.4, 0.8])),
        "every": int(rng.integers(3, 6)),
        "epochs": int(rng.integers(13, 15)),
    }


STAIRS = table(
    "lr drop every epochs",
    (0.75, 0.5, 1, 4),
    (0.75, 0.5, 4, 3),
    (0.75, 0.5, 0, 2),
    (0.75, 0.5, -2, 2),
    (0.75, 0.125, 1, 9),
)


@lab.check("schedules.step_decay", points=2, draw=stairs, always=STAIRS, judge=or_refuses(equal))
@shown(
    "[step_decay(lr, epoch, drop, every) for epoch in range(epochs)]",
    picture=pictures.series("The rate, epoch by epoch", ("rate",), xlabel="epoch"),
)
def step_decay(student, lr, drop, every, epochs):
    """step_decay goes down in stairs, the first `every` epochs at the full rate; `every` is at least 1."""
    decay = student.schedules.step_decay
    return answer_or_refusal(lambda: [decay(lr, epoch, drop, every) for epoch in range(epochs)])


def times(rng):
    """Draw a rate, a k, and times, among them 0 and one that is not a whole number."""
    return {
        "lr": abs(float(short_numbers(rng))),
        "k": float(rng.choice([0.125, 0.3, 0.7])),
        "times": [0, 1, int(rng.integers(2, 7)), float(rng.choice([7.5, 9.25]))],
    }


ENDS = table("lr k times", (0.75, 0.0, [0, 3, 2.5]), (0.75, 2.0, [0, 8, 30.5]))
"""A rate that does not fall, and one that falls without end."""


@lab.check("schedules.exponential_decay", draw=times, always=ENDS)
@shown("[exponential_decay(lr, k, t) for t in times]", picture=DECAYING)
def exponential_decay(student, lr, k, times):
    """exponential_decay is α₀ · exp(−k t)."""
    return [student.schedules.exponential_decay(lr, k, t) for t in times]


@lab.check("schedules.inverse_time_decay", draw=times, always=ENDS)
@shown("[inverse_time_decay(lr, k, t) for t in times]", picture=DECAYING)
def inverse_time_decay(student, lr, k, times):
    """inverse_time_decay is α₀ / (1 + k t)."""
    return [student.schedules.inverse_time_decay(lr, k, t) for t in times]
