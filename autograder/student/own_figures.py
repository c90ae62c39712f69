"""The lecture's figures, drawn by the student's own modules: for the command and for a notebook's cell."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import NnlabError
from autograder.gallery import Drawn, LectureFigure
from autograder.student.own_library import NotRunError, run_own

__all__ = ["Sheet", "draw_own", "signed"]

NOT_SHOWN = "The numbers do not show what the title says. Something is not right yet: nnlab grade says what."


@dataclass(frozen=True, slots=True)
class Sheet:
    """A figure as it was drawn, from which numbers, by whose modules."""

    numbers: dict[str, Any]
    drawn: Drawn
    by: str
    """Whose modules gave the numbers; empty for the reference."""
    holds: bool
    """The numbers show what the title says."""

    @property
    def words(self) -> tuple[str, ...]:
        """Say whose it is, what its numbers are, and whether it shows its title."""
        return (
            self.by[:1].upper() + self.by[1:],
            self.drawn.text,
            "" if self.holds else NOT_SHOWN,
        )


def draw_own(figure: LectureFigure, seed: int, cwd: Path, *, here: bool = True) -> Sheet:
    """Draw a figure by the modules of the workspace that we are in; on `here` see `run_own`.

    Raises: NotRunError if something is missing, goes wrong or gives nothing that can be drawn;
        SandboxError if no process can be started.
    """
    result = run_own(figure.name, figure, figure.case(seed), cwd, here=here)
    try:
        return signed(figure, result.numbers, f"drawn by {result.by}")
    except (NnlabError, OSError, ModuleNotFoundError):
        raise
    except Exception as error:
        raise NotRunError(
            f"{figure.name}: what your library gives cannot be drawn ({error})."
        ) from error


def signed(figure: LectureFigure, numbers: dict[str, Any], by: str) -> Sheet:
    """Draw a figure, and write on it whose modules it comes from, and whether its title is true of them."""
    holds = figure.claim(numbers)
    drawn = figure.draw(numbers)
    if by:
        drawn.figure.text(0.995, 0.005, by, ha="right", va="bottom", fontsize="x-small")
    if not holds:
        title = drawn.figure.get_suptitle()
        drawn.figure.suptitle(f"Not shown by these numbers yet:\n{title}", fontweight="bold")
    return Sheet(numbers, drawn, by, holds)
