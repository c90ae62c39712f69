"""The cells of a notebook as somebody handed it in, and which released cell each of them is.

A file may hold anything, so it is read as plain JSON, of any version, and what is not shaped like a cell
is left out. A cell is known by the surest sign that is left of it: nbgrader's name for it, Jupyter's id,
or, where it is not one that students write in, its text. Of two that bear one sign the first is it; the
other is a copy, and so the student's own.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.storage import read_regular
from autograder.text import named

__all__ = [
    "Cell",
    "Notebook",
    "as_cell",
    "is_notebook",
    "likeness",
    "match",
    "read_documents",
    "read_notebook",
    "read_notebooks",
]

MAX_NOTEBOOK_BYTES = 32 << 20
"""A larger notebook is not read."""

MAX_NOTEBOOKS = 20
"""Notebooks that are looked at in one submission."""

MAX_CELLS = 2000
"""A notebook of more cells is shown as the text it is: nobody wrote that many by hand."""

DOCUMENTS = (
    ".docx", ".doc", ".odt", ".rtf", ".pages", ".pdf", ".md", ".qmd", ".txt", ".tex", ".html", ".htm",
    ".png", ".jpg", ".jpeg", ".heic", ".gif", ".zip", ".rar", ".7z", ".tar", ".gz", ".tgz",
)  # fmt: skip
"""How files end in which somebody may have written, drawn or packed an answer."""

NO_DOCUMENTS = {"timestamp.txt", "readme.md", "requirements.txt"}
"""What platforms and the course put there."""

SHOWN = ("image/png", "image/jpeg", "text/plain")
"""What is shown of an output."""


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One cell, with all of it that a human grades."""

    kind: str
    """markdown, code or raw."""
    text: str
    id: str = ""
    nbgrader: Mapping[str, Any] = field(default_factory=dict)
    attachments: Mapping[str, dict[str, str]] = field(default_factory=dict)
    outputs: Sequence[dict[str, Any]] = ()

    @property
    def words(self) -> str:
        """The text, however its lines are broken."""
        return " ".join(self.text.split())

    @property
    def is_answer(self) -> bool:
        """Return whether students write in this released cell."""
        return bool(self.nbgrader.get("solution"))


@dataclass(frozen=True, slots=True)
class Notebook:
    """One notebook that was handed in."""

    name: str
    cells: Sequence[Cell]
    is_lent: bool = False
    """It is the released one, which `mend` put there because none was handed in."""


def is_notebook(name: str) -> bool:
    """Return whether a file may be a notebook by its name, whatever a browser or a mailer made of it."""
    return ".ipynb" in name.lower()


def read_notebooks(folder: Path, released: Path) -> list[Notebook]:
    """Read a submission's notebooks: that of the lab's name, then others of this lab by their likeness.

    Where none is of this lab, all are read.
    """
    ours = read_notebook(released).cells
    main = read_notebook(folder / released.name)
    others = [read_notebook(path) for path in _notebooks(folder) if path != folder / released.name]
    others.sort(key=lambda other: -likeness(ours, other.cells))
    of_this_lab = [other for other in others if likeness(ours, other.cells)]
    if main.is_lent and of_this_lab:
        return of_this_lab
    return [main, *(of_this_lab if likeness(ours, main.cells) and not main.is_lent else others)]


def read_documents(folder: Path, released: Path) -> list[str]:
    """Name what else was handed in that may hold answers; a notebook may have been saved as a script."""
    script = released.with_suffix(".py").name
    return [
        named(path.name)
        for path in _files(folder, lambda name: name.lower().endswith(DOCUMENTS) or name == script)
        if path.name.lower() not in NO_DOCUMENTS
        and not is_notebook(path.name)
        and not (released.parent / path.name).exists()
    ]


def _notebooks(folder: Path) -> list[Path]:
    """List the notebooks of a submission, the nearest first."""
    return _files(folder, is_notebook)[:MAX_NOTEBOOKS]


def _files(folder: Path, fits: Callable[[str], bool]) -> list[Path]:
    """List files of a submission, the nearest first; what an editor hides is not the student's."""
    found: list[Path] = []
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        found += [Path(top, name) for name in sorted(names) if fits(name) and name[0] not in ".~"]
    return sorted(found, key=lambda path: len(path.parts))


