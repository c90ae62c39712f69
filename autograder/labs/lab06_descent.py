"""Checks of lab 6: gradient descent."""

from functools import partial
from typing import Any

import numpy as np

from autograder import pictures
from autograder.course.lab import Lab, shown
from autograder.judges.cases import seed, short_numbers, table
from autograder.judges.epochs import draws_orders, steps_by_example, visits_each_once
from autograder.judges.equal import close
from autograder.judges.evidence import attempt
from autograder.judges.refusal import returns_or_refuses
from autograder.sandbox.codec import Seed

lab = Lab(
    "lab06_descent",
    title="Gradient descent",
    slides="The Approach of Gradient Descent",
    exercises={
        "descent.numerical_gradient": "Gradients of scalar functions with multi-variate inputs",
        "descent.sign_descent": "The Approach of Gradient Descent",
        "descent.gradient_descent": "Influence of step size example (constant step size)",
        "descent.largest_stable_lr": "Influence of step size example (constant step size)",
        "descent.stochastic_gradient_descent": "Multilayer NN -SGD",
        "descent.classify_turning_point": "Soln: Finding the minimum or maximum of a function",
        "descent.condition_number": "Problems with SGD",
    },
    hints={
        "descent.numerical_gradient": (
            "A function takes two numbers. At how many points must you know it for its gradient, "
            "and in how many of the two numbers does each of these points differ from x?"
        ),
        "descent.sign_descent": (
            "Start where the slope is positive. On which side is the next point, how far away is "
            "it, and what makes the walk end?"
        ),
        "descent.gradient_descent": (
            "Write down the first three points of a walk along the gradient of x². From which "
            "point is each step made, and which points has your table?"
        ),
        "descent.largest_stable_lr": (
            "In a bowl of curvature 4, what does one step with a rate of 0.1 do to the distance "
            "from the bottom, and what does one of 0.6? Which direction of a long valley decides?"
        ),
        "descent.stochastic_gradient_descent": (
            "Take two examples and two epochs. How many points are there, which example does each "
            "step look at, and is the second epoch in the same order as the first?"
        ),
        "descent.classify_turning_point": (
            "Follow x² and x³ at 0 and at 1 through your branches. Which question has to be asked "
            "first?"
        ),
        "descent.condition_number": (
            "A saddle is curved by −4 one way and by 2 the other. Which of the two directions is "
            "the steeper one, and what comes out for it?"
        ),
    },
)

check_descent = partial(lab.check, "descent.gradient_descent")
check_stable_lr = partial(lab.check, "descent.largest_stable_lr")
check_sgd = partial(lab.check, "descent.stochastic_gradient_descent")
check_numerical_gradient = partial(lab.check, "descent.numerical_gradient")

CUBIC = "f(t) = sum(cubic * t**3 + mixed * t * roll(t, 1))"
COORDINATES = pictures.entries("Your gradient, coordinate by coordinate")
differences = shown(f"numerical_gradient(f, x, h), {CUBIC}", picture=COORDINATES)


def cubic_at(rng, *shape):
    """Draw a function whose slope in one place depends on its neighbour, and a point."""
    return {
        "x": short_numbers(rng, *shape),
        "cubic": short_numbers(rng, *shape),
        "mixed": short_numbers(rng, *shape),
    }


def with_large_step(case, rng):
    """Add a step so large that other difference quotients give other numbers."""
    return {**case, "h": float(rng.choice([0.1, 0.3, 0.7]))}


def cubic_function(cubic, mixed):
    """Make the function of a case."""
    return lambda t: float(np.sum(cubic * t**3 + mixed * t * np.roll(t, 1)))


@check_numerical_gradient(
    draw=lambda rng: with_large_step(cubic_at(rng, int(rng.integers(3, 6))), rng)
)
@differences
def central_differences(student, x, cubic, mixed, h):
    """numerical_gradient goes h to either side in each coordinate, and divides by 2h."""
    return student.descent.numerical_gradient(cubic_function(cubic, mixed), x, h)


CUBE = {
    "x": np.array([[[1.5], [-2.0]]]),
    "cubic": np.array([[[0.5], [3.0]]]),
    "mixed": np.array([[[-2.5], [1.25]]]),
    "h": 0.25,
}


