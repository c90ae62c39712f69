"""The command `nnlab github`: parsing and printing only."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.commands import completion
from autograder.commands.errors import writing

__all__ = ["github"]


@click.command()
@click.argument("labs", nargs=-1, metavar="[LAB]...", shell_complete=completion.labs)
@click.option(
    "--install",
    metavar="WHAT",
    default="nnlab-course",
    show_default=True,
    help="What pip installs: a name, a URL, or a wheel in the repository.",
)
@click.option("--python", default="3.12", show_default=True, help="Python's version.")
@click.option("--force", is_flag=True, help="Overwrite a workflow that is another.")
def github(labs: tuple[str, ...], install: str, python: str, force: bool) -> None:  # noqa: FBT001
    """Write the workflow by which GitHub Classroom grades every push.

    Start it in the template repository. Without a lab it grades all that are there.

    \b
    Example: nnlab github lab02 --install ./nnlab_course-1.0-py3-none-any.whl
    Exit code: 0 done, 2 wrong usage, or another workflow would be overwritten.
    """
    from autograder.classroom.platforms.github import PLACE, workflow
    from autograder.course.catalogue import UnknownLabError, find_lab
    from autograder.storage import write_whole

    try:
        chosen = [find_lab(name).id for name in labs]
    except UnknownLabError as error:
        raise click.UsageError(str(error)) from error
    text = workflow(chosen, install=install, python=python)
    place = Path.cwd() / PLACE
    if place.exists() and not force and place.read_text(encoding="utf-8", errors="replace") != text:
        raise click.UsageError(f"{PLACE} is there, and another. --force overwrites it.")
    with writing(place):
        write_whole(place, text)
    click.echo(PLACE)
