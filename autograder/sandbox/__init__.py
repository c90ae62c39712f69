"""Where a submission's code runs: a process that holds no answer and decides nothing."""

import os
from collections.abc import Sequence
from typing import Protocol, Self

from autograder.sandbox.question import Answer, Question, SandboxError, Source

__all__ = [
    "Answer",
    "HIDES_FILES",
    "Question",
    "Sandbox",
    "SandboxError",
    "Source",
    "hides_files",
    "holds",
    "open_sandbox",
    "refuse_less",
]


HIDES_FILES = "bubblewrap|landlock"
"""The layers of which one keeps other files out of reach; seccomp alone leaves them open."""


class Sandbox(Protocol):
    """Asks questions of a submission's code, each in a process of its own."""

    @property
    def isolation(self) -> str:
        """What holds the code, outermost first: written into every report."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...

    def ask(self, question: Question) -> Answer:
        """Ask one check; a dead, hanging or silent process is part of the answer."""

    def ask_together(self, questions: Sequence[Question]) -> list[Answer]:
        """Ask several checks of one submission in one process, which is a tenth of the work.

        A process that dies takes the rest of the questions with it.
        """

    def close(self) -> None:
        """End every process."""


def hides_files(isolation: str) -> bool:
    """Tell whether an isolation keeps other files out of reach.

    >>> hides_files("landlock+seccomp"), hides_files("seccomp"), hides_files("process")
    (True, False, False)
    """
    return holds(isolation, HIDES_FILES)


def holds(isolation: str, wanted: str) -> bool:
    """Tell whether an isolation has every layer that is wanted; with | between them, one will do.

    >>> holds("bubblewrap+landlock+seccomp", "landlock+seccomp"), holds("process", "seccomp")
    (True, False)
    >>> holds("bubblewrap+seccomp", HIDES_FILES), holds("seccomp", HIDES_FILES)
    (True, False)
    """
    have = {*isolation.split("+"), "process", ""}
    return all(not have.isdisjoint(layer.split("|")) for layer in wanted.split("+"))


def refuse_less(isolation: str, promised: str) -> None:
    """See that an isolation has every layer of one that was promised.

    Raises: SandboxError if it has not.
    """
    if not holds(isolation, promised):
        wanted = promised.replace("|", " or ")
        raise SandboxError(f"only {isolation} would hold the code, where {wanted} was promised")


def open_sandbox(*, here: bool = False, at_least: str = "") -> Sandbox:
    """Open the best sandbox this system has.

    With `here` the worker is forked from this process, if this process has one thread and holds
    no answer: then numpy is imported once for both. What has fewer layers than `at_least`, an
    isolation that was found elsewhere, answers nothing.

    Raises: SandboxError if no process can be started.
    """
    if hasattr(os, "fork"):
        from autograder.sandbox.fork import ForkSandbox  # noqa: PLC0415  it needs POSIX

        return ForkSandbox(here=here, at_least=at_least)
    from autograder.sandbox.spawn import SpawnSandbox  # noqa: PLC0415  only where it is used

    refuse_less(SpawnSandbox.isolation, at_least)
    return SpawnSandbox()
