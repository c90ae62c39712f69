"""Right answers in other forms: `solutions/labNN_*/valid.toml`, none of which may be refused.

Each entry is the body of one exercise as somebody else may well write it, put in the reference's
place; `also` holds bodies of other exercises that go with it.
"""

import ast
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from autograder.authoring.proof.work import Unit, graded, work_through
from autograder.course.catalogue import engine_path
from autograder.course.entries import entries_path, load_entries
from autograder.course.exercises import find_body, replace_lines
from autograder.course.lab import Lab, Status
from autograder.errors import WrongUseError

__all__ = ["SEEDS", "Valid", "ValidError", "judged", "load_valid"]

SEEDS = 3
"""Seeds that each form is asked under."""


class ValidError(WrongUseError):
    """An entry that does not fit the lab."""


@dataclass(frozen=True, slots=True)
class Valid:
    """One right answer in a form of its own."""

    exercise: str
    form: str
    """What is special about it, in a few words."""
    body: str
    also: dict[str, str] = field(default_factory=dict)

    def texts(self) -> dict[str, bytes]:
        """Write the modules with these bodies in them.

        Raises: ValidError if one is no Python.
        """
        texts: dict[str, str] = {}
        for exercise, body in {self.exercise: self.body, **self.also}.items():
            module = exercise.partition(".")[0]
            text = texts.get(module) or engine_path(module).read_text(encoding="utf-8")
            first, last = find_body(text, exercise)
            head = text.splitlines()[first - 1]
            indent = head[: len(head) - len(head.lstrip())]
            texts[module] = replace_lines(
                text, first, last, textwrap.indent(body.strip("\n") + "\n", indent)
            )
            try:
                ast.parse(texts[module])
            except SyntaxError as error:
                raise ValidError(f"{exercise}, {self.form}: no Python: {error}") from None
        return {module: text.encode() for module, text in texts.items()}


def load_valid(lab: Lab) -> list[Valid]:
    """Load a lab's collection; an edition without solutions has none.

    Raises: ValidError for an entry that is not whole, or twice there.
    """
    path = entries_path(lab, "valid")
    found: dict[tuple[str, str], Valid] = {}
    for valid in load_entries(path, "valid", Valid, ValidError):
        unknown = {valid.exercise, *valid.also} - set(lab.exercises)
        if unknown:
            raise ValidError(f"{valid.form}: {unknown.pop()} is no exercise of {lab.id}")
        if (valid.exercise, valid.form) in found:
            raise ValidError(f"{valid.exercise}, {valid.form}: it is in {path.name} twice")
        found[valid.exercise, valid.form] = valid
    return list(found.values())


def judged(labs: Sequence[Lab], *, jobs: int = 1) -> Iterator[tuple[str, Valid, list[str]]]:
    """Grade every form; yield its lab, the form, and what was refused, as sentences.

    Raises: SandboxError or RecordingError, which are ours.
    """
    units, made = [], {}
    for lab in labs:
        for valid in load_valid(lab):
            texts = valid.texts()
            told = repr((valid.exercise, valid.form, sorted(texts.items())))
            name = sha256(told.encode()).hexdigest()[:24]
            units.append(Unit(name, lab.id, texts))
            made[lab.id, name] = valid
    for unit, refused in work_through("valid", _refused, units, jobs=jobs):
        yield unit.lab, made[unit.lab, unit.id], refused


def _refused(lab: Lab, texts: dict[str, bytes]) -> list[str]:
    """Say which checks refuse a submission, under which seed and why."""
    return [
        f"{result.check.id}, seed {seed}: {result.message}"
        for seed in range(SEEDS)
        for result in graded(lab, texts, seed).results
        if result.status is not Status.PASSED
    ]
