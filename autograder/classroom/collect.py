"""Collecting a class: what each person handed in, in a folder or in the zip of a learning platform.

`people` says whose a file is, `choose` which file is meant. Here is what lies between: folders and
archives are looked through in bounds, links are never followed, and only files that may be the lab's
are read or unpacked. What cannot be read is a sentence in its own person's report: the class goes on.
"""

import errno
import io
import os
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from autograder import text
from autograder.classroom import tars, zips
from autograder.classroom.choose import Candidate, Likeness, Reading, likeness, readings
from autograder.classroom.groups import Everybody
from autograder.classroom.kinds import Kind
from autograder.classroom.people import ARCHIVES, Parts, Person, Share, composed, is_hidden
from autograder.classroom.tree import Disk, Node, Packed, Read, is_zip, parts_of, unpacker
from autograder.course.catalogue import lab_ids
from autograder.course.lab import Lab
from autograder.course.stubs import holds_work, make_stub
from autograder.grading.submission import (
    MAX_FILE_BYTES,
    Submission,
    SubmissionError,
    UnreadableError,
    checked,
    read_file,
)
from autograder.storage import NotAFileError, TooLargeError, kind

__all__ = ["Class", "HandIn", "read_class", "read_folder"]

MAX_ARCHIVE_BYTES = 256 << 20
"""What a person's own archives may hold together, packed; beyond it none is opened. Who packs a whole
folder packs the environment in it as well, which has 30 to 150 MB; of these only modules are unpacked."""

MAX_ARCHIVES = 100
"""A person's own archives that are opened; those nearest to the person's folder come first."""

MAX_ENTRIES = 200_000
"""Files of one person that are looked at, and people of one class."""

MAX_DEPTH = 32
"""Folders within one another that are looked into, and a path that every system can open."""

MAX_WITHIN = 3
"""Archives within one another that are opened."""

MAX_FAILED = 10
"""Archives that cannot be unpacked, each of which may cost as much as one that can."""

MAX_CANDIDATES = 16
"""Files that may be one module, of which the nearest are read."""

STAMP_FILE = "timestamp.txt"
MAX_STAMP_BYTES = 100

MAX_SAID = 3
"""Sentences, and names of files, that one person's report has room for."""

MAX_STRAYS = 12
"""Files of nobody that are named."""

_WORK = (".py", ".ipynb", *ARCHIVES)
"""How names end of what may be somebody's work."""

_STAMP = re.compile(r"(20\d{12})_")
"""When a file came, as ILIAS writes it before the name."""

STUDENTS_OWN = {errno.ENAMETOOLONG, errno.ELOOP, errno.ENOENT, errno.ENOTDIR}
"""Why a folder cannot be looked into that somebody has made so; anything else is this machine's."""


@dataclass(frozen=True, slots=True)
class HandIn:
    """What one person handed in for a lab."""

    person: Person
    student: str
    """How the person is called in marks: the name, with the platform's number where two share it."""
    readings: tuple[Submission, ...]
    """One, or several if no sure sign says which of different files is meant."""
    places: tuple[str, ...] = ("",)
    """For each reading the files that make it another one."""
    unread: str = ""
    """What of it cannot be read here, so that there is no mark, and why; "" if all that counts was read."""
    oddities: tuple[Kind, ...] = ()
    """Why somebody should look at the files that were chosen."""
    handed_in: str = ""
    """When it came, as the platform writes it; "" if it does not."""
    is_late: bool = False
    """Whether the platform says so."""
    label: str = ""
    """What a file's name must begin with that the platform is to return to this person."""

    @property
    def first(self) -> Submission:
        """The reading with the files nearest to the top."""
        return self.readings[0]

    def called(self, student: str) -> "HandIn":
        """Return the same under another name."""
        readings = tuple(replace(each, student=student) for each in self.readings)
        return replace(self, student=student, readings=readings)


@dataclass(frozen=True, slots=True)
class Class:
    """All that was handed in for a lab."""

    hand_ins: tuple[HandIn, ...]
    """By student."""
    notes: tuple[str, ...]
    """What was decided for all, and what belongs to no student."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file somewhere below the place that is read."""

    parts: Parts
    read: Read
    likeness: Likeness | None = None
    attempt: str = ""

    @property
    def order(self) -> tuple[int, int, Parts]:
        """Nearest to the person's own folder first."""
        return len(self.parts), self.likeness or 0, self.parts


