"""The command `nnlab explain`: parsing and printing only."""

from __future__ import annotations

import click

from autograder.commands.completion import checks
from autograder.commands.errors import unknown_name

__all__ = ["explain"]


@click.command()
@click.argument("check", shell_complete=checks)
def explain(check: str) -> None:
    """Explain a check: what is asked, why it matters, the formula, and how it is judged.

    An exercise's name leads to its checks.

    \b
    Example: nnlab explain hebb.update
    Exit code: 0 done, 2 wrong usage.
    """
    from autograder.report.terminal import console, labelled
    from autograder.student.check_info import about_check, all_checks

    known = all_checks()
    asked = check.casefold()
    found = [name for name in known if asked in _names(name)]
    found = found or [name for name in known if asked in _names(known[name][1].exercise)]
    if not found:
        raise click.UsageError(unknown_name("check", check, known))
    if len(found) > 1:
        raise click.UsageError(f"{check!r} may be {' or '.join(found)}. Say which.")
    lab, wanted = known[found[0]]
    out = console()
    out.print(labelled(f"{wanted.id} · {wanted.title}", about_check(lab, wanted)))


def _names(name: str) -> set[str]:
    """List how a name may be typed: in full, or without its module."""
    return {name.casefold(), name.partition(".")[2].casefold()}
