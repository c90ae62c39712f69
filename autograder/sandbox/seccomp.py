"""seccomp: a process gives up system calls for good (Linux, x86-64 and 64-bit ARM).

What is refused fails with PermissionError, so that the student reads a sentence. The program for
the kernel is written once, in the worker; every child installs it with one call.
"""

import ctypes
import errno
import platform
import struct
import sys
from functools import cache

from autograder.sandbox import kernel
from autograder.sandbox.syscalls import DENIED, FIRST_UNKNOWN, LOOKED_INTO, MACHINES

__all__ = ["Filter", "is_available"]

PR_GET_SECCOMP, PR_SET_SECCOMP, MODE_FILTER = 21, 22, 2
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN, AND = 0x20, 0x15, 0x35, 0x45, 0x06, 0x54
KILL, ALLOW, REFUSE = 0x80000000, 0x7FFF0000, 0x00050000

# What Python and numpy ask of descriptors, terminals and the process; the same on every machine.
FCNTL = (0, 1, 2, 3, 4, 1030)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC
IOCTL = (0x5401, 0x802C542A, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""TCGETS, TCGETS2 (is it a terminal?), TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX."""
PRCTL = (3, 15, 16, 21, 23, 30, 39, 0x53564D41)
"""Dumpable?, set and get the name, seccomp?, capabilities?, slack?, no new privileges?, PR_SET_VMA."""
O_TRUNC, O_ACCMODE, O_TMPFILE = 0o1000, 0o3, 0o20000000

Instruction = tuple[int, int, int, int]


@cache
def is_available() -> bool:
    """Return whether this kernel has filters, and this machine's calls are known."""
    if not kernel.is_linux or platform.machine() not in MACHINES or sys.maxsize < 1 << 32:
        return False
    try:
        return kernel.prctl(PR_GET_SECCOMP) >= 0
    except OSError:
        return False


class Filter:
    """The program, ready to be installed."""

    def __init__(self) -> None:
        instructions = program(*MACHINES[platform.machine()])
        code = b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)
        self._code = ctypes.create_string_buffer(code, len(code))
        self._program = _Program(len(instructions), ctypes.addressof(self._code))

    def install(self) -> None:
        """Bind this process for good.

        Raises: OSError where the kernel refuses; it demands `no_new_privileges` first.
        """
        kernel.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(self._program))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def program(column: int, machine: int) -> list[Instruction]:
    """Write the program for one machine: first the refused calls, then those that depend.

    A jump says how many instructions to skip, if true and if false.
    """
    refused = sorted(n for row in DENIED.values() if (n := row[column]) is not None)
    refuse = [(RETURN, 0, 0, REFUSE | errno.EPERM)]
    looked_into = [
        instruction
        for name, body in _BODIES.items()
        if (number := LOOKED_INTO[name][column]) is not None
        for instruction in [(EQUAL, 0, len(body), number), *body]
    ]
    return [
        (LOAD, 0, 0, 4),
        (EQUAL, 1, 0, machine),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, 0),
        (AT_LEAST, 0, 1, FIRST_UNKNOWN),  # the old 32-bit numbers of x86 are among them
        (RETURN, 0, 0, REFUSE | errno.ENOSYS),
        *((EQUAL, len(refused) - 1 - i, 0, number) for i, number in enumerate(refused[:-1])),
        (EQUAL, 0, 1, refused[-1]),
        *refuse,
        *looked_into,
        (RETURN, 0, 0, ALLOW),
    ]


def _argument(index: int) -> Instruction:
    return (LOAD, 0, 0, 16 + 8 * index)  # the lower half: no argument that we ask has more


def _allow_any_of(index: int, values: tuple[int, ...]) -> list[Instruction]:
    """Refuse the call unless this argument is one of the values."""
    tests = [(EQUAL, len(values) - 1 - i, 0, value) for i, value in enumerate(values[:-1])]
    return [
        _argument(index),
        *tests,
        (EQUAL, 0, 1, values[-1]),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, REFUSE | errno.EPERM),
    ]


def _refuse_odd_opening(index: int) -> list[Instruction]:
    """Refuse to make a file without a name, which nobody could count.

    And to open one for reading and empty it with that: old Landlocks let it pass.
    """
    return [
        _argument(index),
        (ANY_BIT, 0, 1, O_TMPFILE),
        (RETURN, 0, 0, REFUSE | errno.EPERM),
        (ANY_BIT, 0, 3, O_TRUNC),
        (AND, 0, 0, O_ACCMODE),
        (EQUAL, 0, 1, 0),
        (RETURN, 0, 0, REFUSE | errno.EPERM),
        (RETURN, 0, 0, ALLOW),
    ]


_BODIES: dict[str, list[Instruction]] = {
    "prctl": _allow_any_of(0, PRCTL),
    "prlimit64": _allow_any_of(0, (0,)),  # its own limits only
    "fcntl": _allow_any_of(1, FCNTL),
    "ioctl": _allow_any_of(1, IOCTL),
    "open": _refuse_odd_opening(1),
    "openat": _refuse_odd_opening(2),
}
