"""The commands `nnlab new-lab` and `nnlab verify`: parsing and printing only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.errors import OurFaultError

if TYPE_CHECKING:
    from autograder.course.lab import Lab

__all__ = ["new_lab", "verify"]


@click.command("new-lab")
@click.argument("name")
@click.option("--title", default="", help="The lab's title; default: made of the name.")
@click.option(
    "--package",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Make a package of its own in this folder, instead of a lab of the course itself.",
)
def new_lab(name: str, title: str, folder: Path | None) -> None:
    """Write a new lab that works at once: module, checks, mistakes, notebook text and a test.

    \b
    Example: nnlab new-lab weights --package .
    Exit code: 0 done, 2 wrong usage, or files would be overwritten.
    """
    from autograder.authoring.scaffold import ScaffoldError, plan

    try:
        lab = plan(name, folder, title=title)
    except ScaffoldError as error:
        raise click.UsageError(str(error)) from error
    for path in lab.write():
        click.echo(path)
    if lab.package is not None:
        click.echo(f"Next: nnlab verify {lab.package}")
    else:
        click.echo(f"Next: nnlab verify {lab.id}, then nnlab release --stubs-only {lab.id}")


@click.command()
@click.argument("target", metavar="LAB|FOLDER")
@click.pass_context
def verify(ctx: click.Context, target: str) -> None:
    """Say whether a lab is sound: the stub earns nothing, the reference all, each mistake its name.

    FOLDER is that of a package of labs, which need not be installed.

    \b
    Example: nnlab verify hebb
    Exit code: 0 sound, 1 not yet, 2 wrong usage, 3 our fault.
    """
    from autograder.authoring.verify import GuestError, faults, labs_of
    from autograder.course.catalogue import UnknownLabError
    from autograder.sandbox import SandboxError, open_sandbox

    try:
        labs = labs_of(target)
    except (UnknownLabError, GuestError) as error:
        raise click.UsageError(str(error)) from error
    found: dict[str, list[str]] = {}
    try:
        with open_sandbox() as sandbox:
            for lab in labs:
                found[lab.id] = faults(lab, sandbox)
                _tell(lab, found[lab.id])
    except SandboxError as error:
        raise OurFaultError(str(error)) from error
    ctx.exit(1 if any(found.values()) else 0)


def _tell(lab: Lab, faults: list[str]) -> None:
    from autograder.course.solutions import load_mistakes

    if faults:
        click.echo(f"{lab.id} is not sound yet:")
        for fault in faults:
            click.echo(f"  {fault}")
        return
    click.echo(
        f"{lab.id} is sound: exercises {len(lab.exercises)}, checks {len(lab.checks)}, "
        f"points {lab.points}, known mistakes {len(load_mistakes(lab))}, each under its own name."
    )
