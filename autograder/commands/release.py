"""The command `nnlab release`: parsing and printing only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands import completion
from autograder.commands.errors import OurFaultError, needs_extra
from autograder.commands.labs import chosen_labs
from autograder.commands.nbgrader import release_notebooks
from autograder.commands.progress import tell_recording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.course.lab import Lab

__all__ = ["release"]

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("labs", nargs=-1, metavar="[LAB]...", shell_complete=completion.labs)
@click.option(
    "--lab",
    "more",
    metavar="LAB",
    multiple=True,
    shell_complete=completion.labs,
    help="The same as the argument LAB.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Whose cases the student's answer key holds.",
)
@click.option("--to", type=FOLDER, help="Where the edition goes; default: the course's release.")
@click.option("--stubs-only", is_flag=True, help="Fill assignments, and build no edition.")
@click.option(
    "--out", type=FOLDER, help="Fill this folder in the place of assignments, and no more."
)
@click.option("--force", is_flag=True, help="Overwrite stubs that somebody has worked in.")
def release(
    labs: tuple[str, ...],
    more: tuple[str, ...],
    seed: int,
    to: Path | None,
    stubs_only: bool,  # noqa: FBT001  click passes options by name
    out: Path | None,
    force: bool,  # noqa: FBT001
) -> None:
    """Fill assignments with stubs and notebooks, and build the student's edition from them.

    The edition is one wheel with the checks of all labs and one answer key of numbers, a zip for each
    chosen LAB, and one zip with these together. Notebooks are made anew where nbgrader is installed.

    \b
    Example: nnlab release lab02 --seed 7
    Exit code: 0 done, 2 wrong usage, or work would be overwritten, 3 our fault.
    """
    from autograder.course import catalogue
    from autograder.course.stubs import FilledInError, write_stubs

    folder = out or catalogue.ROOT / "assignments"
    chosen = chosen_labs((*labs, *more))
    try:
        written = write_stubs(chosen, folder, force=force, wrote=click.echo)
        written += release_notebooks(chosen, folder, force=force)
    except FilledInError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{written} written, the others were up to date." if written else "All up to date.")
    if not (out or stubs_only):
        _build(chosen, folder, to or catalogue.ROOT / "release", seed)


def _build(chosen: Sequence[Lab], assignments: Path, to: Path, seed: int) -> None:
    from autograder.authoring.release import build_edition
    from autograder.authoring.release.handouts import HandoutError
    from autograder.grading.key import RecordingError
    from autograder.sandbox import SandboxError

    try:
        built = build_edition(chosen, assignments, to, seed=seed, recording=tell_recording)
    except ModuleNotFoundError as error:
        raise click.UsageError(
            f"{needs_extra(error, 'instructor')}\nWithout it: nnlab release --stubs-only"
        ) from error
    except HandoutError as error:
        raise click.UsageError(str(error)) from error
    except (RecordingError, SandboxError) as error:
        raise OurFaultError(str(error)) from error
    for path in built:
        click.echo(f"{path}  {path.stat().st_size / 1000:,.0f} kB")
