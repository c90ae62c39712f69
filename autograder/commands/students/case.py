"""The commands `nnlab case` and `nnlab debug`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.completion import checks
from autograder.commands.options import TARGETS
from autograder.commands.progress import say_recording, working
from autograder.errors import WrongUseError

if TYPE_CHECKING:
    from autograder.grading.report import CheckResult
    from autograder.student.find import Place

__all__ = ["case", "debug"]

CHECK = click.argument("check", required=False, shell_complete=checks)


@click.command()
@CHECK
@TARGETS
def case(check: str | None, targets: tuple[str, ...]) -> None:
    """Print the call that failed, as lines to paste.

    They import what is needed, write all data in full, call your code and show what is expected. Paste
    them into Python or a notebook, anywhere in your workspace. Without a check it is the first that
    failed in your last report.

    \b
    Example: nnlab case hebb.update
    Exit code: 0 done, 2 wrong usage, or the check passes, 3 our fault.
    """
    from autograder.report.lines import case_lines

    place, result = _failing(check, targets)
    click.echo(case_lines(place.lab, result, place.folder.resolve()), nl=False)


@click.command()
@CHECK
@TARGETS
def debug(check: str | None, targets: tuple[str, ...]) -> None:
    """Open the call that failed in Python's debugger.

    It stops at the first line of your function: n goes a line on, p NAME prints, c continues, q ends. Your
    code runs outside the sandbox here, so this is for your own files alone. Without a check it is the first
    that failed in your last report.

    \b
    Example: nnlab debug hebb.update
    Exit code: 0 done, 2 wrong usage, or the check passes, 3 our fault.
    """
    from autograder.course import edition
    from autograder.report.lines import case_lines
    from autograder.student.debugger import run_in_debugger

    if not edition.is_students():
        raise WrongUseError(
            "nnlab debug runs code outside the sandbox: it is in the student's edition, for one's own "
            "code. nnlab case prints the call."
        )
    place, result = _failing(check, targets)
    run_in_debugger(case_lines(place.lab, result), place, result.check)


def _failing(name: str | None, targets: tuple[str, ...]) -> tuple[Place, CheckResult]:
    """Ask one check, by default the first that failed, and find how it fails.

    Raises: WrongUseError if it does not.
    """
    from autograder.student.hints import first_failed
    from autograder.student.selfcheck import find_targets, grade_all

    name = name or first_failed(Path.cwd())
    places, only = find_targets(targets, name, Path.cwd())
    with working(f"Asking {only} …"):
        ((_, report),) = grade_all(places, only=only, recording=say_recording)
    (result,) = report.results
    if result.failing is not None:
        return places[0], result
    if result.message:  # it waits for another lab, or was not graded
        raise WrongUseError(result.message)
    raise WrongUseError(f"{only} passes: there is no call that fails.")
