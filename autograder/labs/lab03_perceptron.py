"""Checks of lab 3: the perceptron."""

from functools import partial

import numpy as np

from autograder import pictures
from autograder.course.lab import Lab, shown
from autograder.judges.cases import bits, seed, separable, short_numbers, table, truth_table
from autograder.judges.evidence import attempt
from autograder.judges.refusal import returns_or_refuses
from autograder.judges.separation import never_claims, separates, stays_in_bounds
from autograder.sandbox.codec import Seed

lab = Lab(
    "lab03_perceptron",
    title="The perceptron",
    slides="Perceptron",
    exercises={
        "perceptron.augment": "Perceptron",
        "perceptron.predict": "Perceptron, eq. (1)",
        "perceptron.perceptron_step": "Perceptron: Learning algorithm",
        "perceptron.criterion": "Perceptron criteria function: Deriving the update rule",
        "perceptron.criterion_gradient": "Perceptron criteria function: Deriving the update rule",
        "perceptron.train": "Perceptron: Learning algorithm",
        "perceptron.error_surface": "Perceptron, figure 4.5",
        "perceptron.novikoff_bound": "Perceptron: Learning",
        "perceptron.margin_losses": "Empirical Risk Minimization: Machine Learning",
    },
    hints={
        "perceptron.augment": (
            "Write one sample of two numbers before and after. How many numbers has it then, and "
            "what about a table of two samples?"
        ),
        "perceptron.predict": (
            "Take three samples: one on each side of the line, and one exactly on it. What is the "
            "answer for each, and what is yours?"
        ),
        "perceptron.perceptron_step": (
            "Draw the weights and the sample as two arrows. Has the angle between them become "
            "smaller or larger, and which of the two does this target ask for?"
        ),
        "perceptron.criterion": (
            "Write three columns: the score of each sample, the sign of its class, and whether it "
            "is wrong. Which rows add something, and can one of them make the sum smaller?"
        ),
        "perceptron.criterion_gradient": (
            "Change one weight by 0.01 and work out the criterion once more. By how much has it "
            "changed, and what does your gradient say about that weight?"
        ),
        "perceptron.train": (
            "Follow the first three corrections on paper, for a few samples. How does your loop "
            "find out that all of them are right now, and what has it counted by then?"
        ),
        "perceptron.error_surface": (
            "Take a grid of one row and two columns. Which pair of weights belongs to each entry, "
            "and how many samples does that line get wrong?"
        ),
        "perceptron.novikoff_bound": (
            "Which sample is the longest, and which is the nearest to the line? Does your bound "
            "change when the separator is ten times as long, and should it?"
        ),
        "perceptron.margin_losses": (
            "Work out all three losses at the margins −1, 0 and 1. At which of the margins do "
            "they agree, and is one of them below the count of mistakes anywhere?"
        ),
    },
    apart={"perceptron.train": {"generator": "the order of the samples is one's own choice"}},
    takes={
        "perceptron.augment": {"axes": "x", "one row": "x"},
        "perceptron.predict": {"axes": "x", "one row": "x"},
        "perceptron.criterion": {"one row": "x target"},
        "perceptron.criterion_gradient": {"one row": "x target"},
        "perceptron.error_surface": {"one row": "x target"},
        "perceptron.margin_losses": {"integers": "margin", "axes": "margin"},
    },
)


@lab.check(
    "perceptron.augment",
    draw=lambda rng: {"x": short_numbers(rng, 4, 3)},
    always=[
        {"x": np.array([2.0, 5.0])},
        {"x": truth_table(2)},
        {"x": np.array([[0.5, 0.0, 2.0], [3.0, 1.0, 0.0]])},
    ],
    unchanged=["x"],
)
@shown(picture=pictures.entries("Every row should end with the constant 1"))
def augment(student, x):
    """augment appends the constant 1 to every sample, behind its features."""
    return student.perceptron.augment(x)


def samples(rng, n_samples=7, n_features=3):
    """Draw augmented samples, weights with one sample exactly on the line, and both targets."""
    x = np.column_stack([short_numbers(rng, n_samples, n_features), np.ones(n_samples)])
    weight = short_numbers(rng, n_features + 1)
    weight[-1] = -(x[rng.integers(0, n_samples), :-1] @ weight[:-1])
    return {"weight": weight, "x": x, "target": bits(rng, n_samples)}


def unlabelled(rng):
    """Draw weights and augmented samples, one of them on the line."""
    drawn = samples(rng)
    return {"weight": drawn["weight"], "x": drawn["x"]}


