"""The directives `lecture-map` and `check-list`: what the labs take from the lecture, and ask.

`lecture-map` has a table for each lab: the lecture's headings with their exercises and figures.
`check-list` has one as well: the checks with their points, what they promise and how they judge.
"""

from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive

from autograder.course.catalogue import labs
from autograder.gallery import lecture_figures
from autograder.student.check_info import about_check
from docs.extensions.tables import names, section, table, words

__all__ = ["CheckList", "LectureMap", "judged", "rows", "setup"]


def rows() -> list[tuple[str, str, list[str], list[str]]]:
    """List (lab, slide, exercises, figures) in the course's order; a slide stands once a lab.

    A figure stands with the first lab that has its slide; what no lab names stands at the end.
    """
    listed = []
    figures: dict[str, list[str]] = {}
    for known in lecture_figures().values():
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
    return listed + [("", slide, [], drawn) for slide, drawn in figures.items()]


def judged(lab: Any, check: Any) -> str:
    """Say how a check judges, as `nnlab explain` does."""
    return dict(about_check(lab, check))["judged"]


class LectureMap(Directive):
    """One table for each lab."""

    def run(self) -> list[nodes.Node]:
        """Make the tables."""
        titles = {lab.id: f"{lab.id}: {lab.title}" for lab in labs()}
        listed = rows()
        return [
            section(
                f"map-{lab_id}",
                titles.get(lab_id, "Figures without an exercise"),
                table(
                    ("Slide", "Exercises", "Figures"),
                    (3, 4, 2),
                    [
                        (words(slide), names(exercises), names(figures))
                        for lab, slide, exercises, figures in listed
                        if lab == lab_id
                    ],
                ),
            )
            for lab_id in dict.fromkeys(row[0] for row in listed)
        ]


class CheckList(Directive):
    """One table for each lab."""

    def run(self) -> list[nodes.Node]:
        """Make the tables."""
        return [
            section(
                f"checks-{lab.id}",
                f"{lab.id}: {lab.title}",
                table(
                    ("Check", "Points", "Promise", "Judged"),
                    (3, 1, 4, 4),
                    [
                        (
                            names([check.id]),
                            words(str(check.points)),
                            words(check.title),
                            words(judged(lab, check)),
                        )
                        for check in lab.checks.values()
                    ],
                ),
            )
            for lab in labs()
        ]


def setup(app: Any) -> dict[str, bool]:
    """Tell Sphinx."""
    app.add_directive("lecture-map", LectureMap)
    app.add_directive("check-list", CheckList)
    return {"parallel_read_safe": True}
