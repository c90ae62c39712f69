"""Files that are whole or not there, whenever the process that writes them may be killed."""

import errno
import os
import secrets
from pathlib import Path

__all__ = ["is_foreign", "write_whole"]

FOR_EVERYBODY = 0o666  # less what the user's umask takes away
FOR_THE_OWNER = 0o600


def write_whole(path: Path, content: str | bytes, *, private: bool = False) -> None:
    """Write a file, and the folders above it; readers see the old content or the new, never a part.

    A link stays one: what it leads to is written. A device or a pipe is no file that could be
    replaced, and is refused. `private` keeps what is secret from other users.

    Raises: OSError if nothing can be written there.
    """
    path = path.resolve()
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "It is a device or a pipe, where a file is expected", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    mode = FOR_THE_OWNER if private else FOR_EVERYBODY
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def is_foreign(path: Path, ours: bytes) -> bool:
    """Tell whether a file is there that begins otherwise than those that we write."""
    try:
        with path.open("rb") as file:
            return path.is_file() and file.read(len(ours)).lower() != ours.lower()
    except OSError:
        return False
