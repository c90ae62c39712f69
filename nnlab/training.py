"""Training: the loop that every network goes through, and when to stop it.

The loop is PyTorch's, apart from the one line that a library without automatic
differentiation needs. After each epoch the validation loss is measured: the best model
is kept, and a run that no longer improves or that explodes is stopped.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from math import ceil
from typing import Any

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

    H2O's rule: the averages of `rounds` successive losses are compared, so that noise does
    not end a run. Use a new one for each run.

    Raises: ValueError unless rounds ≥ 1 and 0 ≤ tolerance < 1.
    Source: slides, "Cross validation: Early stopping in NN"; H2O, stopping_rounds.
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
        the new self.best_loss, and self.best_model becomes a deep copy of model.

        Then decide, with k = rounds. With fewer than 2k losses: go on. Else look at the last 2k
        losses. They hold k + 1 windows of k neighbours; take the average of each, a₀, a₁, … aₖ.
        Go on if min(a₁, …, aₖ) < (1 − tolerance) · a₀, else stop. If an average is nan, stop.

        k = 2, tolerance 0.1, losses 8, 6, 4, 6, 6: after the fourth the windows (8, 6), (6, 4) and
        (4, 6) have the averages 7, 5, 5, and 5 < 0.9 · 7: go on. After the fifth (6, 4), (4, 6) and
        (6, 6) have 5, 5, 6, and 5 is not below 0.9 · 5: stop.

        >>> stopping = EarlyStopping(rounds=2, tolerance=0.1)
        >>> [stopping.update(loss, Module()) for loss in (8.0, 6.0, 4.0, 6.0, 6.0)]
        [False, False, False, False, True]
        """
        self.losses.append(val_loss)
        if val_loss < self.best_loss:
            self.best_loss, self.best_model = val_loss, deepcopy(model)
        k, recent = self.rounds, self.losses[-2 * self.rounds :]
        if len(recent) < 2 * k:
            return False
        averages = [np.mean(recent[i : i + k]) for i in range(k + 1)]
        return not np.min(averages[1:]) < (1 - self.tolerance) * averages[0]


def diverged(cost: float, first_cost: float) -> bool:
    """Return whether training explodes: the cost is above 3 × the first cost, or not finite.

    Exactly 3 × is not yet an explosion. Not finite are nan, ∞ and −∞, whatever the first cost was.
    Remember that nan > anything is False.

    Source: slides, "Cross-validation strategy", tip for detecting explosions.

    >>> diverged(6.1, 2.0), diverged(6.0, 2.0), diverged(float("nan"), 2.0)
    (True, False, True)
    """
    return not (np.isfinite(cost) and cost <= 3 * first_cost)


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


def _add_l2(model: Module, l2: float) -> None:
    """Add the gradient of l2 · ΣW² to the weights: the parameters with two axes, not the biases."""
    weights = [p for p in model.parameters() if p.data.ndim > 1]
    for p, gradient in zip(weights, l2_gradient([p.data for p in weights]), strict=True):
        p.grad += l2 * gradient


def _epoch(
    model: Module, loss: Loss, optimizer: Optimizer, data: Iterator[tuple[Array, Any]], l2: float
) -> float:
    """Update once for each batch; return the mean loss of the samples before their updates."""
    total = n_samples = 0.0
    for x, target in data:
        total, n_samples = total + len(x) * loss(model(x), target), n_samples + len(x)
        optimizer.zero_grad()
        model.backward(loss.backward())  # PyTorch: loss.backward()
        _add_l2(model, l2)
        optimizer.step()
    return total / n_samples


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

    Before the first update, measure the first cost: the loss over the training part, in evaluation
    mode and without the penalty.

    Every epoch: set optimizer.lr = schedule(epoch), if there is a schedule, epochs count from 0;
    switch the model to training mode; update once for each of the `batches`, with l2 · 2W added to
    the gradient of all weights (parameters with two axes), not of biases. Then switch to evaluation
    mode and append to the history: train_loss, the mean over the epoch's samples of the losses
    before their updates (a batch of 4 counts twice as much as one of 2), and val_loss, both
    without the penalty. Set history.diverged = diverged(train_loss, first cost), and ask
    stopping.update(val_loss, model); in an epoch that diverged it may be asked or not. Then call
    after_epoch(history), also after the last epoch.

    End when the loss has diverged, or when stopping has said so. `best_model` is a copy of the
    model as it was after the epoch with the lowest val_loss, or the model itself if there is no
    such epoch.

    Source: slides, "Cross validation: tuning hyperparameter"; "Recommended Settings".

    >>> from nnlab import layers, losses, optim
    >>> x, rng = np.linspace(-1, 1, 20)[:, None], np.random.default_rng(0)
    >>> model = layers.Linear(1, 1, rng=rng)
    >>> sgd, data = optim.SGD(model.parameters(), lr=0.5), Split(x, 3 * x, x, 3 * x)
    >>> train(model, losses.MSELoss(), sgd, data, epochs=30, rng=rng).train_loss[-1] < 1e-6
    True
    """
    stopping = stopping or EarlyStopping(rounds=epochs + 1)  # never stops, keeps the best model
    history = History(best_model=model)
    first_cost = loss(model.eval()(data.x_train), data.y_train)
    for epoch in range(epochs):
        optimizer.lr = schedule(epoch) if schedule else optimizer.lr
        data_in_batches = batches(data.x_train, data.y_train, batch_size, rng=rng)
        history.train_loss.append(_epoch(model.train(), loss, optimizer, data_in_batches, l2))
        history.val_loss.append(loss(model.eval()(data.x_val), data.y_val))
        history.diverged = diverged(history.train_loss[-1], first_cost)
        ended = history.diverged or stopping.update(history.val_loss[-1], model)
        after_epoch(history)
        if ended:
            break
    history.best_model = stopping.best_model or model
    return history
