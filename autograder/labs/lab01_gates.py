"""Checks of lab 1: McCulloch–Pitts neurons."""

import sys
from functools import partial
from typing import Any

import numpy as np

from autograder import pictures
from autograder.course.lab import Lab, shown
from autograder.judges.cases import bits, short_numbers, table, truth_table
from autograder.judges.logic import computes_parts, finds_neuron, truth_table_of

lab = Lab(
    "lab01_gates",
    title="McCulloch–Pitts neurons",
    slides="McCulloch-Pitts Neurons",
    exercises={
        "gates.step": "Biological Neuron to Artificial Neuron",
        "gates.McCullochPitts.__call__": "MCP Neurons: Multiple Inputs",
        "gates.and_gate": "MCP Neurons: Logic gates",
        "gates.or_gate": "MCP Neurons: Logic gates",
        "gates.not_gate": "MCP Neurons: Logic gates",
        "gates.and_gate_of": "MCP Neurons: Multiple Inputs",
        "gates.or_gate_of": "MCP Neurons: Multiple Inputs",
        "gates.blueberry_neuron": "McCulloch-Pitts Neurons",
        "gates.xor_product_of_sums": "MCP Neuron: XOR",
        "gates.xor_sum_of_products": "MCP Neuron: XOR",
        "gates.find_neuron": "MCP Neurons: Limitation of single Neuron",
        "gates.threshold_interval": "MCP Neurons: Logic gates",
    },
    hints={
        "gates.step": (
            "Take three sums: just below the threshold, on it, and just above. Which of the three "
            "neurons fire, and which do in your code?"
        ),
        "gates.McCullochPitts.__call__": (
            "Take a single row first: how many numbers go in, and how many come out? Then take "
            "two rows: along which axis do you add?"
        ),
        "gates.and_gate": (
            "Write down the weighted sum of each of the four rows. Which sum has to reach the "
            "threshold, which is the largest that must not, and where does yours lie?"
        ),
        "gates.or_gate": (
            "Write down the weighted sum of each of the four rows. Which is the smallest that has "
            "to reach the threshold, and does it?"
        ),
        "gates.not_gate": (
            "What is the sum when the input is 1, and what is it when the input is 0? Which of "
            "the two has to be the larger one?"
        ),
        "gates.and_gate_of": (
            "How large is the sum when every input is 1, and how large when a single one is "
            "missing? What has to lie between the two, for 3 inputs and for 8?"
        ),
        "gates.or_gate_of": (
            "How large is the sum when no input is 1, and how large when a single one is? What "
            "has to lie between the two, however many inputs there are?"
        ),
        "gates.blueberry_neuron": (
            "Write the four objects as rows of two numbers, with the wanted answer beside each. "
            "Which gate has this table?"
        ),
        "gates.xor_product_of_sums": (
            "Make a table of four rows: both inputs, the answer of your first neuron, that of "
            "your second, and the result. Which column is wrong, and in which row?"
        ),
        "gates.xor_sum_of_products": (
            "Draw the four corners of the square and the line of each of your neurons. Which "
            "corner does each line cut off, and which one is missing?"
        ),
        "gates.find_neuron": (
            "How many neurons are there to try for two inputs, three weights and two thresholds? "
            "How many does your search try, and what does it return if none of them fits?"
        ),
        "gates.threshold_interval": (
            "Sort the sums of all rows and write the wanted output beside each. Where does it "
            "change from 0 to 1, and does it change more than once?"
        ),
    },
    takes={
        "gates.step": {"axes": "x", "one row": "x"},
        "gates.McCullochPitts.__call__": {"one row": "x"},
        "gates.xor_product_of_sums": {"one row": "x"},
        "gates.xor_sum_of_products": {"one row": "x"},
    },
)


def jump(ylabel):
    """Make the picture of a step."""
    return pictures.over(
        "Your step, and where it should jump", xlabel="x", ylabel=ylabel, line=False
    )