NEAR_THE_LINE = {
    "weight": np.array([2.0, -0.5, 0.0]),
    "x": np.array([[1e-12, 0.0, 1.0], [-1e-12, 0.0, 1.0], [0.0, 1e-9, 1.0], [0.0, 0.0, 1.0]]),
}
ANSWERS = pictures.over(
    "The answer should change where wᵀx crosses 0",
    x=lambda case: case["x"] @ case["weight"],
    xlabel="wᵀx",
    ylabel="answer",
    line=False,
)


@lab.check(
    "perceptron.predict",
    points=2,
    draw=unlabelled,
    cases=5,
    always=[
        {"weight": np.array([1.0, -2.0, 0.5]), "x": np.array([3.0, 1.0, 1.0])},
        {"weight": np.array([1.0, -2.0, 0.5]), "x": np.array([[3.0, 1.0, 1.0]])},
        {"weight": np.array([1.0, 0.0, -0.5]), "x": np.array([[0.0, 2.0, 1.0], [0.5, 0.0, 1.0]])},
        NEAR_THE_LINE,
    ],
    unchanged=["weight", "x"],
)
@shown(picture=ANSWERS)
def predict(student, weight, x):
    """predict answers 1 where wᵀx ≥ 0, and 0 elsewhere."""
    return student.perceptron.predict(weight, x)


def one_sample(rng, *, target, side):
    """Draw one augmented sample on the given side of the line: 1, −1, or 0 for on it."""
    x = np.append(short_numbers(rng, 3), 1.0)
    weight = short_numbers(rng, 4)
    weight[-1] = side * rng.choice([0.125, 0.5, 2.25]) - x[:-1] @ weight[:-1]
    return {"weight": weight, "x": x, "target": target}


@lab.check(
    "perceptron.perceptron_step",
    points=2,
    draw=lambda rng: one_sample(rng, target=1, side=-1),
    always=[
        {"weight": np.array([1.0, -1.0, 0.0]), "x": np.array([2.0, 5.0, 1.0]), "target": 1},
        {"weight": np.array([-8.0, -1.0, 0.0]), "x": np.array([2.0, 0.5, 1.0]), "target": 1},
    ],
    unchanged=["weight", "x"],
)
def adds(student, weight, x, target):
    """A sample of class 1 on the wrong side is added to the weights."""
    return student.perceptron.perceptron_step(weight, x, target)


@lab.check(
    "perceptron.perceptron_step",
    draw=lambda rng: one_sample(rng, target=0, side=1),
    unchanged=["weight", "x"],
)
def subtracts(student, weight, x, target):
    """A sample of class 0 on the wrong side is subtracted from the weights."""
    return student.perceptron.perceptron_step(weight, x, target)


def right_sample(rng):
    """Draw one augmented sample on the right side of the line."""
    target = int(rng.integers(0, 2))
    return one_sample(rng, target=target, side=2 * target - 1)


@lab.check(
    "perceptron.perceptron_step",
    draw=right_sample,
    cases=6,
    always=table(
        "weight x target",
        (np.array([2.0, 0.0]), np.array([1e-12, 1.0]), 1),
        (np.array([2.0, 0.0]), np.array([-1e-12, 1.0]), 0),
    ),
    needs=[adds, subtracts],
    unchanged=["weight", "x"],
)
def keeps(student, weight, x, target):
    """A sample on its right side changes nothing."""
    return student.perceptron.perceptron_step(weight, x, target)


ON_THE_LINE = [
    {"weight": np.array(weight), "x": np.array(x), "target": target}
    for weight, x in (([0.0, 0.0, 0.0], [2.0, -3.0, 1.0]), ([1.0, 2.0, -4.0], [2.0, 1.0, 1.0]))
    for target in (1, 0)
]


@lab.check(
    "perceptron.perceptron_step",
    always=ON_THE_LINE,
    needs=[adds, subtracts],
    unchanged=["weight", "x"],
)
def on_the_line(student, weight, x, target):
    """A sample exactly on the line counts as wrong, whatever its class."""
    return student.perceptron.perceptron_step(weight, x, target)


BOTH_ON_THE_LINE = {
    "weight": np.array([1.0, -1.0, 0.5]),
    "x": np.array([[2.0, 2.5, 1.0], [-1.0, -0.5, 1.0], [3.0, 0.5, 1.0]]),
    "target": np.array([1, 0, 0]),
}
NEARLY_WRONG = {**NEAR_THE_LINE, "target": np.array([1, 0, 0, 1])}
"""All but the last, which is on the line, are right: by little, but right."""
LARGE = {
    "weight": np.array([2e6, 0.0]),
    "x": np.array([[3e6, 1.0], [-1.5, 1.0]]),
    "target": np.array([0, 1]),
}
ALL_RIGHT = {
    "weight": np.array([2.0, -0.5, 1.0]),
    "x": np.array([[1.5, 0.0, 1.0], [-2.0, 0.5, 1.0]]),
    "target": np.array([1, 0]),
}


