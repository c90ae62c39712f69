"""The empty folder that code in the sandbox may write in: kept small, and emptied after each check."""

import itertools
import os
import stat
from pathlib import Path

__all__ = ["MOST_MB", "empty", "is_full"]

MOST_MB = 64
MOST_ENTRIES = 2000


def is_full(folder: str) -> bool:
    """Tell whether there are more files or bytes in a folder than anybody needs."""
    size = entries = 0
    folders = [folder]
    while folders:
        try:
            with os.scandir(folders.pop()) as found:
                for entry in found:
                    entries += 1
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        size += entry.stat(follow_symlinks=False).st_size
                    if size > MOST_MB << 20 or entries > MOST_ENTRIES:
                        return True
        except OSError:  # removed while we look, or closed to us: each file has a limit of its own
            continue
    return False


def empty(folder: str) -> None:
    """Remove all that a folder holds, however it is closed, linked or nested.

    Folders are lifted up before they are removed: no path grows long, and nothing recurses.
    """
    names = itertools.count()
    Path(folder).chmod(stat.S_IRWXU)
    while entries := list(os.scandir(folder)):
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                Path(entry.path).unlink()
                continue
            Path(entry.path).chmod(stat.S_IRWXU)
            for inner in list(os.scandir(entry.path)):
                if inner.is_dir(follow_symlinks=False):
                    Path(inner.path).chmod(stat.S_IRWXU)
                    Path(inner.path).rename(Path(folder, f"lifted {os.getpid()} {next(names)}"))
                else:
                    Path(inner.path).unlink()
            Path(entry.path).rmdir()
