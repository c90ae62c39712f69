"""Checks of lab 11: batch normalization."""

import contextlib
from functools import partial

import numpy as np

from autograder import pictures
from autograder.course.lab import Lab, shown
from autograder.judges.cases import short_numbers
from autograder.judges.evidence import gradient_evidence
from autograder.judges.gradient import gradient_agrees, gradient_of

lab = Lab(
    "lab11_batchnorm",
    title="Batch normalization",
    slides="Batch Normalization",
    exercises={
        "batchnorm.BatchNorm1d.forward": "Batch Normalization",
        "batchnorm.BatchNorm1d.backward": "Batch Normalization",
        "batchnorm.identity_parameters": "Batch Normalization",
    },
    hints={
        "batchnorm.BatchNorm1d.forward": (
            "Take the column 1, 3 as a batch: what are its mean and its variance, and what comes "
            "out while γ is 1 and β is 0? Which mean is taken in evaluation, and which mode may "
            "change it?"
        ),
        "batchnorm.BatchNorm1d.backward": (
            "Change one input by 0.01: which results of its column change, and why more than one? "
            "What do the entries of a column of dL/dx add up to, whatever the gradient is?"
        ),
        "batchnorm.identity_parameters": (
            "What has the layer done to a number before γ and β come? What undoes each of these "
            "steps, and in which order?"
        ),
    },
    apart={
        "batchnorm.identity_parameters": {"own": "β is the mean, and the mean itself is right"},
    },
)

check_backward = partial(lab.check, "batchnorm.BatchNorm1d.backward")

in_training = partial(lab.check, "batchnorm.BatchNorm1d.forward", mode="training")
in_evaluation = partial(lab.check, "batchnorm.BatchNorm1d.forward", mode="evaluation")

TINY = 1e-12
"""So small that where eps is added, or whether, makes no difference: that is asked in checks of its own."""

BATCH = pictures.entries("The batch after the layer: a column for each feature")
GRADIENT = pictures.entries("The gradient, an entry for each feature")
after_each = shown(
    "layer(x) for three batches, layer = BatchNorm1d(3, momentum=momentum)",
    picture=pictures.walk("The running statistic after each batch", names="feature"),
)


def batch(rng, n_samples=7, n_features=3):
    """Draw a batch whose features differ in mean and spread, none with variance 1."""
    spread = rng.permutation([0.5, 2.0, 3.0])[:n_features]
    return short_numbers(rng, n_samples, n_features) * spread + short_numbers(rng, n_features)


def scaled_batch(rng):
    """Draw γ and β, and a batch."""
    return {"x": batch(rng), "weight": short_numbers(rng, 3), "bias": short_numbers(rng, 3)}


def flat_batch(rng):
    """Draw a batch with one feature that does not vary, and an eps that nobody can overlook."""
    drawn = {**scaled_batch(rng), "eps": float(rng.choice([0.25, 0.5, 2.0]))}
    drawn["x"][:, rng.integers(0, 3)] = 1.5
    return drawn


def batches(rng):
    """Draw three batches of unequal sizes."""
    return {
        "batches": [batch(rng, n) for n in (5, 8, 2)],
        "momentum": float(rng.choice([0.15, 0.3, 0.7])),
    }


def evaluation(rng):
    """Draw a layer that has been trained, and what it is asked in evaluation."""
    layer, x = scaled_batch(rng), batch(rng, 4)
    mean, variance = short_numbers(rng, 3), np.abs(short_numbers(rng, 3))
    return {**layer, "x": x, "running_mean": mean, "running_var": variance}


def evaluation_with_eps(rng):
    """Draw the same with an eps that nobody can overlook."""
    return {**evaluation(rng), "eps": float(rng.choice([0.25, 0.5, 2.0]))}


def upstream(draw):
    """Extend a draw by the gradient that comes from above."""

    def extended(rng):
        drawn = draw(rng)
        return {**drawn, "grad_output": short_numbers(rng, *drawn["x"].shape)}

    return extended


