"""Checks of lab 8: weight initialization."""

import copy
import itertools
from functools import partial

import numpy as np

from autograder import pictures
from autograder.course.lab import Lab, shown
from autograder.judges.cases import seed, short_numbers, table
from autograder.judges.evidence import compact
from autograder.judges.meanfield import follows_mean_field
from autograder.judges.samples import distributed_alike, drawn_alike, draws_anew
from autograder.sandbox.codec import Seed
from autograder.sandbox.limits import Limits

lab = Lab(
    "lab08_init",
    title="Weight initialization",
    slides="Weight initialization: random number",
    exercises={
        "init.zeros": "Weight initialization: Zero/Constant Weights",
        "init.constant": "Weight initialization: Zero/Constant Weights",
        "init.small_normal": "Weight initialization: random number",
        "init.xavier": "Weight initialization: Xavier",
        "init.kaiming_normal": "Weight initialization: Xavier-ReLU",
        "init.xavier_uniform": "Weight initialization: Uniform",
        "init.activation_statistics": "Weight initialization: random number",
        "init.gradient_statistics": "Weight initialization: random number",
        "init.count_different_units": "Weight initialization: Zero/Constant Weights",
    },
    hints={
        "init.zeros": (
            "How many units has a layer of shape (3, 2), and how many inputs? Which of the two is "
            "the number of rows?"
        ),
        "init.constant": (
            "How many different numbers are in the result, and which one is it when nothing is "
            "said?"
        ),
        "init.small_normal": (
            "Draw 10,000 weights and work out how far they spread. Is it what was asked for, or "
            "its square, or its root?"
        ),
        "init.xavier": (
            "Take a layer with 400 inputs and 3 units. Which of the two numbers decides, and how "
            "far do the weights spread in the end?"
        ),
        "init.kaiming_normal": (
            "Take a layer with 200 inputs and 3 units. How far do your weights spread, and how "
            "far must they, if half of every signal is cut off?"
        ),
        "init.xavier_uniform": (
            "How far from 0 is the largest of 10,000 weights, and how far the smallest? Which "
            "sizes of the layer decide, and does it matter which is which?"
        ),
        "init.activation_statistics": (
            "Take a layer whose weights change nothing. Which mean and which deviation come out, "
            "over how many numbers, and is the input itself among the results?"
        ),
        "init.gradient_statistics": (
            "Take two layers. Which gradient is known at the start, how many steps back are left, "
            "and what is the shape of each?"
        ),
        "init.count_different_units": (
            "Two units are given the same weights, but the next layer treats them differently. Do "
            "they stay alike after a step?"
        ),
    },
    takes={
        "init.activation_statistics": {"one row": "x"},
        "init.gradient_statistics": {"one row": "x grad_output"},
    },
)


LAYERS = pictures.series(
    "Statistics of each layer's outputs", ("mean", "std"), of=list, xlabel="layer", start=1
)


def layer(short, long):
    """Make a draw of layers whose sides are unequal, near the given two, in either order."""

    def draw(rng):
        sides = int(rng.integers(short, short + 6)), int(rng.integers(long, long + 9))
        return {"shape": sides if rng.integers(0, 2) else sides[::-1], "rng": seed(rng)}

    return draw


small_layer = layer(3, 11)
wide_layer = layer(37, 103)  # 3,800 weights or more, with sides of about 1 : 2.7
large_layer = layer(113, 290)  # 32,000 weights or more, enough to see their distribution's tails

# Of every initialiser: how its weights spread, their distribution's form, and what they depend on.
check_spread = partial(lab.check, draw=wide_layer, cases=1, judge=drawn_alike)
check_form = partial(lab.check, draw=large_layer, cases=1, judge=distributed_alike)
check_anew = partial(lab.check, draw=small_layer, judge=draws_anew)
HOW_LARGE = "How large your weights are, and how large they should be"
once = shown("{}(shape, rng=rng)")
three_times = shown("{}(shape, rng=rng), again, and with an equal rng")
both_fans = shown(
    "{}(shape, rng=rng), and of the shape turned round",
    picture=pictures.histogram(HOW_LARGE, ("weight", "weight, shape turned round"), of=list),
)


