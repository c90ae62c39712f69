"""nnlab: the neural networks of an introductory lecture, complete, in numpy.

The modules in teaching order; each opens with what it is about.
"""

from nnlab import (  # isort: skip - in teaching order
    arrays,  # the array types of every signature
    datasets,  # provided data
    gates,  # lab 1: McCulloch–Pitts neurons
    hebb,  # lab 2: Hebb's rule
    perceptron,  # lab 3: the perceptron
    activations,  # lab 4: activation functions and their derivatives
    losses,  # lab 4: mean squared error, cross entropy
    module,  # lab 5: parameters, modules, stacks of modules
    layers,  # lab 5: the affine layer, activations as modules, backpropagation
    descent,  # lab 6: gradient descent
    preprocessing,  # lab 7: one scale for all features
    regularization,  # lab 7: penalties, bias and variance
    init,  # lab 8: how large weights start
    optim,  # lab 9: SGD, momentum, Nesterov, AdaGrad, RMSProp, Adam
    schedules,  # lab 9: learning-rate decay
    selection,  # lab 10: validation, search for hyperparameters
    training,  # lab 10: the training loop, early stopping
    batchnorm,  # lab 11: batch normalisation
    dropout,  # lab 12: dropout
    experiment,  # lab 13: everything at once, on real images
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
    "perceptron",
    "preprocessing",
    "regularization",
    "schedules",
    "selection",
    "training",
]