def made(student, weight, bias, **arguments):
    """Make a layer with γ = weight and β = bias."""
    return adjusted(student.batchnorm.BatchNorm1d(len(weight), **arguments), weight, bias)


def adjusted(layer, weight, bias):
    """Give a layer these γ and β."""
    layer.weight.data, layer.bias.data = np.array(weight), np.array(bias)
    return layer


def trained(student, weight, bias, running_mean, running_var, eps=TINY):
    """Make a layer with running statistics, in evaluation."""
    layer = made(student, weight, bias, eps=eps).eval()
    return known(layer, running_mean, running_var)


def known(layer, running_mean, running_var):
    """Give a layer these running statistics."""
    layer.running_mean, layer.running_var = np.array(running_mean), np.array(running_var)
    return layer


@in_training(points=2, draw=lambda rng: {"x": batch(rng)})
@shown("BatchNorm1d(3, eps=1e-12)(x)", picture=BATCH)
def normalises(student, x):
    """In training, every feature has mean 0 and variance 1 in the batch."""
    return student.batchnorm.BatchNorm1d(3, eps=TINY)(np.array(x))


@in_training(draw=scaled_batch, needs=[normalises])
@shown(
    "layer(x) with γ = weight, β = bias, which were other ones in a forward before",
    picture=BATCH,
)
def scales(student, x, weight, bias):
    """In training, the normalised features are scaled by γ and shifted by β."""
    layer = student.batchnorm.BatchNorm1d(3, eps=TINY)
    layer(2 * x)
    return adjusted(layer, weight, bias)(np.array(x))


@in_training(draw=flat_batch, needs=[scales])
@shown("BatchNorm1d(3, eps=eps)(x) with γ = weight, β = bias", picture=BATCH)
def adds_eps(student, x, weight, bias, eps):
    """In training, eps is added to the variance, so that a constant feature divides nothing by 0."""
    return made(student, weight, bias, eps=eps)(np.array(x))


@in_training(points=2, draw=batches, needs=[normalises])
@after_each
def running_mean(student, batches, momentum):
    """In training, running_mean moves towards each batch's mean, by the share momentum."""
    return running(student, batches, momentum)[0]


@in_training(draw=batches, needs=[running_mean])
@after_each
def running_var(student, batches, momentum):
    """In training, running_var moves towards each batch's unbiased variance, by the share momentum."""
    return running(student, batches, momentum)[1]


def running(student, batches, momentum):
    """Train a layer on some batches; return what its running statistics were after each."""
    layer = student.batchnorm.BatchNorm1d(3, momentum=momentum)
    means, variances = [], []
    for x in batches:
        layer(np.array(x))
        means.append(np.array(layer.running_mean))
        variances.append(np.array(layer.running_var))
    return means, variances


ONE_SAMPLE = {
    "x": np.array([[2.0, -1.0, 0.5]]),
    "weight": np.array([1.5, -2.0, 0.5]),
    "bias": np.array([0.25, 3.0, -1.5]),
    "running_mean": np.array([0.5, 0.5, -2.0]),
    "running_var": np.array([4.0, 0.25, 2.25]),
}
EVALUATED = "layer.eval()(x) with γ = weight, β = bias, and these running statistics"


@in_evaluation(points=2, draw=evaluation, always=[ONE_SAMPLE], unchanged=["x"])
@shown(EVALUATED, picture=BATCH)
def evaluates(student, x, weight, bias, running_mean, running_var):
    """In evaluation, the running statistics take the batch's place, even for a single sample."""
    return trained(student, weight, bias, running_mean, running_var)(x)


@in_evaluation(draw=evaluation_with_eps, needs=[evaluates])
@shown(f"{EVALUATED}, eps=eps", picture=BATCH)
def evaluates_with_eps(student, x, weight, bias, running_mean, running_var, eps):
    """In evaluation, eps is added to the running variance just as in training."""
    return trained(student, weight, bias, running_mean, running_var, eps)(np.array(x))


