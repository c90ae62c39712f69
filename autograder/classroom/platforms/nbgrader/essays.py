"""Everything that a student wrote in a notebook, put into the released one: no essay is lost.

Cells are matched to the released ones, then gathered: what stands below a question, up to the next
released cell, belongs to that question's answer, in its order; what stands elsewhere comes last, under a
sentence that says so. A cell that nobody wrote in stays as released, and nbgrader gives it 0; where there
is any doubt that nothing was written, a sentence takes its place, so that nbgrader asks a human. A prediction stays in its own cell, with what the
run beside it printed: that is not an answer, and says nothing about where one stands.
"""

import ast
import base64
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import compute_checksum

from autograder.classroom.platforms.nbgrader.cells import Cell, Notebook, as_cell, likeness, match
from autograder.classroom.platforms.nbgrader.notebooks import (
    ANSWER_CELL,
    OBSERVE,
    PREDICT,
)
from autograder.text import listed

__all__ = ["gather"]

MAX_RENDERED = 30_000
"""Characters of Markdown in one cell: what is longer is shown as it was typed, which costs nothing."""

MAX_RENDERED_IN_ALL = 200_000

MAX_COMPARED = 30_000
"""Characters that are compared with a released cell, or with Python; a longer text is kept as it is."""

MAX_NAMED = 5
"""Documents that a sentence has room for."""

NOTHING = (
    "No notebook of this lab that can be read was found in what was handed in: look for this answer "
    "there before you grade it."
)
ELSEWHERE = (
    "Nothing is written in this answer's place, but the student wrote elsewhere in the notebook: read "
    "that before you grade this answer."
)
BESIDE = (
    "Nothing is written in this answer's place, but {names} {was} handed in as well: look for it there "
    "before you grade it."
)
BELOW = "The answer is in the cells that follow."
EMPTIED = "This answer's cell was emptied or deleted, and nothing is written instead."
MOVED = "The answer that follows stood under another question in what was handed in."
HOMELESS = (
    "What follows belongs to no question: the student wrote it elsewhere in what was handed in."
)
AS_WELL = "What follows stands in {name}, which was handed in as well."
HIDDEN = "The text above holds comments, which a page does not show. As it was typed:"
NOT_THERE = "This picture was not handed in."


@dataclass(frozen=True, slots=True)
class _Piece:
    """Something that a student wrote."""

    cell: Cell
    notebook: str
    is_answer: bool = False
    """It stands in the answer's own cell."""
    moved: bool = False

    @property
    def is_prose(self) -> bool:
        """Return whether this can be an answer's text.

        An answer's cell may have become one of code by accident, and then it is not Python.
        """
        if self.cell.kind != "code":
            return True
        return self.is_answer and not self.cell.outputs and not _is_python(self.cell.text)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text[:MAX_COMPARED])
    except Exception:  # noqa: BLE001  also what is too deep for Python
        return False
    return True


def gather(
    released: NotebookNode, notebooks: Sequence[Notebook], documents: Sequence[str] = ()
) -> tuple[NotebookNode, list[str]]:
    """Put what a student wrote into the released notebook; say what a human should know.

    Args:
        released: the notebook that the course has released.
        notebooks: what was handed in of this lab.
        documents: the names of what else was handed in and may hold answers.
    """
    page = _Page(deepcopy(released), notebooks, documents)
    return page.bind(), page.notes


