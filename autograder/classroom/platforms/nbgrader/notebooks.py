"""A lab's notebook: generated from its exercises and checks, and the author's own short text.

The author's text is `solutions/labNN_*/notebook.md`: an introduction and questions, as Markdown that
Jupyter opens by jupytext. A heading that names an exercise holds what is said above its checks; a
heading such as `## Question: why-it-fails (2 points)` begins a question that a human grades, and
`### Answer` below it the worked answer; `## Experiment:` begins one of `autograder.course.experiments`.
Both come after the exercise whose heading stands above them, or after all exercises. A line of the form
Figure: `gates` below an exercise's heading is a figure that the student's code draws after its checks. All
else is generated: the cells that grade hold one call and carry their check's id and points.
"""

import importlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.experiments import (
    FIGURE,
    MACHINE_POINTS,
    Experiment,
    TextError,
    read_experiments,
)
from autograder.course.lab import Check, Lab
from autograder.course.reference import task_of
from autograder.course.solutions import solutions_path
from autograder.storage import decoded

__all__ = [
    "ANSWER_CELL",
    "NAMESPACE",
    "OBSERVE",
    "PREDICT",
    "Question",
    "Text",
    "TextError",
    "grade_id",
    "make_notebook",
    "read_text",
]

NAMESPACE = "nnlab"
"""Our part of a cell's metadata: nbgrader's own admits no other key."""

PREDICT = "predict-"
"""So begins the name of a cell in which a student predicts."""

OBSERVE = "observe-"
"""So begins the name of a cell that runs an experiment."""

ANSWER_CELL = "answer-"
"""So begins the name of a cell that a human grades."""

ANSWER = "### Answer"
EXPERIMENT = "## Experiment: "
MAX_FORMULA_LINES = 5
"""A longer paragraph of a docstring is prose, whatever signs it holds."""

_PROSE_ENDS = re.compile(r"\n\n(?:[A-Z]\w+: |>>> )")
_FORMULA = re.compile(r" = |←|≈| ~ ")
_QUESTION = re.compile(r"## Question: (?P<name>[a-z0-9-]+) \((?P<points>\d+) points?\)")


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
    figures: dict[str, tuple[str, ...]]
    """Figures below an exercise's checks, by the exercise."""
    asked: dict[str, tuple[Question | Experiment, ...]]
    """Questions and experiments below an exercise's checks, by the exercise; under "" those of the end."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions, in the notebook's order."""
        return tuple(q for asked in self.asked.values() for q in asked if isinstance(q, Question))

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        """All experiments, in the notebook's order."""
        return tuple(e for asked in self.asked.values() for e in asked if isinstance(e, Experiment))


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
    experiments = read_experiments(lab, text)
    introduction: list[Any] = []
    notes: dict[str, list[Any]] = {}
    figures: dict[str, tuple[str, ...]] = {}
    asked: dict[str, list[list[Any] | Experiment]] = {name: [] for name in (*lab.exercises, "")}
    current, exercise = introduction, ""
    for cell in cells:
        heading = cell.source.partition("\n")[0].strip()
        if heading.startswith("## Question"):
            current = []
            asked[exercise].append(current)
        elif heading.startswith(EXPERIMENT):
            current = []  # it has been read
            name = heading.removeprefix(EXPERIMENT).partition(" ")[0]
            asked[exercise].append(experiments[name])
        elif heading.startswith("## "):
            exercise = heading.removeprefix("## ").strip("` ")
            if exercise not in lab.exercises:
                raise TextError(
                    f"{place.name} of {lab.id}: {heading!r} is neither an exercise of the lab nor "
                    "a question such as '## Question: why-it-fails (2 points)'."
                )
            current = notes.setdefault(exercise, [])
            below = cell.source.partition("\n")[2]
            figures[exercise] = (*figures.get(exercise, ()), *FIGURE.findall(below))
            cell.source = FIGURE.sub("", below).strip()
            if not cell.source:
                continue
        current.append(cell)
    made = {
        name: tuple(_question(lab, one) if isinstance(one, list) else one for one in some)
        for name, some in asked.items()
    }
    noted = {name: tuple(some) for name, some in notes.items()}
    found = Text(tuple(introduction), noted, figures, made)
    names = [one.name for some in made.values() for one in some]
    if len(set(names)) < len(names):
        raise TextError(f"{place.name} of {lab.id}: two questions have one name in {names}.")
    return found


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
    yield _locked("code", "from autograder import check, figure, observe, predict", "setup")
    for exercise in lab.exercises:
        checks = [check for check in lab.checks.values() if check.exercise == exercise]
        name = exercise.replace(".", "-")
        yield _locked("markdown", _task(exercise, checks), f"task-{name}")
        for number, cell in enumerate(text.notes.get(exercise, ())):
            yield _locked(cell.cell_type, cell.source, f"note-{name}-{number}")
        for check in checks:
            yield _graded(check)
        for figure in text.figures.get(exercise, ()):
            yield _locked("code", f'figure("{figure}")', f"figure-{figure}")
        yield from _asked(text.asked[exercise])
    yield from _asked(text.asked[""])