class _Files:
    """What one person's files come to, as far as it matters to a lab; all else costs no memory."""

    def __init__(self, lab: Lab, person: Person) -> None:
        self.lab = lab
        self.person = person
        self.left = MAX_ENTRIES
        self.maybe: dict[str, list[_Entry]] = {module: [] for module in lab.modules}
        self.archives: list[_Entry] = []
        self.instead: list[str] = []
        """The first few other files."""
        self.odd: dict[str, str] = {}
        """Why a module is not there, where something else has its name."""
        self.labs: set[str] = set()
        """The labs that have a folder."""
        self.notes: list[str] = []
        self.unread: list[str] = []
        """What this machine does not let us read, where a module may be."""
        self.stamp: Read | None = None
        """The file in which nbgrader keeps when it was handed in."""
        self.is_late = False
        self.label = ""
        self.is_doubtful = False
        """Whether several people's work may be in it, so that no sign says which file is meant."""
        self.tops: list[tuple[Path, str]] = []
        """Folders on the disk that have not been gone through yet, and which attempt each is."""

    def note(self, sentence: str) -> None:
        """Keep the first few sentences about what was not looked at."""
        if len(self.notes) < MAX_SAID and sentence not in self.notes:
            self.notes.append(sentence)

    def cannot_read(self, what: str, why: object) -> str:
        """Keep the first few sentences about what is there and cannot be read here."""
        sentence = f"{what} cannot be read here: {why}."
        if len(self.unread) < MAX_SAID and sentence not in self.unread:
            self.unread.append(sentence)
        return sentence

    def add(self, parts: Parts, read: Read | None, attempt: str = "") -> None:
        """Take note of a file, or of a folder, which cannot be read."""
        parts = tuple(map(composed, parts))
        self.labs.update(part.lower() for part in parts if part.lower() in lab_ids())
        for module in self.maybe:
            if f"{module}.py" in (parts if read is None else parts[:-1]):
                self.odd[module] = f"{module}.py is a folder. Put the file itself there."
        if read is None or self._is_nothing(parts, read):
            return
        name, is_known = parts[-1], False
        stamp = _STAMP.match(name)
        attempt = attempt or (stamp[1] if stamp else "")
        for module, found in self.maybe.items():
            if (how := likeness(name, module)) is not None:
                is_known = True
                found.append(_Entry(parts, read, how, attempt))
                if len(found) > 2 * MAX_CANDIDATES:
                    _leave(found, MAX_CANDIDATES)
        if name.lower().endswith(ARCHIVES):
            self.archives.append(_Entry(parts, read, attempt=attempt))
            if len(self.archives) > 2 * MAX_ARCHIVES:
                self._leave_archives()
        elif not is_known:
            self._see(name)

    def _see(self, name: str) -> None:
        """Keep the first few names of what is there instead."""
        if len(self.instead) < MAX_SAID:
            self.instead.append(name)

    def _is_nothing(self, parts: Parts, read: Read) -> bool:
        """Return whether systems or platforms put a file there; of nbgrader's it takes note."""
        is_stamp = parts[-1:] == (STAMP_FILE,) and parts[:-1] in {(), (self.lab.id,)}
        if is_stamp:
            self.stamp = read
        is_hid = parts != () and is_hidden(parts[-1])
        if is_hid and _is_unfinished(parts[-1], self.maybe):
            self._see(parts[-1])
        return is_stamp or not parts or is_hid or "__MACOSX" in parts

    def is_for_lab(self) -> bool:
        """Say whether it is a submission to this lab: one with folders of other labs only is not."""
        return self.lab.id in self.labs or not self.labs or any(self.maybe.values())

    def hand_in(self) -> HandIn:
        """Read what may be the lab's modules, and choose."""
        self._look_into_archives()
        missing: dict[str, str] = {}
        candidates = [c for module in self.maybe for c in self._candidates(module, missing)]
        ways = readings(
            self.lab, candidates, lambda c: not self.is_doubtful and _is_stub(self.lab, c)
        )
        lacks = bool(missing) or any(len(way.chosen) < len(self.maybe) for way in ways)
        if not lacks:
            for sentence in self.unread:
                self.note(sentence)
        handed = tuple(self._submission(way, missing) for way in ways)
        unread = " ".join(self.unread) if lacks else ""
        places, oddities = tuple(_places(ways)), ways[0].oddities
        stamps = [chosen.attempt for way in ways for chosen in way.chosen.values()]
        when = max(filter(None, stamps), default="") or self._stamp()
        return HandIn(
            self.person,
            self.person.name,
            handed,
            places,
            unread,
            oddities,
            when,
            self.is_late,
            self.label,
        )

    def _stamp(self) -> str:
        """Read when nbgrader says that it was handed in."""
        try:
            return self.stamp(MAX_STAMP_BYTES).decode().strip() if self.stamp else ""
        except (SubmissionError, UnicodeDecodeError):
            return ""

    def _candidates(self, module: str, missing: dict[str, str]) -> Iterator[Candidate]:
        """Read what may be a module; where the nearest cannot be read, say why."""
        found = self.maybe[module]
        _leave(found, MAX_CANDIDATES)
        for entry in found:
            try:
                data = checked(entry.parts[-1], entry.read(MAX_FILE_BYTES))
            except UnreadableError as error:
                missing.setdefault(module, self.cannot_read(error.name, error.why))
                continue
            except SubmissionError as error:
                missing.setdefault(module, str(error))
                continue
            likeness = entry.likeness or Likeness.EXACT
            yield Candidate(module, entry.parts, likeness, data, entry.attempt)

    def _submission(self, way: Reading, unread: dict[str, str]) -> Submission:
        texts = {module: chosen.content for module, chosen in way.chosen.items()}
        lacking = [module for module in self.lab.modules if module not in texts]
        missing = {module: unread.get(module) or self._why_missing(module) for module in lacking}
        notes = [*self.notes, *way.notes]
        if (first := next((m for m in lacking if m not in unread), None)) is not None:
            missing[first] = " ".join([missing[first], *self.notes])  # said there, and once
            notes = [*way.notes]
        shown = tuple(map(text.clean, notes))
        return Submission(self.lab, texts, missing, self.person.name, notes=shown)

    def _why_missing(self, module: str) -> str:
        """Say why a module is missing, and what is there."""
        if module in self.odd:
            return self.odd[module]
        if self.unread:
            return " ".join([f"{module}.py was not found.", *self.unread])
        there = [f"There is {_some(self.instead)}."] if self.instead else []
        return " ".join([f"{module}.py is missing: it was not handed in.", *there])

    def _leave_archives(self) -> None:
        """Leave of many archives the nearest."""
        if _leave(self.archives, MAX_ARCHIVES):
            self.note(f"There are more than {MAX_ARCHIVES} archives; not all were opened.")

    def _look_into_archives(self) -> None:
        """Look into the archives that a person handed in; note of each that cannot be opened why."""
        left, failed = MAX_ARCHIVE_BYTES, 0
        for within in range(1, MAX_WITHIN + 1):
            self._leave_archives()
            here, self.archives = self.archives, []
            for entry in here:
                name = text.named(entry.parts[-1])
                try:
                    data = entry.read(left)
                    left -= len(data)
                    self._unpack(entry, data)
                except zips.ZipError:
                    self.note(f"{name} cannot be opened: it is damaged, or not a zip.")
                    failed += 1
                except tars.TarError as error:
                    self.note(f"{name} cannot be opened: {error}.")
                    failed += 1
                except UnreadableError as error:
                    self.cannot_read(error.name, error.why)
                    failed += 1
                except SubmissionError as error:
                    too_large = isinstance(error.__cause__, TooLargeError)
                    most = f"a student's archives have at most {MAX_ARCHIVE_BYTES >> 20} MB in all"
                    self.note(f"{name} was not opened: {most}." if too_large else str(error))
                    failed += not too_large
                if failed >= MAX_FAILED:
                    self.note("So many archives are damaged that the others were not opened.")
                    return
            if within == MAX_WITHIN:
                for entry in self.archives:
                    name = text.named(entry.parts[-1])
                    self.note(f"{name} was not opened: archives are opened {MAX_WITHIN} deep.")

    def _unpack(self, archive: _Entry, data: bytes) -> None:
        """Take note of what an archive holds."""
        name = archive.parts[-1]
        inner = zips.entries(io.BytesIO(data)) if is_zip(name, data) else tars.entries(name, data)
        for entry in inner:
            parts = parts_of(entry)
            self.left -= 1
            if self.left < 0:
                most = f"there are more than {MAX_ENTRIES} files"
                self.note(f"{text.named(name)} was not looked through: {most}.")
                return
            if parts:
                read = None if entry.is_folder else unpacker(entry)
                self.add((*archive.parts, *parts), read, archive.attempt)

    def walk(self, top: Path, attempt: str = "") -> None:
        """Go through a folder, what is near first; links are named, never followed."""
        waiting: deque[tuple[Path, Parts]] = deque([(top, ())])
        while waiting:
            folder, parts = waiting.popleft()
            try:
                inner = self._list(folder, parts, attempt)
            except OSError as error:
                name, why = f"The folder {text.named(folder.name)}", error.strerror or error
                if error.errno in STUDENTS_OWN:
                    self.note(f"{name} cannot be looked into: {why}.")
                else:
                    self.cannot_read(name, why)
                continue
            if not parts and self.lab.id in inner:
                beside = [name for name in inner if name.lower() not in lab_ids()]
                inner = [self.lab.id, *beside]  # the lab's own folder first, no other lab's
            if len(parts) >= MAX_DEPTH and inner:
                self.note(f"Folders were looked into {MAX_DEPTH} deep, and there are more.")
                continue
            waiting.extend((folder / name, (*parts, name)) for name in inner)

    def _list(self, folder: Path, parts: Parts, attempt: str) -> list[str]:
        """Take note of what one folder holds; return the folders in it, or none if there is a flood."""
        self.add(parts, None)
        folders = []
        with os.scandir(folder) as listed:
            for found in listed:
                self.left -= 1
                if self.left < 0:
                    self.note(f"There are more than {MAX_ENTRIES} files; not all were looked at.")
                    return self._look_for_modules(folder, parts, attempt)
                if found.is_dir(follow_symlinks=False):
                    folders.append(found.name)
                    self.labs.update({found.name.lower()} & set(lab_ids()))
                    continue
                if not parts and found.name == self.lab.id:
                    odd = kind(found.stat(follow_symlinks=False).st_mode)
                    self.note(f"{self.lab.id} is {odd}. Put the folder itself there.")
                    continue
                self.add((*parts, found.name), _reader(folder / found.name), attempt)
        return folders

    def _look_for_modules(self, folder: Path, parts: Parts, attempt: str) -> list[str]:
        """Find what counts in a folder that has too many files to be gone through."""
        for module, found in self.maybe.items():
            path = (*parts, f"{module}.py")
            if path not in [entry.parts for entry in found] and os.path.lexists(folder / path[-1]):
                self.add(path, _reader(folder / path[-1]), attempt)
        own = folder / self.lab.id
        if parts or own.is_symlink() or not own.is_dir():
            return []
        self.labs.add(self.lab.id)
        return [self.lab.id]


