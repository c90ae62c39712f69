"""The recipe's judges accept every honest run, and are total."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.judges.equal import equal
from autograder.judges.finding import Finding
from autograder.judges.recipe import (
    fits_fingerprint,
    gives_logits,
    hands_in_best,
    leaves_some_out,
    left_out,
    network_fits,
    repeats,
    validates_fairly,
)
from tests.plain_data import PLAIN, evidence

CASE = {"target": np.array([0, 1, 1, 0]), "labels": np.array([1, 0])}
SURE = np.array([[9.0, -9], [-9, 9], [-9, 9], [9, -9], [-9, 9], [9, -9]])
RIGHT = {"model": SURE}


def softmax(x):
    """Turn rows into probabilities."""
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def test_logits_are_told_from_probabilities_and_cut_ones():
    """Softmax and ReLU at the end are seen; zeros alone are a network that begins at zero."""
    logits = np.random.default_rng(0).normal(size=(9, 5))

    assert gives_logits({}, logits, logits) is None
    assert gives_logits({}, np.zeros((9, 5)), logits) is None
    assert gives_logits({}, np.abs(logits), logits) is None
    assert "softmax" in gives_logits({}, softmax(logits), logits).detail
    assert "ReLU" in gives_logits({}, np.maximum(logits, 0), logits).detail
    assert "finite" in gives_logits({}, logits * np.nan, logits).detail
    assert "return" in gives_logits({}, None, logits).detail


def test_bounded_outputs_cannot_fit():
    """Sure logits fit; squeezed and wrong ones do not."""
    assert network_fits(CASE, SURE, None) is None
    assert "range" in network_fits(CASE, np.tanh(SURE), None).detail
    assert "range" in network_fits(CASE, softmax(SURE), None).detail
    assert network_fits(CASE, -SURE, None).returned == "a network that cannot learn XOR"
    assert network_fits(CASE, SURE * np.nan, None)
    assert fits_fingerprint(CASE, np.ones((6, 2)))["blind"]


@pytest.mark.parametrize(
    "made_up",
    [
        SURE[:4],
        SURE[[0, 1, 2, 3, 0, 1]],
        SURE[[0, 1, 2, 3, 5, 4]],
        np.vstack([SURE[:4], SURE[:2] * 0]),
    ],
)
def test_targets_that_are_handed_back_are_not_learned(made_up):
    """Of other images the labels stay with the judge: who has only those that are shown fails."""
    assert network_fits(CASE, made_up, None)
    assert "of others like them 0%" in network_fits(CASE, SURE[[0, 1, 2, 3, 5, 4]], None).detail


NETWORKS = ["relu", "tanh", "sigmoid", "deep", "dropout", "wide", "narrow"]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("seed", range(3))
def test_every_sane_network_fits(name, seed):
    """Shallow, deep, wide, narrow, sigmoid and dropped-out networks all learn the forty images."""
    from autograder.labs.lab13_capstone import crossed
    from nnlab.dropout import Dropout
    from nnlab.init import xavier
    from nnlab.layers import Linear, ReLU, Sigmoid, Tanh
    from nnlab.losses import CrossEntropyLoss
    from nnlab.module import Sequential
    from nnlab.optim import Adam

    rng = np.random.default_rng(seed)
    sizes = {"deep": [32] * 5, "wide": [300], "narrow": [16], "sigmoid": [64, 64]}.get(name, [64])
    activation = {"tanh": Tanh, "sigmoid": Sigmoid}.get(name, ReLU)
    layers, width = [], 7
    for size in sizes:
        options = {"init": xavier} if activation is not ReLU else {}
        layers += [Linear(width, size, rng=rng, **options), activation()]
        layers += [Dropout(0.5, rng=rng)] if name == "dropout" else []
        width = size
    model, case = Sequential(*layers, Linear(width, 2, rng=rng)), crossed(rng)
    loss, optimizer = CrossEntropyLoss(), Adam(model.parameters(), lr=0.01)
    for _ in range(200):
        loss(model.train()(case["x"]), case["target"])
        optimizer.zero_grad()
        model.backward(loss.backward())
        optimizer.step()

    logits = model.eval()(np.concatenate([case["x"], case["others"]]))
    assert network_fits(case, logits, None) is None


def test_repeating_means_same_and_other():
    """One seed gives one result, two seeds two."""
    one, two = np.arange(3.0), np.ones(3)

    assert repeats({}, {"first": one, "again": one, "other": two}, None) is None
    assert "second time" in repeats({}, {"first": one, "again": two, "other": two}, None).detail
    assert "Two seeds" in repeats({}, {"first": one, "again": one, "other": one}, None).detail
    assert (
        "not made of numbers" in repeats({}, {"first": [], "again": [], "other": one}, None).detail
    )


@pytest.mark.parametrize(
    ("marks", "kind"),
    [
        ([1, 0.1, 16, 0, 0], "some"),
        ([1, 1, 1, 1], "none"),
        ([0, 0, 1, 0], "most"),
        ([1, 2, 1, 0.5], "strange"),
        (None, "other"),
    ],
)
def test_what_a_scaler_has_seen_is_read_from_its_numbers(marks, kind):
    """A mark above 0 is an image seen; only some left out is right."""
    assert left_out(CASE, marks) == kind
    assert (leaves_some_out(CASE, marks, None) is None) == (kind == "some")


@pytest.mark.parametrize("sharpness", [0.0, 0.5, 1.0, 2.0, 5.0])
def test_nobody_foretells_dice(sharpness):
    """In 20,000 runs with 15 labels no guesser, however sure, comes below the line."""
    rng = np.random.default_rng(0)
    logits = sharpness * rng.normal(size=(20_000, 15, 10))
    shifted = logits - logits.max(axis=2, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))
    losses = -logs[:, :, 0].mean(axis=1)

    assert losses.min() > 1.0
    assert 100 * np.exp(-15 * (np.log(10) - 1)) < 1e-6


def test_validation_must_be_fair():
    """A loss near 0 on dice is memory; nan is none."""
    assert validates_fairly({}, {"val_loss": [2.5, 2.3], "train_loss": [2.3, 0.1]}, None) is None
    assert validates_fairly({}, {"val_loss": [np.nan], "train_loss": []}, None) is None
    assert validates_fairly({}, {"val_loss": [2.5, 0.3], "train_loss": [2.3, 0.1]}, None)
    assert validates_fairly({}, {"val_loss": [], "train_loss": []}, None)


def test_the_best_model_is_handed_in():
    """Model and best model answer alike, with as many numbers as there are logits."""
    more = {"known": None, "val_loss": [0.5]}
    assert hands_in_best(CASE, {"model": SURE, "best": SURE.copy(), **more}, RIGHT) is None
    for model, best in ((SURE, -SURE), ([], []), ([1.0], [1.0]), (SURE * np.nan, SURE * np.nan)):
        assert hands_in_best(CASE, {"model": model, "best": best, **more}, RIGHT)
    assert hands_in_best.fingerprint(CASE, {"model": [1.0], "best": [1.0], **more})["alike"]
    assert not hands_in_best.fingerprint(CASE, {"model": None, "best": [1.0], **more})["alike"]


def test_the_best_model_has_a_loss_that_the_history_knows():
    """The images that the scaler has not seen, scaled by it, cost the model what an epoch says."""
    logits = np.zeros((4, 2))
    evidence = {"model": logits, "best": logits, "known": [1.0, 0.0, 1.0, 0.0]}

    assert hands_in_best(CASE, evidence | {"val_loss": [0.9, np.log(2)]}, evidence) is None
    assert (
        "scaled as in training"
        in hands_in_best(CASE, evidence | {"val_loss": [0.9]}, evidence).detail
    )
    assert hands_in_best(CASE, evidence | {"val_loss": [np.nan]}, evidence) is None
    assert hands_in_best(CASE, evidence | {"val_loss": [9], "known": [1.0] * 4}, evidence) is None


ANY = st.one_of(
    PLAIN,
    st.just(SURE),
    evidence(first=PLAIN, again=PLAIN, other=PLAIN),
    evidence(val_loss=st.lists(st.floats(), max_size=3), train_loss=st.lists(st.floats())),
    evidence(model=PLAIN, best=PLAIN, known=PLAIN, val_loss=PLAIN),
    st.lists(st.floats(), min_size=4, max_size=4),
    st.lists(st.lists(st.floats(), min_size=2, max_size=2), min_size=4, max_size=4),
)


@given(ANY)
@settings(max_examples=400, deadline=None)
def test_the_judges_are_total(observed):
    """Any plain data is judged and has a fingerprint, without error or warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        judges = [network_fits, repeats, leaves_some_out, validates_fairly, hands_in_best]
        for judge in (*judges, gives_logits):
            assert isinstance(judge(CASE, observed, RIGHT), Finding | None)
            prints = judge.fingerprint(CASE, observed)
            assert equal({}, prints, prints) is None
        assert isinstance(gives_logits({}, observed, SURE), Finding | None)
