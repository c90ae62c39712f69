"""The command `nnlab tally`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.options import LABS, require_catalogue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.course.lab import Lab

__all__ = ["tally"]


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@LABS
@click.pass_context
def tally(ctx: click.Context, folder: Path, labs: Sequence[Lab]) -> None:
    """Count the known mistakes in reports.

    It reads the JSON reports below FOLDER, and prints the most frequent mistake first, then the
    checks that failed without a known one.

    \b
    Example: nnlab tally graded hebb
    Exit code: 0 all counted, 1 some files are not reports, 2 wrong usage.
    """
    from autograder.classroom import tally as tallying
    from autograder.course.solutions import load_mistakes
    from autograder.report.terminal import columns, console
    from autograder.text import listed, named

    require_catalogue(labs)
    refused: dict[str, None] = {}
    for lab in labs:
        counted = tallying.tally(folder, lab.id)
        says = {m.id: m.says for m in load_mistakes(lab)}
        rows = [
            (str(n), " | ".join(names), " Or: ".join(says.get(name, "") for name in names))
            for names, n in counted.named.most_common()
        ]
        rows += [
            (str(n), check, "failed, no known mistake")
            for check, n in counted.unnamed.most_common()
        ]
        console().print(columns(f"{lab.id} · {counted.reports} reports", rows))
        refused |= dict.fromkeys(counted.refused)
    if refused:
        click.echo(
            f"Not counted, as these are not reports: {listed([*map(named, refused)])}.", err=True
        )
        ctx.exit(1)
