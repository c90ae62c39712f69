"""The judges of training accept every order of batches, refuse loops that skip, and never raise."""

import numpy as np
import pytest
from hypothesis import given, settings

from autograder.judges.finding import Finding
from autograder.judges.training import (
    goes_through_all,
    memorizes,
    memory_fingerprint,
    passes_fingerprint,
)
from tests.plain_data import PLAIN, evidence

X = np.arange(5.0)[:, None]
CASE = {"x": X, "target": np.arange(5) + 10, "batch_size": 2, "epochs": 2}
LABELS = {"target": np.array([0, 2, 1])}
RIGHT = np.array([[3.0, 1, 2], [0, 0, 1], [-5, -1, -2]])


def updates(*batches):
    """Describe updates by the samples in their batches."""
    return [(X[b], CASE["target"][b]) for b in map(list, batches)]


def test_batches_may_be_cut_in_any_way():
    """The short batch may come first or last, and each epoch has an order of its own."""
    assert goes_through_all(CASE, updates([0, 3], [4, 1], [2], [1], [4, 0], [2, 3]), None) is None


@pytest.mark.parametrize(
    ("observed", "says"),
    [
        (updates([0, 1], [2, 3]), "2 updates in 2 epochs"),
        (updates([0, 3], [4, 1], [2], [0, 3], [4, 1], [2]), "the same order"),
        (updates([0, 1], [2, 3], [4], [2, 3], [4, 0], [1]), "or neighbours"),
        (updates([0, 3], [4, 1], [2], [2], [3, 0], [1, 4]), "the same in every epoch"),
        (updates([0, 3], [4, 1], [1], [1], [4, 0], [2, 3]), "not every sample"),
        (updates([0, 3, 2], [4], [1], [1], [4, 0], [2, 3]), "larger than batch_size"),
        ([None] * 6, "without a batch"),
        ([(X[:2], CASE["target"][1:3])] * 6, "target of another one"),
        (None, "0 updates"),
    ],
)
def test_wrong_loops_are_told(observed, says):
    """The first thing that is wrong with the updates is named."""
    assert says in goes_through_all(CASE, observed, None).detail


def test_one_wrong_answer_is_not_memorised():
    """All samples must be right, by numbers."""
    assert memorizes(LABELS, RIGHT[[0, 1, 1]], RIGHT).returned == "2 of 3 right"
    assert "not finite" in memorizes(LABELS, RIGHT * np.nan, RIGHT).detail


def test_only_training_leads_to_the_logits():
    """Rounding passes; right names by other logits were not learned from these weights."""
    one_hot = 9.0 * np.eye(3)[LABELS["target"]]

    assert memorizes(LABELS, RIGHT * (1 + 1e-6), RIGHT) is None
    for made_up in (
        one_hot,
        2 * RIGHT,
        RIGHT + 1,
        RIGHT[:, :2][:, [0, 1, 1]] + np.eye(3)[[0, 2, 1]],
    ):
        assert "ends elsewhere" in memorizes(LABELS, made_up, RIGHT).detail


@given(PLAIN | evidence(a=PLAIN, b=PLAIN).map(lambda d: [(d["a"], d["b"])] * 6))
@settings(max_examples=200, deadline=None)
def test_judges_of_training_are_total(observed):
    """Whatever comes back is refused without an error or a warning."""
    assert isinstance(goes_through_all(CASE, observed, None), Finding)
    assert memory_fingerprint(LABELS, observed) is not None
    assert passes_fingerprint(CASE, observed)["problem"]
    assert isinstance(memorizes(LABELS, observed, RIGHT), Finding)
