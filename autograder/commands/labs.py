"""Which labs a command is about: those that are named, or all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.check import Lab

__all__ = ["chosen_labs"]


def chosen_labs(names: Sequence[str]) -> list[Lab]:
    """Find the named labs; all of them if none is named. An unknown name is wrong usage."""
    from autograder import course

    try:
        return [course.find_lab(name) for name in names] or list(course.labs())
    except course.UnknownLabError as error:
        raise click.UsageError(str(error)) from error
