"""What a judge says when an answer is not right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

from autograder.judges.parts import Arrays

__all__ = [
    "Comparing",
    "Finding",
    "Judge",
    "chance_of",
    "proves_property_only",
    "rule_of",
    "states",
]

PROPERTY_ONLY = "This proves a property, not an answer, so it carries few points."


@dataclass(frozen=True, slots=True)
class Finding:
    """The fact that an answer is not right, in words.

    `returned` and `expected` replace the plain values where those would say little.
    """

    detail: str = ""
    returned: str = ""
    expected: str = ""


Judge = Callable[[Mapping[str, Any], Any, Any], Finding | None]


_Judging = TypeVar("_Judging", bound=Judge)


def states(
    rule: str, *, chance: float = 0.0, property_only: bool = False
) -> Callable[[_Judging], _Judging]:
    """Say in a sentence how the decorated judge judges, with its tolerance.

    `chance` is the probability, at most, that it refuses a right answer to one case; the judge's
    module derives it. `property_only`: the evidence is compared with itself, or with what everybody
    can see, so that who makes it up passes. The rule says so, and a check with such a judge has one
    point at most and needs another that cannot be made up (a test holds that).
    """

    def attach(judge: _Judging) -> _Judging:
        told = f"{rule} {PROPERTY_ONLY}" if property_only else rule
        vars(judge).update(rule=told, chance=chance, property_only=property_only)
        return judge

    return attach


def rule_of(judge: Judge) -> str:
    """Tell how a judge judges, in the sentence that it states; empty if it states none."""
    return getattr(judge, "rule", "")


def chance_of(judge: Judge) -> float:
    """Tell how often a judge refuses a right answer to one case by chance, at most."""
    return getattr(judge, "chance", 0.0)


def proves_property_only(judge: Judge) -> bool:
    """Tell whether evidence that somebody makes up, with no code behind it, may pass."""
    return getattr(judge, "property_only", False)


@runtime_checkable
class Comparing(Protocol):
    """A judge that compares number by number, so that more is visible than the fact of an error."""

    def compared(self, observed: Any, expected: Any) -> Arrays | None:
        """Pair what came back with what is right; None if they cannot be set side by side."""
