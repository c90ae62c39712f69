"""Landlock: a process gives up all files but those it names (Linux 5.13 and newer).

A set of rules is made once, in the worker, and costs about a millisecond; to bind oneself with it
is one call, which every child makes for itself. A second, small one names the child's own folder.
Bound, a process cannot look into one that is not.
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from functools import cache

from autograder.sandbox import kernel

__all__ = ["CHANGE", "abi", "bind", "ruleset"]

CREATE, ADD, RESTRICT = 444, 445, 446  # the same numbers on every machine

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
REFER, TRUNCATE = 1 << 13, 1 << 14
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE

READ = READ_FILE | READ_DIR
WRITE = READ | WRITE_FILE | TRUNCATE
# No links, devices, sockets or pipes: a folder to write in needs files and folders.
ADD_FILES = WRITE | REMOVE_DIR | MAKE_DIR | MAKE_REG
KEEP_FILES = ADD_FILES | REMOVE_FILE | REFER
EVERYTHING = (1 << 16) - 1
CHANGE = EVERYTHING & ~(EXECUTE | READ)
"""What a second set of rules is about, for a process that one has bound already."""

_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many rights on files a version knows; later: 16
_PATH_BENEATH = 1


@cache
def abi() -> int:
    """Ask the kernel which version of Landlock it has; 0 for none."""
    if not kernel.is_linux:
        return 0
    return max(0, kernel.call(CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))


def ruleset(
    *,
    readable: Iterable[str] = (),
    devices: Iterable[str] = (),
    folders: Iterable[str] = (),
    about: int = EVERYTHING,
    kept: int = KEEP_FILES,
) -> int:
    """Make a set of rules, and return its descriptor; everything that is not named is refused.

    Where the kernel can, TCP, abstract sockets and signals to others are refused as well. Paths
    that do not exist are left out. `kept` is what may be done in folders. Rights that the rules are not `about` stay as they are.

    Raises: OSError where the kernel refuses.
    """
    version = abi()
    files = ((1 << _RIGHTS.get(version, 16)) - 1) & about
    network, scopes = 3 if version >= 4 else 0, 3 if version >= 6 else 0
    attributes = struct.pack("=QQQ", files, network, scopes)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = _checked(kernel.call(CREATE, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0)))
    for paths, rights in ((readable, READ), (devices, WRITE), (folders, kept)):
        for path in paths:
            _allow(rules, path, rights & files)
    return rules


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except NotADirectoryError:
        place, rights = os.open(path, os.O_PATH | os.O_CLOEXEC), rights & ON_FILES
    except FileNotFoundError:
        return
    try:
        rule = struct.pack("=Qi", rights, place)
        _checked(kernel.call(ADD, rules, _PATH_BENEATH, rule, ctypes.c_uint32(0)))
    finally:
        os.close(place)


def bind(rules: int) -> None:
    """Bind this process, and all it may start, for good.

    Raises: OSError where the kernel refuses; it demands `no_new_privileges` first.
    """
    _checked(kernel.call(RESTRICT, rules, ctypes.c_uint32(0)))


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(-result, f"Landlock: {os.strerror(-result)}")
    return result
