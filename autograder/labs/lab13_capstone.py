"""Checks of lab 13: capstone."""

from functools import cache, partial

import numpy as np

from autograder import pictures
from autograder.course.catalogue import engine_path
from autograder.course.lab import Lab, shown
from autograder.judges.accuracy import reaches
from autograder.judges.cases import seed, short_numbers
from autograder.judges.recipe import (
    gives_logits,
    hands_in_best,
    leaves_some_out,
    network_fits,
    repeats,
    validates_fairly,
)
from autograder.sandbox.codec import Seed
from autograder.sandbox.limits import Limits

lab = Lab(
    "lab13_capstone",
    title="Capstone",
    slides="Recommended Settings",
    exercises={
        "experiment.predict": "Single layer neuron: Softmax Activation",
        "experiment.build_network": "Recommended Settings",
        "experiment.run": "Recommended Settings",
    },
    hints={
        "experiment.predict": (
            "Ask for the class of one image alone, and of the same image among many others. Is it "
            "the same class, and what in the model could look at the others?"
        ),
        "experiment.build_network": (
            "Five images come in: write down the shape after each of your layers. What stands "
            "between two linear layers, and what stands after the last?"
        ),
        "experiment.run": (
            "First let your network learn 20 images by heart: does the cost fall almost to 0? If "
            "it does, look at the data: has every image its own label still, and whose numbers "
            "have scaled it?"
        ),
    },
    apart={
        "experiment.build_network": {
            "generator": "a last layer that begins at zero gives the same answer under each",
        },
    },
)

check_network = partial(lab.check, "experiment.build_network")
check_run = partial(lab.check, "experiment.run")


def scaled_net(rng):
    """Draw raw images far from 0 and a small network whose classes vary once they are scaled.

    No two logits of an image are near each other at the top, whichever scaler was used.
    """
    while True:
        fitted_on = 30 + 5 * short_numbers(rng, 11, 5)
        x = 30 + 5 * short_numbers(rng, 7, 5)
        hidden, output = short_numbers(rng, 6, 5), short_numbers(rng, 4, 6)
        low, high = fitted_on.min(axis=0), fitted_on.max(axis=0)
        minmax = logits_of((x - low) / (high - low), hidden, output)
        standard = logits_of((x - fitted_on.mean(axis=0)) / fitted_on.std(axis=0), hidden, output)
        if varied(minmax) and varied(standard):
            return {"fitted_on": fitted_on, "hidden": hidden, "output": output, "x": x}


def logits_of(scaled, hidden, output):
    """Compute the logits of the small network."""
    return np.maximum(scaled @ hidden.T, 0) @ output.T


def varied(logits):
    """Return whether at least three classes are named, each clearly."""
    first, second = np.sort(logits, axis=1)[:, :-3:-1].T
    return len(np.unique(logits.argmax(axis=1))) >= 3 and (first - second).min() > 0.01


def small_net(student, hidden, output):
    """Build a network of two layers from its weights."""
    layers = student.layers
    first, last = (
        layers.Linear(*w.shape[::-1], rng=np.random.default_rng(0)) for w in (hidden, output)
    )
    for layer, weight in ((first, hidden), (last, output)):
        layer.weight.data[...], layer.bias.data[...] = weight, 0
    return student.module.Sequential(first, layers.ReLU(), last)


def trained(student, scaler, model):
    """Make what `run` might hand over: the best model of the history answers with other classes."""
    turned = Turned(model)
    return student.experiment.Trained(scaler, model, student.training.History(turned))


class Turned:
    """A model that gives each logit of another one to the next class."""

    def __init__(self, model):
        self.model, self.training = model, True

    def __call__(self, x):
        """Answer with the other model's logits, turned round by one class."""
        return np.roll(self.model(x), 1, axis=1)

    forward = __call__

    def train(self, mode=True):  # noqa: FBT002 - as a module's own
        """Switch the mode of both."""
        self.training = mode
        self.model.train(mode)
        return self

    def eval(self):
        """Switch to evaluation."""
        return self.train(mode=False)