def _is_unfinished(name: str, modules: Iterable[str]) -> bool:
    """Return whether a file is not the module itself: a link to it, a lock, a download that broke off."""
    is_macs = name.startswith("._")
    return not is_macs and any(f"{module}.py." in name.lower() for module in modules)


def _some(names: Sequence[str]) -> str:
    """Name the first few."""
    return text.listed([*map(text.named, names)], MAX_SAID)


def _places(ways: Sequence[Reading]) -> Iterator[str]:
    """Name the files of each reading: of several readings those that not all share."""
    for way in ways:
        shared = len(ways) > 1
        own = [
            c.path
            for m, c in way.chosen.items()
            if not shared or any(w.chosen[m] != c for w in ways)
        ]
        yield text.listed(own)


def _leave(entries: list[_Entry], most: int) -> bool:
    """Leave the nearest, in order; say whether any went."""
    entries.sort(key=lambda each: each.order)
    went = len(entries) > most
    del entries[most:]
    return went


def _is_stub(lab: Lab, candidate: Candidate) -> bool:
    """Return whether nothing is written in a file yet, whichever release and editor it comes from."""
    text = candidate.content.decode("utf-8", "replace")
    return not holds_work(text, _stub(lab, candidate.module))


@cache
def _stub(lab: Lab, module: str) -> str:
    return make_stub(lab, module)


