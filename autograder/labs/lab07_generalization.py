"""Checks of lab 7: preprocessing and regularization."""

from functools import partial
from typing import Any

import numpy as np

from autograder import pictures
from autograder.course.lab import Lab, shown
from autograder.judges.cases import short_numbers, table
from autograder.judges.equal import close
from autograder.judges.evidence import attempt
from autograder.judges.orientation import same_coordinates, same_directions
from autograder.judges.refusal import returns_or_refuses

lab = Lab(
    "lab07_generalization",
    title="Preprocessing and regularization",
    slides="Regularization",
    exercises={
        "preprocessing.StandardScaler.fit": "Data preprocessing: Z score",
        "preprocessing.StandardScaler.transform": "Data preprocessing: Z score",
        "preprocessing.MinMaxScaler.fit": "Data preprocessing: Min Max Scaling",
        "preprocessing.MinMaxScaler.transform": "Data preprocessing: Min Max Scaling",
        "preprocessing.PCAWhitening.fit": "Data preprocessing: Whitening",
        "preprocessing.PCAWhitening.transform": "Data preprocessing: Whitening",
        "regularization.l2_penalty": "Regularization",
        "regularization.l2_gradient": "Regularization",
        "regularization.l1_penalty": "Regularization",
        "regularization.l1_gradient": "Regularization",
        "regularization.fit_polynomial": "Regularization",
        "regularization.bias_variance": "Regularization-Bias Variance",
        "regularization.soft_threshold": "Regularization",
        "regularization.negative_log_prior": "Regularization",
    },
    hints={
        "preprocessing.StandardScaler.fit": (
            "Take the column 1, 3: what are its mean and its deviation? By how many do you "
            "divide, and what do you do about a column in which all numbers are equal?"
        ),
        "preprocessing.StandardScaler.transform": (
            "Take one new row alone. Whose mean and whose deviation does it meet: its own, or "
            "those of the rows before?"
        ),
        "preprocessing.MinMaxScaler.fit": (
            "Five rows of two features: how many smallest numbers are there? Along which axis do "
            "you look for them?"
        ),
        "preprocessing.MinMaxScaler.transform": (
            "Where does the smallest number of fit land, where the largest, and where one that "
            "lies in the middle? Try a range that does not begin at 0."
        ),
        "preprocessing.PCAWhitening.fit": (
            "Draw a long cloud of points. Which direction is its longest, is that your first row, "
            "and how long is every row? Which numbers belong to the directions in the same order?"
        ),
        "preprocessing.PCAWhitening.transform": (
            "Follow a single row: what is left of it after the mean is taken away, how far does "
            "it reach along the first direction, and what must the variance of these numbers be "
            "in the end?"
        ),
        "regularization.l2_penalty": (
            "One layer has the weight 3, another the weight 4. What is the penalty, and what is "
            "that of one layer with both weights?"
        ),
        "regularization.l2_gradient": (
            "Let a weight of 3 grow by 0.01. By how much does the penalty grow, and what does "
            "your gradient say?"
        ),
        "regularization.l1_penalty": (
            "Take the weights 3 and −4. What is the penalty, and can it ever be below 0?"
        ),
        "regularization.l1_gradient": (
            "Let a weight of 5 grow by 0.01, and then one of −5. What happens to the penalty each "
            "time, and does it matter how large the weights are?"
        ),
        "regularization.fit_polynomial": (
            "Lay a straight line through two points without a penalty: does yours meet both? Then "
            "make the penalty huge: which weights become small, and which one is free?"
        ),
        "regularization.bias_variance": (
            "Two models answer 1 and 3 at a point where 0 is true. What is their mean, how far is "
            "that from the truth, and how far is each from their mean?"
        ),
        "regularization.soft_threshold": (
            "Shrink 3, −3 and 0.5 by 1, on paper. What is left of each, and has one of them "
            "changed sides?"
        ),
        "regularization.negative_log_prior": (
            "Take a single weight of 0: which part of the formula is left? And what do two such "
            "weights give?"
        ),
    },
    takes={
        "preprocessing.StandardScaler.fit": {"integers": "x", "one row": "x"},
        "preprocessing.StandardScaler.transform": {"integers": "x rows", "one row": "rows"},
        "preprocessing.MinMaxScaler.fit": {"integers": "x", "one row": "x"},
        "preprocessing.MinMaxScaler.transform": {"integers": "x rows", "one row": "rows"},
        "preprocessing.PCAWhitening.fit": {"integers": "x"},
        "preprocessing.PCAWhitening.transform": {"integers": "x rows", "one row": "rows"},
        "regularization.l2_penalty": {"axes": "weights"},
        "regularization.l2_gradient": {"axes": "weights"},
        "regularization.l1_penalty": {"axes": "weights"},
        "regularization.l1_gradient": {"axes": "weights"},
        "regularization.fit_polynomial": {"integers": "x y"},
        "regularization.bias_variance": {"one row": "predictions"},
        "regularization.soft_threshold": {
            "integers": "weight",
            "axes": "weight",
            "one row": "weight",
        },
        "regularization.negative_log_prior": {"axes": "weight"},
    },
)

