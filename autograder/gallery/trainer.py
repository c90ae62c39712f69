"""Train a network by a recipe, as `nnlab train` does it, and keep what there is.

The recipe is data, so that it can be saved beside the model; the loop, the layers and all else come from the
library that is given: the reference, or what a student wrote. What comes out is plain data, which needs no
library to be printed, drawn and saved. A model file is an npz of plain arrays, with the recipe as JSON, and
is read without pickle.
"""

import importlib
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from autograder.gallery.images import digits

__all__ = [
    "ACTIVATIONS",
    "DECAYS",
    "OPTIMIZERS",
    "Outcome",
    "PLANE",
    "Recipe",
    "Run",
    "by_epoch",
    "load_model",
    "read_outcome",
    "reference",
]

ACTIVATIONS = {"relu": "ReLU", "tanh": "Tanh", "sigmoid": "Sigmoid"}
OPTIMIZERS = {
    "sgd": "SGD",
    "momentum": "Momentum",
    "nesterov": "Nesterov",
    "adagrad": "AdaGrad",
    "rmsprop": "RMSProp",
    "adam": "Adam",
}
DECAYS = ("none", "step", "exponential", "1/t")
PLANE = {"moons": 300, "spirals": 400}
"""Data in the plane, by name, and how many samples are drawn: their boundary can be drawn too."""
GRID = 81
EXPLODES = 1e6  # from here on a cost is written with its power of ten


@dataclass(frozen=True, slots=True)
class Recipe:
    """All choices of one training run; the defaults are the lecture's two-layer network.

    `data` is "digits", "moons", "spirals" or a folder with CIFAR-10's binary files; `limit` takes only so
    many samples. Activation, init and optimizer are the engine's, by their names: "xavier-uniform", "adam".

    Raises: ValueError naming the choice, the value and what is expected.
    """

    data: str = "digits"
    hidden: tuple[int, ...] = (50,)
    activation: str = "relu"
    init: str = "kaiming-normal"
    optimizer: str = "momentum"
    lr: float = 0.01
    decay: str = "none"
    batch_norm: bool = False
    dropout: float = 0.0
    l1: float = 0.0
    l2: float = 0.0
    epochs: int = 20
    batch_size: int = 100
    early_stopping: int = 0
    limit: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what no run could start with."""
        if not all(size > 0 for size in self.hidden):
            raise ValueError(f"hidden sizes must be positive, got {self.hidden}")
        for name in ("lr", "l1", "l2"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be at least 0, got {getattr(self, name)}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must be in [0, 1), got {self.dropout}")

    def learning_rate(self, epoch: int, nnlab: Any) -> float:
        """Compute the rate of an epoch, which counts from 0."""
        schedules, lr = nnlab.schedules, self.lr
        rate: dict[str, Callable[[], float]] = {
            "none": lambda: lr,
            "step": lambda: schedules.step_decay(lr, epoch, drop=0.5, every=10),
            "exponential": lambda: schedules.exponential_decay(lr, 0.05, epoch),
            "1/t": lambda: schedules.inverse_time_decay(lr, 0.1, epoch),
        }
        return float(rate[self.decay]())


@dataclass(slots=True)
class Outcome:
    """What a run has given so far: plain data, usable at any moment, also after an interruption."""

    recipe: Recipe
    first_cost: float = float("nan")
    rates: list[float] = field(default_factory=list)
    train_loss: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    accuracies: list[tuple[float, float]] = field(default_factory=list)
    """Of training and validation part, by epoch."""
    diverged: bool = False
    state: dict[str, Any] = field(default_factory=dict)
    """The arrays of the best model and its scaler, by name."""
    plane: dict[str, Any] = field(default_factory=dict)
    """Of data in the plane: the samples, and the best model's logits on a grid."""

    @property
    def epochs(self) -> int:
        """How many epochs are done."""
        return len(self.accuracies)

    def line(self, epoch: int) -> str:
        """Describe an epoch, from 1 on, as the lecture's trainer does."""
        train, val = self.accuracies[epoch - 1]
        cost = self.train_loss[epoch - 1]
        shown = f"{cost:f}" if cost < EXPLODES else f"{cost:e}"
        return (
            f"Finished epoch {epoch} / {self.recipe.epochs}: cost {shown}, "
            f"train: {train:f}, val {val:f}, lr {self.rates[epoch - 1]:e}"
        )

    def ending(self, *, interrupted: bool = False) -> str:
        """Say why training ended, and how it went."""
        if self.diverged:
            return (
                f"Stopped after epoch {self.epochs}: the cost explodes. It is {self.train_loss[-1]:g} and "
                f"began at {self.first_cost:g}. Try a learning rate ten times smaller than {self.recipe.lr:g}."
            )
        early = "" if self.epochs == self.recipe.epochs else ", no longer improving"
        why = ", interrupted" if interrupted else early
        best = max(val for _, val in self.accuracies)
        return f"Ended after epoch {self.epochs}{why}: best validation accuracy {best:.4f}."


