"""The answer key: for one lab and one seed, what the reference and every known mistake do.

Recording a key runs them through the same checks, in the same sandbox, as a submission. A key holds
plain data only, and is all that a judge needs to know.
"""

import contextlib
import hashlib
import hmac
import platform
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course import edition, general
from autograder.course.catalogue import ROOT, checks_path, engine_path, reference_for
from autograder.course.lab import Lab
from autograder.course.solutions import Mistake, load_mistakes, solutions_path
from autograder.errors import OurFaultError, WrongUseError
from autograder.grading import questions
from autograder.grading.fingerprints import checks_fingerprint
from autograder.grading.submission import Submission
from autograder.sandbox import Answer, Sandbox, Source, open_sandbox
from autograder.sandbox.codec import ProtocolError, decode, encode
from autograder.sandbox.limits import Limits
from autograder.sandbox.observation import Observation, Returned, from_plain, to_plain
from autograder.storage import STATE, keep, kept

__all__ = [
    "AnswerKey",
    "Key",
    "KeyedCheck",
    "RecordingError",
    "SecretKey",
    "SeedError",
    "UnfitKeyError",
    "get_key",
    "key_fingerprint",
    "key_from_bytes",
    "open_key",
    "record_key",
    "stored_key",
]


_KEY_IS_MADE_BY = (
    *(
        "course/general.py",
        "course/lab.py",
        "course/reference.py",
        "course/solutions.py",
        "grading/key.py",
    ),
    *("judges/cases.py", "judges/evidence.py"),
    *("sandbox/codec.py", "sandbox/inside.py", "sandbox/observation.py", "sandbox/question.py"),
)

MAX_KEY_BYTES = 256 << 20
"""No lab's key comes near it."""


class RecordingError(OurFaultError):
    """The reference itself could not answer a check: the course's fault."""


class UnfitKeyError(RecordingError):
    """The student's edition has no answer key that fits its checks."""


class SeedError(WrongUseError):
    """The student's edition has the answers to the cases of one seed only."""


@dataclass(frozen=True, slots=True)
class KeyedCheck:
    """What one check asks under this key, and what came back."""

    cases: list[dict[str, Any]]
    right: list[Observation]
    wrong: Mapping[str, list[Observation]]
    """Observations of the mistakes in this check's exercise on its own cases, by the form's name."""


class _Unread(Mapping[str, list[Observation]]):
    """What mistakes did, read only when somebody asks: a right answer never does."""

    def __init__(self, frame: bytes) -> None:
        self.frame = frame

    @cached_property
    def read(self) -> dict[str, list[Observation]]:
        """Everything, decoded."""
        return {m: [from_plain(o) for o in seen] for m, seen in decode(self.frame).items()}

    def __getitem__(self, mistake: str) -> list[Observation]:
        return self.read[mistake]

    def __iter__(self) -> Iterator[str]:
        return iter(self.read)

    def __len__(self) -> int:
        return len(self.read)


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """All checks of one lab under one seed."""

    lab: str
    seed: int | None
    """None where it must not be known: the cases of a mark."""
    checks: dict[str, KeyedCheck]
    sayings: dict[str, str]
    """The sentence to each mistake's id."""

    @property
    def names(self) -> "AnswerKey":
        """The key under which a mistake gets its name."""
        return self

    def cases_for(self, submission: Submission, sandbox: Sandbox) -> "AnswerKey":
        """Everybody is asked the same cases."""
        del submission, sandbox
        return self

    def to_bytes(self) -> bytes:
        """Write the key as one frame."""
        checks = {
            name: {
                "cases": check.cases,
                "right": [to_plain(o) for o in check.right],
                "wrong": encode(
                    {m: [to_plain(o) for o in seen] for m, seen in check.wrong.items()}
                ),
            }
            for name, check in self.checks.items()
        }
        return encode(
            {"lab": self.lab, "seed": self.seed, "checks": checks, "sayings": self.sayings}
        )

    @classmethod
    def from_bytes(cls, frame: bytes) -> "AnswerKey":
        """Read a key.

        Raises: ProtocolError if the frame is not a key.
        """
        try:
            fields = decode(frame)
            fields["checks"] = {
                name: KeyedCheck(
                    check["cases"], [from_plain(o) for o in check["right"]], _Unread(check["wrong"])
                )
                for name, check in fields["checks"].items()
            }
            return cls(**fields)
        except (TypeError, KeyError, AttributeError):
            raise ProtocolError("not an answer key") from None


