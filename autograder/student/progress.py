"""Progress that is kept between runs: what each lab of a workspace reached, and when.

One file of the workspace holds it, `.nnlab/progress.json`. It is written after every report and never
needed for one: a file that is damaged, or that somebody else wrote, counts as nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.course.lab import Status
from autograder.grading.report import CheckResult, Report
from autograder.grading.submission import Submission
from autograder.storage import held, keep_entries, kept_entries, state_folder
from autograder.student.earlier import only_needed
from autograder.student.find import Place, find_places

__all__ = ["LabProgress", "keep_progress", "lab_progress", "workspace_progress"]

SCHEMA = "nnlab/progress/2"
KEPT = "progress.json"
YEARS = range(2000, 3000)
"""When something can have been graded: dates near the ends of all time cannot be converted."""


def _is_time(text: Any) -> bool:
    try:
        then = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return False
    return then.tzinfo is not None and then.year in YEARS


ENTRY = {
    "graded_at": _is_time,
    "digest": str,
    "checks": {str: lambda status: status in [*Status]},
}


@dataclass(frozen=True, slots=True)
class LabProgress:
    """How far a submission has come, as its last reports say."""

    place: Place
    submission: Submission
    """What is there now."""
    statuses: Mapping[str, str]
    """The last verdict on each check that was asked, by the check's id."""
    graded_at: datetime | None
    """None: it has not been graded here."""
    changed: bool
    """Whether its files, or earlier ones that it depends on, are others than those that were graded."""

    @property
    def points(self) -> int:
        """What was reached by the checks that were graded."""
        checks = self.submission.lab.checks
        return sum(checks[name].points for name, s in self.statuses.items() if s == Status.PASSED)

    @property
    def is_graded(self) -> bool:
        """Whether the last report is a mark: no check was left without a verdict."""
        return self.graded_at is not None and Status.ERROR not in self.statuses.values()

    @property
    def max_points(self) -> int:
        """What can be reached."""
        return self.submission.lab.points

    @property
    def unfinished(self) -> list[str]:
        """List the exercises of which not every check has passed, in the order of the course."""
        lab = self.submission.lab
        left = {c.exercise for c in lab.checks.values() if not self.has_passed(c.id)}
        return [exercise for exercise in lab.exercises if exercise in left]

    def has_passed(self, check: str) -> bool:
        """Return whether a check passed when it was last asked."""
        return self.statuses.get(check) == Status.PASSED

    def to_plain(self) -> dict[str, Any]:
        """Describe it as data."""
        return {
            "lab": self.submission.lab.id,
            "points": self.points if self.is_graded or self.graded_at is None else None,
            "max_points": self.max_points,
            "graded_at": self.graded_at and self.graded_at.isoformat(),
            "changed": self.changed,
            "unfinished": self.unfinished,
        }


def keep_progress(
    graded: Iterable[tuple[Place, Submission, Report]], cwd: Path, *, now: datetime | None = None
) -> None:
    """Keep what reports say: each with where its submission lies, and what was read there.

    Where only some checks were asked, the others keep their verdicts, and the lab its date. Where
    nothing can be written nothing is kept: a report does not fail for that.
    """
    path = state_folder(cwd) / KEPT
    with held(path.parent):
        kept = kept_entries(path, SCHEMA, ENTRY)
        for where, submission, report in graded:
            name, digest = _name(where, path), only_needed(submission).digest
            whole = len(report.results) == len(submission.lab.checks)
            before = {} if whole else kept.get(name, {})
            asked = {result.check.id: _own_status(result) for result in report.results}
            kept[name] = {
                "graded_at": (now or datetime.now(UTC)).isoformat(timespec="seconds"),
                "digest": digest if whole else before.get("digest", digest),
                "checks": {**before.get("checks", {}), **asked},
            }
        keep_entries(path, SCHEMA, kept)


def _own_status(result: CheckResult) -> str:
    """Take the verdict; what passed with the reference's help is not progress yet."""
    return str(Status.SKIPPED if result.carried else result.status)


def workspace_progress(cwd: Path) -> list[LabProgress]:
    """Say how far every lab of the workspace has come, in the order of the course.

    Raises: SubmissionError if there is no lab here.
    """
    root = state_folder(cwd).parent
    try:
        found = find_places(None, root)
    except ValueError:  # a .nnlab above the labs, as somebody's habit or accident put it there
        found = find_places(None, cwd)
    return [lab_progress(place, cwd) for place in found]


def lab_progress(place: Place, cwd: Path) -> LabProgress:
    """Say how far the submission in one place has come."""
    path = state_folder(cwd) / KEPT
    submission = place.read()
    entry = kept_entries(path, SCHEMA, ENTRY).get(_name(place, path))
    if entry is None:
        return LabProgress(place, submission, {}, None, changed=False)
    checks = submission.lab.checks
    known = {name: status for name, status in entry["checks"].items() if name in checks}
    changed = entry["digest"] != only_needed(submission).digest
    then = datetime.fromisoformat(entry["graded_at"])
    return LabProgress(place, submission, known, then, changed)


def _name(place: Place, path: Path) -> str:
    """Name a submission by lab and folder; one in the workspace keeps its name when that is moved."""
    folder, root = place.folder.resolve(), path.parent.parent.resolve()
    if folder.is_relative_to(root):
        folder = folder.relative_to(root)
    return f"{place.lab.id} {folder.as_posix()}"
