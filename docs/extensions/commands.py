"""The commands' reference: defaults as a user would type them, examples as code."""

import re
from typing import Any

__all__ = ["setup", "typed"]

PATH = re.compile(r"(?:Posix|Windows|Pure\w*)Path\('([^']*)'\)")
EXAMPLE = re.compile(r"^(\| Example: )(.+)$")


def typed(line: str) -> str:
    """Write a path as it is typed, and an example as code.

    >>> typed(":default: ``PosixPath('marks')``")
    ':default: ``marks``'
    >>> typed("| Example: nnlab grade lab02")
    '| Example: ``nnlab grade lab02``'
    """
    return EXAMPLE.sub(r"\1``\2``", PATH.sub(r"\1", line))


def _process(_app: Any, _ctx: Any, lines: list[str]) -> None:
    """Rewrite what sphinx-click has read, in place."""
    lines[:] = [typed(line) for line in lines]


def setup(app: Any) -> dict[str, bool]:
    """Tell Sphinx, which has to know sphinx-click's events."""
    app.setup_extension("sphinx_click")
    app.connect("sphinx-click-process-description", _process)
    app.connect("sphinx-click-process-options", _process)
    return {"parallel_read_safe": True}
