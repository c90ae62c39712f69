"""A class without its names: for reading blind, and for research.

Everybody gets a pseudonym by a secret of the course: the same person has the same one in every lab, and
without the key file, which stays in the course's folder, nobody can turn it back. Names go out of all that
is written: rows, file names, notes, messages, and the students' own files.
"""

import builtins
import hashlib
import hmac
import json
import keyword
import re
import secrets
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from autograder.classroom.collect import Class
from autograder.classroom.marks import Mark, Marks
from autograder.classroom.report.files import write_class
from autograder.classroom.rules import Rules
from autograder.course.lab import Lab
from autograder.course.stubs import make_stub
from autograder.errors import WrongUseError
from autograder.grading.report import Report
from autograder.grading.submission import Submission
from autograder.storage import STATE, held, keep, kept_json, write_whole

__all__ = ["Blind", "Key", "blinded", "take_key", "write_blind"]

KEY = "anonymous.json"
DIGITS = 10
NOBODY = "somebody"
"""Who is named in a way that two names share."""

SHORTEST = 3
"""Letters of a part of a name that is taken out: shorter ones are in every text."""

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(slots=True)
class Key:
    """The secret, and who is who."""

    place: Path
    secret: str
    people: dict[str, str]
    """The name of each pseudonym."""

    def pseudonym(self, mark: Mark) -> str:
        """Give somebody's pseudonym, the same in every lab."""
        who = f"id {mark.platform_id}" if mark.is_lasting else f"name {mark.student}"
        digest = hmac.new(
            self.secret.encode(), who.encode("utf-8", "surrogatepass"), hashlib.sha256
        )
        made = f"p{digest.hexdigest()[:DIGITS]}"
        self.people[made] = mark.student
        return made

    def write(self) -> None:
        """Keep the key where no other user reads it."""
        plain = {"secret": self.secret, "people": dict(sorted(self.people.items()))}
        with held(self.place.parent):
            keep(self.place, json.dumps(plain, indent=2) + "\n", private=True)


def take_key(course: Path) -> Key:
    """Read a course's key; the first time a secret is drawn.

    Raises: WrongUseError if the file is damaged: another secret would give everybody another pseudonym.
    """
    place = course / STATE / KEY
    try:
        plain = kept_json(place)
        return Key(
            place, str(plain["secret"]), {str(k): str(v) for k, v in plain["people"].items()}
        )
    except FileNotFoundError:
        return Key(place, secrets.token_hex(16), {})
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise WrongUseError(
            f"{place} is damaged. Put a copy of it back; without it everybody gets another pseudonym."
        ) from None


class _Names:
    """The whole names of a class, each with its pseudonym."""

    def __init__(self, pseudonyms: Mapping[str, str], known: set[str]) -> None:
        self.known = known
        words = {name: _words(name) for name in pseudonyms}
        fit = [name for name, own in words.items() if len(own) > 1 or self.is_telling("".join(own))]
        self.by_words = {_joined(name): pseudonyms[name] for name in fit}
        self.pattern = _pattern(sorted((words[name] for name in fit), key=len, reverse=True))

    def is_telling(self, word: str) -> bool:
        """Return whether a word alone says who somebody is: it is long enough, and no word of code."""
        return len(word) >= SHORTEST and word.casefold() not in self.known

    def out_of(self, text: str) -> str:
        """Take all names out of a text."""
        return self.pattern.sub(lambda found: self._of(found[0]), text)

    def _of(self, name: str) -> str:
        """Find the pseudonym of a name, however it is written."""
        wanted = _plainly(_joined(name))
        return next((p for own, p in self.by_words.items() if _plainly(own) == wanted), NOBODY)


class _Scrub:
    """Takes the names of a class, and each part of one person's name, out of texts."""

    def __init__(self, mark: Mark, pseudonym: str, names: _Names) -> None:
        self.pseudonym = pseudonym
        self.names = names
        own = [*_words(mark.student), *filter(None, [mark.platform_id])]
        parts = [[word] for word in own if names.is_telling(word)]
        self.parts = _pattern(parts)
        self.is_whole = len(parts) == len([word for word in own if len(word) >= SHORTEST])
        """Whether every part of the name is taken out."""

    def text(self, text: str) -> str:
        """Take the names out of a text."""
        text = _EMAIL.sub(self.pseudonym, unicodedata.normalize("NFC", text))
        return self.parts.sub(self.pseudonym, self.names.out_of(text))

    def plain(self, plain: Any) -> Any:
        """Take the names out of all texts of plain data."""
        match plain:
            case str():
                return self.text(plain)
            case list():
                return [self.plain(part) for part in plain]
            case dict():
                return {name: self.plain(part) for name, part in plain.items()}
            case _:
                return plain


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", name))


