"""A record: what is known of one run, and of the same run under every cure.

The course has a file of records for each illness; the student's edition has all of them packed in one file,
as it has the answer keys.
"""

import hashlib
import json
import math
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from autograder.course import edition
from autograder.errors import OurFaultError

__all__ = [
    "ClinicError",
    "Layer",
    "Number",
    "Outcome",
    "Record",
    "pack",
    "packed_place",
    "patients",
    "places",
    "read",
    "shown",
    "write",
]

RECORDS = Path(__file__).with_name("records")
STRENGTH = 9  # of zlib
EXPLODED = 3.0
"""Above so many times the first cost a run has exploded, as the lecture says."""

Number = float | None
"""None stands for what is not finite."""


class ClinicError(OurFaultError):
    """The records are missing, or cannot be read."""


def shown(number: Number) -> str:
    """Write a number as people read it.

    >>> shown(2.3026), shown(1e-05), shown(0.0), shown(None)
    ('2.3', '1e−05', '0', 'not finite')
    """
    return "not finite" if number is None else f"{number:.3g}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class Layer:
    """Of one layer's weights: pairs are of the first and of the last epoch."""

    gradient: tuple[Number, Number]
    """Root mean square of dL/dW, the mean over the epoch's steps."""
    step: tuple[Number, Number]
    """How far a step moves the weights, as a share of their size; the mean as well."""
    weight: tuple[Number, Number]
    """Root mean square, before the first step and after the last."""
    units: int
    different: int
    """Units whose weights differ from those of all before, after the last step."""
    idle: tuple[Number, Number] | None
    """The share of units that give one answer to all training images; the last layer has none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; the model is the one that is used, after early stopping the best."""

    highest_cost: Number
    """Of training, in the second half of the epochs."""
    val_cost: Number
    val_right: Number
    new_right: Number


@dataclass(frozen=True)
class Record:
    """One patient."""

    illness: str
    seed: int
    cures: list[str]
    """What takes the cause away."""
    activation: str
    parts: str
    """What the network has besides: batch norm, dropout; mostly nothing."""
    images: tuple[int, int, int]
    """For training, for validation, and new ones, which are asked at the end alone."""
    train_cost: list[Number]
    """Before the first step, then the mean of each epoch."""
    val_cost: list[Number]
    train_right: list[Number]
    val_right: list[Number]
    new_right: Number
    alike: Number
    """The share of validation images that get the same class when the model is asked twice."""
    features: tuple[Number, Number]
    """The smallest and the largest standard deviation of a feature that varies, as the network sees them."""
    layers: list[Layer]
    outcome: Outcome
    tried: dict[str, Outcome]
    """The same run from the same seed, under every cure."""
    cured: dict[str, list[Number]]
    """Costs of training and validation under the first right cure, by name."""

    @property
    def id(self) -> str:
        """A name that says nothing of the illness."""
        return hashlib.sha256(f"{self.illness}/{self.seed}".encode()).hexdigest()[:10]

    @property
    def hidden(self) -> list[Layer]:
        """All layers but the last."""
        return self.layers[:-1]

    @cached_property
    def network(self) -> str:
        """The network in words."""
        sizes = " → ".join(str(layer.units) for layer in self.layers)
        return ", ".join(filter(None, [f"64 → {sizes}", self.kind, self.parts]))

    @property
    def kind(self) -> str:
        """The activation as it is written."""
        return "ReLU" if self.activation == "relu" else self.activation

    @cached_property
    def costs(self) -> list[float]:
        """The training cost, infinite where it is not finite."""
        return [math.inf if cost is None else cost for cost in self.train_cost]

    @property
    def exploded(self) -> bool:
        """Whether the training cost ends above three times the first."""
        return not self.costs[-1] <= EXPLODED * self.costs[0]


def _record(plain: dict[str, Any]) -> Record:
    def frozen(value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    plain = {k: frozen(v) if k in {"images", "features"} else v for k, v in plain.items()}
    plain["layers"] = [
        Layer(**{name: frozen(value) for name, value in layer.items()}) for layer in plain["layers"]
    ]
    plain["outcome"] = Outcome(**plain["outcome"])
    plain["tried"] = {cure: Outcome(**outcome) for cure, outcome in plain["tried"].items()}
    return Record(**plain)


def read(path: Path) -> list[Record]:
    """Read a file of records."""
    return [_record(plain) for plain in json.loads(path.read_text(encoding="utf-8"))]


def write(path: Path, records: Iterable[Record]) -> None:
    """Write a file of records, one a line."""
    lines = [json.dumps(asdict(record), separators=(",", ":")) for record in records]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def places() -> list[Path]:
    """List the course's files of records."""
    return sorted(RECORDS.glob("*.json"))


def packed_place() -> Path:
    """Name the file in which the student's edition has all records."""
    return edition.HANDED_OUT / "clinic.key"


def pack() -> bytes:
    """Make of all records the file that students get."""
    plain = [asdict(record) for path in places() for record in read(path)]
    return zlib.compress(json.dumps(plain, separators=(",", ":")).encode(), STRENGTH)


@cache
def patients() -> dict[str, Record]:
    """Read the records of this edition, by their ids.

    Raises: ClinicError if they are missing or damaged.
    """
    try:
        if edition.is_students():
            plain = json.loads(zlib.decompress(packed_place().read_bytes()))
            records = [_record(one) for one in plain]
        else:
            records = [record for path in places() for record in read(path)]
    except (OSError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise ClinicError(f"The clinic's records cannot be read: {error}") from None
    if not records:
        raise ClinicError("The clinic has no records.")
    return {record.id: record for record in records}
