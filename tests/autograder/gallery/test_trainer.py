"""The trainer behind `nnlab train`: the lecture's headline results, saving, and ends of all kinds."""

import json
from dataclasses import asdict

import numpy as np
import pytest

import nnlab
from autograder.commands.students.train import CHOICES
from autograder.gallery import trainer
from autograder.gallery.curves import draw_curves, save_run
from autograder.gallery.trainer import Outcome, Recipe, Run, load_model, read_outcome


def trained(**choices) -> Outcome:
    """Train to the end."""
    return Run(nnlab, Recipe(**choices)).train()


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
    assert run.train_loss[-1] < 0.003


def test_a_rate_too_low_leaves_the_cost_at_ln_10():
    """With lr 1e-6 nothing happens: the cost stays that of a guess among ten."""
    run = trained(lr=1e-6, init="small-normal", epochs=10)

    assert run.train_loss[-1] == pytest.approx(np.log(10), abs=1e-3)
    assert not run.diverged


def test_a_rate_too_high_is_stopped():
    """With lr 1e6 the cost explodes, and training ends by itself with a sentence."""
    run = trained(lr=1e6, epochs=10)

    assert run.diverged
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
    assert np.isfinite(run.train_loss).all()


@pytest.mark.parametrize("init", CHOICES["init"])
def test_every_way_to_begin_runs(init):
    """The command's names are the engine's."""
    assert np.isfinite(trained(init=init, epochs=1).train_loss).all()


def test_the_command_offers_what_the_trainer_knows():
    """Help must not wait for numpy, so the command has lists of its own: they are the trainer's."""
    others = {"activation_statistics", "count_different_units", "gradient_statistics"}
    inits = {name.replace("_", "-") for name in set(nnlab.init.__all__) - others}

    assert CHOICES["decay"] == list(trainer.DECAYS)
    assert CHOICES["activation"] == list(trainer.ACTIVATIONS)
    assert CHOICES["optimizer"] == list(trainer.OPTIMIZERS)
    assert set(CHOICES["init"]) == inits


def test_early_stopping_ends_before_the_last_epoch():
    """A run that no longer improves ends early and says so."""
    run = trained(limit=60, lr=0.1, epochs=100, early_stopping=3)

    assert len(run.accuracies) < 100
    assert "no longer improving" in run.ending()


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_saved_model_answers_as_the_trained_one(batch_norm, tmp_path):
    """What is loaded gives the same logits as the best model of the run, and knows its recipe."""
    run = Run(nnlab, Recipe(epochs=3, hidden=(30, 20), batch_norm=batch_norm))
    answers = []

    def note(outcome):
        if outcome.val_loss[-1] == min(outcome.val_loss):
            answers.append(run.model.eval()(run.data.x_val))

    paths = save_run(run.train(note), tmp_path / "run")
    model, scaler, recipe = load_model(tmp_path / "run" / "model.npz", nnlab)
    raw = run.data.x_val * run.scaler.std + run.scaler.mean

    assert [p.name for p in paths] == ["model.npz", "history.csv", "curves.png", "curves.svg"]
    assert recipe == run.recipe
    np.testing.assert_allclose(model(scaler.transform(raw)), answers[-1], atol=1e-10)


def test_the_history_is_a_table(tmp_path):
    """history.csv has a line an epoch."""
    run = trained(epochs=2)
    save_run(run, tmp_path)
    lines = (tmp_path / "history.csv").read_text().splitlines()

    assert lines[0] == "epoch,train_loss,val_loss,train_accuracy,val_accuracy"
    assert [float(line.split(",")[1]) for line in lines[1:]] == run.train_loss


def test_a_model_file_holds_no_pickle(tmp_path):
    """The file is plain arrays and JSON: it loads with pickle forbidden."""
    save_run(trained(epochs=1), tmp_path)
    with np.load(tmp_path / "model.npz", allow_pickle=False) as arrays:
        recipe = json.loads(str(arrays["recipe"]))

    assert recipe["optimizer"] == "momentum"


def test_without_matplotlib_model_and_history_are_saved(tmp_path, monkeypatch):
    """The curves are a gift; without matplotlib the rest is saved all the same."""
    from autograder.gallery.style import plots

    def missing(*_args, **_kwargs):
        raise ModuleNotFoundError(name="matplotlib")

    monkeypatch.setattr(plots, "sheet", missing)

    assert [path.name for path in save_run(trained(epochs=1), tmp_path)] == [
        "model.npz",
        "history.csv",
    ]


def test_images_from_a_folder_are_learnt(tmp_path):
    """A folder with CIFAR-10's binary files is trained on."""
    write_images(tmp_path)
    run = Run(nnlab, Recipe(data=str(tmp_path), epochs=3, lr=0.005))

    assert run.data.x_train.shape == (480, 3072)
    assert run.train().accuracies[-1][0] > 0.5


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"hidden": (0,)}, r"hidden sizes must be positive, got \(0,\)"),
        ({"lr": -1.0}, "lr must be at least 0, got -1.0"),
        ({"l1": -0.5}, "l1 must be at least 0, got -0.5"),
        ({"l2": float("nan")}, "l2 must be at least 0, got nan"),
        ({"dropout": 1.0}, r"dropout must be in \[0, 1\), got 1.0"),
    ],
)
def test_a_recipe_that_cannot_work_is_refused(choices, sentence):
    """A wrong choice is named with its value and what is expected."""
    with pytest.raises(ValueError, match=sentence):
        Recipe(**choices)