def _plainly(text: str) -> str:
    """Leave out the marks over letters, as many write names where code is."""
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def _forms(word: str) -> set[str]:
    """List how a word is written: with its marks, without them, and as Germans and Danes do without."""
    return {word, _plainly(word), _plainly(word.translate(_SPELT_OUT))}


_SPELT_OUT = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "ø": "oe",
        "å": "aa",
    }
)


def _joined(name: str) -> str:
    return " ".join(_plainly(word.translate(_SPELT_OUT)) for word in _words(name)).casefold()


def _pattern(names: Sequence[Sequence[str]]) -> re.Pattern[str]:
    """Find words in their order, whatever stands between and beside them, be it an identifier."""
    each = [
        r"[\W_]{0,3}".join(
            f"(?:{'|'.join(map(re.escape, sorted(_forms(word))))})" for word in words
        )
        for words in names
        if words
    ]
    inner = "|".join(each) or r"(?!)"
    return re.compile(rf"(?<![^\W_])(?:{inner})(?![^\W_])", re.IGNORECASE)


def _known(lab: Lab) -> set[str]:
    """List words that code needs, such as `max`, which are names of people as well."""
    stubs = " ".join(make_stub(lab, module) for module in lab.modules)
    words = {*keyword.kwlist, *dir(builtins), *dir(np), *re.findall(r"[^\W_]+", stubs)}
    return {word.casefold() for word in words}


@dataclass(frozen=True, slots=True)
class Blind:
    """A class without names."""

    marks: Marks
    files: Mapping[str, Mapping[str, str]]
    """The students' files, by pseudonym."""
    doubtful: tuple[str, ...]
    """Pseudonyms whose names are words that code needs: a human should look."""


def blinded(marks: Marks, handed_in: Class, key: Key) -> Blind:
    """Take the names out of a class's marks and files.

    What counts, times and numbers of the platform are left out too: they say who somebody is.
    """
    pseudonyms = {mark.student: key.pseudonym(mark) for mark in marks.marks}
    texts = {
        reading.digest: reading.texts for one in handed_in.hand_ins for reading in one.readings
    }
    names = _Names(pseudonyms, _known(marks.lab))
    found, files, doubtful = [], {}, []
    for mark in marks.marks:
        name = pseudonyms[mark.student]
        scrub = _Scrub(mark, name, names)
        own = {
            module: scrub.text(text.decode("utf-8", "replace"))
            for module, text in texts.get(mark.digest, {}).items()
        }
        files[name] = {f"{module}.py": text for module, text in own.items()}
        found.append(_mark(marks.lab, mark, name, scrub, own))
        if not scrub.is_whole:
            doubtful.append(name)
    ordered = tuple(sorted(found, key=lambda mark: mark.student))
    left = Marks(marks.lab, marks.made_by, ordered, rules=Rules())
    return Blind(left, files, tuple(sorted(doubtful)))


def _mark(lab: Lab, mark: Mark, name: str, scrub: _Scrub, own: Mapping[str, str]) -> Mark:
    report = None
    if mark.report is not None:
        plain = scrub.plain(mark.report.to_plain(times=False))
        sources = {f"{module}.py": text.encode() for module, text in own.items()}
        report = replace(Report.from_plain(lab, plain), sources=sources)
    missing = {module: scrub.text(why) for module, why in mark.submission.missing.items()}
    submission = Submission(lab, {}, missing, name)
    kept = hashlib.sha256("".join(own.values()).encode()).hexdigest()[:32]
    return Mark(submission, report, "", mark.is_undecided, mark.is_unread, mark.oddities, kept=kept)


def write_blind(blind: Blind, folder: Path) -> Iterator[Path]:
    """Write marks, class page, a page for each student, and the files; yield what was written."""
    marks = folder / "marks"
    yield from blind.marks.write(marks)
    yield from write_class(blind.marks, marks, pages=True).paths
    for name, files in blind.files.items():
        for file, text in files.items():
            place = folder / "submitted" / name / blind.marks.lab.id / file
            write_whole(place, text, private=True)
    yield folder / "submitted"
