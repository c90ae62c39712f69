"""What a workspace or a course keeps: where its folder `.nnlab` is, and how files in it are shared."""

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["STATE", "held", "kept_text", "state_folder"]

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


def kept_text(path: Path) -> str:
    """Read a file of the folder: a regular one of bounded size, for a device or a pipe has no end.

    Raises: OSError or ValueError if it is none.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if not stat.S_ISREG(path.stat().st_mode):  # a device may act as soon as it is opened
        raise ValueError(f"{path.name} is not a file.")
    with open(os.open(path, flags), "rb") as file:  # noqa: PTH123
        data = file.read(MAX_KEPT_BYTES + 1)
    if len(data) > MAX_KEPT_BYTES:
        raise ValueError(f"{path.name} is too large.")
    return data.decode("utf-8")


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

    folder.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    file = os.open(folder / LOCK, flags, 0o644)
    stack.callback(os.close, file)
    fcntl.flock(file, fcntl.LOCK_EX)
