"""Make what students handed in safe for nbgrader, before it looks.

nbgrader follows links, and passes over students whose notebook is missing or renamed. So a link or a
pipe is put aside, and where the lab's notebook is missing, the one that looks most like it takes its
place, or else the released one. No student's file is changed.
"""

import json
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from autograder.course import lab_ids
from autograder.state import STATE

__all__ = ["mend", "mend_course"]

MAX_NOTEBOOK_BYTES = 32 << 20


def mend_course(course: Path, submitted: Path | None = None) -> list[str]:
    """Mend what was handed in to one course, if it is one of nbgrader's and `submitted` its folder."""
    ours = course / "submitted"
    if not (course / "nbgrader_config.py").exists():
        return []
    if submitted is not None and submitted.resolve() != ours.resolve():
        return []
    return mend(ours, course / "assignments", course / STATE / "aside")


def mend(submitted: Path, release: Path, aside: Path) -> list[str]:
    """Mend all submissions to all labs; return a sentence for each thing that was done.

    Args:
        submitted: nbgrader's folder, submitted/STUDENT/LAB.
        release: nbgrader's folder of released labs.
        aside: where links and other odd things are moved.
    """
    done: list[str] = []
    for folder in _folders(submitted):
        name = f"{folder.parent.name}/{folder.name}"
        for odd in list(_odd(folder)):
            place = aside / name / odd.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.unlink(missing_ok=True)
            odd.rename(place)
            done.append(f"{name}: {odd.name} is a link or no file; it is in {place} now.")
        done += _complete(folder, release / folder.name / f"{folder.name}.ipynb", name)
    return done


def _folders(submitted: Path) -> Iterator[Path]:
    if submitted.is_dir():
        for student in sorted(submitted.iterdir()):
            if student.is_dir() and not student.is_symlink():
                yield from (student / i for i in lab_ids() if (student / i).is_dir())


def _odd(folder: Path) -> Iterator[Path]:
    """Find what is neither a file nor a folder; links are not followed."""
    if folder.is_symlink():
        yield folder
        return
    for path in folder.rglob("*"):
        mode = path.lstat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            yield path


def _complete(folder: Path, released: Path, name: str) -> Iterator[str]:
    wanted = folder / released.name
    if wanted.is_dir():
        wanted.rename(wanted.with_suffix(".folder"))
    if wanted.exists() or not released.exists() or not folder.exists():
        return
    ours = _ids(released)
    others = [path for path in sorted(folder.rglob("*.ipynb")) if path.is_file()]
    best = max(others, key=lambda path: len(ours & _ids(path)), default=None)
    if best is not None and ours & _ids(best):
        shutil.copyfile(best, wanted)
        yield f"{name}: {best.name} stands for {wanted.name}, which was not handed in."
    else:
        shutil.copyfile(released, wanted)
        yield f"{name}: {wanted.name} was not handed in; the released one stands for it."


def _ids(path: Path) -> set[str]:
    """Collect the ids of a notebook's cells, of nbgrader and of Jupyter; none if it cannot be read."""
    try:
        if path.stat().st_size > MAX_NOTEBOOK_BYTES:
            return set()
        cells = json.loads(path.read_bytes())["cells"]
        found = [
            name
            for cell in cells
            for name in (cell.get("id"), cell["metadata"].get("nbgrader", {}).get("grade_id"))
        ]
        return {name for name in found if isinstance(name, str)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return set()