class _Page:
    """The released notebook, while it is filled."""

    def __init__(
        self, released: NotebookNode, notebooks: Sequence[Notebook], documents: Sequence[str]
    ) -> None:
        self.notes: list[str] = []
        self.documents = documents
        self.released = released
        self.ours = [as_cell(cell) or Cell("raw", "") for cell in released.cells]
        self.texts = {ours.words for ours in self.ours}
        self.main = notebooks[0].name if notebooks else ""
        self.question_of = {
            place: place + (not ours.is_answer)
            for place, ours in enumerate(self.ours)
            if any(cell.is_answer for cell in self.ours[place : place + 2])
        }
        """The answer that a released cell belongs to: itself, or the one that comes next."""
        for place, answer in self._of_experiments():
            self.question_of.setdefault(place, answer)
        self.pieces: dict[int | None, list[_Piece]] = {}
        """What was written, by the answer it belongs to."""
        self.predictions = self._named(PREDICT)
        self.observations = self._named(OBSERVE)
        self.untouched: set[int] = set()
        self.is_ours = False
        self.rendered = 0
        self.bound: list[NotebookNode] = []
        for notebook in notebooks:
            self._take(notebook)

    def _named(self, beginning: str) -> set[int]:
        return {place for place, ours in enumerate(self.ours) if _name(ours).startswith(beginning)}

    def _of_experiments(self) -> Iterator[tuple[int, int]]:
        """Go through the cells from a prediction to its explanation, each with that answer's place."""
        places = {_name(ours): place for place, ours in enumerate(self.ours)}
        for name, first in places.items():
            answer = places.get(f"{ANSWER_CELL}{name.removeprefix(PREDICT)}")
            if name.startswith(PREDICT) and answer is not None:
                yield from ((place, answer) for place in range(first, answer))

    def _take(self, notebook: Notebook) -> None:
        """Take all that is written in one notebook, apart from what another one holds as well."""
        known = {_content(p.cell) for pieces in self.pieces.values() for p in pieces}
        found = match(self.ours, notebook.cells)
        self.is_ours |= not notebook.is_lent and bool(likeness(self.ours, notebook.cells))
        here: int | None = None
        for i, cell in enumerate(notebook.cells):
            place, above = found.get(i), here
            if place is not None:
                here = self.question_of.get(place)
            if place is not None and self._is_prediction(place, cell):
                continue
            if self._is_released(cell, place, here):
                continue
            answers = place is not None and place == here
            if place is not None and not answers:
                cell = replace(cell, text=_added(self.ours[place].text, cell.text), outputs=())  # noqa: PLW2901
            moved = answers and above is not None and above != here
            if cell.text.strip() and _content(cell) not in known:
                piece = _Piece(cell, notebook.name, is_answer=answers, moved=moved)
                self.pieces.setdefault(here, []).append(piece)

    def _is_prediction(self, place: int, cell: Cell) -> bool:
        """Keep a prediction in its own cell, and what a run has printed below it.

        Return whether the cell needs no other place: it predicts, and no notebook before it did.
        """
        node = self.released.cells[place]
        is_first = node.source == self.ours[place].text
        if place in self.observations | self.predictions and is_first and not node.outputs:
            node.outputs = [from_dict(output) for output in cell.outputs]
        if place not in self.predictions or cell.kind != "code" or len(cell.text) > MAX_COMPARED:
            return False
        if is_first:
            node.source = cell.text
        return is_first or cell.words == self.ours[place].words

    def _is_released(self, cell: Cell, place: int | None, here: int | None) -> bool:
        """Return whether a cell is as it was released, by its text or by nbgrader's sum over it."""
        words = cell.words
        if place is None:
            if here is not None and words == self.ours[here].words:
                self.untouched.add(here)
            return words in self.texts or _has_its_sum(cell)
        same = words == self.ours[place].words or _has_its_sum(cell)
        if same and self.ours[place].is_answer:
            self.untouched.add(place)
        return same

    def bind(self) -> NotebookNode:
        """Make the notebook that is graded: the released cells, and what was written, each in its place."""
        for place, node in enumerate(self.released.cells):
            if self.ours[place].is_answer:
                self._bind_answer(place, node)
            else:
                self.bound.append(node)
        if self.pieces.get(None):
            self._say(HOMELESS)
            self.notes.append("something that belongs to no question stands last")
        self._bind_own(self.pieces.get(None, ()))
        taken = {node.id for node in self.released.cells if "id" in node}
        free = (
            name for i in range(len(self.bound) + len(taken)) if (name := f"own-{i}") not in taken
        )
        for node in self.bound:
            if not any(node is ours for ours in self.released.cells):
                node.id = next(free)
        self.released.cells = self.bound
        return self.released

    def _bind_answer(self, place: int, node: NotebookNode) -> None:
        pieces = self.pieces.get(place, [])
        prose = [piece for piece in pieces if piece.is_prose]
        chosen = next((piece for piece in prose if piece.is_answer), next(iter(prose), None))
        if chosen is None:
            sentence = self._why_open(place)
            if sentence:
                node.source = _quoted(sentence)
                self.notes.append(f"{node.metadata.nbgrader.grade_id}: {sentence}")
            self.bound.append(node)
            self._bind_own(pieces)
            return
        at = pieces.index(chosen)
        self._bind_own(pieces[:at])
        if chosen.moved:
            self._say(MOVED)
        self._say_notebook(pieces[at - 1] if at else None, chosen)
        node.source = chosen.cell.text
        node.attachments = dict(chosen.cell.attachments)
        self._show(node)
        self._bind_own(pieces[at + 1 :], after=chosen)

    def _why_open(self, place: int) -> str:
        """Say why an answer in which nothing is written is not simply 0; empty where it is."""
        if not self.is_ours:
            return NOTHING
        if self.pieces.get(place):
            return BELOW
        if any(not piece.is_answer for pieces in self.pieces.values() for piece in pieces):
            return ELSEWHERE
        if self.documents:
            was = "was" if len(self.documents) == 1 else "were"
            return BESIDE.format(names=listed(self.documents, MAX_NAMED), was=was)
        return "" if place in self.untouched else EMPTIED

    def _bind_own(self, pieces: Sequence[_Piece], after: _Piece | None = None) -> None:
        for piece in pieces:
            self._say_notebook(after, piece)
            after = piece
            if piece.cell.kind == "code":
                outputs = [from_dict(output) for output in piece.cell.outputs]
                self.bound.append(new_code_cell(piece.cell.text, outputs=outputs))
            elif piece.cell.kind == "raw":
                self.bound.append(new_markdown_cell(_as_typed(piece.cell.text)))
            else:
                pictures = dict(piece.cell.attachments)
                self._show(new_markdown_cell(piece.cell.text, attachments=pictures))

    def _say(self, sentence: str) -> None:
        self.bound.append(new_markdown_cell(_quoted(sentence)))

    def _say_notebook(self, before: _Piece | None, piece: _Piece) -> None:
        """Say which notebook a piece is from, where it is not the one of the piece before."""
        if piece.notebook != (before.notebook if before else self.main):
            self._say(AS_WELL.format(name=f"`{piece.notebook}`"))

    def _show(self, node: NotebookNode) -> None:
        """Add a cell of Markdown in a form that every page of nbgrader's can show."""
        text = node.source
        wanted = _Wanted()
        try:
            self.rendered += len(text)
            if len(text) > MAX_RENDERED or self.rendered > MAX_RENDERED_IN_ALL:
                raise ValueError(MAX_RENDERED)  # noqa: TRY301
            MarkdownWithMath(IPythonRenderer(escape=False, attachments=wanted)).render(text)
        except Exception:  # noqa: BLE001  whatever somebody may have written
            node.source = _as_typed(text)
        pictures = node.pop("attachments", {})
        missing = wanted.names - set(pictures)
        pictures |= {name: pictures.get(unquote(name), _picture(NOT_THERE)) for name in missing}
        if pictures:
            node.attachments = from_dict(pictures)
        self.bound.append(node)
        if "<!--" in text and node.source == text:
            self._say(HIDDEN)
            self.bound.append(new_markdown_cell(_as_typed(text)))


