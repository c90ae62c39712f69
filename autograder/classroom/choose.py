"""Which file: of all that one person handed in, what can be meant by a lab's module.

A sure sign decides, and a note says so. Where none does, several readings are left; a person decides
between them if their marks differ.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from autograder import text
from autograder.classroom.kinds import Kind
from autograder.classroom.people import Parts, is_hidden
from autograder.course.lab import Lab

__all__ = ["Candidate", "Likeness", "Reading", "likeness", "readings"]


class Likeness(IntEnum):
    """How much a file's name is like a module's."""

    EXACT = 0
    NEAR = 1
    """Only capitals, a number that a browser or a platform adds, or a second suffix differ."""
    LOOSE = 2
    """The module's name is a word in it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be a lab's module."""

    module: str
    parts: Parts
    likeness: Likeness
    content: bytes
    attempt: str = ""

    @property
    def path(self) -> str:
        """Where it was, in the person's files; as it may be shown."""
        return text.named("/".join(self.parts))

    @property
    def order(self) -> tuple[int, int, Parts]:
        """What is nearest to the top, and to the module's name, first."""
        return len(self.parts), self.likeness, self.parts


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand what was handed in: a file for each module that was found."""

    chosen: Mapping[str, Candidate]
    notes: tuple[str, ...] = ()
    oddities: tuple[Kind, ...] = ()
    """Why somebody should look at the choice."""


MAX_PLACES = 3

_BEFORE = re.compile(r"^(?:\d{14}_|copy of |copie de |kopie von |copia de )")
_NUMBER = re.compile(r"(?:[ _]?\(\d+\)|[ _-]\d{1,2})$")
_AFTER = re.compile(r"(?<=\.py)(?:\.(?:bak|old|orig|save|\d{1,2})|~|[;?].*)$")
"""What editors and servers put after the name of an older file, or of a download."""


def likeness(name: str, module: str) -> Likeness | None:
    """Say how much a name is like a module's file; None if it is another file."""
    if name == f"{module}.py":
        return Likeness.EXACT
    whole = unicodedata.normalize("NFKC", name).strip().lower()
    stem = file = _AFTER.sub("", whole)
    while stem.endswith((".py", ".txt", ".pyw")):
        stem = stem.rpartition(".")[0].rstrip()
    if stem == file or file.endswith(f"test_{module}.py"):
        return None
    if file == whole and _NUMBER.sub("", _BEFORE.sub("", stem)) == module:
        return Likeness.NEAR
    word = re.search(rf"(?<![^\W_]){re.escape(module)}(?![^\W_])", stem)
    return Likeness.LOOSE if word else None


def readings(
    lab: Lab, candidates: Sequence[Candidate], is_stub: Callable[[Candidate], bool]
) -> list[Reading]:
    """Find the readings of a person's files; only one, if there is no doubt.

    Args:
        lab: the lab.
        candidates: everything that may be one of its modules.
        is_stub: says whether nothing is written in a file yet; such a file never wins over work.
    """
    left: dict[str, list[Candidate]] = {}
    notes: list[str] = []
    oddities: list[Kind] = []
    for module in lab.modules:
        found = sorted((c for c in candidates if c.module == module), key=lambda c: c.order)
        if found:
            left[module], note = _sure(lab, found, is_stub)
            notes += note
            is_several = len({each.content for each in found}) > 1
            oddities += [Kind.SEVERAL] * is_several
            oddities += [Kind.NEAR] * bool(left[module][0].likeness)
    ways = [{module: found[0] for module, found in left.items()}]
    for doubtful in (each for found in left.values() if len(found) > 1 for each in found):
        way = {module: _beside(doubtful, found) for module, found in left.items()}
        if way not in ways:
            ways.append(way)
    return [Reading(way, tuple(notes), tuple(oddities)) for way in ways]


def _beside(candidate: Candidate, found: Sequence[Candidate]) -> Candidate:
    """Take the candidate itself, else what lies in its folder, else the nearest to the top."""
    here = [each for each in found if each.parts[:-1] == candidate.parts[:-1]]
    return candidate if candidate in found else [*here, found[0]][0]


def _sure(
    lab: Lab, found: list[Candidate], is_stub: Callable[[Candidate], bool]
) -> tuple[list[Candidate], list[str]]:
    """Leave of a module's candidates those that no sure sign rules out, each text once."""
    all_texts = {each.content for each in found}
    last = max(each.attempt for each in found)
    signs: tuple[tuple[str, Callable[[Candidate], bool]], ...] = (
        ("others are not the student's own", lambda c: not _is_foreign(c.parts)),
        ("the other is still the stub", lambda c: not is_stub(c)),
        (f"it is in {lab.id}", lambda c: lab.id in map(str.lower, c.parts[:-1])),
        ("others are called otherwise", lambda c: c.likeness < Likeness.LOOSE),
        ("it is the last attempt", lambda c: c.attempt == last),
    )
    why = ""
    for reason, fits in signs:
        kept = [each for each in found if fits(each)] if len(found) > 1 else found
        if kept and {each.content for each in kept} != {each.content for each in found}:
            why = f": {reason}"
        found = kept or found
    nearest = {each.content: each for each in reversed(found)}
    left = [each for each in found if nearest[each.content] is each]
    first = left[0]
    if len(left) == 1 and len(all_texts) > 1:
        times = f"{len(all_texts)} different files"
        return left, [f"For {first.module}.py there are {times}. Graded is {first.path}{why}."]
    if len(left) > 1:  # which of them counts is said when it is known what each earns
        return left, []
    if first.likeness or _is_foreign(first.parts):
        return left, [f"Graded as {first.module}.py is {first.path}."]
    places = [text.named("/".join(each.parts[:-1])) for each in found]
    if len(set(places)) > 1 and all(places):  # a student's copies, or several students
        return left, [f"{first.module}.py is the same in {text.listed(places, MAX_PLACES)}."]
    return left, []


def _is_foreign(parts: Parts) -> bool:
    """Say whether a file lies in what tools make: installed, built or packed, whatever a folder is called.

    A student may work in a folder `build` or `env`; what a tool puts below it is not the student's.
    """
    folders = [part.lower() for part in parts[:-1]]
    return any(map(is_hidden, folders)) or any(
        inner in {"site-packages", "dist-packages"}
        or (folder, inner) == ("build", "lib")
        or (folder == "dist" and _RELEASE.fullmatch(inner))
        for folder, inner in zip(["", *folders], folders, strict=False)
    )


_RELEASE = re.compile(r".+-\d+(?:\.\d+)+(?:\.tar\.gz|\.zip)")
"""What Python's tools call what they pack."""
