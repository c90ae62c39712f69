"""The marks of a class: what each student reached at each check, as CSV and JSON.

The JSON is also what the next run is compared with: who would change, by how much, and why. Who is in it
and not in the next hand-in keeps the mark: late files are graded by themselves, and nobody is dropped.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder import text as show
from autograder.classroom.collect import HandIn
from autograder.classroom.counting import Attempt, Counted, Late
from autograder.classroom.kinds import Kind
from autograder.classroom.moments import moment_in
from autograder.classroom.people import spellings
from autograder.classroom.rules import Rules
from autograder.classroom.spreadsheet import safe_cell, write_rows
from autograder.classroom.which_counts import which_counts
from autograder.course.lab import Lab, Status
from autograder.errors import WrongUseError
from autograder.grading.report import CheckResult, Report
from autograder.grading.results import Results
from autograder.grading.submission import Submission
from autograder.storage import decoded, fits, write_whole

__all__ = ["Change", "Mark", "Marks", "attempts_in", "marks_of", "read_marks"]

SCHEMA = "nnlab/marks/4"


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
    oddities: tuple[Kind, ...] = ()
    """Why somebody should look at the files that were chosen."""
    kept: str = ""
    """The digest of what was graded in an earlier run, whose mark this is; "" in the run that grades it."""
    is_lasting: bool = False
    """Whether the platform's number is the person's in every assignment."""
    handed_in: datetime | None = None
    """When it came, by the platform's own time stamp."""
    is_late: bool = False
    """Whether the platform says so."""
    earlier: tuple[Attempt, ...] = ()
    """What was handed in and marked before."""
    label: str = ""
    """What a file's name must begin with that the platform is to return to this person."""

    @classmethod
    def of(cls, hand_in: HandIn, reports: Sequence[Report | None]) -> "Mark":
        """Settle what a person's mark is, from the reports on the readings of what was handed in."""
        graded = all(report and report.points is not None for report in reports)
        submission, report = which_counts(hand_in, reports)
        unmarked = graded and report is not None and report.points is None
        is_unread = bool(hand_in.unread)
        is_undecided = unmarked and not is_unread
        return cls(
            submission,
            report,
            hand_in.person.platform_id,
            is_undecided,
            is_unread,
            hand_in.oddities,
            is_lasting=hand_in.person.is_lasting,
            handed_in=moment_in(hand_in.handed_in),
            is_late=hand_in.is_late,
            label=hand_in.label,
        )

    @classmethod
    def from_plain(cls, lab: Lab, plain: Mapping[str, Any]) -> "Mark":
        """Make the mark that was written down, without the files and the times.

        Raises: KeyError, TypeError or ValueError if the report is not one on this lab's checks.
        """
        report = Report.from_plain(lab, plain["report"]) if plain["report"] else None
        return cls(
            Submission(lab, {}, plain["missing"], plain["student"]),
            report,
            plain["id"],
            plain["is_undecided"],
            plain["is_unread"],
            tuple(map(Kind, plain["oddities"])),
            plain["submission"],
            plain["is_lasting"],
            moment_in(plain["handed_in"]),
            plain["is_late"],
            tuple(map(_attempt, plain["attempts"])),
            plain["label"],
        )

    @property
    def student(self) -> str:
        """Whose it is."""
        return self.submission.student

    @property
    def digest(self) -> str:
        """What was graded, as a hash."""
        return self.kept or self.submission.digest

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """All that was handed in and marked; the last is this mark."""
        results = self.report.results if self.report else ()
        points = self.report.points if self.report else None
        checks = {result.check.id: result.points for result in results}
        return (*self.earlier, Attempt(self.digest, points, checks, self.handed_in, self.is_late))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided about the files."""
        return self.report.notes if self.report else self.submission.notes

    @property
    def remarks(self) -> tuple[str, ...]:
        """What somebody should look at: modules that are missing, and what was decided."""
        return (*dict.fromkeys(self.submission.missing.values()), *self.notes)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """List the reasons for which somebody should look at it."""
        kinds = tuple(kind for kind in Kind if self._is(kind))
        return kinds or (Kind.NOTED,) * bool(self.notes)

    def _is(self, kind: Kind) -> bool:
        match kind:
            case Kind.FAULT:
                is_explained = self.is_undecided or self.is_unread
                return self.report is None or (self.report.points is None and not is_explained)
            case Kind.UNDECIDED:
                return self.is_undecided
            case Kind.UNREAD:
                return self.is_unread and self.report is not None
            case Kind.MISSING:
                return bool(self.submission.missing) and not self.is_unread
            case Kind.STOPPED:
                return any(self._stopped())
            case _:
                return kind in self.oddities and not self.is_undecided

    def why(self, kind: Kind) -> str:
        """Say in a sentence why it is in the list of those who need a look."""
        match kind:
            case Kind.FAULT:
                broken = (
                    [r.check.id for r in self.report.results if r.points is None]
                    if self.report
                    else []
                )
                return f"Broke in {', '.join(broken)}." if broken else "The grader ended with it."
            case Kind.UNREAD if self.report:
                return " ".join(dict.fromkeys(result.message for result in self.report.results))
            case Kind.MISSING:
                return " ".join(dict.fromkeys(self.submission.missing.values()))
            case Kind.STOPPED:
                return " ".join(dict.fromkeys(why for _, why in self._stopped()))
            case _:
                return " ".join(self.notes)

    @property
    def unasked(self) -> set[str]:
        """The modules that show no misunderstanding: missing ones, and those that could not be run."""
        return {*self.submission.missing, *(module for module, _ in self._stopped())}

    def _stopped(self) -> Iterator[tuple[str, str]]:
        """Give what kept a whole module from being asked: one cause for all its exercises."""
        by_module: dict[str, list[CheckResult]] = {}
        for result in self.report.results if self.report else ():
            if result.check.module not in self.submission.missing:
                by_module.setdefault(result.check.module, []).append(result)
        for module, results in by_module.items():
            failed = [result for result in results if result.status is Status.FAILED]
            causes = {result.message for result in failed}
            exercises = {result.check.exercise for result in failed}
            is_whole = all(r.status in {Status.FAILED, Status.SKIPPED} for r in results)
            if is_whole and len(causes) == 1 < len(exercises):
                called = any(part.label == "called" for part in failed[0].fact)
                if failed[0].cause and not called:
                    yield module, failed[0].cause

    def called(self, student: str) -> "Mark":
        """Return the same under another name."""
        return replace(self, submission=replace(self.submission, student=student))


@dataclass(frozen=True, slots=True)
class Change:
    """How a student's mark differs from the one that is written down."""

    student: str
    before: int | None
    after: int | None
    why: str
    checks: tuple[str, ...]
    """The checks whose points differ, as `hebb.update 3 → 0`."""
    counts: str = ""
    """How what counts differs, and why; "" if it is the mark."""

    def __str__(self) -> str:
        checks = f" ({', '.join(self.checks)})" if self.checks else ""
        names = f"{show.named(self.student)}: {_shown(self.before)} → {_shown(self.after)}"
        counts = f"; counts {self.counts}" if self.counts else ""
        return f"{names}, {self.why}{checks}{counts}"


