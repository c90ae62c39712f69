"""The training loop and its stopping rules, with stand-ins whose every step is known."""

from copy import deepcopy

import numpy as np
import pytest

from nnlab.descent import gradient_descent
from nnlab.layers import Linear, ReLU, mlp
from nnlab.losses import CrossEntropyLoss, MSELoss
from nnlab.module import Module, Parameter
from nnlab.optim import SGD, Adam
from nnlab.selection import Split
from nnlab.training import EarlyStopping, accuracy, batches, diverged, train


def rng(seed=0):
    """Make a generator."""
    return np.random.default_rng(seed)


class Line(Module):
    """The model x w + b; it notes in which mode it was called, and with what."""

    def __init__(self):
        self.weight, self.bias = Parameter([[0.0], [0.0]]), Parameter([0.0])
        self.calls = []

    def forward(self, x):
        """Compute x w + b."""
        self.calls.append((self.training, x))
        return x @ self.weight.data + self.bias.data

    def backward(self, grad_output):
        """Add the gradients."""
        x = self.calls[-1][1]
        self.weight.grad += x.T @ grad_output
        self.bias.grad += grad_output.sum(axis=0)
        return grad_output @ self.weight.data.T


class Recorder:
    """An optimizer that notes the rate and the gradients of each step."""

    def __init__(self, model, lr=0.1, *, moves=True):
        self.model, self.lr, self.moves, self.steps = model, lr, moves, []

    def zero_grad(self):
        """Clear the gradients."""
        self.model.zero_grad()

    def step(self):
        """Descend, or only note it."""
        gradients = [p.grad.copy() for p in self.model.parameters()]
        self.steps.append((self.lr, gradients))
        for p, gradient in zip(self.model.parameters(), gradients, strict=True):
            p.data -= self.lr * gradient if self.moves else 0


class Told:
    """A loss that is told its values: one list for training batches, one for the rest."""

    def __init__(self, model, train_losses, other_losses):
        self.model, self.lists = model, {True: list(train_losses), False: list(other_losses)}

    def __call__(self, prediction, _target):
        """Return the next value of the model's mode."""
        self.shape = prediction.shape
        return self.lists[self.model.training].pop(0)

    def backward(self):
        """Return a gradient of ones."""
        return np.ones(self.shape)


def line_data(n=12, n_val=5):
    """Draw points of a plane."""
    x = rng(7).normal(size=(n + n_val, 2))
    y = x @ [[2.0], [-1.0]] + 0.5
    return Split(x[:n], y[:n], x[n:], y[n:])


def test_full_batches_are_gradient_descent():
    """With all samples in one batch, an epoch is one step of gradient descent on the loss."""
    data, model = line_data(), Line()
    train(model, MSELoss(), Recorder(model), data, epochs=8, batch_size=12, rng=rng())
    x = np.column_stack([data.x_train, np.ones(12)])

    def gradient(theta):
        return 2 * x.T @ (x @ theta - data.y_train[:, 0]) / 12

    end = gradient_descent(gradient, np.zeros(3), 0.1, max_steps=8)[-1]
    assert np.allclose([*model.weight.data[:, 0], *model.bias.data], end, rtol=1e-12)


def test_losses_of_the_history():
    """train_loss is what the epoch's samples cost before their updates, val_loss after all."""
    data, model = line_data(), Line()
    history = train(model, MSELoss(), Recorder(model), data, epochs=4, batch_size=12, rng=rng())

    assert history.train_loss[0] == pytest.approx(np.mean(data.y_train**2))
    assert history.val_loss[-1] == pytest.approx(MSELoss()(model(data.x_val), data.y_val))
    assert len(history.train_loss) == len(history.val_loss) == 4
    assert not history.diverged


def test_train_loss_weighs_samples_not_batches():
    """Batches of different size count by their samples: 4 at a loss of 1, 3 at 8 make 4."""
    model = Line()
    loss = Told(model, [1.0, 8.0], [9.0, 9.0])
    history = train(
        model, loss, Recorder(model, moves=False), line_data(7), epochs=1, batch_size=4, rng=rng()
    )

    assert history.train_loss == [4.0]


