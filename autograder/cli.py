"""The command `nnlab`: parsing and printing only; the work stands in the library.

Nothing heavy is imported before a command needs it, so that help is there at once.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.cli_mistakes import hint, mistakes
from autograder.commands.batch import batch
from autograder.commands.nbgrader import nbgrader, release_notebooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from autograder.check import Lab
    from autograder.report import Report
    from autograder.submission import Submission

__all__ = ["main"]

OUR_FAULT = 3


class OurFaultError(click.ClickException):
    """Something of ours does not work: it is told as such, with its own exit code."""

    exit_code = OUR_FAULT

    def __init__(self, message: str) -> None:
        super().__init__(
            f"{message}\nThis is the checker's fault, not yours. Please tell your instructor."
        )


class Commands(click.Group):
    """All commands; what the system refuses becomes a sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
            raise click.UsageError(f"{error.filename}: {error.strerror}.") from error
        except OSError as error:
            if error.filename is None:
                raise  # click knows how to end when nobody reads its output any more
            raise click.UsageError(f"{error.filename}: {error.strerror}.") from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nnlab-course", prog_name="nnlab")
def main() -> None:
    """Neural-network exercises that grade themselves and name the mistake."""
    # One thread sums in one order, and a process with one thread may be forked.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


main.add_command(hint)
main.add_command(mistakes)


@main.command()
@click.argument("targets", nargs=-1, metavar="[LAB|PATH]...")
@click.option("--check", "only", metavar="ID", help="Ask this one check, such as hebb.update.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, help="Draw other cases.", show_default=True
)
@click.option(
    "--carry-forward",
    "carry",
    is_flag=True,
    help="Ask what depends on a failed exercise with the reference in its place.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("-v", "--verbose", is_flag=True, help="Print every lab's whole report.")
@click.option(
    "--pictures",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Draw the evidence of failed checks into this folder.",
)
@click.pass_context
def grade(
    ctx: click.Context,
    targets: tuple[str, ...],
    only: str | None,
    seed: int,
    carry: bool,  # noqa: FBT001  click passes options by name
    as_json: bool,  # noqa: FBT001  click passes options by name
    verbose: bool,  # noqa: FBT001
    pictures: Path | None,
) -> None:
    """Check your work: what is right, what is not, and why.

    Without a target it grades the lab whose folder you are in, or every lab of your workspace.

    \b
    Example: nnlab grade lab02
    Exit code: 0 all passed, 1 some failed, 2 wrong usage, 3 our fault.
    """
    from autograder.hints import remember
    from autograder.key import RecordingError
    from autograder.report import to_json
    from autograder.report.pictures import PictureError, prepare
    from autograder.sandbox import SandboxError
    from autograder.selfcheck import find_targets, grade_all
    from autograder.submission import SubmissionError

    try:
        submissions, check = find_targets(targets, only, Path.cwd())
        if pictures is not None:
            prepare(pictures)
    except (SubmissionError, PictureError) as error:
        raise click.UsageError(str(error)) from error
    printer = _Printer(quiet=as_json, brief=len(submissions) > 1 and not verbose)
    reports = []
    try:
        for report in grade_all(
            submissions, seed=seed, only=check, carry=carry, recording=printer.recording
        ):
            reports.append(report)
            printer.report(report)
    except (SandboxError, RecordingError) as error:
        raise OurFaultError(str(error)) from error
    if not as_json:  # a report as data is for machines, which take no hints
        remember(reports, Path.cwd())
    if as_json:
        click.echo(to_json(reports))
    else:
        printer.total(reports, submissions)
    if pictures is not None:
        _save_pictures(reports, pictures, err=as_json)
    ctx.exit(max(report.exit_code for report in reports))


def _save_pictures(reports: Sequence[Report], folder: Path, *, err: bool) -> None:
    """Write the pictures and say where they are; beside data, on stderr."""
    from autograder.report.pictures import PictureError, save_pictures

    try:
        written = save_pictures(reports, folder)
    except PictureError as error:
        raise click.UsageError(str(error)) from error
    told = [f"picture   {path}" for path in written] or ["No failed check has a picture."]
    click.echo("\n".join(told), err=err)


class _Printer:
    """Prints reports as they come: whole ones, or a line a lab; progress goes to stderr."""

    def __init__(self, *, quiet: bool, brief: bool) -> None:
        from autograder.course import lab_ids
        from autograder.report.terminal import console

        self.quiet = quiet
        self.brief = brief
        self.out = console()
        self.unicode = self.out.encoding.lower().startswith("utf")
        self.width = max(map(len, lab_ids()))

    def recording(self, lab: Lab) -> None:
        """Say why the first time with a new key takes longer."""
        if sys.stderr.isatty():
            click.echo(f"Recording the answer key of {lab.id}, once …", err=True)

    def report(self, report: Report) -> None:
        """Print one report."""
        from autograder.report.terminal import lab_line, render

        if self.quiet:
            return
        if self.brief:
            self.out.print(lab_line(report, width=self.width, unicode=self.unicode))
        else:
            self.out.print(render(report, unicode=self.unicode))

    def total(self, reports: Sequence[Report], submissions: Sequence[Submission]) -> None:
        """Close several brief reports with the sum, and say how to see more."""
        from autograder.submission import shortest_target

        if not self.brief:
            return
        reached = sum(report.points for report in reports)
        total = sum(report.max_points for report in reports)
        self.out.print(f"{'':{self.width}}  {'':20}  {reached} / {total} points")
        unfinished = [s for s, r in zip(submissions, reports, strict=True) if r.exit_code]
        if unfinished:
            target = shortest_target(unfinished[0], Path.cwd())
            self.out.print(f"\nThe details: nnlab grade {target}", soft_wrap=True)


@main.command()
@click.argument("labs", nargs=-1, metavar="[LAB]...")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to fill; default: the course's assignments.",
)
@click.option("--force", is_flag=True, help="Overwrite stubs that somebody has worked in.")
def release(labs: tuple[str, ...], out: Path | None, force: bool) -> None:  # noqa: FBT001
    """Generate the students' stubs from the engine, and notebooks where nbgrader is installed.

    \b
    Example: nnlab release lab02
    Exit code: 0 done, 2 wrong usage, or work would be overwritten.
    """
    from autograder import course
    from autograder.stubs import FilledInError, write_stubs

    folder = out or course.ROOT / "assignments"
    try:
        chosen = [course.find_lab(name) for name in labs] or list(course.labs())
        written = write_stubs(chosen, folder, force=force, wrote=click.echo)
        written += release_notebooks(chosen, folder, force=force)
    except (course.UnknownLabError, FilledInError) as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{written} written, the others were up to date." if written else "All up to date.")


