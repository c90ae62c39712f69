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
        "regularization.bias_variance": {"one row": "predictions"},
    },
)

check_standard_fit = partial(lab.check, "preprocessing.StandardScaler.fit")
check_whitening_fit = partial(lab.check, "preprocessing.PCAWhitening.fit")
check_polynomial = partial(lab.check, "regularization.fit_polynomial")


def learnt(scaler, x, *names):
    """Fit a scaler, and take what it has learnt; a name that it did not set is left out."""
    fitted = scaler.fit(x)
    there = {name: getattr(scaler, name) for name in names if hasattr(scaler, name)}
    return {"returns self": fitted is scaler, **there}


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
    "StandardScaler().fit(x)",
    picture=pictures.entries(
        "Row 0: the mean of each feature; row 1: its std",
        of=lambda value: [value["mean"], value["std"]],
    ),
)
ROWS = pictures.entries("Rows after scaling: a column for each feature")
min_max = shown("MinMaxScaler(feature_range).fit(x).transform(rows)", picture=ROWS)
WHOLE = {"x": np.array([[1, 70], [4, 10], [-3, 20], [7, 0], [2, 30]])}
WHOLE_ROWS: dict[str, Any] = {**WHOLE, "rows": np.array([[5, -20], [2, 110], [-9, 4]])}


@check_standard_fit(draw=training_rows, always=[WHOLE], unchanged=["x"])
@mean_and_std
def standard_fit(student, x):
    """StandardScaler.fit learns mean and std of every feature, and returns the scaler itself."""
    return learnt(student.preprocessing.StandardScaler(), x, "mean", "std")


def one_feature_constant(rng):
    """Draw rows whose feature in some place never varies; its mean is exact."""
    case = with_new_rows(rng)
    case["x"][:, rng.integers(0, 3)] = short_numbers(rng)
    return case


@check_standard_fit(
    draw=lambda rng: {"x": one_feature_constant(rng)["x"]},
    always=[{"x": np.array([[2.5, -3.0]])}],
    needs=[standard_fit],
)
@mean_and_std
def standard_constant(student, x):
    """A feature that is the same in all rows gets std 1; the others keep theirs."""
    return learnt(student.preprocessing.StandardScaler(), x, "mean", "std")


@lab.check(
    "preprocessing.StandardScaler.transform",
    draw=with_new_rows,
    always=[WHOLE_ROWS],
    needs=[standard_fit],
    unchanged=["x", "rows"],
)
@shown("StandardScaler().fit(x).transform(rows)", picture=ROWS)
def standard_transform(student, x, rows):
    """StandardScaler.transform measures any rows with the training rows' mean and std."""
    scaler = student.preprocessing.StandardScaler()
    scaler.fit(x)
    return scaler.transform(rows)


@lab.check("preprocessing.MinMaxScaler.fit", draw=training_rows, always=[WHOLE], unchanged=["x"])
@shown(
    "MinMaxScaler().fit(x)",
    picture=pictures.entries(
        "Row 0: the minimum of each feature; row 1: its maximum",
        of=lambda value: [value["minimum"], value["maximum"]],
    ),
)
def min_max_fit(student, x):
    """MinMaxScaler.fit learns minimum and maximum of every feature, and returns the scaler itself."""
    return learnt(student.preprocessing.MinMaxScaler(), x, "minimum", "maximum")


def with_range(case, rng):
    """Add a range that begins at neither 0 nor −1."""
    low = float(short_numbers(rng))
    return {**case, "feature_range": (low, low + float(rng.choice([0.5, 1.75, 3.0])))}


def min_max_scaled(student, x, rows, feature_range):
    """Fit to some rows and transform others."""
    scaler = student.preprocessing.MinMaxScaler(feature_range=feature_range)
    scaler.fit(x)
    return scaler.transform(rows)


