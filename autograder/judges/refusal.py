"""Answers that may be refusals: what a docstring says raises ValueError must raise it.

The evidence is `{"returned": value}` or `{"raised": "ValueError"}`, as `attempt` gathers it; where
most cases have an answer, `answer_or_refusal` gathers the value as it is. Values are compared as
`equal` does, or as another judge; the words of a message are the student's own and no part of a
promise. A case may say under `why` what is wrong with it, which is shown to who answers it all the
same. Nothing here is random, so a right answer is never refused.
"""

from typing import Any

from autograder.judges.difference import EXACT
from autograder.judges.equal import equal
from autograder.judges.finding import TOO_WILLING, UNWILLING, Finding
from autograder.judges.judge import Case, Judge, judge
from autograder.judges.values import shape_of, value

__all__ = ["is_refusal", "or_refuses", "returns_or_refuses"]

REFUSED = {"raised": "ValueError"}


def is_refusal(expected: Any) -> bool:
    """Return whether a ValueError is what is expected."""
    is_text = isinstance(expected, str) and expected == REFUSED["raised"]
    return is_text or equal({}, expected, REFUSED) is None


@judge(
    "What cannot be answered must raise ValueError, in any words; answers may differ by "
    f"{EXACT:g} of the largest number."
)
def returns_or_refuses(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept the expected value where there is one, and a ValueError where one is expected."""
    if equal(case, observed, expected) is None:
        return None
    if not (isinstance(observed, dict) and list(observed) in (["returned"], ["raised"])):
        return Finding(f"It is {shape_of(observed)}, where an answer or a refusal is expected.")
    said = {"returned": _said(observed, expected), "expected": _said(expected, observed)}
    if "raised" in expected:
        return Finding(_too_willing(case), **said)
    if "raised" in observed:
        return Finding(UNWILLING, **said)
    finding = equal(case, observed["returned"], expected["returned"])
    return finding and Finding(finding.detail, **said)


def or_refuses(inner: Judge) -> Judge:
    """Accept a ValueError exactly where the reference raises one, and else what a judge accepts."""

    @judge(
        f"What cannot be answered must raise ValueError, in any words. {inner.rule}",
        chance=inner.chance,
        property_only=inner.property_only,
        fingerprint=inner.fingerprint,
        picture=inner.picture,
    )
    def decide(case: Case, observed: Any, expected: Any) -> Finding | None:
        wanted, got = (equal(case, side, REFUSED) is None for side in (expected, observed))
        if wanted and not got:
            return Finding(_too_willing(case), returned=value(observed), expected="a ValueError")
        if got and not wanted:
            return Finding(UNWILLING, returned="a ValueError", expected="an answer")
        return None if wanted else inner(case, observed, expected)

    return decide


def _too_willing(case: Case) -> str:
    return f"{case['why']} It should raise a ValueError." if case.get("why") else TOO_WILLING


def _said(attempt: Any, other: Any) -> str:
    if "raised" in attempt:
        return "a ValueError"
    return value(attempt["returned"], beside=other.get("returned"))
