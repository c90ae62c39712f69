"""What a grading ends with: a verdict a check, in points and in words."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autograder.course.lab import Case, Check, Lab, Status
from autograder.pictures import draw

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "CheckResult",
    "Evidence",
    "Fact",
    "Failing",
    "NOT_GRADED",
    "Part",
    "Report",
    "as_text",
    "to_json",
]

SCHEMA = "nnlab/report/2"

NOT_GRADED = "not graded"

LABEL = 10
"""Columns of a line that a label has, as in `called    f(x)`."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a fact: a value with its label, such as what was `called`; or a sentence without one."""

    text: str
    label: str = ""


Fact = tuple[Part, ...]


def as_text(fact: Iterable[Part]) -> str:
    r"""Write a fact in lines: the label in a column, and further lines of a text below its first.

    None of them can look like another part: a text may be foreign.

    >>> as_text([Part("f(1)", "called"), Part("hebb.py, line 3\ny = x", "in"), Part("Why?")])
    'called    f(1)\nin        hebb.py, line 3\n          y = x\nWhy?'
    """
    lines = (f"{part.label:{LABEL}}{part.text}" if part.label else part.text for part in fact)
    return "\n".join(line.replace("\n", "\n" + " " * LABEL) for line in lines)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The case that failed, what the code returned for it, and what the reference did."""

    case: Case
    value: Any
    right: Any


@dataclass(frozen=True, slots=True, eq=False)
class Failing:
    """The first case that failed, by which the call can be made once more."""

    case: Case
    seed: int
    number: int
    """The case's place among those of its check."""
    wanted: Any
    """What the reference answered."""
    in_full: bool
    """Whether the report shows that answer itself, not a judge's words for it."""
    spoilt: tuple[str, ...] = ()
    """The inputs that the code has changed."""
    returned: Any = None
    """What the code answered; None where it answered nothing."""
    smaller: "Failing | None" = None
    """The case with the fewest numbers that fails as well, if it has fewer than this one."""
    passing: Case | None = None
    """The first case that is answered rightly."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict on one check."""

    check: Check
    status: Status
    fact: Fact = ()
    """What was called, what came back, what was expected; or why there is no verdict."""
    mistakes: tuple[str, ...] = ()
    """The ids of the known mistakes that do exactly this."""
    hint: str | None = None
    """A sentence that starts the student on the cause."""
    seconds: float = field(default=0.0, compare=False)
    carried: tuple[str, ...] = ()
    """Exercises whose place the reference's took, so that this check could be asked."""
    evidence: Evidence | None = field(default=None, compare=False, repr=False)
    """What a picture is drawn from; not a part of the report as data, and two reports are equal without it."""
    failing: Failing | None = field(default=None, compare=False, repr=False)
    """The call that failed, where its case is open; not a part of the report as data."""
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
    def message(self) -> str:
        """The fact in lines of text."""
        return as_text(self.fact)

    @property
    def cause(self) -> str:
        """What stopped the code, in a line; "" where nothing did."""
        lines = [(part.label, part.text.partition("\n")[0]) for part in self.fact]
        sentences = [line for label, line in lines if not label]
        raised = [f"{label} {line}" for label, line in lines if label in {"raised", "in"}]
        return next(iter(sentences), ", ".join(raised))

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

    def to_plain(self, *, times: bool = True) -> dict[str, Any]:
        """Describe the result with the keys of the report's schema."""
        return {
            "id": self.check.id,
            "title": self.check.title,
            "status": str(self.status),
            "points": self.points,
            "max_points": self.check.points,
            "fact": [{"label": part.label, "text": part.text} for part in self.fact],
            "mistakes": list(self.mistakes),
            "hint": self.hint,
            **({"carried": list(self.carried)} if self.carried else {}),
            **({"raised_at": list(self.raised_at)} if self.raised_at else {}),
            **({"seconds": round(self.seconds, 4)} if times else {}),
        }

    @classmethod
    def from_plain(cls, lab: Lab, plain: Mapping[str, Any]) -> "CheckResult":
        """Make the result that `to_plain` described."""
        file, line = plain.get("raised_at", ("", 0))
        return cls(
            lab.checks[plain["id"]],
            Status(plain["status"]),
            tuple(Part(part["text"], part["label"]) for part in plain["fact"]),
            tuple(plain["mistakes"]),
            plain["hint"],
            float(plain.get("seconds", 0.0)),
            tuple(plain.get("carried", ())),
            raised_at=(file, line) if file else None,
        )


@dataclass(frozen=True, slots=True)
class Report:
    """The verdicts on one submission to one lab, and what they were made under."""

    lab: str
    title: str
    seed: int | None
    """Of the cases; None for a mark, whose cases come from a secret."""
    isolation: tuple[str, ...]
    """The layers that held the code, outermost first."""
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

    def to_plain(self, *, times: bool = True) -> dict[str, Any]:
        """Describe the report with the keys of its schema; without times, it is the same each time."""
        return {
            "schema": SCHEMA,
            "lab": self.lab,
            "points": self.points,
            "max_points": self.max_points,
            **({"own_points": self.own_points} if self.own_points != self.reached else {}),
            "seed": self.seed,
            "isolation": list(self.isolation),
            "notes": list(self.notes),
            "versions": dict(self.versions),
            "checks": [result.to_plain(times=times) for result in self.results],
        }

    @classmethod
    def from_plain(cls, lab: Lab, plain: Mapping[str, Any]) -> "Report":
        """Make the report on all of a lab's checks that `to_plain` described, without its sources.

        Raises: KeyError, TypeError or ValueError if it is not one.
        """
        results = tuple(CheckResult.from_plain(lab, check) for check in plain["checks"])
        if plain["schema"] != SCHEMA or [result.check.id for result in results] != [*lab.checks]:
            raise ValueError(f"no report on {lab.id}")
        return cls(
            lab.id,
            lab.title,
            plain["seed"],
            tuple(plain["isolation"]),
            results,
            tuple(map(str, plain["notes"])),
            dict(plain["versions"]),
        )


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
