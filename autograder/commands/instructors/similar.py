"""The command `nnlab similar`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.options import LAB, out, require_catalogue, submitted_to
from autograder.errors import WrongUseError, writing

if TYPE_CHECKING:
    from autograder.course.lab import Lab

__all__ = ["similar"]


@click.command()
@LAB
@submitted_to("What was handed in: a folder or a platform's zip.")
@click.option(
    "--also",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Another class to compare with, such as last year's.",
)
@out("marks", "The folder for the page.")
def similar(lab: Lab, submitted: Path, also: tuple[Path, ...], out: Path) -> None:
    """Show unusual bodies that few share.

    Bodies are compared without their names, comments, layout and order of operands. What many write is
    taken off: the stub, the reference, known mistakes, other right forms, and what the class has in
    common. The texts stand side by side, with how rare they are. It is something to look at, never a
    verdict.

    \b
    Example: nnlab similar lab02 --also ../last-year/submitted
    Exit code: 0 done, 2 wrong usage.
    """
    from autograder.classroom.collect import read_class
    from autograder.classroom.report.similar import render_similar, write_similar
    from autograder.classroom.similar import find_similar
    from autograder.commands.screen import Screen

    require_catalogue([lab])
    folders = [submitted, *also]
    for at, folder in enumerate(folders):
        if folder.resolve() in [earlier.resolve() for earlier in folders[:at]]:
            raise WrongUseError(f"{folder} is given twice: --also is for another class.")
    classes = [read_class(lab, folder) for folder in folders]
    for note in (note for one in classes for note in one.notes):
        click.echo(note)
    others = {str(folder): one.hand_ins for folder, one in zip(also, classes[1:], strict=True)}
    found = find_similar(lab, classes[0].hand_ins, others)
    Screen().out.print(render_similar(found))
    with writing(out):
        click.echo(write_similar(found, out))
