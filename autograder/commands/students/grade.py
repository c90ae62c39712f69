"""The command `nnlab grade`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from autograder.commands.completion import checks
from autograder.commands.options import FILE, FOR_INSTRUCTORS, SECRET, TARGETS
from autograder.commands.progress import say_recording, working
from autograder.commands.screen import Screen
from autograder.commands.students.outputs import Outputs

__all__ = ["grade"]


@click.command()
@TARGETS
@click.option(
    "--check",
    "only",
    metavar="ID",
    shell_complete=checks,
    help="Ask this one check, such as hebb.update.",
)
@SECRET
@click.option(
    "--carry-forward",
    "carry",
    is_flag=True,
    help="Ask what depends on a failed exercise with the reference instead.",
    hidden=FOR_INSTRUCTORS,
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["report", "short"]),
    default="report",
    show_default=True,
    help="With short, print a line for each failure, as editors read it: file:line: message.",
)
@click.option("--junit", metavar="FILE", type=FILE, help="Write the report as JUnit XML as well.")
@click.option(
    "--markdown",
    metavar="FILE",
    type=FILE,
    help="Append the report in Markdown to this file, such as $GITHUB_STEP_SUMMARY.",
)
@click.option("-v", "--verbose", is_flag=True, help="Print all that is said of every check.")
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
    /,
    targets: tuple[str, ...],
    only: str | None,
    seed: int | None,
    carry: bool,
    as_json: bool,
    form: str,
    verbose: bool,
    **files: Path | None,
) -> None:
    """Check your work: what is right, what is not.

    Every failure says why. Without a target it grades the lab whose folder you are in, or every lab
    of your workspace.

    \b
    Example: nnlab grade lab02
    Exit code: 0 all passed, 1 some failed, 2 wrong usage, 3 our fault.
    """
    from autograder.course import edition
    from autograder.grading.report import to_json
    from autograder.report.short import short_lines
    from autograder.student.hints import remember
    from autograder.student.progress import keep_progress
    from autograder.student.selfcheck import find_targets, grade_all

    if carry and edition.is_students():
        raise click.UsageError("--carry-forward needs the reference: it is for instructors.")
    places, check = find_targets(targets, only, Path.cwd())
    outputs = Outputs(**files)
    outputs.prepare()
    screen = Screen(brief=len(places) > 1 and not verbose, whole=verbose)
    graded = []
    grading = grade_all(places, seed=seed, only=check, carry=carry, recording=say_recording)
    with closing(grading):
        for place in places:
            with working(f"Grading {place.lab.id} …"):
                submission, report = next(grading)
            graded.append((place, submission, report))
            if form == "short" and not as_json:
                for line in short_lines(report, place.folder, Path.cwd()):
                    click.echo(line)
            elif not as_json:
                screen.report(report)
    reports = [report for _, _, report in graded]
    if as_json:  # for machines, which take no hints
        click.echo(to_json(reports))
    else:
        remember(reports, Path.cwd())
        keep_progress(graded, Path.cwd())
        if form == "report":
            screen.total(reports, places)
    outputs.write(reports, err=as_json)
    ctx.exit(max(report.exit_code for report in reports))
