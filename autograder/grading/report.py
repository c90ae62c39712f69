"""What a grading ends with: a verdict a check, in points and in words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autograder.course.lab import Case, Check, Status
from autograder.pictures import draw

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CheckResult", "Evidence", "NOT_GRADED", "Report", "to_json"]

SCHEMA = "nnlab/report/1"

NOT_GRADED = "not graded"


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The case that failed, what the code returned for it, and what the reference did."""

    case: Case
    value: Any
    right: Any


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict on one check."""

    check: Check
    status: Status
    message: str = ""
    """The fact: what was called, what came back, what was expected."""
    mistake: str | None = None
    """The id of the known mistake that does exactly this, or several joined by " | "."""
    hint: str | None = None
    """A sentence that starts the student on the cause."""
    seconds: float = 0.0
    carried: tuple[str, ...] = ()
    """Exercises whose place the reference's took, so that this check could be asked."""
    evidence: Evidence | None = field(default=None, compare=False, repr=False)
    """What a picture is drawn from; no part of the report as data, nor of what makes two equal."""
    raised_at: tuple[str, int] | None = None
    """File and line of the submission where an exception came from."""

    def draw(self) -> "Figure | None":
        """Draw the evidence of a failed check; None where there is no picture of it.

        Raises: ModuleNotFoundError if matplotlib is not installed.
        """
        if self.evidence is None or self.check.picture is None:
            return None
        seen = self.evidence
        return draw(self.check.picture, seen.case, seen.value, seen.right)

    @property
    def points(self) -> int | None:
        """What the check earned; None where it was not graded, which is neither points nor zero."""
        if self.status is Status.ERROR:
            return None
        return self.check.points if self.status is Status.PASSED else 0

    @property
    def score(self) -> str:
        """The points in words, such as `2 / 3`; `not graded` through an error of ours."""
        return NOT_GRADED if self.points is None else f"{self.points} / {self.check.points}"

    def to_plain(self) -> dict[str, object]:
        """Describe the result with the keys of the report's schema."""
        return {
            "id": self.check.id,
            "title": self.check.title,
            "status": str(self.status),
            "points": self.points,
            "max_points": self.check.points,
            "message": self.message,
            "mistake": self.mistake,
            "hint": self.hint,
            "seconds": round(self.seconds, 4),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The verdicts on one submission to one lab, and what they were made under."""

    lab: str
    title: str
    seed: int | None
    """Of the cases; None for a mark, whose cases come from a secret."""
    isolation: str
    results: tuple[CheckResult, ...]
    notes: tuple[str, ...] = ()
    """What else the student should know, such as files that were set aside."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """What the report was made with, so that reports of two machines can be compared."""
    sources: Mapping[str, bytes] = field(default_factory=dict, compare=False, repr=False)
    """The files that were graded, for pages that show code beside a message; no part of the data."""

    @property
    def points(self) -> int | None:
        """The mark; None as long as a check is not graded: a part of a mark is not a mark."""
        return None if self.count(Status.ERROR) else self.reached

    @property
    def reached(self) -> int:
        """The points of all checks that were graded."""
        return sum(result.points or 0 for result in self.results)

    @property
    def own_points(self) -> int:
        """What was reached without the reference's help anywhere."""
        return sum(result.points or 0 for result in self.results if not result.carried)

    @property
    def score(self) -> str:
        """The mark in words, such as `17 / 20 points`; without a mark, what is known so far."""
        reached = f"{self.reached} / {self.max_points} points"
        return reached if self.points is not None else f"{NOT_GRADED}, {reached} so far"

    @property
    def max_points(self) -> int:
        """What could be reached."""
        return sum(result.check.points for result in self.results)

    def count(self, status: Status) -> int:
        """Count the checks with this verdict."""
        return sum(result.status is status for result in self.results)

    @property
    def exit_code(self) -> int:
        """0 all passed, 1 some failed, 3 our fault."""
        if self.count(Status.ERROR):
            return 3
        return 0 if self.count(Status.PASSED) == len(self.results) else 1

    def to_plain(self) -> dict[str, object]:
        """Describe the report with the keys of its schema."""
        return {
            "schema": SCHEMA,
            "lab": self.lab,
            "points": self.points,
            "max_points": self.max_points,
            **({"own_points": self.own_points} if self.own_points != self.reached else {}),
            "seed": self.seed,
            "isolation": self.isolation,
            **({"notes": list(self.notes)} if self.notes else {}),
            **({"versions": dict(self.versions)} if self.versions else {}),
            "checks": [result.to_plain() for result in self.results],
        }


def to_json(reports: Sequence[Report]) -> str:
    """Write one report as an object, several as a list under "reports".

    In plain ASCII, and without the characters that a web page would read as markup.
    """
    plain: dict[str, object]
    if len(reports) == 1:
        plain = reports[0].to_plain()
    else:
        plain = {"schema": SCHEMA, "reports": [report.to_plain() for report in reports]}
    text = json.dumps(plain, indent=2)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
