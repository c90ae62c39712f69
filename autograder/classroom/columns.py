"""The columns of a platform's file: by their headings, or in a foreign language by what stands there."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder import text as show
from autograder.classroom.moments import moment_in
from autograder.classroom.spreadsheet import Table, TableError
from autograder.errors import WrongUseError

__all__ = [
    "PLATFORMS",
    "Platform",
    "RosterError",
    "Sheet",
    "cell_of",
    "folded",
    "is_setting",
    "number_in",
]


class RosterError(WrongUseError):
    """The file is none that the platform gives; the message says what is expected."""


@dataclass(frozen=True, slots=True)
class Platform:
    """How a platform heads the columns of its file, in all forms that are known."""

    name: str
    file: str
    """What the file is, and where one gets it."""
    needed: tuple[str, ...]
    number: frozenset[str]
    """The platform's own number of a student."""
    names: frozenset[str]
    logins: frozenset[str]
    """What else only one student has."""
    grade: frozenset[str] = frozenset()
    most: frozenset[str] = frozenset()
    """What marks count up to."""
    feedback: frozenset[str] = frozenset()
    is_translated: bool = False
    """Whether headings may be in any language, so that what stands below them says more."""


class Sheet:
    """A file's columns, found by their headings or, in foreign languages, by what stands there."""

    def __init__(self, path: Path, platform: Platform, table: Table) -> None:
        self.path, self.platform, self.table = path, platform, table
        self.headings = [folded(heading) for heading in table.rows[0]]
        self.columns = range(len(self.headings))
        self.rows = [row for row in table.rows[1:] if any(map(str.strip, row))]
        for row in self.rows:
            if any(map(str.strip, row[len(self.headings) :])):
                beginning = show.named(table.delimiter.join(row[:3]))
                raise TableError(f"has more cells than headings in the row {beginning!r}")

    def headed(self, headings: Collection[str]) -> list[int]:
        """Find columns by their headings.

        Raises: TableError if two have the same.
        """
        found = [at for at, heading in enumerate(self.headings) if heading in headings]
        if len({self.headings[at] for at in found}) < len(found):
            raise TableError(f"has two columns {self.table.rows[0][found[0]].strip()}")
        return found

    def cells(self, column: int) -> list[str]:
        """List what stands in a column."""
        return [cell_of(row, column).strip() for row in self.rows]

    def number(self) -> int:
        """Find the column of the platform's number.

        Raises: TableError if it, or another that is needed, is not there.
        """
        known = self.headed(self.platform.number)
        lacking = [name for name in self.platform.needed if folded(name) not in self.headings]
        if self.platform.is_translated:
            numbered = [at for at in self.columns if _are_numbers(self.cells(at))]
            known = [at for at in known if at in numbered] or numbered or known
            lacking = [] if known else lacking
        if lacking:
            raise TableError(f"has no column {' and no '.join(lacking)}")
        return known[0]

    def people(self, number: int, grade: int) -> tuple[list[int], list[int]]:
        """Find the columns of names, and of what else tells students apart.

        In every language the name is beside the number, and the state before the mark.
        """
        names, logins = self.headed(self.platform.names), self.headed(self.platform.logins)
        if self.platform.is_translated:
            found = [at for at in self.columns if _are_addresses(self.cells(at))]
            logins = sorted({*logins, *found})
            names = names or [at for at in (number + 1,) if at < grade - 1 and at not in logins]
        return names, logins

    def grade(self, wanted: str, points: float) -> int:
        """Find the column of the marks: by its name, a part of it, or before what they count up to.

        Raises: RosterError unless it is clear.
        """
        if not (wanted or self.platform.grade):
            raise RosterError(f"Say which column of {self.path} takes the marks, with --column.")
        known = {folded(wanted)} if wanted else self.platform.grade
        found = [at for at, heading in enumerate(self.headings) if heading in known]
        if not found and wanted:
            found = [at for at, heading in enumerate(self.headings) if folded(wanted) in heading]
        elif not found:
            most = [at for at in self.columns[1:] if self._all_are(at, points)]
            found = [at - 1 for at in most[-1:]]
        if len(found) != 1:
            said = "no column" if not found else f"{len(found)} columns"
            columns = ", ".join(filter(None, map(str.strip, self.table.rows[0])))
            raise RosterError(
                f"{self.path} has {said} like {wanted or 'Grade'!r}. Name it with --column. "
                f"Its columns are {columns}."
            )
        return found[0]

    def time(self) -> int | None:
        """Find the column that says when somebody handed in: in every language the first of moments."""
        for at in self.columns:
            cells = [cell for cell in self.cells(at) if cell not in {"", "-", "–"}]
            if cells and all(map(moment_in, cells)):
                return at
        return None

    def _all_are(self, column: int, points: float) -> bool:
        cells = self.cells(column)
        return bool(cells) and all(_value(cell) == points for cell in cells)

    def limits(self, grade: int, names: Sequence[int]) -> list[str]:
        """List what the platform says that marks count up to."""
        if self.platform.is_translated:
            values = set(map(_value, self.cells(grade + 1)))
            beside = [grade + 1] if len(values) == 1 and None not in values else []
            most = self.headed(self.platform.most) or beside
            said = [cell for at in most for cell in self.cells(at)]
        else:
            settings = [
                row for row in self.rows if all(is_setting(cell_of(row, at)) for at in names)
            ]
            cells = [
                (cell_of(row, names[0]).strip(), cell_of(row, grade).strip()) for row in settings
            ]
            said = [cell for name, cell in cells if name or "read only" in cell]
        return [cell for cell in dict.fromkeys(said) if cell]

    def require_points(self, limits: Iterable[str], points: float) -> None:
        """Compare what the platform counts up to with the lab's points: marks are not converted.

        Raises: RosterError if they differ.
        """
        for limit in limits:
            if _value(limit) != points:
                raise RosterError(
                    f"{self.path} counts up to {limit}, this lab to {points:g}. Set the maximum "
                    f"there to {points:g}, and export again."
                )


