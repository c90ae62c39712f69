"""nnlab: the neural networks of an introductory lecture, complete, in numpy.

The modules in teaching order; each opens with what it is about.
"""

# isort: off
from nnlab import (
    arrays,  # the array types of every signature
    datasets,  # provided data
    gates,  # lab 1: McCulloch–Pitts neurons
    hebb,  # lab 2: Hebb's rule
    perceptron,  # lab 3: the perceptron
    descent,  # lab 6: gradient descent
    preprocessing,  # lab 7: one scale for all features
    regularization,  # lab 7: penalties, bias and variance
    selection,  # lab 10: validation and hyperparameters
    hopfield,  # lab 14: an associative memory
)

__all__ = [
    "arrays",
    "datasets",
    "descent",
    "gates",
    "hebb",
    "hopfield",
    "perceptron",
    "preprocessing",
    "regularization",
    "selection",
]
