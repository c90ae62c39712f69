"""The command `nnlab figure`: parsing and printing only."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.commands.completion import figures
from autograder.commands.errors import needs_extra, unknown_name

__all__ = ["figure"]


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=figures)
@click.option("--all", "every", is_flag=True, help="Draw every figure.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("figures"),
    show_default=True,
    help="The folder for the pictures.",
)
def figure(names: tuple[str, ...], every: bool, out: Path) -> None:  # noqa: FBT001
    """Draw figures of the lecture with the engine, and print their numbers.

    Without a name it lists them.

    \b
    Example: nnlab figure hebb-bipolar
    Exit code: 0 done, 2 wrong usage.
    """
    from autograder.authoring.gallery import experiments

    try:
        known = experiments()
    except ModuleNotFoundError as error:
        raise click.UsageError(needs_extra(error, "plots")) from error
    unknown = [name for name in names if name not in known]
    if unknown:
        raise click.UsageError(unknown_name("figure", unknown[0], known))
    if not names and not every:
        for name, experiment in known.items():
            click.echo(f"{name:18} {experiment.shows}")
        return
    try:
        for name in known if every else names:
            drawn = known[name].draw()
            out.mkdir(parents=True, exist_ok=True)
            drawn.figure.savefig(out / f"{name}.png", dpi=110)
            click.echo("\n".join(filter(None, [f"{out / name}.png", drawn.text])))
    except ModuleNotFoundError as error:
        raise click.UsageError(needs_extra(error, "plots")) from error
