"""The command `nnlab`: commands by person, and what errors and the system's refusals become."""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import sys
from typing import Any, NoReturn

import click

from autograder.commands.groups import Group
from autograder.commands.screen import say
from autograder.course import edition
from autograder.errors import NnlabError, OurFaultError, WrongUseError
from autograder.text import named, write_plainly

__all__ = ["main"]


UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}
"""What the system says where output goes that has no room, or no end to write to."""

PEOPLE = ("Students",) if edition.is_students() else ("Students", "Instructors", "Authors")
"""Whose commands this edition has; each has a folder of that name."""


class Commands(Group):
    """All commands; what does not work becomes a sentence and an exit code, here alone."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run; help and errors too are written on whatever terminal there is."""
        for stream in (sys.stdout, sys.stderr):
            write_plainly(stream)
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

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error of the course, or of a file, becomes a sentence without a traceback."""
        try:
            return super().invoke(ctx)
        except NnlabError as error:
            _end(ctx, error)
        except OSError as error:
            if error.filename is None:
                raise  # click knows how to end when nobody reads its output any more
            _end(ctx, WrongUseError(f"{named(error.filename)}: {error.strerror}."))
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:  # noqa: BLE001  an unexpected error becomes a sentence as well
            from autograder.commands.unforeseen import unforeseen  # noqa: PLC0415  rarely needed

            _end(ctx, unforeseen(error))


def _end(ctx: click.Context, error: NnlabError) -> NoReturn:
    """Say what does not work, and end with the error's exit code."""
    say(f"Error: {error}", err=True)
    if isinstance(error, OurFaultError):
        say(f"This is the checker's fault, not yours. {error.and_now}", err=True)
    ctx.exit(error.exit_code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nnlab-course", prog_name="nnlab")
def main() -> None:
    """Neural-network exercises that grade themselves and name the mistake."""
    # One thread sums in one order, and a process with one thread may be forked.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


for person in PEOPLE:
    module = importlib.import_module(f"autograder.commands.{person.lower()}")
    main.add_section(person, module.COMMANDS)
