"""Processes that a child starts, and that may outlive it: counted and ended, where the system lets us."""

import contextlib
import os
import signal
import time
from pathlib import Path

from autograder.sandbox import kernel

__all__ = ["Crowd", "MOST", "end_all"]

MOST = 200  # processes and threads below this one, where no filter refuses them all
PATIENCE_SECONDS = 5.0


class Crowd:
    """Counts the processes and threads below this process while a child runs."""

    def __init__(self) -> None:
        self._before = _on_this_machine()

    def is_too_large(self) -> bool:
        """Return whether a child has started more than anybody needs.

        One number shows whether the whole machine has so many more; only then are they counted.
        """
        now = _on_this_machine()
        self._before = min(self._before, now)
        return now - self._before >= MOST and sum(_below().values()) > MOST


def end_all() -> bool:
    """End every process below this one; False where some cannot be ended.

    Costs one call where there are none, which under seccomp is always.
    """
    if not kernel.is_linux:  # nobody is adopted there
        return True
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            dead, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if not dead:
            for pid in _below():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.001)
    return False


def _on_this_machine() -> int:
    """Read how many processes and threads there are; 0 where the system does not say."""
    try:
        return int(Path("/proc/loadavg").read_bytes().split()[3].partition(b"/")[2])
    except (OSError, ValueError, IndexError):
        return 0


def _below() -> dict[int, int]:
    """List the processes below this one, with the number of their threads."""
    parents: dict[int, int] = {}
    threads: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = place.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            pid = int(place.parent.name)
            parents[pid], threads[pid] = int(fields[1]), int(fields[17])
    below: set[int] = set()
    found = {os.getpid()}
    while found:
        found = {pid for pid, parent in parents.items() if parent in found}
        below |= found
    return {pid: threads[pid] for pid in below}
