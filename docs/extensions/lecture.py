"""The directive `lecture-map`: each heading of the lecture with its exercises and its figures."""

from collections.abc import Iterable
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive

from autograder.course import labs
from autograder.gallery import experiments

__all__ = ["LectureMap", "rows", "setup"]

HEAD = ("Slide", "Exercises", "Figures")


def rows() -> list[tuple[str, str, list[str], list[str]]]:
    """List (lab, slide, exercises, figures) in the course's order; a slide stands once a lab.

    A figure stands with the first lab that has its slide; what no lab names stands at the end.
    """
    listed = []
    figures: dict[str, list[str]] = {}
    for known in experiments().values():
        figures.setdefault(known.slides, []).append(known.name)
    for lab in labs():
        exercises: dict[str, list[str]] = {}
        for check in lab.checks.values():
            told = exercises.setdefault(check.slides, [])
            if check.exercise not in told:
                told.append(check.exercise)
        listed += [
            (lab.id, slide, told, figures.pop(slide, [])) for slide, told in exercises.items()
        ]
    return listed + [("", slide, [], names) for slide, names in figures.items()]


class LectureMap(Directive):
    """One table for each lab."""

    def run(self) -> list[nodes.Node]:
        """Make the tables."""
        titles = {lab.id: f"{lab.id}: {lab.title}" for lab in labs()}
        made: list[nodes.Node] = []
        for lab_id in dict.fromkeys(row[0] for row in rows()):
            section = nodes.section(ids=[nodes.make_id(lab_id or "figures-alone")])
            section += nodes.title(text=titles.get(lab_id, "Figures without an exercise"))
            section += _table([row[1:] for row in rows() if row[0] == lab_id])
            made.append(section)
        return made


def _table(body: Iterable[tuple[str, list[str], list[str]]]) -> nodes.table:
    group = nodes.tgroup(cols=len(HEAD))
    group += [nodes.colspec(colwidth=width) for width in (3, 4, 2)]
    head = nodes.thead()
    head += _row(nodes.paragraph(text=text) for text in HEAD)
    group += head
    told = nodes.tbody()
    for slide, exercises, figures in body:
        told += _row([nodes.paragraph(text=slide), _names(exercises), _names(figures)])
    group += told
    table = nodes.table()
    table += group
    return table


def _row(cells: Iterable[nodes.Node]) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        entry = nodes.entry()
        entry += cell
        row += entry
    return row


def _names(names: list[str]) -> nodes.paragraph:
    paragraph = nodes.paragraph()
    for name in names:
        if len(paragraph):
            paragraph += nodes.Text(" · ")
        paragraph += nodes.literal(text=name)
    return paragraph


def setup(app: Any) -> dict[str, bool]:
    """Tell Sphinx."""
    app.add_directive("lecture-map", LectureMap)
    return {"parallel_read_safe": True}
