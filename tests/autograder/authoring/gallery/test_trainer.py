"""The trainer behind `nnlab train`: the lecture's headline results, saving, and ends of all kinds."""

import json

import numpy as np
import pytest

from autograder.authoring.gallery import trainer
from autograder.authoring.gallery.trainer import Recipe, Run, load_model
from autograder.commands.authors.train import CHOICES


def trained(**choices) -> Run:
    """Train to the end."""
    run = Run(Recipe(**choices))
    run.train(lambda _: None)
    return run


def write_images(folder, n_images=120):
    """Write images in CIFAR-10's binary format: the class shows in the red channel."""
    rng = np.random.default_rng(0)
    for number in range(1, 6):
        classes = rng.integers(0, 10, n_images).astype(np.uint8)
        pixels = rng.integers(0, 60, (n_images, 3072)).astype(np.uint8)
        pixels[:, :1024] += (classes * 18)[:, None]
        records = np.column_stack([classes, pixels]).astype(np.uint8)
        (folder / f"data_batch_{number}.bin").write_bytes(records.tobytes())


def test_twenty_images_are_learnt_by_heart():
    """The lecture's sanity check: accuracy 1.0 and a cost below 0.003 within 200 epochs."""
    run = trained(limit=20, lr=0.02, batch_size=5, epochs=200)

    assert run.accuracies[-1][0] == 1.0
    assert run.history.train_loss[-1] < 0.003


def test_a_rate_too_low_leaves_the_cost_at_ln_10():
    """With lr 1e-6 nothing happens: the cost stays that of a guess among ten."""
    run = trained(lr=1e-6, init="small-normal", epochs=10)

    assert run.history.train_loss[-1] == pytest.approx(np.log(10), abs=1e-3)
    assert not run.history.diverged


def test_a_rate_too_high_is_stopped():
    """With lr 1e6 the cost explodes, and training ends by itself with a sentence."""
    run = trained(lr=1e6, epochs=10)

    assert run.history.diverged
    assert len(run.accuracies) == 1
    assert run.ending().startswith("Stopped after epoch 1: the cost explodes.")
    assert "ten times smaller than 1e+06" in run.ending()


@pytest.mark.parametrize("optimizer", CHOICES["optimizer"])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_every_optimizer_learns_the_digits(optimizer, batch_norm):
    """Each optimizer gets most digits right in a few epochs, with batch norm and without."""
    lr = {"sgd": 0.1, "momentum": 0.02, "nesterov": 0.02}.get(optimizer, 0.005)
    run = trained(optimizer=optimizer, lr=lr, epochs=8, batch_norm=batch_norm, batch_size=50)

    assert run.accuracies[-1][1] > 0.8


@pytest.mark.parametrize("decay", CHOICES["decay"])
@pytest.mark.parametrize("activation", CHOICES["activation"])
def test_every_choice_runs(decay, activation):
    """Decays and activations combine with dropout, L2 and early stopping."""
    run = trained(
        decay=decay, activation=activation, dropout=0.1, l2=1e-3, epochs=2, early_stopping=1
    )

    assert 1 <= len(run.accuracies) <= 2
    assert np.isfinite(run.history.train_loss).all()


@pytest.mark.parametrize("init", CHOICES["init"])
def test_every_way_to_begin_runs(init):
    """The command's names are the engine's."""
    assert np.isfinite(trained(init=init, epochs=1).history.train_loss).all()


def test_the_command_offers_every_decay():
    """Decays have constants of their own, so the trainer has a table of them."""
    assert CHOICES["decay"] == list(trainer.DECAYS)


def test_early_stopping_ends_before_the_last_epoch():
    """A run that no longer improves ends early and says so."""
    run = trained(limit=60, lr=0.1, epochs=100, early_stopping=3)

    assert len(run.accuracies) < 100
    assert "no longer improving" in run.ending()


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_saved_model_answers_as_the_trained_one(batch_norm, tmp_path):
    """What is loaded gives the same logits as the best model of the run, and knows its recipe."""
    run = trained(epochs=3, hidden=(30, 20), batch_norm=batch_norm)
    paths = run.save(tmp_path / "run")
    model, scaler, recipe = load_model(tmp_path / "run" / "model.npz")
    raw = run.data.x_val * run.scaler.std + run.scaler.mean

    assert [path.name for path in paths] == ["model.npz", "history.csv", "curves.png"]
    assert recipe == run.recipe
    np.testing.assert_allclose(
        model(scaler.transform(raw)), run.history.best_model.eval()(run.data.x_val), atol=1e-10
    )


def test_the_history_is_a_table(tmp_path):
    """history.csv has a line an epoch."""
    run = trained(epochs=2)
    run.save(tmp_path)
    lines = (tmp_path / "history.csv").read_text().splitlines()

    assert lines[0] == "epoch,train_loss,val_loss,train_accuracy,val_accuracy"
    assert [float(line.split(",")[1]) for line in lines[1:]] == run.history.train_loss


def test_a_model_file_holds_no_pickle(tmp_path):
    """The file is plain arrays and JSON: it loads with pickle forbidden."""
    trained(epochs=1).save(tmp_path)
    with np.load(tmp_path / "model.npz", allow_pickle=False) as arrays:
        recipe = json.loads(str(arrays["recipe"]))

    assert recipe["optimizer"] == "momentum"


def test_without_matplotlib_model_and_history_are_saved(tmp_path, monkeypatch):
    """The curves are a gift; without matplotlib the rest is saved all the same."""
    from nnlab import plots

    def missing(*_args, **_kwargs):
        raise ModuleNotFoundError(name="matplotlib")

    monkeypatch.setattr(plots, "sheet", missing)

    assert [path.name for path in trained(epochs=1).save(tmp_path)] == ["model.npz", "history.csv"]


def test_images_from_a_folder_are_learnt(tmp_path):
    """A folder with CIFAR-10's binary files is trained on."""
    write_images(tmp_path)
    run = trained(data=str(tmp_path), epochs=3, lr=0.005)

    assert run.data.x_train.shape == (480, 3072)
    assert run.accuracies[-1][0] > 0.5


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"hidden": (0,)}, r"hidden sizes must be positive, got \(0,\)"),
        ({"lr": -1.0}, "lr must be at least 0, got -1.0"),
        ({"l2": float("nan")}, "l2 must be at least 0, got nan"),
        ({"dropout": 1.0}, r"dropout must be in \[0, 1\), got 1.0"),
    ],
)
def test_a_recipe_that_cannot_work_is_refused(choices, sentence):
    """A wrong choice is named with its value and what is expected."""
    with pytest.raises(ValueError, match=sentence):
        Recipe(**choices)
