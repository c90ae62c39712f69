"""Checks of lab 13: capstone."""

from autograder.check import Lab

lab = Lab(
    "lab13_capstone",
    title="Capstone",
    slides="Recommended Settings",
    exercises=[
        "experiment.build_network",
        "experiment.run",
        "experiment.predict",
    ],
)
