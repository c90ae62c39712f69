"""The marks of a class: what each student reached at each check, as CSV and JSON.

The JSON is also what the next run is compared with: who would change, by how much, and why.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import text as show
from autograder.classroom.collect import HandIn
from autograder.classroom.settle import settle
from autograder.classroom.spreadsheet import safe_cell, write_rows
from autograder.course.lab import Lab
from autograder.errors import WrongUseError
from autograder.grading.report import Report
from autograder.grading.results import Results
from autograder.grading.submission import Submission
from autograder.storage import decoded, fits, write_whole

__all__ = ["Change", "Mark", "Marks", "marks_of"]

SCHEMA = "nnlab/marks/2"


@dataclass(frozen=True, slots=True)
class Mark:
    """One student's result; without a report where the grader could not give one."""

    submission: Submission
    report: Report | None
    platform_id: str = ""
    is_undecided: bool = False
    """Whether different files of this person may be meant, so that there is no mark."""
    is_unread: bool = False
    """Whether something of this person cannot be read here, so that there is no mark."""

    @classmethod
    def of(cls, hand_in: HandIn, reports: Sequence[Report | None]) -> "Mark":
        """Settle what a person's mark is, from the reports on the readings of what was handed in."""
        graded = all(report and report.points is not None for report in reports)
        submission, report = settle(hand_in, reports)
        unmarked = graded and report is not None and report.points is None
        is_unread = bool(hand_in.unread)
        is_undecided = unmarked and not is_unread
        return cls(submission, report, hand_in.person.platform_id, is_undecided, is_unread)

    @property
    def student(self) -> str:
        """Whose it is."""
        return self.submission.student

    @property
    def remarks(self) -> tuple[str, ...]:
        """What somebody should look at: modules that are missing, and what was decided."""
        notes = self.report.notes if self.report else self.submission.notes
        return (*dict.fromkeys(self.submission.missing.values()), *notes)


@dataclass(frozen=True, slots=True)
class Change:
    """How a student's mark differs from the one that is written down."""

    student: str
    before: int | None
    after: int | None
    why: str
    checks: tuple[str, ...]
    """The checks whose points differ, as `hebb.update 3 → 0`."""

    def __str__(self) -> str:
        checks = f" ({', '.join(self.checks)})" if self.checks else ""
        names = f"{show.named(self.student)}: {_shown(self.before)} → {_shown(self.after)}"
        return f"{names}, {self.why}{checks}"


def _shown(points: int | None) -> str:
    return "–" if points is None else str(points)


@dataclass(frozen=True, slots=True)
class Marks:
    """All marks of one lab."""

    lab: Lab
    made_by: str
    marks: tuple[Mark, ...]

    def to_plain(self) -> dict[str, Any]:
        """Describe the marks with the keys of their schema."""
        return {
            "schema": SCHEMA,
            "lab": self.lab.id,
            "title": self.lab.title,
            "made_by": self.made_by,
            "max_points": self.lab.points,
            "checks": [
                {"id": c.id, "title": c.title, "max_points": c.points}
                for c in self.lab.checks.values()
            ],
            "submissions": [_plain(mark) for mark in self.marks],
        }

    def to_csv(self) -> str:
        """Write a row a student: the sum, then each check's points; what was not graded is empty."""
        rows: list[list[object]] = [
            ["student", "id", "points", "max_points", *self.lab.checks, "remarks"]
        ]
        for mark in self.marks:
            points = {r.check.id: r.points for r in mark.report.results} if mark.report else {}
            total = mark.report.points if mark.report else None  # the module csv writes None as ""
            each = [points.get(name) for name in self.lab.checks]
            who = [safe_cell(mark.student), safe_cell(mark.platform_id)]
            remarks = safe_cell(" ".join(mark.remarks))
            rows.append([*who, total, self.lab.points, *each, remarks])
        return write_rows(rows)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write CSV, with the mark by which Excel knows UTF-8, and JSON; return where they are."""
        csv_path, json_path = folder / f"{self.lab.id}.csv", self.place(folder, self.lab)
        write_whole(csv_path, f"\ufeff{self.to_csv()}", private=True)
        write_whole(json_path, json.dumps(self.to_plain(), indent=2) + "\n", private=True)
        return csv_path, json_path

    @staticmethod
    def place(folder: Path, lab: Lab) -> Path:
        """Return where a lab's marks are written."""
        return folder / f"{lab.id}.json"

    def changes(self, folder: Path) -> list[Change]:
        """Compare with the marks that are written; where there are none, all are new.

        Raises: ValueError if the file there does not hold marks.
        """
        before = _written(self.place(folder, self.lab))
        old = {_who(entry): entry for entry in before.get("submissions", [])}
        same_code = before.get("made_by") == self.made_by
        found = [
            change
            for mark in self.marks
            if (plain := _plain(mark))
            and (change := _change(old.pop(_who(plain), None), plain, same_code=same_code))
        ]
        gone = [
            Change(
                entry["student"], entry["points"], None, "the submission is not there any more", ()
            )
            for entry in old.values()
        ]
        return sorted([*found, *gone], key=lambda change: change.student)


