"""Waiting for another process: said after two seconds, and never for ever."""

import sys
import time
from collections.abc import Callable

__all__ = ["say_nothing", "wait_until"]

SAID_AFTER_SECONDS = 2.0


def wait_until(is_done: Callable[[], bool], what: str, *, most: float, look: float) -> bool:
    """Try again and again until something is done; False if that takes too long.

    Args:
        is_done: tries, and says whether it was possible.
        what: what another grader works on, for whoever waits.
        most: seconds to wait.
        look: seconds between two tries.
    """
    began, said = time.monotonic(), False
    while not is_done():
        waited = time.monotonic() - began
        if waited >= most:
            return False
        if waited >= SAID_AFTER_SECONDS and not said:
            _say(f"Another grader is working on {what}, waiting …")
            said = True
        time.sleep(look)
    return True


def _say(sentence: str) -> None:
    if sys.stderr is not None:  # a closed one is None
        sys.stderr.write(f"{sentence}\n")
        sys.stderr.flush()


def say_nothing() -> None:
    """Wait in silence from now on: many processes of one command would say the same."""
    globals()["_say"] = lambda _: None
