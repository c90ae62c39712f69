"""What the student's code did on one case: it returned something, it raised, or it was lost.

Observations are evidence, not verdicts; they are made inside the sandbox and judged outside it.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.sandbox.codec import ProtocolError

__all__ = ["Lost", "Observation", "Raised", "Returned"]


@dataclass(frozen=True, slots=True)
class Returned:
    """The check's body came to its end with this plain data."""

    value: Any
    inputs: dict[str, Any] = field(default_factory=dict)
    """How the inputs named by the check's `unchanged` looked afterwards."""


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception came out of the check's body."""

    kind: str
    message: str = ""
    file: str = ""
    line: int = 0
    source: str = ""
    """The student's own line where it happened, innermost first; empty if none was involved."""
    missing: str = ""
    """The name that the code asked for and that is not there."""
    near: tuple[str, ...] = ()
    """Names that are there and look like the missing one."""


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer came back: `reason` is one of cpu, wall, crash, exit, size, disk, noise, missing."""

    reason: str
    detail: str = ""


Observation = Returned | Raised | Lost

_KINDS = {"returned": Returned, "raised": Raised, "lost": Lost}


def to_plain(observation: Observation) -> dict[str, Any]:
    """Describe an observation as plain data, for the channel and the answer key."""
    if isinstance(observation, Returned):
        return {"returned": {"value": observation.value, "inputs": observation.inputs}}
    return {type(observation).__name__.lower(): asdict(observation)}


def from_plain(plain: Any) -> Observation:
    """Rebuild an observation, checking every field: the sender may be the student's code.

    Raises: ProtocolError if it is not the description of an observation.
    """
    try:
        ((name, fields),) = plain.items()
        kind = _KINDS[name]
        for key, value in fields.items():
            wanted = {"line": int, "near": tuple, "inputs": dict}.get(key, str)
            if key != "value" and not isinstance(value, wanted):
                raise ProtocolError(f"{key} is not a {wanted.__name__}")
        if not all(isinstance(near, str) for near in fields.get("near", ())):
            raise ProtocolError("near is not made of strings")
        observation: Observation = kind(**fields)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ProtocolError("not an observation") from None
    return observation
