"""The command `nnlab hint`."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.commands.completion import failed_checks
from autograder.commands.screen import say

__all__ = ["hint"]


@click.command()
@click.argument("check", required=False, shell_complete=failed_checks)
@click.option("--restart", is_flag=True, help="Begin with the first hint again.")
def hint(check: str | None, restart: bool) -> None:
    """Give the next hint on a check that failed.

    Each call adds to the report: a question about one number, another case, a question on the idea, the
    lecture's heading.
    Without a check it is on the first that failed in your last report.

    \b
    Example: nnlab hint hebb.update
    Exit code: 0 done, 2 wrong usage.
    """
    from autograder.storage import nothing_kept, state_folder
    from autograder.student.hints import MOST, NOTHING_FAILED, next_hint, open_hints
    from autograder.text import listed

    failed = [] if check else [name for name, _, _ in open_hints(Path.cwd())]
    if not check and not failed:
        say(NOTHING_FAILED)
        return
    given = next_hint(check or failed[0], Path.cwd(), restart=restart)
    say(f"{given.check}, hint {given.number} of {given.of}\n\n{given.text}")
    if why := nothing_kept(state_folder(Path.cwd())):
        say(f"\n{why} this is on an earlier report, and the next call says it again.")
    elif given.number == given.of:
        say("\nThat is the last hint; --restart begins again.")
    if len(failed) > 1 and given.number == 1:
        say(f"\nThere are hints on {listed(failed[1:], MOST)} as well: nnlab hint CHECK")
