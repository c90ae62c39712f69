"""A lock for this machine: many ask at once, and one that must not be disturbed asks alone."""

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from autograder.waiting import wait_until

__all__ = ["MachineLock"]

ALONE_SECONDS = 5.0  # to wait until those who ask have ended
SHARED_SECONDS = 15.0  # to wait until one who asks alone has
LOOK_SECONDS = 0.005


class MachineLock:
    """Two locks that all sandboxes of one user on one machine share.

    Everybody passes the gate. Whoever wants to ask alone keeps it closed, so that nobody new comes
    while the others end. The locks end with the process that holds them; where no file can be locked,
    everybody asks at once. Nobody waits for ever: whoever has waited in vain goes on, and from then on
    takes it only when it is free.
    """

    def __init__(self) -> None:
        self._patience = 1.0
        self._files: list[int] = []
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            for name in ("gate", "lock"):
                path = Path(tempfile.gettempdir(), f"nnlab-lock-{os.getuid()}-{name}")
                self._files.append(os.open(path, flags, 0o600))
        except OSError:
            self.close()

    def close(self) -> None:
        """Leave the queue."""
        for file in self._files:
            os.close(file)
        self._files = []

    def shared(self) -> AbstractContextManager[None]:
        """Ask while others may ask as well."""
        return self._held(fcntl.LOCK_SH, SHARED_SECONDS)

    def alone(self) -> AbstractContextManager[None]:
        """Wait until nobody else asks, and ask while the others wait."""
        return self._held(fcntl.LOCK_EX, ALONE_SECONDS)

    @contextmanager
    def _held(self, kind: int, seconds: float) -> Iterator[None]:
        if not self._files:
            yield
            return
        gate, turn = self._files
        most = seconds * self._patience
        deadline = time.monotonic() + most
        try:
            if _lock(gate, fcntl.LOCK_EX, most) and _lock(turn, kind, deadline - time.monotonic()):
                self._patience = 1.0
                if kind == fcntl.LOCK_SH:
                    fcntl.flock(gate, fcntl.LOCK_UN)
            else:
                self._patience = 0.0
            yield
        finally:
            fcntl.flock(turn, fcntl.LOCK_UN)
            fcntl.flock(gate, fcntl.LOCK_UN)


def _lock(file: int, kind: int, most: float) -> bool:
    """Take a lock; False if the time is over before it is free."""

    def is_ours() -> bool:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    return wait_until(is_ours, "this machine", most=most, look=LOOK_SECONDS)