check_standard_fit = partial(lab.check, "preprocessing.StandardScaler.fit")
check_whitening_fit = partial(lab.check, "preprocessing.PCAWhitening.fit")
check_polynomial = partial(lab.check, "regularization.fit_polynomial")


def learnt(scaler, x, before, *names):
    """Fit a scaler, and take what it has learnt; a name that it did not set is left out.

    Where `before` is given, the scaler was fitted to these rows first.
    """
    if before is not None:
        scaler.fit(before)
    fitted = scaler.fit(x)
    there = {name: getattr(scaler, name) for name in names if hasattr(scaler, name)}
    return {"returns self": fitted is scaler, **there}


def transformed_twice(scaler, x, rows):
    """Fit a scaler, transform rows (x itself if there are none), write over that, and transform again."""
    rows = x if rows is None else rows
    scaler.fit(x)
    written_over(scaler.transform(rows))
    return scaler.transform(rows)


def written_over(result):
    """Write over an array: whoever lies in the same memory changes with it."""
    if isinstance(result, np.ndarray) and result.flags.writeable:
        result[...] = 77


FITTED_BEFORE = "a scaler that was fitted to before, if there is one"


def features(rng, rows, scales):
    """Draw features of other scales and means; none is centred by luck."""
    n_features = len(scales)
    centre = short_numbers(rng, n_features) * 2
    return np.round(rng.normal(size=(rows, n_features)) * scales + centre, 3)


def training_rows(rng):
    """Draw training rows in odd numbers."""
    return {"x": features(rng, int(rng.choice([5, 7, 9])), [0.25, 1.0, 4.0])}


def with_new_rows(rng):
    """Draw training rows, and new ones that lie elsewhere and spread less."""
    case = training_rows(rng)
    shift = [0.75, -2.5, 5.0]
    return {**case, "rows": features(rng, 4, [0.1, 0.5, 1.0]) + shift}


mean_and_std = shown(
    f"StandardScaler().fit(x), {FITTED_BEFORE}",
    picture=pictures.entries(
        "Row 0: the mean of each feature; row 1: its std",
        of=lambda value: [value["mean"], value["std"]],
    ),
)
ROWS = pictures.entries("Rows after scaling: a column for each feature")
min_max = shown("MinMaxScaler(feature_range).fit(x).transform(rows), twice", picture=ROWS)
WHOLE = {"x": np.array([[1, 70], [4, 10], [-3, 20], [7, 0], [2, 30]])}
WHOLE_ROWS: dict[str, Any] = {**WHOLE, "rows": np.array([[5, -20], [2, 110], [-9, 4]])}
AGAIN = {"x": np.array([[2, 5.5], [4, 7]]), "before": np.array([[0, 5], [8.5, 6], [1, 7]])}
SMALL = {"x": np.array([[1e-9, 0.001, 1e-15], [3e-9, 0.003, 3e-15]])}
LARGE = {"x": np.array([[1e12, -3e12], [3e12, -2e12]])}
FAR = {"x": np.array([[1e8, -3e9], [1e8 + 2, -3e9 - 8]])}
"""Means a hundred million times larger than the spread: the squares hold none of its digits."""
TENTHS = {"x": np.array([[0.1, 0.7], [0.1, 0.2], [0.1, 0.3]])}
"""The mean of three times 0.1 is rounded, so that the spread around it is 1e-17 and not 0."""
NARROW = {"x": np.array([[1e-15, 2e-9], [3e-15, 4e-9]]), "rows": np.array([[2e-15, 7e-9]])}
UNIT = {"x": np.array([[1.0, -1.0], [-1.0, 1.0]]), "rows": None}
"""Rows that are scaled already: they come out as they are."""


