"""Which labs a command is about: those that are named, or all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.course.lab import Lab

__all__ = ["chosen_labs"]


def chosen_labs(names: Sequence[str]) -> list[Lab]:
    """Find the named labs; all of them if none is named. An unknown name is wrong usage."""
    from autograder.course import catalogue

    try:
        return [catalogue.find_lab(name) for name in names] or list(catalogue.labs())
    except catalogue.UnknownLabError as error:
        raise click.UsageError(str(error)) from error
