"""The words of an answer: illnesses and cures, what each means, and where the lecture speaks of it."""

from typing import NamedTuple

__all__ = ["CURES", "ILLNESSES", "Word"]


class Word(NamedTuple):
    """What a name means; of an illness also the lecture's heading."""

    means: str
    heading: str = ""


ILLNESSES = {
    "healthy": Word("nothing is wrong with this run", "Cross-validation strategy"),
    "rate-too-low": Word("steps too small to get anywhere", "Choice of Learning rate"),
    "rate-too-high": Word("steps so large that the cost explodes", "Choice of Learning rate"),
    "late-explosion": Word(
        "a rate a little too high: training begins well, then explodes",
        "Cross-validation strategy",
    ),
    "equal-weights": Word(
        "all units of a layer start alike and stay so",
        "Weight initialization: Zero/Constant Weights",
    ),
    "vanishing-gradients": Word(
        "gradients shrink from layer to layer on their way back", "Gradient of Activation Functions"
    ),
    "dead-units": Word("ReLU units that answer 0 to every image", "Activation functions"),
    "unscaled-features": Word(
        "features of very different sizes", "Data preprocessing: Z score"
    ),
    "shuffled-labels": Word("labels that belong to other images", "Cross-validation strategy"),
    "training-mode": Word("measured without evaluation mode", "Dropout: Test time"),
    "overfitting": Word(
        "learns the training images by heart, new ones get worse", "Cross validation: Over fitting"
    ),
    "few-units": Word("a network too small for the task", "Capacity of Neural Network"),
    "leaking-split": Word(
        "validation holds what training has seen", "Cross validation: held-out"
    ),
    "strong-penalty": Word("a penalty that pulls the weights to 0", "Regularization"),
    "high-momentum": Word(
        "so much momentum that it runs past the minimum", "SGD + Momentum"
    ),
}  # fmt: skip
"""In the order in which they are listed."""

CURES = {
    "nothing": Word("let it be"),
    "raise-rate": Word("a learning rate a hundred times as high"),
    "lower-rate": Word("a learning rate a hundred times as low"),
    "random-weights": Word("random weights of the right size, biases 0"),
    "relu-units": Word("ReLU units with He's weights"),
    "batch-norm": Word("batch normalisation before each activation"),
    "scale-features": Word("every feature with mean 0 and standard deviation 1"),
    "match-labels": Word("each image with its own label"),
    "evaluation-mode": Word("model.eval() before measuring"),
    "split-first": Word("split before anything is copied"),
    "more-images": Word("up to eight times as many training images"),
    "more-units": Word("up to ten times as many hidden units"),
    "stop-early": Word("early stopping, keeping the best model"),
    "dropout": Word("half of the hidden units dropped in training"),
    "stronger-penalty": Word("λ of the L2 penalty: 0.01 instead of 0, otherwise ten times as high"),
    "weaker-penalty": Word("λ of the L2 penalty a hundredth"),
    "lower-momentum": Word("momentum 0.9 instead of more, 0.5 instead of 0.9"),
}
