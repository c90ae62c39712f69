"""The commands `nnlab init` and `nnlab update`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.options import FILE, FOLDER

if TYPE_CHECKING:
    from autograder.student.workspace import Change, Release

__all__ = ["init", "update"]

LABS = click.option(
    "--lab", "labs", metavar="LAB", multiple=True, help="Only this lab; may be given several times."
)


@click.command()
@click.argument("folder", type=FOLDER, default=Path(), required=False)
@LABS
@click.option("--from", "archive", type=FILE, help="A zip of the course, instead of what is here.")
def init(folder: Path, labs: tuple[str, ...], archive: Path | None) -> None:
    """Start a workspace with the labs' files.

    They go into FOLDER, by default this one, with a README that says how to begin. A file that is
    there already stays as it is.

    \b
    Example: nnlab init deep-learning
    Exit code: 0 done, 2 wrong usage.
    """
    from autograder.course.edition import PLACE
    from autograder.student.workspace import Kind
    from autograder.student.workspace import init as start

    changes = start(folder, _release(archive, labs))
    there = sum(change.kind is Kind.SAME for change in changes)
    written = f"{_count(len(changes) - there, 'file')} written"
    kept = f", {there} were there" if there else ""
    labs_there = len({change.path.parent for change in changes})
    click.echo(f"{_count(labs_there, 'lab')} in {folder / PLACE}: {written}{kept}.")
    if folder.resolve() != Path.cwd():
        click.echo(f"Go there:        cd {folder}")
    click.echo("The first task:  nnlab next")
    click.echo("While you write: nnlab watch")
    click.echo("How it works:    nnlab guide")


@click.command()
@click.argument("archive", type=FILE, required=False, metavar="[ZIP]")
@LABS
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def update(archive: Path | None, labs: tuple[str, ...], dry_run: bool) -> None:
    """Take a corrected release into your workspace.

    It comes from ZIP, or from this installation. What you wrote is never touched: beside a file that
    you have changed, the new one is laid as .new. Without a ZIP only labs that are in your workspace are updated, unless --lab names others.

    \b
    Example: nnlab update lab05_backprop.zip
    Exit code: 0 done, 2 wrong usage.
    """
    from autograder.course.edition import PLACE
    from autograder.student.workspace import find_workspace
    from autograder.student.workspace import update as take_in

    release = _release(archive, labs)
    folder = find_workspace(Path.cwd())
    if archive is None and not labs:
        release = {i: files for i, files in release.items() if (folder / PLACE / i).is_dir()}
    changes = take_in(folder, release, dry_run=dry_run)
    lines = [line for change in changes for line in _lines(change, folder)]
    click.echo("\n".join(lines) if lines else "All up to date.")
    if lines and dry_run:
        click.echo("Nothing was changed: this was a dry run.")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _release(archive: Path | None, labs: tuple[str, ...]) -> Release:
    from autograder.student.workspace import bundled, chosen, read_zip

    return chosen(read_zip(archive) if archive else bundled(), [*labs])


def _lines(change: Change, folder: Path) -> list[str]:
    """Say in a line what became of a file, and below it what the release changed."""
    from autograder.student.workspace import Kind

    path = change.path.relative_to(folder)
    diff = [f"    {line}" for line in change.diff.splitlines()]
    match change.kind:
        case Kind.ADDED:
            return [f"added    {path}"]
        case Kind.UPDATED:
            return [f"updated  {path}: you had not changed it", *diff]
        case Kind.BESIDE:
            assert change.beside
            return [f"kept     {path}: it is yours; the new one is {change.beside.name}", *diff]
        case Kind.GONE:
            return [f"kept     {path}: it belongs to the course no more"]
    return []
