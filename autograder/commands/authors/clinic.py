"""The command `nnlab lab clinic`."""

from __future__ import annotations

import click

from autograder.commands import completion
from autograder.commands.progress import counted
from autograder.errors import WrongUseError
from autograder.text import unknown

__all__ = ["clinic"]


@click.command()
@click.argument("illnesses", nargs=-1, metavar="[ILLNESS]...", shell_complete=completion.illnesses)
@click.option("--check", is_flag=True, help="Compare with what is recorded, and write nothing.")
@click.pass_context
def clinic(ctx: click.Context, /, illnesses: tuple[str, ...], check: bool) -> None:
    """Record the clinic's patients under five seeds.

    Each patient is trained by the engine, once ill and once under every cure. On the same machine with
    the same numpy the files come out the same. All of them take about ten minutes.

    \b
    Example: nnlab lab clinic overfitting --check
    Exit code: 0 done, 1 a record has come out otherwise, 2 wrong usage, 3 our fault.
    """
    from autograder.authoring.clinic.cases import CASES, VARIANTS
    from autograder.authoring.clinic.recording import (
        TOLERANCE,
        deviation,
        record,
        record_all,
        recorded,
    )

    for illness in illnesses:
        if illness not in CASES:
            raise WrongUseError(unknown("illness", illness, CASES))
    chosen = illnesses or tuple(CASES)
    fits = True
    with counted("patients", VARIANTS * len(chosen)) as bar:
        for illness in chosen:
            if not check:
                bar.say(str(record_all(illness, done=bar.advance)))
                continue
            known = {one.seed: one for one in recorded(illness)}
            for seed in range(VARIANTS):
                apart = deviation(known[seed], record(illness, seed)) if seed in known else 1.0
                fits = fits and apart <= TOLERANCE
                bar.say(f"{illness}, seed {seed}: differs by {apart:.2g} at most")
                bar.advance()
    ctx.exit(0 if fits else 1)
