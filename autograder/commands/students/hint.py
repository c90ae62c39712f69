"""The command `nnlab hint`."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.commands.completion import failed_checks

__all__ = ["hint"]


@click.command()
@click.argument("check", required=False, shell_complete=failed_checks)
@click.option("--restart", is_flag=True, help="Begin with the first hint again.")
def hint(check: str | None, restart: bool) -> None:
    """Give the next hint on a check that failed.

    Each call says more: the fact, the idea, the case, the formula and where the lecture has it.
    Without a check it lists what failed in your last report.

    \b
    Example: nnlab hint hebb.update
    Exit code: 0 done, 2 wrong usage.
    """
    from autograder.storage import nothing_kept, state_folder
    from autograder.student.hints import next_hint, open_hints

    if check is None:
        failed = open_hints(Path.cwd())
        for name, asked, total in failed:
            click.echo(f"{name}  {asked} of {total} hints taken")
        if not failed:
            click.echo("Nothing failed in your last report.")
        return
    given = next_hint(check, Path.cwd(), restart=restart)
    click.echo(f"{given.check}, hint {given.number} of {given.of}\n\n{given.text}")
    if why := nothing_kept(state_folder(Path.cwd())):
        click.echo(f"\n{why} this is on an earlier report, and the next call says it again.")
    elif given.number == given.of:
        click.echo("\nThat is the last hint; --restart begins again.")
