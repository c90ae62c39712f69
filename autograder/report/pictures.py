"""Pictures of failed checks as files: one PNG for each check that has a picture."""

import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path

from autograder.errors import WrongUseError
from autograder.grading.report import Report
from autograder.pictures import to_png

__all__ = ["PictureError", "prepare", "save_pictures"]


class PictureError(WrongUseError):
    """Pictures cannot be written here: the message says why, and what to do."""


def prepare(folder: Path) -> None:
    """Make the folder, before anything is graded for it.

    Raises: PictureError if it cannot be written, or if matplotlib is missing.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise PictureError("Pictures need matplotlib. Install it with: pip install matplotlib")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PictureError(_refused(folder, error.strerror)) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PictureError(_refused(folder, "Permission denied"))


def save_pictures(reports: Sequence[Report], folder: Path) -> list[Path]:
    """Write the pictures of all failed checks as LAB-CHECK.png; return where they are.

    A lab that was graded more than once has its later pictures numbered.

    Raises: PictureError if one cannot be written.
    """
    written: list[Path] = []
    for report in reports:
        for result in report.results:
            figure = result.draw()
            png = to_png(figure) if figure is not None else None
            if png is None:
                continue
            path = _free(folder, f"{report.lab}-{result.check.id}", written)
            try:
                path.write_bytes(png)
            except OSError as error:
                raise PictureError(_refused(path, error.strerror)) from error
            written.append(path)
    return written


def _free(folder: Path, name: str, taken: Sequence[Path]) -> Path:
    path, number = folder / f"{name}.png", 1
    while path in taken:
        number += 1
        path = folder / f"{name}-{number}.png"
    return path


def _refused(path: Path, reason: str | None) -> str:
    return f"Pictures cannot be written to {path}: {reason}. Name a folder that you may write to."
