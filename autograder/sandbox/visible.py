"""What code in the sandbox may read: Python, numpy, the checks. Not the reference, nor any answer."""

import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import numpy as np

__all__ = [
    "DEVICES",
    "ENVIRONMENT",
    "IMPORTED_FROM",
    "READ_ONLY",
    "folders_at",
    "hidden",
    "libraries",
    "readable",
    "roots",
]

DEVICES = ("/dev/null",)
READ_ONLY = (
    *("/dev/urandom", "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo"),
    "/usr/lib/locale/C.utf8",
)

_CHECKER = Path(__file__).resolve().parents[1]
_NUMPY = Path(np.__file__).resolve().parent
_STANDARD = Path(sysconfig.get_path("stdlib")).resolve()

IMPORTED_FROM = (str(_CHECKER.parent), str(_NUMPY.parent))
"""The folders on the path of imports, besides the standard library's."""

_SYSTEM = tuple(map(Path, ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")))
_LIBDIR = Path(sysconfig.get_config_var("LIBDIR") or "/usr/lib").resolve()

_PACKAGES = frozenset({"site-packages", "dist-packages"})
# In the standard library's folder: other people's packages, and parts that nobody here has use for.
_HIDDEN = _PACKAGES | {"ensurepip", "idlelib", "test"}


def roots() -> list[str]:
    """List the folders that are needed as a whole."""
    folders = [_CHECKER, _NUMPY, _NUMPY.with_name("numpy.libs")]
    return [str(folder) for folder in folders if folder.is_dir()]


def hidden() -> tuple[str, list[str]]:
    """Name the standard library's folder, and what lies in it and must not be seen."""
    return str(_STANDARD), [
        str(_STANDARD / name) for name in _HIDDEN if (_STANDARD / name).exists()
    ]


def libraries() -> list[str]:
    """List where the shared libraries are that this process has loaded, Python's own apart.

    Where the system keeps them, the whole folder counts: a module of Python's may need another one
    later. Anywhere else something else may lie beside them, so the file alone counts.
    """
    try:
        lines = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    except OSError:  # in a box, which shows no processes, and little else
        return [str(place) for place in (*_SYSTEM, _LIBDIR) if place.is_dir()]
    mapped = {line[line.index("/") :] for line in lines if ".so" in line and "/" in line}
    own = (str(_STANDARD), *roots())
    foreign = (Path(path) for path in mapped if not path.startswith(own))
    return sorted({str(file.parent if _is_systems(file) else file) for file in foreign})


def _is_systems(file: Path) -> bool:
    """Return whether a library lies where the system, or Python itself, keeps such files only."""
    return file.parent == _LIBDIR or (
        any(file.is_relative_to(place) for place in _SYSTEM) and _PACKAGES.isdisjoint(file.parts)
    )


def readable() -> Iterator[str]:
    """Name all that may be read, so that nothing hidden lies below.

    Rules can only allow, so a folder that holds something hidden is named entry by entry.
    """
    yield from roots()
    yield from READ_ONLY
    with os.scandir(_STANDARD) as entries:
        yield from (entry.path for entry in entries if entry.name not in _HIDDEN)
    for place in map(Path, libraries()):
        beside = list(os.scandir(place)) if place.is_dir() else []
        if any(entry.name.startswith("python") for entry in beside):
            yield from (e.path for e in beside if not e.name.startswith("python"))
        else:
            yield str(place)


ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "SHELL": "/bin/sh",
    "USER": "student",
    "LOGNAME": "student",
    "USERNAME": "student",
}
"""What code finds in its environment, as it does at home, and nothing of this machine or its user."""


def folders_at(path: str) -> dict[str, str]:
    """Name one folder by every name under which systems keep somebody's folders."""
    return dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "PWD"), path)
