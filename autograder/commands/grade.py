"""The command `nnlab grade`: parsing and printing only."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.completion import checks, targets
from autograder.commands.errors import OurFaultError
from autograder.commands.outputs import Outputs
from autograder.commands.progress import tell_recording, working

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.grading.report import Report
    from autograder.student.find import Place

__all__ = ["grade"]


@click.command()
@click.argument("targets", nargs=-1, metavar="[LAB|PATH]...", shell_complete=targets)
@click.option(
    "--check",
    "only",
    metavar="ID",
    shell_complete=checks,
    help="Ask this one check, such as hebb.update.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    help="Grade as for a mark: with cases of your files' own, drawn from this secret.",
)
@click.option(
    "--carry-forward",
    "carry",
    is_flag=True,
    help="Ask what depends on a failed exercise with the reference in its place.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--junit",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report as JUnit XML as well.",
)
@click.option(
    "--markdown",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Append the report in Markdown to this file, such as $GITHUB_STEP_SUMMARY.",
)
@click.option("-v", "--verbose", is_flag=True, help="Print every lab's whole report.")
@click.option(
    "--pictures",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Draw the evidence of failed checks into this folder.",
)
@click.option(
    "--html",
    "page",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the report as a web page, with your code and the pictures in it.",
)
@click.pass_context
def grade(
    ctx: click.Context,
    targets: tuple[str, ...],
    only: str | None,
    seed: int | None,
    carry: bool,  # noqa: FBT001  click passes options by name
    as_json: bool,  # noqa: FBT001  click passes options by name
    junit: Path | None,
    markdown: Path | None,
    verbose: bool,  # noqa: FBT001
    pictures: Path | None,
    page: Path | None,
) -> None:
    """Check your work: what is right, what is not, and why.

    Without a target it grades the lab whose folder you are in, or every lab of your workspace.

    \b
    Example: nnlab grade lab02
    Exit code: 0 all passed, 1 some failed, 2 wrong usage, 3 our fault.
    """
    from autograder.course import edition
    from autograder.grading.key import RecordingError, SeedError
    from autograder.grading.report import to_json
    from autograder.grading.submission import SubmissionError
    from autograder.sandbox import SandboxError
    from autograder.student.hints import remember
    from autograder.student.progress import keep_progress
    from autograder.student.selfcheck import find_targets, grade_all

    if carry and edition.is_students():
        raise click.UsageError("--carry-forward needs the reference: it is for instructors.")
    try:
        places, check = find_targets(targets, only, Path.cwd())
    except SubmissionError as error:
        raise click.UsageError(str(error)) from error
    outputs = Outputs(pictures=pictures, page=page, junit=junit, markdown=markdown)
    outputs.prepare()
    printer = _Printer(quiet=as_json, brief=len(places) > 1 and not verbose)
    graded = []
    try:
        grading = grade_all(
            places,
            seed=seed,
            only=check,
            carry=carry,
            recording=tell_recording,
        )
        with closing(grading):
            for place in places:
                with working(f"Grading {place.lab.id} …"):
                    submission, report = next(grading)
                graded.append((place, submission, report))
                printer.report(report)
    except SeedError as error:
        raise click.UsageError(str(error)) from error
    except (SandboxError, RecordingError, edition.EditionError) as error:
        raise OurFaultError(str(error)) from error
    reports = [report for _, _, report in graded]
    if not as_json:  # a report as data is for machines, which take no hints
        remember(reports, Path.cwd())
        keep_progress(graded, Path.cwd())
    if as_json:
        click.echo(to_json(reports))
    else:
        printer.total(reports, places)
    outputs.write(reports, err=as_json)
    ctx.exit(max(report.exit_code for report in reports))


class _Printer:
    """Prints reports as they come: whole ones, or a line a lab; progress goes to stderr."""

    def __init__(self, *, quiet: bool, brief: bool) -> None:
        from autograder.course.catalogue import lab_ids
        from autograder.report.terminal import console

        self.quiet = quiet
        self.brief = brief
        self.out = console()
        self.unicode = self.out.encoding.lower().startswith("utf")
        self.width = max(map(len, lab_ids()))

    def report(self, report: Report) -> None:
        """Print one report."""
        from autograder.report.terminal import lab_line, render

        if self.quiet:
            return
        if self.brief:
            self.out.print(lab_line(report, width=self.width, unicode=self.unicode))
        else:
            self.out.print(render(report, unicode=self.unicode))

    def total(self, reports: Sequence[Report], places: Sequence[Place]) -> None:
        """Close several brief reports with the sum, and say how to see more."""
        from autograder.student.find import shortest_target

        if not self.brief:
            return
        reached = sum(report.reached for report in reports)
        total = sum(report.max_points for report in reports)
        whole = all(report.points is not None for report in reports)
        so_far = "" if whole else " so far: not graded yet"
        self.out.print(f"{'':{self.width}}  {'':20}  {reached} / {total} points{so_far}")
        unfinished = [p for p, r in zip(places, reports, strict=True) if r.exit_code]
        if unfinished:
            target = shortest_target(unfinished[0], Path.cwd())
            self.out.print(f"\nThe details: nnlab grade {target}", soft_wrap=True)