@check_standard_fit(draw=training_rows, always=[WHOLE, AGAIN, SMALL, FAR], unchanged=["x"])
@mean_and_std
def standard_fit(student, x, before=None):
    """StandardScaler.fit learns mean and std of every feature, and returns the scaler itself."""
    return learnt(student.preprocessing.StandardScaler(), x, before, "mean", "std")


def one_feature_constant(rng):
    """Draw rows whose feature in some place never varies; its mean is exact."""
    case = with_new_rows(rng)
    case["x"][:, rng.integers(0, 3)] = short_numbers(rng)
    return case


@check_standard_fit(
    draw=lambda rng: {"x": one_feature_constant(rng)["x"]},
    always=[{"x": np.array([[2.5, -3.0]])}, TENTHS],
    needs=[standard_fit],
)
@mean_and_std
def standard_constant(student, x):
    """A feature that is the same in all rows gets std 1; the others keep theirs."""
    return learnt(student.preprocessing.StandardScaler(), x, None, "mean", "std")


@lab.check(
    "preprocessing.StandardScaler.transform",
    draw=with_new_rows,
    always=[WHOLE_ROWS, UNIT],
    needs=[standard_fit],
    unchanged=["x", "rows"],
)
@shown("StandardScaler().fit(x).transform(rows), twice; rows is x if it is None", picture=ROWS)
def standard_transform(student, x, rows):
    """StandardScaler.transform measures any rows with the training rows' mean and std."""
    return transformed_twice(student.preprocessing.StandardScaler(), x, rows)


@lab.check(
    "preprocessing.MinMaxScaler.fit",
    draw=training_rows,
    always=[WHOLE, AGAIN, LARGE],
    unchanged=["x"],
)
@shown(
    f"MinMaxScaler().fit(x), {FITTED_BEFORE}",
    picture=pictures.entries(
        "Row 0: the minimum of each feature; row 1: its maximum",
        of=lambda value: [value["minimum"], value["maximum"]],
    ),
)
def min_max_fit(student, x, before=None):
    """MinMaxScaler.fit learns minimum and maximum of every feature, and returns the scaler itself."""
    return learnt(student.preprocessing.MinMaxScaler(), x, before, "minimum", "maximum")


def with_range(case, rng):
    """Add a range that begins at neither 0 nor −1."""
    low = float(short_numbers(rng))
    return {**case, "feature_range": (low, low + float(rng.choice([0.5, 1.75, 3.0])))}


def min_max_scaled(student, x, rows, feature_range):
    """Fit to some rows and transform others."""
    scaler = student.preprocessing.MinMaxScaler(feature_range=feature_range)
    return transformed_twice(scaler, x, rows)


@lab.check(
    "preprocessing.MinMaxScaler.transform",
    draw=lambda rng: with_range(with_new_rows(rng), rng),
    always=[
        {**WHOLE_ROWS, "feature_range": (0, 1)},
        {**WHOLE_ROWS, "feature_range": (-2, 3)},
        {**UNIT, "feature_range": (-1, 1)},
        {**NARROW, "feature_range": (0, 1)},
    ],
    needs=[min_max_fit],
    unchanged=["x", "rows"],
)
@min_max
def min_max_transform(student, x, rows, feature_range):
    """MinMaxScaler.transform takes the training rows' smallest value to low, its largest to high."""
    return min_max_scaled(student, x, rows, feature_range)


@lab.check(
    "preprocessing.MinMaxScaler.transform",
    draw=lambda rng: with_range(one_feature_constant(rng), rng),
    always=[{"x": np.array([[3.0]]), "rows": np.array([[3.0]]), "feature_range": (-1.5, 2.0)}],
    needs=[min_max_transform],
)
@min_max
def min_max_constant(student, x, rows, feature_range):
    """A feature that is the same in all training rows is divided by 1 instead of 0."""
    return min_max_scaled(student, x, rows, feature_range)


def apart(x):
    """Return whether the variances along the principal directions are clearly different."""
    variances = np.linalg.eigvalsh(np.cov(x.T))
    return bool((variances[1:] > 1.5 * variances[:-1]).all() and variances[0] > 1e-3)


