"""Which edition of the course this installation is: the instructor's, or the one students install.

The student's edition holds no answers: beside the checks it has the folder `nnlab_course` with the
stubs, an answer key a lab, and a file that says what all this was made from.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.errors import OurFaultError
from autograder.storage import STATE

__all__ = [
    "EditionError",
    "HANDED_OUT",
    "Made",
    "PLACE",
    "RELEASED",
    "default_seed",
    "experiments_path",
    "is_students",
    "key_path",
    "made",
    "owners",
    "released_place",
    "stub_path",
]

HANDED_OUT = Path(__file__).resolve().parents[2] / "nnlab_course"
"""What the student's edition brings besides code; the instructor's has no such folder."""

PLACE = "assignments"
"""The folder of a workspace that has the labs' files."""

RELEASED = f"{STATE}/released"

SCHEMA = "nnlab/edition/1"


def released_place(lab_id: str) -> str:
    """Name the folder of a workspace that keeps a lab's files as they were handed out."""
    return f"{RELEASED}/{lab_id}"


class EditionError(OurFaultError):
    """The student's edition is damaged: what it was made from cannot be read."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a student's edition was made from."""

    version: str
    seed: int
    engine: str
    checks: dict[str, str]
    """The fingerprint of the code that judges, by lab."""
    keys: dict[str, str]
    """The fingerprint of what the answer key was recorded from, by lab."""
    numpy: str
    blas: str
    python: str

    def to_json(self) -> str:
        """Write it, always in the same way."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({"schema": SCHEMA, **fields}, indent=2, sort_keys=True) + "\n"


def is_students() -> bool:
    """Return whether this is the student's edition."""
    return (HANDED_OUT / "edition.json").is_file()


@cache
def made() -> Made:
    """Read what this student's edition was made from.

    Raises: EditionError if it cannot be read.
    """
    try:
        plain = json.loads((HANDED_OUT / "edition.json").read_text(encoding="utf-8"))
        schema = plain.pop("schema")
        found = Made(**plain)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EditionError(f"nnlab_course/edition.json cannot be read: {error}") from None
    if schema != SCHEMA:
        raise EditionError(f"nnlab_course/edition.json is {schema!r}, where {SCHEMA!r} is known.")
    return found


def default_seed() -> int:
    """Give the seed whose cases are asked unless another is wanted."""
    return made().seed if is_students() else 0


def key_path(lab_id: str) -> Path:
    """Return where the student's edition has a lab's answer key."""
    return HANDED_OUT / "keys" / f"{lab_id}.key"


def experiments_path(lab_id: str) -> Path:
    """Return where the student's edition has the experiments of a lab's notebook."""
    return HANDED_OUT / "experiments" / f"{lab_id}.json"


@cache
def owners() -> dict[str, str]:
    """Map each module that students write to its lab, as the student's edition has the stubs."""
    return {path.stem: path.parent.name for path in HANDED_OUT.glob("assignments/lab*/*.py")}


def stub_path(module: str) -> Path | None:
    """Return where the student's edition has the stub of a module; None for a provided one."""
    lab_id = owners().get(module)
    return HANDED_OUT / "assignments" / lab_id / f"{module}.py" if lab_id else None
