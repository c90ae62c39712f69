"""Files: read where they are files and in bounds, written whole or not at all."""

import errno
import os
import secrets
import stat
from pathlib import Path

__all__ = ["NotAFileError", "TooLargeError", "is_foreign", "kind", "read_regular", "write_whole"]

FOR_EVERYBODY = 0o666  # less what the user's umask takes away
FOR_THE_OWNER = 0o600

_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0)
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC", "O_NOCTTY")
)


class NotAFileError(ValueError):
    """Something else is there; the message says what."""


class TooLargeError(ValueError):
    """A file is larger than it may be."""

    def __init__(self, name: str, size: int, most: int) -> None:
        told = f"{name} has {size / (1 << 20):.1f} MB; a file of this course has at most"
        super().__init__(f"{told} {most >> 20} MB.")


def kind(mode: int) -> str:
    """Say what a mode is of."""
    known = {stat.S_IFREG: "a file", stat.S_IFLNK: "a link", stat.S_IFDIR: "a folder"}
    return known.get(stat.S_IFMT(mode), "a pipe, a socket or a device")


def read_regular(path: Path, most: int) -> bytes:
    """Read a file of bounded size, and nothing that a link, a pipe or a device leads to.

    Raises: NotAFileError, TooLargeError, or OSError if it cannot be read.
    """
    _see_that_it_is_a_file(path.name, path.lstat().st_mode)  # a device may act when it is opened
    with open(os.open(path, _FLAGS), "rb") as file:  # noqa: PTH123  Path.open knows no flags
        status = os.fstat(file.fileno())
        _see_that_it_is_a_file(path.name, status.st_mode)
        size = min(status.st_size, most)  # memory is taken for as much as one asks for
        data = file.read(size + 1)
        if len(data) > size:  # or it has grown meanwhile
            data += file.read(most - size)
    if len(data) > most:
        raise TooLargeError(path.name, max(status.st_size, len(data)), most)
    return data


def _see_that_it_is_a_file(name: str, mode: int) -> None:
    if stat.S_ISLNK(mode) or stat.S_ISDIR(mode):
        raise NotAFileError(f"{name} is {kind(mode)}. Put the file itself there.")
    if not stat.S_ISREG(mode):
        raise NotAFileError(f"{name} is not a file.")


def write_whole(
    path: Path, content: str | bytes, *, private: bool = False, follow: bool = True
) -> None:
    """Write a file, and the folders above it; readers see the old content or the new, never a part.

    A link stays one: what it leads to is written; where it may not be followed, it is replaced. A
    device or a pipe is no file that could be replaced, and is refused. `private` keeps what is secret
    from other users.

    Raises: OSError if nothing can be written there.
    """
    path = path.resolve() if follow else path
    if not path.is_symlink() and path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "It is a device or a pipe, where a file is expected", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    mode = FOR_THE_OWNER if private else FOR_EVERYBODY
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def is_foreign(path: Path, ours: bytes) -> bool:
    """Tell whether a file is there that begins otherwise than those that we write."""
    try:
        with path.open("rb") as file:
            return path.is_file() and file.read(len(ours)).lower() != ours.lower()
    except OSError:
        return False