def _shown(points: float | None) -> str:
    return "–" if points is None else f"{points:g}"


@dataclass(frozen=True, slots=True)
class Marks:
    """All marks of one lab."""

    lab: Lab
    made_by: str
    marks: tuple[Mark, ...]
    absent: tuple[str, ...] = ()
    """Who is expected by the platform's list of students, and is not there."""
    rules: Rules = field(default_factory=Rules)
    """What counts of the marks."""
    by_term: Mapping[str, Counted] = field(default_factory=dict)
    """What counts by student, where free days of the term make all labs matter."""

    def counted(self, mark: Mark) -> Counted:
        """Say what counts of somebody's mark, by the course's rules for this lab."""
        if mark.student in self.by_term:
            return self.by_term[mark.student]
        full = {check.id: check.points for check in self.lab.checks.values()}
        names = (mark.student, mark.platform_id)
        return self.rules.work(names, mark.attempts, full).counted()

    def nobodys(self) -> list[str]:
        """Name those whom a rule is for and who are not in the marks."""
        known = {name for mark in self.marks for name in (mark.student, mark.platform_id)}
        return sorted(self.rules.people() - known - {*self.absent})

    def untimed(self) -> list[str]:
        """Name those whom being late would cost something, and of whom nobody says when they handed in.

        Canvas says at least who is late; then that student's remarks say what it means.
        """
        found = []
        for mark in self.marks:
            names = (mark.student, mark.platform_id)
            work = self.rules.work(names, mark.attempts, {})
            costs = work.due.at is not None and work.due.late != Late()
            is_known = work.attempts[-1].handed_in or mark.is_late or mark.is_lasting
            if costs and not is_known:
                found.append(mark.student)
        return found

    def handed_in_at(self, times: Mapping[str, datetime]) -> "Marks":
        """Note when students handed in, as the platform's list of students says."""
        found = (replace(m, handed_in=times.get(m.student, m.handed_in)) for m in self.marks)
        return replace(self, marks=tuple(found))

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
            "submissions": [self._plain(mark) for mark in self.marks],
            "absent": list(self.absent),
        }

    def _plain(self, mark: Mark) -> dict[str, Any]:
        counted = self.counted(mark)
        return {
            "student": mark.student,
            "id": mark.platform_id,
            "is_lasting": mark.is_lasting,
            "label": mark.label,
            "submission": mark.digest,
            "handed_in": _stamp(mark.handed_in),
            "is_late": mark.is_late,
            "points": mark.report.points if mark.report else None,
            "counts": {
                "points": counted.points,
                "is_excused": counted.is_excused,
                "why": list(counted.why),
            },
            "missing": dict(mark.submission.missing),
            "is_undecided": mark.is_undecided,
            "is_unread": mark.is_unread,
            "oddities": list(mark.oddities),
            "look": list(mark.kinds),
            "attempts": [
                {
                    "submission": each.submission,
                    "points": each.points,
                    "checks": dict(each.checks),
                    "handed_in": _stamp(each.handed_in),
                    "is_late": each.is_late,
                }
                for each in mark.earlier
            ],
            "report": mark.report.to_plain(times=False) if mark.report else None,
        }

    def to_csv(self) -> str:
        """Write a row a student: the sum, then each check's points; what was not graded is empty."""
        rows: list[list[object]] = [
            [
                "student",
                "id",
                "points",
                "max_points",
                *self.lab.checks,
                "counts",
                "why",
                "free_days_left",
                "look",
                "remarks",
            ]
        ]
        for mark in self.marks:
            points = {r.check.id: r.points for r in mark.report.results} if mark.report else {}
            total = mark.report.points if mark.report else None  # the module csv writes None as ""
            each = [points.get(name) for name in self.lab.checks]
            who = [safe_cell(mark.student), safe_cell(mark.platform_id)]
            remarks = safe_cell(" ".join(mark.remarks))
            look = "; ".join(mark.kinds)
            counted = self.counted(mark)
            counts = [counted.shown, safe_cell(" ".join(counted.why)), counted.days_left]
            rows.append([*who, total, self.lab.points, *each, *counts, look, remarks])
        nothing: list[object] = [None] * (len(rows[0]) - 4)
        rows += [[safe_cell(name), "", *nothing, Kind.ABSENT, ""] for name in self.absent]
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

    def with_earlier(self, folder: Path, *, keep: bool = True) -> "Marks":
        """Add what is written down: earlier attempts, and with `keep` those who are not in this run.

        Who was expected then and is still not there is expected now.

        Raises: WrongUseError if the file there does not hold marks, or they were made by other checks.
        """
        before = read_marks(self.place(folder, self.lab))
        old = _People(before.get("submissions", []))
        here = [_after(mark, old.take(self._plain(mark))) for mark in self.marks]
        try:
            kept = [Mark.from_plain(self.lab, entry) for entry in old.left if keep]
        except (LookupError, TypeError, ValueError):
            raise WrongUseError(
                f"{self.place(folder, self.lab)} has marks of {len(old.left)} who are not in this "
                "hand-in, and the lab had other checks then. Grade all files together, or leave those "
                "marks out with --replace."
            ) from None
        marks = _ordered(_named_apart([*here, *kept]))
        there = {key for mark in marks for key in spellings(mark.student)}
        expected = before.get("absent", []) if keep else []
        absent = tuple(name for name in expected if not there & spellings(name))
        return replace(self, marks=marks, absent=absent)

    def changes(self, folder: Path) -> list[Change]:
        """Compare with the marks that are written; where there are none, all are new.

        Raises: ValueError if the file there does not hold marks.
        """
        before = read_marks(self.place(folder, self.lab))
        old = _People(before.get("submissions", []))
        same_code = before.get("made_by") == self.made_by
        found = [
            change
            for mark in self.marks
            if (plain := self._plain(mark))
            and (change := _change(old.take(plain), plain, same_code=same_code))
        ]
        gone = [
            Change(
                entry["student"], entry["points"], None, "the submission is not there any more", ()
            )
            for entry in old.left
        ]
        return sorted([*found, *gone], key=lambda change: change.student)


