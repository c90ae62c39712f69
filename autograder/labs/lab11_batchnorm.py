"""Checks of lab 11: batch normalization."""

from autograder.check import Lab

lab = Lab(
    "lab11_batchnorm",
    title="Batch normalization",
    slides="Batch Normalization",
    exercises=[
        "batchnorm.BatchNorm1d.forward",
        "batchnorm.BatchNorm1d.backward",
    ],
)
