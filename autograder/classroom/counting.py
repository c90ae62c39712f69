"""What counts of a mark: late rules, attempts and corrections, each a sentence beside the mark.

The mark is what the checks say of one file, and nothing here changes it. What counts is a pure function of
the marks of all attempts, of when they were handed in, and of the course's rules.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

__all__ = [
    "Attempt",
    "Counted",
    "Counts",
    "Due",
    "Late",
    "Override",
    "Verb",
    "Work",
    "count",
    "count_term",
]

DAY = timedelta(days=1)


class Counts(StrEnum):
    """Which attempt counts."""

    LAST = "last"
    BEST = "best"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class Late:
    """What lateness costs: nothing for the free days, then a percentage a day begun, up to the cut-off."""

    percent_a_day: float = 0.0
    free_days: int = 0
    cut_off_days: int | None = None
    """Days after which nothing counts; None for never."""
    term_days: int = 0
    """What is left of the free days of the whole term, which are spent after those of the lab."""


@dataclass(frozen=True, slots=True)
class Due:
    """When somebody's work is due, and what lateness costs."""

    at: datetime | None = None
    late: Late = field(default_factory=Late)
    is_own: bool = False
    """Whether this person has another deadline than the class."""


class Verb(StrEnum):
    """What a correction does."""

    DROP = "drop"
    POINTS = "points"
    BONUS = "bonus"
    EXCUSE = "excuse"


@dataclass(frozen=True, slots=True)
class Override:
    """A correction by a person, with its reason and name."""

    verb: Verb
    reason: str
    by: str
    points: float = 0.0
    check: str = ""
    """The check that is dropped."""

    @property
    def because(self) -> str:
        """The reason and the name, in brackets."""
        return f"({self.reason}; {self.by})"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A hand-in that was marked."""

    submission: str
    """The digest of what was handed in."""
    points: int | None
    checks: Mapping[str, int | None]
    handed_in: datetime | None = None
    """By the platform's own time stamp; None where it gives none."""
    is_late: bool = False
    """Whether the platform says that it was late."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts, and how it came to differ from the mark."""

    points: float | None
    why: tuple[str, ...] = ()
    is_excused: bool = False
    term_days: int = 0
    """Free days of the term that were spent on it."""
    days_left: int | None = None
    """Free days of the term that are left after all labs; None where the course gives none."""

    @property
    def shown(self) -> str:
        """The points as people write them; empty where there are none."""
        return "" if self.points is None else f"{self.points:g}"

    def with_essay(self, points: float | None) -> "Counted":
        """Add what a human gave for essays, to which no rule applies; None waits for a human."""
        if self.points is None or points is None:
            return replace(self, points=None)
        said = f"{self.shown} and {points:g} for essays."
        return replace(self, points=self.points + points, why=(*self.why, said))


@dataclass(slots=True)
class _Worth:
    points: float | None
    why: list[str] = field(default_factory=list)
    term_days: int = 0


def count(
    attempts: Sequence[Attempt],
    due: Due | None = None,
    counts: Counts = Counts.LAST,
    overrides: Sequence[Override] = (),
    *,
    full: Mapping[str, int] | None = None,
) -> Counted:
    """Say what counts of somebody's attempts at one lab.

    Args:
        attempts: in the order in which they were handed in; the last is the mark that is shown.
        due: the deadline and the late rule.
        counts: which attempt counts.
        overrides: the corrections for this person, in their order.
        full: the points of each check, for those that are dropped.

    >>> late = Attempt("a", 20, {}, datetime(2030, 5, 3, 10))
    >>> counted = count([late], Due(datetime(2030, 5, 1), Late(percent_a_day=10)))
    >>> counted.points, counted.why
    (14.0, ('3 days late: −30 %.',))
    """
    excuse = next((each for each in overrides if each.verb is Verb.EXCUSE), None)
    if excuse:
        return Counted(None, (f"Excused {excuse.because}.",), is_excused=True)
    worth = [_worth(each, due or Due(), overrides, full or {}) for each in attempts]
    chosen, why = _chosen(worth, counts)
    points = chosen.points if chosen else None
    spent = chosen.term_days if chosen else 0
    why = [*why, *(chosen.why if chosen else ())]
    for each in overrides:
        if each.verb is Verb.POINTS:
            spent = 0
            points, why = each.points, [f"Set to {each.points:g} {each.because}."]
        elif each.verb is Verb.BONUS:
            points = (points or 0.0) + each.points
            why.append(f"{each.points:+g} {each.because}.".replace("-", "−"))
    points = None if points is None else round(max(points, 0.0), 2)
    return Counted(points, tuple(why), term_days=spent)


