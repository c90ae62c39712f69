"""Processes that outlive the one that started them: found and ended, where the system lets us."""

import contextlib
import os
import signal
import time
from pathlib import Path

from autograder.sandbox import kernel

__all__ = ["bury"]

PATIENCE_SECONDS = 5.0


def bury() -> None:
    """End every child that this process still has: orphans that it has adopted.

    Costs one call where there are none, which under seccomp is always.
    """
    if not kernel.is_linux:  # nobody is adopted there
        return
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            dead, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not dead:
            for pid in _children():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.001)


def _children() -> list[int]:
    """List the living children of this process."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            parent = (
                place.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
            )
            if int(parent) == os.getpid():
                found.append(int(place.parent.name))
    return found
