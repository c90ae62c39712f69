"""Fingerprints: short hashes that show whether two reports come from the same thing."""

import hashlib
from functools import cache
from pathlib import Path

from autograder.course import edition
from autograder.course.catalogue import PROVIDED, checks_path, engine_path
from autograder.course.lab import Lab

__all__ = ["checks_fingerprint", "engine_fingerprint", "judging_files"]

LENGTH = 16

_CHECKER = Path(__file__).parents[1]


def judging_files(lab: Lab) -> list[Path]:
    """List the code that a verdict and its sentence come from."""
    rooms = ("sandbox", "judges", "course", "grading")
    return [
        _CHECKER / "text.py",
        *(path for room in rooms for path in sorted((_CHECKER / room).glob("*.py"))),
        checks_path(lab),
    ]


@cache
def checks_fingerprint(lab: Lab) -> str:
    """Hash the code that judges a lab."""
    return _fingerprint(judging_files(lab), _CHECKER)


@cache
def engine_fingerprint() -> str:
    """Hash the engine; the student's edition knows that of the engine it was made from."""
    if edition.is_students():
        return edition.made().engine
    folder = engine_path(PROVIDED[0]).parent
    return _fingerprint(sorted(folder.glob("*.py")), folder)


def _fingerprint(paths: list[Path], above: Path) -> str:
    """Hash files with their names; the ends of lines count alike on every system."""
    digest = hashlib.sha256()
    for path in paths:
        inner = path.relative_to(above) if path.is_relative_to(above) else Path(path.name)
        digest.update(inner.as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).digest())
    return digest.hexdigest()[:LENGTH]
