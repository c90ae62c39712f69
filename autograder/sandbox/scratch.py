"""The folder that code in the sandbox may write in: a new one for each child, thrown away with it.

    where the worker may mount (Linux)   it lies in a file system in memory that only the worker's
                                         children have: the kernel counts every block and every file,
                                         those without a name as well, and says when nothing is left
    elsewhere                            it lies in the worker's own folder: counted from time to time

Folders are emptied by descriptors, never by paths that code may choose. Whatever cannot be thrown away
makes the worker that holds it worn out: the next child gets another.
"""

import contextlib
import os
import shutil
import stat
import time
from dataclasses import dataclass

from autograder.sandbox import kernel

__all__ = ["MOST_ENTRIES", "MOST_MB", "Place", "Scratch", "throw_away"]

MOST_MB = 64
MOST_ENTRIES = 2000
PATIENCE_SECONDS = 10.0  # before a worker goes on without its folder
LAST_SECONDS = 60.0  # before a folder is left behind

LONG = 3000
"""Bytes of a path that may get another name: the kernel takes 4,096, and 255 for a name."""

_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_BLOCK = 512  # what st_blocks counts in, whatever a file system's own blocks are


@dataclass(frozen=True, slots=True)
class Scratch:
    """One child's folder: where it is, open, and whether the kernel bounds it."""

    path: str
    descriptor: int
    mounted: bool

    def is_full(self) -> bool:
        """Return whether there are more files or bytes than anybody needs, or some that escape counting."""
        if self.mounted:
            left = os.fstatvfs(self.descriptor)
            return left.f_bfree == 0 or left.f_ffree == 0
        try:
            return _is_too_large(self.descriptor)
        except OSError:  # closed to us for good, or too many long paths
            return True


class Place:
    """Where a worker's children find their folders."""

    def __init__(self, folder: str, *, mounts: bool = False) -> None:
        # A new one, since what is mounted on a folder hides the rules that were made for it.
        self.path = os.path.join(folder, os.urandom(16).hex())  # noqa: PTH118  a path for the kernel
        os.mkdir(self.path, stat.S_IRWXU)  # noqa: PTH102
        self._is_mounted = False
        if mounts:
            with contextlib.suppress(OSError):  # allowed to have namespaces, and nothing in them
                kernel.mount_memory(self.path, size=MOST_MB << 20, files=MOST_ENTRIES)
                self._is_mounted = True
        self._descriptor = os.open(self.path, os.O_RDONLY | _FOLDER)
        self._last: Scratch | None = None

    def make(self) -> Scratch:
        """Make a folder with a name that nobody knows before.

        Raises: OSError if the worker's own is gone or full.
        """
        path = os.path.join(self.path, os.urandom(16).hex())  # noqa: PTH118  as above
        os.mkdir(path, stat.S_IRWXU)  # noqa: PTH102
        self._last = Scratch(path, os.open(path, os.O_RDONLY | _FOLDER), self._is_mounted)
        return self._last

    def clear(self) -> bool:
        """Throw away what the last child left; False where something stays, or the place is gone."""
        try:
            if self._last is not None:
                os.close(self._last.descriptor)
                self._last = None
            _empty(self._descriptor, PATIENCE_SECONDS)
            same = os.path.samestat(os.stat(self.path), os.fstat(self._descriptor))  # noqa: PTH116
            return same and not (self._is_mounted and self._is_used())
        except OSError:
            return False

    def _is_used(self) -> bool:
        """Ask the kernel whether anything is held that no folder shows any more.

        A child's own folder counts for a little longer: its rules still hold it.
        """
        left = os.fstatvfs(self._descriptor)
        return left.f_bfree < left.f_blocks or left.f_ffree < MOST_ENTRIES // 2


def throw_away(path: str) -> None:
    """Remove a folder with all that it holds, as far as the system lets us."""
    if os.unlink not in os.supports_dir_fd:  # Windows
        with contextlib.suppress(RecursionError):
            shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        folder = _opened(path)
        try:
            _empty(folder, LAST_SECONDS)
        finally:
            os.close(folder)
        os.rmdir(path)  # noqa: PTH106


def _is_too_large(top: int) -> bool:
    """Count blocks and entries, below folders that were closed as well.

    A path that would grow too long for the kernel goes on from a folder that stays open.
    """
    blocks = entries = 0
    left = [(top, ".")]
    with contextlib.ExitStack() as kept:
        while left:
            above, path = left.pop()
            with contextlib.suppress(
                FileNotFoundError, NotADirectoryError
            ):  # removed while we look
                folder = _opened(path, above)
                if len(os.fsencode(path)) > LONG:
                    kept.callback(os.close, folder)
                    above, path = folder, "."
                try:
                    with os.scandir(folder) as found:
                        for entry in found:
                            entries += 1
                            if entry.is_dir(follow_symlinks=False):
                                left.append((above, f"{path}/{entry.name}"))
                            else:
                                blocks += _blocks(entry)
                            if blocks * _BLOCK > MOST_MB << 20 or entries > MOST_ENTRIES:
                                return True
                finally:
                    if above != folder:
                        os.close(folder)
    return False


def _blocks(entry: "os.DirEntry[str]") -> int:
    """Ask how much room a file takes: what it seems to hold may be holes, and cost nothing."""
    try:
        return entry.stat(follow_symlinks=False).st_blocks
    except FileNotFoundError:
        return 0


def _empty(top: int, seconds: float) -> None:
    """Remove all that an open folder holds, however it is closed, linked or nested.

    Folders are lifted up under names by chance before they are removed: no path grows long, nothing
    recurses, and nothing can be in the way.

    Raises: OSError for what cannot be removed, or not in time.
    """
    deadline = time.monotonic() + seconds
    os.fchmod(top, stat.S_IRWXU)
    while entries := _listed(top):
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.name, dir_fd=top)
                continue
            folder = _opened(entry.name, top)
            try:
                for inner in _listed(folder):
                    if inner.is_dir(follow_symlinks=False):
                        os.close(_opened(inner.name, folder))  # a closed one cannot be moved
                        chance = os.urandom(16).hex()
                        os.rename(inner.name, chance, src_dir_fd=folder, dst_dir_fd=top)
                    else:
                        os.unlink(inner.name, dir_fd=folder)
            finally:
                os.close(folder)
            os.rmdir(entry.name, dir_fd=top)
        if time.monotonic() > deadline:
            raise TimeoutError("there is too much in the folder")


def _listed(folder: int) -> list["os.DirEntry[str]"]:
    with os.scandir(folder) as found:
        return list(found)


def _opened(name: str, parent: int | None = None) -> int:
    """Open a folder, whatever its owner has closed it to; a link is never followed."""
    try:
        folder = os.open(name, os.O_RDONLY | _FOLDER, dir_fd=parent)
    except PermissionError:  # a link, or anything else, would not have failed like this
        os.chmod(name, stat.S_IRWXU, dir_fd=parent)
        folder = os.open(name, os.O_RDONLY | _FOLDER, dir_fd=parent)
    os.fchmod(folder, stat.S_IRWXU)
    return folder
