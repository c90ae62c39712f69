"""The next task: the first exercise that is not finished, where its body stands, and its text."""

import ast
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder import text as show
from autograder.course.reference import find_function
from autograder.student.check_info import reference_function
from autograder.student.progress import LabProgress

__all__ = ["Task", "editor_command", "next_task"]


@dataclass(frozen=True, slots=True)
class Task:
    """One exercise: its name, where to write, and what to write."""

    exercise: str
    check: str
    """The first of its checks that has not passed."""
    path: Path
    line: int
    """Counted from 1; the line of the `def`, or of the error where the file is not Python."""
    text: str
    """The docstring, which is the task."""
    progress: LabProgress


def next_task(progress: Sequence[LabProgress]) -> Task | None:
    """Find the first unfinished exercise in the order of the course; None where all is done."""
    for lab in progress:
        for exercise in lab.unfinished:
            return _task(exercise, lab)
    return None


def _task(exercise: str, progress: LabProgress) -> Task:
    module = exercise.partition(".")[0]
    path = progress.place.folder / f"{module}.py"
    source = progress.submission.texts.get(module, b"").decode("utf-8", "replace")
    line, text = _stands(source, exercise)
    checks = progress.submission.lab.checks.values()
    left = [c.id for c in checks if c.exercise == exercise and not progress.has_passed(c.id)]
    return Task(
        exercise, left[0], path, line, show.clean(text) or _reference_text(exercise), progress
    )


def _stands(source: str, exercise: str) -> tuple[int, str]:
    """Find the line of an exercise, and its docstring where the file can be read as Python."""
    try:
        function = find_function(ast.parse(source), exercise)
    except SyntaxError as error:
        found = re.search(rf"^\s*def {exercise.rpartition('.')[2]}\b", source, re.MULTILINE)
        at = source.count("\n", 0, found.end()) + 1 if found else error.lineno
        return at or 1, ""
    except (LookupError, ValueError, RecursionError, MemoryError):  # it is gone, or the text is odd
        return 1, ""
    return function.lineno, ast.get_docstring(function) or ""


def _reference_text(exercise: str) -> str:
    """Take the task's text from the engine where the student's file has lost it."""
    function = reference_function(exercise)
    return (ast.get_docstring(function) or "") if function else ""


def editor_command(editor: str, path: Path, line: int) -> list[str]:
    """Write the command that opens a file at a line, in the manner of the editor.

    >>> editor_command("code --wait", Path("hebb.py"), 31)
    ['code', '--wait', '--goto', 'hebb.py:31']
    >>> editor_command("vim", Path("hebb.py"), 31)
    ['vim', '+31', 'hebb.py']
    >>> editor_command("notepad", Path("hebb.py"), 31)
    ['notepad', 'hebb.py']
    """
    command = shlex.split(editor, posix="\\" not in editor)  # a path of Windows keeps its signs
    command = [part.strip('"') for part in command]
    name = re.split(r"[/\\]", command[0])[-1].lower().removesuffix(".exe").removesuffix(".cmd")
    if name in _GOTO:
        return [*command, "--goto", f"{path}:{line}"]
    if name in _COLON:
        return [*command, f"{path}:{line}"]
    if name in _PLUS:
        return [*command, f"+{line}", str(path)]
    return [*command, str(path)]


_GOTO = {"code", "code-insiders", "codium", "cursor", "vscodium"}
_COLON = {"hx", "helix", "subl", "zed"}
_PLUS = {"ed", "emacs", "emacsclient", "gvim", "jed", "joe", "kak", "kate", "mcedit", "micro"} | {
    *("nano", "ne", "nvim", "vi", "vim")
}
