"""Judging an answer: the right one, or what in the record speaks against it."""

from dataclasses import dataclass

from autograder.clinic.record import Record, shown
from autograder.clinic.signs import against, signs_of
from autograder.clinic.words import CURES, ILLNESSES
from autograder.errors import WrongUseError
from autograder.text import unknown

__all__ = ["Verdict", "changes", "judge"]


NUMBERS = {
    "highest training cost of the second half": "highest_cost",
    "validation cost": "val_cost",
    "validation accuracy": "val_right",
    "accuracy on new images": "new_right",
}
"""What is said of how a run ends."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer is right, and what is said to it."""

    right: bool
    text: str


def judge(record: Record, illness: str, cure: str) -> Verdict:
    """Judge an answer; a wrong illness is answered before its cure is looked at.

    Raises: WrongUseError if a word is unknown.
    """
    if illness in CURES:
        raise WrongUseError(f"{illness} is a cure. The illness comes first, and then its cure.")
    if illness not in ILLNESSES:
        raise WrongUseError(unknown("illness", illness, ILLNESSES))
    if cure not in CURES:
        raise WrongUseError(unknown("cure", cure, CURES))
    if illness != record.illness:
        heading = ILLNESSES[illness].heading
        return Verdict(
            right=False,
            text=f"Not {illness}. Its sign would be: {against(illness, record)}.\n"
            f"The lecture has it under “{heading}”.",
        )
    if cure not in record.cures:
        return Verdict(right=False, text=f"The illness is right. {_tried(record, cure)}")
    signs = "\n".join(f"  - {fact}" for fact in signs_of(illness, record))
    cured = "" if cure == "nothing" else f" With {cure}: {changes(record, cure)}."
    return Verdict(right=True, text=f"Right: {illness}, {cure}.{cured}\nIts signs:\n{signs}")


def _tried(record: Record, cure: str) -> str:
    if cure == "nothing":
        return "Left alone, it stays as it is: find what takes the cause away."
    if record.tried[cure] == record.outcome:
        return f"The cure is not: {cure} changes nothing in this run."
    cause = "there is no cause to take away" if record.illness == "healthy" else "the cause stays"
    return (
        f"The cure is not: {cure} was tried on this patient, and {cause}. "
        f"What it changes: {changes(record, cure)}."
    )


def changes(record: Record, cure: str) -> str:
    """Write how the run ends without and with a cure."""

    def from_to(what: str, name: str) -> str:
        before, after = (shown(getattr(o, name)) for o in (record.outcome, record.tried[cure]))
        return f"{what} {before} → {after}"

    return ", ".join(from_to(what, name) for what, name in NUMBERS.items())
