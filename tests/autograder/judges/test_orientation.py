"""The judges of principal directions leave signs free and nothing else, and never raise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from autograder.judges.finding import Finding
from autograder.judges.orientation import same_coordinates, same_directions
from tests.plain_data import PLAIN, evidence

X = np.array([[2.0, 1, 0], [4, 4, -1], [8, 5, 3], [12, 9, 2], [-1, 6, 7], [3, 3, -5]])


def whitening(x):
    """Decompose rows by their singular values, with numpy alone."""
    mean = x.mean(axis=0)
    _, singular, rows = np.linalg.svd(x - mean, full_matrices=False)
    return {"mean": mean, "components": rows, "std": singular / np.sqrt(len(x))}


RIGHT = whitening(X)
COORDINATES = (X - RIGHT["mean"]) @ RIGHT["components"].T / RIGHT["std"]
SIGNS = [np.array([a, b, c]) for a in (1, -1) for b in (1, -1) for c in (1, -1)]


@pytest.mark.parametrize("signs", SIGNS, ids=str)
def test_signs_are_free(signs):
    """Each component may point either way, and its coordinates with it."""
    turned = {**RIGHT, "components": signs[:, None] * RIGHT["components"]}

    assert same_directions({}, turned, RIGHT) is None
    assert same_coordinates({}, COORDINATES * signs, COORDINATES) is None
    assert same_coordinates({}, (COORDINATES * signs).tolist(), COORDINATES) is None


@pytest.mark.parametrize("seed", range(20))
def test_another_method_is_right(seed):
    """Scikit-learn's directions are accepted; its standard deviations, by n − 1, are not."""
    x = np.random.default_rng(seed).normal(size=(13, 3)) @ np.diag([4.0, 2.0, 1.0])
    right, theirs = whitening(x), PCA().fit(x)
    mine = {**right, "components": theirs.components_}

    assert same_directions({}, mine, right) is None
    mine["std"] = np.sqrt(theirs.explained_variance_)
    assert same_directions({}, mine, right).detail.startswith("std: Entry [0]")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("components", RIGHT["components"].T),
        ("components", RIGHT["components"][::-1]),
        ("components", RIGHT["components"][:2]),
        ("components", RIGHT["components"] * 1.00001),
        ("components", np.abs(RIGHT["components"])),
        ("components", np.full((3, 3), np.nan)),
        ("components", None),
        ("mean", -RIGHT["mean"]),
        ("std", -RIGHT["std"]),
    ],
)
def test_nothing_else_is_free(name, wrong):
    """Order, length, orientation and the signs of single entries are not."""
    assert same_directions({}, {**RIGHT, name: wrong}, RIGHT).detail.lower().startswith(name)


@pytest.mark.parametrize("shape", [(18,), (3, 6), (6, 2)])
def test_coordinates_of_another_shape_are_refused(shape):
    """Only the signs of whole columns are turned."""
    assert "The shape is" in same_coordinates({}, np.zeros(shape), COORDINATES).detail


def test_single_signs_of_coordinates_are_refused():
    """A column is turned as a whole."""
    assert same_coordinates({}, np.abs(COORDINATES), COORDINATES)


def test_what_was_learnt_is_told_when_a_part_is_missing():
    """A scaler without components is told by its parts."""
    assert same_directions({}, {"mean": RIGHT["mean"]}, RIGHT).detail.startswith(
        "It is a dict with"
    )


@given(st.one_of(PLAIN, evidence(mean=PLAIN, components=PLAIN, std=PLAIN)))
@settings(max_examples=300, deadline=None)
def test_any_plain_data_is_judged(observed):
    """Nothing makes a judge raise or warn, on either side."""
    for judge, right in ((same_directions, RIGHT), (same_coordinates, COORDINATES)):
        assert isinstance(judge({}, observed, right), Finding)
        assert isinstance(judge({}, right, observed), Finding)
        assert isinstance(judge({}, observed, observed), Finding | None)
