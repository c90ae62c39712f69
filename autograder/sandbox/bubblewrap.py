"""bubblewrap around the worker: namespaces of its own, and only the files that it needs.

Without privileges it needs user namespaces, which some systems and most containers refuse; then the
worker ends before it says anything, and the sandbox goes on without this layer.
"""

import os
import shutil
import sys
from functools import cache
from pathlib import Path

from autograder.sandbox import kernel, visible
from autograder.sandbox.scratch import MOST_MB

__all__ = ["FOLDER", "command", "find"]

FOLDER = "/tmp/nnlab"  # noqa: S108  the box's own, which no other process sees
"""Where a box keeps the folder to write in: it ends with the box, and leaves nothing outside."""
NOBODY = "65534"


@cache
def find() -> str | None:
    """Find the program; None where it is not installed."""
    return shutil.which("bwrap") if kernel.is_linux else None


def command(program: list[str], scratch: str) -> list[str]:
    """Write the command that runs a program of Python's arguments in a box of its own.

    Files keep their places. The folder `scratch` is the box's own, in memory, of bounded size; all
    else can only be read.
    """
    bwrap = find()
    assert bwrap, "asked for where it is installed"
    standard, masked = visible.hidden()
    python = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    return [
        bwrap,
        *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--hostname", "sandbox"),
        *("--uid", NOBODY, "--gid", NOBODY, "--cap-drop", "ALL"),
        *("--cap-add", "CAP_SYS_ADMIN"),  # to mount a folder for each child, which gives it up
        *_system(),
        *_bound(standard, *visible.libraries(), python),
        *(part for folder in masked for part in ("--tmpfs", folder)),
        *_bound(*visible.roots(), *visible.READ_ONLY),
        *(part for folder in masked for part in ("--remount-ro", folder)),
        *("--dev-bind", "/dev/null", "/dev/null"),
        *("--perms", "0700", "--size", str(MOST_MB << 20), "--tmpfs", scratch),
        *("--remount-ro", "/", "--chdir", "/"),
        python,
        *program,
    ]


def _system() -> list[str]:
    """Put the loader of shared libraries where programs look for it."""
    parts: list[str] = []
    for folder in ("/lib", "/lib64"):
        if Path(folder).is_symlink():
            parts += ["--symlink", str(Path(folder).readlink()), folder]
        else:
            parts += ["--ro-bind-try", folder, folder]
    return [*parts, "--ro-bind-try", "/usr/lib64", "/usr/lib64"]


def _bound(*paths: str) -> list[str]:
    return [part for path in paths for part in ("--ro-bind-try", path, path)]
