"""One training run of the clinic: its choices, the run by the engine, and what is written down of it."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.clinic.record import Layer, Number, Outcome
from autograder.gallery.images import digits
from autograder.gallery.trainer import ACTIVATIONS, OPTIMIZERS, reference

__all__ = ["Seen", "Treatment", "train"]

NEW = 297
"""So many images stand aside to the end: nothing is chosen by them."""
VALIDATION = 300
CLASSES = 10
COPIES = 4
"""How often each image is there, where images are copied."""
DIGITS = 4
"""So many are written down."""
BEYOND = 1e12
"""What is larger is not a number that anybody could use."""

Numbers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Treatment:
    """All choices of a run; the defaults make a healthy one."""

    hidden: tuple[int, ...] = (40,)
    activation: str = "relu"
    init: str = "kaiming-normal"
    bias: float = 0.0
    """Of the hidden layers, at the start."""
    optimizer: str = "momentum"
    lr: float = 0.01
    momentum: float = 0.9
    batch_norm: bool = False
    dropout: float = 0.0
    l2: float = 0.0
    epochs: int = 20
    batch_size: int = 50
    stopping: int = 0
    """Rounds of early stopping; 0 is never."""
    images: int = 600
    noise: float = 0.0
    """Standard deviation of what is added to the pixels, which go from 0 to 16."""
    units_of_measure: float = 0.0
    """Features are measured in units that differ by up to so many powers of ten."""
    scaled: bool = True
    shuffled: bool = False
    """Whether the training labels are dealt out by chance."""
    copies: str = ""
    """Whether images are copied "before" they are split, "after" it, or not."""
    evaluates: bool = True
    """Whether the model is put into evaluation mode to be measured."""

    @property
    def parts(self) -> str:
        """What the network has besides its layers."""
        dropout = f"dropout {self.dropout:g}" if self.dropout else ""
        return ", ".join(filter(None, ["batch norm" if self.batch_norm else "", dropout]))


@dataclass(slots=True)
class Seen:
    """What was seen of a run, epoch by epoch."""

    train_cost: list[Number] = field(default_factory=list)
    val_cost: list[Number] = field(default_factory=list)
    train_right: list[Number] = field(default_factory=list)
    val_right: list[Number] = field(default_factory=list)
    numbers: Numbers = field(default_factory=dict)
    """All else that a record holds."""

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        late = self.train_cost[math.ceil(len(self.train_cost) / 2) :]
        highest = None if None in late else max(cost for cost in late if cost is not None)
        val_cost, val_right = self.numbers["kept"]
        return Outcome(highest, val_cost, val_right, self.numbers["new_right"])


class Watch:
    """An optimizer that notes, of each weight matrix, the gradient and how far a step moves it."""

    def __init__(self, optimizer: Any, weights: Sequence[Any]) -> None:
        self.optimizer, self.weights, self.lr = optimizer, weights, optimizer.lr
        self.noted: list[list[tuple[float, float]]] = []
        self.epochs: list[list[tuple[float, float]]] = []

    def zero_grad(self) -> None:
        """Clear the gradients."""
        self.optimizer.zero_grad()

    def step(self) -> None:
        """Update the parameters."""
        before = [p.data.copy() for p in self.weights]
        gradients = [size(p.grad) for p in self.weights]
        self.optimizer.step()
        moves = [
            size(p.data - old) / (size(old) or 1.0)
            for p, old in zip(self.weights, before, strict=True)
        ]
        self.noted.append(list(zip(gradients, moves, strict=True)))

    def end_epoch(self) -> None:
        """Take the means over the epoch's steps."""
        self.epochs.append([(float(g), float(s)) for g, s in np.mean(self.noted, axis=0)])
        self.noted = []


def size(array: Any) -> float:
    """Take the root of the mean square."""
    return float(np.sqrt(np.mean(np.square(array))))


def plain(number: float) -> Number:
    """Write a number down with a few digits; None if it is not finite, or beyond all use."""
    return float(f"{number:.{DIGITS}g}") if math.isfinite(number) and number < BEYOND else None


