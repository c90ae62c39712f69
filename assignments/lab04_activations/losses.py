"""Losses: one number that says how wrong a batch of predictions is, and its gradient.

A loss is called with predictions and targets and keeps what `backward` needs; `backward`
returns the gradient with respect to the predictions, where backpropagation starts. The
batch is averaged here and nowhere else.
"""

from typing import Any, Protocol

import numpy as np

from nnlab.activations import softmax
from nnlab.arrays import Array, Labels, floats  # floats(x) turns integers into float64

__all__ = ["CrossEntropyLoss", "Loss", "MSELoss", "one_hot"]


class Loss(Protocol):
    """What every loss offers: call it for the mean loss, then ask for its gradient."""

    def __call__(self, prediction: Array, target: Any, /) -> float: ...  # noqa: D102
    def backward(self) -> Array: ...  # noqa: D102


def one_hot(labels: Labels, n_classes: int) -> Array:
    """Write each label as a row of zeros with a single 1, in the column of its class.

    Shape: labels (batch,), integers from 0 to n_classes − 1; the result (batch, n_classes).
    Raises: ValueError if a label is outside that range, or the array is not of an integer type:
        int32 and uint8 are, bool is not, and a label of 1.0 is a float.
    Source: slides, "Loss functions : Cross entropy", the table of encoded labels.

    >>> one_hot(np.array([2, 0]), 4).tolist()
    [[0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]]
    """
    raise NotImplementedError("lab04_activations: one_hot")


class MSELoss:
    """The mean squared error, for predictions that are numbers.

    The mean is taken over all entries: over the batch and over the outputs. There is no ½;
    many books have one, scikit-learn too.

    Source: slides, "Loss functions: Mean square error".
    """

    def __call__(self, prediction: Array, target: Array) -> float:
        """Return the mean squared error, and keep what `backward` needs.

        L = 1/size · Σ (pᵢ − tᵢ)²,  size = the number of entries of prediction

        Shape: prediction and target of the same shape; the result is a float.
        Raises: ValueError if the shapes differ: (batch, 1) − (batch,) would be (batch, batch).

        >>> MSELoss()(np.array([[1.0], [5.0]]), np.array([[1.0], [2.0]]))  # (0² + 3²) / 2
        4.5
        """
        raise NotImplementedError("lab04_activations: MSELoss.__call__")

    def backward(self) -> Array:
        """Return the gradient of the last call's loss with respect to its prediction.

        dL/dpᵢ = 2/size · (pᵢ − tᵢ)

        Shape: that of prediction. Asked twice, it answers the same.

        >>> loss = MSELoss()
        >>> _ = loss(np.array([[1.0], [5.0]]), np.array([[1.0], [2.0]]))
        >>> loss.backward().tolist()
        [[0.0], [3.0]]
        """
        raise NotImplementedError("lab04_activations: MSELoss.backward")


class CrossEntropyLoss:
    """The cross entropy of softmax probabilities, for predictions that are classes.

    It takes the last layer's pre-activations ("logits") and applies softmax itself, as
    PyTorch's does: the logarithm of an exponential is then never computed.

    Source: slides, "Loss functions : Cross entropy", "Output gradient".
    """

    def __call__(self, prediction: Array, target: Labels) -> float:
        """Return the mean negative log-likelihood, and keep what `backward` needs.

        L = 1/batch · Σₙ −log softmax(aₙ)_y  =  1/batch · Σₙ (log Σ_c exp(aₙ_c) − aₙ_y),
        y = targetₙ, the right class of row n, log = natural logarithm

        Stay finite for |a| up to 10,000: subtract each row's maximum before exp, and never
        take the logarithm of a probability, which may have become 0.

        Shape: prediction (batch, n_classes) of logits, target (batch,) of labels; a float.
        Raises: ValueError unless target has shape (batch,) and an integer type, and every label
            is in [0, n_classes); a label of 1.0 is a float.

        >>> loss = CrossEntropyLoss()
        >>> round(loss(np.array([[0.0, np.log(3)], [0.0, 1000.0]]), np.array([1, 1])), 4)
        0.1438
        """
        raise NotImplementedError("lab04_activations: CrossEntropyLoss.__call__")

    def backward(self) -> Array:
        """Return the gradient of the last call's loss with respect to the logits.

        dL/da = (softmax(a) − one_hot(y)) / batch

        Shape: (batch, n_classes). Asked twice, it answers the same.

        >>> loss = CrossEntropyLoss()
        >>> _ = loss(np.array([[0.0, np.log(3)], [0.0, 1000.0]]), np.array([1, 1]))
        >>> loss.backward().round(3).tolist()
        [[0.125, -0.125], [0.0, 0.0]]
        """
        raise NotImplementedError("lab04_activations: CrossEntropyLoss.backward")
