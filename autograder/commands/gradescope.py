"""The command `nnlab gradescope`: parsing and printing only."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.commands.completion import labs
from autograder.commands.errors import OurFaultError, writing
from autograder.commands.progress import tell_recording

__all__ = ["gradescope"]


@click.command()
@click.argument("lab", shell_complete=labs)
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("autograder.zip"),
    show_default=True,
    help="The zip to write.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    help="The secret that cases come from, a long number; default: the course's own.",
)
@click.option(
    "--visibility",
    type=click.Choice(["visible", "after_due_date", "after_published", "hidden"]),
    default="visible",
    show_default=True,
    help="When students see the results.",
)
@click.option(
    "--isolation",
    type=click.Choice(["full", "process"]),
    default="full",
    show_default=True,
    help="process: grade even where nothing keeps a submission from the answer key.",
)
def gradescope(lab: str, out: Path, seed: int | None, visibility: str, isolation: str) -> None:
    """Make the zip with which Gradescope grades a lab by itself.

    Start it in your course's folder. The zip holds the answer key: keep it to yourself.

    \b
    Example: nnlab gradescope lab02 -o autograder.zip
    Exit code: 0 done, 2 wrong usage, 3 our fault.
    """
    from autograder.classroom.batch import course_seeds, take_key
    from autograder.classroom.platforms.gradescope.bundle import (
        BundleError,
        make_bundle,
        see_that_it_can,
    )
    from autograder.course.catalogue import UnknownLabError, find_lab
    from autograder.grading.key import RecordingError
    from autograder.sandbox import SandboxError
    from autograder.storage import is_foreign, write_whole

    if is_foreign(out, b"PK"):
        raise click.UsageError(f"{out} is there already, and is no zip: name another file with -o.")
    try:
        found = find_lab(lab)
        see_that_it_can(found)
        chosen = course_seeds(Path.cwd()).get(found) if seed is None else seed
        key = take_key(found, chosen, tell_recording)
        zipped = make_bundle(found, key, visibility=visibility, isolation=isolation)
    except (UnknownLabError, BundleError, ValueError) as error:
        raise click.UsageError(str(error)) from error
    except (SandboxError, RecordingError) as error:
        raise OurFaultError(str(error), "Nothing was written.") from error
    with writing(out):
        write_whole(out, zipped, private=True)
    click.echo(f"{out}: {found.id}, {found.points} points, {len(zipped) / (1 << 20):.1f} MB")
    click.echo("It holds the answer key: upload it, and give it to nobody.")
