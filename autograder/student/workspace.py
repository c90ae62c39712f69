"""A student's workspace: starting one, and taking a corrected release into it.

    assignments/lab02_hebb/hebb.py         what the student writes
    .nnlab/released/lab02_hebb/hebb.py     the same file as it was handed out

What differs between the two is the student's. A new release replaces files that nobody has changed;
beside one that somebody has, the new text is laid as hebb.py.new. Nothing that was written is lost.
"""

import difflib
import io
import os
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from autograder import text as show
from autograder.course import edition
from autograder.course.catalogue import ROOT, UnknownLabError, find_lab, lab_ids
from autograder.course.edition import PLACE, RELEASED, released_place
from autograder.course.guide import README
from autograder.errors import WrongUseError
from autograder.storage import keep, kept, read_regular, require_no_link, write_whole

__all__ = [
    "Change",
    "Kind",
    "Release",
    "WorkspaceError",
    "bundled",
    "chosen",
    "find_workspace",
    "init",
    "read_zip",
    "update",
]

Release = Mapping[str, Mapping[str, bytes]]
"""What is handed out: by lab, the files by name."""

README_NAME = "README.md"
"""Of the page at a workspace's root."""
MAX_FILE_BYTES = 8 << 20
MAX_FILES = 1000
MAX_ZIP_BYTES = 64 << 20
"""What a release does not reach, packed or unpacked."""

_ENTRY = re.compile(rf"(?:.*/)?{PLACE}/(?P<lab>lab\d\d_\w+)/(?P<name>[A-Za-z]\w*\.(?:py|ipynb|md))")


class WorkspaceError(WrongUseError):
    """There is no workspace, or nothing that could be taken into it."""


class Kind(StrEnum):
    """What becomes of a file."""

    ADDED = "added"
    UPDATED = "updated"
    BESIDE = "kept"
    GONE = "no longer released"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one file, and how the release changed it."""

    path: Path
    kind: Kind
    beside: Path | None = None
    """Where the new text is laid, if the student's own stays."""
    diff: str = ""


def bundled() -> Release:
    """Read what this installation hands out.

    Raises: WorkspaceError if it hands out nothing.
    """
    place = (edition.HANDED_OUT if edition.is_students() else ROOT) / PLACE
    found = {
        lab_id: {p.name: p.read_bytes() for p in sorted((place / lab_id).iterdir()) if p.is_file()}
        for lab_id in lab_ids()
        if (place / lab_id).is_dir()
    }
    if not found:
        raise WorkspaceError(f"{place} holds no lab to hand out: install the course's wheel again.")
    return found


def read_zip(path: Path) -> Release:
    """Read a released zip; of its entries only the labs' own files count.

    Raises: WorkspaceError if it is not a zip, or not one of a release.
    """
    try:
        data = read_regular(path.resolve(), MAX_ZIP_BYTES)
    except FileNotFoundError:
        raise WorkspaceError(f"There is no {path}.") from None
    found: dict[str, dict[str, bytes]] = {}
    left = MAX_ZIP_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist()[:MAX_FILES]:
                entry = _ENTRY.fullmatch(info.filename)
                if not entry or entry["lab"] not in lab_ids() or info.file_size > MAX_FILE_BYTES:
                    continue
                left -= info.file_size
                if left < 0:
                    raise zipfile.BadZipFile("it holds too much")  # noqa: TRY301  as of a damaged one
                found.setdefault(entry["lab"], {})[entry["name"]] = archive.read(info)
    except Exception:  # noqa: BLE001  a damaged zip leads to errors of every kind
        raise WorkspaceError(f"{path} is not a zip that can be read: download it again.") from None
    if not found:
        raise WorkspaceError(
            f"{show.clean(path.name)} holds no lab: expected are files such as "
            f"{PLACE}/{lab_ids()[0]}/README.md."
        )
    return found


def chosen(release: Release, names: list[str]) -> Release:
    """Take the named labs of a release; all of them if none is named.

    Raises: WorkspaceError for a lab that is not in it, or is unknown.
    """
    try:
        wanted = [find_lab(name).id for name in names]
    except UnknownLabError as error:
        raise WorkspaceError(str(error)) from None
    absent = [lab_id for lab_id in wanted if lab_id not in release]
    if absent:
        raise WorkspaceError(f"{', '.join(absent)} is not in this release.")
    return {lab_id: release[lab_id] for lab_id in wanted} if wanted else release


