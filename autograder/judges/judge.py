"""The judge: how a check decides, in what words it says so, and what else must be known of it.

Judges get plain data only and must be total: no value may make them raise, since a submission may try
exactly that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.judges.difference import EXACT, difference
from autograder.judges.finding import EvidenceError, Finding
from autograder.judges.parts import Arrays

__all__ = ["Case", "Judge", "judge"]

Case = Mapping[str, Any]
"""The inputs of one asking, by the names of the check's arguments."""

Decide = Callable[[Case, Any, Any], Finding | None]
Fingerprint = Callable[[Case, Any], Any]
PROPERTY_ONLY = "This proves a property, not an answer, so it carries few points."


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """Compares what a submission did in one case with what the reference did."""

    decide: Decide
    """Takes the case, what was observed and what is expected; None when that is right.

    Where the evidence cannot be read it may raise EvidenceError, and so may `fingerprint`.
    """
    rule: str
    """How it judges, in a sentence, with its tolerance."""
    chance: float = 0.0
    """The probability, at most, that it refuses a right answer to one case: its module derives it."""
    property_only: bool = False
    """Evidence is compared with itself, or with what everybody can see, so made-up evidence passes.

    The rule says so, and a check with such a judge has one point at most and needs another that
    cannot be made up (a test holds that).
    """
    fingerprint: Fingerprint | None = None
    """What of an answer identifies it, where right answers differ."""
    tells: Callable[[Any], bool] | None = None
    """Says of a fingerprint whether it is evidence of an idea; without it every wrong answer is."""
    alike: Decide | None = None
    """Compares answers that nothing identifies, if not `decide`: a wrong answer must resemble a known
    one more closely than a right answer must resemble the reference's."""
    compared: Callable[[Any, Any], Arrays | None] | None = None
    """Pairs an answer's numbers with the right ones; None if they cannot be set side by side."""
    picture: str = ""
    """What is drawn where a check names no picture: a name in `autograder.pictures`."""

    def __call__(self, case: Case, observed: Any, expected: Any) -> Finding | None:
        """Judge one answer."""
        try:
            return self.decide(case, observed, expected)
        except EvidenceError as error:
            return error.finding

    def same(self, case: Case, observed: Any, other: Any) -> bool:
        """Return whether two returned values are the same answer, as far as this judge can see."""
        if self.fingerprint is None:
            return (self.alike or self)(case, observed, other) is None
        prints = self.fingerprint(case, observed), self.fingerprint(case, other)
        return difference(*prints, EXACT) is None


def judge(rule: str, **facts: Any) -> Callable[[Decide], Judge]:
    """Make a judge of the decorated function; `facts` are the judge's other attributes."""
    said = f"{rule} {PROPERTY_ONLY}" if facts.get("property_only") else rule
    if facts.get("fingerprint"):
        facts["fingerprint"] = _total(facts["fingerprint"])
    return lambda decide: Judge(decide, said, **facts)


def _total(fingerprint: Fingerprint) -> Fingerprint:
    """Identify evidence that cannot be read by what is wrong with it."""

    def total(case: Case, observed: Any) -> Any:
        try:
            return fingerprint(case, observed)
        except EvidenceError as error:
            return error.finding.detail

    return total