@in_evaluation(draw=evaluation)
@shown(
    "the running statistics after layer.eval()(x)",
    picture=pictures.entries("Row 0: running_mean; row 1: running_var, after evaluation"),
)
def evaluation_learns_nothing(student, x, weight, bias, running_mean, running_var):
    """In evaluation, the running statistics stay as they are."""
    layer = trained(student, weight, bias, running_mean, running_var)
    layer(np.array(x))
    return np.array(layer.running_mean), np.array(layer.running_var)


def backward(layer, x, grad_output):
    """Go forward and back; return dL/dx and both parameters' gradients."""
    layer(np.array(x))
    grad_input = layer.backward(np.array(grad_output))
    return grad_input, np.array(layer.weight.grad), np.array(layer.bias.grad)


def with_mode_now(draw):
    """Extend a draw by the mode that the layer is in when backward is called."""

    def extended(rng):
        return {**upstream(draw)(rng), "now": str(rng.choice(["training", "evaluation"]))}

    return extended


def few_rows(now):
    """Make a case with fewer rows than features, asked in one mode."""
    rng = np.random.default_rng(3)
    return {
        "x": short_numbers(rng, 3, 5) + np.arange(15.0).reshape(3, 5) % 7,
        "weight": short_numbers(rng, 5),
        "bias": short_numbers(rng, 5),
        "grad_output": short_numbers(rng, 3, 5),
        "now": now,
    }


@check_backward(
    mode="training",
    points=2,
    draw=with_mode_now(scaled_batch),
    always=[few_rows("training"), few_rows("evaluation")],
    judge=gradient_agrees,
    needs=[scales],
)
@shown(
    "layer.backward(grad_output), in the mode of now, after a forward in evaluation, and layer(x) in training"
)
def grad_input(student, x, weight, bias, grad_output, now):
    """After training, backward returns dL/dx, also along the paths through mean and variance."""
    layer = made(student, weight, bias, eps=TINY)
    with contextlib.suppress(Exception):  # evaluation is asked elsewhere
        layer.eval()(2 * x)
    layer.train()(np.array(x))
    claimed = layer.train(now == "training").backward(np.array(grad_output))
    return gradient_evidence(
        lambda at: np.sum(grad_output * made(student, weight, bias, eps=TINY)(at)),
        at=x,
        claimed=claimed,
    )


@check_backward(draw=upstream(scaled_batch), needs=[scales])
@shown("layer.bias.grad after layer.backward(grad_output)", picture=GRADIENT)
def grad_bias(student, x, weight, bias, grad_output):
    """backward adds dL/dβ, summed over the batch, to bias.grad."""
    return backward(made(student, weight, bias, eps=TINY), x, grad_output)[2]


@check_backward(draw=upstream(scaled_batch), needs=[scales])
@shown("layer.weight.grad after layer.backward(grad_output)", picture=GRADIENT)
def grad_weight(student, x, weight, bias, grad_output):
    """backward adds dL/dγ, summed over the batch, to weight.grad."""
    return backward(made(student, weight, bias, eps=TINY), x, grad_output)[1]


def two_batches(rng):
    """Draw two batches with all that belongs to them; the first one's layer sees both."""
    return {"batches": [upstream(scaled_batch)(rng) for _ in range(2)]}


@check_backward(draw=two_batches, cases=1, needs=[grad_input, grad_bias, grad_weight])
@shown(
    "what is there after two rounds of layer(x) and layer.backward(grad_output), and backward once more"
)
def accumulates(student, batches):
    """backward adds to both gradients at each call, and changes neither γ, β nor an earlier dL/dx."""
    layer = made(student, batches[0]["weight"], batches[0]["bias"], eps=TINY)
    grad_inputs = []
    for one in batches:
        layer(np.array(one["x"]))
        grad_inputs.append(layer.backward(np.array(one["grad_output"])))
    grad_inputs.append(layer.backward(2 * batches[1]["grad_output"]))
    return {
        "weight.grad": layer.weight.grad,
        "bias.grad": layer.bias.grad,
        "the three dL/dx": grad_inputs,
        "γ": layer.weight.data,
        "β": layer.bias.data,
    }


