"""Where a submission's code runs: a process that holds no answer and decides nothing."""

import os

from autograder.sandbox.isolation import HIDES_FILES, Layers, hides_files, holds, refuse_less
from autograder.sandbox.question import Answer, Question, Sandbox, SandboxError, Source

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


def open_sandbox(*, here: bool = False, at_least: Layers = ()) -> Sandbox:
    """Open the best sandbox this system has.

    With `here` the worker is forked from this process, if this process has one thread and holds
    no answer: then numpy is imported once for both. A sandbox with fewer layers than `at_least`,
    an isolation that was found elsewhere, answers nothing.

    Raises: SandboxError if no process can be started.
    """
    if hasattr(os, "fork"):
        from autograder.sandbox.fork import ForkSandbox  # noqa: PLC0415  it needs POSIX

        return ForkSandbox(here=here, at_least=at_least)
    from autograder.sandbox.spawn import SpawnSandbox  # noqa: PLC0415  only where it is used

    sandbox = SpawnSandbox()
    refuse_less(sandbox.isolation, at_least)
    return sandbox