@lab.check("experiment.predict", points=3, draw=scaled_net)
@shown(
    "predict(trained, x), for a MinMaxScaler and for a StandardScaler",
    picture=pictures.entries("Named classes: a row for each scaler, a column for each image"),
)
def predict(student, fitted_on, hidden, output, x):
    """predict scales images as in training and names the class of the largest logit."""
    model, scalers = small_net(student, hidden, output), student.preprocessing
    return [
        student.experiment.predict(trained(student, scaler().fit(fitted_on), model), x)
        for scaler in (scalers.MinMaxScaler, scalers.StandardScaler)
    ]


@lab.check("experiment.predict", draw=scaled_net, cases=2, needs=[predict])
@shown("predict(trained, x), for all images, and for each alone")
def predict_alone(student, fitted_on, hidden, output, x):
    """An image has the same class alone as among others."""
    model = small_net(student, hidden, output)
    fitted = trained(student, student.preprocessing.StandardScaler().fit(fitted_on), model)
    return [student.experiment.predict(fitted, images) for images in (x, *x[:, None], x)]


def with_statistics(rng):
    """Draw a network that is far from this batch's statistics, and that dropout would upset."""
    while True:
        drawn = scaled_net(rng)
        mean, var = 5 * short_numbers(rng, 4), np.abs(short_numbers(rng, 4)) + 3
        known = drawn["fitted_on"]
        scaled = (drawn["x"] - known.mean(axis=0)) / known.std(axis=0)
        logits = logits_of(scaled, drawn["hidden"], drawn["output"])
        if varied((logits - mean) / np.sqrt(var)):
            return {**drawn, "mean": mean, "var": var}


@lab.check("experiment.predict", points=2, draw=with_statistics, needs=[predict])
@shown(
    "predict(trained, x), with a model that was left in training mode",
    slides="Dropout: Test time",
    picture=pictures.entries("Named classes, an entry for each image"),
)
def predict_evaluates(student, fitted_on, hidden, output, x, mean, var):
    """predict uses the model in evaluation mode, whatever mode it was left in."""
    net = small_net(student, hidden, output)
    norm = student.batchnorm.BatchNorm1d(4)
    norm.running_mean, norm.running_var = mean, var
    dropout = student.dropout.Dropout(0.6, rng=np.random.default_rng(1))
    model = student.module.Sequential(net, norm, dropout).train()
    fitted = trained(student, student.preprocessing.StandardScaler().fit(fitted_on), model)
    return student.experiment.predict(fitted, x)


def sizes(rng):
    """Draw odd, unequal sizes, and images to try."""
    n_features, n_classes = int(rng.choice([7, 11, 13])), int(rng.choice([3, 5]))
    x = short_numbers(rng, 9, n_features)
    return {"n_features": n_features, "n_classes": n_classes, "x": x, "rng": seed(rng)}


@check_network(
    draw=sizes,
    always=[{"n_features": 64, "n_classes": 10, "x": np.ones((1, 64)), "rng": Seed(0)}],
    judge=gives_logits,
    needs=[predict],
)
@shown("build_network(n_features, n_classes, rng=rng).eval()(x)")
def network(student, n_features, n_classes, x, rng):
    """build_network maps n_features numbers to one logit a class, for one image and for many."""
    built = student.experiment.build_network(n_features, n_classes, rng=rng)
    return None if built is None else built.eval()(x)


@check_network(
    draw=lambda rng: {"seed": int(rng.integers(1, 2**31)), "x": short_numbers(rng, 9, 7)},
    cases=1,
    judge=repeats,
    needs=[network],
)
@shown("build_network(7, 3, rng=np.random.default_rng(seed)), twice, and with seed + 1")
def network_repeats(student, seed, x):
    """The same seed builds the same network, another seed another."""

    def numbers(seed):
        built = student.experiment.build_network(7, 3, rng=np.random.default_rng(seed))
        outputs = [built.train()(x), built(x)]  # dropout draws as well
        return np.concatenate(
            [np.ravel(a) for a in (*outputs, *(p.data for p in built.parameters()))]
        )

    return {"first": numbers(seed), "again": numbers(seed), "other": numbers(seed + 1)}


