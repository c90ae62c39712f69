"""The command `nnlab lab prove`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from autograder.commands.options import JOBS, LABS, require_catalogue
from autograder.commands.progress import counted
from autograder.errors import needs_extra

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.authoring.proof.figures import Figures
    from autograder.course.lab import Lab

__all__ = ["prove"]


@click.command()
@LABS
@click.option(
    "--part",
    "parts",
    multiple=True,
    type=click.Choice(["mutants", "valid", "alarms"]),
    help="Do this part alone; may be given again. Without it: all three.",
)
@click.option(
    "--seeds", type=click.IntRange(min=1), help="Seeds of the false alarms, for every lab."
)
@JOBS
@click.option(
    "--page", is_flag=True, help="Write docs/proof.md from what is known, and do nothing."
)
@click.pass_context
def prove(
    ctx: click.Context,
    labs: Sequence[Lab],
    parts: tuple[str, ...],
    seeds: int | None,
    jobs: int,
    page: bool,
) -> None:
    """Prove that a lab's checks are right.

    Mutants are killed, right answers pass, and there is no false alarm. Minutes a lab for mutants and
    right answers, an hour for the 10,000 seeds of the false alarms (1,000 for the labs that train).
    What is done is kept, so it may be stopped and started again.

    \b
    Example: nnlab lab prove hebb --part mutants --jobs 2
    Exit code: 0 all proven, 1 something is not, 2 wrong usage, 3 our fault.
    """
    require_catalogue(
        labs, "There is nothing to prove here: solutions come with the instructor's edition."
    )
    named = ctx.get_parameter_source("labs") is ParameterSource.COMMANDLINE
    if page and (named or parts or seeds):
        raise click.UsageError("--page is about everything that is known: it stands alone.")
    from autograder.authoring.proof.figures import PARTS
    from autograder.authoring.proof.page import summary

    if page:
        _write_page(_figures(labs, PARTS, None, 0))
        return
    figures = _figures(labs, parts or PARTS, seeds, jobs)
    problems = [f"{f.lab.id} {problem}" for f in figures for problem in f.problems()]
    click.echo("\n".join([summary(figures), *problems]))
    ctx.exit(1 if problems else 0)


def _figures(
    labs: Sequence[Lab], parts: Sequence[str], seeds: int | None, jobs: int
) -> list[Figures]:
    from autograder.authoring.proof.figures import figures_of

    wanted = {lab.id: seeds for lab in labs} if seeds else None
    with needs_extra("prove"), counted("done") as bar:
        return list(figures_of(labs, parts, seeds=wanted, jobs=jobs, tick=bar.advance).values())


def _write_page(figures: Sequence[Figures]) -> None:
    from autograder.authoring.proof.page import headline, write_page
    from autograder.course.catalogue import ROOT

    place = ROOT / "docs" / "proof.md"
    place.write_text(write_page(figures, datetime.now(UTC).date()), encoding="utf-8")
    click.echo(f"{headline(figures)}\n{place}")
