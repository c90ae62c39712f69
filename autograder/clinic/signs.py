"""What each illness looks like in the numbers: signs that are asked of a record.

A run has an illness if all of its signs are there. A sign that is not there speaks against the illness, with
the record's own numbers.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from autograder.clinic.record import Layer, Number, Record, shown

__all__ = ["SIGNS", "Sign", "against", "signs_of"]

GUESS = math.log(10)
TINY_STEP = 2e-4
VANISHED = 0.01
UNLIKE = 100.0
FEW = 4


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: what is expected, whether it is there, and the fact in numbers."""

    expects: str
    is_there: Callable[[Record], bool]
    fact: Callable[[Record], str]


def end(numbers: list[Number]) -> float:
    """Take the last number; what is not finite is infinite."""
    return math.inf if numbers[-1] is None else numbers[-1]


def lowest(numbers: list[Number]) -> tuple[int, float]:
    """Find the epoch with the lowest number."""
    finite = [math.inf if number is None else number for number in numbers]
    return finite.index(min(finite)), min(finite)


def largest(record: Record) -> tuple[int, float]:
    """Find the layer whose weights a step moves most, in the first or the last epoch."""
    moves = [max(step or 0.0 for step in layer.step) for layer in record.layers]
    return moves.index(max(moves)) + 1, max(moves)


def widest_wave(record: Record) -> tuple[float, float, float]:
    """Find how far the training cost rises and comes back: from, up to, and back to."""
    costs = record.costs
    best = (costs[0], costs[0], costs[0])
    for j in range(1, len(costs) - 1):
        low, back = min(costs[:j]), min(costs[j + 1 :])
        if costs[j] / max(low, back) > best[1] / max(best[0], best[2]):
            best = (low, costs[j], back)
    return best


def most_idle(record: Record) -> tuple[int, float]:
    """Find the hidden layer with most idle units at the end."""
    shares = [(layer.idle or (0.0, 0.0))[1] or 0.0 for layer in record.hidden]
    return shares.index(max(shares)) + 1, max(shares)


def fewest(record: Record) -> tuple[int, Layer]:
    """Find the hidden layer with the smallest share of different units."""
    return min(enumerate(record.hidden, 1), key=lambda pair: pair[1].different / pair[1].units)


def _lowest_val(record: Record) -> str:
    epoch, cost = lowest(record.val_cost)
    at = "after the last epoch" if epoch == len(record.val_cost) - 1 else f"in epoch {epoch}"
    return f"the validation cost is lowest {at}, {shown(cost)}, and {shown(record.val_cost[-1])} at the end"


def _costs(record: Record) -> str:
    return (
        f"the training cost is {shown(record.train_cost[-1])} at the end and the validation cost "
        f"{shown(record.val_cost[-1])}; a guess among ten costs {shown(GUESS)}"
    )


def _different(record: Record) -> str:
    number, layer = fewest(record)
    if layer.different == 1:
        return f"all {layer.units} units of layer {number} have the same weights"
    return (
        f"of the {layer.units} units of layer {number}, {layer.different} have weights of their own"
    )


def _gradients(record: Record) -> str:
    low, high = record.layers[0].gradient[0], record.layers[-1].gradient[0]
    return (
        f"in the first epoch the gradient is {shown(low)} in layer 1 and {shown(high)} in "
        f"layer {len(record.layers)}"
    )


def _wave(record: Record) -> str:
    low, high, back = widest_wave(record)
    if high <= max(low, back):
        return "the training cost never rises and comes back"
    return f"the training cost rises from {shown(low)} to {shown(high)} and comes back to {shown(back)}"


def _fall(record: Record) -> str:
    epoch, cost = lowest(record.train_cost)
    first = shown(record.train_cost[0])
    if not epoch:
        return f"the training cost is never below its first value, {first}"
    return f"the training cost falls from {first} to {shown(cost)}, in epoch {epoch}"


def _accuracies(record: Record) -> str:
    return (
        f"the accuracy is {shown(record.val_right[-1])} in validation and "
        f"{shown(record.new_right)} on new images"
    )


def _twice(record: Record) -> str:
    return (
        f"asked twice, the model gives the same class to a share of {shown(record.alike)} of the "
        "validation images"
    )


def best_val(record: Record) -> float:
    """Find the highest validation accuracy."""
    return max(share or 0.0 for share in record.val_right)


def _best_val(record: Record) -> str:
    return f"the validation accuracy is {shown(best_val(record))} at most"


def _weights(record: Record) -> str:
    first, last = map(shown, record.layers[0].weight)
    return f"the size of the weights of layer 1 goes from {first} to {last}"


def _is_wave(record: Record) -> bool:
    low, high, back = widest_wave(record)
    return high > 2 * max(low, back)


def _shrunk(record: Record) -> bool:
    first, last = record.layers[0].weight
    return bool(first) and (last or 0.0) < 0.5 * (first or 0.0)


def _vanish(record: Record) -> bool:
    low, high = record.layers[0].gradient[0] or 0.0, record.layers[-1].gradient[0] or 0.0
    return 0 < low < VANISHED * high