def levels(rng):
    """Draw numbers on a threshold that is not 0, and between it, 0 and its negative."""
    threshold = float(rng.choice([-1.5, 0.75, 1.5, 2.25]))
    near = [threshold - 2.0**-20, threshold - 0.25, threshold + 0.25]
    x = rng.permutation([threshold, threshold / 2, -threshold / 2, *near, *short_numbers(rng, 9)])
    return {"x": x.reshape(3, 5), "threshold": threshold}


@lab.check("gates.step", draw=levels, unchanged=["x"])
@shown(picture=jump("step(x, threshold)"))
def step(student, x, threshold):
    """step(x, threshold) is 1 where x ≥ threshold and 0 elsewhere."""
    return student.gates.step(x, threshold)


ONE_NUMBER = np.array(0.5)
AROUND_0 = table(
    "x",
    (np.array([-0.25, 0.0, 0.25, -2.0]),),
    (ONE_NUMBER,),
    (np.array([[-3], [0], [7]]),),
    (np.array([-1e-12, 1e-12]),),
)


@lab.check("gates.step", always=AROUND_0, needs=[step])
@shown(picture=jump("step(x)"))
def step_at_zero(student, x):
    """Without a threshold, step fires where x ≥ 0, for arrays of any shape, () too."""
    return student.gates.step(x)


def neuron_and_inputs(rng):
    """Draw a neuron and inputs: a row on the threshold, from 1 to 3, others below and above it.

    All inputs together do not reach it: the sum of the weights alone shows nothing.
    """
    while True:
        weight = rng.permutation([-2, 1, 3, *rng.integers(-3, 4, size=2)])
        x = np.concatenate([bits(rng, 6, 5), np.ones((1, 5), dtype=int)])
        threshold = int(x[rng.integers(0, 6)] @ weight)
        sums = x @ weight
        if weight.sum() < threshold and 1 <= threshold <= 3 and sums.max() > threshold:
            return {"weight": weight, "threshold": threshold, "x": x}


called = partial(
    shown,
    picture=pictures.over(
        "A neuron fires from its threshold on",
        x=lambda case: case["x"] @ case["weight"] - case["threshold"],
        xlabel="weighted sum − threshold",
        ylabel="fires",
        line=False,
    ),
)
THREE_ROWS = {"weight": [3, 1, 2], "threshold": 1, "x": np.array([[1, 1, 1], [0, 1, 0], [0, 0, 0]])}
HALVES = {"weight": [0.5, 0.5, -0.25], "threshold": 0.75, "x": truth_table(3)}
TINY = {"weight": [2e-12, 1e-12, -1e-12], "threshold": 2e-12, "x": truth_table(3)}
SHAPES = [
    {"weight": [2, -1, 1], "threshold": 1, "x": np.array([1, 1, 0])},
    {"weight": [2, -1, 1], "threshold": 1, "x": np.array([[1, 1, 0]])},
    {"weight": [1, -1], "threshold": 1, "x": truth_table(3).reshape(2, 2, 3, 2)},
    {"weight": [1, -1, 2, 1], "threshold": 2, "x": np.array([[1, 0, 1, 0], [0, 1, 1, 0]])},
]


@lab.check(
    "gates.McCullochPitts.__call__",
    points=2,
    draw=neuron_and_inputs,
    always=[THREE_ROWS, HALVES, TINY],
    needs=[step],
    unchanged=["x"],
)
@called("McCullochPitts(weight, threshold)(x)")
def neuron(student, weight, threshold, x):
    """A neuron fires for exactly the rows whose weighted sum reaches its threshold."""
    return student.gates.McCullochPitts(weight, threshold)(x)


@lab.check("gates.McCullochPitts.__call__", always=SHAPES, needs=[neuron])
@called("McCullochPitts(weight, threshold)(x), its second call")
def neuron_shapes(student, weight, threshold, x):
    """A neuron takes one row of inputs or an array of them, and answers one number a row."""
    neuron = student.gates.McCullochPitts(weight, threshold)
    neuron(1 - x)
    return neuron(x)


def described(neuron):
    """Take a neuron's weight and threshold, from which a judge computes its table.

    What is not a neuron goes out as it is: the judge says what it is instead.
    """
    if not hasattr(neuron, "weight") or not hasattr(neuron, "threshold"):
        return neuron
    return {"weight": neuron.weight, "threshold": neuron.threshold}


