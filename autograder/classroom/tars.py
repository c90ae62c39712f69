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

__all__ = ["ENDINGS", "TarEntry", "TarError", "entries", "is_known"]

MAX_UNPACKED_BYTES = 256 << 20
"""What is unpacked of one archive; it must be gone through from its beginning."""

MAX_KEPT_BYTES = 1 << 20
"""The largest file that is kept, and each file of a course is smaller."""

_OPENED = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar")
ENDINGS = (
    *_OPENED, ".gz", ".bz2", ".xz", ".txz", ".7z", ".rar", ".zst", ".tzst", ".lz", ".lzma", ".lz4", ".z",
    ".zipx", ".lzh", ".cab", ".ace", ".arj", ".alz", ".egg",
)  # fmt: skip
"""Archives that are not zips; only some can be opened."""
_KEPT = (".py", ".txt", ".zip", *ENDINGS)

_OPENERS: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": lambda packed: gzip.GzipFile(fileobj=packed),
    b"BZh": bz2.BZ2File,
}
_CLOSED = {b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "Zstandard"}
"""How archives begin: people rename them, so that a name says less."""
_USTAR = slice(257, 262)
"""Where a tar archive says that it is one."""


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


def is_known(data: bytes) -> bool:
    """Say whether something begins as an archive that is not a zip."""
    return data.startswith((*_OPENERS, *_CLOSED)) or data[_USTAR] == b"ustar"


def entries(name: str, data: bytes) -> Iterator[TarEntry]:
    """Go through an archive; only plain files and folders are kept.

    Raises: TarError if it cannot be opened, or unpacks to more than it may.
    """
    opener = next((do for begin, do in _OPENERS.items() if data.startswith(begin)), lambda it: it)
    is_named = name.lower().endswith((*_OPENED, ".zip"))
    closed = next(
        (f"it is in {kind}, and " for b, kind in _CLOSED.items() if data.startswith(b)), ""
    )
    if closed or not (is_named or is_known(data)):
        raise TarError(f"{closed}of archives only .zip, {', '.join(_OPENED)} are opened")
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
    may_count = any(part in member.name.lower() for part in _KEPT)
    file = archive.extractfile(member) if is_kept and may_count else None
    data = file.read() if file else None
    return TarEntry(member.name, member.isdir(), member.size, data)
