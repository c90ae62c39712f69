"""Hebb's rule, as a student may have written it: three of the five functions hold a classical mistake."""

import numpy as np


def to_bipolar(x):
    x = np.array(x)
    return np.where(x == 1, 1, -1)


def hebb_step(weight, bias, x, target):
    new_weight = []
    for w, xi in zip(weight, x):
        new_weight.append(w + xi * target)
    return np.array(new_weight), bias


def train(x, target):
    w = np.zeros(len(x[0]))
    b = 0
    rows = [list(w) + [b]]
    for xi, t in zip(x, target):
        w, b = hebb_step(w, b, xi, t)
        rows.append(list(w) + [b])
    return np.array(rows)


def predict(weight, bias, x):
    s = np.dot(x, weight) + bias
    return np.where(s >= 0, 1, 0)


def decision_line(weight, bias):
    w1, w2 = weight
    if w2 == 0:
        return None
    return -w1 / w2, bias / w2


def separating_plane():
    """Cut off the corner (1, 1, 1) of the cube."""
    return np.array([1.0, 1.0, 1.0]), -2.0
