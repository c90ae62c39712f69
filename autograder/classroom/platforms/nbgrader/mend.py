"""Make what students handed in safe for nbgrader, before it looks.

nbgrader follows links, goes into folders as deep as they are, and passes over students whose notebook is
missing or renamed. So a link or a pipe is taken away, folders that lie too deep are put aside, and where
the lab's notebook is missing, the one that looks most like it takes its place, or else the released one.
No student's file is changed. What is put aside goes into a new folder each time, and links are not kept
but written down: so nothing that was handed in earlier leads anywhere.
"""

import json
import os
import secrets
import stat
from pathlib import Path

from autograder import text
from autograder.classroom.platforms.nbgrader.cells import (
    MAX_NOTEBOOK_BYTES,
    MAX_NOTEBOOKS,
    is_notebook,
    likeness,
    read_notebook,
)
from autograder.classroom.platforms.nbgrader.stale import clear_stale
from autograder.course.catalogue import lab_ids
from autograder.storage import STATE, held, kind, read_regular, require_no_link, write_whole

__all__ = ["mend", "mend_course"]

MAX_DEPTH = 16
MAX_PATH = 2000
"""Bytes of a path that nbgrader can still copy, below another folder."""

MAX_SENTENCES = 5

FOR_US = stat.S_IRWXU


def mend_course(course: Path, submitted: Path | None = None) -> list[str]:
    """Mend what was handed in to one course, if it is one of nbgrader's and `submitted` its folder.

    Every command of nbgrader comes through here, so it never fails.
    """
    ours = course / "submitted"
    try:
        if not (course / "nbgrader_config.py").exists():
            return []
        if submitted is not None and submitted.resolve() != ours.resolve():
            return []
        with held(course / STATE):
            mended = mend(ours, course / "assignments", course / STATE / "aside")
            return [*mended, *clear_stale(course)]
    except Exception as error:  # noqa: BLE001  whatever it is, nbgrader's own command goes on
        return [f"What was handed in could not be looked through: {_why(error)}"]


def mend(submitted: Path, release: Path, aside: Path) -> list[str]:
    """Mend all submissions to all labs; return a sentence for each thing that was done.

    Args:
        submitted: nbgrader's folder, submitted/STUDENT/LAB.
        release: nbgrader's folder of released labs.
        aside: where what cannot stay is moved.
    """
    if not submitted.is_dir():
        return []
    done: list[str] = []
    for student in sorted(submitted.iterdir()):
        for lab_id in lab_ids():
            mended = _Mended(student / lab_id, release / lab_id / f"{lab_id}.ipynb", aside)
            try:
                mended.make_safe()
            except Exception as error:  # noqa: BLE001  whatever somebody handed in, the others go on
                mended.give_up(error)
            done += mended.sentences()
    return done


