"""The command `nnlab figure`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from autograder.commands import completion
from autograder.commands.options import out
from autograder.errors import WrongUseError, needs_extra
from autograder.text import unknown

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["figure"]


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=completion.figures)
@click.option("--all", "every", is_flag=True, help="Draw every figure.")
@out("figures", "The folder for the pictures.")
@needs_extra("plots")
def figure(names: tuple[str, ...], every: bool, out: Path) -> None:
    """Draw figures of the lecture.

    The engine makes them, and their numbers are printed. Without a name they are listed.

    \b
    Example: nnlab figure hebb-bipolar
    Exit code: 0 done, 2 wrong usage.
    """
    from autograder.authoring.gallery import experiments

    known = experiments()
    for name in names:
        if name not in known:
            raise WrongUseError(unknown("figure", name, known))
    if not names and not every:
        for name, experiment in known.items():
            click.echo(f"{name:18} {experiment.shows}")
        return
    for name in known if every else names:
        drawn = known[name].draw()
        out.mkdir(parents=True, exist_ok=True)
        drawn.figure.savefig(out / f"{name}.png", dpi=110)
        click.echo("\n".join(filter(None, [f"{out / name}.png", drawn.text])))
