"""Starts the command nnlab: as a script, or as `python -m autograder` where none is installed."""

import sys

# Python looks first in the folder that it is started in, which may hold a student's click.py. The
# course's own folder stays: where nothing is installed, the engine is found there.
if (
    __name__ == "__main__"
    and not sys.flags.safe_path
    and sys.path[0] != __file__[: -len("/autograder/__main__.py")]
):
    del sys.path[0]

from autograder.commands.interrupts import interruptible, take_signals

__all__ = ["start"]


def start() -> None:
    """Run the command; from the first moment on it can be interrupted."""
    with interruptible():
        take_signals()
        from autograder.cli import main  # noqa: PLC0415  it takes a while

        main(prog_name="nnlab")


if __name__ == "__main__":
    start()
