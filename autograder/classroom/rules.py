"""A course's rules: `dates.toml` with deadlines and extensions, `overrides.toml` with corrections.

Both are the instructor's own files. What is misspelt in them would cost somebody points, so nothing in
them is passed over: an unknown word, lab or check is refused with the nearest that is known.
"""

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from autograder import text
from autograder.classroom.counting import Attempt, Counts, Due, Late, Override, Verb, Work
from autograder.course.catalogue import UnknownLabError, find_lab
from autograder.course.lab import Lab
from autograder.errors import WrongUseError
from autograder.storage import decoded

__all__ = ["DATES", "OVERRIDES", "Rules", "RulesError", "read_rules", "read_term_days"]

DATES = "dates.toml"
OVERRIDES = "overrides.toml"


class RulesError(WrongUseError):
    """A file of rules cannot be followed; the message says where, and what is expected."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts of the marks of one lab."""

    deadline: datetime | None = None
    late: Late = field(default_factory=Late)
    counts: Counts = Counts.LAST
    until: Mapping[str, datetime] = field(default_factory=dict)
    """Deadlines of single people."""
    extra_days: Mapping[str, float] = field(default_factory=dict)
    """More time for single people, in every lab."""
    handed_in: Mapping[str, datetime] = field(default_factory=dict)
    """When work came whose time no platform says."""
    overrides: tuple[tuple[str, Override], ...] = ()
    """Corrections, each for a person; "" for all."""

    def due(self, *names: str) -> Due:
        """Say when somebody's work is due, who is called by one of these names."""
        until = _of(self.until, names)
        extra = _of(self.extra_days, names)
        at = until or self.deadline
        if at and until is None and extra:
            at += timedelta(days=extra)
        return Due(at, self.late, is_own=at != self.deadline)

    def overrides_of(self, *names: str) -> tuple[Override, ...]:
        """List the corrections for somebody, those for all first."""
        wanted = {"", *names}
        chosen = [(who, each) for who, each in self.overrides if who in wanted]
        return tuple(each for _, each in sorted(chosen, key=lambda pair: pair[0] != ""))

    def work(
        self, names: Sequence[str], attempts: Sequence[Attempt], full: Mapping[str, int]
    ) -> Work:
        """Put together what decides what counts of somebody's attempts, of which there is one or more.

        Args:
            names: what the person is called by.
            attempts: in the order in which they were handed in.
            full: the points of each check.
        """
        *before, last = attempts
        last = replace(last, handed_in=_of(self.handed_in, names) or last.handed_in)
        return Work([*before, last], self.due(*names), self.counts, self.overrides_of(*names), full)

    def people(self) -> set[str]:
        """Name all people whom a rule is for."""
        named = {*self.until, *self.extra_days, *self.handed_in}
        return {*named, *(who for who, _ in self.overrides if who)}