def _stamp(moment: datetime | None) -> str:
    return moment.isoformat(sep=" ", timespec="seconds") if moment else ""


def attempts_in(entry: Mapping[str, Any]) -> tuple[Attempt, ...]:
    """Read what somebody handed in, as it was written down; the last is the mark."""
    last = Attempt(
        entry["submission"],
        entry["points"],
        _points(entry),
        moment_in(entry["handed_in"]),
        entry["is_late"],
    )
    return (*map(_attempt, entry["attempts"]), last)


def _attempt(plain: Mapping[str, Any]) -> Attempt:
    return Attempt(
        plain["submission"],
        plain["points"],
        dict(plain["checks"]),
        moment_in(plain["handed_in"]),
        plain["is_late"],
    )


class _People:
    """Entries of people: found by the platform's number, and by the name where one of two has none."""

    def __init__(self, entries: Sequence[dict[str, Any]]) -> None:
        self.left = list(entries)

    def find(self, entry: Mapping[str, Any]) -> dict[str, Any] | None:
        """Find the entry of the same person."""
        by_id = [each for each in self.left if entry["id"] and each["id"] == entry["id"]]
        by_name = [
            each
            for each in self.left
            if each["student"] == entry["student"] and not (each["id"] and entry["id"])
        ]
        return next(iter([*by_id, *by_name]), None)

    def take(self, entry: Mapping[str, Any]) -> dict[str, Any] | None:
        """Find the entry of the same person, and leave the others."""
        found = self.find(entry)
        if found is not None:
            self.left.remove(found)
        return found


