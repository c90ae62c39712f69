"""Checks of lab 4: activations and losses."""

from autograder.check import Lab

lab = Lab(
    "lab04_activations",
    title="Activations and losses",
    slides="Activation functions",
    exercises=[
        "activations.linear",
        "activations.sigmoid",
        "activations.tanh",
        "activations.relu",
        "activations.linear_derivative",
        "activations.sigmoid_derivative",
        "activations.tanh_derivative",
        "activations.relu_derivative",
        "activations.softmax",
        "losses.one_hot",
        "losses.MSELoss.__call__",
        "losses.MSELoss.backward",
        "losses.CrossEntropyLoss.__call__",
        "losses.CrossEntropyLoss.backward",
    ],
)
