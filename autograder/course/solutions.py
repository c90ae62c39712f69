"""What is known of answers: `solutions/labNN_*/` has three lists of them, one TOML file each.

`mistakes.toml` lists wrong variants of an exercise's body, with the sentence a good teacher would say.
A mistake is a submission like any other, so the list is at once what names a student's mistake and
what tests the checks. `valid.toml` lists right answers in other forms, and `equivalent.toml` mutants
that are right all the same. Only the instructor's edition has them.
"""

import ast
import textwrap
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from autograder.course.catalogue import ROOT
from autograder.course.lab import Lab
from autograder.course.reference import body_in, reference_text, with_body
from autograder.errors import WrongUseError
from autograder.sandbox import Source
from autograder.storage import decoded

__all__ = [
    "Equivalent",
    "Mistake",
    "SolutionError",
    "Valid",
    "idea_of",
    "load_equivalent",
    "load_mistakes",
    "load_valid",
    "solutions_path",
]


FORM = "#"
"""It stands between a mistake's id and the number of a further form."""


class SolutionError(WrongUseError):
    """An entry that does not fit the lab; the message names it."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One wrong idea: a piece of the body replaced, or the whole body, and maybe other forms of it."""

    id: str
    exercise: str
    says: str
    right: str = ""
    wrong: str = ""
    body: str = ""
    forms: list[str] = field(default_factory=list)
    """Other whole bodies that hold the same idea."""

    def each_form(self) -> "Iterator[Mistake]":
        """Go through all forms of the idea, each a mistake of one form; see `idea_of`."""
        yield replace(self, forms=[])
        for number, form in enumerate(self.forms, 2):
            yield Mistake(f"{self.id}{FORM}{number}", self.exercise, self.says, body=form)

    @property
    def module(self) -> str:
        """The engine module that the mistake is made in."""
        return self.exercise.partition(".")[0]

    def source(self) -> Source:
        """Write the reference's module with this mistake in it.

        Raises: SolutionError if the patch does not fit.
        """
        text = reference_text(self.module)
        try:
            body = body_in(text, self.exercise)
        except LookupError as error:
            raise SolutionError(f"{self.id}: {error}") from None
        found = body.count(self.right)
        if not self.body and found != 1:
            raise SolutionError(
                f"{self.id}: {self.right!r} stands {found} times in {self.exercise}; it must stand once"
            )
        try:
            wrong = self.body or body.replace(self.right, self.wrong)
            patched = with_body(text, self.exercise, wrong)
        except ValueError as error:
            raise SolutionError(f"{self.id}: the patch is {error}") from None
        return Source(f"{self.module}.py", patched.encode())


def idea_of(name: str) -> str:
    """Return the id of the mistake that a form's name belongs to.

    >>> idea_of("hebb-forgets-bias#2"), idea_of("hebb-forgets-bias")
    ('hebb-forgets-bias', 'hebb-forgets-bias')
    """
    return name.partition(FORM)[0]


@dataclass(frozen=True, slots=True)
class Valid:
    """A right answer in another form: a body that another person may well write."""

    exercise: str
    form: str
    """What is special about it, in a few words."""
    body: str
    also: dict[str, str] = field(default_factory=dict)
    """Bodies of other exercises that go with it."""

    def texts(self) -> dict[str, bytes]:
        """Write the reference's modules with these bodies in them.

        Raises: LookupError if an exercise is not there; SolutionError if a body is not Python.
        """
        texts: dict[str, str] = {}
        for exercise, body in {self.exercise: self.body, **self.also}.items():
            module = exercise.partition(".")[0]
            try:
                texts[module] = with_body(
                    texts.get(module) or reference_text(module), exercise, body
                )
            except ValueError as error:
                raise SolutionError(f"{exercise}, {self.form}: {error}") from None
        return {module: text.encode() for module, text in texts.items()}


@dataclass(frozen=True, slots=True)
class Equivalent:
    """What mutants make of one line without being wrong."""

    exercise: str
    right: str
    wrong: list[str]
    why: str

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """The mutants that this is about: exercise, right line, wrong line."""
        return [(self.exercise, self.right, wrong) for wrong in self.wrong]


