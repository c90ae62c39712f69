"""The answer key: for one lab and one seed, what the reference and every known mistake do.

Recording a key runs them through the same checks, in the same sandbox, as a submission. A key holds
plain data only, and is all that a judge needs to know.
"""

import hashlib
import hmac
import platform
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course import edition, general
from autograder.course.catalogue import ROOT, checks_path, engine_path, reference_for
from autograder.course.lab import Check, Lab
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


class _WhenAsked(Mapping[str, list[Observation]]):
    """What mistakes did, read or recorded only when somebody asks: a right answer never does."""

    def __init__(self, find: Callable[[], Mapping[str, list[Observation]]]) -> None:
        self.find = find

    @cached_property
    def found(self) -> Mapping[str, list[Observation]]:
        """Everything."""
        return self.find()

    def __getitem__(self, mistake: str) -> list[Observation]:
        return self.found[mistake]

    def __iter__(self) -> Iterator[str]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


def _plain(wrong: Mapping[str, list[Observation]]) -> bytes:
    return encode({m: [to_plain(o) for o in seen] for m, seen in wrong.items()})


def _read(frame: bytes) -> dict[str, list[Observation]]:
    return {m: [from_plain(o) for o in seen] for m, seen in decode(frame).items()}


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
                "wrong": _plain(check.wrong),
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
                    check["cases"],
                    [from_plain(o) for o in check["right"]],
                    _WhenAsked(partial(_read, check["wrong"])),
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
    mistakes = load_mistakes(lab) if mistakes is None else mistakes
    checks = _what_is_right(lab, seed, sandbox)
    for exercise in dict.fromkeys(mistake.exercise for mistake in mistakes):
        own = [mistake for mistake in mistakes if mistake.exercise == exercise]
        for name, wrong in _what_they_do(lab, exercise, own, checks, sandbox).items():
            checks[name] = replace(checks[name], wrong=wrong)
    return AnswerKey(lab.id, seed, checks, {mistake.id: mistake.says for mistake in mistakes})


def _reference(lab: Lab) -> dict[str, Source]:
    return {m: Source(f"{m}.py", engine_path(m).read_bytes()) for m in lab.modules}


def _what_is_right(lab: Lab, seed: int, sandbox: Sandbox) -> dict[str, KeyedCheck]:
    """Ask the reference, whose checks may share a process.

    Raises: RecordingError if it fails to answer.
    """
    right = _reference(lab)
    cases = {check.id: lab.cases(check, seed) for check in lab.checks.values()}
    asked = {
        check.id: questions.question_for(lab, check, cases[check.id], right, reference_for(lab))
        for check in lab.checks.values()
    }
    checks: dict[str, KeyedCheck] = {}
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
        checks[name] = KeyedCheck(cases[name], observations, {})
    return checks


def _what_they_do(
    lab: Lab,
    exercise: str,
    mistakes: Sequence[Mistake],
    checks: Mapping[str, KeyedCheck],
    sandbox: Sandbox,
) -> dict[str, dict[str, list[Observation]]]:
    """Ask an exercise's mistakes one by one, as a submission's failures are, its own checks."""
    right = _reference(lab)
    forms = [form for mistake in mistakes for form in mistake.each_form()]
    found: dict[str, dict[str, list[Observation]]] = {}
    for check in (check for check in lab.checks.values() if check.exercise == exercise):
        cases = [case for case in checks[check.id].cases if general.KIND not in case]
        question = questions.question_for(lab, check, cases, right, reference_for(lab))
        hasty = replace(question, limits=_hasty(question.limits))
        found[check.id] = {
            form.id: sandbox.ask(
                replace(hasty, submission={**right, form.module: form.source()})
            ).observations
            for form in forms
        }
    return found


def _answers(observations: Iterable[Observation]) -> bool:
    return all(isinstance(observation, Returned) for observation in observations)


