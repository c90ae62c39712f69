"""Judges for Hopfield networks: any state that the network can rest in is right.

Where recall ends depends on the order of the units, and every order is right. What is certain is
judged instead. A state is at rest when no unit wants to change: sᵢ Σⱼ Wᵢⱼ sⱼ ≥ 0 for every i. With
symmetric weights and no diagonal, an update of one unit never raises the energy −½ sᵀ W s. Both are
computed here, from the state handed over; sums of short numbers are exact, and 1e-9 of the weights'
magnitude is allowed anyway, so a right answer is never refused.
"""

from typing import Any

import numpy as np

from autograder.judges.difference import EXACT, difference
from autograder.judges.finding import EvidenceError, Finding, fields, wrong_kind
from autograder.judges.judge import Case, judge
from autograder.judges.numbers import as_reals
from autograder.judges.parts import paired
from autograder.judges.values import number, shape_of

__all__ = ["arrives", "rests", "wanders"]

SLACK = 1e-9


def rest_fingerprint(case: Case, observed: Any) -> Any:
    """Distinguish the states that recall ended in, whatever the order of the units was."""
    state = _state(observed, np.shape(case["state"]))
    return {
        "moved": bool((state != case["state"]).any()),
        "restless": bool(_restless(case["weight"], state).any()),
        "rise": _rise(case, state) > 0,
    }


@judge(
    "Any state is right in which no unit wants to change and whose energy is not above the start's, "
    f"within {SLACK:g} of the weights' magnitude for rounding; chance plays no part.",
    fingerprint=rest_fingerprint,
    picture="rest",
)
def rests(case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept any state of −1 and +1 in which no unit of `case["weight"]` wants to change.

    Its energy must not be above that of `case["state"]`.
    """
    state = _state(observed, np.shape(case["state"]))
    restless = _restless(case["weight"], state)
    if restless.any():
        units = ", ".join(map(str, np.flatnonzero(restless)[:5]))
        return Finding(
            f"{int(restless.sum())} of {state.size} units still want to change, such as {units}.",
            expected="a state in which no unit wants to change",
        )
    if _rise(case, state) > 0:
        return Finding(
            "The energy is higher than at the start.",
            expected="a state whose energy is not above the start's",
        )
    return None


def arrival_fingerprint(case: Case, observed: Any) -> Any:
    """Distinguish the states in which nothing moves; all others are under way, wherever they are."""
    found: dict[str, Any] = rest_fingerprint(case, observed)
    return found | {"end": None if found["restless"] else _state(observed, np.shape(case["state"]))}


@judge(
    f"It must be, to {EXACT:g}, the one state that every order of the units leads to.",
    fingerprint=arrival_fingerprint,
    compared=paired,
)
def arrives(_case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept the state in which the reference came to rest.

    A recall that is given up on the way is recognised as such, whenever that is.
    """
    return difference(observed, expected, EXACT)


def wandering_fingerprint(case: Case, observed: Any) -> Any:
    """Distinguish how recall depends on its generator; if it does not, the state it ends in."""
    ends, again = _rows(case, observed)
    fixed = bool((ends == ends[0]).all())
    return {"alike": bool((ends == again).all()), "end": ends[0] if fixed else None}


@judge(
    "Equal generators must lead to the same ends, and 12 recalls not all to one.",
    chance=2e-10,
    property_only=True,
    fingerprint=wandering_fingerprint,
)
def wanders(case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept recalls one after the other that end differently, and alike with an equal generator.

    The evidence is {ends, again}, a row a recall, from a state with 2³ ends that are equally
    likely. That all `n` rows agree by chance has probability 8^(1 − n): 1e-10 for 12 seeds.
    The nearest mistake, one fixed order, makes all rows agree.
    """
    ends, again = _rows(case, observed)
    if not (ends == again).all():
        return Finding("With an equal generator they end in other states.", *_WANDER)
    if (ends == ends[0]).all():
        return Finding(f"All {len(ends)} recalls end in the same state.", *_WANDER)
    return None


_WANDER = ("the ends of several recalls", "an order of the units that comes from rng alone")


def _restless(weight: Any, state: Any) -> Any:
    """Find the units whose neighbours ask for the other sign."""
    slack = SLACK * np.abs(weight).sum(axis=1)
    return state * (weight @ state) < -slack


def _rise(case: Case, state: Any) -> float:
    """Compute how far the energy is above the start's, beyond rounding."""
    weight, start = case["weight"], case["state"]
    gain = -0.5 * float(state @ weight @ state - start @ weight @ start)
    return gain - SLACK * float(np.abs(weight).sum())


def _state(observed: Any, shape: tuple[int, ...]) -> Any:
    """Read a state of −1 and +1."""
    state = as_reals(observed)
    if state is None or state.shape != shape:
        raise EvidenceError(wrong_kind(observed, f"a state of shape {shape} is"))
    if not (np.abs(state) == 1).all():
        bad = state[np.abs(state) != 1].flat[0]
        raise EvidenceError(f"A unit is {number(bad, np.sign(bad))}, where −1 or +1 is expected.")
    return state


def _rows(case: Case, observed: Any) -> list[Any]:
    """Read the evidence {ends, again}: lists of states, equally many."""
    rows, wanted = [], f"{case['recalls']} states are"
    for given in fields(observed, "ends again", "states are"):
        if not isinstance(given, list) or len(given) != case["recalls"]:
            raise EvidenceError(f"It is {shape_of(given)}, where {wanted} expected.")
        rows.append(np.array([_state(state, np.shape(case["state"])) for state in given]))
    return rows
