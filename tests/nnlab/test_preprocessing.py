"""Scalers, against scikit-learn."""

import numpy as np
import pytest
from sklearn import decomposition, preprocessing

from nnlab.preprocessing import MinMaxScaler, PCAWhitening, StandardScaler

SCALERS = [
    (StandardScaler(), preprocessing.StandardScaler()),
    (MinMaxScaler(), preprocessing.MinMaxScaler()),
    (MinMaxScaler(feature_range=(-2, 3)), preprocessing.MinMaxScaler(feature_range=(-2, 3))),
]


def data(seed, rows=40):
    """Draw correlated features of different scales and means, one of them constant."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 4)) @ rng.normal(size=(4, 4)) * [1, 10, 0.1, 3] + [5, -20, 0, 1]
    return np.column_stack([x, np.full(rows, 0.1)])


@pytest.mark.parametrize(("ours", "theirs"), SCALERS)
@pytest.mark.parametrize("seed", range(3))
def test_scalers_agree_with_scikit_learn(ours, theirs, seed):
    """Training and new rows come out as scikit-learn's, constant columns included."""
    x, new = data(seed), data(seed + 100, rows=7) + 1
    ours.fit(x)
    theirs.fit(x)

    assert np.allclose(ours.transform(x), theirs.transform(x), rtol=0, atol=1e-12)
    assert np.allclose(ours.transform(new), theirs.transform(new), rtol=1e-12, atol=1e-12)


def test_standard_scaler_moments():
    """The training rows get mean 0 and variance 1, a constant column 0."""
    scaled = StandardScaler().fit(data(1)).transform(data(1))

    assert np.allclose(scaled.mean(axis=0), 0, atol=1e-12)
    assert np.allclose(scaled.var(axis=0), [1, 1, 1, 1, 0], atol=1e-12)


def test_min_max_scaler_bounds():
    """The training rows fill the range exactly, a constant column is its lower end."""
    scaled = MinMaxScaler(feature_range=(2, 3)).fit(data(1)).transform(data(1))

    assert np.allclose(scaled.min(axis=0), 2, atol=1e-12)
    assert np.allclose(scaled.max(axis=0), [3, 3, 3, 3, 2], atol=1e-12)


@pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler(), PCAWhitening()])
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64])
def test_scalers_leave_their_input_alone(scaler, dtype):
    """Any kind of number works, small unsigned ones below the fitted range too."""
    x = np.array([[30, 200], [20, 100], [40, 150]], dtype)
    new = np.array([[10, 50]], dtype)
    before = x.copy()
    exact = type(scaler)().fit(x.astype(float))

    scaled = scaler.fit(x).transform(new)

    assert np.array_equal(x, before)
    assert scaled.dtype == (np.float32 if dtype == np.float32 else np.float64)
    assert np.allclose(np.abs(scaled), np.abs(exact.transform(new.astype(float))), rtol=1e-4)


@pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler(), PCAWhitening()])
def test_fit_returns_the_scaler(scaler):
    """Fit returns self, so that it chains."""
    assert scaler.fit(data(0)) is scaler


@pytest.mark.parametrize("feature_range", [(1, 1), (2, 1), (0, float("nan"))])
def test_min_max_scaler_wants_a_range(feature_range):
    """A range that is empty or upside down is refused."""
    with pytest.raises(ValueError, match=r"feature_range must be \(low, high\), low < high, got"):
        MinMaxScaler(feature_range)


@pytest.mark.parametrize("n_components", [None, 1, 3])
@pytest.mark.parametrize("seed", range(3))
def test_whitening_agrees_with_scikit_learn(n_components, seed):
    """Up to signs it is scikit-learn's, which divides by n − 1 where we divide by n."""
    x, new = data(seed)[:, :4], data(seed + 100, rows=7)[:, :4]
    ours = PCAWhitening(n_components).fit(x)
    theirs = decomposition.PCA(n_components, whiten=True).fit(x)

    expected = theirs.transform(new) * np.sqrt(len(x) / (len(x) - 1))
    assert np.allclose(np.abs(ours.transform(new)), np.abs(expected), rtol=1e-9)
    assert np.allclose(np.abs(ours.components), np.abs(theirs.components_), atol=1e-9)


def test_whitening_gives_the_unit_covariance():
    """The training rows come out uncorrelated, centred, with variance 1."""
    x = data(5)[:, :4]
    white = PCAWhitening().fit(x).transform(x)

    assert np.allclose(white.mean(axis=0), 0, atol=1e-12)
    assert np.allclose(np.cov(white.T, ddof=0), np.eye(4), atol=1e-9)


def test_whitening_turns_empty_directions_into_zeros():
    """A constant column and one that repeats another leave a direction each without variance."""
    x = data(6)
    white = (
        PCAWhitening().fit(np.column_stack([x, x[:, 0]])).transform(np.column_stack([x, x[:, 0]]))
    )

    assert np.allclose(np.cov(white.T, ddof=0), np.diag([1, 1, 1, 1, 0, 0]), atol=1e-9)
    assert np.allclose(white[:, 4:], 0, atol=1e-12)


def test_whitening_equal_rows_are_zeros():
    """Rows that are all equal have no direction at all."""
    assert not PCAWhitening().fit(np.full((3, 2), 7)).transform(np.full((3, 2), 7)).any()


def test_whitening_wants_at_least_one_component():
    """Zero components are refused at once."""
    with pytest.raises(ValueError, match="n_components must be at least 1 or None, got 0"):
        PCAWhitening(0)


def test_whitening_cannot_keep_more_than_there_is():
    """More components than features are refused in fit."""
    with pytest.raises(ValueError, match="n_components must be at most 2 for this x, got 3"):
        PCAWhitening(3).fit(np.eye(2))
