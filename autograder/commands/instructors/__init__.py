"""What instructors do, in the order in which they need it."""

from autograder.commands.instructors import (
    batch,
    blind,
    items,
    release,
    setup,
    similar,
    tally,
    term,
)

__all__ = ["COMMANDS"]

COMMANDS = (
    *(release.release, setup.setup, batch.batch, term.term),
    *(tally.tally, items.items, similar.similar, blind.blind),
)