def _plain(mark: Mark) -> dict[str, Any]:
    return {
        "student": mark.student,
        "id": mark.platform_id,
        "submission": mark.submission.digest,
        "points": mark.report.points if mark.report else None,
        "report": mark.report.to_plain(times=False) if mark.report else None,
    }


def _who(entry: dict[str, Any]) -> str:
    """Name somebody in a way that stays: by the platform's number, if it has one."""
    return str(entry["id"] or entry["student"])


def _are_points(plain: Any) -> bool:
    return plain is None or type(plain) is int


def _is_report(plain: Any) -> bool:
    """Say whether it is what we write of a report, as far as marks are compared with it."""
    checks = plain.get("checks") if isinstance(plain, dict) else None
    return plain is None or fits(
        checks, [lambda c: isinstance(c, dict) and fits(_brief(c), _CHECK)]
    )


def _brief(check: dict[str, Any]) -> dict[str, Any]:
    return {name: check.get(name) for name in _CHECK}


_CHECK = {"id": str, "points": _are_points}
_ENTRY = {
    "student": str,
    "id": str,
    "submission": str,
    "points": _are_points,
    "report": _is_report,
}
_MARKS = {
    "schema": lambda schema: schema == SCHEMA,
    "lab": str,
    "title": str,
    "made_by": str,
    "max_points": int,
    "checks": list,
    "submissions": [_ENTRY],
}
"""What `to_plain` writes."""


def _written(path: Path) -> dict[str, Any]:
    marks: dict[str, Any] | None
    try:
        marks = json.loads(decoded(path.read_bytes()))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        marks = None
    if marks is None or not fits(marks, _MARKS):
        raise WrongUseError(f"{path} holds no marks of this course. Move it away.")
    return marks


def _change(old: dict[str, Any] | None, new: dict[str, Any], *, same_code: bool) -> Change | None:
    if old is None:
        return Change(new["student"], None, new["points"], "a new submission", ())
    checks = tuple(_differences(_points(old), _points(new)))
    if old["points"] == new["points"] and not checks:
        return None
    reasons = []
    if old["submission"] != new["submission"]:
        reasons.append("another submission")
    if not same_code:
        reasons.append("another seed or checker")
    why = " and ".join(reasons) or "graded again after a fault of ours"
    return Change(new["student"], old["points"], new["points"], why, checks)


def _points(entry: dict[str, Any]) -> dict[str, int | None]:
    checks = entry["report"]["checks"] if entry["report"] else ()
    return {check["id"]: check["points"] for check in checks}


def _differences(before: dict[str, int | None], after: dict[str, int | None]) -> Iterator[str]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield f"{name} {_shown(before.get(name))} → {_shown(after.get(name))}"


def marks_of(results: Results, marks: Sequence[Mark]) -> Marks:
    """Put a class together, ordered by student."""
    ordered = tuple(sorted(marks, key=lambda mark: mark.student))
    return Marks(results.lab, results.made_by, ordered)
