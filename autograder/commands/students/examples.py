"""The command `nnlab examples`."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import click

from autograder.commands.options import TARGETS
from autograder.commands.screen import say
from autograder.errors import WrongUseError
from autograder.text import listed

__all__ = ["examples"]


@click.command()
@TARGETS
@click.pass_context
def examples(ctx: click.Context, targets: tuple[str, ...]) -> None:
    """Run the examples of the docstrings.

    They run on your own modules, outside the sandbox, and are compared as the grader compares: 1 is as
    good as 1.0. An answer that differs from its example may be right in another form; nnlab grade decides.

    \b
    Example: nnlab examples lab02
    Exit code: 0 all as shown, 1 some differ, 2 wrong usage.
    """
    import importlib

    from autograder.course import edition
    from autograder.student.examples import run_examples
    from autograder.student.selfcheck import find_targets

    if not edition.is_students():
        raise WrongUseError(
            "nnlab examples runs code outside the sandbox: it is in the student's edition, for one's own "
            "code. Here: python -m doctest FILE"
        )
    places, _ = find_targets(targets, None, Path.cwd())
    differ, unwritten = 0, dict[str, None]()
    for module in (module for place in places for module in place.lab.modules):
        try:
            loaded = importlib.import_module(f"nnlab.{module}")
        except Exception as error:  # noqa: BLE001  whatever the student's file does
            raise WrongUseError(f"{module}.py cannot be imported: {error}") from None
        for outcome in run_examples(loaded):
            if outcome.unwritten:
                unwritten[outcome.unwritten] = None
                continue
            click.echo(f"{'✓' if outcome.fits else '✗'} {module}.{outcome.name}")
            if not outcome.fits:
                differ += 1
                click.echo(indent(outcome.text, "    "))
    if unwritten:
        say(f"Not written yet: {listed([*unwritten])}.")
    ctx.exit(1 if differ or unwritten else 0)
