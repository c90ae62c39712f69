"""Files: read where they are files and in bounds, written whole or not at all, changed by one at a time.

A workspace or a course keeps what it knows in its folder `.nnlab`. A folder that somebody handed in may
bring a `.nnlab` of its own, so nothing in it is followed: a link counts as nothing where it is read, a
file that is written takes its place, and below a folder that is a link nothing is read or written.
"""

import contextlib
import errno
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from autograder.errors import OurFaultError, WrongUseError
from autograder.waiting import wait_until

__all__ = [
    "BusyError",
    "NotAFileError",
    "STATE",
    "TooLargeError",
    "decoded",
    "fits",
    "held",
    "is_foreign",
    "keep",
    "keep_entries",
    "kept",
    "kept_entries",
    "kept_json",
    "kept_text",
    "kind",
    "nothing_kept",
    "open_regular",
    "read_regular",
    "require_no_link",
    "state_folder",
    "write_whole",
]

FOR_EVERYBODY = 0o666  # less what the user's umask takes away
FOR_THE_OWNER = 0o600

_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0)
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC", "O_NOCTTY")
)


class NotAFileError(WrongUseError):
    """Something else is there; the message says what."""


class BusyError(OurFaultError):
    """Another process holds for too long what this one needs."""

    and_now = "Wait until it has ended, and run the command again."

    def __init__(self, folder: Path) -> None:
        super().__init__(f"Another grader has been working on {folder} for a minute.")


class TooLargeError(WrongUseError):
    """A file is larger than it may be."""

    def __init__(self, name: str, size: int, most: int) -> None:
        text = f"{name} has {size / (1 << 20):.1f} MB; a file of this course has at most"
        super().__init__(f"{text} {most >> 20} MB.")


def kind(mode: int) -> str:
    """Say what a mode is of."""
    known = {stat.S_IFREG: "a file", stat.S_IFLNK: "a link", stat.S_IFDIR: "a folder"}
    return known.get(stat.S_IFMT(mode), "a pipe, a socket or a device")


def read_regular(path: Path, most: int) -> bytes:
    """Read a file of bounded size, and nothing that a link, a pipe or a device leads to.

    Raises: NotAFileError, TooLargeError, or OSError if it cannot be read.
    """
    with open_regular(path) as file:
        status = os.fstat(file.fileno())
        size = min(status.st_size, most)  # memory is taken for as much as one asks for
        data = file.read(size + 1)
        if len(data) > size:  # or it has grown meanwhile
            data += file.read(most - size)
    if len(data) > most:
        raise TooLargeError(path.name, max(status.st_size, len(data)), most)
    return data


def open_regular(path: Path) -> BinaryIO:
    """Open a file to read it, and nothing that a link, a pipe or a device leads to.

    Raises: NotAFileError, or OSError if it cannot be opened.
    """
    _require_file(path.name, path.lstat().st_mode)  # a device may act when it is opened
    file = open(os.open(path, _FLAGS), "rb")  # noqa: PTH123, SIM115  Path.open knows no flags
    try:
        _require_file(path.name, os.fstat(file.fileno()).st_mode)
    except NotAFileError:
        file.close()
        raise
    return file


def decoded(data: bytes) -> str:
    """Decode a text that people, or their shells, wrote: in UTF-8, or in UTF-16 as PowerShell's `>` does.

    Lines end in a line feed, as where Python reads a file as text.

    Raises: UnicodeDecodeError.

    >>> [decoded("[a]".encode(name)) for name in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le")]
    ['[a]', '[a]', '[a]', '[a]']
    """
    return data.decode(json.detect_encoding(data)).replace("\r\n", "\n")


def _require_file(name: str, mode: int) -> None:
    if stat.S_ISLNK(mode) or stat.S_ISDIR(mode):
        raise NotAFileError(f"{name} is {kind(mode)}. Put the file itself there.")
    if not stat.S_ISREG(mode):
        raise NotAFileError(f"{name} is not a file.")


