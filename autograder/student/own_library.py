"""Run the student's own library: figures are drawn and networks trained by what the student wrote.

It runs in the sandbox, under limits, as it does for a check, and gives back numbers. What is not written yet
is named.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import text as show
from autograder.course import edition
from autograder.course.catalogue import engine_path, lab_ids, labs, owner_of, reference_for
from autograder.errors import WrongUseError
from autograder.gallery.asked import Asked, question
from autograder.grading.explain import why_lost
from autograder.sandbox import Source, open_sandbox
from autograder.sandbox.observation import Lost, Raised, Returned
from autograder.student.find import all_modules

__all__ = ["NotRunError", "Result", "run_own"]


class NotRunError(WrongUseError):
    """The student's library did not come to an end; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Result:
    """Plain data that a student's library gave, and which of the student's files took part."""

    numbers: Any
    files: tuple[str, ...]

    @property
    def by(self) -> str:
        """Name who computed it."""
        return f"your {show.listed(self.files)}" if self.files else "the provided modules"


def run_own(
    name: str,
    asked: Asked,
    case: Mapping[str, Any],
    cwd: Path,
    *,
    title: str = "",
    here: bool = True,
) -> Result:
    """Ask the library of the workspace that we are in; what goes wrong is said under a title.

    `here` lets the sandbox be a copy of this process, as a command can be and a notebook's kernel cannot.

    Raises: NotRunError if something is missing or goes wrong; SandboxError if no process can be started.
    """
    own, missing = all_modules(cwd)
    stubs = {module: Source(f"{module}.py", engine_path(module).read_bytes()) for module in missing}
    provided = reference_for(labs()[0])
    title = title or name
    with open_sandbox(here=here) as sandbox:
        answer = sandbox.ask(question(name, asked, case, own, {**provided, **stubs}))
    (seen,) = answer.observations
    match seen:
        case Returned(value={"numbers": dict(numbers), "used": [*used]}):
            files = [f"{m}.py" for m in own if m in used]
            return Result(numbers, tuple(files))
        case Raised():
            raise NotRunError(_why(title, seen))
        case Lost():
            raise NotRunError(f"{title}: {why_lost(asked.limits, seen, answer.computed)}")
    raise NotRunError(f"{title}: something else was written into the channel of the answer.")


def _why(name: str, error: Raised) -> str:
    """Say what is missing, or which line of which file raised what."""
    message = show.named(error.message)
    lab_id, _, exercise = message.partition(": ")
    if error.kind == "NotImplementedError" and lab_id in lab_ids():
        return (
            f"{name} needs {exercise} of {lab_id}, which is not written yet. "
            f"Write it in {edition.PLACE}/{lab_id}; nnlab grade {lab_id} says whether it is right."
        )
    where = f", in {show.named(error.file)}, line {error.line}" if error.file else ""
    line = f"\n  {show.named(error.source)}" if error.source else ""
    owner = owner_of(Path(error.file).stem) if error.file else None
    grade = f" {owner.id}" if owner else ""
    return (
        f"{name}: your library raised {show.named(error.kind)}: {message}{where}.{line}\n"
        f"nnlab grade{grade} says what is not right yet."
    )
