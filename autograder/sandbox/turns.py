"""Whose turn it is on this machine: many ask at once, and one that must not be disturbed asks alone."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Turns"]


class Turns:
    """A lock that all sandboxes of one user on one machine share.

    It ends with the process that holds it. Where no file can be locked, everybody asks at once.
    """

    def __init__(self) -> None:
        name = f"nnlab-turns-{os.getuid()}"
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            self._file: int | None = os.open(Path(tempfile.gettempdir(), name), flags, 0o600)
        except OSError:
            self._file = None

    def close(self) -> None:
        """Leave the queue."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Ask while others may ask as well."""
        with self._held(fcntl.LOCK_SH):
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until nobody else asks, and ask while the others wait."""
        with self._held(fcntl.LOCK_EX):
            yield

    @contextmanager
    def _held(self, kind: int) -> Iterator[None]:
        if self._file is None:
            yield
            return
        fcntl.flock(self._file, kind)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
