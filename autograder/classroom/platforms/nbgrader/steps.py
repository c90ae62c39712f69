"""Our steps in nbgrader's chain: read leniently, rebuild, grade without a kernel, release stubs."""

import itertools
import logging
import os
import warnings
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook, new_output
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades

from autograder.classroom.batch import course_seeds, open_results, take_key
from autograder.classroom.collect import read_folder
from autograder.classroom.platforms.nbgrader.mend import MAX_NOTEBOOK_BYTES
from autograder.classroom.platforms.nbgrader.notebooks import grade_id
from autograder.classroom.settle import graded
from autograder.course.catalogue import load_lab
from autograder.course.lab import Check, Lab
from autograder.course.stubs import make_stub
from autograder.grading.grade import grade
from autograder.grading.report import NOT_GRADED, Report
from autograder.grading.results import Results
from autograder.grading.submission import Submission
from autograder.report.terminal import plain_text
from autograder.sandbox import HIDES_FILES, Layers, Sandbox, open_sandbox
from autograder.storage import read_regular

__all__ = ["LenientExporter", "Rebuild", "SandboxGrade", "SaveGrades", "WriteStubs", "rebuild"]

Resources = dict[str, Any]

MAX_CELLS = 2000
"""Cells of a notebook: more are nobody's answers."""

MAX_ANSWER = 100_000
"""Characters of one answer: more is no text that somebody reads."""


class LenientExporter(NotebookExporter):
    """Reads what students hand in: a file that is no notebook is taken for an empty one."""

    def from_filename(
        self, filename: str, resources: Resources | None = None, **more: Any
    ) -> tuple[str, Resources]:
        """Export a notebook; see `Rebuild` for what an empty one becomes."""
        path = Path(filename)
        found: Resources = deepcopy(resources or {})
        found["metadata"] = {"name": path.stem, "path": str(path.parent)}
        exported: tuple[str, Resources] = self.from_notebook_node(_read(path), found, **more)
        return exported


def _read(path: Path) -> NotebookNode:
    """Read a notebook of any version, if it is one, bounded and shaped like one."""
    logger = logging.getLogger("traitlets")
    before, logger.disabled = logger.disabled, True  # it would tell at length what is not valid
    try:
        text = read_regular(path, MAX_NOTEBOOK_BYTES).decode("utf-8")
        if text.count('"cell_type"') > MAX_CELLS:  # each costs more than its text
            return new_notebook()
        with warnings.catch_warnings(action="ignore"):
            notebook = nbformat.reads(text, as_version=4)
        for cell in notebook.cells:
            cell.source, cell.metadata, cell.cell_type  # noqa: B018  raises where it is none
            if not isinstance(cell.source, str) or not hasattr(cell.metadata, "get"):
                return new_notebook()
    except Exception:  # noqa: BLE001  whatever somebody may have written
        return new_notebook()
    finally:
        logger.disabled = before
    return notebook


class Rebuild(NbGraderPreprocessor):
    """Puts a student's answers into the released notebook.

    Only the text of answer cells is taken from what was handed in, so cells that were copied,
    deleted, renamed, altered or stripped of their metadata cannot stop a batch.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Rebuild one notebook."""
        return rebuild(nb, self.parent.parent.coursedir, resources), resources


def rebuild(nb: NotebookNode, course: Any, resources: Resources) -> NotebookNode:
    """Put the answers of a notebook into the one that a course has released.

    Raises: FileNotFoundError if the lab was never released.
    """
    lab, name = resources["nbgrader"]["assignment"], resources["nbgrader"]["notebook"]
    path = Path(course.format_path(course.release_directory, ".", lab)) / f"{name}.ipynb"
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing. Run: nbgrader generate_assignment {lab}")
    rebuilt = nbformat.read(path, as_version=4)
    asked = ""
    for cell in rebuilt.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = _answer(cell, asked, nb.cells)[:MAX_ANSWER]
        asked = cell.source
    return rebuilt


def _answer(released: NotebookNode, asked: str, cells: list[NotebookNode]) -> str:
    """Find a student's answer: by nbgrader's id, by the cell's own, or below the question's text."""
    name = released.metadata.nbgrader.grade_id
    by_name = [cell for cell in cells if _grade_id(cell) == name]
    by_id = [cell for cell in cells if cell.get("id") == released.get("id")]
    below = [after for before, after in itertools.pairwise(cells) if before.source == asked]
    found = [cell.source for cell in (by_name or by_id or below)]
    written = [source for source in found if source.strip() != released.source.strip()]
    return str(next(iter(written or found), released.source))


