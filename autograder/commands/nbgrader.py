"""The commands `nnlab nbgrader …`, and the notebooks of `nnlab release`: parsing and printing only."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.course.lab import Lab

__all__ = ["nbgrader", "release_notebooks"]

NEEDS = ("nbgrader", "jupytext")
INSTALL = "pip install 'nnlab-course[instructor]'"


@click.group()
def nbgrader() -> None:
    """Courses with nbgrader: gradebook, late days, feedback.

    \b
    Example: nnlab nbgrader init spring
    Exit code: 0 done, 2 wrong usage.
    """


@nbgrader.command()
@click.argument(
    "folder", type=click.Path(file_okay=False, path_type=Path), default=Path(), required=False
)
@click.option("--force", is_flag=True, help="Overwrite a configuration of your own.")
def init(folder: Path, force: bool) -> None:  # noqa: FBT001  click passes options by name
    """Make FOLDER, by default this one, a course: nbgrader's own commands then grade with nnlab.

    It writes nbgrader_config.py and every lab's source notebook in solutions/.

    \b
    Example: nnlab nbgrader init spring
    Exit code: 0 done, 2 wrong usage, or a configuration of your own is there.
    """
    if not _is_there():
        raise click.UsageError(f"This needs {' and '.join(NEEDS)}. Install them with: {INSTALL}")
    from autograder.classroom.platforms.nbgrader.notebooks import TextError
    from autograder.classroom.platforms.nbgrader.sources import init_course

    try:
        written = init_course(folder, force=force)
    except TextError as error:
        raise click.UsageError(str(error)) from error
    for path in written:
        click.echo(path)
    click.echo(f"{len(written)} written." if written else "All up to date.")
    click.echo(f"Next, in {folder.resolve()}: nbgrader generate_assignment lab01_gates")


def release_notebooks(labs: Sequence[Lab], folder: Path, *, force: bool) -> int:
    """Write the labs' notebooks where the extra is installed; else say what is left out, and why."""
    if not _is_there():
        click.echo(
            f"Stubs only: notebooks need {' and '.join(NEEDS)}. Install them with: {INSTALL}"
        )
        return 0
    from autograder.classroom.platforms.nbgrader.notebooks import TextError
    from autograder.classroom.platforms.nbgrader.sources import GenerateError
    from autograder.classroom.platforms.nbgrader.sources import release_notebooks as write

    try:
        return write(labs, folder, force=force, wrote=click.echo)
    except (TextError, GenerateError) as error:
        raise click.UsageError(str(error)) from error


def _is_there() -> bool:
    return all(importlib.util.find_spec(name) for name in NEEDS)
