"""Everything a course's `nbgrader_config.py` sets, and the writing of that file."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from autograder.classroom.platforms.nbgrader.mend import mend_course
from autograder.course.catalogue import labs
from autograder.text import write_plainly

__all__ = ["CONFIG", "configure"]

CONFIG = '''\
"""nbgrader grades this course with nnlab. What you add below is yours."""

from pathlib import Path

from autograder.classroom.platforms.nbgrader.config import configure

c = get_config()  # noqa: F821  nbgrader gives it
configure(c, Path(__file__).parent)
'''

OURS = "autograder.classroom.platforms.nbgrader"
STEPS = f"{OURS}.steps"
THEIRS = "nbgrader.preprocessors"

NOT_RELEASED = ["mistakes.toml", "notebook.md"]
"""What stands beside a lab's source notebook and never goes out."""

BUSY_SECONDS = 60


def configure(c: Any, course: Path) -> None:
    """Set a course's configuration, and mend what was handed in since.

    Students edit the labs' modules, so autograde must never replace them by the course's own:
    what is excluded follows from the labs.
    """
    if shutil.which("alembic") is None:  # nbgrader makes its gradebook with this command
        beside = str(Path(sys.executable).parent)
        os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), beside])
    c.CourseDirectory.root = str(course.resolve())
    c.CourseDirectory.source_directory = "solutions"
    c.CourseDirectory.release_directory = "assignments"
    c.CourseDirectory.db_url = f"sqlite:///{course.resolve()}/gradebook.db?timeout={BUSY_SECONDS}"
    c.CourseDirectory.ignore = [
        ".ipynb_checkpoints",
        "*.pyc",
        "__pycache__",
        "feedback",
        *NOT_RELEASED,
    ]
    c.GenerateAssignment.preprocessors = [
        f"{STEPS}.WriteStubs",
        *(
            f"{THEIRS}.{name}"
            for name in (
                "IncludeHeaderFooter",
                "LockCells",
                "ClearSolutions",
                "ClearOutput",
                "CheckCellMetadata",
                "ComputeChecksums",
                "SaveCells",
                "ClearHiddenTests",
                "ClearMarkScheme",
                "ComputeChecksums",
                "CheckCellMetadata",
            )
        ),
    ]
    c.Autograde.exporter_class = f"{STEPS}.LenientExporter"
    c.Autograde.exclude_overwriting = {
        lab.id: [f"{module}.py" for module in lab.modules] for lab in labs()
    }
    # No CheckCellMetadata here: it takes a third of the time, and Rebuild takes no metadata of a student's.
    c.Autograde.sanitize_preprocessors = [
        f"{STEPS}.Rebuild",
        f"{THEIRS}.OverwriteKernelspec",
        f"{THEIRS}.OverwriteCells",
    ]
    c.Autograde.autograde_preprocessors = [
        f"{STEPS}.SandboxGrade",
        f"{THEIRS}.LimitOutput",
        f"{STEPS}.SaveGrades",
        f"{THEIRS}.AssignLatePenalties",
    ]
    c.FileNameCollectorPlugin.valid_ext = [".ipynb", ".IPYNB", ".py"]
    c.ZipCollectApp.collector_plugin = f"{OURS}.collector.Collector"
    write_plainly(sys.stdout)
    for sentence in mend_course(course):
        sys.stdout.write(f"{sentence}\n")