def crossed(rng):
    """Draw four clouds in seven dimensions, opposite ones of one class, as in XOR.

    Forty images are to be learned, and forty others of the same clouds to be named.
    """
    across, along = rng.normal(size=(2, 7))
    across, along = across / np.abs(across).mean(), along / np.abs(along).mean()
    along -= across * (across @ along) / (across @ across)
    centres = np.array([across + along, -across - along, across - along, along - across]) / 2

    def images():
        order = rng.permutation(40)
        x = np.repeat(centres, 10, axis=0) + rng.normal(0, 0.1, (40, 7))
        return x[order], np.repeat([0, 0, 1, 1], 10)[order]

    (x, target), (others, labels) = images(), images()
    return {"x": x, "target": target, "others": others, "rng": seed(rng), "labels": labels}


@check_network(
    points=3,
    draw=crossed,
    cases=2,
    judge=network_fits,
    withheld=["labels"],
    needs=[network],
    limits=Limits(cpu_seconds=6, wall_seconds=40),
)
@shown(
    "build_network(7, 2, rng=rng), trained on x, target with 200 steps of Adam, lr 0.01; then "
    "its logits of x and of others",
    slides="Cross-validation strategy",
)
def network_learns(student, x, target, others, rng):
    """The network can learn forty images that no straight line divides, and names others of their kind."""
    model = student.experiment.build_network(7, 2, rng=rng)
    loss, optimizer = (
        student.losses.CrossEntropyLoss(),
        student.optim.Adam(model.parameters(), 0.01),
    )
    for _ in range(200):
        loss(model.train()(x), target)
        optimizer.zero_grad()
        model.backward(loss.backward())
        optimizer.step()
    return model.eval()(np.concatenate([x, others]))


def marked(rng, n_samples=211, n_classes=10):
    """Draw images whose labels are dice, and of which image i alone has ink in pixel i."""
    noise = rng.integers(0, 17, size=(n_samples, 7)).astype(float)
    target = rng.integers(0, n_classes, n_samples)
    target[rng.choice(n_samples, n_classes, replace=False)] = np.arange(n_classes)
    x = np.concatenate([16 * np.eye(n_samples), noise], axis=1)
    return {"x": x, "target": target, "rng": seed(rng)}


def marks(scaler):
    """Take what a scaler knows of each pixel: of one that is 0 in all images that it saw, 0."""
    return getattr(scaler, "maximum", getattr(scaler, "mean", None))


RUN = "run(x, target, rng=rng)"
RUN_LIMITS = Limits(cpu_seconds=8, wall_seconds=60)
check_marked = partial(check_run, draw=marked, cases=1, needs=[network], limits=RUN_LIMITS)


@check_marked(judge=leaves_some_out, unchanged=["x", "target"])
@shown(RUN, slides="Cross validation: held-out")
def scaler(student, x, target, rng):
    """run fits its scaler on the training part alone, and changes no image."""
    result = student.experiment.run(x, target, rng=rng)
    return None if result is None else marks(result.scaler)


@check_marked(judge=validates_fairly)
@shown(f"{RUN}.history, with labels that are dice", slides="Cross validation: held-out")
def validation(student, x, target, rng):
    """run measures the validation loss on images that training does not see."""
    result = student.experiment.run(x, target, rng=rng)
    if result is None:
        return None
    return {"val_loss": result.history.val_loss, "train_loss": result.history.train_loss}


