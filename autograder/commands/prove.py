"""The command for course authors: `nnlab prove`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from autograder.commands.errors import OurFaultError, needs_extra
from autograder.commands.labs import chosen_labs
from autograder.commands.progress import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.authoring.proof.figures import Figures
    from autograder.course.lab import Lab

__all__ = ["prove"]


@click.command()
@click.argument("labs", nargs=-1, metavar="[LAB]...")
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
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True)
@click.option(
    "--page", is_flag=True, help="Write docs/proof.md from what is known, and do nothing."
)
@click.pass_context
def prove(
    ctx: click.Context,
    labs: tuple[str, ...],
    parts: tuple[str, ...],
    seeds: int | None,
    jobs: int,
    page: bool,  # noqa: FBT001  click passes options by name
) -> None:
    """Prove the checks: mutants are killed, right answers pass, no false alarm.

    Minutes a lab for mutants and right answers, an hour for the 10,000 seeds of the false alarms
    (1,000 for the labs that train). What is done is kept, so it may be stopped and started again.

    \b
    Example: nnlab prove hebb --part mutants --jobs 2
    Exit code: 0 all proven, 1 something is not, 2 wrong usage, 3 our fault.
    """
    from autograder.course.solutions import load_mistakes

    chosen = chosen_labs(labs)
    if not any(map(load_mistakes, chosen)):
        raise click.UsageError(
            "There is nothing to prove here: solutions come with the instructor's edition."
        )
    if page:
        if labs or parts or seeds:
            raise click.UsageError("--page is about everything that is known: it stands alone.")
        _write_page(chosen)
        return
    from autograder.authoring.proof.figures import PARTS

    figures = _figures(chosen, parts or PARTS, seeds, jobs)
    if not _told(figures):
        ctx.exit(1)


def _figures(
    labs: Sequence[Lab], parts: Sequence[str], seeds: int | None, jobs: int
) -> list[Figures]:
    from autograder.authoring.proof.figures import figures_of
    from autograder.course.solutions import SolutionError
    from autograder.grading.key import RecordingError
    from autograder.sandbox import SandboxError

    wanted = {lab.id: seeds for lab in labs} if seeds else None
    try:
        with counted("done") as bar:
            found = figures_of(labs, parts, seeds=wanted, jobs=jobs, tick=bar.advance)
        return list(found.values())
    except ModuleNotFoundError as error:
        raise click.UsageError(needs_extra(error, "prove")) from error
    except SolutionError as error:
        raise click.UsageError(str(error)) from error
    except (SandboxError, RecordingError) as error:
        raise OurFaultError(str(error)) from error


def _told(figures: Sequence[Figures]) -> bool:
    """Print the figures, and what is wrong; tell whether all is well."""
    from autograder.authoring.proof.page import summary

    click.echo(summary(figures))
    problems = [f"{f.lab.id} {told}" for f in figures for told in f.problems()]
    for problem in problems:
        click.echo(problem)
    return not problems


def _write_page(labs: Sequence[Lab]) -> None:
    from autograder.authoring.proof.figures import PARTS
    from autograder.authoring.proof.page import headline, write_page
    from autograder.course.catalogue import ROOT

    figures = _figures(labs, PARTS, None, 0)
    place = ROOT / "docs" / "proof.md"
    place.write_text(write_page(figures, datetime.now(UTC).date()), encoding="utf-8")
    click.echo(f"{headline(figures)}\n{place}")