def find_workspace(cwd: Path) -> Path:
    """Find the workspace that a folder lies in.

    Raises: WorkspaceError if there is none.
    """
    for folder in (cwd, *cwd.parents):
        if (folder / RELEASED).is_dir() or any(_labs_of(folder)):
            return folder
    raise WorkspaceError(
        f"{cwd} lies in no workspace: no folder {PLACE}/{lab_ids()[0]} or the like is here or "
        "above. Go to your workspace, or start one with: nnlab init"
    )


def _labs_of(folder: Path) -> list[str]:
    return [lab_id for lab_id in lab_ids() if (folder / PLACE / lab_id).is_dir()]


def init(folder: Path, release: Release) -> list[Change]:
    """Put the labs' files into a folder, and a README; what is there already is left as it is.

    Raises: OSError if nothing can be written there.
    """
    changes = []
    for lab_id, files in release.items():
        for name, new in files.items():
            path = folder / PLACE / lab_id / name
            if path.exists():
                changes.append(Change(path, Kind.SAME))
                continue
            write_whole(path, new)
            keep(folder / released_place(lab_id) / name, new)
            changes.append(Change(path, Kind.ADDED))
    if not (folder / README_NAME).exists():
        write_whole(folder / README_NAME, README.encode())
    return changes


def update(folder: Path, release: Release, *, dry_run: bool = False) -> list[Change]:
    """Take a release into a workspace; with `dry_run` only say what would happen.

    Raises: OSError if something cannot be read or written.
    """
    changes = []
    for lab_id, files in release.items():
        released = folder / released_place(lab_id)
        require_no_link(released)
        for name, new in files.items():
            path = folder / PLACE / lab_id / name
            change = _change(path, _kept(released / name), new)
            changes.append(change)
            if not dry_run:
                _apply(change, new)
                keep(released / name, new)  # last: what is interrupted is done again
        for gone in [p for p in sorted(released.glob("*")) if p.name not in files]:
            changes.append(Change(folder / PLACE / lab_id / gone.name, Kind.GONE))
            if not dry_run:
                gone.unlink()
    return changes


def _change(path: Path, old: bytes | None, new: bytes) -> Change:
    """Decide on one file: what the student has, what was handed out, what is handed out now."""
    mine = _read(path)
    if mine is None:
        return Change(path, Kind.ADDED)
    if _lines(mine) == _lines(new) or (old is not None and _lines(old) == _lines(new)):
        return Change(path, Kind.SAME)
    diff = _diff(path.name, old if old is not None else mine, new)
    if old is not None and _lines(mine) == _lines(old):
        return Change(path, Kind.UPDATED, diff=diff)
    return Change(path, Kind.BESIDE, _free(path, new), diff)


def _apply(change: Change, new: bytes) -> None:
    if change.kind in {Kind.ADDED, Kind.UPDATED}:
        write_whole(change.path, new)
    elif change.beside is not None:
        write_whole(change.beside, new)


def _free(path: Path, new: bytes) -> Path:
    """Find a name beside a file that no other text has: what lies there may be worked in."""
    number = 1
    while True:
        place = path.with_name(f"{path.name}.new{number if number > 1 else ''}")
        if _read(place) in {None, new}:
            return place
        number += 1


def _read(path: Path) -> bytes | None:
    """Read a student's file, if it is there; what a link leads to is the student's as well.

    Raises: WrongUseError for what has no end, or is too large: it stays as it is.
    """
    try:
        return read_regular(Path(os.path.realpath(path)), MAX_ZIP_BYTES)
    except FileNotFoundError:
        return None


def _kept(path: Path) -> bytes | None:
    try:
        return kept(path)
    except (FileNotFoundError, ValueError):  # or something else is there than we have kept
        return None


def _lines(text: bytes) -> bytes:
    """Leave out what an editor or git may change in every line: how it ends."""
    return text.replace(b"\r\n", b"\n")


def _diff(name: str, old: bytes, new: bytes) -> str:
    """Show what changed; notebooks are too long for that, and no text."""
    if not name.endswith((".py", ".md")):
        return ""
    before, now = (_lines(text).decode("utf-8", "replace").splitlines() for text in (old, new))
    lines = difflib.unified_diff(before, now, f"{name} before", f"{name} now", n=1, lineterm="")
    return show.clean("\n".join(lines))
