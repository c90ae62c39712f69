"""Which of the files that may be meant counts: decided by what each of them earns, or by a person."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from autograder import text
from autograder.classroom.collect import HandIn
from autograder.course.lab import Status
from autograder.grading.report import Part, Report
from autograder.grading.submission import Submission

__all__ = ["graded", "which_counts"]


def which_counts(
    hand_in: HandIn, reports: Sequence[Report | None]
) -> tuple[Submission, Report | None]:
    """Choose between the readings of a hand-in; where their marks differ, only a person can.

    Where something cannot be read here that may be what is meant, there is no mark either.

    The report carries the notes and files of this person: others may share its texts.

    Args:
        hand_in: what somebody handed in.
        reports: on each of its readings; None where the grader ended with it.
    """
    first, report = hand_in.first, reports[0]
    for reading, other in zip(hand_in.readings, reports, strict=True):
        if other is None or other.points is None:
            first, report = reading, other
    if report is None:
        return first, None
    notes = first.notes
    if hand_in.unread:
        report = _without_mark(report, hand_in.unread)
    elif len(hand_in.readings) > 1 and report.points is not None:
        earned = [each.points for each in reports if each is not None]
        each = [f"{p} earns {points}" for p, points in zip(hand_in.places, earned, strict=True)]
        said = f"Different files may be meant: {text.listed(each)} of {report.max_points} points."
        if len(set(earned)) == 1:
            notes = (*notes, f"{said} Shown is {hand_in.places[0]}.")
        else:
            said += " Which of them counts? Hand in that one alone."
            report = _without_mark(report, said)
            notes = (*notes, said)
    return first, replace(report, notes=notes, sources=first.files)


def graded(hand_in: HandIn, grade: Callable[[Submission], Report]) -> Report:
    """Grade every reading of a hand-in, and say which counts."""
    _, report = which_counts(hand_in, [grade(reading) for reading in hand_in.readings])
    assert report is not None
    return report


def _without_mark(report: Report, why: str) -> Report:
    """Leave a report's checks ungraded, which is neither points nor zero."""
    results = [
        replace(
            result, status=Status.ERROR, fact=(Part(why),), mistakes=(), hint=None, evidence=None
        )
        for result in report.results
    ]
    return replace(report, results=tuple(results))
