"""The lecture's figures and printed experiments, reproduced by the engine.

A figure is a function that draws one sheet and returns it, with the numbers it shows as text where
the lecture prints numbers. `nnlab figure NAME` runs one, `nnlab figure --all` runs them all.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CHAPTERS", "Drawn", "Experiment", "experiment", "experiments"]

CHAPTERS = ("neurons", "descent", "generalization", "initialization", "training")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sheet, and the numbers on it in words."""

    figure: "Figure"
    text: str = ""


@dataclass(frozen=True, slots=True)
class Experiment:
    """One figure of the lecture: its name, the lecture's heading, what it shows, how it is drawn."""

    name: str
    slides: str
    shows: str
    draw: Callable[[], Drawn]


_EXPERIMENTS: dict[str, Experiment] = {}


def experiment(name: str, *, slides: str) -> Callable[[Callable[[], Drawn]], Callable[[], Drawn]]:
    """Register the decorated function as a figure; its docstring's first line says what it shows."""

    def register(draw: Callable[[], Drawn]) -> Callable[[], Drawn]:
        shows = (draw.__doc__ or "").strip().partition("\n")[0]
        _EXPERIMENTS[name] = Experiment(name, slides, shows, draw)
        return draw

    return register


def experiments() -> dict[str, Experiment]:
    """Load all figures, in the lecture's order."""
    for chapter in CHAPTERS:
        importlib.import_module(f"{__name__}.{chapter}")
    return _EXPERIMENTS
