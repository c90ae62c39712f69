"""Frames on a socket: a length, then so many bytes."""

import socket
import struct

__all__ = ["exactly", "receive", "send"]

_LENGTH = struct.Struct("<Q")


def send(channel: socket.socket, frame: bytes) -> None:
    """Send one frame whole."""
    channel.sendall(_LENGTH.pack(len(frame)) + frame)


def receive(channel: socket.socket) -> bytes:
    """Receive one frame.

    Raises: EOFError if the other end is closed.
    """
    (length,) = _LENGTH.unpack(exactly(channel, _LENGTH.size))
    return exactly(channel, length)


def exactly(channel: socket.socket, size: int) -> bytes:
    """Receive so many bytes.

    Raises: EOFError if the other end is closed before.
    """
    data = bytearray()
    while len(data) < size:
        part = channel.recv(min(size - len(data), 1 << 20))
        if not part:
            raise EOFError
        data += part
    return bytes(data)