@lab.check("gates.and_gate", always=[{}], judge=truth_table_of)
def and_gate(student):
    """and_gate() fires only when both inputs are 1."""
    return described(student.gates.and_gate())


@lab.check("gates.or_gate", always=[{}], judge=truth_table_of)
def or_gate(student):
    """or_gate() fires when at least one input is 1."""
    return described(student.gates.or_gate())


@lab.check("gates.not_gate", always=[{}], judge=truth_table_of)
def not_gate(student):
    """not_gate() fires when its one input is 0."""
    return described(student.gates.not_gate())


def size(rng):
    """Draw a number of inputs, more than two."""
    return {"n": int(rng.integers(3, 8))}


FEW_AND_MANY = [{"n": 1}, {"n": 2}, {"n": 1000}]


@lab.check("gates.and_gate_of", draw=size, cases=2, always=FEW_AND_MANY, judge=truth_table_of)
def and_gate_of(student, n):
    """and_gate_of(n) fires only when all n inputs are 1."""
    return described(student.gates.and_gate_of(n))


@lab.check(
    "gates.or_gate_of", points=2, draw=size, cases=2, always=FEW_AND_MANY, judge=truth_table_of
)
def or_gate_of(student, n):
    """or_gate_of(n) fires when at least one of n inputs is 1."""
    return described(student.gates.or_gate_of(n))


@lab.check("gates.blueberry_neuron", always=[{}], judge=truth_table_of)
def blueberry(student):
    """The bird eats the blueberry, and leaves golf ball, violet and hot dog alone."""
    return described(student.gates.blueberry_neuron())


check_xor = partial(
    lab.check,
    draw=lambda rng: {"x": bits(rng, 3, 5, 2)},
    always=[{"x": truth_table(2)}, {"x": np.array([1, 0])}, {"x": np.array([[0, 1]])}],
    unchanged=["x"],
)
as_table = shown(
    picture=pictures.over(
        "XOR is 1 where exactly one input is 1",
        x=lambda case: case["x"] @ [2, 1],
        xlabel="inputs: 0 is (0, 0), 1 is (0, 1), 2 is (1, 0), 3 is (1, 1)",
        ylabel="answer",
        line=False,
    )
)


@check_xor("gates.xor_product_of_sums", needs=[neuron])
@as_table
def product_of_sums(student, x):
    """xor_product_of_sums answers 1 when exactly one input is 1."""
    return student.gates.xor_product_of_sums(x)


@check_xor("gates.xor_sum_of_products", needs=[neuron])
@as_table
def sum_of_products(student, x):
    """xor_sum_of_products answers 1 when exactly one input is 1."""
    return student.gates.xor_sum_of_products(x)


def outputs_of_all_neurons(student, network, x):
    """Run a network row by row, and collect what its neurons answer.

    A neuron is a call of step, or of a McCullochPitts: whatever name it goes by, and in subclasses.
    """
    gates, rows, answers = student.gates, [], []

    def listen(frame, event, output):
        if event == "return" and is_neuron(gates, frame):
            answers.extend(np.ravel(output).tolist())

    for row in x:
        answers.clear()
        sys.setprofile(listen)
        try:
            network(row)
        finally:
            sys.setprofile(None)
        rows.append(list(answers))
    return rows


def is_neuron(gates, frame):
    """Return whether a call is one of step or of a McCullochPitts object."""
    if frame.f_code is getattr(gates.step, "__code__", None):
        return True
    return frame.f_code.co_name == "__call__" and isinstance(
        frame.f_locals.get("self"), gates.McCullochPitts
    )


check_parts_of_xor = partial(
    lab.check,
    always=[{"x": truth_table(2), "table": np.array([0, 1, 1, 0])}],
    withheld=["table"],
    judge=computes_parts,
)
watched = shown("{}(x), row by row, and watched its neurons")


@check_parts_of_xor("gates.xor_product_of_sums", needs=[product_of_sums])
@watched
def parts_of_product(student, x):
    """xor_product_of_sums has a neuron for x₁ + x₂ and one for x̄₁ + x̄₂."""
    return outputs_of_all_neurons(student, student.gates.xor_product_of_sums, x)


