"""Preprocessing: bring all features to one scale before a network sees them.

`fit` learns the scale from the training rows alone, `transform` applies it to any rows:
validation and test data are scaled as the training data were. Names follow
scikit-learn. No scaler changes the array it is given; integers of type int64 are fine.
A scaler that is fitted again forgets what it learnt before.
"""

from typing import Self

import numpy as np

from nnlab.arrays import Array, floats  # floats(x) turns integers into float64

__all__ = ["MinMaxScaler", "PCAWhitening", "StandardScaler"]


class StandardScaler:
    """Shift and stretch every feature to mean 0 and standard deviation 1 (Z score).

    Source: slides, "Data preprocessing: Z score".

    >>> scaler = StandardScaler().fit(np.array([[1, 7], [3, 7]]))
    >>> scaler.transform(np.array([[1, 7], [5, 7]])).tolist()
    [[-1.0, 0.0], [3.0, 0.0]]
    """

    def fit(self, x: Array) -> Self:
        """Learn `self.mean` and `self.std` of every feature; return self.

        std = sqrt(mean of (x − mean)²): divided by the number of rows, as np.std does. (The mean
        of x² less mean² is the same on paper, and loses all digits where x is far from 0.)
        A feature that is the same in all rows gets std 1, so that it is only centred; all others
        keep theirs, however small. Compare the rows: of 0.1, 0.1, 0.1 np.std is 1e-17, not 0.

        Shape: x (batch, features); mean and std (features,).

        >>> scaler = StandardScaler().fit(np.array([[1, 7], [3, 7]]))
        >>> scaler.mean.tolist(), scaler.std.tolist()
        ([2.0, 7.0], [1.0, 1.0])
        """
        self.mean: Array = np.mean(x, axis=0)
        constant = np.max(x, axis=0) == np.min(x, axis=0)  # std may be 1e-17 instead of 0
        self.std: Array = np.where(constant, 1.0, np.std(x, axis=0))
        return self

    def transform(self, x: Array) -> Array:
        """Return (x − mean) / std, with the mean and std that fit learnt.

        Shape: x (batch, features); the result is a new array of the same shape.

        >>> StandardScaler().fit(np.array([[1], [3]])).transform(np.array([[7]])).tolist()
        [[5.0]]
        """
        return (x - self.mean) / self.std


class MinMaxScaler:
    """Shift and stretch every feature into a range, its smallest value to low, its largest to high.

    Raises: ValueError unless feature_range is (low, high) with low < high.
    Source: slides, "Data preprocessing: Min Max Scaling".

    >>> scaler = MinMaxScaler(feature_range=(-1, 1)).fit(np.array([[0, 7], [4, 7]]))
    >>> scaler.transform(np.array([[1, 7], [6, 7]])).tolist()
    [[-0.5, -1.0], [2.0, -1.0]]
    """

    def __init__(self, feature_range: tuple[float, float] = (0, 1)) -> None:
        self.feature_range = feature_range
        if not feature_range[0] < feature_range[1]:
            raise ValueError(f"feature_range must be (low, high), low < high, got {feature_range}")

    def fit(self, x: Array) -> Self:
        """Learn `self.minimum` and `self.maximum` of every feature; return self.

        Shape: x (batch, features); minimum and maximum (features,).

        >>> scaler = MinMaxScaler().fit(np.array([[4, 1], [0, 3]]))
        >>> scaler.minimum.tolist(), scaler.maximum.tolist()
        ([0.0, 1.0], [4.0, 3.0])
        """
        x = floats(x)  # small integers would wrap around where transform subtracts
        self.minimum: Array = np.min(x, axis=0)
        self.maximum: Array = np.max(x, axis=0)
        return self

    def transform(self, x: Array) -> Array:
        """Return low + (x − minimum) / (maximum − minimum) · (high − low).

        New rows may land outside the range. A feature with maximum = minimum is divided
        by 1 instead of 0, so that the rows it was fitted on become low.

        Shape: x (batch, features); the result is a new array of the same shape.

        >>> MinMaxScaler().fit(np.array([[0], [4]])).transform(np.array([[1], [6]])).tolist()
        [[0.25], [1.5]]
        """
        low, high = self.feature_range
        spread = np.where(self.maximum == self.minimum, 1.0, self.maximum - self.minimum)
        return low + (x - self.minimum) / spread * (high - low)


class PCAWhitening:
    """Rotate the data to its principal directions and scale each to variance 1.

    n_components: how many directions to keep, those of largest variance; None keeps all.

    Raises: ValueError if n_components is below 1.
    Source: slides, "Data preprocessing: Whitening".

    >>> x = np.array([[3.0, 1.0], [3.0, -1.0], [-3.0, 1.0], [-3.0, -1.0]])
    >>> np.abs(PCAWhitening().fit(x).transform(x[:1])).tolist()
    [[1.0, 1.0]]
    """

    def __init__(self, n_components: int | None = None) -> None:
        self.n_components = n_components
        if n_components is not None and n_components < 1:
            raise ValueError(f"n_components must be at least 1 or None, got {n_components}")

    def fit(self, x: Array) -> Self:
        """Learn `self.mean`, `self.components` and `self.std` from the rows; return self.

        components: the eigenvectors of the covariance matrix, one a row, of length 1 and
        either sign, largest eigenvalue first; std: the roots of their eigenvalues

        The covariance divides by the number of rows (scikit-learn: by one less). A variance
        of at most 1e-12 of the largest is only rounding error: such a direction gets std 1.

        Shape: x (batch, features); mean (features,), components (n_components, features),
            std (n_components,).
        Raises: ValueError if n_components is above the number of features.

        >>> np.abs(PCAWhitening(1).fit(np.array([[3, 0], [-3, 0]])).components).tolist()
        [[1.0, 0.0]]
        """
        features = np.shape(x)[1]
        keep = features if self.n_components is None else self.n_components
        if keep > features:
            raise ValueError(f"n_components must be at most {features} for this x, got {keep}")
        self.mean: Array = np.mean(x, axis=0)
        centred = x - self.mean
        variance, directions = np.linalg.eigh(centred.T @ centred / len(x))  # ascending
        variance = variance[::-1][:keep]
        self.components: Array = directions.T[::-1][:keep]
        self.std: Array = np.sqrt(np.where(variance > 1e-12 * variance[0], variance, 1.0))
        return self

    def transform(self, x: Array) -> Array:
        """Return the centred rows' coordinates along the components, each divided by its std.

        The rows of fit come out with covariance 1 on the diagonal and 0 elsewhere, apart from
        directions without variance.

        Shape: x (batch, features); the result (batch, n_components).

        >>> whitening = PCAWhitening(1).fit(np.array([[3, 0], [-3, 0]]))
        >>> np.abs(whitening.transform(np.array([[6, 5]]))).tolist()
        [[2.0]]
        """
        return (x - self.mean) @ self.components.T / self.std  # (batch, features) @ (features, n)