def read_outcome(recipe: Recipe, plain: Mapping[str, Any]) -> Outcome:
    """Rebuild what came out of a sandbox.

    Raises: ValueError if it is not what a run gives: the library that made it is a student's.
    """
    try:
        known = {f.name: plain[f.name] for f in fields(Outcome) if f.name != "recipe"}
        pairs = [(float(a), float(b)) for a, b in known["accuracies"]]
        lists = {
            name: [float(v) for v in known[name]] for name in ("rates", "train_loss", "val_loss")
        }
        if {len(pairs), *map(len, lists.values())} != {len(pairs)} or not pairs:
            raise ValueError("the epochs do not agree")
        first = float(known["first_cost"])
        return Outcome(
            **{**known, **lists, "recipe": recipe, "accuracies": pairs, "first_cost": first}
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from None


class Run:
    """One training run: data, model, and the outcome so far.

    Raises: ValueError or FileNotFoundError if the recipe or the data do not fit.
    """

    def __init__(self, nnlab: Any, recipe: Recipe, x: Any = None, target: Any = None) -> None:
        self.nnlab, self.recipe = nnlab, recipe
        self.rng = np.random.default_rng(recipe.seed)
        if x is None:
            x, target = self._data()
        split = nnlab.selection.train_val_split(x, target, rng=self.rng)
        if recipe.limit:
            split = split._replace(
                x_train=split.x_train[: recipe.limit], y_train=split.y_train[: recipe.limit]
            )
        self.scaler = nnlab.preprocessing.StandardScaler().fit(split.x_train)
        self.data = split._replace(
            x_train=self.scaler.transform(split.x_train), x_val=self.scaler.transform(split.x_val)
        )
        self.n_classes = int(target.max()) + 1
        self.model = build(nnlab, recipe, x.shape[1], self.n_classes, self.rng)
        self.outcome = Outcome(recipe, first_cost=self._cost())
        self.best = np.inf

    def _data(self) -> tuple[Any, Any]:
        """Make or read the data that the recipe names."""
        name, datasets = self.recipe.data, self.nnlab.datasets
        if name == "digits":
            return digits()["x"], digits()["target"]
        if name == "moons":
            return datasets.two_moons(PLANE[name], noise=0.2, rng=self.rng)  # type: ignore[no-any-return]
        if name == "spirals":
            return datasets.spirals(PLANE[name], rng=self.rng)  # type: ignore[no-any-return]
        x, target = datasets.cifar10(name)
        return x.astype(np.float32), target

    def _cost(self) -> float:
        loss = self.nnlab.losses.CrossEntropyLoss()
        return float(loss(self.model.eval()(self.data.x_train), self.data.y_train))

    def train(self, after_epoch: Callable[[Outcome], object] = lambda _: None) -> Outcome:
        """Run the library's loop; `after_epoch` is called with the outcome after every epoch."""
        recipe, nnlab, outcome = self.recipe, self.nnlab, self.outcome
        stopping = nnlab.training.EarlyStopping(rounds=recipe.early_stopping or recipe.epochs + 1)
        optimizer = getattr(nnlab.optim, OPTIMIZERS[recipe.optimizer])(
            self.model.parameters(), lr=recipe.lr
        )

        def note(history: Any) -> None:
            outcome.train_loss.append(float(history.train_loss[-1]))
            outcome.val_loss.append(float(history.val_loss[-1]))
            outcome.rates.append(float(optimizer.lr))
            outcome.diverged = bool(history.diverged)
            outcome.accuracies.append((self._accuracy("train"), self._accuracy("val")))
            if outcome.val_loss[-1] < self.best or not outcome.state:
                self.best = min(self.best, outcome.val_loss[-1])
                outcome.state = self._state()
                outcome.plane = self._plane()
            after_epoch(outcome)

        nnlab.training.train(
            self.model,
            nnlab.losses.CrossEntropyLoss(),
            WithL1(nnlab, optimizer, self.model, recipe.l1) if recipe.l1 else optimizer,
            self.data,
            epochs=recipe.epochs,
            batch_size=recipe.batch_size,
            l2=recipe.l2,
            schedule=lambda epoch: recipe.learning_rate(epoch, nnlab),
            stopping=stopping,
            rng=self.rng,
            after_epoch=note,
        )
        return outcome

    def _accuracy(self, part: str) -> float:
        x, target = (getattr(self.data, f"{axis}_{part}")[:2000] for axis in "xy")
        return float(self.nnlab.training.accuracy(self.model.eval()(x), target))

    def _state(self) -> dict[str, Any]:
        """Copy everything that the trained model must remember, by a name."""
        arrays = {f"parameter{i}": p.data.copy() for i, p in enumerate(self.model.parameters())}
        for i, norm in enumerate(_norms(self.model)):
            arrays |= {
                f"mean{i}": np.array(norm.running_mean),
                f"var{i}": np.array(norm.running_var),
            }
        shape = np.array([self.data.x_train.shape[1], self.n_classes])
        return {"mean": self.scaler.mean, "std": self.scaler.std, "shape": shape, **arrays}

    def _plane(self) -> dict[str, Any]:
        """Ask the model about a grid of the plane."""
        if self.data.x_train.shape[1] != 2:
            return {}
        side = np.linspace(-1.25, 1.25, GRID) * float(np.abs(self.data.x_train).max())
        grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        return {
            "side": side,
            "logits": self.model.eval()(grid),
            "x": self.data.x_train,
            "target": self.data.y_train,
        }


class WithL1:
    """An optimizer that adds the gradient of l1 · Σ|W| to the weights', not the biases', before it steps."""

    def __init__(self, nnlab: Any, optimizer: Any, model: Any, l1: float) -> None:
        self.optimizer, self.l1 = optimizer, l1
        self.weights = [p for p in model.parameters() if p.data.ndim > 1]
        self.l1_gradient = nnlab.regularization.l1_gradient

    @property
    def lr(self) -> float:
        """The optimizer's rate."""
        return float(self.optimizer.lr)

    @lr.setter
    def lr(self, rate: float) -> None:
        self.optimizer.lr = rate

    def zero_grad(self) -> None:
        """Set all gradients to zero."""
        self.optimizer.zero_grad()

    def step(self) -> None:
        """Add the penalty's gradient, then step."""
        gradients = self.l1_gradient([p.data for p in self.weights])
        for p, gradient in zip(self.weights, gradients, strict=True):
            p.grad += self.l1 * gradient
        self.optimizer.step()


def by_epoch(**values: Sequence[float]) -> dict[str, tuple[Any, Any]]:
    """Make curves of what was measured epoch by epoch, from the first on."""
    return {name: (np.arange(1.0, len(y) + 1), np.array(y)) for name, y in values.items()}


def build(nnlab: Any, recipe: Recipe, n_features: int, n_classes: int, rng: Any) -> Any:
    """Stack the recipe's network: for each hidden size a linear map, and what belongs to it."""
    stack: list[Any] = []
    sizes = (n_features, *recipe.hidden)
    weights = getattr(nnlab.init, recipe.init.replace("-", "_"))
    linear = nnlab.layers.Linear
    for fan_in, fan_out in itertools.pairwise(sizes):
        stack.append(linear(fan_in, fan_out, rng=rng, init=weights))
        stack += [nnlab.batchnorm.BatchNorm1d(fan_out)] if recipe.batch_norm else []
        stack.append(getattr(nnlab.layers, ACTIVATIONS[recipe.activation])())
        stack += [nnlab.dropout.Dropout(recipe.dropout, rng=rng)] if recipe.dropout else []
    return nnlab.module.Sequential(*stack, linear(sizes[-1], n_classes, rng=rng, init=weights))


def _norms(model: Any) -> list[Any]:
    return [part for part in model.modules if hasattr(part, "running_mean")]


def reference() -> Any:
    """Import the library that instructors have."""
    return importlib.import_module("nnlab")


def load_model(path: Path, nnlab: Any) -> tuple[Any, Any, Recipe]:
    """Read a saved model: the network in evaluation mode, its scaler, its recipe."""
    with np.load(path, allow_pickle=False) as arrays:
        plain = json.loads(str(arrays["recipe"]))
        recipe = Recipe(**{**plain, "hidden": tuple(plain["hidden"])})
        n_features, n_classes = (int(n) for n in arrays["shape"])
        model = build(nnlab, recipe, n_features, n_classes, np.random.default_rng(0))
        for i, parameter in enumerate(model.parameters()):
            parameter.data[...] = arrays[f"parameter{i}"]
        for i, norm in enumerate(_norms(model)):
            norm.running_mean, norm.running_var = arrays[f"mean{i}"], arrays[f"var{i}"]
        scaler = nnlab.preprocessing.StandardScaler()
        scaler.mean, scaler.std = arrays["mean"], arrays["std"]
    return model.eval(), scaler, recipe
