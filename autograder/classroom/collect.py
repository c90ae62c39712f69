"""Intake of a class: who handed in what, in a folder or in the zip that a learning platform gives.

Four forms are known: nbgrader's `submitted/STUDENT/LAB/`, a folder a student, a zip of such folders
(Moodle), a zip of files whose names begin with the student's (Canvas). A student's own zip is looked
into. Only the lab's modules are read or unpacked; links are never followed. What one student's things
cost is bounded, and what cannot be read is a sentence in that student's mark: the class goes on.
"""

import io
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from autograder import text
from autograder.classroom import zips
from autograder.course.catalogue import lab_ids
from autograder.course.lab import Lab
from autograder.grading.submission import (
    MAX_FILE_BYTES,
    Submission,
    SubmissionError,
    checked,
    read_file,
)
from autograder.storage import TooLargeError, kind

__all__ = ["read_class", "read_folder"]

MAX_ZIP_BYTES = 32 << 20
"""What a student's own zips may hold together, packed; beyond it none is opened."""

MAX_ZIPS = 100
"""A student's own zips that are opened; those nearest to the student's folder come first."""

MAX_ENTRIES = 200_000
"""Files of one student that are looked at, and students of one class."""

MAX_DEPTH = 32
"""Folders within one another that are looked into, and a path that every system can open."""

MAX_FAILED = 10
"""Zips that cannot be unpacked, each of which may cost as much as one that can."""

MAX_TOLD = 3

_CANVAS = re.compile(
    r"(?P<student>[^_]+)_(?:LATE_)?\d+_\d+_(?P<file>.+?)(?:-\d+)?(?P<suffix>\.\w+)"
)

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file somewhere below the place that is read."""

    parts: Parts
    read: Callable[[int], bytes]
    """Read at most so many bytes. Raises: SubmissionError."""

    @property
    def order(self) -> tuple[int, Parts]:
        """Nearest to the student's own folder first."""
        return len(self.parts), self.parts


@dataclass(slots=True)
class _Tier:
    """What counts among a student's files: in the lab's own folder, or anywhere if there is none."""

    nearest: dict[str, _Entry] = field(default_factory=dict)
    """By module."""
    counts: dict[str, int] = field(default_factory=dict)
    odd: dict[str, str] = field(default_factory=dict)
    """Why a module is none, where something else has its name."""
    zips: list[_Entry] = field(default_factory=list)