def with_std(draw):
    """Extend a draw by a standard deviation that is not the default."""
    return lambda rng: {**draw(rng), "std": float(rng.choice([0.2, 0.35, 2.5, 4.0]))}


def both_ways(make, shape, rng):
    """Draw weights for a layer with many inputs, and for one with few: only there do fans differ."""
    return compact(make(shape, rng=rng)), compact(make(shape[::-1], rng=rng))


def changeable(weights):
    """Return whether training may change these weights, as it may not where all are one number."""
    return not isinstance(weights, np.ndarray) or weights.flags.writeable


def three_draws(make, shape, rng):
    """Call twice in a row, and once with a generator that is as the first was at the start."""
    twin = copy.deepcopy(rng)
    return make(shape, rng=rng), make(shape, rng=rng), make(shape, rng=twin)


SLOW = Limits(cpu_seconds=10, wall_seconds=40)
"""Ten matrices of 500 × 500 take three seconds where each number is drawn alone."""


def deep_stds(make, rng, activation):
    """Send normal data through ten layers of 500 units, and measure each layer's spread."""
    h = rng.normal(size=(100, 500))
    stds = []
    for _ in range(10):
        h = activation(h @ make((500, 500), rng=rng).T)
        stds.append(float(np.std(h)))
    return stds


@lab.check("init.zeros", draw=small_layer)
@shown("zeros(shape, rng=rng), and whether its entries can be changed")
def zeros(student, shape, rng):
    """zeros gives a weight matrix of the given shape in which every entry is 0."""
    weights = student.init.zeros(shape, rng=rng)
    return weights, changeable(weights)


@lab.check(
    "init.constant", draw=lambda rng: {**small_layer(rng), "value": float(short_numbers(rng))}
)
@shown(
    "constant(shape, rng=rng, value=value), constant(shape, rng=rng), and whether these can be changed",
    picture=pictures.entries("Every entry should be the given value", of=lambda value: value[0]),
)
def constant(student, shape, rng, value):
    """constant gives a matrix in which every entry is the given value, and 1 where none is given."""
    given = student.init.constant(shape, rng=rng, value=value)
    return given, student.init.constant(shape, rng=rng), changeable(given)


@lab.check(
    "init.small_normal",
    draw=with_std(wide_layer),
    always=[{"shape": (107, 41), "rng": Seed(1), "std": 0.01}],
    cases=2,
    judge=drawn_alike,
)
@shown("small_normal(shape, rng=rng, std=std)", picture=pictures.histogram(HOW_LARGE))
def small_spread(student, shape, rng, std):
    """small_normal draws weights with mean 0 and the given standard deviation."""
    return compact(student.init.small_normal(shape, rng=rng, std=std))


@check_form("init.small_normal", draw=with_std(large_layer), needs=[small_spread])
@shown("small_normal(shape, rng=rng, std=std)")
def small_form(student, shape, rng, std):
    """small_normal's weights are normally distributed."""
    return compact(student.init.small_normal(shape, rng=rng, std=std))


@check_anew("init.small_normal", needs=[small_spread])
@three_times
def small_anew(student, shape, rng):
    """small_normal gives other weights at every call, and the same again for the same seed."""
    return three_draws(student.init.small_normal, shape, rng)


@check_spread("init.xavier")
@both_fans
def xavier_spread(student, shape, rng):
    """xavier draws weights with mean 0 and variance 1 / fan_in, fan_in being the inputs of one unit."""
    return both_ways(student.init.xavier, shape, rng)


@check_form("init.xavier", needs=[xavier_spread])
@once
def xavier_form(student, shape, rng):
    """xavier's weights are normally distributed."""
    return compact(student.init.xavier(shape, rng=rng))


@check_anew("init.xavier", needs=[xavier_spread])
@three_times
def xavier_anew(student, shape, rng):
    """xavier gives other weights at every call, and the same again for the same seed."""
    return three_draws(student.init.xavier, shape, rng)