class _People(dict[Person, _Files]):
    """The people of a class, and what is theirs."""

    def __init__(self, lab: Lab, place: Path) -> None:
        """Find out who is in a folder or a zip.

        Raises: SubmissionError.
        """
        super().__init__()
        self.lab = lab
        self.place = place
        if not place.exists():
            raise SubmissionError(
                f"There is no folder or archive {place}. Give one with --submitted."
            )
        self.everybody = Everybody(lab)
        try:
            self.everybody.look_through(Disk(place.resolve(), is_folder=place.is_dir()))
        except (zips.ZipError, NotAFileError):
            raise SubmissionError(
                f"{place} is neither a folder nor a zip that is whole. Give what your platform let "
                "you download."
            ) from None
        except tars.TarError as error:
            raise SubmissionError(
                f"{place} cannot be opened: {error}. Unpack it, and give the folder."
            ) from None
        if len(self.everybody.shares) > MAX_ENTRIES:
            raise SubmissionError(f"{place} holds more than {MAX_ENTRIES} files.")
        groups: dict[Person, set[Parts]] = {}
        for _, share, group in self.everybody.shares:
            groups.setdefault(share.person, set()).add(group)
        for node, share, group in self.everybody.shares:
            self._take(node, share, group if len(groups[share.person]) > 1 else ())

    def _take(self, node: Node, share: Share, group: Parts) -> None:
        """Take in a person's thing; what lies in it is read later.

        The group is the beginning of its path where the person has things in several.
        """
        files = self.setdefault(share.person, _Files(self.lab, share.person))
        if share.assignment in lab_ids():
            files.labs.add(share.assignment)
            if share.assignment != self.lab.id:
                return
        files.is_late |= share.is_late
        files.is_doubtful |= node.name in self.everybody.doubtful
        files.label = files.label or share.label
        if isinstance(node, Packed):
            for parts, read in node.below():
                own = (share.file,) if share.file else parts
                files.add((*group, *own), read, share.attempt)
        elif isinstance(node, Disk) and not node.is_folder:
            files.add((*group, share.file or node.name), node.read, share.attempt)
        elif isinstance(node, Disk) and node.is_link:
            files.note(f"{text.named(node.name)} is a link. Put the folder itself there.")
        elif isinstance(node, Disk):
            files.tops.append((node.path, share.attempt))

    def notes(self) -> Iterator[str]:
        """Say what was decided for all, and what belongs to no student."""
        found = self.everybody
        if len(found.groups) == 1:
            folder = text.named("/".join(found.groups[0]))
            yield f"The students were looked for in {folder}, which lies around everything."
        elif found.groups:
            folders = ["/".join(group) for group in found.groups]
            yield f"The students were looked for in {_some(folders)}."
        for name in found.doubtful:
            yield (
                f"{text.named(name)} looks like several students', and lies beside others: it counts as "
                "one student. Give it alone with --submitted."
            )
        if found.strays:
            names = sorted(found.strays, key=lambda name: (not name.lower().endswith(_WORK), name))
            strays = text.listed([*map(text.named, names)], MAX_STRAYS)
            yield f"Belongs to no student, and not graded: {strays}."


