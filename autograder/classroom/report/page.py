"""The page of a class: what to say in class, and whom each mistake leads to."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from autograder.classroom.counting import Counted
from autograder.classroom.items import FEWEST, analyse
from autograder.classroom.marks import Mark, Marks
from autograder.classroom.report.figures import class_figures, results_of
from autograder.course.lab import Status
from autograder.report.web.pages import fill

__all__ = ["to_class_html"]

MOST = 10
"""Mistakes and checks that are shown at once: rarer ones are folded."""


@dataclass(frozen=True, slots=True)
class _Student:
    """A row: one student."""

    name: str
    anchor: str
    address: str
    """Of the student's own page, if there is one."""
    points: int | None
    counted: Counted
    failed: tuple[str, ...]
    mistakes: tuple[str, ...]
    remarks: tuple[str, ...]
    """What somebody should look at: a file that is missing, or what was decided."""


def to_class_html(marks: Marks, addresses: Mapping[str, str] | None = None) -> str:
    """Write the page; `addresses` leads from a student's name to the student's own page."""
    seen = class_figures(marks)
    students = [
        _student(marks, mark, number, addresses or {}) for number, mark in enumerate(marks.marks, 1)
    ]
    return fill(
        "class.html",
        lab=marks.lab,
        seen=seen,
        mean=statistics.fmean(seen.reached) if seen.reached else 0.0,
        median=statistics.median(seen.reached) if seen.reached else 0.0,
        students=students,
        analysis=analyse(marks),
        fewest=FEWEST,
        most=MOST,
        anchors={student.name: student.anchor for student in students},
        mistakes={made.name: f"mistake-{i}" for i, made in enumerate(seen.mistakes, 1)},
        checks={check.name: f"check-{i}" for i, check in enumerate(seen.failing, 1)},
    )


def _student(marks: Marks, mark: Mark, number: int, addresses: Mapping[str, str]) -> _Student:
    results, counted = results_of(mark), marks.counted(mark)
    return _Student(
        mark.student,
        f"student-{number}",
        addresses.get(mark.student, ""),
        mark.report.points if mark.report else None,
        counted,
        tuple(r.check.id for r in results if r.status is Status.FAILED),
        tuple(dict.fromkeys(" | ".join(r.mistakes) for r in results if r.mistakes)),
        (*counted.why, *mark.remarks),
    )