def load_mistakes(lab: Lab) -> list[Mistake]:
    """Load a lab's catalogue of known mistakes.

    Raises: SolutionError for an entry that is not whole, or twice there.
    """
    mistakes = _load(lab, "mistakes", "mistake", Mistake)
    _require_once("mistakes.toml", [(mistake.id,) for mistake in mistakes])
    for mistake in mistakes:
        if bool(mistake.body) == bool(mistake.right):
            raise SolutionError(f"{mistake.id} needs either right and wrong, or body")
        _require_forms(mistake)
    return mistakes


def _require_forms(mistake: Mistake) -> None:
    """Refuse further forms that are not bodies, or that are there already.

    Raises: SolutionError.
    """
    where = f"mistakes.toml, {mistake.id}"
    if FORM in mistake.id:
        raise SolutionError(f"{where}: an id has no {FORM}")
    if not isinstance(mistake.forms, list) or not all(isinstance(f, str) for f in mistake.forms):
        raise SolutionError(f"{where}: forms is a list of bodies")
    known = {"", mistake.body.strip()}
    for number, form in enumerate(mistake.forms, 2):
        if form.strip() in known:
            raise SolutionError(f"{where}: form {number} is empty, or there already")
        known.add(form.strip())
        try:
            ast.parse(textwrap.dedent(form))
        except SyntaxError as error:
            raise SolutionError(f"{where}: form {number} is not Python: {error}") from None


def load_valid(lab: Lab) -> list[Valid]:
    """Load a lab's right answers in other forms.

    Raises: SolutionError for an entry that is not whole, or twice there.
    """
    found = _load(lab, "valid", "valid", Valid)
    _require_once("valid.toml", [(valid.exercise, valid.form) for valid in found])
    for valid in found:
        if unknown := valid.also.keys() - set(lab.exercises):
            raise SolutionError(f"{valid.form}: {unknown.pop()} is not an exercise of {lab.id}")
    return found


def load_equivalent(lab: Lab) -> list[Equivalent]:
    """Load a lab's list of equivalent mutants; few labs have some.

    Raises: SolutionError for an entry that is not whole, or twice there.
    """
    found = _load(lab, "equivalent", "equivalent", Equivalent)
    _require_once("equivalent.toml", [change for one in found for change in one.changes])
    for one in found:
        if not one.why.strip():
            raise SolutionError(f"equivalent.toml, {one.right}: it needs a reason")
    return found


def solutions_path(lab: Lab, name: str) -> Path:
    """Return the path of a file of a lab's solutions, whether it is there or not."""
    return (lab.home or ROOT) / "solutions" / lab.id / name


Entry = TypeVar("Entry", Mistake, Valid, Equivalent)


def _load(lab: Lab, name: str, table: str, entry: type[Entry]) -> list[Entry]:
    """Read a list whose entries begin with `[[table]]`; one that is not there is empty.

    Raises: SolutionError for a file that is not such a list, and for an entry that lacks a part, has one
        too many or is about something else. An entry is named by what it says first.
    """
    path = solutions_path(lab, f"{name}.toml")
    if not path.exists():
        return []
    try:
        listed = tomllib.loads(decoded(path.read_bytes())).get(table, [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SolutionError(f"{path.name} is not TOML: {error}") from None
    if not isinstance(listed, list) or not all(isinstance(parts, dict) for parts in listed):
        raise SolutionError(f"{path.name}: an entry begins with [[{table}]]")
    entries = []
    for parts in listed:
        first = next(iter(parts.values()), "?")
        try:
            entries.append(entry(**parts))
        except TypeError as error:
            raise SolutionError(f"{path.name}, {first}: {error}") from None
        if entries[-1].exercise not in lab.exercises:
            raise SolutionError(
                f"{path.name}, {first}: {entries[-1].exercise} is not an exercise of {lab.id}"
            )
    return entries


def _require_once(name: str, listed: list[tuple[str, ...]]) -> None:
    """Refuse a list that has something twice.

    Raises: SolutionError.
    """
    for twice in listed:
        if listed.count(twice) > 1:
            raise SolutionError(f"{', '.join(twice)} is in {name} twice")
