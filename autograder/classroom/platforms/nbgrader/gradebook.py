"""A class's marks in nbgrader's gradebook, without its autograde step; manual scores stay."""

import importlib
import importlib.util
import warnings
from pathlib import Path
from typing import Any

from autograder.classroom.marks import Mark, Marks
from autograder.classroom.platforms.nbgrader.config import BUSY_SECONDS
from autograder.classroom.platforms.nbgrader.notebooks import grade_id
from autograder.text import named

__all__ = ["fill_gradebook"]


def fill_gradebook(course: Path, marks: Marks) -> str | None:
    """Write a class's points into a course's gradebook; return a sentence on what was done.

    None where the course has no gradebook: then there is nothing to say.
    """
    place = course / "gradebook.db"
    if not place.exists():
        return None
    if importlib.util.find_spec("nbgrader") is None:
        return (
            f"{place.name} was left as it is: nbgrader is not installed. Install it with: "
            "pip install 'nnlab-course[instructor]'"
        )
    api: Any = importlib.import_module("nbgrader.api")
    lab = marks.lab.id
    url = f"sqlite:///{place}?timeout={BUSY_SECONDS}"
    with warnings.catch_warnings(action="ignore"), api.Gradebook(url) as book:  # nbgrader's own
        try:
            book.find_assignment(lab)
        except api.MissingEntry:
            return (
                f"{place.name} does not know {lab}. "
                f"Run `nbgrader generate_assignment {lab}`, then this command again."
            )
        left = []
        for mark in marks.marks:
            try:
                _enter(book, lab, mark)
                book.db.commit()
            except Exception:  # noqa: BLE001  such as a name that no database takes
                book.db.rollback()
                left.append(named(mark.student))
    done = f"{len(marks.marks) - len(left)} submissions are in {place.name}."
    return f"{done} Those of {', '.join(left)} could not be entered." if left else done


def _enter(book: Any, lab: str, mark: Mark) -> None:
    """Write one student's points; nothing else of the submission's row is touched.

    What was not graded has no score, not even 0: nbgrader shows it to a human.
    """
    book.update_or_create_student(mark.student)
    submission = book.update_or_create_submission(lab, mark.student)
    points: dict[str, int | None] = {grade_id(c): None for c in mark.submission.lab.checks.values()}
    if mark.report is not None:
        points |= {grade_id(result.check): result.points for result in mark.report.results}
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            if grade.name in points:
                score = points[grade.name]
                grade.auto_score = None if score is None else float(score)
                grade.needs_manual_grade = score is None or grade.manual_score is not None
