"""Fingerprints: short hashes by which two reports can tell whether they come from the same thing."""

import hashlib
from functools import cache
from pathlib import Path

from autograder import edition
from autograder.check import Lab
from autograder.course import PROVIDED, checks_path, engine_path

__all__ = ["checks_fingerprint", "engine_fingerprint", "judging_files"]

LENGTH = 16

_HERE = Path(__file__).parent


def judging_files(lab: Lab) -> list[Path]:
    """List the code that a verdict and its sentence come from."""
    names = (
        "asking",
        "check",
        "course",
        "diagnose",
        "draw",
        "edition",
        "entries",
        "evidence",
        "exercises",
        "explain",
        "facts",
        "fingerprints",
        "grade",
        "judging",
        "key",
        "leaning",
        "mistakes",
        "observation",
        "show",
        "stubs",
        "submission",
        "versions",
    )
    return [
        *(_HERE / f"{name}.py" for name in names),
        *sorted((_HERE / "judges").glob("*.py")),
        *sorted((_HERE / "sandbox").glob("*.py")),
        _HERE / "report" / "__init__.py",
        checks_path(lab),
    ]


@cache
def checks_fingerprint(lab: Lab) -> str:
    """Hash the code that judges a lab."""
    return _fingerprint(judging_files(lab), _HERE)


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