@lab.check(
    "perceptron.criterion",
    draw=samples,
    cases=5,
    always=[ALL_RIGHT, LARGE],
    unchanged=["weight", "x", "target"],
)
def criterion(student, weight, x, target):
    """criterion adds up how far the misclassified samples are on the wrong side."""
    return student.perceptron.criterion(weight, x, target)


@lab.check(
    "perceptron.criterion_gradient",
    points=2,
    draw=samples,
    cases=5,
    always=[BOTH_ON_THE_LINE, NEARLY_WRONG, ALL_RIGHT],
    unchanged=["weight", "x", "target"],
)
@shown(picture=pictures.entries("The gradient of the criterion, entry by entry"))
def criterion_gradient(student, weight, x, target):
    """criterion_gradient is minus the sum of y·x over the misclassified samples."""
    return student.perceptron.criterion_gradient(weight, x, target)


def solvable(rng):
    """Draw a separable training set, and the most corrections that it can need."""
    x, target, separator = separable(rng, n_samples=11, n_features=2, margin=0.3)
    augmented = np.column_stack([x, np.ones(len(x))])
    margin = ((2 * target - 1) * (augmented @ separator)).min()
    bound = int(((np.linalg.norm(augmented, axis=1).max() / margin) ** 2) * (1 + 1e-9))
    return {"x": x, "target": target, "rng": seed(rng), "bound": bound}


def fitted(student, x, target, rng, max_steps):
    """Train, and take what training ended with; what is not a fit goes out as it is."""
    fit = student.perceptron.train(x, target, rng=rng, max_steps=max_steps)
    if not all(hasattr(fit, name) for name in ("weight", "updates", "converged")):
        return fit
    return {"weight": fit.weight, "updates": fit.updates, "converged": fit.converged}


def inseparable(rng):
    """Draw XOR or its opposite, and a limit."""
    table = np.array([0, 1, 1, 0]) ^ rng.integers(0, 2)
    steps = int(rng.integers(20, 120))
    return {"x": truth_table(2), "target": table, "rng": Seed(int(steps)), "max_steps": steps}


PATIENT = {
    "x": np.array([[1.0, 0.0], [2.0, 0.0]]),
    "target": np.array([1, 0]),
    "rng": Seed(4),
    "bound": 65,
}
"""Two samples that thirteen corrections separate and no fewer: more than any one pass can make."""
VERY_PATIENT = {
    "x": np.array([[7.0], [8.0]]),
    "target": np.array([1, 0]),
    "rng": Seed(7),
    "bound": 14869,
}
"""Two samples that take 229 corrections in whatever order, and more than 100 passes."""
BY_A_HAIR = {
    "x": np.array([[1.0, 0.500001], [-0.500001, -1.0]]),
    "target": np.array([1, 0]),
    "rng": Seed(8),
    "bound": 1,
}
"""After one correction the other sample is on its side, with wᵀx of 2e-6: it is not corrected."""
WIDE = {
    "x": np.array([[1.0, 0.5, 0.0, -1.0], [0.5, -1.0, 1.0, 0.0]]),
    "target": np.array([0, 1]),
    "rng": Seed(5),
    "bound": 2,
}
"""Fewer samples than features."""
ALONE = {"x": np.array([[0.5, -1.5]]), "target": np.array([0]), "rng": Seed(6), "bound": 1}

check_solvable = partial(
    lab.check,
    "perceptron.train",
    draw=solvable,
    cases=5,
    always=[PATIENT, WIDE, ALONE, VERY_PATIENT, BY_A_HAIR],
    withheld=["bound"],
)
CALL = "train(x, target, rng=rng, max_steps=500)"
STEPS = [augment, adds, subtracts, on_the_line]


@check_solvable(points=3, judge=separates, needs=STEPS)
@shown(CALL)
def converges(student, x, target, rng):
    """train separates every separable set, and says that it converged."""
    return fitted(student, x, target, rng, max_steps=500)


@check_solvable(judge=stays_in_bounds, needs=[converges])
@shown(CALL, slides="Perceptron: Learning")
def within_bound(student, x, target, rng):
    """train counts its corrections, and never needs more than Novikoff's (R/γ)²."""
    return fitted(student, x, target, rng, max_steps=500)


ON_ONE_AXIS = {
    "x": np.array([[0.5], [1.5], [2.5]]),
    "target": np.array([1, 0, 1]),
    "rng": Seed(3),
    "max_steps": 9,
}


