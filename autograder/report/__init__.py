"""What a grading ends with: a verdict a check, in points and in words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autograder.check import Case, Check, Status
from autograder.pictures import draw

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CheckResult", "Evidence", "Report", "to_json"]

SCHEMA = "nnlab/report/1"


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
    def points(self) -> int:
        """What the check is worth here: an error of ours costs nobody points."""
        return self.check.points if self.status in {Status.PASSED, Status.ERROR} else 0

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

    @property
    def own_points(self) -> int:
        """What the check is worth without the reference's help."""
        return 0 if self.carried else self.points


@dataclass(frozen=True, slots=True)
class Report:
    """The verdicts on one submission to one lab, and what they were made under."""

    lab: str
    title: str
    seed: int
    isolation: str
    results: tuple[CheckResult, ...]
    notes: tuple[str, ...] = ()
    """What else the student should know, such as files that were set aside."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """What the report was made with, so that reports of two machines can be compared."""
    sources: Mapping[str, bytes] = field(default_factory=dict, compare=False, repr=False)
    """The files that were graded, for pages that show code beside a message; no part of the data."""

    @property
    def points(self) -> int:
        """What was reached."""
        return sum(result.points for result in self.results)

    @property
    def own_points(self) -> int:
        """What was reached without the reference's help anywhere."""
        return sum(result.own_points for result in self.results)

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
            **({"own_points": self.own_points} if self.own_points != self.points else {}),
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
