"""Item analysis: how hard each check was, whom it separates, and which checks fail together.

Who did not hand in a module, or whose code could not be run at all, says nothing of a check and is left out.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from autograder.classroom.kinds import Kind
from autograder.classroom.marks import Mark, Marks
from autograder.course.lab import Check, Lab, Status

__all__ = ["Comparison", "FEWEST", "Item", "Items", "Row", "analyse", "compare"]

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


@dataclass(frozen=True, slots=True)
class Row:
    """One check, in every part of a class."""

    check: Check
    items: tuple[Item | None, ...]
    """By part; None where a part is too small."""
    note: str
    """What to think about: parts that differ by more than chance."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Groups of a class, or years of a course, beside one another."""

    lab: Lab
    parts: Mapping[str, Items]
    rows: tuple[Row, ...]


def compare(lab: Lab, parts: Mapping[str, Marks]) -> Comparison:
    """Look at every check of a lab in several groups or years."""
    found = {name: analyse(marks) for name, marks in parts.items()}
    rows = []
    for at, check in enumerate(lab.checks.values()):
        items = {name: each.items[at] for name, each in found.items() if each.items}
        size = {name: found[name].students for name in items}
        rows.append(Row(check, tuple(items.get(name) for name in found), _differing(items, size)))
    return Comparison(lab, found, tuple(rows))


def _differing(items: Mapping[str, Item], size: Mapping[str, int]) -> str:
    """Say which two parts differ most in how many passed, if by more than chance would make them."""
    if len(items) < 2:
        return ""
    low = min(items, key=lambda name: items[name].passed)
    high = max(items, key=lambda name: items[name].passed)
    passed = sum(items[name].passed * size[name] for name in (low, high))
    both = passed / (size[low] + size[high])
    error = math.sqrt(both * (1 - both) * (1 / size[low] + 1 / size[high]))
    if items[high].passed - items[low].passed <= BEYOND_CHANCE * error:
        return ""
    return f"{high} passes it more often than {low}, by more than chance: was the same taught and asked?"


BEYOND_CHANCE = 3
"""Standard errors of the difference of two shares: with a dozen checks and a few parts 2 would be chance."""
