"""The command `nnlab items`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.options import FILE, FOLDER, LAB, out
from autograder.errors import WrongUseError, writing

if TYPE_CHECKING:
    from autograder.course.lab import Lab

__all__ = ["items"]


@click.command()
@LAB
@click.option("--groups", type=FILE, help="A CSV of two columns: a student, and the group.")
@click.option(
    "--also", type=FOLDER, multiple=True, help="Marks of another year, beside this year's."
)
@out("marks", "The folder that the batch wrote its marks to.")
def items(lab: Lab, groups: Path | None, also: tuple[Path, ...], out: Path) -> None:
    """Compare checks by group and year.

    For each check it says how many passed it in each part, how far that goes with the points of the
    other checks, and which parts differ by more than chance. A batch says the same of the whole class.

    \b
    Example: nnlab items lab02 --groups groups.csv --also ../last-year/marks
    Exit code: 0 done, 2 wrong usage.
    """
    from autograder.classroom.items import compare
    from autograder.classroom.parts import graded_marks, in_groups, read_groups
    from autograder.classroom.report.items import render_items, write_items
    from autograder.commands.screen import Screen

    if groups is None and not also:
        raise WrongUseError(
            "What is to be compared? Give --groups FILE, or --also FOLDER, or both."
        )
    marks = graded_marks(lab, out)
    parts = {"this class": marks}
    if groups is not None:
        divided, said = in_groups(marks, read_groups(groups))
        parts |= divided
        for sentence in said:
            click.echo(sentence)
    parts |= {str(folder): graded_marks(lab, folder) for folder in also}
    found = compare(lab, parts)
    Screen().out.print(render_items(found))
    with writing(out):
        for path in write_items(found, out):
            click.echo(path)