@pytest.mark.parametrize(("data", "classes"), [("moons", 2), ("spirals", 3)])
def test_points_in_the_plane_are_learnt_and_their_boundary_is_kept(data, classes):
    """Moons and spirals are separated, and the best model's answers on a grid are there to be drawn."""
    run = trained(data=data, hidden=(24, 24), lr=0.05, epochs=40, batch_size=30)

    assert max(val for _, val in run.accuracies) > 0.9
    assert run.plane["logits"].shape == (trainer.GRID**2, classes)
    assert len(draw_curves(run).axes) == 3


def test_l1_makes_small_weights_smaller():
    """Under L1 more weights are next to 0 than without, and biases are not penalised."""
    small = [
        np.mean(np.abs(trained(l1=l1, epochs=8).state["parameter0"]) < 0.01) for l1 in (0.0, 3e-3)
    ]

    assert small[1] > 2 * small[0]


def test_l1_is_added_to_the_gradient_of_weights_alone():
    """A step with L1 differs from one without by rate · l1 · sign(W), and the biases by nothing."""
    models = [nnlab.layers.Linear(3, 2, rng=np.random.default_rng(0)) for _ in range(2)]
    for model, l1 in zip(models, (0.0, 0.5), strict=True):
        sgd = nnlab.optim.SGD(model.parameters(), lr=0.1)
        optimizer = trainer.WithL1(nnlab, sgd, model, l1)
        optimizer.lr = 0.2
        optimizer.zero_grad()
        optimizer.step()
    difference = models[0].weight.data - models[1].weight.data

    np.testing.assert_allclose(difference, 0.2 * 0.5 * np.sign(models[0].weight.data))
    np.testing.assert_array_equal(models[0].bias.data, models[1].bias.data)


def test_zero_weights_learn_nothing_but_the_bias():
    """With weights of 0 the cost stays that of a guess."""
    run = trained(init="zeros", epochs=3)

    assert run.train_loss[-1] == pytest.approx(np.log(10), abs=0.01)


@pytest.mark.parametrize(
    ("choices", "interrupted", "why"),
    [
        ({"epochs": 2}, False, "Ended after epoch 2: best"),
        ({"epochs": 2}, True, "Ended after epoch 2, interrupted: best"),
        (
            {"limit": 60, "lr": 0.1, "epochs": 100, "early_stopping": 3},
            False,
            ", no longer improving:",
        ),
        ({"lr": 1e6}, False, "Stopped after epoch 1: the cost explodes."),
    ],
)
def test_an_ending_says_why(choices, interrupted, why):
    """All epochs, an interruption, early stopping and an explosion are four reasons."""
    run = trained(**choices)

    assert why in run.ending(interrupted=interrupted)
    assert draw_curves(run, interrupted=interrupted).get_suptitle() == run.ending(
        interrupted=interrupted
    )


def test_a_run_of_one_epoch_is_drawn():
    """A run that explodes at once has two points: the cost before the first update, and after it."""
    figure = draw_curves(trained(lr=1e6))
    cost = figure.axes[0]
    line = cost.get_lines()[0]

    assert line.get_xdata().tolist() == [0, 1]
    assert line.get_marker() == "."
    assert cost.get_yscale() == "log"
    assert [text.get_text() for text in cost.texts] == ["explodes"]
    assert all(tick == round(tick) for tick in cost.get_xticks())


def test_the_first_cost_is_that_before_any_update():
    """It stands at epoch 0, and is that of a guess among ten for small weights."""
    figure = draw_curves(trained(init="small-normal", epochs=3))
    line = figure.axes[0].get_lines()[0]

    assert line.get_xdata().tolist() == [0, 1, 2, 3]
    assert line.get_ydata()[0] == pytest.approx(np.log(10), abs=0.01)
    assert not figure.axes[0].texts


def test_an_outcome_is_read_again():
    """What comes out of a sandbox is an outcome with the same line and ending."""
    run = trained(epochs=2, data="moons")
    again = read_outcome(run.recipe, asdict(run))

    assert again.line(2) == run.line(2)
    assert again.ending() == run.ending()


@pytest.mark.parametrize(
    "change",
    [
        {"accuracies": []},
        {"accuracies": [(0.5, 0.5)]},
        {"train_loss": ["x", "y"]},
        {"rates": None},
        {"first_cost": "nothing"},
    ],
)
def test_what_is_no_outcome_is_refused(change):
    """A student's library may give anything: what is not a run raises ValueError."""
    run = trained(epochs=2, data="moons")
    with pytest.raises(ValueError, match=r"epochs|Error|float"):
        read_outcome(run.recipe, {**asdict(run), **change})
