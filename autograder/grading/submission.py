"""A submission: one lab's modules as a student left them, read once. Files are read, never parsed or run."""

import codecs
import hashlib
import io
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder import text as show
from autograder.course.catalogue import lab_ids, owner_of
from autograder.course.lab import Lab
from autograder.course.reference import parsed
from autograder.errors import WrongUseError
from autograder.sandbox import Source
from autograder.storage import read_regular

__all__ = [
    "MAX_FILE_BYTES",
    "Submission",
    "SubmissionError",
    "UnreadableError",
    "checked",
    "read_file",
]

MAX_FILE_BYTES = 1 << 20
"""No module of the course comes near it; what is larger is not read."""


class SubmissionError(WrongUseError):
    """Nothing that could be graded is where it was looked for."""

    def __init__(self, message: str) -> None:
        super().__init__(show.clean(message))  # names of files are foreign text as well


@dataclass(frozen=True, slots=True)
class Submission:
    """What was read, all at once: what is graded and what is hashed are one state of the files."""

    lab: Lab
    texts: Mapping[str, bytes]
    """The modules that are there, by name."""
    missing: Mapping[str, str] = field(default_factory=dict)
    """For each of the others the reason, in a sentence for the student."""
    student: str = ""
    earlier: Mapping[str, Source] = field(default_factory=dict)
    """What the same student wrote for earlier labs, where no reference stands in for it."""
    missing_earlier: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What else the student should know, such as files that are ignored."""

    @property
    def sources(self) -> dict[str, Source]:
        """The modules of this lab, and those of earlier labs, which are named with their lab."""
        own = {module: Source(f"{module}.py", text) for module, text in self.texts.items()}
        return {**self.earlier, **own}

    @property
    def files(self) -> dict[str, bytes]:
        """The same texts by file."""
        return {source.file: source.text for source in self.sources.values()}

    def before(self, lab: Lab) -> "Submission":
        """Take an earlier lab from the same state of the files."""
        labs_before = {lab_id for lab_id in lab_ids() if lab_id < lab.id}
        modules = {m: owner_of(m) for m in (*self.earlier, *self.missing_earlier)}
        below = {m for m, owner in modules.items() if owner and owner.id in labs_before}
        return Submission(
            lab,
            {m: self.earlier[m].text for m in lab.modules if m in self.earlier},
            {m: self.missing_earlier[m] for m in lab.modules if m in self.missing_earlier},
            self.student,
            {m: source for m, source in self.earlier.items() if m in below},
            {m: reason for m, reason in self.missing_earlier.items() if m in below},
        )

    @property
    def digest(self) -> str:
        """Hash what was handed in, whoever did it."""
        digest = hashlib.sha256(self.lab.id.encode())
        for module in self.lab.modules:
            reason = self.missing.get(module, "").encode()
            digest.update(hashlib.sha256(self.texts.get(module, b"")).digest())
            digest.update(hashlib.sha256(reason).digest())
        for module, source in sorted(self.earlier.items()):
            digest.update(module.encode() + hashlib.sha256(source.text).digest())
        return digest.hexdigest()[:32]


class UnreadableError(SubmissionError):
    """A file is there, and this machine does not give it to this user."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} cannot be read: {why}.")
        self.name, self.why = name, why


def read_file(path: Path, most: int = MAX_FILE_BYTES) -> bytes:
    """Read a regular file of bounded size, and nothing that a link or a device leads to.

    Raises: SubmissionError in a sentence for the student; UnreadableError if it is not given to us.
    """
    try:
        return read_regular(path, most)
    except FileNotFoundError:
        raise SubmissionError(f"{path.name} is missing: it should be in {path.parent}.") from None
    except OSError as error:
        raise UnreadableError(path.name, str(error.strerror)) from None
    except ValueError as error:
        raise SubmissionError(str(error)) from error


_OTHERS = {
    b"PK\x03\x04": "a zip or an office document",
    b"\xd0\xcf\x11\xe0": "an office document",
    b"{\\rtf": "a text document in RTF",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"<!doctype": "a web page",
    b"<html": "a web page",
    b"<?xml": "an XML document",
    b"version https://git-lfs": "a pointer of Git LFS to the file",
}
"""How files begin that people call .py by mistake; none of it is Python."""


def _other(text: bytes) -> str:
    """Say what a text is that is certainly not Python; "" if it may be."""
    begin = text.removeprefix(codecs.BOM_UTF8).lstrip()[:100].lower()
    is_json = begin.startswith(b"{") and text.rstrip().endswith(b"}")
    if is_json and b'"cells"' in text and b'"nbformat"' in text:
        return "a notebook"
    return next((what for mark, what in _OTHERS.items() if begin.startswith(mark.lower())), "")


def checked(name: str, text: bytes) -> bytes:
    """Refuse what is not text in the encoding that it declares, which is UTF-8 if it declares none.

    Another declared encoding is left to the sandbox: it may be anything.

    Raises: SubmissionError in a sentence for the student.
    """
    if what := _other(text):
        raise SubmissionError(
            f"{name} is not a Python file: it is {what}. Save the code itself as plain text in {name}."
        )
    if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in text:
        raise SubmissionError(
            f"{name} is not valid Python: it holds null bytes, as a file in UTF-16 or one "
            "that is not text does. Save it as UTF-8."
        )
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(text).readline)
        if encoding.startswith("utf-8"):
            text.decode("utf-8")
    except UnicodeDecodeError as error:
        if parsed(text) is not None:  # some Pythons read over it in a comment
            return text
        line = text.count(b"\n", 0, error.start) + 1
        raise SubmissionError(
            f"{name} is not text in UTF-8: byte 0x{text[error.start]:02x} in line {line}. "
            "Save it as UTF-8."
        ) from None
    except SyntaxError:  # an unknown encoding, or one that does not fit: Python says it better
        return text
    return text