def correlated(rng, rows):
    """Draw correlated features with a different variance along each principal direction."""
    while True:
        mix = rng.normal(size=(3, 3))
        x = np.round(rng.normal(size=(rows, 3)) @ (mix * [[3.0], [1.5], [0.75]]), 2)
        if apart(x):
            return x + short_numbers(rng, 3) * 2


def with_components(rng):
    """Draw rows, and how many directions to keep."""
    kept = int(rng.choice([1, 2, 3]))
    return {"x": correlated(rng, int(rng.choice([7, 9, 13]))), "n_components": kept}


SLANTED = np.array([[2, 1], [4, 4], [8, 5], [12, 9], [-1, 6]])


def whitening(student, x, n_components, before=None):
    """Fit PCA whitening, and take what it has learnt."""
    scaler = student.preprocessing.PCAWhitening(n_components)
    return learnt(scaler, x, before, "mean", "components", "std")


@check_whitening_fit(
    draw=with_components,
    always=[
        *table("x n_components", (SLANTED, None), (SLANTED, 1)),
        {"x": SLANTED, "n_components": None, "before": SLANTED[::-1, ::-1] ** 2},
    ],
    judge=same_directions,
    unchanged=["x"],
)
@shown(f"PCAWhitening(n_components).fit(x), {FITTED_BEFORE}")
def whitening_fit(student, x, n_components, before=None):
    """PCAWhitening.fit learns the directions of largest variance, one a row, and their std."""
    return whitening(student, x, n_components, before)


TINY_ROWS = np.array([[2.0, 0.1], [2.0, -0.1], [-2.0, 0.1], [-2.0, -0.1]]) * 1e-6
"""The smaller variance is 1e-14, which is little, but not little beside the larger, 4e-12."""

NEARLY_FLAT = [TINY_ROWS * [5e5, width] for width in (30, 3)]
"""The variances are 1 and 9e-12, and 1 and 9e-14, on the two sides of 1e-12."""

ALIKE = np.full((3, 2), 5.0)
"""No variance at all: whatever the directions are, the rows' coordinates are 0."""


def flat_direction(rng):
    """Draw rows of three features that lie in a slanted plane."""
    while True:
        x = correlated(rng, 9)
        x[:, 2] = x[:, :2] @ short_numbers(rng, 2)
        variances = np.linalg.eigvalsh(np.cov(x.T))
        if variances[2] > 1.5 * variances[1] and variances[1] > 1e-2:
            return {"x": x, "n_components": None}


@check_whitening_fit(
    draw=flat_direction,
    always=[{"x": x, "n_components": None} for x in (TINY_ROWS, *NEARLY_FLAT)],
    judge=same_directions,
    needs=[whitening_fit],
)
@shown("PCAWhitening().fit(x)")
def whitening_flat(student, x, n_components):
    """A direction without variance, rounding aside, gets std 1."""
    return whitening(student, x, n_components)


COORDINATES = table(
    "x n_components rows",
    (SLANTED, None, SLANTED),
    (SLANTED, None, np.array([[-1, 5], [0, 3], [8, 2]])),
    (SLANTED, 1, np.array([[-1, 5], [0, 3], [8, 2]])),
    (ALIKE, None, ALIKE),
)


@check_whitening_fit(
    draw=lambda rng: {"x": correlated(rng, 7), "n_components": int(rng.integers(4, 8))},
    always=table("x n_components", (SLANTED, 3), (SLANTED, 5)),
    judge=returns_or_refuses,
    needs=[whitening_fit],
)
@shown("PCAWhitening(n_components).fit(x)")
def whitening_too_many(student, x, n_components):
    """PCAWhitening.fit refuses more components than there are features: a ValueError."""
    scaler = student.preprocessing.PCAWhitening(n_components)
    return attempt(lambda: scaler.fit(x) and None)


@lab.check(
    "preprocessing.PCAWhitening.transform",
    draw=lambda rng: {**with_components(rng), "rows": features(rng, 4, [1.0, 2.0, 3.0])},
    always=COORDINATES,
    judge=same_coordinates,
    needs=[whitening_fit],
    unchanged=["x", "rows"],
)
@shown("PCAWhitening(n_components).fit(x).transform(rows), twice")
def whitening_transform(student, x, n_components, rows):
    """PCAWhitening.transform gives centred coordinates along the components, each over its std."""
    return transformed_twice(student.preprocessing.PCAWhitening(n_components), x, rows)


