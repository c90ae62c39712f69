"""Item analysis: how hard each check was, whom it separates, and which checks fail together.

Who did not hand in a module, or whose code could not be run at all, says nothing of a check and is left out.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from autograder.classroom.kinds import Kind
from autograder.classroom.marks import Mark, Marks
from autograder.course.lab import Check, Lab, Status

__all__ = ["FEWEST", "Item", "Items", "analyse"]

FEWEST = 10
"""Students; of fewer nothing can be said."""

WEAK = 0.2
"""Item-rest correlation: what is below separates hardly anybody, as test theory has it."""

TOGETHER = 0.9
"""Of the students who fail one of two checks: as many must fail both."""

FEW_FAILURES = 3
"""Failures that may coincide by chance."""

LEFT_OUT = {Kind.FAULT, Kind.UNDECIDED, Kind.UNREAD, Kind.MISSING, Kind.STOPPED}


@dataclass(frozen=True, slots=True)
class Item:
    """One check in a class."""

    check: Check
    passed: float
    """Which part of the students passed it: its difficulty, 1 is easy."""
    rest: float | None
    """Pearson's correlation of passing it with the points of all other checks; None where all are alike."""

    @property
    def note(self) -> str:
        """Say what to think about; "" if the check does its work."""
        if self.passed == 1:
            return "Everybody passed it: it separates nobody."
        if self.passed == 0:
            return "Nobody passed it: it separates nobody. Is the task clear?"
        if self.rest is None:
            return "All others have equal points: it cannot be compared."
        if self.rest < 0:
            return "Who passes it has fewer points elsewhere: look at the check."
        return "It separates hardly anybody." if self.rest < WEAK else ""


@dataclass(frozen=True, slots=True)
class Items:
    """All checks of a lab in a class."""

    students: int
    """How many were counted."""
    left_out: int
    items: tuple[Item, ...]
    """In the lab's order; none where the class is too small."""
    together: tuple[tuple[str, ...], ...]
    """Checks that fail together, though none needs another."""


def analyse(marks: Marks) -> Items:
    """Look at every check of a lab, by what a class did."""
    counted = [mark for mark in marks.marks if not LEFT_OUT.intersection(mark.kinds)]
    left_out = len(marks.marks) - len(counted)
    if len(counted) < FEWEST:
        return Items(len(counted), left_out, (), ())
    passed = [_passed(mark) for mark in counted]
    items = tuple(_item(check, passed, marks.lab) for check in marks.lab.checks.values())
    return Items(len(counted), left_out, items, tuple(_together(marks.lab, passed)))


def _passed(mark: Mark) -> dict[str, bool]:
    assert mark.report is not None, "who has no report is left out"
    return {r.check.id: r.status is Status.PASSED for r in mark.report.results}


def _item(check: Check, passed: Sequence[Mapping[str, bool]], lab: Lab) -> Item:
    points = {each.id: each.points for each in lab.checks.values() if each is not check}
    own = [float(each[check.id]) for each in passed]
    rest = [float(sum(points[name] for name in points if each[name])) for each in passed]
    varies = len(set(own)) > 1 and len(set(rest)) > 1
    return Item(check, statistics.fmean(own), statistics.correlation(own, rest) if varies else None)


def _together(lab: Lab, passed: Sequence[Mapping[str, bool]]) -> list[tuple[str, ...]]:
    """Group checks that nearly the same students fail; one that needs another fails with it anyway."""
    failed = {name: {at for at, each in enumerate(passed) if not each[name]} for name in lab.checks}
    groups: list[set[str]] = []
    for one, other in combinations(lab.checks, 2):
        either, both = failed[one] | failed[other], failed[one] & failed[other]
        is_often = len(both) >= FEW_FAILURES and len(both) >= TOGETHER * len(either)
        if not is_often or len(both) == len(passed) or _needs(lab, one, other):
            continue
        home = next((group for group in groups if one in group or other in group), None)
        if home is None:
            groups.append({one, other})
        else:
            home |= {one, other}
    return [tuple(name for name in lab.checks if name in group) for group in groups]


def _needs(lab: Lab, one: str, other: str) -> bool:
    """Return whether one of two checks is asked only where the other, or what both need, passes."""
    first, second = _below(lab.checks[one]), _below(lab.checks[other])
    return bool(first & second)


def _below(check: Check) -> set[str]:
    """List a check and all that it needs."""
    return {check.id}.union(*(_below(needed) for needed in check.needs))
