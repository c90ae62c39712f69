"""The command `nnlab watch`."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

import click

from autograder.commands.interrupts import INTERRUPTS
from autograder.commands.options import SECRET, TARGETS
from autograder.commands.progress import working
from autograder.commands.screen import Screen, say
from autograder.text import listed

if TYPE_CHECKING:
    from autograder.student.watch import Event

__all__ = ["watch"]

MOST_FILES = 4
"""Of the files that are watched, so many are named."""


@click.command()
@TARGETS
@SECRET
def watch(targets: tuple[str, ...], seed: int | None) -> None:
    """Grade again whenever you save a file.

    It begins with a report, of several labs a line each, and then shows only what changed and what
    comes next. While a file is half written or is not Python, the last report stands. Ctrl-C ends it.

    \b
    Example: nnlab watch lab02
    Exit code: 0 ended by Ctrl-C, 2 wrong usage, 3 our fault.
    """
    from autograder.storage import nothing_kept, state_folder
    from autograder.student import watch as watching
    from autograder.student.selfcheck import find_targets, sandbox_for

    places, _ = find_targets(targets, None, Path.cwd())
    screen = Screen(brief=len(places) > 1)
    files = [f"{module}.py" for place in places for module in place.lab.modules]
    begin = f"Watching {listed(files, MOST_FILES)}. Save to grade again; Ctrl-C ends it.\n"
    try:
        with sandbox_for(places, seed) as sandbox:
            for event in watching.watch(
                places,
                sandbox,
                watching.every(),
                seed=seed,
                grading=lambda lab: working(f"Grading {lab.id} …"),
            ):
                if begin:  # said once something can be graded at all
                    screen.out.print(begin)
                    begin = ""
                _show(event, screen)
    except INTERRUPTS:
        why = nothing_kept(state_folder(Path.cwd()))
        then = (
            f"{why} nnlab status does not know of it." if why else "How far you are: nnlab status"
        )
        say(f"\nStopped. {then}")


def _show(event: Event, screen: Screen) -> None:
    """Show a first report, or what changed since the last one; keep hints and progress up to date."""
    from datetime import datetime

    from autograder.student.changes import render_event
    from autograder.student.hints import remember
    from autograder.student.next_step import next_step
    from autograder.student.progress import keep_progress

    report, width, unicode = event.report, screen.out.width, screen.unicode
    if report is None or event.before is not None:
        when = f"{datetime.now().astimezone():%H:%M:%S}"
        screen.out.print(render_event(event, when=when, width=width, unicode=unicode))
        if report is not None:
            say(indent(next_step(report, watched=True), "  "))
    else:
        screen.report(report)
    if report is not None:
        remember([report], Path.cwd())
        keep_progress([(event.place, event.submission, report)], Path.cwd())
