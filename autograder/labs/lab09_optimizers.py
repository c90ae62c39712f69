"""Checks of lab 9: optimizers and schedules."""

from autograder.check import Lab

lab = Lab(
    "lab09_optimizers",
    title="Optimizers and schedules",
    slides="SGD + Momentum",
    exercises=[
        "optim.SGD.step",
        "optim.Momentum.step",
        "optim.Nesterov.step",
        "optim.AdaGrad.step",
        "optim.RMSProp.step",
        "optim.Adam.step",
        "schedules.step_decay",
        "schedules.exponential_decay",
        "schedules.inverse_time_decay",
    ],
)