@check_numerical_gradient(
    draw=lambda rng: with_large_step(cubic_at(rng, 2, 3), rng),
    always=[CUBE],
    needs=[central_differences],
)
@differences
def any_shape(student, x, cubic, mixed, h):
    """numerical_gradient has the shape of x, whatever it is."""
    return student.descent.numerical_gradient(cubic_function(cubic, mixed), x, h)


def of_any_type(rng):
    """Draw a point of integers, or of float32."""
    case = cubic_at(rng, 3)
    return {**case, "x": (4 * case["x"]).astype(rng.choice(["int64", "float32"]))}


ANY_TYPE = table(
    "x cubic mixed",
    (np.array([3, 1]), np.array([0.5, 2.0]), np.array([1.5, -0.5])),
    (np.array([1.7, -2.3], np.float32), np.array([0.5, 2.0]), np.array([1.5, -0.5])),
)


@check_numerical_gradient(
    draw=of_any_type,
    always=ANY_TYPE,
    judge=close(1e-6),
    needs=[central_differences],
    unchanged=["x"],
)
@shown(f"numerical_gradient(f, x), {CUBIC}", picture=COORDINATES)
def any_numbers(student, x, cubic, mixed):
    """numerical_gradient takes integers and float32, measures in float64, and leaves x as it is."""
    return student.descent.numerical_gradient(cubic_function(cubic, mixed), x)


def valley(rng, *, offset):
    """Draw f'(t) = slope · (t − minimum), and a start some steps and a part of one away."""
    minimum = float(rng.choice([-1, 1]) * rng.choice([1.5, 1.75, 2.25, 2.5]))
    step, whole = float(rng.choice([0.25, 0.5])), int(rng.integers(2, 5))
    return {
        "slope": float(rng.choice([0.5, 1.5, 2.5])),
        "minimum": minimum,
        "x": minimum + float(rng.choice([-1, 1])) * (whole + offset) * step,
        "step": step,
        "max_steps": whole + int(rng.integers(3, 6)),
    }


ON_GRID = table(
    "slope minimum x step max_steps",
    (3.0, -2.0, -2.0, 0.5, 5),
    (2.0, 1.5, 0.5, 0.5, 5),  # on one side of 0, or the sign of x would do for the slope's
    (0.5, -1.5, -0.5, 0.5, 5),  # one step before the end the slope is smaller than the step
    (2.0, 0.0, 0.001, 0.5, 4),  # the slope is small, and never 0
    (1e-200, 0.0, 1.0, 0.5, 5),
    (2.0, 0.5, 2, 0.5, 5),  # the start is an integer
)
walks = shown(
    "sign_descent(derivative, x, step, max_steps), derivative(t) = slope * (t - minimum)",
    picture=pictures.series("The walk, step by step", ("x",)),
)


def walked(student, slope, minimum, x, step, max_steps):
    """Walk down a parabola; all numbers are exact in binary, so that 0 is met exactly."""
    return student.descent.sign_descent(lambda t: slope * (t - minimum), x, step, max_steps)


@lab.check(
    "descent.sign_descent",
    points=2,
    # no whole number of steps leads from such a start to the minimum
    draw=lambda rng: valley(rng, offset=float(rng.choice([0.25, 0.375, 0.75]))),
    cases=4,
    always=table(
        "slope minimum x step max_steps", (2.0, 1.0, 1.75, 0.5, 4), (2.0, -1.0, 2.25, 0.5, 0)
    ),
)
@walks
def fixed_steps(student, slope, minimum, x, step, max_steps):
    """sign_descent walks downhill in steps of one length, to and fro across the minimum."""
    return walked(student, slope, minimum, x, step, max_steps)


@lab.check("descent.sign_descent", draw=lambda rng: valley(rng, offset=0), always=ON_GRID)
@walks
def settles(student, slope, minimum, x, step, max_steps):
    """sign_descent ends where the derivative is exactly 0, at the start if it is 0 there."""
    return walked(student, slope, minimum, x, step, max_steps)


def bowl(rng):
    """Draw a quadratic that is not a parabola along the axes, and a rate that is stable on it."""
    root = np.round(rng.normal(size=(3, 3)), 2)
    hessian = root @ root.T + np.eye(3)
    rate = rng.uniform(0.4, 0.9) / np.linalg.eigvalsh(hessian)[-1]
    return {
        "hessian": np.round(hessian, 4),
        "minimum": short_numbers(rng, 3),
        "x": short_numbers(rng, 3) + 4.0,
        "lr": float(f"{rate:.3g}"),
    }


