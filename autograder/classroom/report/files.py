"""The report on a class as files: a page, a table of what it says, and a page for each student."""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from markupsafe import escape

from autograder.classroom.items import analyse
from autograder.classroom.marks import Mark, Marks
from autograder.classroom.report.figures import class_figures
from autograder.classroom.spreadsheet import safe_cell, write_rows
from autograder.storage import write_whole
from autograder.text import named

__all__ = ["Written", "class_csv", "file_of", "write_class"]


@dataclass(frozen=True, slots=True)
class Written:
    """What a report on a class came to."""

    paths: tuple[Path, ...]
    """The class's page and table, and what a platform returns to the students."""
    failed: tuple[str, ...]
    """Which students' pages could not be made, in sentences."""


def write_class(marks: Marks, folder: Path, *, pages: bool = False) -> Written:
    """Write LAB.html and LAB-class.csv, with `pages` also one for each student."""
    from autograder.classroom.report.page import to_class_html  # noqa: PLC0415  only here

    lab = marks.lab.id
    page, table = folder / f"{lab}.html", folder / f"{lab}-class.csv"
    failed: list[str] = []
    addresses = _write_pages(marks, folder, failed, back=page.name) if pages else {}
    write_whole(page, to_class_html(marks, addresses), private=True)
    write_whole(table, "\ufeff" + class_csv(marks), private=True)
    returned = _write_returned(marks, folder, addresses)
    return Written((page, table, *returned), tuple(failed))


def class_csv(marks: Marks) -> str:
    """Write a row for each range of points, check that failed, mistake and item, and for each who needs a look."""
    rows: list[list[object]] = [["kind", "name", "count", "says", "students"]]
    for kind, name, count, says, students in _rows(marks):
        rows.append([kind, safe_cell(name), count, safe_cell(says), safe_cell("; ".join(students))])
    return write_rows(rows)


def _rows(marks: Marks) -> Iterator[tuple[str, str, int | float, str, tuple[str, ...]]]:
    seen = class_figures(marks)
    for group in seen.look:
        for each in group.people:
            yield "look", group.kind, 1, each.why or group.advice, (each.student,)
    for band in seen.bands:
        yield "points", f"{band.low} to {band.high}", len(band.students), "", band.students
    for check in seen.failing:
        yield "check", check.name, len(check.students), check.says, tuple(check.students)
    for made in seen.mistakes:
        yield "mistake", made.name, len(made.students), made.says, tuple(made.students)
    analysis = analyse(marks)
    for item in analysis.items:
        rest = "" if item.rest is None else f"item-rest correlation {item.rest:.2f}. "
        yield "item", item.check.id, round(item.passed, 3), f"{rest}{item.note}".strip(), ()
    for names in analysis.together:
        yield "together", " ".join(names), len(names), "Nearly the same students fail these.", ()
    if seen.times:
        yield "seconds", "total", round(seen.times.total, 1), "", ()
        yield "seconds", "longest", round(seen.times.longest, 1), "", (seen.times.slowest,)


def _write_pages(marks: Marks, folder: Path, failed: list[str], *, back: str) -> dict[str, str]:
    """Write each student's page; return the address of each, seen from the class's page.

    One that cannot be made costs no other; `failed` then has a sentence more.
    """
    from autograder.report.web import to_html  # noqa: PLC0415  only here

    inner, addresses = f"{marks.lab.id}-pages", dict[str, str]()
    for mark in marks.marks:
        if mark.report is None:
            continue
        name = f"{inner}/{file_of(mark.student)}"
        counts = _counts(marks, mark)
        if mark.kept and _says(folder / name, counts):  # with the code, which is not here any more
            addresses[mark.student] = name
            continue
        try:
            report = replace(mark.report, notes=(*counts, *mark.report.notes))
            page = to_html([report], student=mark.student, back=f"../{back}")
            write_whole(folder / name, page, private=True)
        except Exception as error:  # noqa: BLE001  whatever is drawn there, the others get theirs
            why = named(error) or type(error).__name__
            failed.append(f"The page of {named(mark.student)} could not be made: {why}")
            continue
        addresses[mark.student] = name
    return addresses


def _write_returned(marks: Marks, folder: Path, pages: Mapping[str, str]) -> Iterator[Path]:
    """Write the zip of the students' pages in which each is called as the platform wants it.

    Nobody gets the way to the class's page along.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for mark in marks.marks:
            if mark.label and mark.student in pages:
                page = (folder / pages[mark.student]).read_text("utf-8")
                name = zipfile.ZipInfo(f"{mark.label}{marks.lab.id}.html", _MADE_AT)
                name.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(name, _WAY_BACK.sub("", page, count=1))
        names = archive.namelist()
    if names:
        place = folder / f"{marks.lab.id}-return.zip"
        write_whole(place, packed.getvalue(), private=True)
        yield place


_MADE_AT = (1980, 1, 1, 0, 0, 0)
_WAY_BACK = re.compile(r'<p><a href="\.\./[^"]*">The whole class</a></p>\n')
"""How a student's page begins that leads to the class's."""


def _counts(marks: Marks, mark: Mark) -> tuple[str, ...]:
    """Say what counts, where it is not the mark."""
    counted = marks.counted(mark)
    said = f"Counts: {counted.shown or '–'}. {' '.join(counted.why)}"
    return (said,) if counted.why else ()


def _says(page: Path, sentences: tuple[str, ...]) -> bool:
    """Return whether a page is there and has these sentences."""
    return page.is_file() and all(escape(s) in page.read_text("utf-8") for s in sentences)


def file_of(student: str) -> str:
    """Make a file's name of a student's: what every system takes, the same in every run, and no other's."""
    plain = re.sub(r"[^A-Za-z0-9.-]+", "_", student).strip("._")[:50] or "student"
    if plain == student.lower():
        return f"{plain}.html"
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{plain}-{digest[:DIGITS]}.html"


DIGITS = 8
