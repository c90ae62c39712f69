"""Nearest neighbours: a classifier that learns nothing and remembers everything.

A new sample gets the label that most of the training samples near it have. All work is done when it
is asked, and there is one choice to make, how many neighbours vote.
"""

import numpy as np

from nnlab.arrays import Array, Labels

__all__ = ["predict", "squared_distances"]


def squared_distances(x: Array, train: Array) -> Array:
    """Measure how far every sample is from every training sample, squared.

    dᵢⱼ = Σₖ (xᵢₖ − trainⱼₖ)²

    Shape: x (n, d), train (m, d) → (n, m)
    Source: Cover and Hart, "Nearest neighbor pattern classification", 1967.

    >>> squared_distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 1.0]])).tolist()
    [[25.0, 1.0]]
    """
    return np.square(x[:, None, :] - train[None, :, :]).sum(axis=2)


def predict(distance: Array, target: Labels, k: int) -> Labels:
    """Let the k nearest training samples vote; of labels with equally many votes the smallest wins.

    Samples that are equally far count in the order in which they stand.

    Shape: distance (n, m), target (m,) → (n,)
    Source: Cover and Hart, "Nearest neighbor pattern classification", 1967.

    >>> distance = np.array([[0.1, 0.3, 0.2, 0.9]])
    >>> predict(distance, np.array([2, 0, 0, 2]), 3).tolist()
    [0]
    """
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :k]
    return np.array([np.bincount(target[row]).argmax() for row in nearest])
