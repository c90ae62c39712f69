"""The command `nnlab term`."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.commands.options import out
from autograder.errors import writing
from autograder.text import listed, named

__all__ = ["term"]

MAX_NAMES = 10


@click.command()
@out("marks", "The folder that the batches wrote their marks to.")
@click.option("--html", "pages", is_flag=True, help="Write a page for each student as well.")
def term(out: Path, pages: bool) -> None:
    """Put the marks of all labs together.

    It reads what `nnlab batch` wrote, and writes term.html and term.csv beside it: students and labs,
    sums, who is behind, and mistakes that keep coming back. Free days of the term, which dates.toml may
    give, are spent here, as work came in.

    \b
    Example: nnlab term --html
    Exit code: 0 done, 2 wrong usage.
    """
    from autograder.classroom.report.term import write_term
    from autograder.classroom.term import read_term

    found = read_term(out, Path.cwd())
    with writing(out):
        paths = write_term(found, out, pages=pages)
    labs = f"{len(found.labs)} lab{'s' * (len(found.labs) != 1)}"
    click.echo(f"{labs}, {len(found.students)} student{'s' * (len(found.students) != 1)}")
    behind = [named(each.name) for each in found.students if each.behind]
    if behind:
        click.echo(f"Behind: {listed(behind, MAX_NAMES)}")
    for idea in found.ideas:
        count = len(idea.students)
        click.echo(f"Came back with {count} student{'s' * (count != 1)}: {idea.name}")
    for path in paths:
        click.echo(path)
