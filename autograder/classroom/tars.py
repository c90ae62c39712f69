"""Tar archives of strangers, in bounds: only small files in them are kept, and no more than a few."""

import bz2
import gzip
import io
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from autograder.errors import WrongUseError
from autograder.storage import TooLargeError

__all__ = ["ENDINGS", "TarEntry", "TarError", "entries"]

MAX_UNPACKED_BYTES = 256 << 20
"""What is unpacked of one archive; it must be gone through from its beginning."""

MAX_KEPT_BYTES = 1 << 20
"""The largest file that is kept, and each file of a course is smaller."""

_OPENERS: dict[str, Callable[[IO[bytes]], Any]] = {
    ".tar.gz": lambda packed: gzip.GzipFile(fileobj=packed),
    ".tgz": lambda packed: gzip.GzipFile(fileobj=packed),
    ".tar.bz2": bz2.BZ2File,
    ".tar": lambda packed: packed,
}
_KEPT = (".py", ".txt", ".zip", *_OPENERS)
ENDINGS = (*_OPENERS, ".gz", ".bz2", ".xz", ".7z", ".rar")
"""Archives that are not zips; only some can be opened."""


class TarError(WrongUseError):
    """It cannot be opened; the message says why."""


@dataclass(frozen=True, slots=True)
class TarEntry:
    """A file or a folder in a tar archive."""

    name: str
    is_folder: bool
    size: int
    data: bytes | None

    def read(self, most: int) -> bytes:
        """Return what it holds.

        Raises: TooLargeError.
        """
        if self.data is None or self.size > most:
            raise TooLargeError(self.name.rpartition("/")[2], self.size, most)
        return self.data


class _Bounded(io.RawIOBase):
    """A stream that refuses to go on for ever."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Take the stream."""
        self._stream = stream
        self._left = MAX_UNPACKED_BYTES

    def read(self, size: int = -1) -> bytes:
        """Read, and count."""
        data = self._stream.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise TarError(f"unpacked it has more than {MAX_UNPACKED_BYTES >> 20} MB")
        return data


def entries(name: str, data: bytes) -> Iterator[TarEntry]:
    """Go through an archive; only plain files and folders are kept.

    Raises: TarError if it cannot be opened, or unpacks to more than it may.
    """
    opener = next((do for end, do in _OPENERS.items() if name.lower().endswith(end)), None)
    if opener is None:
        raise TarError(f"of archives only .zip, {', '.join(_OPENERS)} are opened")
    try:
        stream = _Bounded(opener(io.BytesIO(data)))
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                if member.isfile() or member.isdir():
                    yield _entry(archive, member)
    except TarError:
        raise
    except Exception as error:
        raise TarError("it is damaged, or another kind of archive") from error


def _entry(archive: tarfile.TarFile, member: tarfile.TarInfo) -> TarEntry:
    is_kept = member.isfile() and member.size <= MAX_KEPT_BYTES
    file = archive.extractfile(member) if is_kept and member.name.endswith(_KEPT) else None
    data = file.read() if file else None
    return TarEntry(member.name, member.isdir(), member.size, data)
