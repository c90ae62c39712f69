"""What a human has graded: the points of a lab's essays, from nbgrader's gradebook."""

import importlib
import importlib.util
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.classroom.platforms.nbgrader.config import BUSY_SECONDS
from autograder.classroom.platforms.nbgrader.notebooks import grade_id
from autograder.course.lab import Lab
from autograder.errors import WrongUseError
from autograder.text import named

__all__ = ["Essays", "read_essays"]


@dataclass(frozen=True, slots=True)
class Essays:
    """The points that humans give in one lab."""

    max_points: float = 0.0
    scores: Mapping[str, float | None] = field(default_factory=dict)
    """By student; None as long as one of the answers waits for a human."""


def read_essays(course: Path, lab: Lab) -> Essays:
    """Read what humans have graded.

    Raises: WrongUseError if the course has no gradebook that can be read, or it does not know the lab.
    """
    place = course / "gradebook.db"
    if not place.is_file() or importlib.util.find_spec("nbgrader") is None:
        raise WrongUseError(
            "The points of essays are in nbgrader's gradebook, and there is none here. "
            "`nnlab setup nbgrader` makes a course that has one; without essays leave out --essays."
        )
    api: Any = importlib.import_module("nbgrader.api")
    ours = {grade_id(check) for check in lab.checks.values()}
    try:
        with warnings.catch_warnings(action="ignore"):  # nbgrader's own
            return _read(api, f"sqlite:///{place}?timeout={BUSY_SECONDS}", lab.id, ours)
    except api.MissingEntry:
        raise WrongUseError(
            f"{place.name} does not know {lab.id}. Run `nbgrader generate_assignment {lab.id}` first."
        ) from None
    except Exception as error:
        why = named(getattr(error, "orig", None) or error)
        raise WrongUseError(f"{place.name} cannot be read: {why}.") from error


def _read(api: Any, url: str, lab_id: str, ours: set[str]) -> Essays:
    with api.Gradebook(url) as book:
        cells = [
            cell
            for notebook in book.find_assignment(lab_id).notebooks
            for cell in (*notebook.grade_cells, *notebook.task_cells)
            if cell.name not in ours
        ]
        scores: dict[str, float | None] = {}
        for submission in book.assignment_submissions(lab_id):
            grades = [g for n in submission.notebooks for g in n.grades if g.name not in ours]
            waits = any(grade.needs_manual_grade for grade in grades)
            total = sum(float(grade.score or 0) for grade in grades)
            scores[submission.student.id] = None if waits else total
        return Essays(sum(float(cell.max_score) for cell in cells), scores)
