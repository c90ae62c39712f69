"""Training: the loop that every network goes through, and when to stop it.

The loop is PyTorch's, but for one line. After each epoch the validation loss is measured: the
best model is kept, and a run that no longer improves or that explodes is stopped.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import ceil

import numpy as np

from nnlab.arrays import Array, Labels
from nnlab.losses import Loss
from nnlab.module import Module
from nnlab.optim import Optimizer
from nnlab.regularization import l2_gradient
from nnlab.selection import Split

__all__ = ["EarlyStopping", "History", "accuracy", "batches", "diverged", "train"]


@dataclass
class History:
    """What happened in training: the losses by epoch, and the model of the best epoch."""

    best_model: Module
    train_loss: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    diverged: bool = False


class EarlyStopping:
    """Say when the validation loss has stopped improving, and keep the best model.

    Use a new one for each run.

    Raises: ValueError unless rounds ≥ 1 and 0 ≤ tolerance < 1.
    Source: slides, "Cross validation: Early stopping in NN"; H2O needs one loss more, 2k + 1.
    """

    def __init__(self, rounds: int = 5, tolerance: float = 1e-3) -> None:
        if rounds < 1:
            raise ValueError(f"rounds must be at least 1, got {rounds}")
        if not 0 <= tolerance < 1:
            raise ValueError(f"tolerance must be in [0, 1), got {tolerance}")
        self.rounds, self.tolerance = rounds, tolerance
        self.losses: list[float] = []
        self.best_loss = np.inf
        self.best_model: Module | None = None

    def update(self, val_loss: float, model: Module) -> bool:
        """Note one epoch's validation loss; return True if training should stop.

        Append it to self.losses, which keeps all of them. If it is below all losses before, it is
        the new self.best_loss, and self.best_model becomes a deep copy of model. nan is never best.

        With k = rounds and fewer than 2k losses, go on. Else the last 2k losses hold k + 1 windows
        of k neighbours, with averages a₀ … aₖ. Go on if min(a₁, …, aₖ) < (1 − tolerance) · a₀, else
        stop, as you do if one is nan. Below, the averages after the fourth loss are 7, 5, 5, and
        5 < 0.9 · 7; after the fifth they are 5, 5, 6, and 5 is not below 0.9 · 5.

        >>> stopping = EarlyStopping(rounds=2, tolerance=0.1)
        >>> [stopping.update(loss, Module()) for loss in (8.0, 6.0, 4.0, 6.0, 6.0)]
        [False, False, False, False, True]
        """
        raise NotImplementedError("lab10_training: EarlyStopping.update")


def diverged(cost: float, first_cost: float) -> bool:
    """Return whether training explodes: the cost is above 3 × the first cost, or not finite.

    Exactly 3 × is not yet one. nan and both infinities are not finite, and nan > anything is False;
    a cost may also be 0 or negative. first_cost is neither nan nor negative.

    Source: slides, "Cross-validation strategy", tip for detecting explosions.

    >>> diverged(6.1, 2.0), diverged(6.0, 2.0), diverged(float("nan"), 2.0)
    (True, False, True)
    """
    raise NotImplementedError("lab10_training: diverged")


def accuracy(logits: Array, target: Labels) -> float:
    """Return the share of rows whose largest logit is that of the right class.

    >>> accuracy(np.array([[2.0, 1.0], [0.0, 3.0]]), np.array([0, 0]))
    0.5
    """
    return float(np.mean(logits.argmax(axis=1) == target))


def batches(
    x: Array, target: Array | Labels, batch_size: int, *, rng: np.random.Generator
) -> Iterator[tuple[Array, Array | Labels]]:
    """Go through all samples once, in random order, in batches of nearly equal size.

    >>> [len(x) for x, _ in batches(np.ones((9, 3)), np.ones(9), 4, rng=np.random.default_rng(0))]
    [3, 3, 3]
    """
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    order, n_batches = rng.permutation(len(x)), ceil(len(x) / batch_size)
    for first in range(n_batches):
        chosen = order[first::n_batches]
        yield x[chosen], target[chosen]


@np.errstate(over="ignore", invalid="ignore")  # History.diverged reports explosions
def train(
    model: Module,
    loss: Loss,
    optimizer: Optimizer,
    data: Split,
    *,
    epochs: int,
    rng: np.random.Generator,
    batch_size: int = 32,
    l2: float = 0.0,
    schedule: Callable[[int], float] | None = None,
    stopping: EarlyStopping | None = None,
    after_epoch: Callable[[History], object] = lambda _: None,
) -> History:
    """Train the model on data's training part, epoch by epoch; return what happened.

    The first cost is the loss over the training part before all updates, in evaluation mode. Every
    epoch: set optimizer.lr = schedule(epoch), if there is one, from epoch 0 on; in training mode,
    update once for each of the `batches`, with l2 · 2W added to the gradient of all weights (of two
    axes), not of biases; in evaluation mode, append to the history train_loss, the mean over the
    epoch's samples (not batches) of the losses before their updates, and val_loss, both without the
    penalty. Call after_epoch(history), which needs these losses alone, and end if train_loss has
    diverged from the first cost (set history.diverged; stopping may be asked or not) or stopping
    says so. In the end `best_model` is a copy of the model after the epoch with the lowest val_loss,
    or the model itself if there is none.

    Source: slides, "Cross validation: tuning hyperparameter"; "Recommended Settings".

    >>> from nnlab import layers, losses, optim
    >>> x, rng = np.linspace(-1, 1, 20)[:, None], np.random.default_rng(0)
    >>> model, data = layers.Linear(1, 1, rng=rng), Split(x, 3 * x, x, 3 * x)
    >>> sgd = optim.SGD(model.parameters(), lr=0.5)
    >>> train(model, losses.MSELoss(), sgd, data, epochs=30, rng=rng).train_loss[-1] < 1e-6
    True
    """
    raise NotImplementedError("lab10_training: train")
