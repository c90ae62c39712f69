"""The command `nnlab batch`."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.interrupts import interruptible
from autograder.commands.options import FILE, LAB, isolation, out, secret, submitted_to
from autograder.commands.progress import counted, say_recording
from autograder.commands.screen import Screen
from autograder.errors import OurFaultError, after_a_fault, writing
from autograder.storage import write_whole
from autograder.text import listed, named, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.classroom.collect import Class
    from autograder.classroom.marks import Change, Marks
    from autograder.classroom.platforms.nbgrader.human import Essays
    from autograder.classroom.roster import Filled, Roster
    from autograder.course.lab import Lab

__all__ = ["batch"]


@click.command()
@LAB
@submitted_to("A folder a student, nbgrader's submitted tree, or a platform's zip.")
@click.option(
    "-j", "--jobs", type=click.IntRange(min=1), help="Processes; default: one for each core."
)
@secret("The secret that cases come from, now and later: a long number. Default: the course's own.")
@click.option("--scheduler", metavar="ADDRESS", help="Grade on a Dask cluster.")
@out("marks", "The folder for marks and reports.")
@isolation("What must at least hold submissions; see nnlab doctor.", envvar="NNLAB_ISOLATION")
@click.option(
    "--html",
    "pages",
    is_flag=True,
    help="Write a page for each student as well, with the code beside the messages.",
)
@click.option(
    "--csv-for",
    "platform",
    type=click.Choice(["moodle", "canvas"]),
    help="Fill in the platform's own file, which --roster names.",
)
@click.option(
    "--roster",
    metavar="FILE",
    type=FILE,
    help="Moodle's grading worksheet, or the gradebook that Canvas exports.",
)
@click.option("--column", default="", help="The column of the marks in it, or a part of its name.")
@click.option(
    "--essays",
    is_flag=True,
    help="Add the points of essays, from nbgrader's gradebook, to that file.",
)
@click.option("--junit", metavar="FILE", type=FILE, help="Write all reports as JUnit XML as well.")
@click.option(
    "--replace",
    is_flag=True,
    help="Leave out whoever was marked before and is not in this hand-in.",
)
@click.option("--dry-run", is_flag=True, help="Only say whose mark would change, and why.")
@click.pass_context
@interruptible("What was graded is kept; the same command goes on.")
def batch(
    ctx: click.Context,
    lab: Lab,
    submitted: Path,
    jobs: int | None,
    seed: int | None,
    scheduler: str | None,
    out: Path,
    isolation: str,
    pages: bool,
    platform: str | None,
    roster: Path | None,
    column: str,
    essays: bool,
    junit: Path | None,
    replace: bool,
    dry_run: bool,
) -> None:
    """Grade a whole class, and report on it.

    It writes marks as CSV and JSON, a summary, and a page of what went wrong. Start it in your
    course's folder. Results are kept there: what was graded once and has not changed is looked up, so
    a run that was ended goes on where it was. Marks of others, such as of an earlier zip, stay.

    What counts of a mark follows dates.toml and overrides.toml, where the folder has them.

    \b
    Example: nnlab batch lab02 --submitted downloads/hebb.zip
    Exit code: 0 all graded, 2 wrong usage, 3 something was not graded through our fault.
    """
    from autograder.classroom.batch import Progress, course_seeds, grade_class
    from autograder.classroom.platforms.nbgrader.mend import mend_course
    from autograder.classroom.report.files import write_class
    from autograder.classroom.rules import read_rules
    from autograder.classroom.term import with_free_days
    from autograder.grading.pool import cores, require_isolation
    from autograder.sandbox import HIDES_FILES, Layers

    course = Path.cwd()
    rules = read_rules(course, lab)
    by_hand = _essays(lab, course, platform) if essays else None
    expected = _roster(lab, platform, roster, column, by_hand)
    with after_a_fault("Nothing is lost."):
        at_least: Layers = ()
        if isolation == "full":
            at_least = require_isolation() if scheduler is None else HIDES_FILES
        for sentence in mend_course(course, submitted):
            click.echo(sentence)
        with counted("submissions") as bar:
            done = grade_class(
                lab,
                submitted,
                course,
                seed=seed,
                jobs=jobs or cores(),
                scheduler=scheduler,
                at_least=at_least,
                progress=Progress(
                    partial(_print_people, whole=dry_run),
                    say_recording,
                    bar.begin,
                    bar.advance,
                ),
            )
    marks = done.marks.with_earlier(out, keep=not replace)
    marks = dataclasses.replace(marks, rules=rules)
    if expected is not None:
        marks = marks.handed_in_at(expected.times(marks))
    marks = with_free_days(marks, out, course)
    changes = marks.changes(out)
    if dry_run:
        _print_changes([str(change) for change in changes])
        _print_nobodys(marks)
        return
    if seed is not None:
        course_seeds(course).set(lab, seed)
    filled = expected.fill(marks, by_hand.scores if by_hand else None) if expected else None
    if filled is not None:
        marks = dataclasses.replace(marks, absent=filled.absent)
    paths = marks.write(out)
    written = write_class(marks, out, pages=pages)
    _print_summary(marks, done.graded)
    _print_merge(marks, changes)
    _print_nobodys(marks)
    for line in (*paths, *written.paths, *written.failed):
        click.echo(line)
    if filled is not None:
        _write_filled(filled, len(marks.marks), out / f"{lab.id}-{platform}.csv")
    if junit is not None:
        _write_junit(marks, junit)
    _fill_gradebook(course, marks, out)
    ours = OurFaultError.exit_code
    faults = [m for m in marks.marks if m.report is None or m.report.exit_code == ours]
    ctx.exit(ours if faults or written.failed else 0)


def _print_nobodys(marks: Marks) -> None:
    """Name those whom a rule is for and cannot be followed: a name may be misspelt, a time be unknown."""
    known = [mark.student for mark in marks.marks]
    for name in marks.nobodys():
        near = nearest(name, known)
        click.echo(
            f"A rule is for {named(name)}, who is not in the marks"
            + (f". Is {named(near)} meant?" if near else ".")
        )
    if untimed := marks.untimed():
        click.echo(
            "Nobody says when these handed in, so nothing is taken off if they were late: "
            f"{listed([*map(named, untimed)], MAX_NAMES)}. See docs/dates.md."
        )


def _print_merge(marks: Marks, changes: Sequence[Change]) -> None:
    """Say what became of the marks that were there, where others are kept beside this hand-in."""
    kept = [mark.student for mark in marks.marks if mark.kept]
    if kept:
        new = sum(change.before is None for change in changes)
        click.echo(
            f"{len(kept)} who are not in this hand-in keep their marks; --replace leaves them out. "
            f"Of the others {new} are new, {len(changes) - new} changed."
        )


def _print_people(collected: Class, *, whole: bool) -> None:
    """Say what was decided for all; and before anything is graded, who is there with which files."""
    for note in collected.notes:
        click.echo(note)
    for one in collected.hand_ins if whole else ():
        files = listed([place for place in one.places if place]) or "nothing for this lab"
        number = one.person.platform_id
        who = one.student if number in one.student else f"{one.student} ({number})"
        click.echo(f"  {named(who)}: {files}")


def _essays(lab: Lab, course: Path, platform: str | None) -> Essays:
    """Read what humans have graded, which goes into the platform's file alone."""
    from autograder.classroom.platforms.nbgrader.human import read_essays

    if platform is None:
        raise click.UsageError("--essays is for the platform's file: name it with --csv-for.")
    return read_essays(course, lab)