def test_modes_switch_between_training_and_validation():
    """Batches run in training mode, all else in evaluation mode, where the model is left."""
    data, model = line_data(), Line()
    train(model, MSELoss(), Recorder(model), data, epochs=2, batch_size=6, rng=rng())

    assert [training for training, _ in model.calls] == [False, *[True, True, False] * 2]
    assert model.training is False
    assert np.array_equal(model.calls[-1][1], data.x_val)


def test_every_epoch_sees_every_sample_in_a_new_order():
    """The batches of an epoch are the training part, shuffled anew."""
    data, model = line_data(), Line()
    train(model, MSELoss(), Recorder(model), data, epochs=2, batch_size=5, rng=rng())
    seen = [x for training, x in model.calls if training]
    epochs = [np.concatenate(seen[:3]), np.concatenate(seen[3:])]

    assert [len(x) for x in seen] == [4, 4, 4] * 2
    assert all(np.array_equal(np.sort(x, axis=0), np.sort(data.x_train, axis=0)) for x in epochs)
    assert not np.array_equal(*epochs)


def test_gradients_are_cleared_before_each_step():
    """Each step has the gradient of its own batch only."""
    data, model = line_data(), Line()
    recorder = Recorder(model, moves=False)
    train(model, MSELoss(), recorder, data, epochs=3, batch_size=12, rng=rng())

    for _, gradients in recorder.steps[1:]:
        assert all(map(np.allclose, gradients, recorder.steps[0][1]))


def test_l2_pulls_weights_but_not_biases():
    """The penalty adds l2 · 2W to the weight's gradient, nothing to the bias's."""
    gradients = []
    for l2 in (0.0, 0.3):
        model = Line()
        model.weight.data[...] = [[5.0], [-3.0]]
        recorder = Recorder(model, moves=False)
        train(model, MSELoss(), recorder, line_data(), epochs=1, batch_size=12, l2=l2, rng=rng())
        gradients.append(recorder.steps[0][1])

    assert np.allclose(gradients[1][0] - gradients[0][0], [[3.0], [-1.8]])
    assert np.array_equal(gradients[1][1], gradients[0][1])


def test_schedule_sets_the_rate_of_each_epoch():
    """The schedule is asked once an epoch, from 0, before the epoch's steps."""
    model = Line()
    recorder = Recorder(model)
    train(
        model, MSELoss(), recorder, line_data(), epochs=3, batch_size=6,
        schedule=lambda epoch: 0.1 / (epoch + 1), rng=rng(),
    )  # fmt: skip

    assert np.allclose([lr for lr, _ in recorder.steps], [0.1, 0.1, 0.05, 0.05, 0.1 / 3, 0.1 / 3])


def test_without_a_schedule_the_rate_stays():
    """The optimizer keeps its own rate."""
    model = Line()
    recorder = Recorder(model, lr=0.07)
    train(model, MSELoss(), recorder, line_data(), epochs=2, rng=rng())

    assert {lr for lr, _ in recorder.steps} == {0.07}


def test_the_best_model_is_kept_as_it_was():
    """best_model has the weights after the epoch of lowest validation loss, as a copy."""
    after = []
    for epochs in (2, 5):
        model = Line()
        loss = Told(model, [1.0] * 5, [1.0, 4.0, 2.0, 3.0, 2.0, 5.0])
        history = train(
            model, loss, Recorder(model), line_data(), epochs=epochs, batch_size=12, rng=rng()
        )
        after.append((model.weight.data.copy(), history.best_model.weight.data))

    assert np.array_equal(after[1][1], after[0][0])
    assert not np.array_equal(after[1][1], after[1][0])


