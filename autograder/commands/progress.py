"""Progress on anything over a second, on stderr, and only where somebody is watching."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress

    from autograder.course.lab import Lab

__all__ = ["Bar", "counted", "say_recording", "working"]


def say_recording(lab: Lab) -> None:
    """Say why the first time with a new key takes longer."""
    if sys.stderr.isatty():
        click.echo(f"\rRecording the answer key of {lab.id}, once …", err=True)


@contextmanager
def working(text: str) -> Iterator[None]:
    """Say what is being done, and take it back when it is; no thread is used, as a process with threads cannot be forked safely."""
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    click.echo(text, err=True, nl=False)
    try:
        yield
    finally:
        click.echo(f"\r{' ' * (len(text) + 2)}\r", err=True, nl=False)  # … may be ... here


class Bar:
    """A bar that counts one kind of thing."""

    def __init__(self, progress: Progress, total: int | None) -> None:
        self.progress = progress
        self.task = progress.add_task("", total=total)

    def say(self, text: str) -> None:
        """Print a line; where the bar is on the same screen, above it."""
        if self.progress.disable or not sys.stdout.isatty():
            click.echo(text)
        else:  # on the bar's own console, or it would be written into the bar
            self.progress.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def advance(self, count: int = 1) -> None:
        """Count so many more."""
        self.progress.advance(self.task, count)

    def begin(self, done: int, total: int) -> None:
        """Say how many there are, and how many of them were done before."""
        self.progress.update(self.task, completed=done, total=total)


@contextmanager
def counted(what: str, total: int | None = None) -> Iterator[Bar]:
    """Show a bar with the number of `what` and the time left."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from autograder.report.terminal import console

    columns = (BarColumn(), MofNCompleteColumn(), what, TimeRemainingColumn())
    terminal = console(stderr=True)
    with Progress(*columns, console=terminal, disable=not terminal.is_terminal) as progress:
        yield Bar(progress, total)