LECTURE: dict[str, Any] = {"hessian": np.array([[2.0, 1.0], [1.0, 8.0]]), "minimum": np.zeros(2)}
STEPS = pictures.walk("The walk, step by step")
descends = shown(
    "gradient_descent(gradient, x, lr, max_steps=max_steps), gradient(t) = hessian @ (t - minimum)",
    picture=STEPS,
)


def descended(student, hessian, minimum, x, lr, **bounds):
    """Walk down a quadratic."""
    return student.descent.gradient_descent(lambda t: hessian @ (t - minimum), x, lr, **bounds)


@check_descent(
    draw=lambda rng: {**bowl(rng), "max_steps": int(rng.integers(3, 8))},
    always=[
        {**LECTURE, "x": np.array([3.0, 3.0]), "lr": 0.1, "max_steps": 4},
        {**LECTURE, "x": np.array([-3.0, -3.0]), "lr": 0.1, "max_steps": 3},
    ],
)
@descends
def path(student, hessian, minimum, x, lr, max_steps):
    """gradient_descent returns the start, and each point after it against the gradient there."""
    return descended(student, hessian, minimum, x, lr, max_steps=max_steps)


def shrinking(rng):
    """Draw a walk whose changes keep their direction and shrink by a fixed factor.

    Each norm of a change is small at another step, because the entries are of like size.
    """
    away = rng.permutation([1.0, -1.0, 1.0, -1.0])[:3] * rng.choice([2.0, 2.5, 3.0], size=3)
    minimum = short_numbers(rng, 3)
    return {
        "slope": float(rng.choice([0.5, 2.0, 4.0])),
        "minimum": minimum,
        "x": minimum + away,
        "factor": float(rng.choice([0.8, 0.85, 0.9])),
        "tolerance": float(rng.choice([0.03, 0.05, 0.02])),
    }


AT_ONCE = table(
    "slope minimum x factor tolerance",
    (0.0, np.zeros(2), np.array([1.0, -2.0]), 0.5, 1e-8),
    (1.0, np.zeros(2), np.array([-6.0, 8.0]), 0.5, 5.0),
    (1.0, np.zeros(2), np.array([3.0, -4.0]), 0.5, 1e-12),
    (1.0, np.zeros(2), np.array([3.0, -4.0]), 0.5, 0.0),  # no change is so small
)


@check_descent(draw=shrinking, cases=4, always=AT_ONCE, needs=[path])
@shown(
    "gradient_descent(gradient, x, lr, tolerance, max_steps), lr = (1 - factor) / slope, gradient(t) = slope * (t - minimum)",
    slides="Gradient Descent Algorithm",
    picture=STEPS,
)
def stops(student, slope, minimum, x, factor, tolerance):
    """gradient_descent stops after the first update whose change has a 2-norm ≤ tolerance."""
    return student.descent.gradient_descent(
        lambda t: slope * (t - minimum),
        x,
        (1 - factor) / (slope or 1.0),
        tolerance=tolerance,
        max_steps=200,
    )


def too_fast(rng):
    """Draw a start from which a walk down t⁴ grows beyond all numbers."""
    x = short_numbers(rng, 2) * 2
    return {"power": 3, "x": x, "lr": 1.5, "max_steps": int(rng.integers(9, 13))}


@check_descent(
    draw=too_fast,
    always=table(
        "power x lr max_steps",
        (1, np.array([3.0, -1.0]), 2.5, 7),
        (1, np.array([3.0, -1.0]), 0.5, 0),
    ),
    needs=[path],
)
@shown(
    "gradient_descent(gradient, x, lr, max_steps=max_steps), gradient(t) = t**power", picture=STEPS
)
def diverges(student, power, x, lr, max_steps):
    """gradient_descent goes on to max_steps where the walk diverges, even to nan."""
    with np.errstate(all="ignore"):
        return student.descent.gradient_descent(lambda t: t**power, x, lr, max_steps=max_steps)


@check_descent(
    draw=lambda rng: {**bowl(rng), "max_steps": 3},
    cases=2,
    always=[{**LECTURE, "x": np.array([3, 3]), "lr": 0.1, "max_steps": 3}],
    needs=[path],
    unchanged=["x"],
)
@descends
def start_of_descent(student, hessian, minimum, x, lr, max_steps):
    """gradient_descent takes integers as well, and leaves the start it is given as it was."""
    return descended(student, hessian, minimum, x, lr, max_steps=max_steps)