def _are_numbers(cells: Sequence[str]) -> bool:
    """Return whether each cell ends in another number, after the same word: `Participant 4712`."""
    numbers = [number_in(cell) for cell in cells]
    words = {cell.removesuffix(number).strip() for cell, number in zip(cells, numbers, strict=True)}
    return (
        all(numbers) and len(set(numbers)) == len(numbers) and len(words) == 1 and "" not in words
    )


def _are_addresses(cells: Sequence[str]) -> bool:
    return any(cells) and all("@" in cell for cell in cells if cell)


def _value(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:  # such as "(read only)"
        return None


def cell_of(row: Sequence[str], column: int) -> str:
    """Read a cell; a row may end early."""
    return row[column] if column < len(row) else ""


def is_setting(cell: str) -> bool:
    """Return whether a name is not a student's: Canvas indents its rows of settings, in every language."""
    return cell[:1].isspace() or not cell or cell == "Points Possible"


def folded(text: str) -> str:
    """Make texts comparable, however their accents, widths, capitals and spaces are written."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def number_in(text: str) -> str:
    """Take the number out of `4712`, `Participant 4712` or `Teilnehmer/in4712`."""
    match = re.fullmatch(r"[^0-9]*([0-9]+)\s*", text)
    return match[1] if match else ""


_WORKSHEETS = """
Identifier | Full name | Email address / ID number / Username | Grade | Maximum grade | Feedback comments
ID | Vollständiger Name | E-Mail-Adresse / ID-Nummer / Matrikelnummer / Anmeldename | Bewertung | Bestwertung | Feedback als Kommentar
Identifiant | Nom complet | Adresse de courriel / Numéro d'identification / Nom d'utilisateur | Note | Note maximale | Feedback par commentaires
Identificador | Nombre completo | Dirección de correo / Número de ID / Nombre de usuario | Calificación | Calificación máxima | Comentarios de retroalimentación
Identificativo | Nome completo | Indirizzo email / Codice identificativo / Username | Valutazione / Voto | Valutazione massima / Voto massimo | Commenti
Identificatie | Volledige naam | E-mailadres / ID-nummer / Gebruikersnaam | Cijfer | Maximaal cijfer / Maximumcijfer | Feedback / Feedback opmerkingen
Número de identificação / Identificador | Nome completo | Endereço de email / Nome de utilizador | Nota / Avaliação | Nota máxima / Avaliação máxima | Comentários de feedback
Identyfikator | Imię i nazwisko / Pełna nazwa | Adres e-mail / Numer ID / Nazwa użytkownika | Ocena | Maksymalna ocena / Ocena maksymalna | Komentarz zwrotny
"""
"""Moodle writes and reads the words of the teacher's language: a line for each.

The columns: number, name, address and other logins, mark, maximum, feedback.
"""


def _any_of(*forms: str) -> frozenset[str]:
    return frozenset(folded(word) for form in forms for word in form.split(" / "))


_LINES = [line.split(" | ") for line in _WORKSHEETS.strip().split("\n")]
_NUMBER, _NAME, _LOGINS, _GRADE, _MOST, _FEEDBACK = (
    _any_of(*forms) for forms in zip(*_LINES, strict=True)
)

PLATFORMS = {
    "moodle": Platform(
        "moodle",
        "the grading worksheet that Moodle lets you download beside the submissions",
        ("Identifier",),
        _NUMBER,
        _NAME,
        _LOGINS,
        _GRADE,
        _MOST,
        _FEEDBACK,
        is_translated=True,
    ),
    "canvas": Platform(
        "canvas",
        "the gradebook that Canvas exports",
        ("Student", "ID"),
        _any_of("ID"),
        _any_of("Student"),
        _any_of("SIS Login ID", "SIS User ID"),
    ),
}
