"""The command `nnlab explain`."""

from __future__ import annotations

import click

from autograder.commands.completion import checks
from autograder.errors import WrongUseError
from autograder.text import unknown

__all__ = ["explain"]


@click.command()
@click.argument("check", shell_complete=checks)
def explain(check: str) -> None:
    """Explain what a check asks, and why it matters.

    It shows the formula and how answers are judged. An exercise's name leads to its checks.

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
        raise WrongUseError(unknown("check", check, known))
    if len(found) > 1:
        raise WrongUseError(f"{check!r} may be {' or '.join(found)}. Say which.")
    lab, wanted = known[found[0]]
    console().print(labelled(f"{wanted.id} · {wanted.title}", about_check(lab, wanted)))


def _names(name: str) -> set[str]:
    """List how a name may be typed: in full, or without its module."""
    return {name.casefold(), name.partition(".")[2].casefold()}
