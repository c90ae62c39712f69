"""The lecture's figures and printed experiments: their numbers, and how these are drawn.

A figure has two functions. One computes its numbers with a library `nnlab`, the reference or what a student
wrote, and a seed: it runs where that library may run, and gives back plain data. The other draws these
numbers and needs no library; a title says only what the numbers show, under every seed.
"""

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograder.gallery.images import digits
from autograder.sandbox.limits import Limits

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "CHAPTERS",
    "Drawn",
    "Film",
    "LectureFigure",
    "lecture_figure",
    "lecture_figures",
    "used_modules",
]

CHAPTERS = (
    "neurons",
    "perceptrons",
    "networks",
    "descent",
    "generalization",
    "initialization",
    "training",
    "yours",
)

Numbers = dict[str, Any]

USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sheet, and the numbers on it in words."""

    figure: "Figure"
    text: str = ""


@dataclass(frozen=True, slots=True)
class Film:
    """A sheet that moves: how many pictures there are, and what draws each of them on it."""

    figure: "Figure"
    frames: int
    show: Callable[[int], object]
    per_second: int = 2


@dataclass(frozen=True, slots=True)
class LectureFigure:
    """One figure of the lecture: its name, lab and heading, what it shows, how it is made.

    It can be asked like a check, so that the sandbox computes its numbers with a student's modules.
    """

    name: str
    lab: str
    """The lab after which a student's library can draw it."""
    slides: str
    shows: str
    numbers: Callable[..., Numbers]
    """Computes them with a library, a seed, and the digits where `images` says so."""
    draw: Callable[[Numbers], Drawn]
    claim: Callable[[Numbers], bool]
    """Says of numbers whether they show what the title says."""
    film: Callable[[Numbers], Film] | None = None
    images: bool = False
    limits: Limits = USUAL
    unchanged: Sequence[str] = ()

    def case(self, seed: int = 0) -> dict[str, Any]:
        """Give what the numbers are computed from, beside the library."""
        return {"seed": seed, **(digits() if self.images else {})}

    def of_reference(self, seed: int = 0) -> Numbers:
        """Compute the numbers with the reference, in this process."""
        return self.numbers(importlib.import_module("nnlab"), **self.case(seed))

    def body(self, case: Mapping[str, Any]) -> Callable[..., Any]:
        """Return what computes the numbers, and names the library's modules that it used."""
        del case

        def ask(library: Any, **inputs: Any) -> dict[str, Any]:
            numbers = self.numbers(library, **inputs)
            return {"numbers": numbers, "used": used_modules()}

        return ask


def used_modules() -> list[str]:
    """Name the modules of nnlab that have been imported in this process."""
    return sorted(name[6:] for name in sys.modules if name.startswith("nnlab."))


_FIGURES: dict[str, LectureFigure] = {}


def lecture_figure(
    name: str,
    *,
    lab: str,
    slides: str,
    numbers: Callable[..., Numbers],
    claim: Callable[[Numbers], bool],
    **more: Any,
) -> Callable[[Callable[[Numbers], Drawn]], Callable[[Numbers], Drawn]]:
    """Register the decorated function as a figure; its docstring's first line says what it shows."""

    def register(draw: Callable[[Numbers], Drawn]) -> Callable[[Numbers], Drawn]:
        shows = (draw.__doc__ or "").strip().partition("\n")[0]
        _FIGURES[name] = LectureFigure(name, lab, slides, shows, numbers, draw, claim, **more)
        return draw

    return register


def lecture_figures() -> dict[str, LectureFigure]:
    """Load all figures, in the lecture's order."""
    for chapter in CHAPTERS:
        importlib.import_module(f"{__name__}.{chapter}")
    return _FIGURES
