"""Zips of strangers, entry by entry: a damaged entry costs itself, not those beside it.

Python's own reader takes a zip's directory whole, and gives up at the first entry that is odd. Here the
directory is gone through record by record, in bounds, and each entry is unpacked when it is asked for.
"""

import io
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from autograder.files import TooLargeError

__all__ = ["ZipEntry", "ZipError", "entries"]

MAX_DIRECTORY_BYTES = 128 << 20
"""What a class of a million files needs; beyond it the zip is made to hurt."""

_END, _END_BYTES = b"PK\x05\x06", 22
_END_64, _END_64_BYTES = b"PK\x06\x06", 76
"""What stands before the end of a large zip, with the 20 bytes that say where it is."""
_RECORD, _RECORD_BYTES = b"PK\x01\x02", 46
_LOCAL, _LOCAL_BYTES = b"PK\x03\x04", 30
_LOCKED = 0x1 | 0x20 | 0x40
"""Flags of an entry that needs a password, or is only a patch to another file."""
_IN_UTF_8 = 0x800
_ELSEWHERE = 0xFFFFFFFF
"""A size or place that stands in the entry's extra part instead, as it may be larger."""


class ZipError(ValueError):
    """It is not a zip, or what is asked for cannot be unpacked."""


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """A file or a folder in a zip."""

    file: IO[bytes]
    name: str
    record: bytes
    """As the zip's directory has it."""
    above: int
    """Bytes that stand before the zip itself in its file."""

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder's."""
        return self.name.endswith(("/", "\\"))

    def read(self, most: int) -> bytes:
        """Unpack it.

        Raises: TooLargeError; and whatever a damaged zip leads to, `ZipError` and others.
        """
        flags, method, crc, packed, size = struct.unpack_from("<8xHH4xIII", self.record)
        (place,) = struct.unpack_from("<I", self.record, 42)
        if _ELSEWHERE in {packed, size, place}:
            size, packed, place = self._large(size, packed, place)
        if flags & _LOCKED:
            raise ZipError("locked")
        if size > most:
            raise TooLargeError(self.name.rpartition("/")[2], size, most)
        self.file.seek(self.above + place)
        local = self.file.read(_LOCAL_BYTES)
        if len(local) < _LOCAL_BYTES or not local.startswith(_LOCAL):
            raise ZipError("no file where the directory says")
        self.file.seek(sum(struct.unpack_from("<HH", local, 26)), io.SEEK_CUR)
        info = zipfile.ZipInfo(self.name)
        info.compress_type, info.CRC = method, crc
        info.compress_size, info.file_size = packed, size
        with zipfile.ZipExtFile(self.file, "r", info) as unpacked:
            data = unpacked.read(most + 1)  # it ends where the size says, and compares the sum
        if len(data) != size:
            raise ZipError("cut off")
        return data

    def _large(self, *told: int) -> tuple[int, ...]:
        """Take from the extra part what has no room in the record, in the order it has there."""
        name, extra = struct.unpack_from("<HH", self.record, 28)
        left = self.record[_RECORD_BYTES + name :][:extra]
        while len(left) >= 4:
            kind, length = struct.unpack_from("<HH", left)
            if kind == 1:
                numbers = iter(struct.unpack_from(f"<{min(length, 24) // 8}Q", left, 4))
                return tuple(next(numbers, n) if n == _ELSEWHERE else n for n in told)
            left = left[4 + length :]
        return told


def entries(file: IO[bytes]) -> Iterator[ZipEntry]:
    """Go through a zip's directory; the file must stay open for what is to be unpacked.

    Raises: ZipError at once if it is not a zip, or its directory is larger than it may be.
    """
    directory, above = _directory(file)
    return _records(file, directory, above)


def _directory(file: IO[bytes]) -> tuple[bytes, int]:
    """Read the directory, and tell where the zip begins."""
    whole = file.seek(0, io.SEEK_END)
    tail_at = max(whole - (1 << 16) - _END_BYTES - _END_64_BYTES, 0)
    file.seek(tail_at)
    tail = file.read(whole - tail_at)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise ZipError("no directory")
    size, begin = struct.unpack_from("<II", tail, at + 12)
    end = tail_at + at
    large = at - _END_64_BYTES
    if large >= 0 and tail.startswith(_END_64, large):
        size, begin = struct.unpack_from("<QQ", tail, large + 40)
        end -= _END_64_BYTES
    above = end - size - begin
    if size > MAX_DIRECTORY_BYTES or above < 0:
        raise ZipError("a directory that cannot be")
    file.seek(end - size)
    return file.read(size), above


def _records(file: IO[bytes], directory: bytes, above: int) -> Iterator[ZipEntry]:
    """Cut the directory up. Where a record does not end at the next, it ends where that begins."""
    at = directory.find(_RECORD)
    while 0 <= at <= len(directory) - _RECORD_BYTES:
        name, extra, comment = struct.unpack_from("<HHH", directory, at + 28)
        end = at + _RECORD_BYTES + name + extra + comment
        if end != len(directory) and not directory.startswith(_RECORD, end):
            following = directory.find(_RECORD, at + _RECORD_BYTES)
            end = following if following >= 0 else len(directory)
        record = directory[at:end]
        (flags,) = struct.unpack_from("<H", record, 8)
        raw = record[_RECORD_BYTES:][:name]
        text = raw.decode("utf-8" if flags & _IN_UTF_8 else "cp437", "replace").partition("\0")[0]
        yield ZipEntry(file, text, record, above)
        at = end if end < len(directory) else -1