class _Student:
    """What one student has handed in, as far as it matters to a lab; all else costs no memory."""

    def __init__(self, lab: Lab, name: str) -> None:
        self.lab = lab
        self.name = name
        self.modules = {f"{module}.py": module for module in lab.modules}
        self.left = MAX_ENTRIES
        self.tiers = {True: _Tier(), False: _Tier()}
        self.labs: set[str] = set()
        """The labs that have a folder."""
        self.stray = True
        """Whether all that was seen lies beside the students' folders."""
        self.notes: list[str] = []
        self.top: Path | None = None
        """The student's folder on the disk, if it has not been gone through yet."""

    def note(self, sentence: str) -> None:
        """Keep the first few sentences about what was not looked at."""
        if len(self.notes) < MAX_TOLD and sentence not in self.notes:
            self.notes.append(sentence)

    def add(self, parts: Parts, read: Callable[[int], bytes] | None) -> None:
        """Take note of a file, or of a folder, which cannot be read."""
        if "__MACOSX" in parts:
            return
        self.stray = self.stray and len(parts) == 1 and read is not None
        self.labs.update(part for part in parts[1:2] if part in lab_ids())
        tier = self.tiers[self.lab.id in parts[1:2]]
        for part in self.modules.keys() & set(parts[1:] if read is None else parts[1:-1]):
            tier.odd[self.modules[part]] = f"{part} is a folder. Put the file itself there."
        module, _, suffix = parts[-1].rpartition(".")
        if parts[-1] in self.modules and read is not None:
            tier.counts[module] = tier.counts.get(module, 0) + 1
            entry = _Entry(parts, read)
            before = tier.nearest.setdefault(module, entry)
            tier.nearest[module] = min(entry, before, key=lambda each: each.order)
        elif suffix.lower() == "zip" and read is not None:
            tier.zips.append(_Entry(parts, read))
            if len(tier.zips) > 2 * MAX_ZIPS:
                self._leave_zips(tier)

    def has_for_lab(self) -> bool:
        """Tell whether it is a submission to this lab: stray files are none."""
        return not self.stray and (self.lab.id in self.labs or not self.labs)

    def pick(self) -> Submission:
        """Take the lab's modules, each from the place nearest to the student's own folder."""
        own = self.tiers[self.lab.id in self.labs]
        self._look_into_zips(own)
        texts: dict[str, bytes] = {}
        missing: dict[str, str] = {}
        notes = list(self.notes)
        for module in self.lab.modules:
            nearest = own.nearest.get(module)
            if nearest is None:
                told = own.odd.get(module, f"{module}.py is missing: it was not handed in.")
                missing[module] = " ".join([told, *self.notes])
                continue
            if own.counts[module] > 1:
                path = text.named("/".join(nearest.parts[1:]))
                times = f"{own.counts[module]} times"
                notes.append(f"{module}.py was handed in {times}. Graded is {path}.")
            try:
                texts[module] = checked(f"{module}.py", nearest.read(MAX_FILE_BYTES))
            except SubmissionError as error:
                missing[module] = str(error)
        return Submission(self.lab, texts, missing, self.name, notes=tuple(notes))

    def _leave_zips(self, tier: _Tier) -> None:
        """Leave of many zips the nearest."""
        tier.zips.sort(key=lambda each: each.order)
        if len(tier.zips) > MAX_ZIPS:
            del tier.zips[MAX_ZIPS:]
            self.note(f"There are more than {MAX_ZIPS} zips; not all were opened.")

    def _look_into_zips(self, own: _Tier) -> None:
        """Look into the zips that a student handed in; note of each that cannot be opened why."""
        self._leave_zips(own)
        left, failed = MAX_ZIP_BYTES, 0
        for entry in tuple(own.zips):
            name = text.named(entry.parts[-1])
            try:
                data = entry.read(left)
                left -= len(data)
                self._unzip(entry, io.BytesIO(data))
            except zips.ZipError:
                self.note(f"{name} cannot be opened: it is damaged or no zip.")
            except SubmissionError as error:
                too_large = isinstance(error.__cause__, TooLargeError)
                most = f"a student's zips have at most {MAX_ZIP_BYTES >> 20} MB in all"
                self.note(f"{name} was not opened: {most}." if too_large else str(error))
                failed += not too_large
            if failed == MAX_FAILED:
                self.note("So many zips are damaged that the others were not opened.")
                return

    def _unzip(self, entry: _Entry, data: io.BytesIO) -> None:
        for inner in zips.entries(data):
            parts = _parts(inner)
            self.left -= 1
            if self.left < 0:
                name = text.named(entry.parts[-1])
                self.note(
                    f"{name} was not looked through: there are more than {MAX_ENTRIES} files."
                )
                return
            if parts and parts[-1].lower().endswith(".zip") and not inner.is_folder:
                self.note(f"{text.named(parts[-1])} was not opened: it is a zip within a zip.")
            elif parts:
                self.add((*entry.parts, *parts), None if inner.is_folder else _unpacker(inner))

    def walk(self, top: Path) -> None:
        """Go through the student's folder, what is near first; links are told, never followed."""
        waiting: deque[tuple[Path, Parts]] = deque([(top, (self.name,))])
        while waiting:
            folder, parts = waiting.popleft()
            try:
                inner = self._list(folder, parts)
            except OSError as error:
                name = text.named(parts[-1])
                self.note(f"The folder {name} cannot be looked into: {error.strerror or error}.")
                continue
            if len(parts) == 1 and self.lab.id in inner:
                inner = [self.lab.id]  # what lies beside the lab's folder does not count
            if len(parts) > MAX_DEPTH and inner:
                self.note(f"Folders were looked into {MAX_DEPTH} deep, and there are more.")
                continue
            waiting.extend((folder / name, (*parts, name)) for name in inner)

    def _list(self, folder: Path, parts: Parts) -> list[str]:
        """Take note of what one folder holds; return the folders in it, or none if there is a flood."""
        self.add(parts, None)
        folders = []
        with os.scandir(folder) as listed:
            for found in listed:
                self.left -= 1
                if self.left < 0:
                    self.note(f"There are more than {MAX_ENTRIES} files; not all were looked at.")
                    return self._look_for_modules(folder, parts)
                if found.is_dir(follow_symlinks=False):
                    folders.append(found.name)
                    if len(parts) == 1:
                        self.labs.update({found.name} & set(lab_ids()))
                    continue
                if len(parts) == 1 and found.name == self.lab.id:
                    odd = kind(found.stat(follow_symlinks=False).st_mode)
                    self.note(f"{self.lab.id} is {odd}. Put the folder itself there.")
                self.add((*parts, found.name), _reader(folder / found.name))
        return folders

    def _look_for_modules(self, folder: Path, parts: Parts) -> list[str]:
        """Find what counts in a folder that has too many files to be gone through."""
        known = [entry.parts for tier in self.tiers.values() for entry in tier.nearest.values()]
        for name in self.modules:
            if (*parts, name) not in known and os.path.lexists(folder / name):
                self.add((*parts, name), _reader(folder / name))
        own = folder / self.lab.id
        if len(parts) > 1 or own.is_symlink() or not own.is_dir():
            return []
        self.labs.add(self.lab.id)
        return [self.lab.id]