def write_whole(
    path: Path, content: str | bytes, *, private: bool = False, follow: bool = True
) -> None:
    """Write a file, and the folders above it; readers see the old content or the new, never a part.

    A link stays one: what it leads to is written; where it may not be followed, it is replaced. A
    device or a pipe is not a file that could be replaced, and is refused. `private` keeps what is secret
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
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError):  # of the file that is wanted, whose name somebody knows
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


def is_foreign(path: Path, ours: bytes) -> bool:
    """Return whether a file is there that does not begin like those that we write."""
    try:
        with path.open("rb") as file:
            return path.is_file() and file.read(len(ours)).lower() != ours.lower()
    except OSError:
        return False


STATE = ".nnlab"
LOCK = "lock"
MAX_KEPT_BYTES = 8 << 20
"""What is kept is far smaller; a larger file is not one of ours."""
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.01


def state_folder(cwd: Path) -> Path:
    """Find the nearest folder above that has `assignments` or a `.nnlab`; else take this one."""
    for folder in (cwd, *cwd.parents):
        if (folder / STATE).is_dir() or (folder / "assignments").is_dir():
            return folder / STATE
    return cwd / STATE


def keep(path: Path, content: str | bytes, *, private: bool = False) -> None:
    """Write a file of the folder, whole or not at all; a link with its name is replaced.

    Raises: OSError if nothing can be written there, or the folder is a link.
    """
    require_no_link(path.parent)
    write_whole(path, content, private=private, follow=False)


def nothing_kept(folder: Path) -> str:
    """Say that nothing can be kept in a folder, as a sentence begins; "" if something can.

    Only writing shows it: the user's rights say nothing of a file system that is read-only, or full.
    """
    there = next(place for place in (folder, *folder.parents) if os.path.lexists(place))
    probe = there / f".{secrets.token_hex(8)}.part"
    try:
        if there == folder and not stat.S_ISDIR(there.lstat().st_mode):
            why = f"{there.name} is {kind(there.lstat().st_mode)}"
        else:
            write_whole(probe, "something", follow=False)
            probe.unlink()
            return ""
    except OSError as error:
        why = "read-only" if error.errno in _READ_ONLY else str(error.strerror)
    return f"Nothing can be kept in this folder ({why}), so"


_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


def kept(path: Path, most: int = MAX_KEPT_BYTES) -> bytes:
    """Read a file of the folder: a regular one of bounded size, for a device or a pipe has no end.

    Raises: OSError or ValueError if it is none, or the folder is a link.
    """
    require_no_link(path.parent)
    return read_regular(path, most)


def kept_text(path: Path) -> str:
    """Read a file of the folder as text, as `kept` does."""
    return kept(path, MAX_KEPT_BYTES).decode("utf-8")


def kept_json(path: Path) -> Any:
    """Read a file of the folder as JSON, as `kept` does."""
    try:
        return json.loads(kept_text(path))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def keep_entries(path: Path, schema: str, entries: Mapping[str, Any]) -> None:
    """Write a file of named entries; where nothing can be written, nothing is kept."""
    with contextlib.suppress(OSError):
        keep(path, json.dumps({"schema": schema, "entries": entries}, indent=2) + "\n")


def kept_entries(path: Path, schema: str, shape: Any) -> dict[str, Any]:
    """Read what `keep_entries` wrote; a file or an entry that is not as we wrote it counts as nothing."""
    try:
        plain = kept_json(path)
    except (OSError, ValueError):
        return {}
    if not fits(plain, {"schema": str, "entries": {str: lambda _: True}}):
        return {}
    entries = plain["entries"] if plain["schema"] == schema else {}
    return {name: entry for name, entry in entries.items() if fits(entry, shape)}


def fits(plain: Any, shape: Any) -> bool:
    """Return whether JSON has a shape.

    That is a type, a test, [shape] for a list, {str: shape} for a mapping, or the shape of each key.

    >>> shape = {"status": str, "rungs": [str], "checks": {str: int}}
    >>> fits({"status": "failed", "rungs": ["a"], "checks": {}}, shape), fits({"status": 1}, shape)
    (True, False)
    """
    match shape:
        case type():
            return type(plain) is shape
        case list():
            return isinstance(plain, list) and all(fits(part, shape[0]) for part in plain)
        case dict() if str in shape:
            return isinstance(plain, dict) and all(fits(p, shape[str]) for p in plain.values())
        case dict():
            alike = isinstance(plain, dict) and plain.keys() == shape.keys()
            return alike and all(fits(plain[name], shape[name]) for name in shape)
        case _:
            return bool(shape(plain))


def require_no_link(folder: Path) -> None:
    """Require that no folder is a link, from `.nnlab` down to the one that is asked about.

    Raises: OSError with the one that is.
    """
    above = [folder, *folder.parents]
    root = next((i for i, place in enumerate(above) if place.name == STATE), 0)
    for place in above[: root + 1]:
        if place.is_symlink():
            text = f"It is a link, and what is kept in {STATE} is never looked for behind one"
            raise OSError(errno.ELOOP, text, str(place))


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Let one process at a time read and write again what the folder keeps.

    The lock ends with its process. Where no file can be locked, nobody waits.

    Raises: BusyError if another process holds it for a minute.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415  Gradescope's image has none, and locks nothing

    lock = FileLock(folder / LOCK)

    def is_ours() -> bool:
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return False
        return True

    work = folder.parent if folder.name == STATE else folder
    try:
        with contextlib.suppress(OSError, NotImplementedError):
            require_no_link(folder / LOCK)
            folder.mkdir(parents=True, exist_ok=True)
            if not wait_until(is_ours, str(work), most=PATIENCE_SECONDS, look=LOOK_SECONDS):
                raise BusyError(work)
        yield
    finally:
        lock.release()
