"""Checks of lab 7: preprocessing and regularization."""

from autograder.check import Lab

lab = Lab(
    "lab07_generalization",
    title="Preprocessing and regularization",
    slides="Regularization",
    exercises=[
        "preprocessing.StandardScaler.fit",
        "preprocessing.StandardScaler.transform",
        "preprocessing.MinMaxScaler.fit",
        "preprocessing.MinMaxScaler.transform",
        "preprocessing.PCAWhitening.fit",
        "preprocessing.PCAWhitening.transform",
        "regularization.l2_penalty",
        "regularization.l2_gradient",
        "regularization.l1_penalty",
        "regularization.l1_gradient",
        "regularization.fit_polynomial",
        "regularization.bias_variance",
    ],
)