def _roster(
    lab: Lab, platform: str | None, path: Path | None, column: str, by_hand: Essays | None
) -> Roster | None:
    """Read the platform's file before anything is graded; a half of the pair is wrong usage."""
    from autograder.classroom.roster import read_roster

    if (platform is None) != (path is None):
        raise click.UsageError(
            "--csv-for and --roster go together: the platform, and its own file."
        )
    if platform is None or path is None:
        return None
    points = lab.points + (by_hand.max_points if by_hand else 0)
    return read_roster(path, platform, points=points, column=column)


def _write_filled(filled: Filled, submissions: int, path: Path) -> None:
    """Write the filled file, and say whose marks are not in it."""
    with writing(path):
        write_whole(path, filled.content, private=True)
    click.echo(f"{path}: {filled.matched} of {submissions} submissions filled in")
    for what, students in (
        ("Not in the file, or not clearly", filled.strangers),
        ("Without a mark", filled.ungraded),
        ("Excused, so without a mark", filled.excused),
    ):
        if students:
            click.echo(f"{what}: {listed([*map(named, students)], MAX_NAMES)}")


MAX_NAMES = 10


def _fill_gradebook(course: Path, marks: Marks, out: Path) -> None:
    """Write the points into nbgrader's gradebook, where the course has one that takes them."""
    from autograder.classroom.platforms.nbgrader.gradebook import GradebookError, fill_gradebook
    from autograder.classroom.platforms.nbgrader.stale import clear_stale

    try:
        filled = fill_gradebook(course, marks)
    except GradebookError as error:
        click.echo(f"The marks are in {out}/; {error}", err=True)
        raise click.exceptions.Exit(error.exit_code) from error
    if filled:
        click.echo(filled)
        for sentence in clear_stale(course, {marks.lab.id: marks.made_by}):
            click.echo(sentence)


def _write_junit(marks: Marks, path: Path) -> None:
    from autograder.report.junit import to_junit

    graded = [(mark.student, mark.report) for mark in marks.marks if mark.report]
    names = [f"{marks.lab.id} · {student}" for student, _ in graded]
    with writing(path):
        write_whole(path, to_junit([report for _, report in graded], names=names), private=True)
    click.echo(path)


def _print_changes(changes: list[str]) -> None:
    if not changes:
        click.echo("No mark would change.")
        return
    click.echo(f"{len(changes)} would change:")
    for change in changes:
        click.echo(f"  {change}")
    click.echo("Nothing was written. Without --dry-run the new marks are.")


def _print_summary(marks: Marks, graded: int) -> None:
    from autograder.classroom.report.summary import render_class

    screen = Screen()
    screen.out.print(render_class(marks, unicode=screen.unicode))
    others = graded < sum(not mark.kept for mark in marks.marks)
    click.echo(
        f"{graded} graded now" + ("; the others are the same or were known." * others or ".")
    )
