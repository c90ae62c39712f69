"""The commands `nnlab setup …`, one for each platform."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.groups import Group
from autograder.commands.options import FILE, FOLDER, LAB, WITHOUT, LabName, isolation, secret
from autograder.commands.progress import say_recording
from autograder.errors import WrongUseError, after_a_fault, writing
from autograder.storage import is_foreign, write_whole
from autograder.text import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.course.lab import Lab

__all__ = ["lacks_nbgrader", "setup"]

NEEDS = ("nbgrader", "jupytext")


@click.group(cls=Group)
def setup() -> None:
    """Set up Gradescope, GitHub or nbgrader.

    \b
    Example: nnlab setup gradescope lab02
    Exit code: 0 done, 2 wrong usage, 3 our fault.
    """


@setup.command()
@LAB
@click.option(
    "-o",
    "--out",
    type=FILE,
    default=Path("autograder.zip"),
    show_default=True,
    help="The zip to write.",
)
@secret("The secret that cases come from, a long number; default: the course's own.")
@click.option(
    "--visibility",
    type=click.Choice(["visible", "after_due_date", "after_published", "hidden"]),
    default="visible",
    show_default=True,
    help="When students see the results.",
)
@isolation("process: grade even where nothing keeps a submission from the answer key.")
def gradescope(lab: Lab, out: Path, seed: int | None, visibility: str, isolation: str) -> None:
    """Make the zip by which Gradescope grades.

    Start it in your course's folder. The zip holds the answer key: keep it to yourself.

    \b
    Example: nnlab setup gradescope lab02 -o autograder.zip
    Exit code: 0 done, 2 wrong usage, 3 our fault.
    """
    from autograder.classroom.batch import course_seeds, take_key
    from autograder.classroom.platforms.gradescope.bundle import make_bundle, require_bundle

    if is_foreign(out, b"PK"):
        raise WrongUseError(f"{out} is there already, and is not a zip: name another file with -o.")
    require_bundle(lab)
    with after_a_fault("Nothing was written."):
        chosen = course_seeds(Path.cwd()).get(lab) if seed is None else seed
        key = take_key(lab, chosen, say_recording)
        zipped = make_bundle(lab, key, visibility=visibility, isolation=isolation)
    with writing(out):
        write_whole(out, zipped, private=True)
    click.echo(f"{out}: {lab.id}, {lab.points} points, {len(zipped) / (1 << 20):.1f} MB")
    click.echo("It holds the answer key: upload it, and give it to nobody.")


@setup.command()
@click.argument("labs", nargs=-1, type=LabName(), metavar="[LAB]...")
@click.option(
    "--install",
    metavar="WHAT",
    default="nnlab-course",
    show_default=True,
    help="What pip installs: a name, or the release's wheel, by its URL or in the repository.",
)
@click.option("--python", default="3.12", show_default=True, help="Python's version.")
@click.option("--force", is_flag=True, help="Overwrite a workflow that is another.")
def github(labs: Sequence[Lab], install: str, python: str, force: bool) -> None:
    """Write the workflow for GitHub Classroom.

    It grades every push. Start it in the template repository. Without a lab it grades all that are
    there.

    \b
    Example: nnlab setup github lab02 --install ./nnlab_course-1.0-py3-none-any.whl
    Exit code: 0 done, 2 wrong usage, the answers would be installed, or another workflow be overwritten.
    """
    from autograder.classroom.platforms.github import PLACE, require_students_edition, workflow

    is_seen = require_students_edition(install, Path.cwd())
    text = workflow([lab.id for lab in labs], install=install, python=python)
    place = Path.cwd() / PLACE
    if place.exists() and not force and place.read_text(encoding="utf-8", errors="replace") != text:
        raise WrongUseError(f"{PLACE} is there, and another. --force overwrites it.")
    with writing(place):
        write_whole(place, text)
    click.echo(PLACE)
    if not is_seen:
        click.echo(f"{install} was not looked into. It must be the wheel of `nnlab release`.")


@setup.command()
@click.argument("folder", type=FOLDER, default=Path(), required=False)
@WITHOUT
@click.option("--force", is_flag=True, help="Overwrite a configuration of your own.")
def nbgrader(folder: Path, without: Sequence[Lab], force: bool) -> None:
    """Make a folder a course of nbgrader's.

    That is FOLDER, by default this one. nbgrader's own commands then grade with nnlab, with its
    gradebook, late days and feedback. nbgrader_config.py is written, and every lab's source notebook
    in solutions/.

    \b
    Example: nnlab setup nbgrader spring
    Exit code: 0 done, 2 wrong usage, or a configuration of your own is there.
    """
    lacking = lacks_nbgrader()
    if lacking:
        raise WrongUseError(f"This needs {lacking}")
    from autograder.authoring.release.leave_out import all_but
    from autograder.classroom.platforms.nbgrader.sources import init_course
    from autograder.course import catalogue

    kept = all_but(catalogue.labs(), without)  # before anything is written
    written = init_course(folder, kept, force=force)
    for path in written:
        click.echo(path)
    click.echo(f"{len(written)} written." if written else "All up to date.")
    click.echo(f"Next, in {folder.resolve()}: nbgrader generate_assignment {kept[0].id}")
    there = [lab.id for lab in without if (folder / "solutions" / lab.id).exists()]
    if there:
        click.echo(
            f"Left out, and still in solutions: {listed(there)}. nbgrader shows what is there: remove it."
        )


def lacks_nbgrader() -> str:
    """Say what is needed for notebooks, and how to install it; nothing where it is there."""
    if all(importlib.util.find_spec(name) for name in NEEDS):
        return ""
    return f"{' and '.join(NEEDS)}. Install them with: pip install 'nnlab-course[instructor]'"
