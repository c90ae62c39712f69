"""The command `nnlab release`: parsing and printing only."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.commands import completion
from autograder.commands.nbgrader import release_notebooks

__all__ = ["release"]


@click.command()
@click.argument("labs", nargs=-1, metavar="[LAB]...", shell_complete=completion.labs)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to fill; default: the course's assignments.",
)
@click.option("--force", is_flag=True, help="Overwrite stubs that somebody has worked in.")
def release(labs: tuple[str, ...], out: Path | None, force: bool) -> None:  # noqa: FBT001
    """Generate the students' stubs from the engine, and notebooks where nbgrader is installed.

    \b
    Example: nnlab release lab02
    Exit code: 0 done, 2 wrong usage, or work would be overwritten.
    """
    from autograder import course
    from autograder.stubs import FilledInError, write_stubs

    folder = out or course.ROOT / "assignments"
    try:
        chosen = [course.find_lab(name) for name in labs] or list(course.labs())
        written = write_stubs(chosen, folder, force=force, wrote=click.echo)
        written += release_notebooks(chosen, folder, force=force)
    except (course.UnknownLabError, FilledInError) as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{written} written, the others were up to date." if written else "All up to date.")