def all_gradients(make, x, weight, bias, grad_output, claimed):
    """Measure how L = Σ grad_output · layer(x) changes with x, γ and β, whose gradients are claimed."""

    def loss(at):
        moved = make(at[x.size : -len(bias)], at[-len(bias) :])
        return np.sum(grad_output * moved(at[: x.size].reshape(x.shape)))

    flat = [np.ravel(part) for part in claimed]
    return gradient_evidence(
        loss, at=np.concatenate([x.ravel(), weight, bias]), claimed=np.concatenate(flat)
    )


def gradients_agree(batch):
    """Judge dL/dx, dL/dγ and dL/dβ together, for a batch of that size."""
    return gradient_of((("x", (batch, 3)), ("γ", (3,)), ("β", (3,))))


@check_backward(draw=upstream(flat_batch), judge=gradients_agree(7), needs=[grad_input, adds_eps])
@shown(
    "dL/dx, dL/dγ and dL/dβ after layer(x), layer.backward(grad_output), layer = BatchNorm1d(3, eps=eps)"
)
def grad_input_with_eps(student, x, weight, bias, grad_output, eps):
    """backward is right for any eps, and for a feature that is constant: dL/dx, dL/dγ and dL/dβ."""
    claimed = backward(made(student, weight, bias, eps=eps), x, grad_output)
    return all_gradients(
        lambda *parameters: made(student, *parameters, eps=eps),
        x,
        weight,
        bias,
        grad_output,
        claimed,
    )


@check_backward(
    mode="evaluation",
    points=2,
    draw=with_mode_now(evaluation),
    judge=gradients_agree(4),
    needs=[evaluates_with_eps, evaluation_learns_nothing],
    unchanged=["grad_output"],
)
@shown(
    "dL/dx, dL/dγ and dL/dβ from layer.backward(grad_output), in the mode of now, after a forward in "
    "training, and layer(x) in evaluation"
)
def grad_input_in_evaluation(student, x, weight, bias, running_mean, running_var, grad_output, now):
    """After evaluation, backward takes the statistics as fixed: dL/dx = γ / √(σ² + eps) · grad_output."""
    layer = made(student, weight, bias, eps=0.5)
    with contextlib.suppress(Exception):  # training is asked elsewhere
        layer(2 * x)
    known(layer.eval(), running_mean, running_var)(np.array(x))
    grad_input = layer.train(now == "training").backward(grad_output)
    return all_gradients(
        lambda w, b: trained(student, w, b, running_mean, running_var, eps=0.5),
        x,
        weight,
        bias,
        grad_output,
        (grad_input, layer.weight.grad, layer.bias.grad),
    )


def statistics(rng):
    """Draw statistics of three features, and an eps that nobody can overlook."""
    mean, variance = short_numbers(rng, 3), np.abs(short_numbers(rng, 3))
    return {"mean": mean, "var": variance, "eps": float(rng.choice([0.25, 0.5, 2.0]))}


STATISTICS = [
    {"mean": np.array([5.0, -2.0]), "var": np.array([3.0, 0.0]), "eps": 1.0},
    {"mean": np.array([0.5]), "var": np.array([4.0]), "eps": 1e-5},
    {"mean": np.array([5, -2]), "var": np.array([3, 1]), "eps": 0.5},
]


@lab.check(
    "batchnorm.identity_parameters",
    draw=statistics,
    always=STATISTICS,
    unchanged=["mean", "var"],
)
def identity_parameters(student, mean, var, eps):
    """identity_parameters gives the γ and β with which the layer returns its input."""
    return student.batchnorm.identity_parameters(mean, var, eps)
