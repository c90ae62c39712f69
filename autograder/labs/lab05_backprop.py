"""Checks of lab 5: backpropagation."""

from autograder.check import Lab

lab = Lab(
    "lab05_backprop",
    title="Backpropagation",
    slides="Backpropagation",
    exercises=[
        "layers.Linear.forward",
        "layers.Linear.backward",
        "layers.Sigmoid.backward",
        "layers.Tanh.backward",
        "layers.ReLU.backward",
        "module.Sequential.forward",
        "module.Sequential.backward",
        "module.Module.zero_grad",
        "layers.mlp",
    ],
)
