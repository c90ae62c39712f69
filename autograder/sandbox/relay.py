"""Memory that foreign bytes pass through, and that is gone afterwards.

Questions and answers pass through the worker, of whom every later child is a copy. In ordinary
memory their traces would stay, for the next submission to find; a mapping of its own is given back
to the system whole.
"""

import mmap
import os
import socket
from typing import Self

__all__ = ["Relay"]

PART = 1 << 16


class Relay:
    """Bytes on their way, at most `room` of them."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.size = 0
        self._map = mmap.mmap(-1, room + PART)  # no page is taken before it is written

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._map.close()

    @property
    def is_full(self) -> bool:
        """Return whether more has come than there is room for, or just as much."""
        return self.size >= self.room

    def collect(self, pipe: int) -> bool:
        """Read what is there; beyond the room it is thrown away. False at the end or when empty."""
        with memoryview(self._map) as whole, whole[self.size : self.size + PART] as free:
            try:
                count = os.readv(pipe, [free])
            except BlockingIOError:
                return False
        self.size = min(self.size + count, self.room)
        return count > 0

    def receive(self, channel: socket.socket) -> None:
        """Fill the room from a socket.

        Raises: EOFError if it is closed before.
        """
        with memoryview(self._map) as whole:
            while self.size < self.room:
                with whole[self.size : self.room] as free:
                    count = channel.recv_into(free)
                if not count:
                    raise EOFError
                self.size += count

    def send(self, channel: socket.socket) -> None:
        """Write all that has come into a socket."""
        with memoryview(self._map) as whole, whole[: self.size] as content:
            channel.sendall(content)

    def copy(self) -> bytes:
        """Copy what has come: for the child, whose memory ends with it."""
        return self._map[: self.size]
