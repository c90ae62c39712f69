"""What a judge says when an answer is not right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from autograder.judges.parts import Arrays

__all__ = ["Comparing", "Finding", "Judge"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The fact that an answer is not right, in words.

    `returned` and `expected` replace the plain values where those would say little.
    """

    detail: str = ""
    returned: str = ""
    expected: str = ""


Judge = Callable[[Mapping[str, Any], Any, Any], Finding | None]


@runtime_checkable
class Comparing(Protocol):
    """A judge that compares number by number, so that more is visible than the fact of an error."""

    def compared(self, observed: Any, expected: Any) -> Arrays | None:
        """Pair what came back with what is right; None if they cannot be set side by side."""
