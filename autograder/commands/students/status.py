"""The commands `nnlab status` and `nnlab next`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.completion import labs
from autograder.commands.screen import Screen, say

if TYPE_CHECKING:
    from autograder.student.next_task import Task

__all__ = ["next_", "status"]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def status(as_json: bool) -> None:
    """Show how far you are in every lab.

    That is points, a bar, and what has changed since the last report; and how many patients of the
    clinic you have solved.

    \b
    Example: nnlab status
    Exit code: 0 done, 2 no lab is here.
    """
    from autograder.clinic.ward import solved
    from autograder.storage import nothing_kept, state_folder
    from autograder.student.progress import workspace_progress
    from autograder.student.progress_report import render_progress

    labs = workspace_progress(Path.cwd())
    done, patients = solved(Path.cwd())
    if as_json:
        import json

        plain = {
            "labs": [lab.to_plain() for lab in labs],
            "clinic": {"solved": done, "patients": patients},
        }
        click.echo(json.dumps(plain, indent=2))
        return
    screen = Screen()
    out = screen.out
    out.print(render_progress(labs, width=out.width, unicode=screen.unicode))
    visited = f"{done} of {patients} patients solved" if patients else "not visited yet"
    out.print(f"\nThe clinic: {visited} (nnlab clinic)")
    if why := nothing_kept(state_folder(Path.cwd())):
        out.print(f"{why} no new report is remembered: nnlab grade says how far you are.")
    elif any(lab.changed for lab in labs):
        out.print("Bring it up to date: nnlab grade")
    elif any(lab.unfinished for lab in labs):
        out.print("Go on: nnlab next")


@click.command("next")
@click.argument("lab", required=False, shell_complete=labs)
@click.option("--print", "only_print", is_flag=True, help="Open nothing.")
def next_(lab: str | None, only_print: bool) -> None:
    """Open the next task that is not done.

    That is the first unfinished exercise, of the lab whose folder you are in before the others. On a
    terminal it opens, at its line, in the editor that VISUAL or EDITOR names; without one, its folder.

    \b
    Example: nnlab next
    Exit code: 0 done, 1 the editor could not be started, 2 wrong usage.
    """
    from autograder.storage import nothing_kept, state_folder
    from autograder.student.find import find_places
    from autograder.student.next_task import next_task
    from autograder.student.progress import lab_progress, workspace_progress

    cwd = Path.cwd()
    if lab is None:
        labs = workspace_progress(cwd)
        labs.sort(key=lambda one: one.place.folder.resolve() != cwd.resolve())  # the others follow
    else:
        labs = [lab_progress(place, cwd) for place in find_places(lab, cwd)]
    task = next_task(labs)
    if task is None:
        where = "here" if lab is None else f"in {labs[0].submission.lab.id}"
        say(f"Every exercise {where} is done.")
        return
    if why := nothing_kept(state_folder(cwd)):
        say(f"{why} what is done by now is not known: nnlab grade says it.\n")
    say(_as_text(task, cwd))
    if sys.stdout and sys.stdout.isatty() and not only_print:  # None: it was closed
        _open(task)


def _as_text(task: Task, cwd: Path) -> str:
    """Write what the task is and where, whether the last report still holds, and what to type then."""
    from autograder.text import shortest_path

    lab = task.progress.submission.lab.id
    name = task.exercise.partition(".")[2]
    lines = [f"{shortest_path(task.path, cwd)}:{task.line}  {name}", ""]
    if task.progress.changed:
        lines += [f"{lab} has changed since its last report: nnlab grade {lab}", ""]
    return "\n".join([*lines, task.text.rstrip(), "", f"Then: nnlab grade --check {task.check}"])


def _open(task: Task) -> None:
    """Open the file in the user's editor; without one, show it in its folder.

    A program that the system has for .py files may be Python itself, so it is not asked.
    """
    from autograder.student.next_task import editor_command

    named = (os.environ.get(name, "").strip() for name in ("VISUAL", "EDITOR"))
    editor = next(filter(None, named), None)
    if editor is None and not _has_screen():
        click.echo("\nSet EDITOR to have it opened in your editor.")
        return
    if editor is None:
        click.launch(str(task.path), locate=True)
        return
    try:
        ended = subprocess.run(editor_command(editor, task.path, task.line), check=False)  # noqa: S603  the user's own choice
    except (OSError, ValueError) as error:
        raise click.ClickException(
            f"The editor {editor!r} cannot be started: {error}. Set EDITOR to one that can."
        ) from error
    if ended.returncode:
        raise click.ClickException(f"The editor {editor!r} ended with code {ended.returncode}.")


def _has_screen() -> bool:
    """Return whether a window can be opened; on a server of Linux none can."""
    return sys.platform != "linux" or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
