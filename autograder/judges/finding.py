"""What a judge says when an answer is not right."""

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The fact that an answer is not right, in words.

    `returned` and `expected` replace the plain values where those would say little.
    """

    detail: str = ""
    returned: str = ""
    expected: str = ""
