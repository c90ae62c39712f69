"""What a class's marks come to: how they are spread, what failed, which mistakes are behind it."""

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from autograder.classroom.look import Group, needs_a_look
from autograder.classroom.marks import Mark, Marks
from autograder.course.lab import Status
from autograder.grading.report import CheckResult, Report

__all__ = ["Band", "ClassFigures", "Counted", "Times", "class_figures", "results_of"]

BANDS = 5


@dataclass(frozen=True, slots=True)
class Band:
    """A range of points, and who reached it."""

    low: int
    high: int
    students: tuple[str, ...]


@dataclass(slots=True)
class Counted:
    """A check that failed or a mistake that was made, and by whom; each student counts once."""

    name: str
    says: str
    """The check's promise, or what is to be said about the mistake."""
    students: list[str] = field(default_factory=list)
    not_asked: int = 0
    """For a check: how many were not asked, for what it needs had failed."""
    checks: list[str] = field(default_factory=list)
    """For a mistake: the checks that it showed in."""


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds that the submissions' own code took; those that are equal are graded once."""

    total: float
    median: float
    longest: float
    slowest: str
    """The student whose code took longest."""


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """A class in numbers, the most frequent first."""

    submissions: int
    reached: tuple[int, ...]
    bands: tuple[Band, ...]
    failing: tuple[Counted, ...]
    mistakes: tuple[Counted, ...]
    look: tuple[Group, ...]
    """Whom a person should look at."""
    times: Times | None
    """None where no time was taken."""


def class_figures(marks: Marks) -> ClassFigures:
    """Count what a class did."""
    reports = {mark.student: mark.report for mark in marks.marks if mark.report}
    there = {m.student: replace(m.report, results=results_of(m)) for m in marks.marks if m.report}
    points = {name: r.points for name, r in reports.items() if r.points is not None}
    return ClassFigures(
        len(marks.marks),
        tuple(points.values()),
        tuple(_bands(points, marks.lab.points)),
        tuple(_failing(there)),
        tuple(_mistakes(reports)),
        needs_a_look(marks),
        _times(marks),
    )


def results_of(mark: Mark) -> tuple[CheckResult, ...]:
    """List the results on modules that were asked: what is not there shows no misunderstanding."""
    results, unasked = mark.report.results if mark.report else (), mark.unasked
    return tuple(r for r in results if r.check.module not in unasked)


def _bands(points: Mapping[str, int], most: int) -> Iterable[Band]:
    width = most / BANDS
    placed = {name: min(int(reached / width), BANDS - 1) for name, reached in points.items()}
    for i in range(BANDS):
        low = -int(-i * width // 1)
        high = most if i == BANDS - 1 else -int(-(i + 1) * width // 1) - 1
        yield Band(low, high, tuple(name for name, band in placed.items() if band == i))


def _all(reports: Mapping[str, Report]) -> Iterable[tuple[str, CheckResult]]:
    return ((name, result) for name, report in reports.items() for result in report.results)


def _failing(reports: Mapping[str, Report]) -> list[Counted]:
    skipped = Counter(r.check.id for _, r in _all(reports) if r.status is Status.SKIPPED)
    found: dict[str, Counted] = {}
    for student, result in _all(reports):
        if result.status is Status.FAILED:
            name = result.check.id
            fresh = Counted(name, result.check.title, not_asked=skipped[name])
            found.setdefault(name, fresh).students.append(student)
    return sorted(found.values(), key=lambda counted: -len(counted.students))


def _mistakes(reports: Mapping[str, Report]) -> list[Counted]:
    found: dict[str, Counted] = {}
    for student, result in _all(reports):
        if result.mistakes:
            name = " | ".join(result.mistakes)
            counted = found.setdefault(name, Counted(name, result.hint or ""))
            if student not in counted.students[-1:]:
                counted.students.append(student)
            if result.check.id not in counted.checks:
                counted.checks.append(result.check.id)
    return sorted(found.values(), key=lambda counted: -len(counted.students))


def _times(marks: Marks) -> Times | None:
    spent = {  # of equal submissions the first stands for all
        mark.digest: (sum(r.seconds for r in mark.report.results), mark.student)
        for mark in reversed(marks.marks)
        if mark.report
    }
    seconds = [each for each, _ in spent.values()]
    if not any(seconds):
        return None
    longest, slowest = max(spent.values())
    return Times(sum(seconds), statistics.median(seconds), longest, slowest)