def _reader(path: Path) -> Read:
    return lambda most: read_file(path, most)


def read_class(lab: Lab, place: Path) -> Class:
    """Read all that was handed in for a lab, ordered by student.

    Raises: SubmissionError if the place is neither a folder nor a zip, or holds no submission.
    """
    people = _People(lab, place)
    read = [_read(files) for files in people.values()]
    notes = list(people.notes())
    pairs = zip(people.values(), read, strict=True)
    others = sorted(files.person.name for files, one in pairs if one is None)
    hand_ins = [one for one in read if one is not None]
    if not hand_ins:
        raise SubmissionError(
            f"Nobody handed in {lab.id} in {place}. Known are: a folder for each student, with "
            f"{' and '.join(f'{m}.py' for m in lab.modules)} in it or in its folder {lab.id}; a zip of "
            "such folders; and what Moodle, Canvas, Blackboard, Brightspace, Gradescope and ILIAS let you download."
        )
    if others:
        notes.append(f"With folders of other labs only: {_some(others)}.")
    return Class(_named_apart(hand_ins), tuple(notes))


def _named_apart(hand_ins: list[HandIn]) -> tuple[HandIn, ...]:
    """Call people who share a name by number or group as well, and order all by student."""
    shared = Counter(one.person.name for one in hand_ins)

    def named(one: HandIn) -> HandIn:
        which = one.person.platform_id or one.person.group
        return one.called(f"{one.student} ({which})") if shared[one.student] > 1 and which else one

    return tuple(sorted(map(named, hand_ins), key=lambda one: one.student))


def read_folder(lab: Lab, name: str, folder: Path) -> HandIn:
    """Read one student's folder by the same rules."""
    files = _Files(lab, Person(name))
    files.tops.append((folder, ""))
    return _read(files, always=True) or HandIn(files.person, name, (Submission(lab, {}, {}, name),))


def _read(files: _Files, *, always: bool = False) -> HandIn | None:
    """Read what one person handed in; None if that is not for the lab. It never fails."""
    try:
        for top, attempt in files.tops:
            files.walk(top, attempt)
        return files.hand_in() if always or files.is_for_lab() else None
    except Exception as error:  # noqa: BLE001  whatever somebody may hand in, the others are read
        why = text.named(error) or type(error).__name__
        said = {
            m: f"{m}.py cannot be graded: reading it failed ({why})." for m in files.lab.modules
        }
        handed = Submission(files.lab, {}, said, files.person.name, notes=tuple(said.values())[:1])
        unread = next(iter(said.values())) if isinstance(error, OSError) else ""
        return HandIn(files.person, files.person.name, (handed,), unread=unread)
