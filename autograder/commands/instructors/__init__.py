"""What instructors do, in the order in which they need it."""

from autograder.commands.instructors import batch, release, setup, tally

__all__ = ["COMMANDS"]

COMMANDS = (release.release, setup.setup, batch.batch, tally.tally)