BOWLS = [
    {"hessian": LECTURE["hessian"]},
    {"hessian": np.array([[4]])},
    {"hessian": np.array([[0.5, 0.25], [0.25, 3.0]])},  # a valley flatter than 1
    {"hessian": np.array([[1e-4, 0.0], [0.0, 2.0]])},
    {"hessian": LECTURE["hessian"] * 1e-9},
    {"hessian": LECTURE["hessian"] * 1e9},
    {"hessian": np.array([[2.0, 0.1 + 0.2], [0.3, 3.0]])},  # symmetric up to rounding
]


@check_stable_lr(
    points=2, draw=lambda rng: {"hessian": bowl(rng)["hessian"]}, cases=4, always=BOWLS
)
def stable_lr(student, hessian):
    """largest_stable_lr is 2 / λ_max, where a quadratic begins to diverge."""
    return student.descent.largest_stable_lr(hessian)


def saddle(rng):
    """Draw second derivatives that are negative along one axis."""
    hessian = np.diag(np.abs(short_numbers(rng, 3)) * [1, -1, 1])
    return {"hessian": hessian, "why": "One eigenvalue is negative."}


NO_BOWLS = [
    {"hessian": np.array(rows), "why": why}
    for rows, why in (
        ([[1.0, 2.0], [2.0, 1.0]], "One eigenvalue is negative."),
        ([[2.0, 0.0], [0.0, 0.0]], "One eigenvalue is 0."),
        ([[-2.0, 0.0], [0.0, -3.0]], "Both eigenvalues are negative."),
        ([[2.0, 1.0], [0.0, 3.0]], "This matrix is not symmetric."),
        ([[2.0, 0.0], [1.0, 3.0]], "This matrix is not symmetric."),
        ([[2.0, 0.5], [0.25, 3.0]], "This matrix is not symmetric."),
        ([[2.0, 0.5], [0.501, 3.0]], "This matrix is not symmetric."),
    )
]


@check_stable_lr(
    draw=saddle,
    cases=1,
    always=NO_BOWLS,
    judge=returns_or_refuses,
    needs=[stable_lr],
    withheld=["why"],
)
@shown("largest_stable_lr(hessian)")
def no_bowl(student, hessian):
    """largest_stable_lr refuses what is not symmetric or has an eigenvalue ≤ 0: a ValueError."""
    return attempt(lambda: student.descent.largest_stable_lr(hessian))


def examples(rng, most=8):
    """Draw examples whose gradients point in directions of their own."""
    n_examples = int(rng.integers(most - 2, most + 1))
    return {
        "x": short_numbers(rng, 3),
        "slopes": np.round(rng.uniform(0.3, 2.0, size=(n_examples, 3)), 3),
        "centres": np.round(rng.normal(0, 3, size=(n_examples, 3)), 3),
        "lr": float(rng.choice([0.1, 0.2, 0.3])),
        "epochs": int(rng.integers(4, 6)),
        "rng": seed(rng),
    }


wanders = shown(
    "stochastic_gradient_descent(gradient, x, n, lr, epochs, rng=rng), "
    "gradient(t, i) = slopes[i] * (t - centres[i])"
)


def wandered(student, x, slopes, centres, lr, epochs, rng):
    """Walk from example to example."""
    return student.descent.stochastic_gradient_descent(
        lambda t, i: slopes[i] * (t - centres[i]), x, len(centres), lr, epochs, rng=rng
    )


@check_sgd(points=2, draw=examples, judge=steps_by_example)
@wanders
def example_steps(student, x, slopes, centres, lr, epochs, rng):
    """Each update goes against the gradient of one example, taken at the point reached."""
    return wandered(student, x, slopes, centres, lr, epochs, rng)


MANY_EXAMPLES = examples(np.random.default_rng(5), most=30)


@check_sgd(draw=examples, always=[MANY_EXAMPLES], judge=visits_each_once, needs=[example_steps])
@wanders
def visits(student, x, slopes, centres, lr, epochs, rng):
    """Every epoch visits every example once."""
    return wandered(student, x, slopes, centres, lr, epochs, rng)


def three_runs(rng):
    """Draw examples, and three generators of which two are equal."""
    case = examples(rng, most=16)
    seed = int(rng.integers(0, 2**30))
    return {**case, "rng": Seed(seed), "again": Seed(seed), "other": Seed(seed + 1)}


