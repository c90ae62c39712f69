"""The labs' notebooks as nbgrader takes and gives them: source, generate step, release."""

import json
import logging
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.classroom.platforms.nbgrader.config import CONFIG, configure
from autograder.classroom.platforms.nbgrader.notebooks import make_notebook, read_text
from autograder.course.lab import Lab
from autograder.course.stubs import FilledInError
from autograder.errors import WrongUseError
from autograder.storage import decoded, write_whole

__all__ = ["GenerateError", "init_course", "release_notebooks", "write_sources"]


class GenerateError(WrongUseError):
    """nbgrader's generate step failed: the course's fault."""


def write_sources(labs: Sequence[Lab], folder: Path) -> list[Path]:
    """Write the labs' source notebooks, worked answers included; return those that changed.

    Raises: TextError if an author's text does not fit its lab.
    """
    written = []
    for lab in labs:
        path = folder / lab.id / f"{lab.id}.ipynb"
        text = nbformat.writes(make_notebook(lab, read_text(lab))) + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_whole(path, text)
            written.append(path)
    return written


def init_course(course: Path, labs: Sequence[Lab], *, force: bool = False) -> list[Path]:
    """Make a folder a course: configuration, and the labs' source notebooks; return what was written.

    Raises: FileExistsError if the folder has another configuration, unless forced; TextError.
    """
    config = course / "nbgrader_config.py"
    if config.exists() and config.read_text(encoding="utf-8") != CONFIG and not force:
        there = "nbgrader_config.py is there already, with settings of your own. Add the two lines "
        raise FileExistsError(
            17,
            f"{there}'from autograder.classroom.platforms.nbgrader.config import configure' and "
            "'configure(c, Path(__file__).parent)' to it, or overwrite it with --force",
            str(config),
        )
    written = write_sources(labs, course / "solutions")
    if not config.exists() or config.read_text(encoding="utf-8") != CONFIG:
        course.mkdir(parents=True, exist_ok=True)
        write_whole(config, CONFIG)
        written.insert(0, config)
    return written


def release_notebooks(
    labs: Sequence[Lab],
    folder: Path,
    *,
    force: bool = False,
    wrote: Callable[[Path], object] = lambda _: None,
) -> int:
    """Write the students' notebooks by nbgrader's own generate step; return how many changed.

    Raises:
        FilledInError: before anything is written, if a notebook holds answers, unless forced.
        GenerateError: nbgrader's generate step failed.
        TextError: an author's text does not fit its lab.
    """
    texts = _generate(labs)
    paths = {lab.id: folder / lab.id / f"{lab.id}.ipynb" for lab in labs}
    todo = [lab_id for lab_id, text in texts.items() if _read(paths[lab_id]) != text]
    filled = [paths[i] for i in todo if _has_answers(paths[i], texts[i])]
    if filled and not force:
        names = ", ".join(map(str, filled))
        raise FilledInError(
            f"Somebody has answered in {names}. Move the work elsewhere, or overwrite it with --force."
        )
    for lab_id in todo:
        write_whole(paths[lab_id], texts[lab_id])
        wrote(paths[lab_id])
    return len(todo)


def _generate(labs: Sequence[Lab]) -> dict[str, str]:
    """Run nbgrader's generate step in a course of its own, which is thrown away."""
    with tempfile.TemporaryDirectory(prefix="nnlab-") as name:
        course = Path(name)
        write_sources(labs, course / "solutions")
        config = Config()
        configure(config, course)
        config.GenerateAssignment.no_database = True
        config.GenerateAssignment.preprocessors.remove("nbgrader.preprocessors.SaveCells")
        for lab in labs:
            config.CourseDirectory.assignment_id = lab.id
            step = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
            step.log = logging.getLogger("nnlab.release")
            step.log.setLevel(logging.CRITICAL)
            try:
                step.start()
            except Exception as error:
                raise GenerateError(f"nbgrader does not release {lab.id}: {error}") from error
        released = course / "assignments"
        return {
            lab.id: (released / lab.id / f"{lab.id}.ipynb").read_text(encoding="utf-8")
            for lab in labs
        }


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _has_answers(path: Path, fresh: str) -> bool:
    """Return whether a notebook holds work: an answer that is not empty, or a cell that is not from here."""
    if not path.exists():
        return False
    try:
        cells = json.loads(decoded(path.read_bytes()))["cells"]
        known = {cell["id"] for cell in json.loads(fresh)["cells"]}
        stub = {_source(cell) for cell in json.loads(fresh)["cells"] if _is_answer(cell)}
        return any(
            _source(cell) not in stub if _is_answer(cell) else cell.get("id") not in known
            for cell in cells
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return True


def _is_answer(cell: dict[str, dict[str, dict[str, object]]]) -> bool:
    return bool(cell["metadata"].get("nbgrader", {}).get("solution"))


def _source(cell: dict[str, object]) -> str:
    source = cell["source"]
    return "".join(source) if isinstance(source, list) else str(source)
