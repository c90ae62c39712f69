"""The experiment: what the recipe reaches on digits that it has not seen."""

import time

import numpy as np
import pytest

from nnlab.datasets import digits
from nnlab.experiment import build_network, predict, run
from nnlab.module import Module
from nnlab.selection import train_val_split


@pytest.fixture(scope="module")
def trained():
    """Train on four fifths of the digits, three times; keep the rest and the CPU seconds."""
    x, target = digits()
    runs = []
    for seed in range(3):
        split = train_val_split(x, target, 0.2, rng=np.random.default_rng(seed))
        start = time.process_time()
        experiment = run(split.x_train, split.y_train, rng=np.random.default_rng(seed))
        runs.append((experiment, split, time.process_time() - start))
    return runs


def test_unseen_digits_are_named(trained):
    """On the mean of three splits at least 97 % of the held-out digits are right, none is bad."""
    shares = [np.mean(predict(e, split.x_val) == split.y_val) for e, split, _ in trained]

    assert np.mean(shares) >= 0.97
    assert min(shares) >= 0.95


def test_training_takes_seconds(trained):
    """A run takes less than 10 seconds of CPU."""
    assert max(seconds for _, _, seconds in trained) < 10


def test_the_run_went_well(trained):
    """No run diverged, and the model handed in is the one of the lowest validation loss."""
    for experiment, _, _ in trained:
        history = experiment.history
        assert not history.diverged
        assert experiment.model is history.best_model
        assert min(history.val_loss) < 0.2 < history.val_loss[0]


def test_predictions_do_not_depend_on_the_batch(trained):
    """An image has the same class alone as among others, whatever mode the model was left in."""
    experiment, split, _ = trained[0]
    together = predict(experiment, split.x_val[:20])
    experiment.model.train()
    alone = [predict(experiment, image[None])[0] for image in split.x_val[:20]]

    assert together.tolist() == alone


def test_the_same_seed_gives_the_same_network():
    """All randomness comes from the generator."""
    x, target = digits()
    models = [run(x[:300], target[:300], rng=np.random.default_rng(5)).model for _ in range(2)]

    first, second = ([p.data for p in model.parameters()] for model in models)
    assert all(map(np.array_equal, first, second))


def test_the_recipe_takes_other_images():
    """Colour images of bytes in three classes are as good as digits; the data stays as it is."""
    rng = np.random.default_rng(0)
    target = np.arange(240) % 3
    x = rng.integers(0, 100, size=(240, 48)).astype(np.uint8)
    x[np.arange(240), target] += 150
    before = x.copy()
    experiment = run(x[:180], target[:180], rng=rng)

    assert np.mean(predict(experiment, x[180:]) == target[180:]) > 0.9
    assert np.array_equal(x, before)


@pytest.mark.parametrize(("n_features", "n_classes"), [(64, 10), (3072, 10), (5, 2)])
def test_the_network_fits_its_data(n_features, n_classes):
    """It maps n_features numbers to n_classes logits."""
    network = build_network(n_features, n_classes, rng=np.random.default_rng(0))

    assert isinstance(network, Module)
    assert network(np.ones((7, n_features))).shape == (7, n_classes)
