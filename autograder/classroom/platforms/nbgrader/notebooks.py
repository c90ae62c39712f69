"""A lab's notebook: generated from its exercises and checks, and the author's own short text.

The author's text is `solutions/labNN_*/notebook.md`: an introduction and questions, as Markdown that
Jupyter opens by jupytext. A heading that names an exercise holds what is said above its checks; a
heading such as `## Question: why-it-fails (2 points)` begins a question that a human grades, and
`### Answer` below it the worked answer. All else is generated: the cells that grade hold one call and
carry their check's id and points.
"""

import importlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.lab import Check, Lab
from autograder.course.reference import task_of
from autograder.course.solutions import solutions_path
from autograder.errors import WrongUseError
from autograder.storage import decoded

__all__ = ["NAMESPACE", "Question", "Text", "TextError", "grade_id", "make_notebook", "read_text"]

NAMESPACE = "nnlab"
"""Our part of a cell's metadata: nbgrader's own admits no other key."""

ANSWER = "### Answer"
_QUESTION = re.compile(r"## Question: (?P<name>[a-z0-9-]+) \((?P<points>\d+) points?\)")


class TextError(WrongUseError):
    """The author's text is not what a notebook can be made of."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that a human grades."""

    name: str
    points: int
    asks: str
    answer: str


@dataclass(frozen=True, slots=True)
class Text:
    """What an author writes for one lab."""

    introduction: tuple[Any, ...]
    """Cells above the exercises."""
    notes: dict[str, tuple[Any, ...]]
    """Cells above an exercise's checks, by the exercise."""
    questions: tuple[Question, ...]


def read_text(lab: Lab, path: Path | None = None) -> Text:
    """Read an author's text.

    Raises: TextError with the heading that does not fit.
    """
    place = path or solutions_path(lab, "notebook.md")
    jupytext: Any = importlib.import_module("jupytext")
    try:
        text = decoded(place.read_bytes())
    except FileNotFoundError:
        raise TextError(f"{lab.id} has no {place.name}: write {place}.") from None
    cells = jupytext.reads(text, {"extension": ".md", "split_at_heading": True}).cells
    introduction: list[Any] = []
    notes: dict[str, list[Any]] = {}
    questions: list[list[Any]] = []
    current = introduction
    for cell in cells:
        heading = cell.source.partition("\n")[0].strip()
        if heading.startswith("## Question"):
            current = []
            questions.append(current)
        elif heading.startswith("## "):
            name = heading.removeprefix("## ").strip("` ")
            if name not in lab.exercises:
                raise TextError(
                    f"{place.name} of {lab.id}: {heading!r} is neither an exercise of the lab nor "
                    "a question such as '## Question: why-it-fails (2 points)'."
                )
            current = notes.setdefault(name, [])
            cell.source = cell.source.partition("\n")[2].strip()
            if not cell.source:
                continue
        current.append(cell)
    asked = tuple(_question(lab, cells) for cells in questions)
    names = [question.name for question in asked]
    if len(set(names)) < len(names):
        raise TextError(f"{place.name} of {lab.id}: two questions have one name in {names}.")
    noted = {name: tuple(cells) for name, cells in notes.items()}
    return Text(tuple(introduction), noted, asked)


def _question(lab: Lab, cells: Sequence[Any]) -> Question:
    text = "\n\n".join(cell.source for cell in cells)
    head, _, body = text.partition("\n")
    match = _QUESTION.fullmatch(head.strip())
    asks, marker, answer = body.partition(f"\n{ANSWER}\n")
    if match is None or not marker or not asks.strip() or not answer.strip():
        raise TextError(
            f"notebook.md of {lab.id}: {head!r} should be '## Question: NAME (N points)', then the "
            f"question, then {ANSWER!r}, then the answer."
        )
    return Question(match["name"], int(match["points"]), asks.strip(), answer.strip())


def grade_id(check: Check) -> str:
    """Name a check as nbgrader names cells: without dots."""
    return check.id.replace(".", "-")


def make_notebook(lab: Lab, text: Text) -> Any:
    """Make a lab's source notebook, with the worked answers, as nbgrader's generate step takes it."""
    v4: Any = importlib.import_module("nbformat.v4")
    cells = list(_cells(lab, text))
    names = [cell.metadata.nbgrader.grade_id for cell in cells]
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise TextError(f"The notebook of {lab.id} has two cells named {', '.join(twice)}.")
    for cell in cells:
        cell.id = cell.metadata.nbgrader.grade_id[:64]  # no chance in it: the file is reproducible
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return v4.new_notebook(cells=cells, metadata=metadata)


def _cells(lab: Lab, text: Text) -> Iterator[Any]:
    for number, cell in enumerate(text.introduction):
        yield _locked(cell.cell_type, cell.source, f"introduction-{number}")
    files = " and ".join(f"`{module}.py`" for module in lab.modules)
    yield _locked(
        "markdown",
        f"You write your answers in {files}, beside this notebook. Save, then run a cell below: it "
        "grades the file as it is, and tells what is right and what is not. "
        "Cells that grade cannot be changed.",
        "how-it-works",
    )
    yield _locked("code", "from autograder import check", "setup")
    for exercise in lab.exercises:
        checks = [check for check in lab.checks.values() if check.exercise == exercise]
        name = exercise.replace(".", "-")
        yield _locked("markdown", _task(exercise, checks), f"task-{name}")
        for number, cell in enumerate(text.notes.get(exercise, ())):
            yield _locked(cell.cell_type, cell.source, f"note-{name}-{number}")
        for check in checks:
            yield _graded(check)
    for question in text.questions:
        title = f"## Question ({question.points} points)\n\n{question.asks}"
        yield _locked("markdown", title, f"question-{question.name}")
        yield _asked(question)


def _task(exercise: str, checks: Sequence[Check]) -> str:
    """Say what an exercise is about, and what its checks promise."""
    promises = "\n".join(f"- {check.title} ({check.points})" for check in checks)
    head = f"## `{exercise.partition('.')[2]}`"
    return "\n\n".join(filter(None, [head, task_of(exercise).partition("\n")[0], promises]))


def _locked(kind: str, source: str, name: str) -> Any:
    """Make a cell that cannot be changed."""
    return _cell(kind, source, grade_id=name, grade=False, solution=False, locked=True)


def _graded(check: Check) -> Any:
    """Make a cell that grades: one call."""
    cell = _cell(
        "code",
        f'check("{check.id}")',
        grade_id=grade_id(check),
        grade=True,
        solution=False,
        locked=True,
        points=check.points,
    )
    cell.metadata[NAMESPACE] = {"check": check.id}
    return cell


def _asked(question: Question) -> Any:
    """Make the cell of a question's answer; without marks, nbgrader's generate step cuts all of it."""
    return _cell(
        "markdown",
        question.answer,
        grade_id=f"answer-{question.name}",
        grade=True,
        solution=True,
        locked=False,
        points=question.points,
    )


def _cell(kind: str, source: str, **nbgrader: Any) -> Any:
    v4: Any = importlib.import_module("nbformat.v4")
    new = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    return new(source, metadata={"nbgrader": {"schema_version": 3, "task": False, **nbgrader}})