def test_stopping_ends_the_run():
    """Training ends after the epoch in which stopping says so, and counts that epoch."""
    model = Line()
    loss = Told(model, [1.0] * 9, [1.0] * 9)
    history = train(
        model, loss, Recorder(model), line_data(), epochs=8, batch_size=12,
        stopping=EarlyStopping(rounds=2), rng=rng(),
    )  # fmt: skip

    assert history.val_loss == [1.0] * 4
    assert not history.diverged


@pytest.mark.parametrize("bad", [3.1, float("nan"), float("inf")])
def test_an_explosion_ends_the_run(bad):
    """A training loss above 3 × the first, or not finite, ends the run and is told."""
    model = Line()
    loss = Told(model, [3.0, bad], [1.0] * 5)
    history = train(model, loss, Recorder(model), line_data(), epochs=5, batch_size=12, rng=rng())

    assert history.diverged
    assert len(history.train_loss) == len(history.val_loss) == 2


def test_a_run_without_a_good_epoch_leaves_the_model():
    """If the first epoch explodes, best_model is the model itself."""
    model = Line()
    history = train(
        model, Told(model, [9.0], [1.0, 9.0]), Recorder(model), line_data(), epochs=5,
        batch_size=12, rng=rng(),
    )  # fmt: skip

    assert history.best_model is model


def test_a_rate_that_is_far_too_high_is_told_without_warnings():
    """A real network at an absurd rate diverges; History says so, numpy keeps quiet."""
    data = line_data(40)
    model = mlp((2, 20, 1), ReLU, rng=rng())
    optimizer = SGD(model.parameters(), lr=1e6)
    history = train(model, MSELoss(), optimizer, data, epochs=5, batch_size=8, rng=rng())

    assert history.diverged
    assert len(history.train_loss) == 1


def test_no_epochs_no_history():
    """Zero epochs leave the model as it is."""
    model = Line()
    history = train(model, MSELoss(), Recorder(model), line_data(), epochs=0, rng=rng())

    assert (history.train_loss, history.val_loss, history.best_model) == ([], [], model)


def test_a_network_learns_twenty_examples_by_heart():
    """The lecture's tip: without penalty, 20 examples of random classes reach accuracy 1."""
    x, target = rng().normal(size=(20, 12)), rng(1).integers(0, 4, 20)
    model = mlp((12, 30, 4), ReLU, rng=rng(2))
    history = train(
        model, CrossEntropyLoss(), Adam(model.parameters(), lr=0.01), Split(x, target, x, target),
        epochs=80, batch_size=20, rng=rng(3),
    )  # fmt: skip

    assert accuracy(history.best_model(x), target) == 1.0


@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize("value", [1.0, 0.0])
def test_a_constant_loss_stops_after_two_windows(k, value):
    """Without any improvement k rounds stop at loss 2k; a loss of 0 cannot improve either."""
    stopping = EarlyStopping(rounds=k)
    told = [stopping.update(value, Module()) for _ in range(2 * k)]

    assert told == [False] * (2 * k - 1) + [True]


@pytest.mark.parametrize("factor", [0.5, 0.99, 0.9996])
def test_a_loss_that_keeps_falling_never_stops(factor):
    """Averages that fall by more than a thousandth in k rounds go on, however small they get."""
    stopping = EarlyStopping(rounds=5)

    assert not any(stopping.update(100 * factor**epoch, Module()) for epoch in range(200))


def test_tolerance_is_relative():
    """A fall of 0.05 % in k rounds is too little, at any size of the loss."""
    for scale in (1e-6, 1.0, 1e6):
        stopping = EarlyStopping(rounds=5, tolerance=1e-3)
        told = [stopping.update(scale * 0.9999**epoch, Module()) for epoch in range(10)]
        assert told == [False] * 9 + [True]


