"""Intake of a class: who handed in what, in a folder or in the zip that a learning platform gives.

Four forms are known: nbgrader's `submitted/STUDENT/LAB/`, a folder a student, a zip of such folders
(Moodle), a zip of files whose names begin with the student's (Canvas). A student's own zip is looked
into. Only the lab's modules are read or unpacked; links are never followed, and sizes are bounded before.
"""

import io
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.check import Lab
from autograder.course import lab_ids
from autograder.submission import MAX_FILE_BYTES, Handed, SubmissionError, checked

__all__ = ["read_class", "read_folder"]

MAX_ZIP_BYTES = 32 << 20
"""What a student's own zips may hold together, packed; beyond it none is opened."""

MAX_OWN_ENTRIES = 20_000
"""Files of a student's own zip: each costs memory before it is looked at."""

MAX_ENTRIES = 200_000
"""Files of one class; beyond it the folder is a wrong one, or made to hurt."""

MAX_TOLD = 3

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
    with _entries(place) as entries:
        for entry in entries:
            student, own = _owner(entry)
            students.setdefault(student, []).append(own)
        handed = [
            _pick(lab, student, own)
            for student, own in sorted(students.items())
            if _is_for(lab, own)
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


@contextmanager
def _entries(place: Path) -> Iterator[Iterator[_Entry]]:
    """Open a folder or a zip; its entries can be read while it is open."""
    if place.is_dir():
        yield _walk(place, ())
        return
    if not place.exists():
        raise SubmissionError(f"There is no {place}. Give a folder or a zip with --submitted.")
    with place.open("rb") as file:
        try:
            archive = zipfile.ZipFile(file)
        except _DAMAGED:
            raise SubmissionError(
                f"{place} is neither a folder nor a zip that is whole. Give what your platform let "
                "you download."
            ) from None
        yield _unzip(archive, ())


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
    """Unpack when it is asked for: what nobody asks for costs no memory."""
    name = info.filename.rpartition("/")[2]

    def read() -> bytes:
        _bound(name, info.file_size)
        try:
            with archive.open(info) as file:
                text = file.read(_most(name) + 1)  # the size that a zip tells may be a lie
        except _DAMAGED:
            raise SubmissionError(
                f"{name} cannot be unpacked: its zip is damaged or locked."
            ) from None
        _bound(name, len(text))
        return text

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
    zipped, unopened = _inner_zips(own)
    files = [entry for entry in [*own, *zipped] if entry.read]
    texts: dict[str, bytes] = {}
    missing: dict[str, str] = {}
    aside: list[str] = []
    for module in lab.modules:
        found = [entry for entry in files if entry.name == f"{module}.py"]
        nearest = min(found, key=lambda entry: (len(entry.parts), entry.parts), default=None)
        if nearest is None or nearest.read is None:
            told = [f"{module}.py is missing: it was not handed in.", *unopened]
            missing[module] = " ".join(told)
            continue
        if len(found) > 1:
            path = "/".join(nearest.parts[1:])
            aside.append(f"{module}.py was handed in {len(found)} times. Graded is {path}.")
        try:
            texts[module] = checked(f"{module}.py", nearest.read())
        except SubmissionError as error:
            missing[module] = str(error)
    return Handed(lab, student, texts, missing, aside=tuple(aside))


def _inner_zips(entries: list[_Entry]) -> tuple[list[_Entry], list[str]]:
    """Look into the zips that a student handed in; say of each that cannot be opened why."""
    found: list[_Entry] = []
    unopened: list[str] = []
    left = MAX_ZIP_BYTES
    for entry in entries:
        if not (entry.read and entry.name.endswith(".zip")):
            continue
        try:
            data = entry.read()
            left -= len(data)
            found += _opened(entry, data, left)
        except SubmissionError as error:
            unopened.append(str(error))
    return found, unopened[:MAX_TOLD]


def _opened(entry: _Entry, data: bytes, left: int) -> list[_Entry]:
    if left < 0:
        raise SubmissionError(
            f"{entry.name} was not opened: a student's zips have at most {MAX_ZIP_BYTES >> 20} MB "
            "in all."
        )
    # Every entry has this mark in the directory, which is read whole as soon as a zip is opened.
    if data.count(b"PK\x01\x02") > MAX_OWN_ENTRIES:
        raise SubmissionError(
            f"{entry.name} was not opened: it holds more than {MAX_OWN_ENTRIES} files."
        )
    try:
        return list(_unzip(zipfile.ZipFile(io.BytesIO(data)), entry.parts))
    except _DAMAGED:
        raise SubmissionError(f"{entry.name} cannot be opened: it is damaged or no zip.") from None
