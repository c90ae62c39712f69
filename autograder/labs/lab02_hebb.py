"""Checks of lab 2: Hebb's rule."""

import numpy as np

from autograder import pictures
from autograder.course.lab import Lab, shown
from autograder.judges.cases import bits, short_numbers
from autograder.judges.separation import divides

lab = Lab(
    "lab02_hebb",
    title="Hebb's rule",
    slides="Hebb's learning rule: First learning rule",
    exercises={
        "hebb.to_bipolar": "Hebb's rule: Example",
        "hebb.hebb_step": "Hebb's rule",
        "hebb.train": "Hebb's rule: AND function, bi-polar form",
        "hebb.predict": "Hebb's rule: AND function, bi-polar form",
        "hebb.decision_line": "Hebb's rule: AND function",
        "hebb.separating_plane": "Hebb's rule: Failure cases",
    },
    hints={
        "hebb.to_bipolar": (
            "Which two numbers can come in, and which two come out? What is the distance between "
            "the first two, and what between the others?"
        ),
        "hebb.hebb_step": (
            "Follow one pair with target −1 through every number that is learnt, one after the "
            "other. What is the input of the bias in every pair?"
        ),
        "hebb.train": (
            "Write the table for the first two pairs on paper: the start, then a row after each "
            "pair. In which row does yours first differ, and in which column?"
        ),
        "hebb.predict": (
            "Take three patterns: one on each side of the line, and one exactly on it. What is "
            "the answer for each, and what is yours?"
        ),
        "hebb.decision_line": (
            "Put x₁ = 0 into the line's equation and solve it: which of your two numbers is that? "
            "What does x₁ = 1 say about the other?"
        ),
        "hebb.separating_plane": (
            "Work out the weighted sum with the bias for each of the four pairs. By how much is "
            "each on its side, and which one is not?"
        ),
    },
    takes={
        "hebb.to_bipolar": {"axes": "x", "one row": "x"},
        "hebb.train": {"one row": "x target"},
        "hebb.predict": {"axes": "x", "one row": "x"},
    },
)


TABLE = pictures.entries("The table of weights, row by row; the bias comes last")


@lab.check(
    "hebb.to_bipolar",
    points=2,
    draw=lambda rng: {"x": bits(rng, 3, 5).astype(rng.choice(["int64", "float64"]))},
    always=[{"x": np.array([0, 1, 1])}, {"x": np.array([1.0, 0.0])}],
    unchanged=["x"],
)
@shown(
    picture=pictures.over(
        "0 should become −1, and 1 should stay 1", ylabel="to_bipolar(x)", line=False
    )
)
def to_bipolar(student, x):
    """0 becomes −1, and 1 stays 1."""
    return student.hebb.to_bipolar(x)


def training_pair(rng):
    """Draw a state and a pair; the bias is none of the weights, so that mixing them up shows."""
    return {
        "weight": short_numbers(rng, 3),
        "bias": float(short_numbers(rng)) + 4.0,
        "x": rng.permutation([-1.0, 1.0, -1.0]),
        "target": int(rng.choice([-1, 1])),
    }


PAIRS = [
    {"weight": np.array([1.0, 1.0]), "bias": 1.0, "x": np.array([1, -1]), "target": -1},
    {"weight": np.array([0.5, 2.0]), "bias": 3.0, "x": np.array([0.5, -3.0]), "target": 2},
    {"weight": np.array([0.5, 2.0]), "bias": 3.0, "x": np.array([1, -3]), "target": -0.5},
    {"weight": np.array([0.5, 2.0]), "bias": 3.0, "x": np.array([1, 1]), "target": 0},
]


@lab.check("hebb.hebb_step", points=3, draw=training_pair, cases=5, always=PAIRS)
def update(student, weight, bias, x, target):
    """One training pair adds x·target to the weights and target to the bias."""
    return student.hebb.hebb_step(weight, bias, x, target)


@lab.check("hebb.hebb_step", draw=training_pair, needs=[update], unchanged=["weight", "x"])
def step_keeps_inputs(student, weight, bias, x, target):
    """hebb_step leaves the arrays it is given as they were."""
    return student.hebb.hebb_step(weight, bias, x, target)


BINARY = np.array([[1, 1], [1, 0], [0, 1], [0, 0]])
BIPOLAR = 2 * BINARY - 1
ONLY_BOTH = np.array([1, -1, -1, -1])
THREE_INPUTS = {
    "x": np.array([[1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]]),
    "target": ONLY_BOTH,
}
TWO_WIDE_PAIRS = {"x": np.array([[0.5, 0.0, -2.0], [0.0, 1.5, 3.0]]), "target": np.array([-1, 1])}
SHARES = {"x": np.array([[1, -2], [3, 1]]), "target": np.array([0.5, -1.5])}


@lab.check("hebb.train", points=2, always=[{"x": BIPOLAR, "target": ONLY_BOTH}], needs=[update])
@shown(picture=TABLE)
def bipolar_and(student, x, target):
    """Training on bipolar AND gives the lecture's table, row by row."""
    return student.hebb.train(x, target)


