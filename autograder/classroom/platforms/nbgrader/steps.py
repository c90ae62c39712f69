"""Our steps in nbgrader's chain: read leniently, rebuild, grade without a kernel, release stubs."""

import atexit
import os
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook, new_output
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades

from autograder import text
from autograder.classroom.batch import course_seeds, open_results, take_key
from autograder.classroom.collect import read_folder
from autograder.classroom.platforms.nbgrader.cells import read_documents, read_notebooks
from autograder.classroom.platforms.nbgrader.essays import gather
from autograder.classroom.platforms.nbgrader.experiments import Finding, find_out
from autograder.classroom.platforms.nbgrader.notebooks import OBSERVE, grade_id
from autograder.classroom.platforms.nbgrader.stale import hash_of, sign
from autograder.classroom.which_counts import graded
from autograder.course.catalogue import load_lab
from autograder.course.experiments import MACHINE_POINTS, Experiment, lab_experiments
from autograder.course.lab import Check, Lab
from autograder.course.stubs import make_stub
from autograder.grading.grade import grade
from autograder.grading.report import NOT_GRADED, Report
from autograder.grading.results import Results
from autograder.grading.submission import Submission
from autograder.report.terminal import plain_text
from autograder.report.web.code import excerpt
from autograder.sandbox import HIDES_FILES, Layers, Sandbox, open_sandbox

__all__ = ["LenientExporter", "Rebuild", "SandboxGrade", "SaveGrades", "WriteStubs", "rebuild"]

Resources = dict[str, Any]


class LenientExporter(NotebookExporter):
    """Does not read what students hand in: `Rebuild` does, and takes whatever it finds."""

    def from_filename(
        self, filename: str, resources: Resources | None = None, **more: Any
    ) -> tuple[str, Resources]:
        """Export a notebook; one that was handed in is an empty one until it is rebuilt."""
        path = Path(filename)
        found: Resources = deepcopy(resources or {})
        found["metadata"] = {"name": path.stem, "path": str(path.parent)}
        is_handed_in = path.parent == _handed_in(self.parent.coursedir, found)
        notebook = new_notebook() if is_handed_in else nbformat.read(path, as_version=4)
        exported: tuple[str, Resources] = self.from_notebook_node(notebook, found, **more)
        return exported


def _handed_in(course: Any, resources: Resources) -> Path:
    """Return where a submission is."""
    student, lab = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
    return Path(course.format_path(course.submitted_directory, student, lab))


class Rebuild(NbGraderPreprocessor):
    """Puts what a student wrote into the released notebook.

    So cells that were copied, deleted, renamed, altered or stripped of their metadata cannot stop a
    batch, and nothing that somebody wrote is lost.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Rebuild one notebook."""
        del nb  # an empty one: see LenientExporter
        rebuilt, notes = rebuild(self.parent.parent.coursedir, resources)
        for note in notes:
            student = text.named(resources["nbgrader"]["student"])
            self.log.warning("%s: %s", student, note)
        sign(rebuilt, handed_in=hash_of(_handed_in(self.parent.parent.coursedir, resources)))
        return rebuilt, resources


def rebuild(course: Any, resources: Resources) -> tuple[NotebookNode, list[str]]:
    """Put what a student wrote into the notebook that a course has released; say what is odd.

    Raises: FileNotFoundError if the lab was never released.
    """
    lab, name = resources["nbgrader"]["assignment"], resources["nbgrader"]["notebook"]
    path = Path(course.format_path(course.release_directory, ".", lab)) / f"{name}.ipynb"
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing. Run: nbgrader generate_assignment {lab}")
    folder = _handed_in(course, resources)
    documents = read_documents(folder, path)
    return gather(nbformat.read(path, as_version=4), read_notebooks(folder, path), documents)


class SandboxGrade(NbGraderPreprocessor):
    """Grades in our sandbox, instead of nbgrader's Execute: no kernel is started."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Give every cell that grades its output: the check's report, then its points."""
        course = self.parent.parent.coursedir
        student, lab_id = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
        folder = Path(course.format_path(course.submitted_directory, student, lab_id))
        lab = load_lab(lab_id)
        desk = _desk(Path(course.root), lab)
        report = desk.report(student, folder)
        sign(nb, made_by=desk.results.made_by)
        checks = {grade_id(check): check for check in lab.checks.values()}
        codes = [cell.source for cell in nb.cells if cell.cell_type == "code"]
        for cell in nb.cells:
            ours = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and ours.get("grade") and not ours.get("solution"):
                name, most = ours["grade_id"], float(ours["points"])
                if name in checks:
                    cell.outputs = _outputs(report, checks[name], most)
                else:
                    printed = "".join(output.get("text", "") for output in cell.outputs)
                    experiment = lab_experiments(lab)[name.removeprefix(OBSERVE)]
                    found = desk.find_out(experiment, codes, printed, student, folder)
                    cell.outputs = _said(found.said, found.points / MACHINE_POINTS * most)
                cell.execution_count = 1
        return nb, resources


def _outputs(report: Report, check: Check, most: float) -> list[NotebookNode]:
    """Write a cell's output: nbgrader reads the last one's text as the points.

    It must be a float's text within its bounds, and nothing may be on stderr: nbgrader would take
    what it cannot read for full marks, and a warning for none.
    """
    reached = next(result.points for result in report.results if result.check is check)
    said = new_output(
        "stream", name="stdout", text=plain_text(report, check.id) + _code(report, check)
    )
    if (
        reached is None
    ):  # SaveGrades leaves the score open; should it be missing, this is not a mark
        return [said, new_output("error", ename=NOT_GRADED, evalue=check.id, traceback=[])]
    return _said(said.text, min(max(float(reached) / check.points * most, 0.0), most))


def _said(words: str, points: float) -> list[NotebookNode]:
    return [
        new_output("stream", name="stdout", text=words),
        new_output("execute_result", data={"text/plain": repr(points)}, execution_count=1),
    ]


def _code(report: Report, check: Check) -> str:
    """Write what the student wrote, for who grades the essays beside it: once for each exercise."""
    first = next(r.check for r in report.results if r.check.exercise == check.exercise)
    module, *path = check.exercise.split(".")
    file = f"{module}.py"
    found = excerpt(file, report.sources.get(file, b""), tuple(path)) if check is first else None
    return f"\n{found.where}\n{found.plain}\n" if found else ""


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

    def find_out(
        self,
        experiment: Experiment,
        cells: Sequence[str],
        printed: str,
        student: str,
        folder: Path,
    ) -> Finding:
        """Grade the machine's part of an experiment; it takes a moment, and is not kept."""
        readings = read_folder(self.lab, student, folder).readings
        return find_out(experiment, cells, printed, readings, self._opened())

    def _opened(self) -> Sandbox:
        if self.sandbox is None:
            self.sandbox = open_sandbox(at_least=self.at_least)
            atexit.register(self.sandbox.close)  # who waits for a worker counts its time
        return self.sandbox

    def _report(self, submission: Submission) -> Report:
        known = self.results.find(submission, self.at_least)
        if known is not None:
            return known
        report = grade(submission, self.key, self._opened())
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
