"""The commands `nnlab lab mistakes`, `message` and `survey`: the catalogue of known mistakes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands import completion
from autograder.commands.options import FILE, JOBS, LABS, require_catalogue
from autograder.commands.screen import Screen
from autograder.errors import WrongUseError
from autograder.text import unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.course.lab import Lab

__all__ = ["message", "mistakes", "survey"]


@click.command()
@LABS
def mistakes(labs: Sequence[Lab]) -> None:
    """Print the known mistakes of a lab.

    \b
    Example: nnlab lab mistakes hebb
    Exit code: 0 done, 2 wrong usage.
    """
    from autograder.course.solutions import load_mistakes
    from autograder.report.terminal import columns, console

    require_catalogue(labs)
    for lab in labs:
        rows = [(m.id, m.exercise, m.says) for m in load_mistakes(lab)]
        console().print(columns(f"{lab.id} · {len(rows)} known mistakes", rows))


@click.command()
@click.argument("mistake", shell_complete=completion.mistakes)
def message(mistake: str) -> None:
    """Print what a student reads on a mistake.

    The mistake is graded as a submission, and the first check that it fails is printed.

    \b
    Example: nnlab lab message hebb-needs-a-first-pair
    Exit code: 0 done, 2 wrong usage, 3 our fault.
    """
    from autograder.authoring.proof.survey import ask_exercise
    from autograder.course.catalogue import labs
    from autograder.course.solutions import load_mistakes
    from autograder.grading.key import get_key
    from autograder.grading.report import Report
    from autograder.report.terminal import render_checks
    from autograder.sandbox import open_sandbox

    require_catalogue(labs())
    known = {found.id: (lab, found) for lab in labs() for found in load_mistakes(lab)}
    if mistake not in known:
        raise WrongUseError(unknown("mistake", mistake, known))
    lab, made = known[mistake]
    with open_sandbox() as sandbox:
        key = get_key(lab, 0, sandbox)
        results = ask_exercise(lab, made.exercise, made.source(), key, sandbox)
    screen = Screen()
    report = Report(lab.id, lab.title, key.seed, sandbox.isolation, tuple(results[:1]))
    screen.out.print(render_checks(report, unicode=screen.unicode))


@click.command()
@LABS
@click.option("--seeds", type=click.IntRange(min=1), default=20, show_default=True)
@JOBS
@click.option("--out", type=FILE, help="The page; default: docs/mistakes.md of the course.")
def survey(labs: Sequence[Lab], seeds: int, jobs: int, out: Path | None) -> None:
    """Grade every mistake, and write the page.

    It takes minutes a seed. What is done is kept, so it may be stopped and started again.

    \b
    Example: nnlab lab survey hebb --seeds 2 --out hebb.md
    Exit code: 0 done, 2 wrong usage, 3 our fault.
    """
    from autograder.authoring.mistakes_page import summary, write_page
    from autograder.authoring.proof import survey as surveying
    from autograder.course.catalogue import ROOT

    require_catalogue(labs)
    page = out or ROOT / "docs" / "mistakes.md"
    found = {}
    for lab_id, seed, outcomes in surveying.survey(labs, range(seeds), jobs=jobs):
        found[lab_id, seed] = outcomes
        if sys.stderr.isatty():
            click.echo(f"{lab_id}, seed {seed}", err=True)
    page.write_text(write_page(labs, found), encoding="utf-8")
    click.echo(f"{summary(labs, found)}\n{page}")
