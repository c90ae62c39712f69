"""Checks of lab 6: gradient descent."""

from autograder.check import Lab

lab = Lab(
    "lab06_descent",
    title="Gradient descent",
    slides="The Approach of Gradient Descent",
    exercises=[
        "descent.numerical_gradient",
        "descent.sign_descent",
        "descent.gradient_descent",
        "descent.largest_stable_lr",
        "descent.stochastic_gradient_descent",
    ],
)
