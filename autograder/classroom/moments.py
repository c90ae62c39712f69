"""Moments as platforms write them: in the user's own time, and the user's own language."""

import re
import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

__all__ = ["moment_in"]

_NUMBERS = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ,-]*(?P<clock>\d\d[:-]\d\d(?:[:-]\d\d)?)(?:\.\d+)?"
    r" ?(?P<zone>Z|[+-]\d\d:?\d\d|[A-Za-z_]+(?:/[A-Za-z_]+)*)?"
)
_WORDS = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.|er|º)?,?\s+(?:de\s+)?(?P<month>[^\W\d_]{3,})\.?,?\s+(?:de\s+)?"
    r"(?P<year>\d{4})\D+?(?P<hour>\d{1,2})[:.h](?P<minute>\d\d)\s*(?P<half>[ap]\.?\s?m\b)?",
    re.IGNORECASE,
)
_MONTHS = (
    "jan janv enero gen genn janeiro stycz",
    "feb fev febr fevr lut",
    "mar mars marz maart mrt mrz marc",
    "apr avr abr kwie",
    "may mai mayo magg maio mei maj",
    "jun juin giu czerw",
    "jul juil lug lip",
    "aug aou ago sier",
    "sep set wrzes",
    "oct okt ott out pazdz",
    "nov list",
    "dec dez dic grud",
)
"""How the months begin in English, German, French, Spanish, Italian, Dutch, Portuguese and Polish."""


def moment_in(text: str) -> datetime | None:
    """Read a moment without its zone; None if it is none.

    One that names a zone is turned into this machine's time.

    >>> moment_in("Friday, 13 November 2026, 11:58 PM"), moment_in("2026-11-13-23-58-00")
    (datetime.datetime(2026, 11, 13, 23, 58), datetime.datetime(2026, 11, 13, 23, 58))
    >>> moment_in("vendredi 13 août 2026, 23:58"), moment_in("-")
    (datetime.datetime(2026, 8, 13, 23, 58), None)
    """
    try:
        if found := _NUMBERS.fullmatch(text.strip()):
            clock = found["clock"].replace("-", ":")
            at = datetime.fromisoformat(f"{found['day']} {clock}")
            return _here(at, found["zone"] or "")
        if found := _WORDS.search(text):
            hour = int(found["hour"])
            if half := found["half"]:
                hour = hour % 12 + 12 * (half[0].lower() == "p")
            month = _month(found["month"])
            day, minute = int(found["day"]), int(found["minute"])
            return datetime(int(found["year"]), month, day, hour, minute)  # noqa: DTZ001  it names none
    except (ValueError, LookupError, OSError):
        pass
    return None


def _here(at: datetime, zone: str) -> datetime:
    """Turn a moment into this machine's time, if it has a zone."""
    if not zone:
        return at
    if zone[0] in "+-" or zone == "Z":
        aware = datetime.fromisoformat(f"{at.isoformat()}{zone}")
    else:
        aware = at.replace(tzinfo=ZoneInfo(zone))
    return aware.astimezone().replace(tzinfo=None)


def _month(word: str) -> int:
    """Find a month by how its name begins.

    Raises: ValueError if it is none.
    """
    plain = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(sign for sign in plain if sign.isalpha() and not unicodedata.combining(sign))
    for month, beginnings in enumerate(_MONTHS, 1):
        if plain.startswith(tuple(beginnings.split())):
            return month
    raise ValueError(word)
