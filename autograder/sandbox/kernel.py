"""The kernel's own calls that Python has no name for: Linux only, through the C library."""

import ctypes
import os
import signal
import sys
from typing import Any

__all__ = [
    "adopt_orphans",
    "call",
    "die_with_parent",
    "drop_capabilities",
    "is_linux",
    "no_new_privileges",
    "prctl",
]

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
_CAPABILITY_VERSION_3 = 0x20080522

is_linux = sys.platform == "linux"
_libc = ctypes.CDLL(None, use_errno=True) if is_linux else None


def call(number: int, *arguments: Any) -> int:
    """Make a system call by its number; where it fails, return the negative error number."""
    assert _libc is not None, "asked for on Linux only"
    result = int(_libc.syscall(ctypes.c_long(number), *arguments))
    return result if result >= 0 else -ctypes.get_errno()


def prctl(option: int, *arguments: Any) -> int:
    """Set something of this process.

    Raises: OSError where the kernel does not know the option.
    """
    assert _libc is not None, "asked for on Linux only"
    padded = [*arguments, 0, 0, 0, 0][:4]
    given = [ctypes.c_ulong(part) if isinstance(part, int) else part for part in padded]
    result = int(_libc.prctl(option, *given))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"prctl {option}: {os.strerror(error)}")
    return result


def die_with_parent() -> None:
    """End this process when its parent ends, where the system can do that."""
    if is_linux:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of every process below this one whose own parent ends first."""
    if is_linux:
        prctl(PR_SET_CHILD_SUBREAPER, 1)


def no_new_privileges() -> None:
    """Give up what a set-user-id program could give back, and close this process's memory."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_DUMPABLE, 0)


def drop_capabilities() -> None:
    """Give up root's powers over the machine; an ordinary user has none."""
    assert _libc is not None, "asked for on Linux only"
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    if _libc.capset(header, (ctypes.c_uint32 * 6)()) < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"capset: {os.strerror(error)}")
