"""The command `nnlab train`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from autograder.commands.interrupts import INTERRUPTS
from autograder.commands.options import out
from autograder.commands.progress import counted
from autograder.errors import WrongUseError

if TYPE_CHECKING:
    from pathlib import Path

    from autograder.authoring.gallery.trainer import Run

__all__ = ["CHOICES", "train"]


CHOICES = {
    "activation": ["relu", "tanh", "sigmoid"],
    "init": ["small-normal", "xavier", "kaiming-normal", "xavier-uniform"],
    "optimizer": ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"],
    "decay": ["none", "step", "exponential", "1/t"],
}
"""What a recipe may name; the trainer finds it in the engine. Help must not wait for numpy."""


@click.command()
@click.option("--data", default="digits", show_default=True, help="digits, or a CIFAR-10 folder.")
@click.option("--hidden", default="50", show_default=True, help="Sizes, such as 256,128.")
@click.option(
    "--activation", type=click.Choice(CHOICES["activation"]), default="relu", show_default=True
)
@click.option(
    "--init", type=click.Choice(CHOICES["init"]), default="kaiming-normal", show_default=True
)
@click.option(
    "--optimizer", type=click.Choice(CHOICES["optimizer"]), default="momentum", show_default=True
)
@click.option("--lr", type=float, default=0.01, show_default=True, help="Learning rate.")
@click.option("--decay", type=click.Choice(CHOICES["decay"]), default="none", show_default=True)
@click.option("--batch-norm", is_flag=True, help="Normalise before every activation.")
@click.option("--dropout", type=float, default=0.0, help="Probability to drop a unit.")
@click.option("--l2", type=float, default=0.0, help="λ of the penalty λ·ΣW².")
@click.option("--epochs", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--batch-size", type=click.IntRange(min=1), default=100, show_default=True)
@click.option(
    "--early-stopping", type=click.IntRange(min=0), default=0, help="Rounds to wait; 0: never stop."
)
@click.option(
    "--limit", type=click.IntRange(min=0), default=0, help="Train on so many images only."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@out("run", "The folder for model, history and curves.")
@click.pass_context
def train(ctx: click.Context, /, out: Path, hidden: str, **choices: Any) -> None:
    """Train the lecture's network on images.

    It has every choice of the course. Ctrl-C ends training and keeps what there is; a run that explodes ends by itself.

    \b
    Example: nnlab train --hidden 256,128 --optimizer adam --lr 0.001 --batch-norm
    Exit code: 0 done, 1 the run exploded, 2 wrong usage.
    """
    from autograder.authoring.gallery.trainer import Recipe, Run

    try:
        sizes = tuple(int(size) for size in hidden.split(",") if size.strip())
    except ValueError as error:
        raise WrongUseError(f"--hidden takes sizes such as 256,128, got {hidden!r}.") from error
    try:
        run = Run(Recipe(hidden=sizes, **choices))
    except (ValueError, FileNotFoundError) as error:  # the engine's own
        raise WrongUseError(str(error)) from error
    try:
        with counted("epochs", run.recipe.epochs) as bar:

            def after_epoch(run: Run) -> None:
                click.echo(run.line())
                bar.advance()

            run.train(after_epoch)
    except INTERRUPTS:
        click.echo(f"Interrupted after epoch {len(run.accuracies)}; what there is, is kept.")
    if not run.accuracies:
        ctx.exit(1)
    click.echo(run.ending())
    for path in run.save(out):
        click.echo(path)
    ctx.exit(1 if run.history.diverged else 0)