@lab.check(
    "hebb.train",
    points=2,
    always=[{"x": BINARY, "target": np.array([1, 0, 0, 0])}, {"x": BINARY, "target": ONLY_BOTH}],
    needs=[update],
)
@shown(slides="Hebb's rule: AND function", picture=TABLE)
def binary_and(student, x, target):
    """Training on binary AND gives the lecture's table, with binary targets and with bipolar ones."""
    return student.hebb.train(x, target)


@lab.check("hebb.train", always=[THREE_INPUTS], needs=[update])
@shown(slides="Hebb's rule: Failure cases", picture=TABLE)
def failure_case(student, x, target):
    """The lecture's three-input case ends at weights (0, 0, 0) and bias −2, and so answers wrong."""
    return student.hebb.train(x, target)


def training_set(rng):
    """Draw pairs in odd numbers; patterns need not be ±1."""
    return {"x": short_numbers(rng, 5, 3), "target": rng.permutation([1, -1, -1, 1, 1])}


@lab.check(
    "hebb.train",
    points=2,
    draw=training_set,
    always=[TWO_WIDE_PAIRS, SHARES],
    needs=[update],
    unchanged=["x", "target"],
)
@shown(slides="Hebb's rule", picture=TABLE)
def history(student, x, target):
    """train returns the weights before the first and after every pair, bias last."""
    return student.hebb.train(x, target)


def weights_and_rows(rng):
    """Draw a neuron and rows, one of which has w·x + b = 0 and two of which come close."""
    weight = np.array([*rng.choice([-2.0, -0.5, 0.5, 2.0], size=1), *short_numbers(rng, 2)])
    x = short_numbers(rng, 7, 3)
    on_line = x[rng.integers(0, 7)]
    shift = np.array([0.125 / weight[0], 0.0, 0.0])
    near = [on_line + shift, on_line - shift]
    return {"weight": weight, "bias": float(-(on_line @ weight)), "x": np.vstack([x, near])}


TWO_WIDE_ROWS = {
    "weight": np.array([2.0, 0.0, -1.5]),
    "bias": 0.5,
    "x": np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]]),
}
NEAR_THE_LINE = {
    "weight": np.array([2.0, -0.5]),
    "bias": 0.0,
    "x": np.array([[1e-12, 0.0], [-1e-12, 0.0], [0.0, 1e-9], [0.0, 0.0]]),
}
ANSWERS = pictures.over(
    "The answer should change where w·x + b crosses 0",
    x=lambda case: case["x"] @ case["weight"] + case["bias"],
    xlabel="w·x + b",
    ylabel="answer",
    line=False,
)


@lab.check(
    "hebb.predict",
    points=2,
    draw=weights_and_rows,
    cases=5,
    always=[
        {"weight": np.array([2.0, 2.0]), "bias": -2.0, "x": BIPOLAR},
        TWO_WIDE_ROWS,
        NEAR_THE_LINE,
    ],
    unchanged=["weight", "x"],
)
@shown(picture=ANSWERS)
def predict(student, weight, bias, x):
    """predict answers +1 where w·x + b ≥ 0, and −1 elsewhere."""
    return student.hebb.predict(weight, bias, x)


def a_neuron(rng, n_inputs):
    """Draw weights and a bias."""
    return {"weight": short_numbers(rng, n_inputs), "bias": float(short_numbers(rng))}


@lab.check(
    "hebb.predict",
    draw=lambda rng: a_neuron(rng, 3) | {"x": short_numbers(rng, 3)},
    always=[
        {"weight": np.array([2.0, -0.5, 1.5]), "bias": 0.5, "x": np.array([[1.0, 2.0, -3.0]])},
        {"weight": np.array([1.5, -2.0]), "bias": 0.5, "x": np.arange(-6.0, 6.0).reshape(2, 3, 2)},
    ],
    needs=[predict],
)
def predict_one(student, weight, bias, x):
    """predict takes a single pattern as well, and answers one number."""
    return student.hebb.predict(weight, bias, x)


@lab.check(
    "hebb.decision_line",
    points=2,
    draw=lambda rng: a_neuron(rng, 2),
    cases=5,
    always=[
        {"weight": np.array([0.0, 2.0]), "bias": 3.0},
        {"weight": np.array([0.5, 3.0]), "bias": -1.25},  # no finite number of decimals
        {"weight": np.array([0.75, 1e-7]), "bias": -0.5},
        {"weight": np.array([0.75, 1e-200]), "bias": -0.5},
        {"weight": np.array([3e-20, 1e-20]), "bias": 2e-20},
    ],
)
@shown(picture=pictures.decision_line)
def decision_line(student, weight, bias):
    """decision_line gives slope and intercept of w₁x₁ + w₂x₂ + b = 0."""
    return student.hebb.decision_line(weight, bias)


def vertical(rng):
    """Draw a neuron that does not look at its second input."""
    drawn = a_neuron(rng, 2)
    return drawn | {"weight": drawn["weight"] * [1, 0]}


@lab.check("hebb.decision_line", draw=vertical, needs=[decision_line])
@shown(picture=pictures.decision_line)
def vertical_line(student, weight, bias):
    """decision_line gives None for a vertical line."""
    return student.hebb.decision_line(weight, bias)


@lab.check("hebb.separating_plane", always=[THREE_INPUTS], withheld=["x", "target"], judge=divides)
def separating_plane(student):
    """separating_plane has all four pairs of the failure case strictly on their sides."""
    return student.hebb.separating_plane()
