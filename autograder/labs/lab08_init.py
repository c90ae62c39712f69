"""Checks of lab 8: weight initialization."""

from autograder.check import Lab

lab = Lab(
    "lab08_init",
    title="Weight initialization",
    slides="Weight initialization",
    exercises=[
        "init.zeros",
        "init.constant",
        "init.small_normal",
        "init.xavier",
        "init.kaiming_normal",
        "init.xavier_uniform",
        "init.activation_statistics",
    ],
)