def read_notebook(path: Path) -> Notebook:
    """Read a notebook of any version and encoding; of what is none, one cell holds the text."""
    name = named(path.name)
    try:
        text = _decoded(read_regular(path, MAX_NOTEBOOK_BYTES))
    except (OSError, ValueError) as error:
        return Notebook(name, [Cell("raw", _written(f"{name} cannot be read: {error}"))])
    try:
        if text.count('"cell_type"') > MAX_CELLS:  # each costs more than its text
            raise ValueError(MAX_CELLS)  # noqa: TRY301
        data = json.loads(text)
        sheets = data.get("worksheets") or [data]  # version 3 has sheets
        cells = [cell for sheet in sheets for cell in map(as_cell, sheet["cells"]) if cell]
        lent = data.get("metadata", {}).get("nnlab", {}).get("lent") is True
    except Exception:  # noqa: BLE001  whatever somebody may have written
        return Notebook(name, [Cell("raw", _written(text))])
    return Notebook(name, cells, is_lent=lent)


def _decoded(raw: bytes) -> str:
    for encoding in (json.detect_encoding(raw), "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def as_cell(data: Any) -> Cell | None:
    """Take what is shaped like a cell for one, in the words of version 4 or of version 3."""
    text = _text(data.get("source", data.get("input"))) if isinstance(data, dict) else None
    if text is None:
        return None
    kind = data.get("cell_type")
    if kind == "heading":
        kind, text = "markdown", f"# {text}"
    attachments = {
        _written(name): _texts(bundle) for name, bundle in _dict(data.get("attachments")).items()
    }
    outputs = data.get("outputs")
    return Cell(
        kind if kind in ("code", "raw") else "markdown",
        text,
        _text(data.get("id")) or "",
        _dict(_dict(data.get("metadata")).get("nbgrader")),
        {name: pictures for name, pictures in attachments.items() if pictures},
        [shown for shown in map(_output, outputs or ()) if shown],
    )


def _output(data: Any) -> dict[str, Any] | None:
    """Take the text and the pictures of an output: whatever else it holds, a page would run."""
    output = _dict(data)
    trace = output.get("traceback")
    if isinstance(trace, list):
        return {"output_type": "stream", "name": "stdout", "text": "\n".join(map(str, trace))}
    if output.get("output_type") == "stream":
        text = _text(output.get("text"))
        return {"output_type": "stream", "name": "stdout", "text": text} if text else None
    bundle = _dict(output.get("data")) or {
        "image/png": output.get("png"),
        "image/jpeg": output.get("jpeg"),
        "text/plain": output.get("text"),
    }
    shown = {kind: text for kind, text in _texts(bundle).items() if kind in SHOWN}
    return {"output_type": "display_data", "data": shown, "metadata": {}} if shown else None


def _texts(bundle: Any) -> dict[str, str]:
    """Take one thing's forms, by their kinds."""
    forms = {kind: _text(data) for kind, data in _dict(bundle).items()}
    return {kind: text for kind, text in forms.items() if text}


def _text(value: Any) -> str | None:
    """Join lines, as notebooks hold them."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    return _written(value) if isinstance(value, str) else None


def _written(text: str) -> str:
    """Make text that a file can hold: half of a character's pair is none."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def match(released: Sequence[Cell], handed: Sequence[Cell]) -> dict[int, int]:
    """Say which handed cell is which released one, by their places."""
    words = [cell.words if cell.kind != "raw" else "" for cell in handed]
    signs: tuple[Callable[[Cell, int], bool], ...] = (
        lambda ours, i: _same_name(ours, handed[i]) and _same_id(ours, handed[i]),
        lambda ours, i: _same_name(ours, handed[i]),
        lambda ours, i: _same_id(ours, handed[i]),
        lambda ours, i: not ours.is_answer and bool(words[i]) and ours.words == words[i],
        lambda ours, i: not ours.is_answer and bool(ours.words) and ours.words in words[i],
    )
    found: dict[int, int] = {}
    for sign in signs:
        for place, ours in enumerate(released):
            if place not in found.values():
                free = (i for i in range(len(handed)) if i not in found and sign(ours, i))
                for first in free:
                    found[first] = place
                    break
    return found


def _same_name(ours: Cell, theirs: Cell) -> bool:
    name = ours.nbgrader.get("grade_id")
    return bool(name) and theirs.nbgrader.get("grade_id") == name


def _same_id(ours: Cell, theirs: Cell) -> bool:
    return bool(ours.id) and ours.id == theirs.id


def likeness(released: Sequence[Cell], handed: Sequence[Cell]) -> int:
    """Count the lab's own cells in a notebook: those that are graded, as others are every lab's."""
    places = match(released, handed).values()
    return sum(bool(released[place].nbgrader.get("grade")) for place in places)