@check_parts_of_xor("gates.xor_sum_of_products", needs=[sum_of_products])
@watched
def parts_of_sum(student, x):
    """xor_sum_of_products has a neuron for x₁ · x̄₂ and one for x̄₁ · x₂."""
    return outputs_of_all_neurons(student, student.gates.xor_sum_of_products, x)


GRID = {"weights": (-1, 0, 1), "thresholds": (-1.5, -0.5, 0.5, 1.5)}
TWO_INPUT_TABLES = [{"table": tuple(table), **GRID} for table in truth_table(4).tolist()]


@lab.check(
    "gates.find_neuron", points=2, always=TWO_INPUT_TABLES, judge=finds_neuron, needs=[neuron]
)
def find_neuron(student, table, weights, thresholds):
    """find_neuron finds a neuron for 14 of the 16 two-input tables, and none for XOR and XNOR."""
    return described(student.gates.find_neuron(table, weights, thresholds))


def small_search(rng):
    """Draw a table of three inputs that one neuron has, and a grid that may be too coarse for it."""
    weight = rng.choice([-1, 2, 1], size=3)
    level = float(rng.choice([-0.5, 0.5, 1.5]))
    table = tuple((truth_table(3) @ weight >= level).astype(int).tolist())
    thresholds = (level,) if rng.integers(0, 2) else (level - 4.0, level + 4.0)
    return {"table": table, "weights": (-1, 1, 2), "thresholds": thresholds}


OTHER_SIZES: list[dict[str, Any]] = [
    {"table": (1, 0), "weights": (1, -1), "thresholds": (0.5, -0.5)},
    {"table": (0,) * 15 + (1,), "weights": (-1, 1), "thresholds": (1.5, 3.5)},
    {"table": (0,) * 255 + (1,), "weights": (1,), "thresholds": (6.5, 7.5)},
    {"table": (0, 0, 0, 1), "weights": (1, 3), "thresholds": (2.0,)},  # a sum on the threshold
]


@lab.check(
    "gates.find_neuron",
    draw=small_search,
    cases=6,
    always=OTHER_SIZES,
    judge=finds_neuron,
    needs=[find_neuron],
)
def search_of_three(student, table, weights, thresholds):
    """find_neuron searches tables of one to eight inputs, on the grid it is given and nowhere else."""
    return described(student.gates.find_neuron(table, weights, thresholds))


def weights_and_table(rng):
    """Draw weights of three inputs, and the table of a neuron that has them or, now and then, another one."""
    weight = rng.permutation([-2.0, 1.0, 2.5, -0.5])[:3]
    sums = truth_table(3) @ weight
    threshold = np.sort(sums)[rng.integers(1, 8)]
    return {"weight": weight, "table": tuple((sums >= threshold).astype(int).tolist())}


INTERVALS = table(
    "weight table",
    ([1, 1], (0, 0, 0, 1)),
    ([1, 1], (0, 1, 1, 1)),
    ([3, -2], (0, 0, 1, 0)),
    ([-1], (1, 0)),
    ([1, 1], (0, 1, 1, 0)),  # XOR
    ([1, 2], (0, 0, 1, 1)),
    ([2, 1], (0, 1, 0, 1)),  # the row of a larger sum must stay silent
    ([1, 0], (0, 1, 0, 1)),  # two rows of one sum differ
    ([1, 0], (0, 1, 1, 1)),
    ([1, -1], (0, 0, 0, 0)),
    ([1, -1], (1, 1, 1, 1)),
    ([2e-7, 1e-7], (0, 0, 0, 1)),
    ([-2e7, 3e7], (0, 1, 0, 0)),
    ([1, 1 + 2.0**-36], (0, 1, 0, 1)),
)


@lab.check("gates.threshold_interval", draw=weights_and_table, always=INTERVALS)
def threshold_interval(student, weight, table):
    """threshold_interval gives the ends of all thresholds that fit, or None where none does."""
    return student.gates.threshold_interval(weight, table)
