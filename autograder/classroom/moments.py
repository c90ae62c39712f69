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
_MONTH = r"(?P<month>[^\W\d_]{3,})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.|er|º)?"
_CLOCK = r"(?P<hour>\d{1,2})[:.h]?(?P<minute>\d\d)"
_WORDS = tuple(
    re.compile(rf"(?:.*?[^\w.])??{date}{clock}", re.IGNORECASE | re.DOTALL)
    for date, clock in (
        (
            rf"{_DAY},?\s+(?:de\s+)?{_MONTH},?\s+(?:de\s+)?(?P<year>\d{{4}})",
            rf"\D+?{_CLOCK}\s*(?:(?P<half>[ap])\.?\s?m\.?|uhr)?",
        ),
        (
            rf"{_MONTH}\s+{_DAY},?\s+(?P<year>\d{{4}})",
            rf"\D+?{_CLOCK}\s*(?:(?P<half>[ap])\.?\s?m\.?)?",
        ),
        (
            r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일]",
            rf"\D*?(?P<half>午前|午後|上午|下午|오전|오후)?\s*{_CLOCK}",
        ),
    )
)
"""Dates with the day first, with the month first as in America, and with the year first as in East Asia.

Nothing may follow that is not known: it could be the word for the afternoon.
"""
_MONTHS = (
    "jan janv enero gen genn janeiro stycz янв oca",
    "feb fev febr fevr lut фев sub",
    "mar mars marz maart mrt mrz marc мар",
    "apr avr abr kwie апр nis",
    "may mai mayo magg maio mei maj мая маи",
    "jun juin giu czerw июн haz",
    "jul juil lug lip июл tem",
    "aug aou ago sier авг agu",
    "sep set wrzes сен eyl",
    "oct okt ott out pazdz окт eki",
    "nov list ноя kas",
    "dec dez dic grud дек ara",
)
"""How the months begin in English and Scandinavian languages, German, French, Spanish, Italian, Dutch,
Portuguese, Polish, Russian and Turkish."""


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
        for form in _WORDS:
            if found := form.fullmatch(text.strip()):
                hour = int(found["hour"])
                if half := found["half"]:
                    hour = hour % 12 + 12 * (half.lower() in _AFTERNOON)
                day, minute = int(found["day"]), int(found["minute"])
                year, month = int(found["year"]), _month(found["month"])
                return datetime(year, month, day, hour, minute)  # noqa: DTZ001  it names none
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


_AFTERNOON = {"p", "午後", "下午", "오후"}


def _month(word: str) -> int:
    """Find a month by its number, or by how its name begins.

    Raises: ValueError if it is none.
    """
    if word.isdecimal():
        return int(word)
    plain = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(sign for sign in plain if sign.isalpha() and not unicodedata.combining(sign))
    for month, beginnings in enumerate(_MONTHS, 1):
        if plain.startswith(tuple(beginnings.split())):
            return month
    raise ValueError(word)