def layers(rng):
    """Draw the weights of layers of unequal shapes; one weight is 0."""
    weights = [short_numbers(rng, *shape) for shape in ((2, 3), (1, 2), (4, 1))]
    weights[0][0, 1] = 0.0
    return {"weights": weights}


ONE_LAYER = {"weights": [np.array([[3, 0, -2]])]}
SMALL_WEIGHTS = {"weights": [np.array([[1e-9, -1e-9], [0.05, -0.05], [-1e-200, 1e-200]])]}
ONLY_SMALL = {"weights": [np.array([[1e-5, -2e-5]])]}
SIGNS = {"weights": [np.array([[1.0, 0.0, -1.0]])]}
"""Weights that are their own signs."""


def all_of(case):
    """Put the weights of all layers in one row, for a picture."""
    return np.concatenate([np.ravel(layer) for layer in case["weights"]])


each_weight = shown(
    "{}(weights), twice",
    picture=pictures.over(
        "The gradient that each weight gets",
        x=all_of,
        of=lambda value: all_of({"weights": value}),
        xlabel="weight",
        ylabel="gradient",
    ),
)


@lab.check("regularization.l2_penalty", draw=layers, always=[ONE_LAYER, ONLY_SMALL])
def l2_penalty(student, weights):
    """l2_penalty adds up the squares of all weights of all layers."""
    return student.regularization.l2_penalty(weights)


def asked_twice(gradient, weights):
    """Ask for gradients, write over them, and ask again."""
    for array in gradient(weights) or ():
        written_over(array)
    return gradient(weights)


@lab.check("regularization.l2_gradient", draw=layers, always=[ONE_LAYER], unchanged=["weights"])
@each_weight
def l2_gradient(student, weights):
    """l2_gradient is twice each weight, layer by layer, in new arrays."""
    return asked_twice(student.regularization.l2_gradient, weights)


@lab.check("regularization.l1_penalty", draw=layers, always=[ONE_LAYER, ONLY_SMALL])
def l1_penalty(student, weights):
    """l1_penalty adds up the absolute values of all weights of all layers."""
    return student.regularization.l1_penalty(weights)


@lab.check(
    "regularization.l1_gradient",
    draw=layers,
    always=[ONE_LAYER, SMALL_WEIGHTS, SIGNS],
    unchanged=["weights"],
)
@each_weight
def l1_gradient(student, weights):
    """l1_gradient is the sign of each weight, 0 for a weight of 0, layer by layer."""
    return asked_twice(student.regularization.l1_gradient, weights)


def points_to_fit(rng, **more):
    """Draw points on no polynomial, far from 0, so that a penalised bias shows."""
    n_points = int(rng.choice([7, 9, 11]))
    x = np.linspace(-1.4, 1.6, n_points) + rng.uniform(-0.1, 0.1, size=n_points)
    y = rng.normal(0, 2, size=n_points) + rng.choice([-6.0, 5.0])
    return {"x": rng.permutation(np.round(x, 3)), "y": np.round(y, 3), **more}


def penalised(rng):
    """Draw points and a penalty."""
    degree, l2 = int(rng.integers(2, 6)), float(rng.choice([0.05, 0.3, 1.5]))
    return points_to_fit(rng, degree=degree, l2=l2)


INTERPOLATED = table(
    "x y degree",
    (np.array([-1, 0, 1, 2]), np.array([4, 1, 0, 7]), 3),
    (np.array([0.5, 2.0, 3.0]), np.array([1.0, -2.0, 4.0]), 0),
)
PENALISED_LINE = {
    "x": np.array([-1.0, 0.0, 1.0]),
    "y": np.array([-2.0, 1.0, 4.0]),
    "degree": 1,
    "l2": 2 / 3,
}
PENALISED_CONSTANT = {
    "x": np.array([-1.0, 0.5, 3.0]),
    "y": np.array([7.0, 4.0, 10.0]),
    "degree": 0,
    "l2": 0.5,
}
NO_POLYNOMIALS = [
    {"x": np.array([1.0, 2.0, 4.0]), "y": np.array([3.0, 1.0, 2.0]), "degree": degree, "l2": 0.5}
    for degree in (3, 5, -1)
]


