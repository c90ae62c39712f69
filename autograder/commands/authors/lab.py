"""The group `nnlab lab`, with the commands that write a lab and ask whether it is sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from autograder.commands.groups import Group
from autograder.commands.options import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from autograder.course.lab import Lab

__all__ = ["lab"]


@click.group(cls=Group)
def lab() -> None:
    """Write labs, and see that they are right.

    \b
    Example: nnlab lab new weights --package .
    Exit code: 0 done, 1 something is wrong with the lab, 2 wrong usage, 3 our fault.
    """


@lab.command()
@click.argument("name")
@click.option("--title", default="", help="The lab's title; default: made of the name.")
@click.option(
    "--package",
    "folder",
    type=FOLDER,
    help="Make a package of its own in this folder, instead of a lab of the course itself.",
)
def new(name: str, title: str, folder: Path | None) -> None:
    """Write a new lab that works at once.

    It has a module, checks, mistakes, the notebook's text and a test.

    \b
    Example: nnlab lab new weights --package .
    Exit code: 0 done, 2 wrong usage, or files would be overwritten.
    """
    from autograder.authoring.scaffold import plan

    planned = plan(name, folder, title=title)
    for path in planned.write():
        click.echo(path)
    verify_it = f"Next: nnlab lab verify {planned.package or planned.id}"
    then = "" if planned.package else f", then nnlab release --stubs-only {planned.id}"
    click.echo(f"{verify_it}{then}")


@lab.command()
@click.argument("target", metavar="LAB|FOLDER")
@click.pass_context
def verify(ctx: click.Context, target: str) -> None:
    """Say whether a lab is sound.

    The stub earns nothing, the reference everything, and each mistake comes back under its name.
    FOLDER is that of a package of labs, which need not be installed.

    \b
    Example: nnlab lab verify hebb
    Exit code: 0 sound, 1 not yet, 2 wrong usage, 3 our fault.
    """
    from autograder.authoring.verify import faults, labs_of
    from autograder.sandbox import open_sandbox

    sound = True
    labs = labs_of(target)
    with open_sandbox() as sandbox:
        for each in labs:
            found = faults(each, sandbox)
            sound = sound and not found
            _print(each, found)
    ctx.exit(0 if sound else 1)


def _print(checked: Lab, faults: list[str]) -> None:
    from autograder.course.solutions import load_mistakes

    if faults:
        click.echo("\n  ".join([f"{checked.id} is not sound yet:", *faults]))
        return
    click.echo(
        f"{checked.id} is sound: exercises {len(checked.exercises)}, checks {len(checked.checks)}, "
        f"points {checked.points}, known mistakes {len(load_mistakes(checked))}, each under its own name."
    )