@dataclass(frozen=True, slots=True)
class Work:
    """All that decides what counts of one person's work in one lab; see `count`."""

    attempts: Sequence[Attempt]
    due: Due = field(default_factory=Due)
    counts: Counts = Counts.LAST
    overrides: Sequence[Override] = ()
    full: Mapping[str, int] = field(default_factory=dict)

    @property
    def handed_in(self) -> str:
        """When the last attempt came, in ISO form; "" without a time, which costs nothing."""
        at = self.attempts[-1].handed_in if self.attempts else None
        return at.isoformat() if at else ""

    def counted(self, term_days: int = 0) -> Counted:
        """Say what counts, with so many free days of the term left."""
        due = replace(self.due, late=replace(self.due.late, term_days=term_days))
        return count(self.attempts, due, self.counts, self.overrides, full=self.full)


def count_term(works: Mapping[str, Work], free_days: int) -> dict[str, Counted]:
    """Say what counts of one person's labs, when free days of the term are spent as work comes in.

    >>> late = Due(datetime(2030, 5, 1), Late(percent_a_day=10))
    >>> first = Work([Attempt("a", 20, {}, datetime(2030, 5, 3, 10))], late)
    >>> second = Work([Attempt("b", 20, {}, datetime(2030, 5, 2, 10))], late)
    >>> {lab: each.shown for lab, each in count_term({"one": first, "two": second}, 3).items()}
    {'one': '16', 'two': '20'}
    """
    counted = {}
    for lab in sorted(works, key=lambda lab: (works[lab].handed_in, lab)):
        counted[lab] = works[lab].counted(free_days)
        free_days -= counted[lab].term_days
    return {lab: replace(counted[lab], days_left=free_days) for lab in works}


def _chosen(worth: Sequence[_Worth], counts: Counts) -> tuple[_Worth | None, list[str]]:
    """Choose the attempt that counts; of those without a mark none is better than one with it."""
    if not worth or counts is Counts.LAST:
        return (worth[-1] if worth else None), []
    marked = [at for at, each in enumerate(worth) if each.points is not None]
    if not marked:
        return worth[-1], []
    first, best = marked[0], max(marked, key=lambda at: worth[at].points or 0.0)
    at = first if counts is Counts.FIRST else best
    if at == len(worth) - 1:
        return worth[at], []
    return worth[at], [f"Attempt {at + 1} of {len(worth)} counts: the {counts}."]


def _worth(
    attempt: Attempt, due: Due, overrides: Sequence[Override], full: Mapping[str, int]
) -> _Worth:
    """Say what one attempt is worth: checks that are dropped give their points, then lateness costs."""
    if attempt.points is None:
        return _Worth(None)
    worth = _Worth(float(attempt.points))
    assert worth.points is not None
    for each in overrides:
        if each.verb is Verb.DROP:
            gained = full.get(each.check, 0) - (attempt.checks.get(each.check) or 0)
            worth.points += gained
            if gained:
                worth.why.append(f"{each.check} is dropped: {gained:+g} {each.because}.")
    factor, said, worth.term_days = _lateness(attempt, due)
    worth.points *= factor
    worth.why += said
    return worth


def _lateness(attempt: Attempt, due: Due) -> tuple[float, list[str], int]:
    """Say which part is left, why, and how many free days of the term that took."""
    own = [f"Due {due.at:%Y-%m-%d %H:%M}, by an extension."] if due.is_own and due.at else []
    if due.at is None or attempt.handed_in is None:
        unknown = attempt.is_late and replace(due.late, term_days=0) != Late()
        said = "The platform calls it late, and not when it came: nothing is taken off."
        return 1.0, [said] if unknown else [], 0
    if attempt.handed_in <= due.at:
        return 1.0, [], 0
    days = math.ceil((attempt.handed_in - due.at) / DAY)
    late = f"{days} day{'s' * (days != 1)} late"
    if due.late.cut_off_days is not None and days > due.late.cut_off_days:
        return 0.0, [*own, f"{late}: after {due.late.cut_off_days} days nothing counts."], 0
    charged = max(days - due.late.free_days, 0)
    spent = min(charged, due.late.term_days) if due.late.percent_a_day else 0
    percent = min((charged - spent) * due.late.percent_a_day, 100.0)
    free = f", {due.late.free_days} free" if due.late.free_days else ""
    free += f", {spent} of the term's free days" if spent else ""
    return 1 - percent / 100, [*own, f"{late}{free}: −{percent:g} %."], spent
