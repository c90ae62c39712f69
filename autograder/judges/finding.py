"""What a judge says when an answer is not right."""

from dataclasses import dataclass
from typing import Any

from autograder.judges.values import shape_of

__all__ = ["EvidenceError", "Finding", "fields", "wrong_kind"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The fact that an answer is not right, in words.

    `returned` and `expected` replace the plain values where those would say little.
    """

    detail: str = ""
    returned: str = ""
    expected: str = ""


class EvidenceError(Exception):
    """Evidence is not of the form that a judge reads: its finding says what it is instead."""

    def __init__(self, finding: Finding | str) -> None:
        super().__init__(finding)
        self.finding = Finding(finding) if isinstance(finding, str) else finding


def fields(observed: Any, names: str, wanted: str) -> list[Any]:
    """Take apart evidence that must be a dict with these names and no others.

    Raises: EvidenceError if it is anything else.
    """
    if not isinstance(observed, dict) or observed.keys() != set(names.split()):
        raise EvidenceError(f"It is {shape_of(observed)}, where {wanted} expected.")
    return [observed[name] for name in names.split()]


def wrong_kind(observed: Any, wanted: str) -> Finding:
    """Say what a value is where another kind of value is expected, and what None may mean."""
    forgot = " Is a `return` missing?" if observed is None else ""
    return Finding(f"It is {shape_of(observed)}, where {wanted} expected.{forgot}")