@check_marked(cases=2, judge=hands_in_best)
@shown(RUN)
def best_model(student, x, target, rng):
    """run hands in the model that did best in validation, on images scaled as in training."""
    result = student.experiment.run(x, target, rng=rng)
    if result is None:
        return None
    models, scaled = (result.model, result.history.best_model), result.scaler.transform(x)
    answers = dict(zip(("model", "best"), (model.eval()(scaled) for model in models), strict=True))
    return answers | {"known": marks(result.scaler), "val_loss": result.history.val_loss}


def few_marked(rng):
    """Draw fewer of the same, and the seed of a generator."""
    return {**marked(rng, 67, 3), "rng": int(rng.integers(1, 2**31))}


@check_run(draw=few_marked, cases=1, judge=repeats, needs=[network_repeats], limits=RUN_LIMITS)
@shown("run(x, target, rng=np.random.default_rng(rng)), twice, and with rng + 1")
def run_repeats(student, x, target, rng):
    """The same seed trains the same model, another seed another."""

    def logits(seed):
        result = student.experiment.run(x.copy(), target.copy(), rng=np.random.default_rng(seed))
        return result.model.eval()(result.scaler.transform(x))

    return {"first": logits(rng), "again": logits(rng), "other": logits(rng + 1)}


@cache
def digits():
    """Read the digits that ship with the engine: images of 0 to 16, and their classes."""
    with np.load(engine_path("datasets").with_name("data") / "digits.npz") as arrays:
        return arrays["x"].astype(np.uint8), arrays["classes"].astype(np.int64)


def held_out(rng, n_train, n_folds):
    """Hold parts of the digits out in turn, with 599 images each, and rename all classes.

    Training images come sorted by class. Only the judge gets the labels of the others.
    """
    x, classes = digits()
    classes = rng.permutation(10)[classes]
    order = rng.permutation(len(x))
    parts, labels = [], []
    for fold in range(n_folds):
        test = order[599 * fold : 599 * (fold + 1)]
        train = rng.permutation(np.setdiff1d(order, test))[:n_train]
        train = train[np.argsort(classes[train], kind="stable")]
        parts.append((x[train], classes[train], x[test]))
        labels.append(classes[test])
    return {"parts": parts, "rng": seed(rng), "labels": labels}


def predicted(student, parts, rng):
    """Train on each part's images, and name the classes of those held out."""
    experiment = student.experiment
    answers = []
    for x, target, x_test in parts:
        result = experiment.run(x.astype(float), target.copy(), rng=rng)
        answers.append(experiment.predict(result, x_test.astype(float)))
    return answers


ACCURACY = "predict(run(x, target, rng=rng), x_test)"
check_held_out = partial(check_run, cases=1, withheld=["labels"], limits=RUN_LIMITS)
WORKS = [network_learns, predict_evaluates, predict_alone]


@check_held_out(points=2, draw=lambda rng: held_out(rng, 500, 1), judge=reaches(0.90), needs=WORKS)
@shown(f"{ACCURACY}, with 500 digits to learn from")
def reaches_90(student, parts, rng):
    """After training on 500 digits, predict names 90 % of 599 others right."""
    return predicted(student, parts, rng)


@check_held_out(
    points=2,
    draw=lambda rng: held_out(rng, 1198, 1),
    judge=reaches(0.93),
    needs=[*WORKS, reaches_90],
)
@shown(f"{ACCURACY}, with 1198 digits to learn from")
def reaches_93(student, parts, rng):
    """After training on 1198 digits, predict names 93 % of 599 others right."""
    return predicted(student, parts, rng)


@check_held_out(
    draw=lambda rng: held_out(rng, 1198, 3),
    judge=reaches(0.95),
    needs=[*WORKS, reaches_93],
    limits=Limits(cpu_seconds=24, wall_seconds=120),
)
@shown(
    f"{ACCURACY}, with each third of the digits held out in turn", slides="Cross validation: K-fold"
)
def reaches_95(student, parts, rng):
    """With each third of the digits held out in turn, predict names 95 % of all 1797 right."""
    return predicted(student, parts, rng)
