"""The command `nnlab`: its commands, and what the system's refusals become."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import Any

import click

from autograder.commands.authoring import new_lab, verify
from autograder.commands.batch import batch
from autograder.commands.doctor import doctor
from autograder.commands.errors import unknown_name
from autograder.commands.explain import explain
from autograder.commands.figure import figure
from autograder.commands.github import github
from autograder.commands.grade import grade
from autograder.commands.gradescope import gradescope
from autograder.commands.mistakes import hint, mistakes
from autograder.commands.nbgrader import nbgrader
from autograder.commands.prove import prove
from autograder.commands.release import release
from autograder.commands.status import next_, status
from autograder.commands.train import train
from autograder.commands.watch import watch
from autograder.commands.workspace import init, update
from autograder.course import edition
from autograder.text import forgive, named

__all__ = ["main"]


UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}
"""What the system says where output goes that has no room, or no end to write to."""


class Commands(click.Group):
    """All commands; what the system refuses, and what nobody knows, becomes a sentence."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run; help and errors too are written on whatever terminal there is."""
        for stream in (sys.stdout, sys.stderr):
            forgive(stream)
        try:
            return super().main(*args, **kwargs)
        except OSError as error:
            if error.errno not in UNWRITABLE:
                raise
            with contextlib.suppress(OSError, ValueError):  # what is left unwritten stays so
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            with contextlib.suppress(OSError):
                click.echo(f"Error: The output cannot be written: {error.strerror}.", err=True)
            sys.exit(1)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a misspelt one gets a suggestion."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            ctx.fail(unknown_name("command", args[0], self.list_commands(ctx)))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.filename is None:
                raise  # click knows how to end when nobody reads its output any more
            raise click.UsageError(f"{named(error.filename)}: {error.strerror}.") from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nnlab-course", prog_name="nnlab")
def main() -> None:
    """Neural-network exercises that grade themselves and name the mistake."""
    # One thread sums in one order, and a process with one thread may be forked.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


for command in (
    *(init, update, grade, watch, hint, explain, status, next_),
    *(figure, train, release, batch, gradescope, github, mistakes, nbgrader, doctor),
    *(new_lab, verify, prove),
):
    if edition.offers(str(command.name)):
        main.add_command(command)