@dataclass(frozen=True, slots=True)
class SecretKey:
    """What marks are made under: a secret, from which every submission gets cases of its own.

    The reference answers these when they are asked, so nothing that a report shows can help the next
    submission. Names are given by a stored key: what it knows about mistakes need not be secret.
    """

    secret: int
    names: AnswerKey

    @property
    def lab(self) -> str:
        """The lab's id."""
        return self.names.lab

    @property
    def seed(self) -> None:
        """No report shows a secret."""

    def cases_for(self, submission: Submission, sandbox: Sandbox) -> AnswerKey:
        """Record the cases of one submission; the same texts get the same again.

        Raises: RecordingError if the reference fails to answer; SandboxError.
        """
        drawn = hmac.new(str(self.secret).encode(), digestmod="sha256")
        for module, text in sorted(submission.texts.items()):
            drawn.update(f"{module} {hashlib.sha256(text).hexdigest()}\n".encode())
        seed = int.from_bytes(drawn.digest()[:16])
        key = record_key(submission.lab, seed, sandbox, mistakes=())
        return replace(key, seed=None)

    def to_bytes(self) -> bytes:
        """Write the key as one frame."""
        return encode({"secret": self.secret, "names": self.names.to_bytes()})


Key = AnswerKey | SecretKey


def key_from_bytes(frame: bytes) -> Key:
    """Read what either key's `to_bytes` wrote.

    Raises: ProtocolError if it is neither.
    """
    match decode(frame):
        case {"secret": int(secret), "names": bytes(names)}:
            return SecretKey(secret, AnswerKey.from_bytes(names))
    return AnswerKey.from_bytes(frame)


def record_key(
    lab: Lab,
    seed: int,
    sandbox: Sandbox,
    *,
    mistakes: Sequence[Mistake] | None = None,
) -> AnswerKey:
    """Ask the reference and every known mistake, and keep what they did.

    `mistakes` may be fewer than the catalogue's: what is not asked can judge, but has no name.

    Raises: RecordingError if the reference fails to answer.
    """
    right = {m: Source(f"{m}.py", engine_path(m).read_bytes()) for m in lab.modules}
    cases = {check.id: lab.cases(check, seed) for check in lab.checks.values()}
    asked = {
        check.id: questions.question_for(lab, check, cases[check.id], right, reference_for(lab))
        for check in lab.checks.values()
    }
    checks: dict[str, KeyedCheck] = {}
    wrong: dict[str, dict[str, list[Observation]]] = {name: {} for name in asked}
    # Mistakes are asked one by one, as a submission's failures are; the reference may share.
    answers: dict[str, Answer] = {}
    for group in questions.by_limits(lab.checks.values()):
        shared = [asked[check.id] for check in group]
        answers |= zip([check.id for check in group], sandbox.ask_together(shared), strict=True)
    for name, question in asked.items():
        observations = answers[name].observations
        if not _answers(observations):  # all of them together took too long
            observations = sandbox.ask(question).observations
        if not _answers(observations):
            raise RecordingError(f"The reference does not answer {name}: {observations[0]}")
        checks[name] = KeyedCheck(cases[name], observations, wrong[name])
    mistakes = load_mistakes(lab) if mistakes is None else mistakes
    for mistake in (form for idea in mistakes for form in idea.each_form()):
        submission = {**right, mistake.module: mistake.source()}
        for name, question in asked.items():
            if lab.checks[name].exercise == mistake.exercise:
                own = [case for case in question.cases if general.KIND not in case]
                limits = _hasty(question.limits)
                hasty = replace(question, submission=submission, cases=own, limits=limits)
                wrong[name][mistake.id] = sandbox.ask(hasty).observations
    return AnswerKey(lab.id, seed, checks, {mistake.id: mistake.says for mistake in mistakes})


def _answers(observations: Iterable[Observation]) -> bool:
    return all(isinstance(observation, Returned) for observation in observations)