def make_data(nnlab: Any, choices: Treatment, rng: Any) -> tuple[Any, Any]:
    """Take images for training and validation, as the engine splits them, and new ones."""
    x, target = digits()["x"], digits()["target"]
    order = rng.permutation(len(x))
    x, target = x[order] + rng.normal(0, choices.noise, x.shape), target[order]
    x = x * 10 ** (choices.units_of_measure * rng.uniform(-0.5, 0.5, x.shape[1]))
    new, x, target = (x[:NEW], target[:NEW]), x[NEW:], target[NEW:]
    n_train, n_val = choices.images, VALIDATION
    if choices.copies == "before":  # some of an image's copies come to validation, the others not
        n = (n_train + n_val) // COPIES
        mixed = rng.permutation(np.repeat(np.arange(n), COPIES))
        x, target = x[mixed], target[mixed]
    x_train, y_train = x[:n_train], target[:n_train]
    if choices.copies == "after":
        x_train, y_train = (np.repeat(a[: n_train // COPIES], COPIES, axis=0) for a in (x, target))
    if choices.shuffled:
        y_train = rng.permutation(y_train)
    x_val, y_val = x[n_train : n_train + n_val], target[n_train : n_train + n_val]
    if choices.scaled:
        scaler = nnlab.preprocessing.StandardScaler().fit(x_train)
        x_train, x_val = scaler.transform(x_train), scaler.transform(x_val)
        new = (scaler.transform(new[0]), new[1])
    return nnlab.selection.Split(x_train, y_train, x_val, y_val), new


def build(nnlab: Any, choices: Treatment, n_features: int, rng: Any) -> Any:
    """Stack the network; one that never evaluates stays in training mode, whatever it is asked."""
    init = getattr(nnlab.init, choices.init.replace("-", "_"))
    stack: list[Any] = []
    for fan_in, fan_out in itertools.pairwise((n_features, *choices.hidden)):
        linear = nnlab.layers.Linear(fan_in, fan_out, rng=rng, init=init)
        linear.bias.data += choices.bias
        stack += [linear, *([nnlab.batchnorm.BatchNorm1d(fan_out)] if choices.batch_norm else [])]
        stack.append(getattr(nnlab.layers, ACTIVATIONS[choices.activation])())
        stack += [nnlab.dropout.Dropout(choices.dropout, rng=rng)] if choices.dropout else []
    stack.append(nnlab.layers.Linear(choices.hidden[-1], CLASSES, rng=rng, init=init))
    model = nnlab.module.Sequential(*stack)
    if not choices.evaluates:
        model.eval = lambda: model
    return model


def train(choices: Treatment, seed: int) -> Seen:
    """Train with the engine, and write down what a learner may know of the run."""
    nnlab, rng = reference(), np.random.default_rng(seed)
    split, (x_new, y_new) = make_data(nnlab, choices, rng)
    model = build(nnlab, choices, split.x_train.shape[1], rng)
    weights = [p for p in model.parameters() if p.data.ndim > 1]
    loss, accuracy = nnlab.losses.CrossEntropyLoss(), nnlab.training.accuracy
    more = {"momentum": choices.momentum} if choices.optimizer == "momentum" else {}
    optimizer = getattr(nnlab.optim, OPTIMIZERS[choices.optimizer])
    watch = Watch(optimizer(model.parameters(), lr=choices.lr, **more), weights)
    seen = Seen()

    def note(train_cost: float, val_cost: float) -> None:
        seen.train_cost.append(plain(train_cost))
        seen.val_cost.append(plain(val_cost))
        seen.train_right.append(plain(accuracy(model.eval()(split.x_train), split.y_train)))
        seen.val_right.append(plain(accuracy(model.eval()(split.x_val), split.y_val)))

    def after_epoch(history: Any) -> None:
        watch.end_epoch()
        note(history.train_loss[-1], history.val_loss[-1])

    with np.errstate(all="ignore"):
        note(*(loss(model.eval()(x), y) for x, y in (split[:2], split[2:])))
        before = measure(model, weights, split.x_train)
        history = nnlab.training.train(
            model, loss, watch, split, epochs=choices.epochs, batch_size=choices.batch_size,
            l2=choices.l2, rng=rng, after_epoch=after_epoch,
            stopping=nnlab.training.EarlyStopping(rounds=choices.stopping or choices.epochs + 1),
        )  # fmt: skip
        after = measure(model, weights, split.x_train)
        used = history.best_model if choices.stopping else model
        asked = [used.eval()(split.x_val) for _ in range(2)]
        new_right = accuracy(used.eval()(x_new), y_new)
        kept = loss(asked[0], split.y_val), accuracy(asked[0], split.y_val)
    spread = split.x_train.std(axis=0)
    seen.numbers = {
        "kept": tuple(map(plain, kept)),
        "new_right": plain(new_right),
        "alike": plain(float(np.mean(asked[0].argmax(axis=1) == asked[1].argmax(axis=1)))),
        "images": (len(split.x_train), len(split.x_val), len(x_new)),
        "features": (plain(spread[spread > 0].min()), plain(spread.max())),
        "layers": make_layers(weights, watch, before, after),
    }
    return seen


def measure(model: Any, weights: Sequence[Any], x: Any) -> tuple[list[float], list[float]]:
    """Measure the weights' sizes, and in each hidden layer the share of units with one answer to all."""
    idle = []
    for module in model.eval().modules:
        x = module(x)
        if type(module).__name__ in ACTIVATIONS.values():
            idle.append(float(np.mean(np.ptp(x, axis=0) == 0)))
    return [size(p.data) for p in weights], idle


def make_layers(weights: Sequence[Any], watch: Watch, before: Any, after: Any) -> list[Layer]:
    """Write down each layer's numbers, of the first and of the last epoch."""

    def pair(i: int, first: Any, last: Any) -> tuple[Number, Number]:
        return plain(first[i]), plain(last[i])

    (sizes, idle), (last_sizes, last_idle) = before, after
    gradients, moves = (
        [[layer[k] for layer in watch.epochs[epoch]] for epoch in (0, -1)] for k in (0, 1)
    )
    return [
        Layer(
            gradient=pair(i, *gradients),
            step=pair(i, *moves),
            weight=pair(i, sizes, last_sizes),
            units=len(p.data),
            different=len(np.unique(p.data, axis=0)),
            idle=pair(i, idle, last_idle) if i < len(idle) else None,
        )
        for i, p in enumerate(weights)
    ]
