"""A workspace's ward: which patient lies in which bed, and how far each has been treated.

Everybody's ward is another one: it is drawn by chance when it is first looked at, and kept in the workspace.
Each illness is there at least once, some twice.
"""

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.clinic.record import Record, patients
from autograder.errors import WrongUseError
from autograder.storage import held, keep_entries, kept_entries, nothing_kept, state_folder

__all__ = ["Bed", "bed", "draw", "note", "restart", "solved", "ward"]

SCHEMA = "nnlab/clinic/1"
KEPT = "clinic.json"
TWICE = 3
"""So many illnesses are there a second time, so that the last ones cannot be found by elimination."""
ENTRY = {
    "patient": str,
    "tries": lambda number: type(number) is int and number >= 0,
    "solved": bool,
}


@dataclass(frozen=True, slots=True)
class Bed:
    """A patient in a workspace."""

    number: int
    record: Record
    tries: int
    """Answers that were given until one was right."""
    solved: bool


def draw(token: str) -> list[str]:
    """Choose patients, and put them in order: one of each illness, and some more.

    The same token gives the same ward on every machine.
    """

    def rank(thing: str) -> bytes:
        return hashlib.sha256(f"{token}/{thing}".encode()).digest()

    known = patients()
    mixed = sorted(known, key=rank)
    chosen: dict[str, str] = {}
    for name in mixed:
        chosen.setdefault(known[name].illness, name)
    more = [name for name in mixed if name not in chosen.values()][:TWICE]
    return sorted([*chosen.values(), *more], key=lambda name: rank(f"bed {name}"))


def ward(cwd: Path) -> list[Bed]:
    """Look at a workspace's ward; the first look fills it.

    Where nothing can be kept, the ward is that of the folder's path.
    """
    place = state_folder(cwd) / KEPT
    entries = _read(place)
    if not entries:
        if nothing_kept(place.parent):
            entries = _fill(str(place))
        else:
            with held(place.parent):
                entries = _read(place) or _fill(secrets.token_hex(16))
                keep_entries(place, SCHEMA, entries)
    return _beds(entries)


def solved(cwd: Path) -> tuple[int, int]:
    """Count a workspace's patients: those that are solved, and all; 0 of 0 before the first look."""
    entries = _read(state_folder(cwd) / KEPT)
    return sum(entry["solved"] for entry in entries.values()), len(entries)


def bed(cwd: Path, number: int) -> Bed:
    """Find one bed.

    Raises: WrongUseError if there is none with this number.
    """
    beds = ward(cwd)
    if not 1 <= number <= len(beds):
        raise WrongUseError(f"There is no patient {number}: they are 1 to {len(beds)}.")
    return beds[number - 1]


def note(cwd: Path, number: int, *, solved: bool) -> None:
    """Count an answer; after the right one nothing is counted any more."""
    place = state_folder(cwd) / KEPT
    with held(place.parent):
        entries = _read(place)
        entry = entries.get(str(number))
        if entry and not entry["solved"]:
            entry.update(tries=entry["tries"] + 1, solved=solved)
            keep_entries(place, SCHEMA, entries)


def restart(cwd: Path) -> list[Bed]:
    """Fill the ward with other patients, and forget the answers.

    Raises: WrongUseError if nothing can be kept.
    """
    place = state_folder(cwd) / KEPT
    if why := nothing_kept(place.parent):
        raise WrongUseError(f"{why} the ward stays as it is. Work in a copy that you may write to.")
    with held(place.parent):
        entries = _fill(secrets.token_hex(16))
        keep_entries(place, SCHEMA, entries)
    return _beds(entries)


def _fill(token: str) -> dict[str, Any]:
    return {
        str(number): {"patient": name, "tries": 0, "solved": False}
        for number, name in enumerate(draw(token), 1)
    }


def _read(place: Path) -> dict[str, Any]:
    """Read what is kept; a ward with a gap, or with a patient who is not known any more, is none."""
    entries = kept_entries(place, SCHEMA, ENTRY)
    numbers = [str(number) for number in range(1, len(entries) + 1)]
    known = all(entry["patient"] in patients() for entry in entries.values())
    return entries if known and list(entries) == numbers else {}


def _beds(entries: dict[str, Any]) -> list[Bed]:
    return [
        Bed(int(number), patients()[entry["patient"]], entry["tries"], entry["solved"])
        for number, entry in entries.items()
    ]
