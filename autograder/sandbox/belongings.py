"""What a worker that was forked from a command still carries of it: environment and arguments.

Clearing `os.environ` leaves the strings where the kernel, the C library and Python laid them, and code
can read all memory of its own process. So they are overwritten where they lie.
"""

import contextlib
import ctypes
import os
import sys
from pathlib import Path

from autograder.sandbox import kernel

__all__ = ["forget"]

_BYTES_HEADER = (
    bytes.__basicsize__ - 1
)  # what an object of bytes holds before them, without their end
_ONE_HOLDER = 3  # references to a string that a list holds: the list, a name here, and the question


def forget() -> None:
    """Overwrite this process's environment and arguments; it never needs them again."""
    if kernel.is_linux:
        given = {*sys.argv, *sys.orig_argv} - {sys.executable, sys.orig_argv[0], sys.argv[0]}
        _forget_heap([_wide(argument) for argument in given])  # the program's name is not a secret
        _forget_environment()
        _forget_stack()
    for name, value in getattr(os.environ, "_data", {}).items():
        for held in (name, value):
            if isinstance(held, bytes):
                _overwrite(held)
    getattr(os.environ, "_data", {}).clear()
    for argv in (sys.argv, sys.orig_argv):
        while argv:
            _forget_text(argv)


def _forget_text(argv: list[str]) -> None:
    """Overwrite the last argument, if it is plain text and nobody else holds it."""
    text = argv.pop()
    if sys.getrefcount(text) < _ONE_HOLDER and text.isascii() and len(text) > 1:
        start = sys.getsizeof("") - 1
        ctypes.memset(id(text) + start, 0, len(text))


def _forget_environment() -> None:
    """Overwrite the C library's own, with what was set since the start."""
    with contextlib.suppress(ValueError):  # another C library
        libc = ctypes.CDLL(None)
        strings = ctypes.POINTER(ctypes.c_void_p).in_dll(libc, "environ")
        at = 0
        while strings and (place := strings[at]):
            ctypes.memset(place, 0, len(ctypes.string_at(place)))
            at += 1
        libc.clearenv()


def _forget_stack() -> None:
    """Overwrite what the kernel laid on the first stack: arguments, then environment."""
    with contextlib.suppress(OSError, ValueError):
        fields = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        arguments, arguments_end, environment, environment_end = map(int, fields[45:49])
        for start, end in ((arguments, arguments_end), (environment, environment_end)):
            if 0 < start < end:
                ctypes.memset(start, 0, end - start)


def _wide(text: str) -> bytes:
    """Write text as C's wide characters."""
    return b"".join(ord(letter).to_bytes(4, sys.byteorder) for letter in text)


def _forget_heap(wide: list[bytes]) -> None:
    """Overwrite Python's own copies of the arguments: wide characters on the C library's heap.

    And then what was made to look for them, which would lie there instead.
    """
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
            if line.endswith("[heap]"):
                start, end = (int(part, 16) for part in line.split()[0].split("-"))
                memory = ctypes.string_at(start, end - start)
                for text in wide:
                    at = memory.find(text) if len(text) > 4 else -1
                    while at >= 0:
                        ctypes.memset(start + at, 0, len(text))
                        at = memory.find(text, at + len(text))
                _overwrite(memory)
    for text in wide:
        _overwrite(text)


def _overwrite(held: bytes) -> None:
    """Overwrite bytes where they lie; a single one is everybody's."""
    if len(held) > 1:
        ctypes.memset(id(held) + _BYTES_HEADER, 0, len(held))
