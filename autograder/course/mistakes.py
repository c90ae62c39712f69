"""Known mistakes: wrong variants of an exercise's body, and the sentence a good teacher would say.

`solutions/labNN_*/mistakes.toml` holds them as patches to the reference. A mistake is a submission
like any other, so the catalogue is at once what names a student's mistake and what tests the checks.
"""

import ast
import textwrap
from dataclasses import dataclass

from autograder.course.catalogue import engine_path
from autograder.course.entries import entries_path, load_entries
from autograder.course.exercises import find_body, replace_lines
from autograder.course.lab import Lab
from autograder.errors import WrongUseError
from autograder.sandbox import Source

__all__ = ["Mistake", "MistakeError", "load_mistakes"]


class MistakeError(WrongUseError):
    """A catalogue entry that does not fit the reference."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One wrong variant: a piece of the body replaced, or the whole body."""

    id: str
    exercise: str
    says: str
    right: str = ""
    wrong: str = ""
    body: str = ""

    @property
    def module(self) -> str:
        """The engine module that the mistake is made in."""
        return self.exercise.partition(".")[0]

    def source(self) -> Source:
        """Write the reference's module with this mistake in it.

        Raises: MistakeError if the patch does not fit.
        """
        path = engine_path(self.module)
        text = path.read_text(encoding="utf-8")
        try:
            first, last = find_body(text, self.exercise)
        except LookupError as error:
            raise MistakeError(f"{self.id}: {error}") from None
        body = "".join(text.splitlines(keepends=True)[first - 1 : last])
        patched = replace_lines(text, first, last, self._patched(body))
        try:
            ast.parse(patched)
        except SyntaxError as error:
            raise MistakeError(f"{self.id}: the patch is no Python: {error}") from None
        return Source(path.name, patched.encode())

    def _patched(self, body: str) -> str:
        if self.body:
            indent = body[: len(body) - len(body.lstrip())]
            return textwrap.indent(textwrap.dedent(self.body).strip() + "\n", indent)
        found = body.count(self.right)
        if found != 1:
            raise MistakeError(
                f"{self.id}: {self.right!r} stands {found} times in {self.exercise}; it must stand once"
            )
        return body.replace(self.right, self.wrong)


def load_mistakes(lab: Lab) -> list[Mistake]:
    """Load a lab's catalogue; an edition without solutions has none.

    Raises: MistakeError for an entry that is not whole, or twice there.
    """
    path = entries_path(lab, "mistakes")
    mistakes: dict[str, Mistake] = {}
    for mistake in load_entries(path, "mistake", Mistake, MistakeError):
        if mistake.id in mistakes:
            raise MistakeError(f"{mistake.id} is in {path.name} twice")
        if mistake.exercise not in lab.exercises:
            raise MistakeError(f"{mistake.id}: {mistake.exercise} is no exercise of {lab.id}")
        if bool(mistake.body) == bool(mistake.right):
            raise MistakeError(f"{mistake.id} needs either right and wrong, or body")
        mistakes[mistake.id] = mistake
    return list(mistakes.values())