@check_polynomial(
    draw=lambda rng: points_to_fit(rng, degree=int(rng.integers(2, 6))),
    always=INTERPOLATED,
    judge=close(1e-6),
)
@shown(slides="Regularization-Bias Variance", picture=pictures.polynomial)
def least_squares(student, x, y, degree):
    """Without a penalty, fit_polynomial is the least squares fit, w₀ first."""
    return student.regularization.fit_polynomial(x, y, degree)


@check_polynomial(
    draw=penalised,
    always=[PENALISED_LINE, PENALISED_CONSTANT],
    judge=close(1e-6),
    needs=[least_squares],
)
@shown(picture=pictures.polynomial)
def penalised_fit(student, x, y, degree, l2):
    """fit_polynomial minimises the mean squared error plus l2 · Σ wⱼ², the bias w₀ left out."""
    return student.regularization.fit_polynomial(x, y, degree, l2)


@check_polynomial(
    draw=lambda rng: points_to_fit(rng, degree=2, l2=-float(rng.choice([0.5, 0.25, 0.75]))),
    cases=2,
    always=NO_POLYNOMIALS,
    judge=returns_or_refuses,
    needs=[least_squares],
)
def no_polynomial(student, x, y, degree, l2):
    """fit_polynomial refuses a degree below 0 or from n on, and a negative l2: a ValueError."""
    return attempt(lambda: student.regularization.fit_polynomial(x, y, degree, l2))


def models(rng):
    """Draw predictions of some models at other numbers of points, and the truth there."""
    n_models, n_points = int(rng.choice([3, 5])), int(rng.choice([4, 7]))
    truth = short_numbers(rng, n_points)
    return {"predictions": truth * 0.5 + short_numbers(rng, n_models, n_points), "truth": truth}


THREE_MODELS = {
    "predictions": np.array([[1.0, 5.0], [3.0, 5.0], [2.0, 8.0]]),
    "truth": np.array([0.0, 4.0]),
}


@lab.check("regularization.bias_variance", draw=models, always=[THREE_MODELS])
@shown(picture=pictures.bias_and_variance)
def bias_variance(student, predictions, truth):
    """bias² is how far the mean prediction is from the truth, variance how far the models are from it."""
    return student.regularization.bias_variance(predictions, truth)


def weights_and_amount(rng):
    """Draw weights on both sides of the amount, one that equals it, and one that is 0."""
    amount = float(rng.choice([0.5, 0.75, 1.25]))
    weight = [amount, -amount, 0.0, amount / 2, -amount / 2, *short_numbers(rng, 7)]
    return {"weight": rng.permutation(weight).reshape(3, 4), "amount": amount}


@lab.check(
    "regularization.soft_threshold",
    draw=weights_and_amount,
    always=table(
        "weight amount",
        (np.array([3.0, -0.5, -2.0]), 1.0),
        (np.array([1.5, -2.0]), 0.0),
        (np.array([3e-9, -5e-10, -2e-9]), 1e-9),
    ),
)
@shown(
    picture=pictures.over(
        "Weights shrink by the amount, and the small ones to 0",
        x=lambda case: case["weight"],
        xlabel="weight",
    )
)
def soft_threshold(student, weight, amount):
    """soft_threshold takes every weight the same amount closer to 0, and no further."""
    return student.regularization.soft_threshold(weight, amount)


def weights_and_prior(rng):
    """Draw weights, and a prior of a scale other than 1."""
    return {
        "weight": short_numbers(rng, 2, 3),
        "scale": float(rng.choice([0.25, 0.5, 2.0, 3.0])),
        "prior": str(rng.choice(["gaussian", "laplacian"])),
    }


PRIORS = table(
    "weight scale prior",
    (np.array([1.0, -2.0]), 2.0, "laplacian"),
    (np.array([1.0, -2.0, 0.5]), 2.0, "gaussian"),
    (np.array([100.0]), 0.5, "gaussian"),  # p(w) itself is 0 in floating point
    (np.array([[1000.0, 0.0]]), 0.5, "laplacian"),
)


@lab.check("regularization.negative_log_prior", draw=weights_and_prior, always=PRIORS)
def negative_log_prior(student, weight, scale, prior):
    """negative_log_prior is −log p(w) of all weights: a penalty and a constant."""
    return student.regularization.negative_log_prior(weight, scale, prior)