def _after(mark: Mark, entry: dict[str, Any] | None) -> Mark:
    """Put a mark after the attempts that are written down; the same files are the same attempt."""
    if entry is None:
        return mark
    *attempts, was = attempts_in(entry)
    if was.submission == mark.digest:
        return replace(mark, earlier=tuple(attempts), handed_in=mark.handed_in or was.handed_in)
    return replace(mark, earlier=(*attempts, was))


def _named_apart(marks: Sequence[Mark]) -> Iterator[Mark]:
    """Call people who share a name by the platform's number as well."""
    shared = Counter(mark.student for mark in marks)
    for mark in marks:
        is_shared = shared[mark.student] > 1
        yield mark.called(f"{mark.student} ({mark.platform_id})") if is_shared else mark


def _ordered(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    return tuple(sorted(marks, key=lambda mark: mark.student))


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


_CHECK = {
    "id": str,
    "points": _are_points,
    "mistakes": [str],
    "hint": lambda hint: hint is None or type(hint) is str,
}
_ATTEMPT = {
    "submission": str,
    "points": _are_points,
    "checks": {str: _are_points},
    "handed_in": str,
    "is_late": bool,
}
_ENTRY = {
    "student": str,
    "id": str,
    "is_lasting": bool,
    "label": str,
    "submission": str,
    "handed_in": str,
    "is_late": bool,
    "points": _are_points,
    "counts": {
        "points": lambda p: p is None or type(p) in {int, float},
        "is_excused": bool,
        "why": [str],
    },
    "attempts": [_ATTEMPT],
    "missing": {str: str},
    "is_undecided": bool,
    "is_unread": bool,
    "oddities": [lambda kind: kind in [*Kind]],
    "look": [lambda kind: kind in [*Kind]],
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
    "absent": [str],
}
"""What `to_plain` writes."""


def read_marks(path: Path) -> dict[str, Any]:
    """Read the marks of a lab as they were written; nothing where there are none.

    Raises: WrongUseError if the file does not hold marks.
    """
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
    counts = _counting(old, new)
    if old is None:
        return Change(new["student"], None, new["points"], "a new submission", (), counts)
    checks = tuple(_differences(_points(old), _points(new)))
    if old["points"] == new["points"] and not checks and old["counts"] == new["counts"]:
        return None
    reasons = []
    if old["submission"] != new["submission"]:
        reasons.append("another submission")
    if not same_code:
        reasons.append("another seed or checker")
    if old["points"] == new["points"] and not checks:
        reasons = ["by the course's rules"]
    why = " and ".join(reasons) or "graded again after a fault of ours"
    return Change(new["student"], old["points"], new["points"], why, checks, counts)


def _counting(old: dict[str, Any] | None, new: dict[str, Any]) -> str:
    """Say how what counts changes, where it is not the mark."""
    before = old["counts"] if old else {"points": None, "why": []}
    if not (before["why"] or new["counts"]["why"]) or before == new["counts"]:
        return ""
    why = " ".join(new["counts"]["why"]) or "No rule applies."
    return f"{_shown(before['points'])} → {_shown(new['counts']['points'])}: {why}"


def _points(entry: Mapping[str, Any]) -> dict[str, int | None]:
    checks = entry["report"]["checks"] if entry["report"] else ()
    return {check["id"]: check["points"] for check in checks}


def _differences(before: dict[str, int | None], after: dict[str, int | None]) -> Iterator[str]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield f"{name} {_shown(before.get(name))} → {_shown(after.get(name))}"


def marks_of(results: Results, marks: Sequence[Mark]) -> Marks:
    """Put a class together, ordered by student."""
    return Marks(results.lab, results.made_by, _ordered(marks))
