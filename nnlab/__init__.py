"""nnlab: the neural networks of an introductory lecture, complete, in numpy.

The modules in teaching order; each opens with what it is about.
"""

from nnlab import (
    activations,  # lab 4: activation functions and their derivatives
    arrays,  # the array types of every signature
    batchnorm,  # lab 11: batch normalisation
    datasets,  # provided data
    descent,  # lab 6: gradient descent
    dropout,  # lab 12: dropout
    experiment,  # lab 13: everything at once
    gates,  # lab 1: McCulloch–Pitts neurons
    hebb,  # lab 2: Hebb's rule
    hopfield,  # lab 14: an associative memory
    init,  # lab 8: the weights before training
    layers,  # lab 5: linear layers, activations as layers
    losses,  # lab 4: mean squared error, cross entropy
    module,  # lab 5: parameters, modules, stacks
    optim,  # lab 9: optimizers
    parameter,  # parameters with their gradients, alone and as one vector
    perceptron,  # lab 3: the perceptron
    plots,  # provided strokes of the lecture's figures
    preprocessing,  # lab 7: one scale for all features
    regularization,  # lab 7: penalties, bias and variance
    schedules,  # lab 9: learning-rate decay
    selection,  # lab 10: validation and hyperparameters
    training,  # lab 10: the training loop
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
