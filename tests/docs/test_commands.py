"""The commands' reference reads as a user types."""

import pytest

from docs.extensions.commands import typed


@pytest.mark.parametrize(
    ("line", "written"),
    [
        (":default: ``PosixPath('marks')``", ":default: ``marks``"),
        (":default: ``WindowsPath('a/b')``", ":default: ``a/b``"),
        ("| Example: nnlab grade lab02", "| Example: ``nnlab grade lab02``"),
        ("| Exit code: 0 done.", "| Exit code: 0 done."),
        ("An Example: of words", "An Example: of words"),
    ],
)
def test_a_line_is_written_as_it_is_typed(line, written):
    """Paths lose their class, examples become code, all else stays."""
    assert typed(line) == written
