"""What a judge says when an answer is not right."""

from dataclasses import dataclass
from typing import Any

from autograder.errors import OurFaultError
from autograder.judges.values import shape_of, value

__all__ = [
    "EvidenceError",
    "FORGOT",
    "Finding",
    "TOO_WILLING",
    "UNWILLING",
    "changed_input",
    "fields",
    "refused",
    "wrong_kind",
]

FORGOT = " Is a `return` missing?"
TOO_WILLING = "This cannot be answered, so it should raise a ValueError."
UNWILLING = "This has an answer, so it should not raise a ValueError."


@dataclass(frozen=True, slots=True)
class Finding:
    """The fact that an answer is not right, in words.

    `returned` and `expected` replace the plain values where those would say little.
    """

    detail: str = ""
    returned: str = ""
    expected: str = ""


class EvidenceError(OurFaultError):
    """Evidence is not of the form that a judge reads: its finding says what it is instead.

    The judge that is asked turns it into that finding; beyond it, it would be our fault.
    """

    def __init__(self, finding: Finding | str) -> None:
        super().__init__(finding)
        self.finding = Finding(finding) if isinstance(finding, str) else finding


def changed_input(name: str, before: Any, after: Any) -> Finding:
    """Say that an input is another one than it was."""
    return Finding(
        "Inputs belong to the caller: work on a copy.",
        returned=f"and changed its input {name} to {value(after, before)}",
        expected=f"{name} left as it was, {value(before, after)}",
    )


def fields(observed: Any, names: str, wanted: str) -> list[Any]:
    """Take apart evidence that must be a dict with these names and no others.

    Raises: EvidenceError if it is anything else.
    """
    if not isinstance(observed, dict) or observed.keys() != set(names.split()):
        raise EvidenceError(f"It is {shape_of(observed)}, where {wanted} expected.")
    return [observed[name] for name in names.split()]


def wrong_kind(observed: Any, wanted: str) -> Finding:
    """Say what a value is where another kind of value is expected, and what None may mean."""
    forgot = FORGOT if observed is None else ""
    return Finding(f"It is {shape_of(observed)}, where {wanted} expected.{forgot}")


def refused(observed: Any, expected: Any) -> Finding | None:
    """Compare what a check gathers as the text "ValueError" where one was raised; None if neither was."""
    wanted, got = (type(side) is str and side == "ValueError" for side in (expected, observed))
    if wanted == got:
        return None
    if got:
        return Finding(UNWILLING, returned="a ValueError", expected="an answer")
    answer = observed
    if isinstance(observed, dict) and [*observed] == ["returned"]:
        answer = observed["returned"]
    return Finding(TOO_WILLING, returned=value(answer), expected="a ValueError")
