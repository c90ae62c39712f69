"""One tree of errors, by whose they are; each has a message that says what is wrong and what to do.

NnlabError
├── WrongUseError    what was asked for is not there, or cannot be done: exit code 2
└── OurFaultError    something of ours does not work, never a student's mark: exit code 3

Every error of the course derives from one of the two, and stands in the module that raises it. The
command line turns them into its sentences and exit codes, in one place.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = [
    "NnlabError",
    "OurFaultError",
    "WrongUseError",
    "after_a_fault",
    "needs_extra",
    "writing",
]


class NnlabError(Exception):
    """What the course's own code raises."""

    exit_code: int

    def _render_traceback_(self) -> list[str]:
        """Let a notebook show the sentence alone, which says what to do."""
        return [f"Error: {self}"]


class WrongUseError(NnlabError, ValueError):
    """What was asked for is not there, or cannot be done; the message says what can."""

    exit_code = 2


class OurFaultError(NnlabError):
    """Something of ours does not work."""

    exit_code = 3
    and_now = "Please tell your instructor."


@contextmanager
def after_a_fault(and_now: str) -> Iterator[None]:
    """Say what a fault of ours means where no instructor need be asked."""
    try:
        yield
    except OurFaultError as error:
        error.and_now = and_now
        raise


@contextmanager
def needs_extra(extra: str, otherwise: str = "") -> Iterator[None]:
    """Say which package is missing, how to install it, and what can be done without.

    Raises: WrongUseError if a module is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "a package").partition(".")[0]
        install = f"This needs {package}. Install it with: pip install 'nnlab-course[{extra}]'"
        raise WrongUseError(f"{install}{otherwise}") from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in a sentence why a file that somebody named cannot be written.

    Raises: WrongUseError if it cannot.
    """
    try:
        yield
    except OSError as error:
        raise WrongUseError(f"{path} cannot be written: {error.strerror}.") from error
