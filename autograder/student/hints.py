"""Hints as a ladder: each call on a failed check gives the next one.

The rungs are made while grading and kept in the workspace, so that hints need neither the key nor the
code: a question about one number, another case, a question on the idea, where the lecture has it. No
rung repeats the report, and none holds the code that would be right.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.lab import Status
from autograder.errors import WrongUseError
from autograder.grading.explain import not_written
from autograder.grading.report import CheckResult, Report
from autograder.storage import held, keep_entries, kept_entries, nothing_kept, state_folder
from autograder.student.rungs import another_case, idea, lecture, one_number
from autograder.text import listed, nearest

__all__ = [
    "Hint",
    "HintError",
    "MOST",
    "NOTHING_FAILED",
    "first_failed",
    "ladder",
    "next_hint",
    "open_hints",
    "remember",
]

SCHEMA = "nnlab/hints/2"
KEPT = "hints.json"
NOTHING_FAILED = "Nothing that is written failed in your last report. Go on: nnlab next"
MOST = 5
"""Of the checks that failed, so many are named."""
STATES = {
    Status.PASSED: "passed",
    Status.FAILED: "was not written yet",
    Status.SKIPPED: "was not asked",
}
"""What was with a check on which there is no hint."""
ENTRY = {
    "status": lambda status: status in [*STATES],
    "rungs": [str],
    "asked": lambda number: type(number) is int and number >= 0,
}


class HintError(WrongUseError):
    """There is no hint to give; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Hint:
    """One rung of a check's ladder."""

    check: str
    number: int
    of: int
    text: str


def ladder(result: CheckResult) -> list[str]:
    """Make the rungs for a failed check: each says what the report does not.

    On what is not written yet there is none: its task says all.
    """
    check = result.check
    if result.fact == not_written(check):
        return []
    rungs = [one_number(result), another_case(result), idea(check), lecture(check)]
    return [rung for rung in rungs if rung]


def remember(reports: Iterable[Report], cwd: Path) -> None:
    """Keep the ladders of the last reports; what failed in the same way stays on its rung.

    Where nothing can be written, there are no hints: a report does not fail for that.
    """
    place = state_folder(cwd) / KEPT
    with held(place.parent):
        known = kept_entries(place, SCHEMA, ENTRY)
        latest: dict[str, Any] = {}
        for result in (result for report in reports for result in report.results):
            if result.status is Status.ERROR:
                continue
            rungs = ladder(result) if result.status is Status.FAILED else []
            before = known.get(result.check.id, {})
            latest[result.check.id] = {
                "status": str(result.status),
                "rungs": rungs,
                "asked": before.get("asked", 0) if before.get("rungs") == rungs else 0,
            }
        keep_entries(place, SCHEMA, latest | {i: e for i, e in known.items() if i not in latest})


def next_hint(name: str, cwd: Path, *, restart: bool = False) -> Hint:
    """Climb one rung on a check's ladder; the last rung is given again and again.

    Raises: HintError if there is no report, no such check, or the check did not fail.
    """
    place = state_folder(cwd) / KEPT
    if not kept_entries(place, SCHEMA, ENTRY):
        raise _no_report(place)
    with held(place.parent):
        return _climb(name, place, restart=restart)


def _no_report(place: Path) -> HintError:
    if why := nothing_kept(place.parent):
        return HintError(f"{why} there are no hints. Work in a copy that you may write to.")
    return HintError("There is no report to give hints on. Run nnlab grade first.")


def _climb(name: str, place: Path, *, restart: bool) -> Hint:
    known = kept_entries(place, SCHEMA, ENTRY)
    full = next((id_ for id_ in known if name in {id_, id_.partition(".")[2]}), None)
    if full is None:
        failed = [id_ for id_, entry in known.items() if entry["rungs"]]
        near = nearest(name, known)
        meant = f"Did you mean {near}? " if near else ""
        raise HintError(
            f"The last report has no check {name!r}. {meant}"
            + (f"What failed is {listed(failed, MOST)}." if failed else "Nothing failed in it.")
        )
    entry = known[full]
    if not entry["rungs"]:
        state = STATES[Status(entry["status"])]
        then = "" if state == STATES[Status.PASSED] else " nnlab next shows what comes first."
        raise HintError(f"{full} {state} in the last report: there is no hint to give.{then}")
    number = min(1 if restart else entry["asked"] + 1, len(entry["rungs"]))
    entry["asked"] = number
    keep_entries(place, SCHEMA, known)
    return Hint(full, number, len(entry["rungs"]), entry["rungs"][number - 1])


def open_hints(cwd: Path) -> list[tuple[str, int, int]]:
    """List what failed in the last reports: the check, how many hints were taken, how many there are.

    What the last report says comes first.

    Raises: HintError if there is no report.
    """
    place = state_folder(cwd) / KEPT
    known = kept_entries(place, SCHEMA, ENTRY)
    if not known:
        raise _no_report(place)
    return [(id_, e["asked"], len(e["rungs"])) for id_, e in known.items() if e["rungs"]]


def first_failed(cwd: Path) -> str:
    """Name the first check of which something written failed in the last report.

    Raises: HintError if there is no report, or nothing failed.
    """
    if failed := open_hints(cwd):
        return failed[0][0]
    raise HintError(NOTHING_FAILED)
