"""The command `nnlab watch`: parsing and printing only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.completion import targets
from autograder.commands.errors import OurFaultError
from autograder.commands.progress import working

if TYPE_CHECKING:
    from autograder.student.watch import Event

__all__ = ["watch"]


@click.command()
@click.argument("targets", nargs=-1, metavar="[LAB|PATH]...", shell_complete=targets)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    help="Grade as for a mark: with cases of your files' own, drawn from this secret.",
)
def watch(targets: tuple[str, ...], seed: int | None) -> None:
    """Grade again whenever you save, and show only what changed; Ctrl-C ends it.

    It begins with a report: of one lab the whole, of several a line each. While a file is half
    written or is not Python, the last report stands.

    \b
    Example: nnlab watch lab02
    Exit code: 0 ended by Ctrl-C, 2 wrong usage, 3 our fault.
    """
    from autograder import sandbox as sandboxes
    from autograder.course import edition
    from autograder.grading.key import SeedError
    from autograder.grading.submission import SubmissionError
    from autograder.student import watch as watching
    from autograder.student.selfcheck import find_targets, sandbox_for

    try:
        places, _ = find_targets(targets, None, Path.cwd())
    except SubmissionError as error:
        raise click.UsageError(str(error)) from error
    show = _Shower(brief=len(places) > 1)
    try:
        with sandbox_for(places, seed) as sandbox:
            looks = watching.every()
            for event in watching.watch(
                places,
                sandbox,
                looks,
                seed=seed,
                grading=lambda lab: working(f"Grading {lab.id} …"),
            ):
                show.event(event)
    except SeedError as error:
        raise click.UsageError(str(error)) from error
    except (sandboxes.SandboxError, edition.EditionError) as error:
        raise OurFaultError(str(error)) from error
    except KeyboardInterrupt:
        click.echo("\nStopped. How far you are: nnlab status")


class _Shower:
    """Shows events as they come, and keeps hints and progress up to date."""

    def __init__(self, *, brief: bool) -> None:
        from autograder.course.catalogue import lab_ids
        from autograder.report.terminal import console

        self.brief = brief
        self.out = console()
        self.unicode = self.out.encoding.lower().startswith("utf")
        self.names = max(map(len, lab_ids()))

    def event(self, event: Event) -> None:
        """Show a first report, or what changed since the last one."""
        from datetime import datetime

        from autograder.report.terminal import lab_line, render
        from autograder.student.changes import render_event
        from autograder.student.hints import remember
        from autograder.student.progress import keep_progress

        report, width = event.report, self.out.width
        if report is None or event.before is not None:
            when = f"{datetime.now().astimezone():%H:%M:%S}"
            self.out.print(render_event(event, when=when, width=width, unicode=self.unicode))
        elif self.brief:
            self.out.print(lab_line(report, width=self.names, unicode=self.unicode))
        else:
            self.out.print(render(report, unicode=self.unicode))
        if report is not None:
            remember([report], Path.cwd())
            keep_progress([(event.place, event.submission, report)], Path.cwd())
