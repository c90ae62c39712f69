"""The command `nnlab doctor`."""

from __future__ import annotations

import click

__all__ = ["doctor"]


@click.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Say what isolation this machine has.

    That is what would hold foreign code, and how to get what is missing.

    \b
    Example: nnlab doctor
    Exit code: 0 submissions that nobody trusts may be graded here, 1 only your own.
    """
    from autograder.sandbox.probe import examine, in_words

    findings = examine()
    for line in in_words(findings):
        click.echo(line)
    works = {finding.name for finding in findings if finding.works}
    ctx.exit(0 if {"process", "landlock", "seccomp"} <= works else 1)
