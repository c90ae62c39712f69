"""What a workspace or a course keeps: where its folder `.nnlab` is, and how its files are read and written.

A folder that somebody handed in may bring a `.nnlab` of its own. So nothing in it is followed: a link
counts as nothing where it is read, a file that is written takes its place, and below a folder that is
a link nothing is read or written.
"""

import contextlib
import errno
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder.files import read_regular, write_whole

__all__ = [
    "STATE",
    "held",
    "keep",
    "keep_entries",
    "kept",
    "kept_entries",
    "kept_json",
    "kept_text",
    "see_no_link",
    "state_folder",
]

STATE = ".nnlab"
LOCK = "lock"
MAX_KEPT_BYTES = 8 << 20
"""What is kept is far smaller; a larger file is none of ours."""


def state_folder(cwd: Path) -> Path:
    """Find the nearest folder above that has `assignments` or a `.nnlab`; else take this one."""
    for folder in (cwd, *cwd.parents):
        if (folder / STATE).is_dir() or (folder / "assignments").is_dir():
            return folder / STATE
    return cwd / STATE


def keep(path: Path, content: str | bytes, *, private: bool = False) -> None:
    """Write a file of the folder, whole or not at all; a link in its place is replaced.

    Raises: OSError if nothing can be written there, or the folder is a link.
    """
    see_no_link(path.parent)
    write_whole(path, content, private=private, follow=False)


def kept(path: Path, most: int = MAX_KEPT_BYTES) -> bytes:
    """Read a file of the folder: a regular one of bounded size, for a device or a pipe has no end.

    Raises: OSError or ValueError if it is none, or the folder is a link.
    """
    see_no_link(path.parent)
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
    if not _fits(plain, {"schema": str, "entries": {str: lambda _: True}}):
        return {}
    entries = plain["entries"] if plain["schema"] == schema else {}
    return {name: entry for name, entry in entries.items() if _fits(entry, shape)}


def _fits(plain: Any, shape: Any) -> bool:
    """Tell whether JSON has a shape.

    That is a type, a test, [shape] for a list, {str: shape} for a mapping, or the shape of each key.

    >>> shape = {"status": str, "rungs": [str], "checks": {str: int}}
    >>> _fits({"status": "failed", "rungs": ["a"], "checks": {}}, shape), _fits({"status": 1}, shape)
    (True, False)
    """
    match shape:
        case type():
            return type(plain) is shape
        case list():
            return isinstance(plain, list) and all(_fits(part, shape[0]) for part in plain)
        case dict() if str in shape:
            return isinstance(plain, dict) and all(_fits(p, shape[str]) for p in plain.values())
        case dict():
            alike = isinstance(plain, dict) and plain.keys() == shape.keys()
            return alike and all(_fits(plain[name], shape[name]) for name in shape)
        case _:
            return bool(shape(plain))


def see_no_link(folder: Path) -> None:
    """See that no folder is a link, from `.nnlab` down to the one that is asked about.

    Raises: OSError with the one that is.
    """
    above = [folder, *folder.parents]
    root = next((i for i, place in enumerate(above) if place.name == STATE), 0)
    for place in above[: root + 1]:
        if place.is_symlink():
            told = f"It is a link, and what is kept in {STATE} is never looked for behind one"
            raise OSError(errno.ELOOP, told, str(place))


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Let one process at a time read and write again what the folder keeps.

    The lock ends with its process. Where no file can be locked, nobody waits.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            _lock(folder, stack)
        yield


def _lock(folder: Path, stack: contextlib.ExitStack) -> None:
    if sys.platform == "win32":
        return
    import fcntl  # noqa: PLC0415  Windows has none

    see_no_link(folder)
    folder.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    file = os.open(folder / LOCK, flags, 0o644)
    stack.callback(os.close, file)
    fcntl.flock(file, fcntl.LOCK_EX)
