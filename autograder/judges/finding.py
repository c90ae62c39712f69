"""What a judge says when an answer is not right."""

from dataclasses import dataclass
from typing import Any

from autograder.judges.values import shape_of

__all__ = ["Finding", "wrong_kind"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The fact that an answer is not right, in words.

    `returned` and `expected` replace the plain values where those would say little.
    """

    detail: str = ""
    returned: str = ""
    expected: str = ""


def wrong_kind(observed: Any, wanted: str) -> Finding:
    """Say what a value is where another kind of value is expected, and what None may mean."""
    forgot = " Is a `return` missing?" if observed is None else ""
    return Finding(f"It is {shape_of(observed)}, where {wanted} expected.{forgot}")
