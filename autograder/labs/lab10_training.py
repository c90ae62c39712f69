"""Checks of lab 10: training and model selection."""

from autograder.check import Lab

lab = Lab(
    "lab10_training",
    title="Training and model selection",
    slides="Cross validation",
    exercises=[
        "selection.train_val_split",
        "selection.k_fold",
        "selection.cross_validate",
        "selection.log_uniform",
        "selection.grid_search",
        "selection.random_search",
        "selection.refine",
        "training.EarlyStopping.update",
        "training.diverged",
        "training.train",
    ],
)
