"""The directive `figure-gallery`: all figures of the lecture, drawn by the engine while building.

Pictures are kept in docs/_generated/gallery as long as the engine, the gallery and the drawing library are the
same: drawing them all takes some seconds.
"""

import hashlib
import importlib
import importlib.metadata
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive

from autograder.course.catalogue import ROOT
from autograder.gallery import CHAPTERS, LectureFigure, lecture_figures, saving
from docs.extensions.tables import section

__all__ = ["FigureGallery", "draw", "edition", "setup", "title_of"]

STORE = ROOT / "docs" / "_generated" / "gallery"  # pictures must lie in Sphinx's source folder


def edition(root: Path = ROOT) -> str:
    """Make a fingerprint of all that the figures are drawn from."""
    digest = hashlib.sha256()
    for folder in ("nnlab", "autograder/gallery"):
        for path in sorted((root / folder).glob("*.py")):
            digest.update(path.name.encode() + path.read_bytes())
    for package in ("numpy", "matplotlib"):
        digest.update(importlib.metadata.version(package).encode())
    return digest.hexdigest()


def draw(figure: LectureFigure, store: Path, made_from: str) -> tuple[Path, str]:
    """Draw one figure, or take what is kept of it; return the picture and its numbers in words."""
    picture, told = store / f"{figure.name}.png", store / f"{figure.name}.txt"
    if not (picture.exists() and told.exists() and told.read_text("utf-8").startswith(made_from)):
        numbers = figure.of_reference()
        drawn = figure.draw(numbers)
        saving.save(drawn.figure, store, figure.name)
        if figure.film:
            saving.animate(figure.film(numbers), store, figure.name)
        told.write_text(f"{made_from}\n{drawn.text}", encoding="utf-8")
    return picture, told.read_text(encoding="utf-8").partition("\n")[2]


def title_of(module: str) -> str:
    """Make a chapter's title of its module's first line: what the figures are of."""
    first = (importlib.import_module(module).__doc__ or "").partition("\n")[0]
    title = first.removeprefix("Figures of ").partition(":")[0].rstrip(".")
    return title[:1].upper() + title[1:]


class FigureGallery(Directive):
    """A section for each chapter of the lecture, and in it one for each figure."""

    def run(self) -> list[nodes.Node]:
        """Make the sections."""
        env = self.state.document.settings.env
        wanted = env.config.gallery_names
        made_from = edition()
        chapters = []
        for chapter in CHAPTERS:
            module = f"autograder.gallery.{chapter}"
            figures = [
                self._figure(env, known, made_from)
                for known in lecture_figures().values()
                if known.draw.__module__ == module and (not wanted or known.name in wanted)
            ]
            chapters.append(section(f"figures-of-{chapter}", title_of(module), *figures))
        return chapters

    def _figure(self, env: Any, known: LectureFigure, made_from: str) -> nodes.Node:
        picture, text = draw(known, STORE, made_from)
        uri = "/" + picture.relative_to(env.srcdir).as_posix()
        parts = [
            nodes.paragraph(text=known.shows),
            nodes.image(uri=uri, alt=known.shows, classes=["sheet"]),
        ]
        if known.film:
            moving = uri.replace(".png", ".gif")
            parts.append(nodes.image(uri=moving, alt=f"{known.shows} It moves.", classes=["film"]))
        if text:
            parts.append(nodes.literal_block(text, text, language="none"))
        source = nodes.paragraph(text=f"Lecture: {known.slides}. Draw it: ")
        source += nodes.literal(text=f"nnlab figure {known.name}")
        return section(known.name, known.name, *parts, source)


def setup(app: Any) -> dict[str, bool]:
    """Tell Sphinx; `gallery_names` draws only some figures, for a quick build."""
    app.add_config_value("gallery_names", [], "env")
    app.add_directive("figure-gallery", FigureGallery)
    return {"parallel_read_safe": False}
