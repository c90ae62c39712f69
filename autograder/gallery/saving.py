"""Figures and films as files: PNG for documents, SVG for any size, GIF for what moves."""

from pathlib import Path
from typing import TYPE_CHECKING

from autograder.gallery import Film

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["animate", "save"]

DOTS_PER_INCH = 130
DOTS_PER_INCH_OF_A_FILM = 80


def save(figure: "Figure", folder: Path, name: str) -> list[Path]:
    """Write a figure as PNG and as SVG, with nothing of time or machine in them."""
    import matplotlib as mpl  # noqa: PLC0415  only drawing needs it

    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{form}" for form in ("png", "svg")]
    with mpl.rc_context({"svg.hashsalt": name}):
        figure.savefig(paths[0], dpi=DOTS_PER_INCH, metadata={"Software": None})
        figure.savefig(paths[1], metadata={"Date": None, "Creator": None})
    return paths


def animate(film: Film, folder: Path, name: str) -> Path:
    """Write a film as a GIF, which begins again at its end."""
    from matplotlib.animation import PillowWriter  # noqa: PLC0415  only films need it

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.gif"
    writer = PillowWriter(fps=film.per_second)
    film.show(0)
    film.figure.draw_without_rendering()
    film.figure.set_layout_engine("none")  # nothing moves but what shall
    with writer.saving(film.figure, str(path), DOTS_PER_INCH_OF_A_FILM):
        for frame in range(film.frames):
            film.show(frame)
            writer.grab_frame()
    return path
