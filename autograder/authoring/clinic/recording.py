"""Recording the patients: each illness under each seed, and every cure tried on it.

On one machine with one numpy a record is the same to the last digit. Another BLAS sums in another order, and
what training makes of that is bounded by TOLERANCE.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.authoring.clinic.cases import CASES, CHANGES, VARIANTS
from autograder.authoring.clinic.run import train
from autograder.clinic.record import RECORDS, Outcome, Record, read, write

__all__ = ["TOLERANCE", "deviation", "record", "record_all", "recorded"]

TOLERANCE = 0.02
"""So much two recordings of a patient may differ, as a share of the larger number."""
SMALL = 0.05
"""Differences of smaller numbers are shares of this one: by chance a few of 300 images change sides."""


def record(illness: str, seed: int, cures: list[str] | None = None) -> Record:
    """Train a patient, and try every cure on it, or those that are named."""
    case = CASES[illness]
    choices = case.of(seed)
    seen = train(choices, seed)
    runs = {"": seen}
    for cure, change in CHANGES.items():
        if cures is None or cure in cures:
            other = change(choices)
            runs[cure] = seen if other == choices else train(other, seed)
    cured = runs.get(case.cures[0], seen)
    numbers = {name: value for name, value in seen.numbers.items() if name != "kept"}
    tried: dict[str, Outcome] = {cure: run.outcome for cure, run in runs.items() if cure}
    return Record(
        illness=illness, seed=seed, cures=case.cures, activation=choices.activation, parts=choices.parts,
        train_cost=seen.train_cost, val_cost=seen.val_cost,
        train_right=seen.train_right, val_right=seen.val_right,
        outcome=seen.outcome, tried=tried,
        cured={"training": cured.train_cost, "validation": cured.val_cost}, **numbers,
    )  # fmt: skip


def recorded(illness: str) -> list[Record]:
    """Read the patients that are recorded with an illness; none if there is no file."""
    place = RECORDS / f"{illness}.json"
    return read(place) if place.is_file() else []


def record_all(
    illness: str, folder: Path = RECORDS, done: Callable[[], object] = lambda: None
) -> Path:
    """Record all patients with an illness; `done` is called after each."""
    records = []
    for seed in range(VARIANTS):
        records.append(record(illness, seed))
        done()
    place = folder / f"{illness}.json"
    write(place, records)
    return place


def deviation(one: Record, other: Record) -> float:
    """Measure by how much two records differ at most; infinite where they are not comparable.

    Cures that were tried on one of them alone do not count.
    """
    both = [asdict(one), asdict(other)]
    tried = [plain.pop("tried") for plain in both]
    pairs = [*_pairs(*both)]
    pairs += [pair for c in tried[0] if c in tried[1] for pair in _pairs(tried[0][c], tried[1][c])]
    return max(_apart(a, b) for a, b in pairs)


def _pairs(one: Any, other: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key in one:
            yield from _pairs(one[key], other[key])
    elif (
        isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other)
    ):
        for a, b in zip(one, other, strict=True):
            yield from _pairs(a, b)
    else:
        yield one, other


def _apart(a: Any, b: Any) -> float:
    numbers = all(isinstance(value, int | float) for value in (a, b))
    if a == b or not numbers:
        return 0.0 if a == b else float("inf")
    return float(abs(a - b) / max(abs(a), abs(b), SMALL))