def test_stopping_follows_its_rule():
    """On a noisy curve it stops at the first 2k losses that meet the rule as H2O states it."""
    k, tolerance = 3, 0.01
    losses = 1 / np.arange(1, 60) + 0.02 * rng(4).normal(size=59) + 0.3
    averages = np.convolve(losses, np.ones(k) / k, mode="valid")
    ratios = [min(averages[i - k + 1 : i + 1]) / averages[i - k] for i in range(k, len(averages))]
    first = next(i for i, ratio in enumerate(ratios) if ratio >= 1 - tolerance) + 2 * k

    stopping = EarlyStopping(k, tolerance)
    told = [stopping.update(loss, Module()) for loss in losses[:first]]
    assert told == [False] * (first - 1) + [True]
    assert first > 2 * k


def test_nan_is_no_improvement():
    """Losses that are nan never become the best, and end the run."""
    stopping = EarlyStopping(rounds=2)
    told = [stopping.update(loss, Module()) for loss in (3.0, np.nan, np.nan, np.nan)]

    assert told == [False, False, False, True]
    assert stopping.best_loss == 3.0


def test_the_first_of_equal_losses_is_the_best():
    """A loss that only ties with the best does not replace its model."""
    stopping, model = EarlyStopping(), Line()
    for value in (1.0, 2.0, 3.0):
        model.bias.data[...] = value
        stopping.update(1.0, model)

    assert stopping.best_model.bias.data == [1.0]
    assert stopping.losses == [1.0] * 3


def test_stopping_starts_without_a_model():
    """Before the first update there is no best model."""
    assert EarlyStopping().best_model is None


@pytest.mark.parametrize("rounds", [0, -2])
def test_stopping_wants_a_round(rounds):
    """An average of no losses is refused."""
    with pytest.raises(ValueError, match=f"rounds must be at least 1, got {rounds}"):
        EarlyStopping(rounds)


@pytest.mark.parametrize("tolerance", [-0.1, 1.0, float("nan")])
def test_stopping_wants_a_share(tolerance):
    """A tolerance is a share of the loss."""
    with pytest.raises(ValueError, match=rf"tolerance must be in \[0, 1\), got {tolerance}"):
        EarlyStopping(tolerance=tolerance)


@pytest.mark.parametrize(
    ("cost", "first", "expected"),
    [
        (6.0, 2.0, False),
        (6.0001, 2.0, True),
        (0.0, 0.0, False),
        (np.nan, 2.0, True),
        (np.inf, 2.0, True),
        (-np.inf, 2.0, True),
        (2.0, np.nan, True),
    ],
)
def test_diverged(cost, first, expected):
    """Above 3 × the first cost, strictly, or not finite."""
    assert diverged(cost, first) is expected


def test_accuracy_is_a_share():
    """Two of three rows have their largest logit at the right class."""
    assert accuracy(np.array([[1.0, 2], [4, 3], [0, -1]]), np.array([1, 1, 0])) == 2 / 3


@pytest.mark.parametrize(("n", "size"), [(10, 3), (33, 32), (5, 8), (6, 6), (4, 1)])
def test_batches_partition_the_samples(n, size):
    """Every sample comes once, with its target; no batch is larger than asked, none tiny."""
    x = np.arange(n)
    parts = list(batches(x, 10 * x, size, rng=rng()))
    lengths = [len(part) for part, _ in parts]

    assert sorted(np.concatenate([part for part, _ in parts])) == x.tolist()
    assert all(np.array_equal(target, 10 * part) for part, target in parts)
    assert max(lengths) <= size
    assert max(lengths) - min(lengths) <= 1


def test_batches_want_a_size():
    """A batch without samples is refused."""
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        next(batches(np.ones(3), np.ones(3), 0, rng=rng()))


def test_a_copied_model_is_independent_of_its_optimizer():
    """Optimizers join the parameters in one array; a copy of the model has arrays of its own."""
    model = Linear(3, 2, rng=rng())
    optimizer = SGD(model.parameters(), lr=1.0)
    model.backward(model.forward(np.ones((4, 3))))
    copy = deepcopy(model)
    before = copy.weight.data.copy()
    optimizer.step()

    assert np.array_equal(copy.weight.data, before)
    assert not np.array_equal(model.weight.data, before)
