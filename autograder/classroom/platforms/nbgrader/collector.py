"""What `nbgrader zip_collect` asks of each file of a platform's download: whose it is, and how it is called.

`people` says so, as it does for a batch. nbgrader stops where one student has two files of one name, and
then collects nobody: so each file has a name, or a folder, of its own.
"""

import os
import re
from contextlib import suppress
from functools import cache
from pathlib import Path

from nbgrader.plugins import FileNameCollectorPlugin

from autograder.classroom.people import Person, Share, is_platforms, share_out

__all__ = ["Collector"]

Shares = dict[str, Share | None]


class Collector(FileNameCollectorPlugin):
    """Reads the names that platforms give; what belongs to no student is skipped."""

    def _match(self, filename: str) -> dict[str, str] | None:
        """Say whose a file is; None if no platform's name stands above it."""
        path = Path(filename)
        for place in (*reversed(path.parents), path):
            shares = _shares(place.parent)
            if share := shares.get(place.name):
                return self._collected(share, path, place, shares)
        self.log.warning("No platform names files like this: %s", filename)
        return None

    def _collected(self, share: Share, path: Path, place: Path, shares: Shares) -> dict[str, str]:
        below = path.relative_to(place)
        inner = below if below.parts else Path(share.file or place.name)
        found = {"student_id": _student(share.person, shares), "file_id": str(inner)}
        if share.attempt:  # nbgrader takes the newest
            day, clock = share.attempt[:10], share.attempt[11:].replace("-", ":")
            return {**found, "timestamp": f"{day} {clock}"}
        others = {n: s for n, s in shares.items() if s and s.person == share.person}
        del others[place.name]
        if below.parts:  # two archives of one person may hold the same names
            is_twin = any((place.parent / name / below).exists() for name in others)
        else:
            plain = _without_number(inner.name)
            is_twin = plain in {_without_number(other.file) for other in others.values()}
            found["file_id"] = str(inner) if is_twin else plain
        return {**found, "file_id": f"{place.stem}/{found['file_id']}"} if is_twin else found


def _student(person: Person, shares: Shares) -> str:
    """Call a person by the name, and by the number where that is the same in every lab or the name is shared."""
    people = {share.person for share in shares.values() if share}
    shared = sum(each.name == person.name for each in people) > 1
    return f"{person.name} ({person.platform_id})" if person.is_lasting or shared else person.name


def _without_number(name: str) -> str:
    """Take away the number that Canvas adds to the name of a file that is handed in again."""
    return re.sub(r"-\d+(?=\.\w+$)", "", name)


@cache
def _shares(folder: Path) -> Shares:
    """Share out what lies in a folder, if a platform gave the names.

    nbgrader has unpacked each archive into a folder that is called like it.
    """
    try:
        with os.scandir(folder) as listed:
            names = [(found.name, found.is_dir()) for found in listed]
    except OSError:
        return {}

    def read(name: str) -> bytes:
        with suppress(OSError):
            return (folder / name).read_bytes()
        return b""

    packed = [(name, False) for name, _ in names]
    found: Shares = {}
    for forms in (packed, names):
        if is_platforms(forms):
            found |= {
                name: share
                for (name, _), share in zip(forms, share_out(forms, read), strict=True)
                if share and (share.person.platform_id or share.attempt)
            }
    return found
