"""The command `nnlab blind`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.options import FOLDER, LAB, out, submitted_to
from autograder.errors import WrongUseError, writing
from autograder.text import listed

if TYPE_CHECKING:
    from autograder.course.lab import Lab

__all__ = ["blind"]

MAX_NAMES = 10


@click.command()
@LAB
@submitted_to("What was handed in: the folder or zip that was graded.")
@click.option(
    "--marks", type=FOLDER, default=Path("marks"), show_default=True, help="Where its marks are."
)
@out("anonymous", "The folder for the class without names.")
def blind(lab: Lab, submitted: Path, marks: Path, out: Path) -> None:
    """Write a class without names.

    It is for reading blind, and for research: marks, class page, a page for each student, and the
    students' files, under pseudonyms. Who is who stands in .nnlab/anonymous.json, which stays here.

    \b
    Example: nnlab blind lab02 --submitted hebb.zip
    Exit code: 0 done, 2 wrong usage.
    """
    from autograder.classroom.anonymous import blinded, take_key, write_blind
    from autograder.classroom.collect import read_class
    from autograder.classroom.marks import Marks

    key = take_key(Path.cwd())
    graded = Marks(lab, "", ()).with_earlier(marks)
    if not graded.marks:
        raise WrongUseError(
            f"There are no marks of {lab.id} in {marks}. First: nnlab batch {lab.id}"
        )
    found = blinded(
        dataclasses.replace(graded, made_by="anonymous"), read_class(lab, submitted), key
    )
    key.write()
    with writing(out):
        for path in write_blind(found, out):
            click.echo(path)
    click.echo(f"{len(found.marks.marks)} students. Who is who: {key.place}, which stays here.")
    without = [name for name, files in found.files.items() if not files]
    if without:
        click.echo(f"Without their files, which are not in {submitted}: {_some(without)}")
    if found.doubtful:
        click.echo(
            f"A part of their names is a word of Python or of the task, and stays: {_some(found.doubtful)}"
        )


def _some(names: list[str] | tuple[str, ...]) -> str:
    return listed(sorted(names), MAX_NAMES)
