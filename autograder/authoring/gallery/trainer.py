"""Train the lecture's network on images, as `nnlab train` does it, and keep what there is.

The recipe is data, so that it can be saved beside the model; the loop is the engine's own. A model
file is an npz of plain arrays, with the recipe as JSON, and is read without pickle.
"""

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from nnlab import datasets, init, layers, losses, optim, schedules, selection, training
from nnlab.arrays import Array, Labels
from nnlab.batchnorm import BatchNorm1d
from nnlab.dropout import Dropout
from nnlab.module import Module, Sequential
from nnlab.preprocessing import StandardScaler
from nnlab.training import EarlyStopping, History

__all__ = ["DECAYS", "Recipe", "Run", "by_epoch", "load_model"]

DECAYS: dict[str, Callable[[float, int], float]] = {
    "none": lambda lr, _: lr,
    "step": lambda lr, epoch: schedules.step_decay(lr, epoch, drop=0.5, every=10),
    "exponential": lambda lr, epoch: schedules.exponential_decay(lr, 0.05, epoch),
    "1/t": lambda lr, epoch: schedules.inverse_time_decay(lr, 0.1, epoch),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """All choices of one training run; the defaults are the lecture's two-layer network.

    `data` is "digits" or a folder with CIFAR-10's binary files; `limit` takes only so many images.
    Activation, init and optimizer are the engine's, by their names: "xavier-uniform", "adam".
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
    l2: float = 0.0
    epochs: int = 20
    batch_size: int = 100
    early_stopping: int = 0
    limit: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what no run could start with.

        Raises: ValueError naming the choice, the value and what is expected.
        """
        if not all(size > 0 for size in self.hidden):
            raise ValueError(f"hidden sizes must be positive, got {self.hidden}")
        for name in ("lr", "l2"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be at least 0, got {getattr(self, name)}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must be in [0, 1), got {self.dropout}")


class Run:
    """One training run: data, model, history; usable at any moment, also after an interruption.

    Raises: ValueError or FileNotFoundError if the recipe or the data do not fit.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.rng = np.random.default_rng(recipe.seed)
        x, target = _images(recipe.data)
        split = selection.train_val_split(x, target, rng=self.rng)
        if recipe.limit:
            split = split._replace(
                x_train=split.x_train[: recipe.limit], y_train=split.y_train[: recipe.limit]
            )
        self.scaler = StandardScaler().fit(split.x_train)
        self.data = split._replace(
            x_train=self.scaler.transform(split.x_train), x_val=self.scaler.transform(split.x_val)
        )
        self.labels: Labels = np.asarray(self.data.y_train, dtype=np.int64)
        self.n_classes = int(target.max()) + 1
        self.model = build(recipe, x.shape[1], self.n_classes, self.rng)
        self.history = History(best_model=self.model)
        self.accuracies: list[tuple[float, float]] = []
        self.first_cost = self._cost()

    def _cost(self) -> float:
        cost = losses.CrossEntropyLoss()(self.model.eval()(self.data.x_train), self.labels)
        return float(cost)

    def train(self, after_epoch: Callable[["Run"], object]) -> None:
        """Run the engine's loop; `after_epoch` is called with this run after every epoch."""
        recipe = self.recipe
        stopping = EarlyStopping(rounds=recipe.early_stopping or recipe.epochs + 1)

        def note(history: History) -> None:
            self.history = history
            history.best_model = stopping.best_model or self.model
            self.accuracies.append((self._accuracy("train"), self._accuracy("val")))
            after_epoch(self)

        training.train(
            self.model,
            losses.CrossEntropyLoss(),
            _named(optim, recipe.optimizer)(self.model.parameters(), lr=recipe.lr),
            self.data,
            epochs=recipe.epochs,
            batch_size=recipe.batch_size,
            l2=recipe.l2,
            schedule=lambda epoch: DECAYS[recipe.decay](recipe.lr, epoch),
            stopping=stopping,
            rng=self.rng,
            after_epoch=note,
        )

    def _accuracy(self, part: str) -> float:
        x, target = (getattr(self.data, f"{axis}_{part}")[:2000] for axis in "xy")
        return training.accuracy(self.model.eval()(x), target)

    def line(self) -> str:
        """Describe the last epoch as the lecture's trainer does."""
        epoch, (train, val) = len(self.accuracies), self.accuracies[-1]
        lr = DECAYS[self.recipe.decay](self.recipe.lr, epoch - 1)
        cost = self.history.train_loss[-1]
        shown = f"{cost:f}" if cost < 1e6 else f"{cost:e}"
        return (
            f"Finished epoch {epoch} / {self.recipe.epochs}: cost {shown}, "
            f"train: {train:f}, val {val:f}, lr {lr:e}"
        )

    def ending(self) -> str:
        """Say why training ended, and how it went."""
        epochs = len(self.accuracies)
        if self.history.diverged:
            cost = self.history.train_loss[-1]
            return (
                f"Stopped after epoch {epochs}: the cost explodes. It is {cost:g} and began at "
                f"{self.first_cost:g}. Try a learning rate ten times smaller than {self.recipe.lr:g}."
            )
        best = max(val for _, val in self.accuracies)
        early = "" if epochs == self.recipe.epochs else ", no longer improving"
        return f"Ended after epoch {epochs}{early}: best validation accuracy {best:.4f}."

    def save(self, folder: Path) -> list[Path]:
        """Write the best model, the history and, where matplotlib is, the curves."""
        folder.mkdir(parents=True, exist_ok=True)
        model, table = folder / "model.npz", folder / "history.csv"
        arrays: dict[str, Any] = {
            "recipe": json.dumps(asdict(self.recipe)),
            "mean": self.scaler.mean,
            "std": self.scaler.std,
            "shape": (self.data.x_train.shape[1], self.n_classes),
            **_state(self.history.best_model),
        }
        np.savez(model, **arrays)
        rows = zip(self.history.train_loss, self.history.val_loss, self.accuracies, strict=False)
        lines = [f"{i},{t!r},{v!r},{a!r},{b!r}" for i, (t, v, (a, b)) in enumerate(rows, 1)]
        head = "epoch,train_loss,val_loss,train_accuracy,val_accuracy"
        table.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        return [model, table, *self._curves(folder / "curves.png")]

    def _curves(self, path: Path) -> list[Path]:
        try:
            from nnlab import plots  # noqa: PLC0415  drawing is optional

            figure, (cost, right) = plots.sheet(self.ending(), 2, width=4.2)
        except ModuleNotFoundError:
            return []
        train, val = np.transpose(self.accuracies)
        history = self.history
        plots.curves(cost, by_epoch(training=history.train_loss, validation=history.val_loss))
        plots.curves(right, by_epoch(training=train, validation=val))
        cost.set(title="cost", xlabel="epoch")
        right.set(title="accuracy", xlabel="epoch")
        figure.suptitle(self.ending(), fontsize="small")
        figure.savefig(path, dpi=110)
        return [path]


def by_epoch(**values: Sequence[float]) -> dict[str, tuple[Array, Array]]:
    """Make curves of what was measured epoch by epoch, from the first on."""
    return {name: (np.arange(1.0, len(y) + 1), np.array(y)) for name, y in values.items()}


def build(recipe: Recipe, n_features: int, n_classes: int, rng: np.random.Generator) -> Module:
    """Stack the recipe's network: for each hidden size a linear map, and what belongs to it."""
    stack: list[Module] = []
    sizes = (n_features, *recipe.hidden)
    weights = _named(init, recipe.init)
    for fan_in, fan_out in itertools.pairwise(sizes):
        stack.append(layers.Linear(fan_in, fan_out, rng=rng, init=weights))
        stack += [BatchNorm1d(fan_out)] if recipe.batch_norm else []
        stack.append(_named(layers, recipe.activation)())
        stack += [Dropout(recipe.dropout, rng=rng)] if recipe.dropout else []
    return Sequential(*stack, layers.Linear(sizes[-1], n_classes, rng=rng, init=weights))


def _named(module: ModuleType, name: str) -> Any:
    """Find what a recipe names among what a module of the engine offers."""
    known = {public.lower(): public for public in module.__all__}
    return getattr(module, known[name.replace("-", "_")])


def _images(data: str) -> tuple[Array, Labels]:
    if data == "digits":
        return datasets.digits()
    x, target = datasets.cifar10(data)
    return x.astype(np.float32), target


def _state(model: Module) -> dict[str, Array]:
    """Collect everything that a trained model must remember, by a name."""
    arrays = {f"parameter{i}": p.data for i, p in enumerate(model.parameters())}
    for i, norm in enumerate(_norms(model)):
        arrays |= {f"mean{i}": norm.running_mean, f"var{i}": norm.running_var}
    return arrays


def _norms(model: Any) -> list[BatchNorm1d]:
    return [part for part in model.modules if isinstance(part, BatchNorm1d)]


def load_model(path: Path) -> tuple[Module, StandardScaler, Recipe]:
    """Read a saved model: the network in evaluation mode, its scaler, its recipe."""
    with np.load(path, allow_pickle=False) as arrays:
        fields = json.loads(str(arrays["recipe"]))
        recipe = Recipe(**{**fields, "hidden": tuple(fields["hidden"])})
        n_features, n_classes = (int(n) for n in arrays["shape"])
        model = build(recipe, n_features, n_classes, np.random.default_rng(0))
        for i, parameter in enumerate(model.parameters()):
            parameter.data[...] = arrays[f"parameter{i}"]
        for i, norm in enumerate(_norms(model)):
            norm.running_mean, norm.running_var = arrays[f"mean{i}"], arrays[f"var{i}"]
        scaler = StandardScaler()
        scaler.mean, scaler.std = arrays["mean"], arrays["std"]
    return model.eval(), scaler, recipe
