"""The command `nnlab release`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.instructors.setup import lacks_nbgrader
from autograder.commands.options import FOLDER, LABS, WITHOUT
from autograder.errors import needs_extra

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.course.lab import Lab

__all__ = ["release"]


@click.command()
@LABS
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Whose cases the student's answer key holds.",
)
@click.option("--to", type=FOLDER, help="Where the edition goes; default: the course's release.")
@WITHOUT
@click.option("--stubs-only", is_flag=True, help="Fill assignments, and build no edition.")
@click.option("--out", type=FOLDER, help="Fill this folder instead of assignments, and no more.")
@click.option("--force", is_flag=True, help="Overwrite stubs that somebody has worked in.")
def release(
    labs: Sequence[Lab],
    seed: int,
    to: Path | None,
    without: Sequence[Lab],
    stubs_only: bool,
    out: Path | None,
    force: bool,
) -> None:
    """Build what students get: stubs and edition.

    assignments is filled with stubs, and with notebooks where nbgrader is installed. The student's
    edition is one wheel with the checks of all labs and one answer key of numbers, a zip for each
    chosen LAB, and one zip with these together.

    \b
    Example: nnlab release lab02 --seed 7
    Exit code: 0 done, 2 wrong usage, or work would be overwritten, 3 our fault.
    """
    from autograder.authoring.release.leave_out import all_but
    from autograder.course import catalogue
    from autograder.course.stubs import write_stubs

    kept = all_but(catalogue.labs(), without)  # before anything is written
    labs = [lab for lab in labs if lab in kept]
    folder = out or catalogue.ROOT / "assignments"
    written = write_stubs(labs, folder, force=force, wrote=click.echo)
    written += _release_notebooks(labs, folder, force=force)
    click.echo(f"{written} written, the others were up to date." if written else "All up to date.")
    if out or stubs_only:
        return
    with needs_extra("instructor", "\nWithout it: nnlab release --stubs-only"):
        from autograder.authoring.release import build_edition

        to = to or catalogue.ROOT / "release"
        built = build_edition(
            labs,
            folder,
            to,
            seed=seed,
            without=without,
            doing=lambda step: click.echo(step, err=True),
        )
    for path in built:
        click.echo(f"{path}  {path.stat().st_size / 1000:,.0f} kB")


def _release_notebooks(labs: Sequence[Lab], folder: Path, *, force: bool) -> int:
    """Write the labs' notebooks where the extra is installed; else say what is left out, and why."""
    lacking = lacks_nbgrader()
    if lacking:
        click.echo(f"Stubs only: notebooks need {lacking}")
        return 0
    from autograder.classroom.platforms.nbgrader.sources import release_notebooks

    return release_notebooks(labs, folder, force=force, wrote=click.echo)
