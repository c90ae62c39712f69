"""A workflow for GitHub Classroom: every push is graded, and the report is the job's summary."""

import json
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

from autograder.errors import WrongUseError

__all__ = ["InstallError", "PLACE", "require_students_edition", "workflow"]

PLACE = ".github/workflows/grade.yml"

_WORKFLOW = """\
# Grades every push with nnlab and shows the report as the job's summary.
# It is for feedback: whoever may change this file may change what it says. Marks come from nnlab batch.
name: grade
on: [push, workflow_dispatch]
permissions:
  contents: read
jobs:
  grade:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: {python}
      - name: Install the course
        env:
          COURSE: {install}
        run: python -m pip install "$COURSE"
      - name: Grade
        run: nnlab grade {labs}--json --junit nnlab.xml --markdown "$GITHUB_STEP_SUMMARY" > nnlab.json
      - name: Keep the report
        if: always()
        uses: actions/upload-artifact@v4
        with:
          name: nnlab-report
          path: |
            nnlab.json
            nnlab.xml
"""


class InstallError(WrongUseError):
    """What pip would install holds the answers: every student's job could print them."""


def require_students_edition(install: str, folder: Path) -> bool:
    """Require that pip would install the student's edition; return whether that could be looked at.

    Args:
        install: what stands behind `pip install`.
        folder: the repository, from which paths are counted.

    Raises: InstallError for sources, which hold the answers, and for the instructor's wheel.
    """
    place = re.sub(r"^[\w.\[\],\s-]+@\s+", "", install).strip()
    file = re.split(r"[?#]", place, maxsplit=1)[0]
    is_address = "://" in place
    path = folder / file.removeprefix("file://")
    is_path = not is_address or file.startswith("file://")
    if re.match(r"(git|hg|svn|bzr)\+", place, re.IGNORECASE):
        raise InstallError(_refused(install, "names a repository, which holds the answers"))
    if is_path and not path.exists() and not _is_like_a_path(file):
        return True  # a name, whose index is the instructor's own choice
    if not file.lower().endswith(".whl") or path.is_dir():
        raise InstallError(_refused(install, "is not a wheel, and sources hold the answers"))
    if not is_path or not path.is_file():
        return False
    if not _is_students(path):
        raise InstallError(
            _refused(install, "is not the student's edition, and other wheels hold the answers")
        )
    return True


def _is_like_a_path(text: str) -> bool:
    return bool(re.search(r"[/\\]|^\.|\.(whl|zip|tar|gz|bz2|xz|tgz)$", text, re.IGNORECASE))


def _is_students(wheel: Path) -> bool:
    """Return whether a wheel is the student's edition, which says so and has no solutions."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            return "nnlab_course/edition.json" in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def _refused(install: str, why: str) -> str:
    return (
        f"{install} {why}. Students could read them all. Run `nnlab release`, copy its wheel into "
        "this repository, and name that: --install ./nnlab_course-VERSION-py3-none-any.whl"
    )


def workflow(labs: Sequence[str], *, install: str, python: str) -> str:
    """Write the workflow: which labs it grades, all by default, and what pip installs for it."""
    chosen = "".join(f"{lab} " for lab in labs)
    return _WORKFLOW.format(labs=chosen, install=json.dumps(install), python=json.dumps(python))
