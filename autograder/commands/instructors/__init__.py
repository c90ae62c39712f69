"""What instructors do, in the order in which they need it."""

from autograder.commands.instructors import batch, blind, release, setup, tally, term

__all__ = ["COMMANDS"]

COMMANDS = (release.release, setup.setup, batch.batch, term.term, tally.tally, blind.blind)
