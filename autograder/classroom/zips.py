"""Zips of strangers, entry by entry: a damaged entry costs itself, not those beside it.

Python's own reader takes a zip's directory whole, and gives up at the first entry that is odd. Here the
directory is gone through record by record, in bounds, and each entry is unpacked when it is asked for.
"""

import bz2
import io
import lzma
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from autograder.errors import WrongUseError
from autograder.storage import TooLargeError

__all__ = ["BEGINNINGS", "ZipEntry", "ZipError", "entries"]

PART = 1 << 14
"""Bytes that are unpacked in one go."""

MAX_DICTIONARY_BYTES = 16 << 20
"""What unpacking one entry may look back on; packers take 8 MB."""

MAX_DIRECTORY_BYTES = 128 << 20
"""What a class of a million files needs; beyond it the zip is made to hurt."""

MAX_NAME = 255
"""What systems allow a file or folder; to compose a longer name may take long."""

BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
"""How a zip begins, unless something stands before it."""

_END, _END_BYTES = b"PK\x05\x06", 22
_END_64, _LOCATOR_64, _END_64_BYTES = b"PK\x06\x06", b"PK\x06\x07", 76
"""What stands before the end of a large zip, with the 20 bytes that say where it is."""
_RECORD, _RECORD_BYTES = b"PK\x01\x02", 46
_LOCAL, _LOCAL_BYTES = b"PK\x03\x04", 30
_LOCKED = 0x1 | 0x20 | 0x40
"""Flags of an entry that needs a password, or is only a patch to another file."""
_SIZES, _UNICODE_NAME = 0x1, 0x7075
"""Fields of the extra part: numbers of large zips, and Info-ZIP's Unicode path."""
_ELSEWHERE = 0xFFFFFFFF
"""A size or place that stands in the entry's extra part instead, as it may be larger."""


class ZipError(WrongUseError):
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
        data = self._unpacked(method, packed, size)
        if len(data) != size or zlib.crc32(data) != crc:
            raise ZipError("cut off or changed")
        return data

    def _unpacked(self, method: int, packed: int, size: int) -> bytes:
        """Unpack no more than the size that is stated, whatever there is: it may be a bomb."""
        if method == zipfile.ZIP_STORED:
            return self.file.read(min(packed, size))
        unpacker: Any = _unpacker(method, self.file, packed)
        data = bytearray()
        while len(data) < size and not unpacker.eof:
            more = b"" if getattr(unpacker, "unconsumed_tail", b"") else self.file.read(PART)
            given = getattr(unpacker, "unconsumed_tail", b"") or more
            part = unpacker.decompress(given, size - len(data))
            if not part and not given:
                break
            data += part
        return bytes(data)

    def _large(self, *sizes: int) -> tuple[int, ...]:
        """Take from the extra part what has no room in the record, in the order it has there."""
        extra = _extra(self.record, _SIZES)
        numbers = iter(struct.unpack_from(f"<{min(len(extra), 24) // 8}Q", extra))
        return tuple(next(numbers, n) if n == _ELSEWHERE else n for n in sizes)


def _unpacker(method: int, file: IO[bytes], packed: int) -> Any:
    """Make what unpacks a method bit by bit.

    Raises: ZipError for a method that is not known, or wants more memory than a small file needs.
    """
    match method:
        case zipfile.ZIP_DEFLATED:
            return zlib.decompressobj(-zlib.MAX_WBITS)
        case zipfile.ZIP_BZIP2:
            return bz2.BZ2Decompressor()
        case zipfile.ZIP_LZMA:
            header = file.read(min(packed, 9))  # version, length of what follows: always 5
            if len(header) < 9 or header[2:4] != b"\x05\x00":
                raise ZipError("cut off")
            code, dictionary = struct.unpack_from("<BI", header, 4)
            if code >= 9 * 5 * 5 or dictionary > MAX_DICTIONARY_BYTES:
                raise ZipError("packed in a way that takes much memory")
            chain = {
                "id": lzma.FILTER_LZMA1,
                "dict_size": max(dictionary, 4096),
                "lc": code % 9,
                "lp": code // 9 % 5,
                "pb": code // 45,
            }
            return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[chain])
    raise ZipError(f"packed by method {method}, which is not known here")


def _extra(record: bytes, wanted: int) -> bytes:
    """Find one field of an entry's extra part; nothing where there is none."""
    name, length = struct.unpack_from("<HH", record, 28)
    left = record[_RECORD_BYTES + name :][:length]
    while len(left) >= 4:
        kind, length = struct.unpack_from("<HH", left)
        if kind == wanted:
            return left[4:][:length]
        left = left[4 + length :]
    return b""


def _name(record: bytes) -> str:
    """Read a name: in UTF-8 if it can be, beside itself, or as DOS wrote it; composed.

    An entry may say that its name is UTF-8 when it is not: read as DOS wrote it two names stay two.
    """
    (length,) = struct.unpack_from("<H", record, 28)
    raw = record[_RECORD_BYTES:][:length]
    beside = _extra(record, _UNICODE_NAME)
    if beside[:5] == b"\1" + struct.pack("<I", zlib.crc32(raw)):
        raw = beside[5:]  # the true one, where packers wrote ? for signs of DOS
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp437")
    parts = text.partition("\0")[0].split("/")
    return "/".join(p if len(p) > MAX_NAME else unicodedata.normalize("NFC", p) for p in parts)


def entries(file: IO[bytes]) -> Iterator[ZipEntry]:
    """Go through a zip's directory; the file must stay open for what is to be unpacked.

    Raises: ZipError at once if it is not a zip, or its directory is larger than it may be.
    """
    directory, above = _directory(file)
    return _records(file, directory, above)


def _directory(file: IO[bytes]) -> tuple[bytes, int]:
    """Read the directory, and find where the zip begins."""
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
    is_large = tail.startswith(_LOCATOR_64, at - 20) if at >= 20 else False
    if large >= 0 and is_large and tail.startswith(_END_64, large):
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
        end = at + _RECORD_BYTES + sum(struct.unpack_from("<HHH", directory, at + 28))
        if end != len(directory) and not directory.startswith(_RECORD, end):
            following = directory.find(_RECORD, at + _RECORD_BYTES)
            end = following if following >= 0 else len(directory)
        record = directory[at:end]
        yield ZipEntry(file, _name(record), record, above)
        at = end if end < len(directory) else -1
