"""Intake: which files are a submission, and to which lab. Files are read, never parsed or run."""

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.check import Lab
from autograder.course import UnknownLabError, find_lab, lab_ids, labs, owner_of
from autograder.sandbox import Source

__all__ = [
    "Handed",
    "MAX_FILE_BYTES",
    "Submission",
    "SubmissionError",
    "find_submissions",
    "shortest_target",
]

MAX_FILE_BYTES = 1 << 20
"""No module of the course comes near it; what is larger is not read."""


class SubmissionError(ValueError):
    """Nothing that could be graded is where it was looked for."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One lab's modules as a student left them: a folder with one file a module."""

    lab: Lab
    folder: Path

    def read(self) -> tuple[dict[str, Source], dict[str, str]]:
        """Read the lab's modules; return the sources, and for each missing one the reason."""
        sources: dict[str, Source] = {}
        missing: dict[str, str] = {}
        for module in self.lab.modules:
            path = self.folder / f"{module}.py"
            try:
                sources[module] = Source(path.name, _read(path))
            except SubmissionError as error:
                missing[module] = str(error)
        return sources, missing


@dataclass(frozen=True, slots=True)
class Handed:
    """One lab's modules as somebody handed them in, read already: it can travel to another machine."""

    lab: Lab
    student: str
    texts: Mapping[str, bytes]
    """The modules that are there, by name."""
    missing: Mapping[str, str]
    """For each of the others the reason, in a sentence for the student."""

    def read(self) -> tuple[dict[str, Source], dict[str, str]]:
        """Return the sources, and for each missing module the reason."""
        sources = {module: Source(f"{module}.py", text) for module, text in self.texts.items()}
        return sources, dict(self.missing)

    @property
    def digest(self) -> str:
        """Hash what was handed in, whoever did it."""
        digest = hashlib.sha256(self.lab.id.encode())
        for module in self.lab.modules:
            told = self.missing.get(module, "").encode()
            digest.update(hashlib.sha256(self.texts.get(module, b"")).digest())
            digest.update(hashlib.sha256(told).digest())
        return digest.hexdigest()[:32]


def _read(path: Path) -> bytes:
    """Read a regular file of bounded size.

    Raises: SubmissionError in a sentence for the student.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise SubmissionError(f"{path.name} is not a file.")
        if status.st_size > MAX_FILE_BYTES:
            size = f"{status.st_size / (1 << 20):.1f} MB"
            raise SubmissionError(
                f"{path.name} has {size}; a module of this course has at most 1 MB."
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise SubmissionError(f"{path.name} is missing: it should be in {path.parent}.") from None
    except OSError as error:
        raise SubmissionError(f"{path.name} cannot be read: {error.strerror}.") from None


def find_submissions(target: str | None, cwd: Path) -> list[Submission]:
    """Find what to grade: a lab's name, a path to a file or a folder, or the folder we are in.

    A folder is a lab's if it has the lab's name or holds modules of the lab; it is a workspace if
    it has such folders, directly or under `assignments`.

    Raises: SubmissionError or UnknownLabError in a sentence for the student.
    """
    if target is None:
        return _in_folder(cwd)
    path = cwd / target
    try:
        path = path.resolve()
    except (OSError, RuntimeError) as error:  # links that lead in a circle
        raise SubmissionError(f"{target} cannot be followed: {error}.") from None
    if path.is_dir():
        return _in_folder(path)
    if path.exists() or path.suffix == ".py":
        return [_of_file(path)]
    try:
        lab = find_lab(target)
    except UnknownLabError as error:
        if "/" in target or "\\" in target:
            raise SubmissionError(f"There is no file or folder {target}.") from None
        raise SubmissionError(str(error)) from None
    return [_of_lab(lab, cwd)]


def shortest_target(submission: Submission, cwd: Path) -> str:
    """Write the shortest target that finds this submission from here: its lab's id, or its path."""
    try:
        found = find_submissions(submission.lab.id, cwd)
    except SubmissionError:
        found = []
    if found == [submission]:
        return submission.lab.id
    module = submission.folder / f"{submission.lab.modules[0]}.py"
    alone = [lab for lab in labs() if _holds(submission.folder, lab)] == [submission.lab]
    return os.path.relpath(submission.folder if alone else module, cwd)


def _of_file(path: Path) -> Submission:
    if not path.exists():
        raise SubmissionError(f"There is no file {path}.")
    lab = owner_of(path.stem) if path.suffix == ".py" else None
    if lab is None:
        names = ", ".join(f"{module}.py" for lab in labs() for module in lab.modules)
        raise SubmissionError(f"{path.name} belongs to no lab. The labs' files are {names}.")
    return Submission(lab, path.parent)


def _of_lab(lab: Lab, cwd: Path) -> Submission:
    """Find a lab's folder from wherever in a workspace we are."""
    for folder in (cwd, *cwd.parents):
        if folder.name == lab.id or _holds(folder, lab):
            return Submission(lab, folder)
        for place in (folder / lab.id, folder / "assignments" / lab.id):
            if place.is_dir():
                return Submission(lab, place)
    raise SubmissionError(
        f"No folder {lab.id} is here or above. Go to your workspace, or give the folder's path."
    )


def _in_folder(folder: Path) -> list[Submission]:
    """Find the labs of one folder, or of a workspace that we are in."""
    for place in (folder, *folder.parents):
        if place.name in lab_ids():
            return [Submission(find_lab(place.name), place)]
    held = [lab for lab in labs() if _holds(folder, lab)]
    if held:
        return [Submission(lab, folder) for lab in held]
    for root in (folder, folder / "assignments"):
        held = [lab for lab in labs() if (root / lab.id).is_dir()]
        if held:
            return [Submission(lab, root / lab.id) for lab in held]
    raise SubmissionError(
        f"{folder} holds no lab: no folder such as {lab_ids()[0]}, no file such as "
        f"{labs()[0].modules[0]}.py. Go to your workspace, or name a lab or a path."
    )


def _holds(folder: Path, lab: Lab) -> bool:
    return any((folder / f"{module}.py").is_file() for module in lab.modules)
