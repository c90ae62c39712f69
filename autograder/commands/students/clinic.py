"""The command `nnlab clinic`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands import completion
from autograder.commands.options import FOR_INSTRUCTORS, out
from autograder.commands.screen import Screen, say
from autograder.course import edition
from autograder.errors import WrongUseError

if TYPE_CHECKING:
    from autograder.clinic.ward import Bed

__all__ = ["clinic"]


@click.command()
@click.argument("patient", required=False)
@click.argument("illness", required=False, shell_complete=completion.illnesses)
@click.argument("cure", required=False, shell_complete=completion.cures)
@click.option("--words", is_flag=True, help="List illnesses and cures, and what they mean.")
@click.option("--restart", is_flag=True, help="Take in other patients, and forget the answers.")
@click.option(
    "--answers", is_flag=True, hidden=FOR_INSTRUCTORS, help="Print what all patients have."
)
@out("clinic", "The folder for the pictures.")
@click.pass_context
def clinic(
    ctx: click.Context, /, patient: str | None, illness: str | None, cure: str | None,
    words: bool, restart: bool, answers: bool, out: Path,
) -> None:  # fmt: skip
    """Name what is wrong with recorded training runs.

    Each patient is a run that was recorded: most are sick. A number shows its curves and statistics;
    name the illness and the cure, and you hear whether they are right, or what in the record speaks
    against them. Your patients, and their order, are your workspace's own. No mark comes of it.

    \b
    Example: nnlab clinic 3 rate-too-low raise-rate
    Exit code: 0 done or right, 1 the answer is not right, 2 wrong usage, 3 our fault.
    """  # fmt: skip
    from autograder.clinic import sheet, ward

    cwd = Path.cwd()
    flags = [f"--{name}" for name in ("words", "restart", "answers") if ctx.params[name]]
    if len(flags) + bool(patient) > 1:
        raise WrongUseError(f"{flags[0]} stands alone, without a patient or another option.")
    if answers:
        say(_answers(cwd))
    elif words:
        say(sheet.words())
    elif restart:
        say(_list(ward.restart(cwd)))
    elif patient is None:
        say(_list(ward.ward(cwd)))
    elif illness is None:
        _show(ward.bed(cwd, _number(patient)), out)
    elif cure is None:
        raise WrongUseError(
            f"Name a cure as well: nnlab clinic {patient} {illness} CURE. "
            "nnlab clinic --words lists them."
        )
    else:
        ctx.exit(0 if _answer(cwd, _number(patient), illness, cure) else 1)


def _number(patient: str) -> int:
    """Read a patient's number.

    Raises: WrongUseError if it is not one.
    """
    try:
        return int(patient)
    except ValueError:
        raise WrongUseError(
            f"The patient's number comes first, as in nnlab clinic 3 ILLNESS CURE; got {patient!r}."
        ) from None


def _list(beds: list[Bed]) -> str:
    """Write the patients, what is solved, and what to type."""
    lines = []
    for bed in beds:
        found = bed.record.illness if bed.solved else "not solved yet"
        state = f"{found}, {bed.tries} {'try' if bed.tries == 1 else 'tries'}" if bed.tries else ""
        mark = "✓" if bed.solved else " "
        lines.append(f"{mark} patient {bed.number:2}  {bed.record.network:34}{state}".rstrip())
    solved = sum(bed.solved for bed in beds)
    first = next((bed.number for bed in beds if not bed.solved), None)
    then = f"Next: nnlab clinic {first}" if first else "Other patients: nnlab clinic --restart"
    return "\n".join([*lines, "", f"{solved} of {len(beds)} solved. {then}"])


def _show(bed: Bed, out: Path) -> None:
    """Print a patient's sheet, and write its chart where matplotlib is."""
    from autograder.clinic import chart, sheet
    from autograder.clinic.words import CURES, ILLNESSES
    from autograder.gallery.saving import save

    title = f"Patient {bed.number}"
    say(f"{title}: {sheet.sheet(bed.record, unicode=Screen().unicode)}\n")
    try:
        figure = chart.draw(bed.record, title, cured=bed.solved)
        say("\n".join(map(str, save(figure, out, f"patient-{bed.number:02}"))))
    except ModuleNotFoundError:
        say("The chart needs matplotlib: pip install 'nnlab-course[plots]'")
    if bed.solved:
        say(f"\nSolved: {bed.record.illness}, {' or '.join(bed.record.cures)}.")
        return
    say(f"\nIllnesses: {', '.join(ILLNESSES)}.")
    say(f"Cures: {', '.join(CURES)}.")
    say(f"What they mean: nnlab clinic --words\nAnswer: nnlab clinic {bed.number} ILLNESS CURE")


def _answer(cwd: Path, number: int, illness: str, cure: str) -> bool:
    """Judge an answer and count it; return whether it is right."""
    from autograder.clinic import ward
    from autograder.clinic.answer import judge
    from autograder.storage import nothing_kept, state_folder

    bed = ward.bed(cwd, number)
    verdict = judge(bed.record, illness, cure)
    say(verdict.text)
    if why := nothing_kept(state_folder(cwd)):
        say(f"\n{why} the answer is not remembered.")
        return verdict.right
    ward.note(cwd, number, solved=verdict.right)
    if verdict.right and cure != "nothing":
        say(f"\nThe chart shows both now: nnlab clinic {number}")
    return verdict.right


def _answers(cwd: Path) -> str:
    """Write what the patients of this ward have, and the signs of all patients.

    Raises: WrongUseError in the student's edition.
    """
    if edition.is_students():
        raise WrongUseError("The answers come with the instructor's edition.")
    from autograder.clinic.record import patients
    from autograder.clinic.signs import signs_of
    from autograder.clinic.ward import ward

    lines = ["The ward of this folder"]
    lines += [
        f"  {bed.number:2}  {bed.record.illness}: {' or '.join(bed.record.cures)}"
        for bed in ward(cwd)
    ]
    for record in patients().values():
        if not record.seed:
            lines += ["", f"{record.illness}: {' or '.join(record.cures)}"]
        lines.append(f"  seed {record.seed}: {'; '.join(signs_of(record.illness, record))}")
    return "\n".join(lines)