class _Wanted(dict[str, Any]):
    """Attachments that are all there, and remember which were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return True

    def __missing__(self, name: str) -> Mapping[str, str]:
        return {"image/png": ""}


def _picture(text: str) -> dict[str, str]:
    """Draw a sentence, where a picture should be."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="40">'
        f'<text x="8" y="25">{text}</text></svg>'
    )
    return {"image/svg+xml": base64.b64encode(svg.encode()).decode()}


def _as_typed(text: str) -> str:
    """Make Markdown that shows a text as it was typed."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _quoted(sentence: str) -> str:
    return f"> **{sentence}**"


def _added(ours: str, theirs: str) -> str:
    """Return which lines of a text are not in the released one."""
    if len(theirs) > MAX_COMPARED:
        return theirs
    before, after = ours.split("\n"), theirs.split("\n")
    same = difflib.SequenceMatcher(
        None, [line.strip() for line in before], [line.strip() for line in after], autojunk=False
    )
    added = [
        line
        for change, _, _, first, last in same.get_opcodes()
        if change != "equal"
        for line in after[first:last]
    ]
    return "\n".join(added).strip("\n")


def _has_its_sum(cell: Cell) -> bool:
    """Return whether nbgrader's own sum says that a cell is as it was released, then or earlier."""
    node = from_dict(
        {
            "cell_type": cell.kind,
            "source": cell.text,
            "metadata": {"nbgrader": dict(cell.nbgrader)},
        }
    )
    try:
        return bool(compute_checksum(node) == cell.nbgrader["checksum"])
    except Exception:  # noqa: BLE001  whatever somebody may have written
        return False


def _name(cell: Cell) -> str:
    return str(cell.nbgrader.get("grade_id", ""))


def _content(cell: Cell) -> tuple[str, str]:
    return cell.words, repr(cell.attachments)
