"""The last resort: an unexpected error becomes a sentence, and a file for whoever can repair it."""

import platform
import sys
import tempfile
import traceback
from importlib.metadata import version

from autograder.errors import OurFaultError
from autograder.text import named

__all__ = ["unforeseen"]


def unforeseen(error: Exception) -> OurFaultError:
    """Write down what happened, for whoever can repair it, and say where it is."""
    what = f"Unexpected error: {type(error).__name__}: {named(error)}."
    lines = [
        f"nnlab {version('nnlab-course')}, Python {platform.python_version()}, {platform.platform()}",
        f"command: {' '.join(sys.argv[1:2])}",  # no more of it: a seed may be secret
        *traceback.format_exception(error),
    ]
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="nnlab-error-", suffix=".txt", encoding="utf-8", delete=False
        ) as file:
            file.write("\n".join(lines))
    except OSError:
        return OurFaultError(what)
    ours = OurFaultError(f"{what} The whole report is in {file.name}.")
    ours.and_now = "Please send that file to your instructor, or to nnlab's authors."
    return ours