@lab.check(
    "preprocessing.MinMaxScaler.transform",
    draw=lambda rng: with_range(with_new_rows(rng), rng),
    always=[{**WHOLE_ROWS, "feature_range": (0, 1)}, {**WHOLE_ROWS, "feature_range": (-2, 3)}],
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


def whitening(student, x, n_components):
    """Fit PCA whitening, and take what it has learnt."""
    scaler = student.preprocessing.PCAWhitening(n_components)
    return learnt(scaler, x, "mean", "components", "std")


@check_whitening_fit(
    draw=with_components,
    always=table("x n_components", (SLANTED, None), (SLANTED, 1)),
    judge=same_directions,
    unchanged=["x"],
)
@shown("PCAWhitening(n_components).fit(x)")
def whitening_fit(student, x, n_components):
    """PCAWhitening.fit learns the directions of largest variance, one a row, and their std."""
    return whitening(student, x, n_components)


TINY_ROWS = np.array([[2.0, 0.1], [2.0, -0.1], [-2.0, 0.1], [-2.0, -0.1]]) * 1e-6
"""The smaller variance is 1e-14, which is little, but not little beside the larger, 4e-12."""


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
    always=[{"x": TINY_ROWS, "n_components": None}],
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
@shown("PCAWhitening(n_components).fit(x).transform(rows)")
def whitening_transform(student, x, n_components, rows):
    """PCAWhitening.transform gives centred coordinates along the components, each over its std."""
    scaler = student.preprocessing.PCAWhitening(n_components)
    scaler.fit(x)
    return scaler.transform(rows)


def layers(rng):
    """Draw the weights of layers of unequal shapes; one weight is 0."""
    weights = [short_numbers(rng, *shape) for shape in ((2, 3), (1, 2), (4, 1))]
    weights[0][0, 1] = 0.0
    return {"weights": weights}


ONE_LAYER = {"weights": [np.array([[3, 0, -2]])]}


def all_of(case):
    """Put the weights of all layers in one row, for a picture."""
    return np.concatenate([np.ravel(layer) for layer in case["weights"]])


each_weight = shown(
    picture=pictures.over(
        "The gradient that each weight gets",
        x=all_of,
        of=lambda value: all_of({"weights": value}),
        xlabel="weight",
        ylabel="gradient",
    )
)


@lab.check("regularization.l2_penalty", draw=layers, always=[ONE_LAYER])
def l2_penalty(student, weights):
    """l2_penalty adds up the squares of all weights of all layers."""
    return student.regularization.l2_penalty(weights)


@lab.check("regularization.l2_gradient", draw=layers, always=[ONE_LAYER], unchanged=["weights"])
@each_weight
def l2_gradient(student, weights):
    """l2_gradient is twice each weight, layer by layer, in new arrays."""
    return student.regularization.l2_gradient(weights)


@lab.check("regularization.l1_penalty", draw=layers, always=[ONE_LAYER])
def l1_penalty(student, weights):
    """l1_penalty adds up the absolute values of all weights of all layers."""
    return student.regularization.l1_penalty(weights)


@lab.check("regularization.l1_gradient", draw=layers, always=[ONE_LAYER], unchanged=["weights"])
@each_weight
def l1_gradient(student, weights):
    """l1_gradient is the sign of each weight, 0 for a weight of 0, layer by layer."""
    return student.regularization.l1_gradient(weights)


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
    points=2, draw=penalised, always=[PENALISED_LINE], judge=close(1e-6), needs=[least_squares]
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


def part(pair, place):
    """Take one of two numbers; what is not a pair is handed on as it is."""
    return pair[place] if isinstance(pair, tuple | list | np.ndarray) and len(pair) == 2 else pair


@lab.check("regularization.bias_variance", draw=models, always=[THREE_MODELS])
@shown("bias_variance(predictions, truth)[0]", picture=pictures.bias_and_variance)
def squared_bias(student, predictions, truth):
    """bias² is how far the mean prediction is from the truth: squared, then averaged over points."""
    return part(student.regularization.bias_variance(predictions, truth), 0)


@lab.check("regularization.bias_variance", draw=models, always=[THREE_MODELS])
@shown("bias_variance(predictions, truth)[1]", picture=pictures.bias_and_variance)
def variance(student, predictions, truth):
    """variance is how far the models are from their mean prediction: squared, then averaged."""
    return part(student.regularization.bias_variance(predictions, truth), 1)
