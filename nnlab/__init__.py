"""nnlab: the neural networks of an introductory lecture, complete, in numpy.

The table of contents, in teaching order; each module opens with what it is about.
"""
# ruff: noqa: I001 - teaching order instead of alphabetical order

from nnlab import (
    arrays,  # the array types of every signature
    parameter,  # parameters with their gradients, alone and as one vector
    datasets,  # provided data
    plots,  # provided drawing functions for the lecture's figures
    gates,  # lab 1: McCulloch–Pitts neurons
    hebb,  # lab 2: Hebb's rule
    perceptron,  # lab 3: the perceptron
    activations,  # lab 4: activation functions and their derivatives
    losses,  # lab 4: mean squared error, cross entropy
    module,  # lab 5: modules and stacks of them
    layers,  # lab 5: linear layers, activations as layers
    descent,  # lab 6: gradient descent
    preprocessing,  # lab 7: one scale for all features
    regularization,  # lab 7: penalties, bias and variance
    init,  # lab 8: the weights before training
    optim,  # lab 9: optimizers
    schedules,  # lab 9: learning-rate decay
    selection,  # lab 10: validation and hyperparameters
    training,  # lab 10: the training loop
    batchnorm,  # lab 11: batch normalisation
    dropout,  # lab 12: dropout
    experiment,  # lab 13: everything at once
    hopfield,  # lab 14: an associative memory
)

__all__ = [
    "activations",
    "arrays",
    "batchnorm",
    "datasets",
    "descent",
    "dropout",
    "experiment",
    "gates",
    "hebb",
    "hopfield",
    "init",
    "layers",
    "losses",
    "module",
    "optim",
    "parameter",
    "perceptron",
    "plots",
    "preprocessing",
    "regularization",
    "schedules",
    "selection",
    "training",
]
