"""Checks of lab 14: hopfield networks (bonus)."""

from autograder.check import Lab

lab = Lab(
    "lab14_hopfield",
    title="Hopfield networks (bonus)",
    slides="Short History",
    exercises=[
        "hopfield.store",
        "hopfield.energy",
        "hopfield.recall",
    ],
)
