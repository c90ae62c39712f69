"""What goes into the sandbox and what comes out: a question and its answer."""

import struct
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.observation import Lost, Observation, Returned, from_plain
from autograder.sandbox.codec import ProtocolError, decode, encode
from autograder.sandbox.limits import Limits

__all__ = [
    "Answer",
    "Question",
    "READY",
    "SandboxError",
    "Source",
    "read_answer",
    "write_frame",
]


class SandboxError(Exception):
    """The sandbox itself does not work here: the grader's fault, never the student's."""


_LENGTH = struct.Struct("<Q")
_SOURCES = ("submission", "reference", "carried")


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one module, as bytes: only the sandbox decodes, parses and compiles it."""

    file: str
    text: bytes


@dataclass(frozen=True, slots=True)
class Question:
    """One check, asked on its cases of the package nnlab as one submission sees it."""

    lab: str
    """The module that defines the check, such as autograder.labs.lab02_hebb."""
    check: str
    module: str
    """The module that the check asks; it is imported before the first case."""
    cases: list[dict[str, Any]]
    submission: dict[str, Source]
    """The student's modules, by name."""
    reference: dict[str, Source] = field(default_factory=dict)
    """Modules of earlier labs and provided ones: no answer to this lab is among them."""
    limits: Limits = field(default_factory=Limits)
    carried: dict[str, Source] = field(default_factory=dict)
    """Modules of the reference of this lab from which `exercises` are taken: see carry-forward."""
    exercises: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """Write the question as one frame."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        for name in _SOURCES:
            fields[name] = {module: asdict(source) for module, source in fields[name].items()}
        return encode({**fields, "limits": asdict(self.limits)})

    @classmethod
    def from_bytes(cls, frame: bytes) -> "Question":
        """Read a question; it comes from the grader, so its fields are taken as they are."""
        fields = decode(frame)
        for name in _SOURCES:
            fields[name] = {module: Source(**source) for module, source in fields[name].items()}
        return cls(**{**fields, "limits": Limits(**fields["limits"])})


@dataclass(frozen=True, slots=True)
class Answer:
    """One observation for each case, in order; or one for all, if importing the module failed."""

    observations: list[Observation]
    imported: bool = True
    printed: str = ""
    seconds: float = 0.0


def write_frame(frame: bytes) -> bytes:
    """Put a frame's length before it, so that frames can follow each other in a stream."""
    return _LENGTH.pack(len(frame)) + frame


READY = write_frame(b"")
"""What the sandbox sends first, before any code of the submission runs."""


def read_answer(stream: bytes, *, n_cases: int, lost: Lost, **more: Any) -> Answer:
    """Read what the sandbox sent: that it is ready, how the import went, an observation a case.

    `lost` tells why any are missing.

    Raises: SandboxError if it never was ready, which cannot be the submission's doing.
    """
    if not stream.startswith(READY):
        raise SandboxError(f"the sandbox ended before it ran any code ({lost.reason})")
    imported, *observations = _observations(stream[len(READY) :], n_cases + 1, lost)
    if isinstance(imported, Returned):
        return Answer(observations, **more)
    return Answer([imported] * n_cases, imported=False, **more)


def _observations(stream: bytes, wanted: int, lost: Lost) -> list[Observation]:
    observations: list[Observation] = []
    position = 0
    while len(observations) < wanted:
        if position + _LENGTH.size > len(stream):
            break
        (length,) = _LENGTH.unpack_from(stream, position)
        position += _LENGTH.size
        if position + length > len(stream):
            break
        try:
            observations.append(from_plain(decode(stream[position : position + length])))
        except ProtocolError:
            lost = Lost("noise")
            break
        position += length
    return observations + [lost] * (wanted - len(observations))
