"""What a sandbox is asked and answers, and the frames that carry it: a length, then so many bytes."""

import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from autograder.errors import OurFaultError
from autograder.sandbox.codec import Budget, ProtocolError, decode, encode
from autograder.sandbox.limits import Limits
from autograder.sandbox.observation import Lost, Observation, Returned, from_plain

__all__ = [
    "Answer",
    "Question",
    "READY",
    "Sandbox",
    "SandboxError",
    "Source",
    "exactly",
    "read_answers",
    "read_questions",
    "receive",
    "send",
    "write_frame",
    "write_questions",
]


class SandboxError(OurFaultError):
    """The sandbox itself does not work here: the grader's fault, never the student's."""


_LENGTH = struct.Struct("<Q")


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
    reference: Mapping[str, Source] = field(default_factory=dict)
    """Modules of earlier labs and provided ones: no answer to this lab is among them."""
    limits: Limits = field(default_factory=Limits)
    carried: dict[str, Source] = field(default_factory=dict)
    """Modules of the reference of this lab from which `exercises` are taken: see carry-forward."""
    exercises: tuple[str, ...] = ()
    checks: Source | None = None
    """The text of the module that defines the check, where it is another package's."""


def write_questions(questions: Sequence[Question], *, with_reference: bool = True) -> bytes:
    """Write questions of one submission as one frame, its sources once.

    Raises: ValueError if they are of several: in one process these would see each other.
    """
    first = questions[0]
    if any(q.submission != first.submission for q in questions):
        raise ValueError("only questions of one submission may be asked together")
    shared: dict[str, Any] = {"submission": _plain(first.submission)}
    shared["reference"] = _plain(first.reference) if with_reference else {}
    shared["checks"] = asdict(first.checks) if first.checks else None
    own = [
        {
            **{name: getattr(question, name) for name in Question.__slots__ if name not in shared},
            "limits": asdict(question.limits),
            "carried": _plain(question.carried),
        }
        for question in questions
    ]
    return encode({**shared, "questions": own})


def read_questions(frame: bytes, reference: Mapping[str, Source] | None = None) -> list[Question]:
    """Read questions; they come from the grader, so their fields are taken as they are.

    `reference` stands in where the frame was written without.
    """
    fields = decode(frame)
    submission = _sources(fields["submission"])
    reference = reference or _sources(fields["reference"])
    checks = Source(**fields["checks"]) if fields["checks"] else None
    return [
        Question(
            **{**own, "limits": Limits(**own["limits"]), "carried": _sources(own["carried"])},
            submission=submission,
            reference=reference,
            checks=checks,
        )
        for own in fields["questions"]
    ]


def _plain(sources: Mapping[str, Source]) -> dict[str, dict[str, Any]]:
    return {module: asdict(source) for module, source in sources.items()}


def _sources(plain: Mapping[str, dict[str, Any]]) -> dict[str, Source]:
    return {module: Source(**source) for module, source in plain.items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """One observation for each case, in order; or one for all, if importing the module failed."""

    observations: list[Observation]
    imported: bool = True
    printed: str = ""
    seconds: float = 0.0
    computed: float | None = None
    """Seconds of CPU time, where they were measured; they differ from run to run, as `seconds` do."""


class Sandbox:
    """Asks questions of a submission's code, each in a process of its own."""

    @property
    def isolation(self) -> tuple[str, ...]:
        """What holds the code, outermost first, such as bubblewrap, landlock and seccomp."""
        return ("process",)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def ask(self, question: Question) -> Answer:
        """Ask one check; a dead, hanging or silent process is part of the answer.

        Raises: SandboxError if no process can be started.
        """
        return self.ask_together([question])[0]

    def ask_together(self, questions: Sequence[Question]) -> list[Answer]:
        """Ask several checks of one submission in one process, under the limits of the first.

        It is a tenth of the work. A process that dies takes the rest of the questions with it.

        Raises: SandboxError if no process can be started.
        """
        raise NotImplementedError

    def close(self) -> None:
        """End every process."""


def write_frame(frame: bytes) -> bytes:
    """Put a frame's length before it, so that frames can follow each other in a stream."""
    return _LENGTH.pack(len(frame)) + frame


def send(channel: socket.socket, frame: bytes) -> None:
    """Send one frame whole."""
    channel.sendall(write_frame(frame))


def receive(channel: socket.socket) -> bytes:
    """Receive one frame.

    Raises: EOFError if the other end is closed.
    """
    (length,) = _LENGTH.unpack(exactly(channel, _LENGTH.size))
    return exactly(channel, length)


def exactly(channel: socket.socket, size: int) -> bytes:
    """Receive so many bytes.

    Raises: EOFError if the other end is closed before.
    """
    data = bytearray()
    while len(data) < size:
        part = channel.recv(min(size - len(data), 1 << 20))
        if not part:
            raise EOFError
        data += part
    return bytes(data)


READY = write_frame(b"")
"""What the sandbox sends first, before any code of the submission runs."""


def read_answers(stream: bytes, n_cases: Sequence[int], lost: Lost, **more: Any) -> list[Answer]:
    """Read what the sandbox sent: an answer for every question, of one observation a case.

    No more frames are read than were asked for, all within one budget. `lost` says why any are missing; `more` goes into every answer.

    Raises: SandboxError if it never was ready, which cannot be the submission's fault.
    """
    if not stream.startswith(READY):
        raise SandboxError(f"the sandbox ended before it ran any code ({lost.reason})")
    frames = _Frames(stream, lost)
    answers = []
    for n in n_cases:
        frames.skip(READY)
        imported = frames.observation()
        if isinstance(imported, Returned):
            answers.append(Answer([frames.observation() for _ in range(n)], **more))
        else:
            answers.append(Answer([imported] * n, imported=False, **more))
    return answers


class _Frames:
    """Reads observations from a stream until it ends or breaks."""

    def __init__(self, stream: bytes, lost: Lost) -> None:
        self.stream, self.lost, self.position = stream, lost, 0
        self.budget = Budget.of_answers(spare=1)

    def skip(self, frame: bytes) -> None:
        """Pass over a frame that should come next; without it, nothing can be read any more."""
        if self.stream.startswith(frame, self.position):
            self.position += len(frame)
        elif self.position < len(self.stream):
            self._end(Lost("noise"))

    def observation(self) -> Observation:
        """Read the next one; what is missing or none is lost, and all after it."""
        start = self.position + _LENGTH.size
        if start > len(self.stream):
            return self._end(self.lost)
        (length,) = _LENGTH.unpack_from(self.stream, self.position)
        if start + length > len(self.stream):
            return self._end(self.lost)
        self.position = start + length
        frame = memoryview(self.stream)[start : self.position]
        try:
            return from_plain(decode(frame, self.budget))
        except ProtocolError:
            return self._end(Lost("noise"))

    def _end(self, lost: Lost) -> Lost:
        self.position, self.lost = len(self.stream), lost
        return lost
