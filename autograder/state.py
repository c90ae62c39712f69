"""What a workspace or a course keeps: where its folder `.nnlab` is."""

from pathlib import Path

__all__ = ["STATE", "state_folder"]

STATE = ".nnlab"


def state_folder(cwd: Path) -> Path:
    """Find the nearest folder above that has `assignments` or a `.nnlab`; else take this one."""
    for folder in (cwd, *cwd.parents):
        if (folder / STATE).is_dir() or (folder / "assignments").is_dir():
            return folder / STATE
    return cwd / STATE