@lab.check(
    "init.xavier",
    draw=lambda rng: {"rng": seed(rng)},
    cases=1,
    judge=follows_mean_field("tanh", gain=1.0),
    needs=[xavier_spread],
    limits=SLOW,
)
@shown("xavier((500, 500), rng=rng) for ten layers of tanh units")
def xavier_signal(student, rng):
    """Ten layers of tanh units keep the spread that theory expects of xavier: the signal stays alive."""
    return deep_stds(student.init.xavier, rng, np.tanh)


@check_spread("init.kaiming_normal")
@both_fans
def kaiming_spread(student, shape, rng):
    """kaiming_normal draws weights with mean 0 and variance 2 / fan_in, fan_in being the inputs of one unit."""
    return both_ways(student.init.kaiming_normal, shape, rng)


@check_form("init.kaiming_normal", needs=[kaiming_spread])
@once
def kaiming_form(student, shape, rng):
    """kaiming_normal's weights are normally distributed."""
    return compact(student.init.kaiming_normal(shape, rng=rng))


@check_anew("init.kaiming_normal", needs=[kaiming_spread])
@three_times
def kaiming_anew(student, shape, rng):
    """kaiming_normal gives other weights at every call, and the same again for the same seed."""
    return three_draws(student.init.kaiming_normal, shape, rng)


@lab.check(
    "init.kaiming_normal",
    draw=lambda rng: {"rng": seed(rng)},
    cases=1,
    judge=follows_mean_field("relu", gain=2.0),
    needs=[kaiming_spread],
    limits=SLOW,
)
@shown("kaiming_normal((500, 500), rng=rng) for ten layers of ReLU units")
def kaiming_signal(student, rng):
    """Ten layers of ReLU units keep the spread that theory expects of kaiming_normal: none is lost."""
    return deep_stds(student.init.kaiming_normal, rng, lambda a: np.maximum(a, 0))


@check_spread("init.xavier_uniform")
@both_fans
def uniform_spread(student, shape, rng):
    """xavier_uniform draws weights with mean 0 and the spread of Uniform(−b, b), b = √(6 / (fan_in + fan_out))."""
    return both_ways(student.init.xavier_uniform, shape, rng)


@check_form("init.xavier_uniform", needs=[uniform_spread])
@once
def uniform_form(student, shape, rng):
    """xavier_uniform's weights are spread evenly over their interval."""
    return compact(student.init.xavier_uniform(shape, rng=rng))


@check_anew("init.xavier_uniform", needs=[uniform_spread])
@three_times
def uniform_anew(student, shape, rng):
    """xavier_uniform gives other weights at every call, and the same again for the same seed."""
    return three_draws(student.init.xavier_uniform, shape, rng)


ACTIVATIONS = {
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0),
    "abs": np.abs,
}
layer_by_layer = shown("activation_statistics(x, weights, activation)", picture=LAYERS)


def small_network(rng):
    """Draw data and three layers; the first is square, so that it may be mistaken for its transpose."""
    widths = [4, 4, 7, 3]
    return {
        "x": short_numbers(rng, 5, 4),
        "weights": [short_numbers(rng, b, a) / 4 for a, b in itertools.pairwise(widths)],
        "activation": str(rng.choice(["relu", "abs"])),
    }


def square_network(rng):
    """Draw data and layers that are all square: there, anything can be multiplied with anything."""
    return {
        "x": short_numbers(rng, 5, 3),
        "weights": [short_numbers(rng, 3, 3) / 4 for _ in range(3)],
        "activation": "tanh",
    }


ONE_LAYER = {
    "x": np.array([[1.0, -2.0], [0.5, 3.0]]),
    "weights": [np.array([[1.0, 2.0], [-1.5, 0.5], [0.0, 1.0]])],
    "activation": "relu",
}


SQUARE = {**square_network(np.random.default_rng(8)), "activation": "tanh"}


@lab.check("init.activation_statistics", draw=small_network, always=[SQUARE, ONE_LAYER])
@layer_by_layer
def statistics(student, x, weights, activation):
    """activation_statistics gives mean and std of each layer's outputs, not of the input."""
    return student.init.activation_statistics(x, weights, ACTIVATIONS[activation])


