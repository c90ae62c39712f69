"""The term as files: one page, one table, and a page for each student."""

from collections.abc import Mapping
from pathlib import Path

from autograder.classroom.report.files import file_of
from autograder.classroom.spreadsheet import safe_cell, write_rows
from autograder.classroom.term import Student, Term
from autograder.report.web.pages import fill
from autograder.storage import write_whole

__all__ = ["term_csv", "to_student_html", "to_term_html", "write_term"]

PAGES = "term-pages"


def write_term(term: Term, folder: Path, *, pages: bool = False) -> list[Path]:
    """Write term.html and term.csv, and with `pages` also a page for each student."""
    addresses: dict[str, str] = {}
    for student in term.students if pages else ():
        name = f"{PAGES}/{file_of(f'{student.name} {student.id}'.strip())}"
        addresses[_key(student)] = name
        page = to_student_html(term, student, back="../term.html")
        write_whole(folder / name, page, private=True)
    paths = [folder / "term.html", folder / "term.csv"]
    write_whole(paths[0], to_term_html(term, addresses), private=True)
    write_whole(paths[1], "\ufeff" + term_csv(term), private=True)
    return paths


def _key(student: Student) -> str:
    return f"{student.name}\0{student.id}"


def term_csv(term: Term) -> str:
    """Write a row a student: what counts in each lab, the sum, who is behind, what came back."""
    heading = [
        *("student", "id", *(lab.id for lab in term.labs)),
        *("sum", "out_of", "percent", "not_handed_in", "behind", "came_back", "free_days_left"),
    ]
    rows: list[list[object]] = [list(heading)]
    for each in term.students:
        cells = [each.cells[lab.id].shown if lab.id in each.cells else "" for lab in term.labs]
        left = term.free_days - each.free_days if term.free_days else ""
        rows.append(
            [
                *(safe_cell(each.name), safe_cell(each.id), *cells),
                *(f"{each.reached:g}", each.out_of, f"{100 * each.share:.1f}"),
                *(" ".join(each.missing), each.behind, "; ".join(each.ideas), left),
            ]
        )
    return write_rows(rows)


def to_term_html(term: Term, addresses: Mapping[str, str] | None = None) -> str:
    """Write the page of the term; `addresses` leads to the students' own pages."""
    anchors = {_key(each): f"student-{number}" for number, each in enumerate(term.students, 1)}
    by_name = {each.name: anchors[_key(each)] for each in term.students}
    return fill(
        "term.html",
        term=term,
        rows=[
            (each, anchors[_key(each)], (addresses or {}).get(_key(each), ""))
            for each in term.students
        ],
        by_sum=sorted(
            ((each, anchors[_key(each)]) for each in term.students), key=lambda pair: -pair[0].share
        ),
        anchors=by_name,
    )


def to_student_html(term: Term, student: Student, *, back: str = "") -> str:
    """Write one student's page over the term: marks, what counts, mistakes, and what came back."""
    return fill("term_student.html", term=term, student=student, back=back)
