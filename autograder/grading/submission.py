"""Intake: which files are a submission, and to which lab. Files are read, never parsed or run."""

import codecs
import contextlib
import hashlib
import io
import os
import sys
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder import text as show
from autograder.course import edition
from autograder.course.catalogue import UnknownLabError, find_lab, lab_ids, labs, owner_of
from autograder.course.lab import Lab
from autograder.errors import WrongUseError
from autograder.sandbox import Source
from autograder.storage import read_regular

__all__ = [
    "Handed",
    "MAX_FILE_BYTES",
    "Submission",
    "SubmissionError",
    "checked",
    "find_submissions",
    "read_file",
    "shortest_target",
]

MAX_FILE_BYTES = 1 << 20
"""No module of the course comes near it; what is larger is not read."""

MAX_SET_ASIDE = 5


class SubmissionError(WrongUseError):
    """Nothing that could be graded is where it was looked for."""

    def __init__(self, message: str) -> None:
        super().__init__(show.clean(message))  # names of files are foreign text as well


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
                _see_that_it_is_no_link(self.folder)
                sources[module] = Source(path.name, checked(path.name, read_file(path)))
            except SubmissionError as error:
                missing[module] = str(error)
        return sources, missing

    def earlier(self) -> tuple[dict[str, Source], dict[str, str]]:
        """Read what the student wrote for earlier labs, as `read` does; files are named with their lab.

        The instructor's edition has the reference in their place.
        """
        sources: dict[str, Source] = {}
        missing: dict[str, str] = {}
        known = lab_ids() if edition.is_students() else ()
        for lab in (find_lab(lab_id) for lab_id in known if lab_id < self.lab.id):
            found, lacking = self._other(lab).read()
            sources |= {m: Source(f"{lab.id}/{s.file}", s.text) for m, s in found.items()}
            missing |= lacking
        return sources, missing

    def _other(self, lab: Lab) -> "Submission":
        """Find another lab in the same workspace; where there is none, a folder that should be."""
        try:
            return _of_lab(lab, self.folder)
        except SubmissionError:
            return Submission(lab, self.folder.parent / lab.id)

    def taken(self) -> "Handed":
        """Read all at once, so that what is graded and what is hashed are one state of the files."""
        sources, missing = self.read()
        texts = {module: source.text for module, source in sources.items()}
        aside = tuple(self.set_aside())
        return Handed(self.lab, "", texts, missing, *self.earlier(), aside=aside)

    def set_aside(self) -> list[str]:
        """Say which files have no effect, though their names may make one think so.

        A module under the name of numpy or of Python's own is imported nowhere here; on the
        student's machine it is, and breaks every program beside it.
        """
        known = {"numpy", "nnlab", "autograder", *sys.stdlib_module_names} - set(self.lab.modules)
        try:
            names = sorted(entry.name for entry in os.scandir(self.folder))
        except OSError:
            return []
        aside = [name for name in names if name.removesuffix(".py") in known and name[:1] != "_"]
        modules = " and ".join(f"{module}.py" for module in self.lab.modules)
        return [
            f"{name} is set aside: its name is taken by {_whose(name)}. Graded is {modules}."
            for name in aside[:MAX_SET_ASIDE]
        ]


def _whose(name: str) -> str:
    module = name.removesuffix(".py")
    return "a module of Python" if module in sys.stdlib_module_names else f"the package {module}"


@dataclass(frozen=True, slots=True)
class Handed:
    """One lab's modules as somebody handed them in, read already: it can travel to another machine."""

    lab: Lab
    student: str
    texts: Mapping[str, bytes]
    """The modules that are there, by name."""
    missing: Mapping[str, str]
    """For each of the others the reason, in a sentence for the student."""
    leaned: Mapping[str, Source] = field(default_factory=dict)
    """What the same student wrote for earlier labs, where no reference stands in for it."""
    lacking: Mapping[str, str] = field(default_factory=dict)
    aside: tuple[str, ...] = ()
    """Which files have no effect, in sentences for the student."""

    def read(self) -> tuple[dict[str, Source], dict[str, str]]:
        """Return the sources, and for each missing module the reason."""
        sources = {module: Source(f"{module}.py", text) for module, text in self.texts.items()}
        return sources, dict(self.missing)

    def earlier(self) -> tuple[dict[str, Source], dict[str, str]]:
        """Return the modules of earlier labs, and for each missing one the reason."""
        return dict(self.leaned), dict(self.lacking)

    def before(self, lab: Lab) -> "Handed":
        """Take of the same state of the files an earlier lab."""
        labs_before = {lab_id for lab_id in lab_ids() if lab_id < lab.id}
        modules = {m: owner_of(m) for m in (*self.leaned, *self.lacking)}
        below = {m for m, owner in modules.items() if owner and owner.id in labs_before}
        return Handed(
            lab,
            self.student,
            {m: self.leaned[m].text for m in lab.modules if m in self.leaned},
            {m: self.lacking[m] for m in lab.modules if m in self.lacking},
            {m: source for m, source in self.leaned.items() if m in below},
            {m: reason for m, reason in self.lacking.items() if m in below},
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Say which files have no effect, as whoever took the others in has noted."""
        return tuple(map(show.clean, self.aside))

    @property
    def files(self) -> dict[str, bytes]:
        """Give the texts of what is graded and of what it leans on, by file."""
        sources = {**self.leaned, **self.read()[0]}
        return {source.file: source.text for source in sources.values()}

    @property
    def digest(self) -> str:
        """Hash what was handed in, whoever did it."""
        digest = hashlib.sha256(self.lab.id.encode())
        for module in self.lab.modules:
            told = self.missing.get(module, "").encode()
            digest.update(hashlib.sha256(self.texts.get(module, b"")).digest())
            digest.update(hashlib.sha256(told).digest())
        for module, source in sorted(self.leaned.items()):
            digest.update(module.encode() + hashlib.sha256(source.text).digest())
        return digest.hexdigest()[:32]


def _see_that_it_is_no_link(folder: Path) -> None:
    with contextlib.suppress(OSError):  # which reading the file then tells
        if folder.is_symlink():
            raise SubmissionError(f"{folder.name} is a link. Put the folder itself there.")


def read_file(path: Path, most: int = MAX_FILE_BYTES) -> bytes:
    """Read a regular file of bounded size, and nothing that a link or a device leads to.

    Raises: SubmissionError in a sentence for the student.
    """
    try:
        return read_regular(path, most)
    except FileNotFoundError:
        raise SubmissionError(f"{path.name} is missing: it should be in {path.parent}.") from None
    except OSError as error:
        raise SubmissionError(f"{path.name} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise SubmissionError(str(error)) from error


def checked(name: str, text: bytes) -> bytes:
    """Refuse what is no text in the encoding that it declares, which is UTF-8 if it declares none.

    Another declared encoding is left to the sandbox: it may be anything.

    Raises: SubmissionError in a sentence for the student.
    """
    if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in text:
        raise SubmissionError(
            f"{name} is not valid Python: it holds null bytes, as a file in UTF-16 or one "
            "that is no text does. Save it as UTF-8."
        )
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(text).readline)
        if encoding.startswith("utf-8"):
            text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise SubmissionError(
            f"{name} is not text in UTF-8: byte 0x{text[error.start]:02x} in line {line}. "
            "Save it as UTF-8."
        ) from None
    except SyntaxError:  # an unknown encoding, or one that does not fit: Python says it better
        return text
    return text


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
        # A link that is named is followed if it leads to a folder; a file must be there itself.
        path = path.parent.resolve() / path.name if path.is_file() else path.resolve()
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
