"""The commands about mistakes: `nnlab hint` for students, `nnlab mistakes` for instructors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands import completion
from autograder.commands.errors import OurFaultError, unknown_name
from autograder.commands.labs import chosen_labs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.course.lab import Lab

__all__ = ["hint", "mistakes"]


@click.command()
@click.argument("check", required=False, shell_complete=completion.failed_checks)
@click.option("--restart", is_flag=True, help="Begin with the first hint again.")
def hint(check: str | None, restart: bool) -> None:  # noqa: FBT001  click passes options by name
    """Give the next hint on a check that failed in your last report.

    Each call tells more: the fact, the idea, the case, the formula and where the lecture has it.
    Without a check it lists what failed.

    \b
    Example: nnlab hint hebb.update
    Exit code: 0 done, 2 wrong usage.
    """
    from autograder.student.hints import HintError, next_hint, open_hints

    try:
        if check is None:
            failed = open_hints(Path.cwd())
            for name, asked, total in failed:
                click.echo(f"{name}  {asked} of {total} hints taken")
            if not failed:
                click.echo("Nothing failed in your last report.")
            return
        given = next_hint(check, Path.cwd(), restart=restart)
    except HintError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{given.check}, hint {given.number} of {given.of}\n\n{given.text}")
    if given.number == given.of:
        click.echo("\nThat is the last hint; --restart begins again.")


@click.command()
@click.argument("labs", nargs=-1, metavar="[LAB]...", shell_complete=completion.labs)
@click.option(
    "--reports",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Count how often each occurs in the JSON reports below this folder.",
)
@click.option(
    "--message",
    metavar="ID",
    shell_complete=completion.mistakes,
    help="Print what a student reads who made this mistake.",
)
@click.option("--table", is_flag=True, help="Grade every mistake, and write docs/mistakes.md.")
@click.option("--seeds", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it.")
def mistakes(
    labs: tuple[str, ...],
    reports: Path | None,
    message: str | None,
    table: bool,  # noqa: FBT001  click passes options by name
    seeds: int,
    jobs: int,
    out: Path | None,
) -> None:
    """Print the catalogue of known mistakes, count them in a class's reports, or grade each.

    The table takes minutes a seed; what is done is kept, so it may be stopped and started again.

    \b
    Example: nnlab mistakes hebb --reports graded
    Exit code: 0 done, 2 wrong usage, 3 our fault.
    """
    from autograder.course import catalogue

    chosen = chosen_labs(labs)
    from autograder.course.solutions import load_mistakes

    if not any(map(load_mistakes, chosen)):
        raise click.UsageError(
            "There is no catalogue of mistakes here: it comes with the instructor's edition."
        )
    if message is not None:
        _show(chosen, message)
    elif table:
        _survey(chosen, seeds, jobs, out or catalogue.ROOT / "docs" / "mistakes.md")
    elif reports is not None:
        for lab in chosen:
            _count(lab, reports)
    else:
        for lab in chosen:
            _list(lab)


def _list(lab: Lab) -> None:
    from autograder.course.solutions import load_mistakes
    from autograder.report.terminal import columns, console

    rows = [(m.id, m.exercise, m.says) for m in load_mistakes(lab)]
    console().print(columns(f"{lab.id} · {len(rows)} known mistakes", rows))


def _show(labs: Sequence[Lab], wanted: str) -> None:
    """Grade one mistake as a submission, and print the first check that it fails."""
    from autograder.authoring.proof.survey import ask_exercise
    from autograder.course.solutions import load_mistakes
    from autograder.grading.key import get_key
    from autograder.grading.report import Report
    from autograder.report.terminal import console, render_checks
    from autograder.sandbox import open_sandbox

    known = {mistake.id: (lab, mistake) for lab in labs for mistake in load_mistakes(lab)}
    if wanted not in known:
        raise click.UsageError(unknown_name("mistake", wanted, known))
    lab, mistake = known[wanted]
    with open_sandbox() as sandbox:
        key = get_key(lab, 0, sandbox)
        results = ask_exercise(lab, mistake.exercise, mistake.source(), key, sandbox)
    terminal = console()
    report = Report(lab.id, lab.title, key.seed, sandbox.isolation, tuple(results[:1]))
    terminal.print(render_checks(report, unicode=terminal.encoding.lower().startswith("utf")))


def _count(lab: Lab, folder: Path) -> None:
    """Print the names most frequent first, then the checks that failed without a name."""
    from autograder.classroom.tally import tally
    from autograder.course.solutions import load_mistakes
    from autograder.report.terminal import columns, console

    counted = tally(folder, lab.id)
    says = {m.id: m.says for m in load_mistakes(lab)}
    rows = [
        (str(n), name, " Or: ".join(says.get(part, "") for part in name.split(" | ")))
        for name, n in counted.named.most_common()
    ]
    rows += [
        (str(n), check, "failed, no known mistake") for check, n in counted.unnamed.most_common()
    ]
    console().print(columns(f"{lab.id} · {counted.reports} reports", rows))
    if counted.refused:
        click.echo(f"Not a report: {', '.join(counted.refused)}", err=True)


def _survey(labs: Sequence[Lab], seeds: int, jobs: int, out: Path) -> None:
    from autograder.authoring.mistakes_page import summary, write_page
    from autograder.authoring.proof.survey import survey
    from autograder.grading.key import RecordingError
    from autograder.sandbox import SandboxError

    found = {}
    try:
        for lab_id, seed, outcomes in survey(labs, range(seeds), jobs=jobs):
            found[lab_id, seed] = outcomes
            if sys.stderr.isatty():
                click.echo(f"{lab_id}, seed {seed}", err=True)
    except (SandboxError, RecordingError) as error:
        raise OurFaultError(str(error)) from error
    out.write_text(write_page(labs, found), encoding="utf-8")
    click.echo(f"{summary(labs, found)}\n{out}")