def _grade_id(cell: NotebookNode) -> Any:
    ours = cell.metadata.get("nbgrader")
    return ours.get("grade_id") if hasattr(ours, "get") else None


class SandboxGrade(NbGraderPreprocessor):
    """Grades in our sandbox, in the place of nbgrader's Execute: no kernel is started."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Give every cell that grades its output: the check's report, then its points."""
        course = self.parent.parent.coursedir
        student, lab_id = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
        folder = Path(course.format_path(course.submitted_directory, student, lab_id))
        lab = load_lab(lab_id)
        report = _desk(Path(course.root), lab).report(student, folder)
        checks = {grade_id(check): check for check in lab.checks.values()}
        for cell in nb.cells:
            ours = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and ours.get("grade") and not ours.get("solution"):
                cell.outputs = _outputs(report, checks[ours["grade_id"]], float(ours["points"]))
                cell.execution_count = 1
        return nb, resources


def _outputs(report: Report, check: Check, most: float) -> list[NotebookNode]:
    """Write a cell's output: nbgrader reads the last one's text as the points.

    It must be a float's text within its bounds, and nothing may be on stderr: nbgrader would take
    what it cannot read for full marks, and a warning for none.
    """
    reached = next(result.points for result in report.results if result.check is check)
    text = new_output("stream", name="stdout", text=plain_text(report, check.id))
    if (
        reached is None
    ):  # SaveGrades leaves the score open; should it be missing, this is not a mark
        return [text, new_output("error", ename=NOT_GRADED, evalue=check.id, traceback=[])]
    points = min(max(float(reached) / check.points * most, 0.0), most)
    result = new_output("execute_result", data={"text/plain": repr(points)}, execution_count=1)
    return [text, result]


class SaveGrades(SaveAutoGrades):
    """nbgrader's own step; what was not graded has no score, and waits for a human."""

    def _add_score(self, cell: NotebookNode, resources: Resources) -> None:
        super()._add_score(cell, resources)
        if any(output.get("ename") == NOT_GRADED for output in cell.get("outputs", ())):
            ours = cell.metadata["nbgrader"]["grade_id"]
            grade = self.gradebook.find_grade(
                ours, self.notebook_id, self.assignment_id, self.student_id
            )
            grade.auto_score, grade.needs_manual_grade = None, True
            self.gradebook.db.commit()


class _Desk:
    """One lab of one course, open as long as nbgrader runs: key, results and a sandbox if need be."""

    def __init__(self, course: Path, lab: Lab) -> None:
        self.lab = lab
        self.key = take_key(lab, course_seeds(course).get(lab))
        self.results: Results = open_results(course, self.key)
        self.sandbox: Sandbox | None = None
        self.at_least: Layers = (
            () if os.environ.get("NNLAB_ISOLATION") == "process" else HIDES_FILES
        )

    def report(self, student: str, folder: Path) -> Report:
        """Look a submission's result up, or grade it now and keep that."""
        return graded(read_folder(self.lab, student, folder), self._report)

    def _report(self, submission: Submission) -> Report:
        known = self.results.find(submission, self.at_least)
        if known is not None:
            return known
        if self.sandbox is None:
            self.sandbox = open_sandbox(
                at_least=self.at_least
            )  # its worker ends when this process does
        report = grade(submission, self.key, self.sandbox)
        self.results.keep(submission, report)
        return report


_DESKS: dict[tuple[Path, str, int], _Desk] = {}


def _desk(course: Path, lab: Lab) -> _Desk:
    place = (course, lab.id, course_seeds(course).get(lab))
    if place not in _DESKS:
        _DESKS[place] = _Desk(course, lab)
    return _DESKS[place]


class WriteStubs(NbGraderPreprocessor):
    """Puts the lab's stubs beside the released notebook, cut from the engine at this moment."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Write the stubs; whatever goes wrong ends the release, so that no body goes out."""
        course = self.parent.parent.coursedir
        lab = load_lab(resources["nbgrader"]["assignment"])
        folder = Path(course.format_path(course.release_directory, ".", lab.id))
        folder.mkdir(parents=True, exist_ok=True)
        for module in lab.modules:
            (folder / f"{module}.py").write_text(make_stub(lab, module), encoding="utf-8")
        return nb, resources
