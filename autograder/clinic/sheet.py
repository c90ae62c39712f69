"""A patient's sheet as text: the curves in numbers and as small bars, and what is known of each layer."""

from collections.abc import Sequence

from autograder.clinic.record import Layer, Number, Record, shown
from autograder.clinic.words import CURES, ILLNESSES, Word

__all__ = ["sheet", "words"]

BARS = "▁▂▃▄▅▆▇█"
MOST_BARS = 16
LABEL = 51
"""So wide are the names of single numbers."""


def sheet(record: Record, *, unicode: bool) -> str:
    """Write all that is known of a patient."""
    train, val, new = record.images
    low, high = map(shown, record.features)
    lines = [
        record.network,
        f"{train} images for training, {val} for validation, {new} new ones at the end",
        "",
        *_curves(record, unicode=unicode),
        "",
        f"{'accuracy on new images':{LABEL}}{shown(record.new_right)}",
        f"{'same images again: share with the same class':{LABEL}}{shown(record.alike)}",
        f"{'standard deviations of the features':{LABEL}}{low} to {high}",
        "",
        *_layers(record.layers),
    ]
    return "\n".join(lines)


def _curves(record: Record, *, unicode: bool) -> list[str]:
    """Write cost and accuracy at some epochs; where there are signs for it, all of them as bars."""
    last = len(record.train_cost) - 1
    epochs = sorted({*range(min(3, last + 1)), *(last * i // 4 for i in (1, 2, 4))})
    rows = [f"{'after epoch':19}{''.join(f'{epoch:>9}' for epoch in epochs)}"]
    for name, numbers in (
        ("training cost", record.train_cost),
        ("validation cost", record.val_cost),
        ("training accuracy", record.train_right),
        ("validation accuracy", record.val_right),
    ):
        cells = "".join(f"{_short(numbers[epoch]):>9}" for epoch in epochs)
        rows.append(f"{name:19}{cells}{'  ' + bars(numbers) if unicode else ''}".rstrip())
    return rows


def _short(number: Number) -> str:
    return "–" if number is None else shown(number)


def bars(numbers: Sequence[Number]) -> str:
    """Draw a curve as bars from its lowest to its highest number; what is not finite is highest.

    >>> bars([3.0, 1.0, None]), bars([0.5])
    ('█▁█', '▁')
    """
    step = max(len(numbers) / MOST_BARS, 1.0)
    chosen = [numbers[int(i * step)] for i in range(min(len(numbers), MOST_BARS) - 1)]
    chosen.append(numbers[-1])
    finite = [number for number in chosen if number is not None]
    low, high = min(finite), max(finite)
    heights = [1.0 if n is None else (n - low) / ((high - low) or 1.0) for n in chosen]
    return "".join(BARS[round(height * (len(BARS) - 1))] for height in heights)


def _layers(layers: Sequence[Layer]) -> list[str]:
    """Write each layer's numbers: first and last epoch."""
    rows = [
        f"{'':9}{'':15}{'gradient':>14}{'step/weights':>19}{'size of weights':>20}",
        f"{'layer':9}{'differ   idle':15}" + f"{'first':>9}{'last':>9}" * 3,
    ]
    for number, layer in enumerate(layers, 1):
        differ = f"{layer.different}/{layer.units}"
        idle = shown(layer.idle[1]) if layer.idle else ""
        pairs = (*layer.gradient, *layer.step, *layer.weight)
        cells = "".join(f"{_short(number):>9}" for number in pairs)
        rows.append(f"{number:<9}{differ:8} {idle:6}{cells}")
    return [
        *rows,
        "",
        "differ: units whose weights are not another's; idle: share of units with one",
        "answer to all images. Gradients, steps and weights are root mean squares.",
    ]


def words() -> str:
    """List what an answer may name."""

    def rows(known: dict[str, Word]) -> list[str]:
        return [
            f"  {name:20} {word.means}" + (f" ({word.heading})" if word.heading else "")
            for name, word in known.items()
        ]

    return "\n".join(["Illnesses", *rows(ILLNESSES), "", "Cures", *rows(CURES)])
