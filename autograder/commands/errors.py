"""What all commands say alike when something is not there or does not work."""

from __future__ import annotations

import difflib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["OUR_FAULT", "OurFaultError", "needs_extra", "unknown_name", "writing"]

OUR_FAULT = 3
"""The exit code when something of ours does not work."""


class OurFaultError(click.ClickException):
    """Something of ours does not work: it is told as such, with its own exit code."""

    exit_code = OUR_FAULT

    def __init__(self, message: str, and_now: str = "Please tell your instructor.") -> None:
        super().__init__(f"{message}\nThis is the checker's fault, not yours. {and_now}")


def unknown_name(what: str, name: str, known: Iterable[str]) -> str:
    """Say that a name is unknown, and which one may be meant; with few names, which there are."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]}?" if near else ""
    if not near and len(names) <= MANY:
        hint = f" There are {', '.join(names)}."
    return f"There is no {what} {name!r}.{hint}"


MANY = 40
"""More names than this are no help on one screen."""


def needs_extra(error: ModuleNotFoundError, extra: str) -> str:
    """Say which package is missing, and how to install it."""
    package = (error.name or "a package").partition(".")[0]
    return f"This needs {package}. Install it with: pip install 'nnlab-course[{extra}]'"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in a sentence why a file that somebody named cannot be written."""
    try:
        yield
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}.") from error