@lab.check(
    "init.activation_statistics",
    always=table("rng std", (Seed(10), 0.01), (Seed(11), 1.0)),
    needs=[statistics],
)
@shown(
    "activation_statistics of ten tanh layers of 500 units, with weights of the given std",
    picture=LAYERS,
)
def lecture_statistics(student, rng, std):
    """The lecture's ten tanh layers go silent with weights of 0.01, and saturate with weights of 1."""
    x = rng.normal(size=(50, 500))
    weights = [rng.normal(0, std, size=(500, 500)) for _ in range(10)]
    return student.init.activation_statistics(x, weights, np.tanh)


DERIVATIVES = {
    "tanh": lambda a: 1 - np.tanh(a) ** 2,
    "relu": lambda a: np.where(a > 0, 1.0, 0.0),
    "abs": np.sign,
}


def with_gradient(case, rng):
    """Add what comes from above the last layer."""
    return {**case, "grad_output": short_numbers(rng, len(case["x"]), len(case["weights"][-1]))}


WAYS_BACK = [with_gradient(case, np.random.default_rng(9)) for case in (SQUARE, ONE_LAYER)]


@lab.check(
    "init.gradient_statistics",
    draw=lambda rng: with_gradient(small_network(rng), rng),
    always=WAYS_BACK,
)
@shown(
    "gradient_statistics(grad_output, x, weights, activation, derivative)",
    picture=pictures.series(
        "Statistics of the gradient at each layer's outputs",
        ("mean", "std"),
        of=list,
        xlabel="layer",
        start=1,
    ),
)
def gradient_statistics(student, grad_output, x, weights, activation):
    """gradient_statistics gives mean and std of the gradient at each layer's outputs, first layer first."""
    function, derivative = ACTIVATIONS[activation], DERIVATIVES[activation]
    return student.init.gradient_statistics(grad_output, x, weights, function, derivative)


def trained_from(rng, start):
    """Train two layers for twenty steps, from weights that start makes; return both, rounded."""
    x, target = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
    first, second = start((5, 3)), start((2, 5))
    for _ in range(20):
        hidden = np.tanh(x @ first.T)
        error = (hidden @ second.T - target) / len(x)
        slope = (error @ second) * (1 - hidden**2)
        first, second = first - 0.1 * slope.T @ x, second - 0.1 * error.T @ hidden
    return {"weight": first.round(6), "next_weight": second.round(6)}


def with_copies(rng):
    """Draw twelve units: some equal in both matrices, some in one of them alone."""
    weight, next_weight = short_numbers(rng, 12, 3), short_numbers(rng, 2, 12)
    order = rng.permutation(12)
    for one, *others in (order[:3], order[3:5], order[5:7]):
        weight[others], next_weight[:, others] = weight[one], next_weight[:, [one]]
    weight[order[7]] = weight[order[0]]
    next_weight[:, order[9:]] = next_weight[:, [order[8]]]
    return {"weight": weight, "next_weight": next_weight}


STARTS = [
    trained_from(np.random.default_rng(10), np.zeros),
    trained_from(np.random.default_rng(10), lambda shape: np.full(shape, 0.5)),
    trained_from(np.random.default_rng(10), partial(np.random.default_rng(11).normal, 0, 1)),
]


ALIKE = [
    {"weight": np.array([[1.0, 2.0], [2.0, 1.0]]), "next_weight": np.array([[3.0, 3.0]])},
    {"weight": np.array([[1.0, 2.0], [1.0, 2.0 + 1e-9]]), "next_weight": np.array([[3.0, 3.0]])},
    {"weight": np.array([[0.0, 2.0], [-0.0, 2.0]]), "next_weight": np.array([[3.0, 3.0]])},
]
"""Units that differ in the order of their numbers, or hardly, or in the sign of a zero alone."""


@lab.check("init.count_different_units", draw=with_copies, always=[*STARTS, *ALIKE])
def count_different_units(student, weight, next_weight):
    """After training from zeros or a constant all units of a layer are one; from random weights none are."""
    return student.init.count_different_units(weight, next_weight)
