"""Where a submission's code runs: a process that holds no answer and decides nothing."""

import os
from collections.abc import Sequence
from typing import Protocol, Self

from autograder.sandbox.isolation import HIDES_FILES, Layers, hides_files, holds, refuse_less
from autograder.sandbox.question import Answer, Question, SandboxError, Source

__all__ = [
    "Answer",
    "HIDES_FILES",
    "Layers",
    "Question",
    "Sandbox",
    "SandboxError",
    "Source",
    "hides_files",
    "holds",
    "open_sandbox",
    "refuse_less",
]


class Sandbox(Protocol):
    """Asks questions of a submission's code, each in a process of its own."""

    @property
    def isolation(self) -> tuple[str, ...]:
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


def open_sandbox(*, here: bool = False, at_least: Layers = ()) -> Sandbox:
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