@check_sgd(draw=three_runs, cases=2, judge=draws_orders, needs=[visits])
@wanders
def orders(student, x, slopes, centres, lr, epochs, rng, again, other):
    """Every epoch has a new random order, which rng alone decides."""
    runs = {"path": rng, "again": again, "other": other}
    return {
        name: wandered(student, x, slopes, centres, lr, epochs, generator)
        for name, generator in runs.items()
    }


TWO_EXAMPLES = {
    "x": np.array([1.5, -0.5, 2.0]),
    "slopes": np.array([[2.0, 1.0, 0.5], [0.75, 1.5, 1.0]]),
    "centres": np.array([[1.0, 2.0, 3.0], [-2.0, 0.5, 1.5]]),
    "lr": 0.25,
    "epochs": 2,
    "rng": Seed(1),
}


@check_sgd(
    draw=lambda rng: {**examples(rng), "x": rng.permutation([3, -2, 5])},
    cases=2,
    always=[TWO_EXAMPLES],
    judge=steps_by_example,
    needs=[example_steps],
    unchanged=["x"],
)
@wanders
def start_of_sgd(student, x, slopes, centres, lr, epochs, rng):
    """stochastic_gradient_descent takes integers as well, and leaves its start as it was."""
    return wandered(student, x, slopes, centres, lr, epochs, rng)


def parabola(rng):
    """Draw a parabola whose turning point is, or is not, where it is asked; its curvature has any sign."""
    vertex = float(rng.choice([-1.5, -0.5, 0.5, 2.0]))
    return {
        "curvature": float(rng.choice([-1, 1]) * rng.choice([1e-3, 0.5, 2.0])),
        "vertex": vertex,
        "power": 1,
        "x": vertex + float(rng.choice([0.0, 0.25])),
    }


TURNING_POINTS = table(
    "curvature vertex power x",
    (2.0, 0.0, 1, 0.0),
    (-2.0, 0.0, 1, 0.0),
    (2.0, 1.5, 1, 1.5),
    (-0.001, -1.5, 1, -1.5),
    (2.0, 0.0, 1, 1.0),
    (-2.0, 0.0, 1, 1.0),
    (1.0, 0.0, 2, 0.0),  # f' = t²: a saddle
    (1.0, 0.5, 3, 0.5),  # f' = (t − 0.5)³: a minimum that f'' does not see
    (-1.0, 0.0, 3, 0.0),
    (2.0, 0.0, 0, 1.0),  # a straight line: f'' is 0, and so no matter
    (-2.0, 0.0, 0, 1.0),
    (1e-200, 0.5, 1, 0.5),  # flat, and a bowl
    (-1e-200, 0.5, 1, 0.5),
    (1e-200, 0.5, 1, 1.5),
)


@lab.check("descent.classify_turning_point", draw=parabola, cases=4, always=TURNING_POINTS)
@shown(
    "classify_turning_point(derivative, second_derivative, x), "
    "derivative(t) = curvature * (t - vertex)**power"
)
def classify_turning_point(student, curvature, vertex, power, x):
    """classify_turning_point says minimum or maximum where f' is 0 and f'' is not, undecided, or none."""
    return student.descent.classify_turning_point(
        lambda t: curvature * (t - vertex) ** power,
        lambda t: curvature * power * (t - vertex) ** (power - 1),
        x,
    )


def curved(rng):
    """Draw a symmetric matrix of two to four directions, whose curvatures are given and have any sign."""
    n = int(rng.integers(2, 5))
    sizes = rng.permutation([0.25, 1.5, 4.0, 10.0])[:n] * rng.choice([-1, 1], n)
    turned = np.linalg.qr(rng.normal(size=(n, n)))[0]
    hessian = turned @ np.diag(sizes) @ turned.T
    return {"hessian": (hessian + hessian.T) / 2}


HESSIANS = table(
    "hessian",
    (np.array([[2.0, 1.0], [1.0, 8.0]]),),
    (np.array([[2.0, 0.0], [0.0, -50.0]]),),  # a saddle
    (np.array([[-3.0, 1.0], [1.0, -2.0]]),),
    (np.array([[7.0]]),),
    (np.diag([2e-9, 4e-9]),),
    (np.diag([1e-7, 1.0]),),
    (np.diag([3e9, 4e9]),),
)


@lab.check("descent.condition_number", draw=curved, always=HESSIANS)
def condition_number(student, hessian):
    """condition_number is the largest singular value of the Hessian over the smallest."""
    return student.descent.condition_number(hessian)
