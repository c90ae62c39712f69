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

    \b
    Example: nnlab explain hebb.update
    Exit code: 0 done, 2 wrong usage.
    """
    from autograder.about import about_check, all_checks
    from autograder.report.terminal import console, labelled

    known = all_checks()
    found = [name for name in known if check in {name, name.partition(".")[2]}]
    if not found:
        raise click.UsageError(unknown_name("check", check, known))
    if len(found) > 1:
        raise click.UsageError(f"{check!r} may be {' or '.join(found)}. Say which.")
    lab, wanted = known[found[0]]
    out = console()
    out.print(labelled(f"{wanted.id} · {wanted.title}", about_check(lab, wanted)))
