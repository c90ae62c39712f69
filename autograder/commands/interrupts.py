"""Ctrl-C and a polite kill: one sentence and exit code 130, whatever the command is at."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["EXIT_CODE", "INTERRUPTS", "Interrupted", "interruptible", "take_signals"]

EXIT_CODE = 130
AGAIN_SECONDS = 0.02
ENDING = ("SIGINT", "SIGTERM")
SENTENCE = "Interrupted."


class Interrupted(BaseException):
    """Somebody wants the command to end; not a KeyboardInterrupt, from which click makes its own sentence."""


INTERRUPTS = (Interrupted, KeyboardInterrupt)
"""What a command catches that puts something away; the second where it was not started by a shell."""


def take_signals() -> None:
    """Let both signals raise Interrupted, once, and never in the middle of an import.

    There it would be printed by whatever is being imported, or lost.
    """
    for name in ENDING:
        number = getattr(signal, name)
        if signal.getsignal(number) is not signal.SIG_IGN:  # as of a shell's background job
            signal.signal(number, _interrupt)


def _interrupt(_number: int, frame: FrameType | None) -> None:
    if _is_importing(frame) and hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, _interrupt)
        signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
        return
    for name in ENDING:  # what is in hand is put away undisturbed
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    raise Interrupted


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


@contextmanager
def interruptible(and_now: str = "") -> Iterator[None]:
    """End in a sentence where somebody interrupts; `and_now` says what that means."""
    try:
        yield
    except INTERRUPTS:
        if sys.stderr is not None:
            sys.stderr.write(f"{' '.join(filter(None, (SENTENCE, and_now)))}\n")
        raise SystemExit(EXIT_CODE) from None
    finally:
        if hasattr(signal, "setitimer"):  # or it would ring when Python has put its handlers away
            signal.setitimer(signal.ITIMER_REAL, 0)
