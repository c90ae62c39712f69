"""The command `nnlab train`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.commands.interrupts import INTERRUPTS
from autograder.commands.options import out
from autograder.commands.progress import counted, working
from autograder.commands.screen import say
from autograder.course import edition
from autograder.errors import WrongUseError

if TYPE_CHECKING:
    from autograder.gallery.trainer import Outcome, Recipe

__all__ = ["CHOICES", "train"]


CHOICES = {
    "activation": ["relu", "tanh", "sigmoid"],
    "init": [
        "zeros",
        "constant",
        "small-normal",
        "xavier",
        "kaiming-normal",
        "xavier-uniform",
    ],
    "optimizer": ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"],
    "decay": ["none", "step", "exponential", "1/t"],
}
"""What a recipe may name; the trainer finds it in the engine. Help must not wait for numpy."""


@click.command()
@click.option(
    "--data",
    default="digits",
    show_default=True,
    help="digits, moons, spirals, or a CIFAR-10 folder.",
)
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
@click.option("--l1", type=float, default=0.0, help="λ of the penalty λ·Σ|W|.")
@click.option("--l2", type=float, default=0.0, help="λ of the penalty λ·ΣW².")
@click.option("--epochs", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--batch-size", type=click.IntRange(min=1), default=100, show_default=True)
@click.option(
    "--early-stopping", type=click.IntRange(min=0), default=0, help="Rounds to wait; 0: never stop."
)
@click.option(
    "--limit", type=click.IntRange(min=0), default=0, help="Train on so many samples only."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@out("run", "The folder for model, history and curves.")
@click.pass_context
def train(ctx: click.Context, /, out: Path, hidden: str, **choices: Any) -> None:
    """Train a network with your own modules.

    It has every choice of the course, and keeps model, history, curves, and for points in the plane the
    boundary. A run that explodes ends by itself. Instructors train with the reference; there Ctrl-C ends
    training and keeps what there is.

    \b
    Example: nnlab train --hidden 256,128 --optimizer adam --lr 0.001 --batch-norm
    Exit code: 0 done, 1 the run exploded, 2 wrong usage or something is not written yet, 3 our fault.
    """
    from autograder.gallery.curves import save_run
    from autograder.gallery.trainer import Recipe

    try:
        sizes = tuple(int(size) for size in hidden.split(",") if size.strip())
    except ValueError as error:
        raise WrongUseError(f"--hidden takes sizes such as 256,128, got {hidden!r}.") from error
    try:
        recipe = Recipe(hidden=sizes, **choices)
        outcome, interrupted = _own(recipe) if edition.is_students() else _reference(recipe)
    except (ValueError, FileNotFoundError) as error:  # the engine's own
        raise WrongUseError(str(error)) from error
    if not outcome.epochs:
        ctx.exit(1)
    say(outcome.ending(interrupted=interrupted))
    for path in save_run(outcome, out, interrupted=interrupted):
        click.echo(path)
    ctx.exit(1 if outcome.diverged else 0)


def _reference(recipe: Recipe) -> tuple[Outcome, bool]:
    """Train with the reference, and print each epoch when it is done; return whether it was interrupted."""
    from autograder.gallery.trainer import Run, reference

    run = Run(reference(), recipe)
    try:
        with counted("epochs", recipe.epochs) as bar:

            def after_epoch(outcome: Outcome) -> None:
                bar.say(outcome.line(outcome.epochs))
                bar.advance()

            run.train(after_epoch)
    except INTERRUPTS:
        done = run.outcome.epochs
        click.echo(f"Interrupted after epoch {done}; what there is, is kept.")
        return run.outcome, True
    return run.outcome, False


def _own(recipe: Recipe) -> tuple[Outcome, bool]:
    """Train with the student's modules in the sandbox, and print the epochs when all are done."""
    from autograder.gallery.asked import INSIDE, TRAINING
    from autograder.gallery.trainer import read_outcome
    from autograder.student.own_library import run_own

    if recipe.data not in INSIDE:
        raise WrongUseError(f"--data takes {', '.join(INSIDE)} here, got {recipe.data!r}.")
    with working("Training …"):
        result = run_own("train", TRAINING, TRAINING.case(recipe), Path.cwd())
    try:
        outcome = read_outcome(recipe, result.numbers)
    except ValueError as error:
        raise WrongUseError(f"What your library gives is not a run: {error}.") from error
    click.echo("\n".join(outcome.line(epoch + 1) for epoch in range(outcome.epochs)))
    say(f"Trained by {result.by}.")
    return outcome, False
