"""What `solutions/labNN_*/` holds about a lab beside the solution: lists of entries, one TOML file each.

`mistakes.toml` lists wrong answers, `valid.toml` right ones in other forms, `equivalent.toml` mutants
that are right all the same. Only the instructor's edition has them.
"""

import tomllib
from pathlib import Path
from typing import TypeVar

from autograder.course.catalogue import ROOT
from autograder.course.lab import Lab

__all__ = ["entries_path", "load_entries"]

Entry = TypeVar("Entry")


def entries_path(lab: Lab, name: str) -> Path:
    """Tell where one of a lab's lists stands, whether it is there or not."""
    return (lab.home or ROOT) / "solutions" / lab.id / f"{name}.toml"


def load_entries(
    path: Path, table: str, entry: type[Entry], wrong: type[ValueError]
) -> list[Entry]:
    """Read a list whose entries begin with `[[table]]`; one that is not there is empty.

    Raises: `wrong` for a file that is no such list, and for an entry that lacks a part or has one too
        many. An entry is named by what it says first.
    """
    if not path.exists():
        return []
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8")).get(table, [])
    except tomllib.TOMLDecodeError as error:
        raise wrong(f"{path.name} is no TOML: {error}") from None
    if not isinstance(told, list) or not all(isinstance(parts, dict) for parts in told):
        raise wrong(f"{path.name}: an entry begins with [[{table}]]")
    entries = []
    for parts in told:
        try:
            entries.append(entry(**parts))
        except TypeError as error:
            name = next(iter(parts.values()), "?")
            raise wrong(f"{path.name}, {name}: {error}") from None
    return entries
