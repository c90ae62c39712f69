"""Checks of lab 15: nearest neighbours."""

from pathlib import Path

import numpy as np

from autograder.course.lab import Lab
from autograder.judges.cases import short_numbers

lab = Lab(
    "lab15_neighbours",
    title="Nearest neighbours",
    slides="Nearest neighbours",
    home=Path(__file__).parent,
    exercises={
        "neighbours.squared_distances": "Nearest neighbours",
        "neighbours.predict": "Nearest neighbours",
    },
)


def two_clouds(rng):
    """Draw samples and training samples of unequal number, in three dimensions."""
    return {"x": short_numbers(rng, 4, 3), "train": short_numbers(rng, 6, 3)}


@lab.check("neighbours.squared_distances", points=10, draw=two_clouds, unchanged=["x", "train"])
def distances(student, x, train):
    """Row i, column j is the squared distance of sample i from training sample j."""
    return student.neighbours.squared_distances(x, train)


def votes(rng):
    """Draw distances that differ, labels with gaps, and a k that leaves some samples out."""
    return {
        "distance": rng.permuted(np.tile(np.arange(9.0), (5, 1)), axis=1),
        "target": rng.permutation([0, 0, 0, 2, 2, 2, 2, 5, 5]),
        "k": int(rng.choice([3, 5])),
    }


ONE = {"distance": np.array([[4.0, 1.0, 3.0, 2.0]]), "target": np.array([0, 3, 0, 0]), "k": 1}
TIE = {"distance": np.array([[1.0, 2.0, 3.0, 4.0]]), "target": np.array([2, 1, 1, 2]), "k": 4}


@lab.check("neighbours.predict", points=7, draw=votes, always=[ONE], cases=5)
def majority(student, distance, target, k):
    """The label that most of the k nearest have wins."""
    return student.neighbours.predict(distance, target, k)


@lab.check("neighbours.predict", points=3, always=[TIE], needs=[majority])
def ties(student, distance, target, k):
    """Of labels with equally many votes the smallest wins."""
    return student.neighbours.predict(distance, target, k)
