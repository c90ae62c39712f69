"""The judge of activation statistics: does a deep random network behave as theory expects?

In layers so wide that sums of their units are normal, the second moment q of the outputs follows
from that of the layer below: q' = E[φ(√v z)²] with z standard normal and v = fan_in · Var(W) · q.
The std of a layer's outputs is then known; what is measured in one network scatters about it.

`SCATTER` is the deviation of log std, layer by layer, over 300 networks of 10 layers of 500 units
with 100 samples (0.6 % to 0.9 % at the end for tanh, 11 % for ReLU, where the size of the last layer
is a product of ten chances). It is normal as far as 34,000 values show. Seven deviations, with 10 %
added for the estimate's own error, are exceeded once in 10¹¹; ten layers are asked. Layer 1 alone
refuses a std of the weights that is off by 5 %, so a wrong fan or a missing factor 2 (41 %) cannot pass.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from autograder.judges.finding import Finding
from autograder.judges.judge import Case, Judge, judge
from autograder.judges.numbers import as_reals
from autograder.judges.values import shape_of, value

__all__ = ["expected_statistics", "follows_mean_field"]

ALLOWED = 7 * 1.1
SCATTER = {
    "tanh": [0.0024, 0.0029, 0.0036, 0.0044, 0.0049, 0.0059, 0.0068, 0.0074, 0.0085, 0.0093],
    "relu": [0.0058, 0.0195, 0.0322, 0.0467, 0.0595, 0.0727, 0.0833, 0.0925, 0.106, 0.112],
}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {"tanh": np.tanh, "relu": lambda a: np.maximum(a, 0)}


def follows_mean_field(activation: str, gain: float) -> Judge:
    """Make a judge of the stds of ten layers, for weights with fan_in · Var(W) = gain."""

    def fingerprint(_case: Case, observed: Any) -> Any:
        """Return for each layer whether it is below, within or above what is expected."""
        stds = as_reals(observed)
        if stds is None or stds.shape != _expected(activation, gain).shape:
            return observed
        return _sides(stds, activation, gain)

    @judge(
        "The std of each layer's activations must be what mean-field theory expects, within "
        f"{_band(activation, 0):.1%} in layer 1 and {_band(activation, -1):.0%} in layer 10.",
        chance=1e-10,
        property_only=True,
        fingerprint=fingerprint,
        picture="layer_stds",
    )
    def decide(_case: Case, observed: Any, _right: Any) -> Finding | None:
        wanted = _expected(activation, gain)
        stds = as_reals(observed)
        if stds is None or stds.shape != wanted.shape:
            return Finding(f"It is {shape_of(observed)}, where ten numbers are expected.")
        sides = _sides(stds, activation, gain)
        if not sides.any():
            return None
        layer = int(np.argmax(sides != 0))
        return Finding(
            f"In layer {layer + 1} the activations have std {value(float(stds[layer]))}, where "
            f"theory expects {wanted[layer]:.3g}.",
            f"std of layers 1 to 10: {', '.join(f'{std:.3g}' for std in stds)}",
            f"about {', '.join(f'{std:.3g}' for std in wanted)}",
        )

    return decide


def _band(activation: str, layer: int) -> float:
    """Return the share by which the std of a layer may be off."""
    return float(np.expm1(ALLOWED * SCATTER[activation][layer]))


def _sides(stds: Any, activation: str, gain: float) -> Any:
    """Return for each layer: 0 within the band, −1 below, 1 above or not a number."""
    band = ALLOWED * np.array(SCATTER[activation])
    with np.errstate(all="ignore"):
        error = np.log(stds / _expected(activation, gain))
        return np.where(np.abs(error) <= band, 0, np.where(error < 0, -1, 1))


@cache
def _expected(activation: str, gain: float) -> Any:
    return np.array([std for _, std in expected_statistics(FUNCTIONS[activation], gain)])


def expected_statistics(
    activation: Callable[[Any], Any], gain: float, depth: int = 10
) -> list[tuple[float, float]]:
    """Compute mean and standard deviation of each layer's outputs in the limit of wide layers.

    gain = fan_in · Var(W). The integral over z is a trapezoid sum on [−12, 12], which is exact to
    1e-12 even where the activation is all but a step.
    """
    z = np.linspace(-12, 12, 24_001)
    density = np.exp(-(z**2) / 2)
    density /= density.sum()
    moment, expected = 1.0, []
    for _ in range(depth):
        output = activation(np.sqrt(gain * moment) * z)
        mean = round(float(density @ output), 12) + 0.0  # without the sign of a zero
        moment = float(density @ output**2)
        expected.append((mean, float(np.sqrt(moment - mean**2))))
    return expected