@main.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Say what this machine has to hold foreign code, and how to get what is missing.

    \b
    Example: nnlab doctor
    Exit code: 0 submissions that nobody trusts may be graded here, 1 only your own.
    """
    from autograder.doctor import examine, in_words

    findings = examine()
    for line in in_words(findings):
        click.echo(line)
    works = {finding.name for finding in findings if finding.works}
    ctx.exit(0 if {"process", "landlock", "seccomp"} <= works else 1)


@main.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
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
    from autograder.gallery import experiments

    try:
        known = experiments()
    except ModuleNotFoundError as error:
        raise click.UsageError(_needs_extra(error, "plots")) from error
    unknown = [name for name in names if name not in known]
    if unknown:
        raise click.UsageError(_unknown("figure", unknown[0], known))
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
        raise click.UsageError(_needs_extra(error, "plots")) from error


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
    return f"There is no {what} {name!r}. {hint}"


def _needs_extra(error: ModuleNotFoundError, extra: str) -> str:
    package = (error.name or "a package").partition(".")[0]
    return f"This needs {package}. Install it with: pip install 'nnlab-course[{extra}]'"


def _choices(name: str) -> click.Choice[str]:
    """Offer a table of the trainer without importing it: help must not wait for numpy."""
    return click.Choice(CHOICES[name])


CHOICES = {
    "activation": ["relu", "tanh", "sigmoid"],
    "init": ["small-normal", "xavier", "kaiming-normal", "xavier-uniform"],
    "optimizer": ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"],
    "decay": ["none", "step", "exponential", "1/t"],
}
"""The names that `nnlab train` knows; a test holds them equal to the trainer's tables."""


@main.command()
@click.option("--data", default="digits", show_default=True, help="digits, or a CIFAR-10 folder.")
@click.option("--hidden", default="50", show_default=True, help="Sizes, such as 256,128.")
@click.option("--activation", type=_choices("activation"), default="relu", show_default=True)
@click.option("--init", type=_choices("init"), default="kaiming-normal", show_default=True)
@click.option("--optimizer", type=_choices("optimizer"), default="momentum", show_default=True)
@click.option("--lr", type=float, default=0.01, show_default=True, help="Learning rate.")
@click.option("--decay", type=_choices("decay"), default="none", show_default=True)
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
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("run"),
    show_default=True,
    help="The folder for model, history and curves.",
)
@click.pass_context
def train(ctx: click.Context, /, out: Path, hidden: str, **choices: Any) -> None:
    """Train the lecture's network on images, with every choice of the course.

    Ctrl-C ends training and keeps what there is; a run that explodes ends by itself.

    \b
    Example: nnlab train --hidden 256,128 --optimizer adam --lr 0.001 --batch-norm
    Exit code: 0 done, 1 the run exploded, 2 wrong usage.
    """
    from autograder.trainer import Recipe, Run

    try:
        sizes = tuple(int(size) for size in hidden.split(",") if size.strip())
    except ValueError as error:
        raise click.UsageError(f"--hidden takes sizes such as 256,128, got {hidden!r}.") from error
    try:
        run = Run(Recipe(hidden=sizes, **choices))
    except (ValueError, FileNotFoundError) as error:
        raise click.UsageError(str(error)) from error
    try:
        with _progress(run.recipe.epochs) as advance:

            def after_epoch(run: Run) -> None:
                click.echo(run.line())
                advance()

            run.train(after_epoch)
    except KeyboardInterrupt:
        click.echo(f"Interrupted after epoch {len(run.accuracies)}; what there is, is kept.")
    if not run.accuracies:
        ctx.exit(1)
    click.echo(run.ending())
    for path in run.save(out):
        click.echo(path)
    ctx.exit(1 if run.history.diverged else 0)


@contextmanager
def _progress(epochs: int) -> Iterator[Callable[[], object]]:
    """Show a bar with the time left, where somebody is watching."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from autograder.report.terminal import console

    columns = (BarColumn(), MofNCompleteColumn(), "epochs", TimeRemainingColumn())
    terminal = console(stderr=True)
    with Progress(*columns, console=terminal, disable=not terminal.is_terminal) as bar:
        task = bar.add_task("", total=epochs)
        yield lambda: bar.advance(task)


main.add_command(batch)
main.add_command(nbgrader)