class _Mended:
    """One student's submission to one lab, and what was done about it."""

    def __init__(self, folder: Path, released: Path, aside: Path) -> None:
        self.folder = folder
        self.released = released
        self.name = f"{text.named(folder.parent.name)}/{text.named(folder.name)}"
        self.aside = aside / secrets.token_hex(8)
        self.taken: list[str] = []
        """What was taken away, in sentences."""
        self.stands: list[str] = []
        """What stands for the notebook."""
        self.moved = 0

    def sentences(self) -> list[str]:
        """Say what was done: of many things that were taken away the first, and where to read on."""
        taken = self.taken[:MAX_SENTENCES]
        if len(self.taken) > MAX_SENTENCES:
            taken.append(f"{len(self.taken) - MAX_SENTENCES} more like these; see {self.aside}.")
        return [f"{self.name}: {sentence}" for sentence in [*taken, *self.stands]]

    def make_safe(self) -> None:
        """Take away what nbgrader must not meet, and see that the lab's notebook is there."""
        if self.folder.parent.is_symlink():
            self._remove(self.folder.parent)
        if self.folder.is_symlink():
            self._remove(self.folder)
            self.folder.mkdir()  # or nbgrader would pass over the student
        if self.folder.is_dir():
            notebooks = self._clean(self.folder)
            cleaned = 0
            while (
                cleaned < self.moved
            ):  # what lay too deep holds links, and what lies too deep again
                cleaned += 1
                self._clean(self.aside / str(cleaned))
            self._complete(notebooks)
        self._write_down()

    def give_up(self, error: Exception) -> None:
        """Put the whole submission aside: what is in it could not be made safe."""
        self.taken.insert(0, f"It could not be made safe for nbgrader: {_why(error)}")
        try:
            self._move(self.folder)
            self.folder.mkdir()
            self._complete([])
            self._write_down()
        except Exception as again:  # noqa: BLE001  then a human must
            self.taken.insert(1, f"Move it out of submitted yourself: {_why(again)}")

    def _clean(self, top: Path) -> list[Path]:
        """Go through a folder, taking away what is odd; return the notebooks in it, the nearest first.

        A folder whose path is too long for the system has one above it that is moved before.
        """
        notebooks = []
        waiting = [(top, 0)]
        for folder, depth in waiting:  # which grows
            _open_up(folder)
            with os.scandir(folder) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
            for entry in entries:
                path = folder / entry.name
                if entry.is_dir(follow_symlinks=False):
                    if depth == MAX_DEPTH or len(os.fsencode(path)) > MAX_PATH:
                        self._move(path)
                        continue
                    if folder == self.folder and path.suffix == ".ipynb":
                        path = self._rename(path)
                    waiting.append((path, depth + 1))
                elif not entry.is_file(follow_symlinks=False):
                    self._remove(path)
                elif is_notebook(path.name):
                    notebooks.append(path)
        return notebooks

    def _remove(self, path: Path) -> None:
        """Take away a link, or what else is neither a file nor a folder; write down what it was."""
        mode = path.lstat().st_mode
        led = f" to {text.named(path.readlink())}" if stat.S_ISLNK(mode) else ""
        path.unlink()
        self.taken.append(f"{text.named(path.name)} was {kind(mode)}{led}, and was taken away.")

    def _move(self, path: Path) -> None:
        """Move a folder to a place that is new."""
        place = self.aside / str(self.moved + 1)
        require_no_link(self.aside)
        self.aside.mkdir(parents=True, exist_ok=True)
        _open_up(path)
        path.rename(place)
        self.moved += 1
        if path.is_relative_to(self.folder):  # of what was moved before, it has been said
            why = "" if path == self.folder else " lies too deep: it"
            self.taken.append(f"The folder {text.named(path.name)}{why} is in {place} now.")

    def _rename(self, path: Path) -> Path:
        """Give a folder that has a notebook's name another one."""
        place = path.with_name(f"folder-{secrets.token_hex(4)}")
        path.rename(place)
        self.taken.append(
            f"The folder {text.named(path.name)} is not a notebook; it is {place.name} now."
        )
        return place

    def _write_down(self) -> None:
        """Keep what was done where things were put."""
        if self.taken:
            require_no_link(self.aside)
            write_whole(self.aside / "what.txt", "\n".join([self.name, *self.taken, ""]))

    def _complete(self, notebooks: list[Path]) -> None:
        """Make sure that the lab's notebook is there."""
        wanted = self.folder / self.released.name
        if wanted.exists() or not self.released.exists():
            return
        ours = read_notebook(self.released).cells

        def rank(path: Path) -> tuple[bool, bool, int]:
            alike = likeness(ours, read_notebook(path).cells)
            is_hidden = any(part.startswith(".") for part in path.relative_to(self.folder).parts)
            return alike > 0, not is_hidden, alike

        ranks = {path: rank(path) for path in notebooks[:MAX_NOTEBOOKS]}
        best = max(ranks, key=ranks.__getitem__, default=None)
        if best is not None and ranks[best][0]:
            write_whole(wanted, read_regular(best, MAX_NOTEBOOK_BYTES), follow=False)
            name = text.named(best.name)
            self.stands.append(f"{name} stands for {wanted.name}, which was not handed in.")
        else:
            write_whole(wanted, _lent(self.released), follow=False)
            self.stands.append(f"{wanted.name} was not handed in; the released one stands for it.")


def _lent(released: Path) -> str:
    """Mark a released notebook, so that it is not taken for one in which a student wrote nothing."""
    notebook = json.loads(released.read_bytes())
    notebook.setdefault("metadata", {}).setdefault("nnlab", {})["lent"] = True
    return f"{json.dumps(notebook, indent=1, ensure_ascii=False)}\n"


def _open_up(folder: Path) -> None:
    """Let us list a folder, change it and move it; a student's files keep their modes."""
    mode = folder.lstat().st_mode
    if stat.S_ISDIR(mode) and mode & stat.S_IRWXU != stat.S_IRWXU:
        folder.chmod(stat.S_IMODE(mode) | stat.S_IRWXU)


def _why(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else None
    return f"{text.named(reason or error) or type(error).__name__}."
