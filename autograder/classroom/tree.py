"""A class's files as a tree: folders on the disk, and archives, which are looked into as folders are.

Nothing is unpacked before it is asked for, no link is followed, and no file stays open.
"""

import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, BinaryIO, Protocol, cast

from autograder import text
from autograder.classroom import tars, zips
from autograder.classroom.people import Parts
from autograder.grading.submission import SubmissionError, read_file
from autograder.storage import TooLargeError, open_regular

__all__ = ["Disk", "Node", "Packed", "Read", "is_zip", "parts_of", "unpacker"]

MAX_PEEKED_BYTES = 64 << 20
"""The largest zip within a zip that is looked into for people."""

BEGINNING = 512
"""Bytes that show what an archive is."""

Read = Callable[[int], bytes]
"""Reads at most so many bytes. Raises: SubmissionError."""


class Node(Protocol):
    """A file, a folder or a zip."""

    name: str
    is_folder: bool
    """Whether it is a folder, or a link to one."""

    def inner(self) -> Sequence["Node"]:
        """List what lies in it.

        Raises: OSError, ValueError, zips.ZipError, tars.TarError, SubmissionError.
        """

    def read(self, most: int) -> bytes:
        """Read a file of at most so many bytes.

        Raises: SubmissionError.
        """


class Disk:
    """Something on the disk."""

    def __init__(self, path: Path, *, is_folder: bool, is_link: bool = False) -> None:
        self.path = path
        self.name = path.name
        self.is_folder = is_folder
        self.is_link = is_link

    def inner(self) -> Sequence[Node]:
        """List what lies in a folder or an archive."""
        if self.is_link:
            return []
        if not self.is_folder:
            with open_regular(self.path) as opened:
                begin = opened.read(BEGINNING)
            if not is_zip(self.name, begin):
                return _listed(tars.entries(self.name, self.read(tars.MAX_UNPACKED_BYTES)))
            file = _Reopened(self.path)
            try:
                return _listed(zips.entries(cast("IO[bytes]", file)))
            finally:
                file.rest()
        with os.scandir(self.path) as listed:
            return [
                Disk(
                    self.path / found.name,
                    is_folder=_leads_to_folder(found),
                    is_link=found.is_symlink(),
                )
                for found in listed
            ]

    def read(self, most: int) -> bytes:
        """Read a file."""
        return read_file(self.path, most)


def _leads_to_folder(found: os.DirEntry[str]) -> bool:
    """Return whether something is a folder, or a link to one or to what is hidden from us."""
    try:
        return found.is_dir()
    except OSError:
        return found.is_symlink()


Entry = zips.ZipEntry | tars.TarEntry
Entries = Sequence[tuple[Parts, Entry]]


class Packed:
    """Something in a zip: all entries at its place and below."""

    def __init__(self, name: str, entries: Entries, depth: int) -> None:
        self.name = name
        self.entries = entries
        self.depth = depth
        self.is_folder = any(len(parts) > depth or entry.is_folder for parts, entry in entries)

    def inner(self) -> Sequence[Node]:
        """List what lies in a folder or a zip."""
        if self.is_folder:
            return _grouped(self.entries, self.depth)
        return _listed(zips.entries(io.BytesIO(self.read(MAX_PEEKED_BYTES))))

    def read(self, most: int) -> bytes:
        """Read a file."""
        _, entry = self.entries[0]
        return unpacker(entry)(most)

    def below(self) -> Iterator[tuple[Parts, Read | None]]:
        """List all files and folders at its place and below, by their paths from there."""
        for parts, entry in self.entries:
            yield parts[self.depth :], None if entry.is_folder else unpacker(entry)


def _listed(entries: Iterable[Entry]) -> Sequence[Node]:
    return _grouped([(parts, entry) for entry in entries if (parts := parts_of(entry))], 0)


def _grouped(entries: Entries, depth: int) -> Sequence[Node]:
    """Put together what lies at one name, which is what a folder holds."""
    beside: dict[str, list[tuple[Parts, Entry]]] = {}
    for parts, entry in entries:
        if len(parts) > depth:
            beside.setdefault(parts[depth], []).append((parts, entry))
    return [Packed(name, here, depth + 1) for name, here in beside.items()]


class _Reopened:
    """A file that is opened when it is used; a class of zips keeps none of them open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def _open(self) -> BinaryIO:
        if self._file is None:
            self._file = open_regular(self._path)
        return self._file

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, as a file does."""
        return self._open().seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        """Read, as a file does."""
        return self._open().read(size)

    def rest(self) -> None:
        """Close it until it is used again."""
        if self._file is not None:
            self._file.close()
            self._file = None


def is_zip(name: str, begin: bytes) -> bool:
    """Say whether an archive is a zip: by how it begins, for people rename archives, then by its name."""
    is_other = name.lower().endswith(tars.ENDINGS) or tars.is_known(begin)
    return begin.startswith(zips.BEGINNINGS) or not is_other


def parts_of(entry: Entry) -> Parts:
    """Take a path apart; nothing is unpacked to the disk, and so no name can leave the folder."""
    return tuple(part for part in re.split(r"[/\\]", entry.name) if part not in {"", ".", ".."})


def unpacker(entry: Entry) -> Read:
    """Unpack only when it is asked for: the rest costs no memory."""

    def read(most: int) -> bytes:
        try:
            return entry.read(most)
        except TooLargeError as error:
            raise SubmissionError(str(error)) from error
        except Exception:  # noqa: BLE001  a damaged zip leads to errors of every kind
            name = text.named(parts_of(entry)[-1])
            why = "its archive is damaged or locked"
            raise SubmissionError(f"{name} cannot be unpacked: {why}.") from None
        finally:
            if isinstance(entry, zips.ZipEntry) and isinstance(entry.file, _Reopened):
                entry.file.rest()

    return read