def _hasty(limits: Limits) -> Limits:
    """Halve the time for mistakes that never end: the others need as little as the reference."""
    return replace(limits, cpu_seconds=max(1, limits.cpu_seconds // 2))


def get_key(
    lab: Lab, seed: int, sandbox: Sandbox, exercises: Collection[str] | None = None
) -> AnswerKey:
    """Take the stored key as far as it is still true, record and store what is missing.

    That is all of it, or what the mistakes of some exercises do.
    """
    key = _key_when_asked(lab, seed, sandbox)
    for name, keyed in key.checks.items():
        if exercises is None or lab.checks[name].exercise in exercises:
            len(keyed.wrong)
    return key


def open_key(
    lab: Lab,
    recording: Callable[[Lab], object] = lambda _: None,
    sandbox: Sandbox | None = None,
) -> AnswerKey:
    """Take the key of the open cases, which gives mistakes their names; record it if need be.

    What the mistakes of an exercise do is recorded in the given sandbox when it is first asked; without a
    sandbox one is opened, and all is recorded at once. `recording` is called before that.

    Raises: RecordingError, SandboxError, SeedError.
    """
    seed = edition.default_seed()
    if sandbox and not edition.is_students():
        return _key_when_asked(lab, seed, sandbox, recording)
    if (known := stored_key(lab, seed)) is not None:
        return known
    recording(lab)
    with open_sandbox() as opened:
        return get_key(lab, seed, opened)


def _key_when_asked(
    lab: Lab, seed: int, sandbox: Sandbox, recording: Callable[[Lab], object] = lambda _: None
) -> AnswerKey:
    """Take the stored key; of what is not stored, the mistakes wait until somebody asks."""
    if (key := _stored(lab, seed)) is None:
        recording(lab)
        sayings = {mistake.id: mistake.says for mistake in load_mistakes(lab)}
        key = AnswerKey(lab.id, seed, _what_is_right(lab, seed, sandbox), sayings)
        _store(lab, seed, "", key.to_bytes())

    @cache
    def of(exercise: str) -> Mapping[str, Mapping[str, list[Observation]]]:
        if (known := _stored_mistakes(lab, seed, exercise)) is not None:
            return known
        recording(lab)
        mistakes = [mistake for mistake in load_mistakes(lab) if mistake.exercise == exercise]
        wrong = _what_they_do(lab, exercise, mistakes, key.checks, sandbox)
        _store(lab, seed, exercise, encode({name: _plain(each) for name, each in wrong.items()}))
        return wrong

    return _with_mistakes(lab, key, of)


def _with_mistakes(
    lab: Lab, key: AnswerKey, of: Callable[[str], Mapping[str, Mapping[str, list[Observation]]]]
) -> AnswerKey:
    """Add to a key what the mistakes of each exercise do."""
    checks = {
        name: replace(keyed, wrong=_WhenAsked(partial(_of_check, of, lab.checks[name])))
        for name, keyed in key.checks.items()
    }
    return replace(key, checks=checks)


def _of_check(
    of: Callable[[str], Mapping[str, Mapping[str, list[Observation]]]], check: Check
) -> Mapping[str, list[Observation]]:
    return of(check.exercise)[check.id]


def stored_key(lab: Lab, seed: int) -> AnswerKey | None:
    """Read the stored key of this lab and seed, unless something it came from has changed.

    The student's edition has one, and cannot record another.

    Raises, in the student's edition alone:
        SeedError: it has the key of another seed.
        UnfitKeyError: its key cannot be read, or was made for other checks.
    """
    if edition.is_students():
        return _released_key(lab, seed)
    key = _stored(lab, seed)
    known = {exercise: _stored_mistakes(lab, seed, exercise) for exercise in lab.exercises}
    if key is None or any(found is None for found in known.values()):
        return None
    return _with_mistakes(lab, key, lambda exercise: known[exercise] or {})


def _stored(lab: Lab, seed: int) -> AnswerKey | None:
    """Read what the reference does."""
    try:
        key = AnswerKey.from_bytes(kept(_place(lab, seed), MAX_KEY_BYTES))
    except (OSError, ValueError, ProtocolError):
        return None
    return key if key.checks.keys() == lab.checks.keys() else None


def _stored_mistakes(
    lab: Lab, seed: int, exercise: str
) -> Mapping[str, Mapping[str, list[Observation]]] | None:
    """Read what the mistakes of an exercise do; each check's are decoded when they are asked for."""
    own = {check.id for check in lab.checks.values() if check.exercise == exercise}
    try:
        frames = decode(kept(_place(lab, seed, exercise), MAX_KEY_BYTES))
    except (OSError, ValueError, ProtocolError):
        return None
    if not isinstance(frames, dict) or frames.keys() != own:
        return None
    return {name: _WhenAsked(partial(_read, frame)) for name, frame in frames.items()}


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


def _store(lab: Lab, seed: int, exercise: str, frame: bytes) -> None:
    """Store a part of a key whole or not at all; where nothing can be written, keys live in memory."""
    place = _place(lab, seed, exercise)
    try:
        keep(place, frame, private=True)
        for old in place.parent.glob(f"{lab.id}-{seed}-*.key"):
            if not old.name.startswith(f"{lab.id}-{seed}-{key_fingerprint(lab)}"):
                old.unlink(missing_ok=True)
    except OSError:
        pass


def _place(lab: Lab, seed: int, exercise: str = "") -> Path:
    """Say where the reference's part of a key is, or that of an exercise's mistakes."""
    name = f"{lab.id}-{seed}-{key_fingerprint(lab)}{exercise and '-'}{exercise}.key"
    return ROOT / STATE / "keys" / name


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