def _hasty(limits: Limits) -> Limits:
    """Halve the time for mistakes that never end: the others need as little as the reference."""
    return replace(limits, cpu_seconds=max(1, limits.cpu_seconds // 2))


def get_key(lab: Lab, seed: int, sandbox: Sandbox) -> AnswerKey:
    """Take the stored key if it is still true, else record one and store it."""
    return stored_key(lab, seed) or _store(lab, seed, record_key(lab, seed, sandbox))


def open_key(
    lab: Lab,
    recording: Callable[[Lab], object] = lambda _: None,
    sandbox: Sandbox | None = None,
) -> AnswerKey:
    """Take the key of the open cases, which gives mistakes their names; record it if need be.

    `recording` is called before that, and a sandbox is opened for it if none is given.

    Raises: RecordingError, SandboxError, SeedError.
    """
    seed = edition.default_seed()
    known = stored_key(lab, seed)
    if known is not None:
        return known
    recording(lab)
    with contextlib.nullcontext(sandbox) if sandbox else open_sandbox() as opened:
        return _store(lab, seed, record_key(lab, seed, opened))


def stored_key(lab: Lab, seed: int) -> AnswerKey | None:
    """Read the stored key of this lab and seed, unless something it came from has changed.

    The student's edition has one, and cannot record another.

    Raises, in the student's edition alone:
        SeedError: it has the key of another seed.
        UnfitKeyError: its key cannot be read, or was made for other checks.
    """
    if edition.is_students():
        return _released_key(lab, seed)
    try:
        key = AnswerKey.from_bytes(kept(_place(lab, seed), MAX_KEY_BYTES))
    except (OSError, ValueError, ProtocolError):
        return None
    return key if key.checks.keys() == lab.checks.keys() else None


def _released_key(lab: Lab, seed: int) -> AnswerKey:
    """Read the key that the student's edition came with, whatever numpy is installed beside it."""
    again = "Install the course's wheel once more, with pip's --force-reinstall."
    try:
        made = edition.made()
        if seed != made.seed:
            raise SeedError(
                f"This edition has the answers to the cases of seed {made.seed} alone, not of seed "
                f"{seed}. Leave --seed out."
            )
        key = AnswerKey.from_bytes(zlib.decompress(edition.key_path(lab.id).read_bytes()))
    except (edition.EditionError, OSError, ProtocolError, zlib.error) as error:
        raise UnfitKeyError(
            f"The answer key of {lab.id} cannot be read: {error}. {again}"
        ) from None
    mine, wanted = checks_fingerprint(lab), made.checks.get(lab.id)
    if mine != wanted or key.checks.keys() != lab.checks.keys():
        raise UnfitKeyError(
            f"The answer key of {lab.id} was made for other checks than those that are installed "
            f"({wanted}, not {mine}). {again}"
        )
    return key


def _store(lab: Lab, seed: int, key: AnswerKey) -> AnswerKey:
    """Store a key whole or not at all; where nothing can be written, keys live in memory."""
    place = _place(lab, seed)
    try:
        keep(place, key.to_bytes(), private=True)
        for old in place.parent.glob(f"{lab.id}-{seed}-*.key"):
            if old != place:
                old.unlink(missing_ok=True)
    except OSError:
        pass
    return key


def _place(lab: Lab, seed: int) -> Path:
    return ROOT / STATE / "keys" / f"{lab.id}-{seed}-{key_fingerprint(lab)}.key"


def key_fingerprint(lab: Lab) -> str:
    """Hash all that a key is made from: engine, checks, mistakes, the sandbox's inside, numpy.

    The student's edition knows that of its own key.
    """
    if edition.is_students():
        return edition.made().keys[lab.id]
    digest = hashlib.sha256()
    checker = Path(__file__).parents[1]
    paths = [
        checks_path(lab),
        *(checker / name for name in _KEY_IS_MADE_BY),
        *(engine_path(module) for module in lab.modules),
        solutions_path(lab, "mistakes.toml"),
    ]
    for path in paths:
        digest.update(_hash(path.read_bytes()) if path.exists() else b"")
    for name, source in sorted(reference_for(lab).items()):
        digest.update(name.encode() + _hash(source.text))
    digest.update(f"{np.__version__} {platform.python_version()}".encode())
    return digest.hexdigest()[:16]


@cache
def _hash(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()
