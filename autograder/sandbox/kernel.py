"""The kernel's own calls that Python has no name for: Linux only, through the C library."""

import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import Any

__all__ = [
    "adopt_orphans",
    "call",
    "die_with_parent",
    "drop_capabilities",
    "is_linux",
    "mount_memory",
    "no_new_privileges",
    "own_mounts",
    "prctl",
    "queued_seconds",
]

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
_CAPABILITY_VERSION_3 = 0x20080522
MAY_MOUNT = 1 << 21  # CAP_SYS_ADMIN, of a namespace that holds nothing else
CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_SLAVE = 0x2, 0x4, 0x8, 0x4000, 0x80000

is_linux = sys.platform == "linux"
_libc: Any = ctypes.CDLL(None, use_errno=True) if is_linux else None


def call(number: int, *arguments: Any) -> int:
    """Make a system call by its number; where it fails, return the negative error number."""
    result = int(_libc.syscall(ctypes.c_long(number), *arguments))
    return result if result >= 0 else -ctypes.get_errno()


def prctl(option: int, *arguments: Any) -> int:
    """Set something of this process.

    Raises: OSError where the kernel does not know the option.
    """
    padded = [*arguments, 0, 0, 0, 0][:4]
    given = [ctypes.c_ulong(part) if isinstance(part, int) else part for part in padded]
    result = int(_libc.prctl(option, *given))
    _checked(result, f"prctl {option}")
    return result


def queued_seconds(pid: int) -> float:
    """Say how long a process could have run and had to wait for others; 0 where the system does not say."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_bytes().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


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


def drop_capabilities(*, but: int = 0) -> None:
    """Give up root's powers over the machine, except `but`; an ordinary user has none."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    kept = (ctypes.c_uint32 * 6)(but, but)  # in force and permitted, none to be inherited
    _checked(_libc.capset(header, kept), "capset")


def own_mounts() -> bool:
    """Give this process a view of the file system that it may mount in; False where it must not.

    Without the power to do that, as for an ordinary user and a container's root, the process takes
    a namespace of users with nobody else in it. In a box, which shows no /proc, that was done before.
    """
    try:
        if Path("/proc/self/uid_map").exists():
            user, group = os.getuid(), os.getgid()
            _unshare(CLONE_NEWUSER | CLONE_NEWNS)
            Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
        else:
            _unshare(CLONE_NEWNS)
        _mount(None, "/", None, MS_REC | MS_SLAVE, None)  # nobody outside sees what we mount
    except OSError:
        return False
    return True


def mount_memory(folder: str, *, size: int, files: int) -> None:
    """Put a file system in memory, of bounded size, over a folder.

    Raises: OSError where the kernel refuses.
    """
    options = f"size={size},nr_inodes={files},mode=0700"
    _mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)


def _unshare(flags: int) -> None:
    _checked(_libc.unshare(flags), "unshare")


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str | None
) -> None:
    parts = [None if part is None else os.fsencode(part) for part in (source, target, kind)]
    given = options.encode() if options else None
    _checked(_libc.mount(*parts, ctypes.c_ulong(flags), given), f"mount {target}")


def _checked(result: int, what: str) -> None:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
