"""What several commands take: labs by name, secrets, files and folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.commands import completion
from autograder.course import edition
from autograder.errors import WrongUseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from click.shell_completion import CompletionItem

    from autograder.course.lab import Lab

__all__ = [
    "FILE",
    "FOLDER",
    "FOR_INSTRUCTORS",
    "JOBS",
    "LAB",
    "LABS",
    "LabName",
    "SECRET",
    "TARGETS",
    "WITHOUT",
    "isolation",
    "out",
    "require_catalogue",
    "secret",
    "submitted_to",
]

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


class LabName(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions
    """A lab by its id, its number or its subject."""

    name = "lab"

    def convert(self, value: Any, *_: object) -> Any:
        """Find the lab; an unknown name is wrong use."""
        from autograder.course.catalogue import find_lab

        return find_lab(value) if isinstance(value, str) else value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the labs."""
        return completion.labs(ctx, param, incomplete)


def _or_all(ctx: click.Context, _: click.Parameter, labs: Sequence[Lab]) -> Sequence[Lab]:
    """Take all labs where none is named."""
    if labs or ctx.resilient_parsing:
        return labs
    from autograder.course.catalogue import labs as all_labs

    return tuple(all_labs())


LAB = click.argument("lab", type=LabName())
LABS = click.argument("labs", nargs=-1, type=LabName(), metavar="[LAB]...", callback=_or_all)
TARGETS = click.argument(
    "targets", nargs=-1, metavar="[LAB|PATH]...", shell_complete=completion.targets
)
WITHOUT = click.option(
    "--without",
    type=LabName(),
    multiple=True,
    metavar="LAB",
    help="Leave a lab out of the course; several times for several.",
)
JOBS = click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True)


def secret(help_text: str, **more: Any) -> Callable[..., Any]:
    """Take a secret that cases are drawn from."""
    return click.option("--seed", type=click.IntRange(min=0), help=help_text, **more)


FOR_INSTRUCTORS = edition.is_students()
"""Whether to hide an option that the student's edition only answers with a sentence."""
SECRET = secret(
    "Grade as for a mark: with cases of your files' own, drawn from this secret.",
    hidden=FOR_INSTRUCTORS,
)


def out(default: str, help_text: str) -> Callable[..., Any]:
    """Take the folder that results go to."""
    return click.option(
        "--out", type=FOLDER, default=Path(default), show_default=True, help=help_text
    )


def submitted_to(help_text: str) -> Callable[..., Any]:
    """Take what a class handed in: a folder, or a platform's archive."""
    path = click.Path(path_type=Path)
    return click.option(
        "--submitted", type=path, default=Path("submitted"), show_default=True, help=help_text
    )


def isolation(help_text: str, **more: Any) -> Callable[..., Any]:
    """Take what must at least hold a submission."""
    choice = click.Choice(["full", "process"])
    return click.option(
        "--isolation", type=choice, default="full", show_default=True, help=help_text, **more
    )


NO_CATALOGUE = "There is no catalogue of mistakes here: it comes with the instructor's edition."


def require_catalogue(labs: Iterable[Lab], otherwise: str = NO_CATALOGUE) -> None:
    """Require that some of the labs have known mistakes, as they have where the solutions are.

    Raises: WrongUseError with the sentence.
    """
    from autograder.course.solutions import load_mistakes

    if not any(map(load_mistakes, labs)):
        raise WrongUseError(otherwise)
