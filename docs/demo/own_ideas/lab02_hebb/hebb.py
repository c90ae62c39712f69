"""Hebb's rule with mistakes that nobody has made before: they have no name, but much is visible."""

import numpy as np


def to_bipolar(x):
    return 4 * np.array(x) - 2


def hebb_step(weight, bias, x, target):
    return weight + x * target, bias + target


def train(x, target):
    weight, bias = np.zeros(len(x[0])), 0.0
    rows = [[*weight, bias]]
    for xi, t in zip(x, target):
        weight, bias = hebb_step(weight, bias, xi, t)
        rows.append([*weight, bias])
    return np.array(rows)


def predict(weight, bias, x):
    return np.where(x @ weight + bias >= 0, 1, -1)


def decision_line(weight, bias):
    if weight[1] == 0:
        return None
    return -weight[0] / weight[1], -2 * bias / weight[1]


def separating_plane():
    """Cut off the corner (1, 1, 1) of the cube."""
    return np.array([1.0, 1.0, 1.0]), -2.0
