"""The command `nnlab figure`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands import completion
from autograder.commands.options import out
from autograder.commands.progress import working
from autograder.commands.screen import say
from autograder.course import edition
from autograder.errors import WrongUseError, needs_extra
from autograder.text import unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autograder.gallery import LectureFigure

__all__ = ["figure"]

NAMES = 19
"""Columns of a figure's name in the list."""


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=completion.figures)
@click.option("--all", "every", is_flag=True, help="Draw every figure.")
@click.option("--animate", is_flag=True, help="Write what moves as a GIF as well.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@out("figures", "The folder for the pictures.")
@click.pass_context
@needs_extra("plots")
def figure(
    ctx: click.Context, /, names: tuple[str, ...], every: bool, animate: bool, seed: int, out: Path
) -> None:
    """Draw the lecture's figures with your modules.

    Each is written as PNG and as SVG, and its numbers are printed. Where something is not written yet,
    it is named. Instructors draw with the reference. Without a name the figures are listed: what each of
    your finished labs can draw, and the names of the others.

    \b
    Example: nnlab figure hebb-bipolar
    Exit code: 0 done, 1 a figure could not be drawn or does not show its title, 2 wrong usage, 3 our fault.
    """
    from autograder.gallery import lecture_figures

    known = lecture_figures()
    for name in names:
        if name not in known:
            raise WrongUseError(unknown("figure", name, known))
    if not names and not every:
        _list(known)
        return
    done = [_draw(known[name], seed, out, animate=animate) for name in (known if every else names)]
    ctx.exit(0 if all(done) else 1)


def _list(known: Mapping[str, LectureFigure]) -> None:
    """Say what each figure shows; of those that wait for a lab, the names by lab."""
    from autograder.course.catalogue import lab_ids
    from autograder.grading.submission import SubmissionError
    from autograder.student.progress import workspace_progress

    finished = set(lab_ids())
    if edition.is_students():
        with suppress(SubmissionError):  # outside of a workspace there is no progress
            labs = workspace_progress(Path.cwd())
            finished = {lab.submission.lab.id for lab in labs if not lab.unfinished}
    for name, figure in known.items():
        if figure.lab in finished:
            say(f"{name:{NAMES}}{figure.shows}", hang=NAMES)
    later = [lab for lab in lab_ids() if lab not in finished]
    if later:
        say("\nLater, each after its lab:" if finished else "Each after its lab:")
    for lab in later:
        if names := [name for name, figure in known.items() if figure.lab == lab]:
            say(f"  {lab}: {', '.join(names)}", hang=2)


def _draw(figure: LectureFigure, seed: int, out: Path, *, animate: bool) -> bool:
    """Compute, draw and save one figure; return whether it shows what its title says."""
    from autograder.gallery import saving
    from autograder.student.own_figures import draw_own, signed
    from autograder.student.own_library import NotRunError

    try:
        with working(f"Computing {figure.name} …"):
            if edition.is_students():
                sheet = draw_own(figure, seed, Path.cwd())
            else:
                sheet = signed(figure, figure.of_reference(seed), "")
    except NotRunError as error:
        say(str(error), err=True)
        return False
    written = saving.save(sheet.drawn.figure, out, figure.name)
    if animate and figure.film:
        written.append(saving.animate(figure.film(sheet.numbers), out, figure.name))
    lines = [*map(str, written), *sheet.words]
    say("\n".join(filter(None, lines)))
    return sheet.holds