EXPLODES = Sign(
    "the training cost ends above three times its first value",
    lambda r: r.exploded,
    lambda r: (
        f"the training cost begins at {shown(r.train_cost[0])} and ends at {shown(r.train_cost[-1])}"
    ),
)
CALM = Sign(
    "the training cost does not explode",
    lambda r: not r.exploded,
    EXPLODES.fact,
)
DIFFERENT = Sign(
    "the units of a layer have weights of their own",
    lambda r: fewest(r)[1].different > 1,
    _different,
)
FALLEN = Sign(
    "the training cost falls below half of its first value before it explodes",
    lambda r: min(r.costs) < 0.5 * r.costs[0],
    _fall,
)
BY_HEART = Sign(
    "the training cost gets low, below 0.1",
    lambda r: end(r.train_cost) < 0.1,
    _costs,
)
NO_WAVES = Sign(
    "the training cost does not rise to twice its value and come back",
    lambda r: not _is_wave(r),
    _wave,
)
UNLEARNT = Sign("the training cost stays high, above 1", lambda r: end(r.train_cost) > 1, _costs)
GRADIENT = Sign(
    "a gradient reaches every layer",
    lambda r: all(layer.gradient[0] for layer in r.layers),
    lambda r: f"in the first epoch the gradient of layer 1 is {shown(r.layers[0].gradient[0])}",
)

SIGNS: dict[str, list[Sign]] = {
    "healthy": [
        CALM,
        Sign(
            "a model that is asked twice gives the same classes",
            lambda r: r.alike == 1,
            _twice,
        ),
        Sign("the training cost gets low, below 0.5", lambda r: end(r.train_cost) < 0.5, _costs),
        Sign(
            "new images are recognised as well as those of validation",
            lambda r: abs(end(r.val_right) - (r.new_right or 0)) < 0.1,
            _accuracies,
        ),
        NO_WAVES,
        Sign(
            "the validation cost does not turn up",
            lambda r: end(r.val_cost) < 1.1 * lowest(r.val_cost)[1],
            _lowest_val,
        ),
    ],
    "rate-too-low": [
        CALM,
        Sign(
            f"no step moves the weights by more than {shown(TINY_STEP)} of their size",
            lambda r: largest(r)[1] < TINY_STEP,
            lambda r: f"a step moves the weights of layer {largest(r)[0]} by {shown(largest(r)[1])} of their size",
        ),
        GRADIENT,
    ],
    "rate-too-high": [
        EXPLODES,
        Sign(
            "the training cost never falls below half of its first value",
            lambda r: min(r.costs) >= 0.5 * r.costs[0],
            _fall,
        ),
    ],
    "late-explosion": [EXPLODES, FALLEN],
    "equal-weights": [
        Sign("all units of a hidden layer are one", lambda r: fewest(r)[1].different == 1, _different)
    ],
    "vanishing-gradients": [
        CALM,
        DIFFERENT,
        Sign(
            "the first layer's gradient is not 0, but less than a hundredth of the last one's",
            _vanish,
            _gradients,
        ),
        UNLEARNT,
    ],
    "dead-units": [
        Sign(
            "the units are ReLU units, which can be silent for every image",
            lambda r: r.activation == "relu",
            lambda r: f"they are {r.kind} units",
        ),
        CALM,
        Sign(
            "most units of a hidden layer give one answer to all images",
            lambda r: most_idle(r)[1] > 0.5,
            lambda r: f"in layer {most_idle(r)[0]} a share of {shown(most_idle(r)[1])} of the units is idle",
        ),
        DIFFERENT,
    ],
    "unscaled-features": [
        Sign(
            f"the features' standard deviations differ by a factor of {UNLIKE:.0f} and more",
            lambda r: (r.features[1] or 0) >= UNLIKE * (r.features[0] or 0),
            lambda r: f"the standard deviations go from {shown(r.features[0])} to {shown(r.features[1])}",
        )
    ],
    "shuffled-labels": [
        CALM,
        Sign(
            "the validation accuracy stays that of a guess, below 0.2",
            lambda r: best_val(r) < 0.2,
            _best_val,
        ),
        Sign(
            "the training images are learnt by heart all the same",
            lambda r: end(r.train_right) > 0.5,
            lambda r: f"the training accuracy is {shown(r.train_right[-1])} at the end",
        ),
    ],
    "training-mode": [
        Sign(
            "the model gives other classes to the same images when it is asked twice",
            lambda r: (r.alike or 0) < 1,
            _twice,
        )
    ],
    "overfitting": [
        CALM,
        BY_HEART,
        Sign(
            "new images are recognised for a while, a share of 0.3 and more",
            lambda r: best_val(r) >= 0.3,
            _best_val,
        ),
        NO_WAVES,
        Sign(
            "the validation cost turns up, by a tenth and more",
            lambda r: end(r.val_cost) >= 1.1 * lowest(r.val_cost)[1],
            _lowest_val,
        ),
    ],
    "few-units": [
        CALM,
        Sign(
            f"a hidden layer has {FEW} units or fewer",
            lambda r: min(layer.units for layer in r.hidden) <= FEW,
            lambda r: f"the smallest hidden layer has {min(layer.units for layer in r.hidden)}",
        ),
        UNLEARNT,
    ],
    "leaking-split": [
        Sign(
            "validation images are recognised much better than new ones, by 0.15 and more",
            lambda r: end(r.val_right) - (r.new_right or 0) >= 0.15,
            _accuracies,
        )
    ],
    "strong-penalty": [
        CALM,
        Sign(
            "the weights of layer 1 shrink to half of their size and less",
            _shrunk,
            _weights,
        ),
        UNLEARNT,
    ],
    "high-momentum": [
        CALM,
        Sign(
            "the training cost rises to twice its value and more, and comes back",
            _is_wave,
            _wave,
        ),
    ],
}  # fmt: skip
"""The signs of each illness; the most telling first."""


def signs_of(illness: str, record: Record) -> list[str]:
    """List the facts that show an illness."""
    return [sign.fact(record) for sign in SIGNS[illness]]


def against(illness: str, record: Record) -> str:
    """Say what in a record speaks against an illness; "" if nothing does."""
    missing = next((sign for sign in SIGNS[illness] if not sign.is_there(record)), None)
    return f"{missing.expects}; here {missing.fact(record)}" if missing else ""