class _Class(dict[str, _Student]):
    """The students of a class by name, as their files tell them apart."""

    def __init__(self, lab: Lab, place: Path) -> None:
        super().__init__()
        self.lab = lab
        self.place = place

    def owner(self, parts: Parts, *, is_file: bool) -> tuple[_Student, Parts]:
        """Find whose a file is: its top folder's, or the name that its own begins with."""
        match = _CANVAS.fullmatch(parts[0]) if len(parts) == 1 and is_file else None
        if match is not None:
            parts = (match["student"], match["file"] + match["suffix"])
        student = self.get(parts[0]) or self.setdefault(parts[0], _Student(self.lab, parts[0]))
        if len(self) > MAX_ENTRIES:
            raise SubmissionError(f"{self.place} holds more than {MAX_ENTRIES} files.")
        return student, parts

    def list_folder(self) -> None:
        """Take in the folders of a class, each of which is gone through later, and files beside."""
        with os.scandir(self.place) as listed:
            inside = list(listed)
        for found in inside:
            path = self.place / found.name
            is_folder = found.is_dir(follow_symlinks=False)
            student, parts = self.owner((found.name,), is_file=not is_folder)
            if is_folder:
                student.top = path
            elif found.is_symlink() and path.is_dir():
                student.add(parts, None)
                student.note(f"{text.named(found.name)} is a link. Put the folder itself there.")
            else:
                student.add(parts, _reader(path))

    def list_zip(self, entries: Iterable[zips.ZipEntry]) -> None:
        """Take in what a class's zip holds; nothing is unpacked yet."""
        for entry in entries:
            if parts := _parts(entry):
                student, parts = self.owner(parts, is_file=not entry.is_folder)
                student.add(parts, None if entry.is_folder else _unpacker(entry))


@contextmanager
def _students(lab: Lab, place: Path) -> Iterator[_Class]:
    """Open a folder or a zip, and tell its students apart; files can be read while it is open."""
    students = _Class(lab, place)
    if place.is_dir():
        students.list_folder()
        yield students
        return
    if not place.exists():
        raise SubmissionError(f"There is no {place}. Give a folder or a zip with --submitted.")
    with place.open("rb") as file:
        try:
            students.list_zip(zips.entries(file))
        except zips.ZipError:
            raise SubmissionError(
                f"{place} is neither a folder nor a zip that is whole. Give what your platform let "
                "you download."
            ) from None
        yield students


def _parts(entry: zips.ZipEntry) -> Parts:
    """Take a path apart; nothing is unpacked to the disk, and so no name can leave the folder."""
    return tuple(part for part in re.split(r"[/\\]", entry.name) if part not in {"", ".", ".."})


def _reader(path: Path) -> Callable[[int], bytes]:
    return lambda most: read_file(path, most)


def _unpacker(entry: zips.ZipEntry) -> Callable[[int], bytes]:
    """Unpack when it is asked for: what nobody asks for costs no memory."""

    def read(most: int) -> bytes:
        try:
            return entry.read(most)
        except TooLargeError as error:
            raise SubmissionError(str(error)) from error
        except Exception:  # noqa: BLE001  a damaged zip leads to errors of every kind
            name = text.named(_parts(entry)[-1])
            told = f"{name} cannot be unpacked: its zip is damaged or locked."
            raise SubmissionError(told) from None

    return read


def read_class(lab: Lab, place: Path) -> list[Submission]:
    """Read all that was handed in for a lab, ordered by student.

    Raises: SubmissionError if the place is neither a folder nor a zip, or holds no submission.
    """
    with _students(lab, place) as students:
        read = (_read(students.pop(name)) for name in sorted(students))
        handed = [one for one in read if one is not None]
    if not handed:
        raise SubmissionError(
            f"Nobody handed in {lab.id} in {place}. Expected is a folder for each student, with "
            f"{' and '.join(f'{m}.py' for m in lab.modules)} in it or in its folder {lab.id}, "
            f"or a zip of such folders."
        )
    return handed


def read_folder(lab: Lab, name: str, folder: Path) -> Submission:
    """Read one student's folder by the same rules."""
    student = _Student(lab, name)
    student.top, student.stray = folder, False
    return _read(student, always=True) or Submission(lab, {}, student=name)


def _read(student: _Student, *, always: bool = False) -> Submission | None:
    """Read what one student handed in; None if that is not for the lab. It never fails."""
    try:
        if student.top is not None:
            student.walk(student.top)
        return student.pick() if always or student.has_for_lab() else None
    except Exception as error:  # noqa: BLE001  whatever somebody may hand in, the others are read
        why = text.named(error) or type(error).__name__
        told = {
            m: f"{m}.py cannot be graded: reading it failed ({why})." for m in student.lab.modules
        }
        return Submission(student.lab, {}, told, student.name, notes=tuple(told.values())[:1])