def _of(table: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((table[name] for name in names if name in table), None)


def read_rules(course: Path, lab: Lab) -> Rules:
    """Read the rules that a course's folder has for a lab; without its files there are none.

    Raises: RulesError if a file cannot be followed.
    """
    dates = _File(course / DATES)
    dates.known("", ["timezone", "counts", "late", "extra_days", "term", "labs"])
    dates.term_days()
    zone = dates.zone()
    labs = {dates.lab(name): name for name in dates.table("labs")}
    for name in labs.values():
        dates.known(f"labs.{name}", ["deadline", "late", "counts", "until", "handed_in"])
    own = f"labs.{labs[lab.id]}" if lab.id in labs else ""
    late = dates.late(f"{own}.late" if own and "late" in dates.table(own) else "late")
    counts = dates.counts(own) or dates.counts("") or Counts.LAST
    return Rules(
        dates.moment(own, "deadline", zone) if own else None,
        late,
        counts,
        dates.moments(f"{own}.until", zone) if own else {},
        dates.numbers("extra_days"),
        dates.moments(f"{own}.handed_in", zone) if own else {},
        tuple(_overrides(_File(course / OVERRIDES), lab)),
    )


def read_term_days(course: Path) -> int:
    """Read how many free days a course gives for the whole term.

    Raises: RulesError if the file cannot be followed.
    """
    return _File(course / DATES).term_days()


class _File:
    """A file of rules, and the sentences about it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.plain: dict[str, Any] = tomllib.loads(decoded(path.read_bytes()))
        except FileNotFoundError:
            self.plain = {}
        except OSError as error:
            raise self.refuse(f"cannot be read: {error.strerror}") from None
        except (ValueError, RecursionError) as error:
            raise self.refuse(f"is not TOML: {text.named(error)}") from None

    def refuse(self, why: str) -> RulesError:
        """Make the error that says what is wrong in this file."""
        return RulesError(f"{self.path.name} {why}. See docs/dates.md.")

    def table(self, place: str) -> dict[str, Any]:
        """Find a table; it may be left out."""
        found: Any = self.plain
        for name in filter(None, place.split(".", 2)):
            found = found.get(name, {})
            if not isinstance(found, dict):
                raise self.refuse(f"has {place!r} where a table [{place}] is expected")
        return dict(found)

    def known(self, place: str, names: list[str]) -> None:
        """Require that a table has these entries only."""
        for name in self.table(place):
            if name not in names:
                what = f"entry in [{place}]" if place else "entry"
                raise self.refuse(f"has a mistake. {text.unknown(what, name, names).rstrip('.')}")

    def lab(self, name: str) -> str:
        """Find the lab that an entry names."""
        try:
            return find_lab(name).id
        except UnknownLabError as error:
            raise self.refuse(f"names a lab that is not there. {str(error).rstrip('.')}") from None

    def zone(self) -> ZoneInfo | None:
        """Find the time zone that times with another are turned into."""
        name = self.plain.get("timezone")
        if name is None:
            return None
        try:
            return ZoneInfo(name)
        except (ValueError, OSError, TypeError, LookupError):
            raise self.refuse(f"has the timezone {name!r}: write it like 'Europe/Paris'") from None

    def late(self, place: str) -> Late:
        """Read a late rule."""
        self.known(place, ["percent_a_day", "free_days", "cut_off_days"])
        table = self.table(place)
        found = {name: self._number(place, name, value) for name, value in table.items()}
        for name in ("free_days", "cut_off_days"):
            self._require_whole(place, name, found.get(name, 0.0))
        if found.get("percent_a_day", 0) > 100:
            raise self.refuse(f"takes more than 100 percent_a_day in [{place}]")
        cut_off = found.get("cut_off_days")
        return Late(
            found.get("percent_a_day", 0.0),
            int(found.get("free_days", 0)),
            None if cut_off is None else int(cut_off),
        )

    def term_days(self) -> int:
        """Read the free days of the whole term."""
        self.known("term", ["free_days"])
        days = self._number("term", "free_days", self.table("term").get("free_days", 0))
        self._require_whole("term", "free_days", days)
        return int(days)

    def _require_whole(self, place: str, name: str, days: float) -> None:
        if days % 1:
            raise self.refuse(f"has {name} = {days:g} in [{place}]: days are whole")

    def counts(self, place: str) -> Counts | None:
        """Read which attempt counts."""
        value = self.table(place).get("counts") if place else self.plain.get("counts")
        if value is None:
            return None
        if value not in [*Counts]:
            raise self.refuse(f"has counts = {value!r}: write {text.listed([*Counts])}")
        return Counts(value)

    def moment(self, place: str, name: str, zone: ZoneInfo | None) -> datetime | None:
        """Read a date with its time; a date alone lasts to the end of the day."""
        value = self.table(place).get(name)
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(zone).replace(tzinfo=None) if value.tzinfo else value
        if isinstance(value, date):
            return datetime.combine(value, time(23, 59, 59))
        raise self.refuse(
            f"has {name} = {value!r} in [{place}]: write a date without quotation marks, "
            "like 2030-05-13T23:59:00"
        )

    def moments(self, place: str, zone: ZoneInfo | None) -> dict[str, datetime]:
        """Read a table of people and dates."""
        found = {name: self.moment(place, name, zone) for name in self.table(place)}
        return {name: at for name, at in found.items() if at is not None}

    def numbers(self, place: str) -> dict[str, float]:
        """Read a table of people and numbers."""
        return {name: self._number(place, name, value) for name, value in self.table(place).items()}

    def _number(self, place: str, name: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise self.refuse(f"has {name} = {value!r} in [{place}]: a number from 0 is expected")
        return float(value)


_ENTRIES = ["lab", "student", "reason", "by", *Verb]


def _overrides(file: _File, lab: Lab) -> Iterable[tuple[str, Override]]:
    """Read the corrections for one lab; all others are checked as well."""
    file.known("", ["override"])
    entries = file.plain.get("override", [])
    if not isinstance(entries, list):
        raise file.refuse("has [override] where [[override]] is expected")
    for number, entry in enumerate(entries, 1):
        where = f"has a mistake in its override {number}"
        for name in entry:
            if name not in _ENTRIES:
                said = text.unknown("entry", name, _ENTRIES).rstrip(".")
                raise file.refuse(f"{where}. {said}")
        for name in ("lab", "reason", "by"):
            if not isinstance(entry.get(name), str) or not entry[name].strip():
                raise file.refuse(f"{where}: it needs {name} = '…'")
        verbs = [verb for verb in Verb if verb in entry]
        if len(verbs) != 1:
            raise file.refuse(f"{where}: it needs one of {text.listed([*Verb])}")
        if file.lab(entry["lab"]) == lab.id:
            yield _override(file, where, lab, entry, verbs[0])


def _override(
    file: _File, where: str, lab: Lab, entry: Mapping[str, Any], verb: Verb
) -> tuple[str, Override]:
    student, value = entry.get("student", ""), entry[verb]
    if not isinstance(student, str):
        raise file.refuse(f"{where}: student is a name in quotation marks")
    made = Override(verb, entry["reason"].strip(), entry["by"].strip())
    match verb:
        case Verb.DROP:
            if value not in lab.checks:
                said = text.unknown("check", str(value), lab.checks).rstrip(".")
                raise file.refuse(f"{where}. {said}")
            return student, Override(verb, made.reason, made.by, check=value)
        case Verb.EXCUSE:
            if value is not True or not student:
                raise file.refuse(f"{where}: excuse = true is for one student")
            return student, made
        case _:
            if (
                isinstance(value, bool)
                or not isinstance(value, int | float)
                or not math.isfinite(value)
            ):
                raise file.refuse(f"{where}: {verb} is a number")
            if verb is Verb.POINTS and not (0 <= value <= lab.points and student):
                raise file.refuse(f"{where}: points are 0 to {lab.points}, for one student")
            return student, Override(verb, made.reason, made.by, float(value))
