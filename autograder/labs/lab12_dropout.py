"""Checks of lab 12: dropout."""

from autograder.check import Lab

lab = Lab(
    "lab12_dropout",
    title="Dropout",
    slides="Dropout",
    exercises=[
        "dropout.Dropout.forward",
        "dropout.Dropout.backward",
    ],
)