def _asked(asked: Sequence[Question | Experiment]) -> Iterator[Any]:
    for one in asked:
        if isinstance(one, Experiment):
            yield from _experiment(one)
        else:
            title = f"## Question ({_points(one.points)})\n\n{one.asks}"
            yield _locked("markdown", title, f"question-{one.name}")
            yield _answer(one.name, one.answer, one.points)


def _experiment(experiment: Experiment) -> Iterator[Any]:
    """Ask for a prediction, run the student's code, draw the figure, ask for the explanation."""
    kind = f"Predict {experiment.kind}"
    shown = (
        f"## Experiment: predict, run, explain ({MACHINE_POINTS} + {_points(experiment.points)})",
        experiment.asks,
        f"{kind}, and run the cell. A wrong prediction costs nothing.",
    )
    yield _locked("markdown", "\n\n".join(shown), f"experiment-{experiment.name}")
    predict = _locked("code", experiment.call, f"{PREDICT}{experiment.name}")
    predict.metadata.nbgrader.locked = False
    yield predict
    lines = f"`observe` runs these lines with your modules:\n\n```python\n{experiment.lines}```"
    yield _locked("markdown", lines, f"lines-{experiment.name}")
    name = f"{OBSERVE}{experiment.name}"
    yield _grading(f'observe("{experiment.name}")', name, MACHINE_POINTS)
    if experiment.figure:
        yield _locked("code", f'figure("{experiment.figure}")', f"figure-of-{experiment.name}")
    explain = (
        "Explain what you see, and what made the difference to your prediction if there is one."
    )
    yield _locked("markdown", explain, f"explain-{experiment.name}")
    yield _answer(experiment.name, experiment.explanation, experiment.points)


def _points(number: int) -> str:
    return f"{number} point{'s' if number != 1 else ''}"


def _task(exercise: str, checks: Sequence[Check]) -> str:
    """Say what an exercise is about, with its formula, and what its checks promise."""
    promises = "\n".join(f"- {check.title} ({check.points})" for check in checks)
    head = f"## `{exercise.partition('.')[2]}`"
    sentence, *more = _PROSE_ENDS.split(task_of(exercise), maxsplit=1)[0].split("\n\n")
    formulas = [p for p in more if _FORMULA.search(p) and p.count("\n") < MAX_FORMULA_LINES]
    formula = "```text\n{}\n```".format("\n\n".join(formulas)) if formulas else ""
    return "\n\n".join(filter(None, [head, sentence, formula, promises]))


def _locked(kind: str, source: str, name: str) -> Any:
    """Make a cell that cannot be changed."""
    return _cell(kind, source, grade_id=name, grade=False, solution=False, locked=True)


def _graded(check: Check) -> Any:
    """Make the cell of a check."""
    cell = _grading(f'check("{check.id}")', grade_id(check), check.points)
    cell.metadata[NAMESPACE] = {"check": check.id}
    return cell


def _grading(call: str, name: str, points: int) -> Any:
    """Make a cell that grades: one call."""
    return _cell(
        "code", call, grade_id=name, grade=True, solution=False, locked=True, points=points
    )


def _answer(name: str, text: str, points: int) -> Any:
    """Make the cell of an answer; without marks, nbgrader's generate step cuts all of it."""
    return _cell(
        "markdown",
        text,
        grade_id=f"{ANSWER_CELL}{name}",
        grade=True,
        solution=True,
        locked=False,
        points=points,
    )


def _cell(kind: str, source: str, **nbgrader: Any) -> Any:
    v4: Any = importlib.import_module("nbformat.v4")
    new = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    return new(source, metadata={"nbgrader": {"schema_version": 3, "task": False, **nbgrader}})
