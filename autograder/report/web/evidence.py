"""Pictures within a page: the evidence beside the expectation, and the same in words."""

import base64
import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from autograder.grading.report import CheckResult
from autograder.pictures import to_png

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Shown", "shown"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as a page holds it."""

    address: Markup
    """The picture itself, as a data address."""
    alternative: str
    """What it shows, for whoever does not see it."""
    width: int
    height: int


def shown(result: CheckResult) -> Shown | None:
    """Draw a failed check; None where it has no picture, or nothing to draw it with."""
    if result.evidence is None or importlib.util.find_spec("matplotlib") is None:
        return None
    figure = result.draw()
    png = to_png(figure) if figure is not None else None
    if figure is None or png is None:
        return None
    width, height = (int.from_bytes(png[at : at + 4]) for at in (16, 20))  # PNG's first chunk
    address = Markup("data:image/png;base64,") + base64.b64encode(png).decode()
    return Shown(address, _described(figure, result), width, height)


def _described(figure: "Figure", result: CheckResult) -> str:
    """Say what a picture shows: its title, its panels or its lines, and what was found wrong."""
    title = " ".join(figure.get_suptitle().split())
    panels = [text for ax in figure.axes if (text := ax.get_title())]
    lines = [text for legend in figure.legends for text in _texts(legend)]
    found = [part.text for part in result.fact if not part.label]
    parts = [title, "; ".join(panels), "; ".join(lines), *found]
    return " ".join(part if part.endswith((".", "?")) else f"{part}." for part in parts if part)


def _texts(legend: object) -> list[str]:
    return [text.get_text() for text in legend.get_texts()]  # type: ignore[attr-defined]
