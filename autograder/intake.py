"""Intake of a class: who handed in what, in a folder or in the zip that a learning platform gives.

Four forms are known: nbgrader's `submitted/STUDENT/LAB/`, a folder a student, a zip of such folders
(Moodle), a zip of files whose names begin with the student's (Canvas). A student's own zip is looked
into. Only the lab's modules are read; links are never followed, and sizes are bounded before reading.
"""

import io
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.check import Lab
from autograder.course import lab_ids
from autograder.submission import MAX_FILE_BYTES, Handed, SubmissionError, checked

__all__ = ["read_class", "read_folder"]

MAX_ZIP_BYTES = 32 << 20
"""A student's own zip above this is not opened."""

MAX_ENTRIES = 200_000
"""Files of one class; beyond it the folder is a wrong one, or made to hurt."""

_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    RuntimeError,  # locked with a password
    NotImplementedError,  # packed in a way that Python does not know
    OSError,
    EOFError,
    ValueError,
)
"""What reading a file in a zip may raise."""

_CANVAS = re.compile(
    r"(?P<student>[^_]+)_(?:LATE_)?\d+_\d+_(?P<file>.+?)(?:-\d+)?(?P<suffix>\.\w+)"
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file or a folder somewhere below the place that is read."""

    parts: tuple[str, ...]
    read: Callable[[], bytes] | None = None
    """None for a folder."""

    @property
    def name(self) -> str:
        return self.parts[-1]


def read_class(lab: Lab, place: Path) -> list[Handed]:
    """Read all that was handed in for a lab, ordered by student.

    Raises: SubmissionError if the place is neither a folder nor a zip, or holds no submission.
    """
    students: dict[str, list[_Entry]] = {}
    for entry in _entries(place):
        student, own = _owner(entry)
        students.setdefault(student, []).append(own)
    handed = [
        _pick(lab, student, entries)
        for student, entries in sorted(students.items())
        if _is_for(lab, entries)
    ]
    if not handed:
        raise SubmissionError(
            f"Nobody handed in {lab.id} in {place}. Expected is a folder for each student, with "
            f"{' and '.join(f'{m}.py' for m in lab.modules)} in it or in its folder {lab.id}, "
            f"or a zip of such folders."
        )
    return handed


def read_folder(lab: Lab, student: str, folder: Path) -> Handed:
    """Read one student's folder by the same rules."""
    return _pick(lab, student, [_Entry((student,)), *_walk(folder, (student,))])


def _entries(place: Path) -> Iterator[_Entry]:
    if place.is_dir():
        yield from _walk(place, ())
        return
    if not place.exists():
        raise SubmissionError(f"There is no {place}. Give a folder or a zip with --submitted.")
    try:
        with zipfile.ZipFile(place) as archive:
            yield from _unzip(archive, ())
    except zipfile.BadZipFile:
        raise SubmissionError(
            f"{place} is neither a folder nor a zip. Give what your platform let you download."
        ) from None


def _walk(folder: Path, above: tuple[str, ...]) -> Iterator[_Entry]:
    """Go through a folder; links are told, never followed."""
    seen = 0
    waiting = [(folder, above)]
    while waiting:
        here, parts = waiting.pop()
        for found in sorted(os.scandir(here), key=lambda found: found.name):
            seen += 1
            if seen > MAX_ENTRIES:
                raise SubmissionError(f"{folder} holds more than {MAX_ENTRIES} files.")
            inner = (*parts, found.name)
            if found.is_dir(follow_symlinks=False):
                waiting.append((Path(found.path), inner))
                yield _Entry(inner)
            else:
                yield _Entry(inner, _reader(Path(found.path)))


def _reader(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            raise SubmissionError(f"{path.name} is a link; hand in the file itself.")
        if not stat.S_ISREG(status.st_mode):
            raise SubmissionError(f"{path.name} is not a file.")
        _bound(path.name, status.st_size)
        try:
            return path.read_bytes()
        except OSError as error:
            raise SubmissionError(f"{path.name} cannot be read: {error.strerror}.") from None

    return read


def _unzip(archive: zipfile.ZipFile, above: tuple[str, ...]) -> Iterator[_Entry]:
    """Go through a zip; nothing is unpacked to disk, and so no name can leave the folder."""
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise SubmissionError(f"The zip holds more than {MAX_ENTRIES} files.")
    for info in infos:
        parts = tuple(p for p in re.split(r"[/\\]", info.filename) if p not in {"", ".", ".."})
        if not parts or "__MACOSX" in parts:
            continue
        if info.is_dir():
            yield _Entry((*above, *parts))
        elif parts[-1].endswith((".py", ".zip", ".ipynb")):
            yield _Entry((*above, *parts), _unpacker(archive, info))
        else:
            yield _Entry((*above, *parts[:-1]) or ("",))


def _unpacker(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    name = info.filename.rpartition("/")[2]
    text: list[bytes | SubmissionError] = []
    try:
        _bound(name, info.file_size)
        with archive.open(info) as file:  # now: the archive is closed when the entry is used
            text.append(file.read(_most(name) + 1))
    except SubmissionError as error:
        text.append(error)
    except _DAMAGED:
        text.append(SubmissionError(f"{name} cannot be unpacked: its zip is damaged or locked."))

    def read() -> bytes:
        if isinstance(text[0], SubmissionError):
            raise text[0]
        _bound(name, len(text[0]))
        return text[0]

    return read


def _most(name: str) -> int:
    return MAX_ZIP_BYTES if name.endswith(".zip") else MAX_FILE_BYTES


def _bound(name: str, size: int) -> None:
    if size > _most(name):
        most = f"{_most(name) >> 20} MB"
        raise SubmissionError(
            f"{name} has {size / (1 << 20):.1f} MB; a file of this course has at most {most}."
        )


def _owner(entry: _Entry) -> tuple[str, _Entry]:
    """Find whose a file is: its top folder's, or the name that its own begins with."""
    match = _CANVAS.fullmatch(entry.name) if len(entry.parts) == 1 and entry.read else None
    if match is None:
        return entry.parts[0], entry
    student = match["student"]
    return student, _Entry((student, match["file"] + match["suffix"]), entry.read)


def _is_for(lab: Lab, entries: list[_Entry]) -> bool:
    """Tell whether a student's entries are a submission to this lab: stray files are none."""
    if all(len(entry.parts) == 1 and entry.read for entry in entries):
        return False
    folders = {part for entry in entries for part in entry.parts[1:2] if part in lab_ids()}
    return lab.id in folders or not folders


def _pick(lab: Lab, student: str, entries: list[_Entry]) -> Handed:
    """Take the lab's modules, each from the place nearest to the student's own folder."""
    own = [entry for entry in entries if lab.id in entry.parts[1:2]] or entries
    files = [entry for entry in [*own, *_inner_zips(own)] if entry.read]
    texts: dict[str, bytes] = {}
    missing: dict[str, str] = {}
    for module in lab.modules:
        found = [entry for entry in files if entry.name == f"{module}.py"]
        nearest = min(found, key=lambda entry: (len(entry.parts), entry.parts), default=None)
        if nearest is None or nearest.read is None:
            missing[module] = f"{module}.py is missing: it was not handed in."
            continue
        try:
            texts[module] = checked(f"{module}.py", nearest.read())
        except SubmissionError as error:
            missing[module] = str(error)
    return Handed(lab, student, texts, missing)


def _inner_zips(entries: list[_Entry]) -> Iterator[_Entry]:
    """Look into the zips that a student handed in; a damaged one holds nothing."""
    for entry in entries:
        if entry.read and entry.name.endswith(".zip"):
            try:
                with zipfile.ZipFile(io.BytesIO(entry.read())) as archive:
                    yield from list(_unzip(archive, entry.parts))
            except (zipfile.BadZipFile, SubmissionError):
                continue