@lab.check(
    "perceptron.train", draw=inseparable, always=[ON_ONE_AXIS], judge=never_claims, needs=STEPS
)
@shown("train(x, target, rng=rng, max_steps=max_steps)")
def gives_up(student, x, target, rng, max_steps):
    """train stops after max_steps corrections on XOR, and does not claim to have converged."""
    return fitted(student, x, target, rng, max_steps)


def small_grid(rng):
    """Draw samples and a grid of odd, unequal sides."""
    return {
        "x": short_numbers(rng, 6, 2),
        "target": bits(rng, 6),
        "w1": np.linspace(-2.0, 2.0, 5) + 0.125,
        "w2": np.linspace(-1.5, 1.5, 3) - 0.0625,
        "bias": float(short_numbers(rng)),
    }


AND_GRID = {
    "x": truth_table(2),
    "target": np.array([0, 0, 0, 1]),
    "w1": np.array([0.0, 0.5, 1.0, 1.5]),
    "w2": np.array([-0.5, 0.5, 1.0]),
    "bias": -1.0,
}


MANY_SAMPLES = {
    "x": np.tile([[1.0, 0.5], [-0.5, 2.0], [0.25, -1.0]], (200, 1)),
    "target": np.array([1, 0, 0] * 200),
    "w1": np.array([-2.0, 1.0, 2.0]),
    "w2": np.array([0.5, -1.0]),
    "bias": 0.25,
}


@lab.check(
    "perceptron.error_surface",
    draw=small_grid,
    always=[AND_GRID, MANY_SAMPLES],
    needs=[augment, predict],
)
@shown(picture=pictures.entries("Misclassified samples: a row for each w1, a column for each w2"))
def error_surface(student, x, target, w1, w2, bias):
    """error_surface counts the misclassified samples for every pair of weights."""
    return student.perceptron.error_surface(x, target, w1, w2, bias)


def separated(rng):
    """Draw augmented samples with a separator that is not of unit length."""
    x, target, separator = separable(rng, n_samples=7, n_features=2, margin=0.3)
    return {
        "x": np.column_stack([x, np.ones(len(x))]),
        "target": target,
        "separator": np.round(separator * 2.5, 3),
    }


FEW_SAMPLES = {
    "x": np.array([[1.0, 0.5, 0.0, 1.0], [-0.5, 1.0, -2.0, 1.0]]),
    "target": np.array([1, 0]),
    "separator": np.array([2.0, 0.0, 1.0, -1.0]),
}


NARROW = {
    "x": np.array([[1e-9, 1.0], [-2.0, 1.0]]),
    "target": np.array([1, 0]),
    "separator": np.array([0.5, 0.0]),
}


@lab.check("perceptron.novikoff_bound", draw=separated, cases=4, always=[FEW_SAMPLES, NARROW])
def novikoff_bound(student, x, target, separator):
    """novikoff_bound is (R/γ)², with the margin γ of the separator scaled to length 1."""
    return student.perceptron.novikoff_bound(x, target, separator)


def unseparated(rng):
    """Draw separable samples, and a separator with one sample on its wrong side."""
    case = separated(rng)
    case["target"] = case["target"].copy()
    case["target"][rng.integers(0, len(case["target"]))] ^= 1
    return case | {"why": "One sample is on the wrong side of this separator."}


ONE_ON_THE_LINE = {
    "x": np.array([[2.0, 1.0], [-3.0, 1.0], [4.0, 1.0]]),  # it is the first one
    "target": np.array([1, 0, 1]),
    "separator": np.array([1.0, -2.0]),
    "why": "The first sample is on the line of this separator.",
}


@lab.check(
    "perceptron.novikoff_bound",
    draw=unseparated,
    always=[ONE_ON_THE_LINE],
    judge=returns_or_refuses,
    needs=[novikoff_bound],
    withheld=["why"],
)
@shown("novikoff_bound(x, target, separator)")
def novikoff_refuses(student, x, target, separator):
    """novikoff_bound raises ValueError for a separator that does not separate."""
    return attempt(lambda: student.perceptron.novikoff_bound(x, target, separator))


def margins(rng):
    """Draw margins on both sides of 0 and of 1, and one of exactly 0."""
    return {"margin": rng.permutation([0.0, 1.0, *(2 * short_numbers(rng, 7))])}


FAR = {"margin": np.array([-1000.0, 1000.0, -40.0, 40.0, -3000.0])}
NEAR_0 = {"margin": np.array([1e-12, -1e-12, 1e-9])}
TABLE = {"margin": np.array([[1, 4, 0], [-3, 2, -1]])}


@lab.check("perceptron.margin_losses", draw=margins, always=[FAR, NEAR_0, TABLE])
def margin_losses(student, margin):
    """margin_losses gives the count of mistakes, the hinge and the logistic loss of every margin."""
    return student.perceptron.margin_losses(margin)
