"""A report for editors: a line `file:line: message` for each check that failed."""

from collections.abc import Iterator
from pathlib import Path

from autograder import text as show
from autograder.course.lab import Status
from autograder.course.reference import function_in
from autograder.grading.report import CheckResult, Report
from autograder.text import shortest_path

__all__ = ["short_lines"]


def short_lines(report: Report, folder: Path, cwd: Path) -> Iterator[str]:
    """Write what failed, each at the line where an exception came from, else where its function begins.

    `folder` is where the lab's files lie; paths are written as they are reached from `cwd`.
    """
    for result in report.results:
        if result.status in {Status.FAILED, Status.ERROR}:
            file, line = result.raised_at or _begins(report, result)
            # a file of an earlier lab is named with its folder
            path = folder.parent / file if "/" in file else folder / file
            what = f"{result.check.id} {result.score}: {_message(result)}"
            yield f"{shortest_path(path, cwd)}:{line}: {what}"


def _begins(report: Report, result: CheckResult) -> tuple[str, int]:
    """Find the `def` of the exercise; line 1 where the file has none."""
    file = f"{result.check.module}.py"
    text = report.sources.get(file, b"").decode("utf-8", "replace")
    function = function_in(text, result.check.exercise)
    return file, function.lineno if function else 1


def _message(result: CheckResult) -> str:
    """Say the idea that went wrong; without a name what is visible, or what is promised."""
    sentences = [part.text for part in result.fact if not part.label]
    raised = [part.text for part in result.fact if part.label == "raised"]
    said = result.hint or " ".join(raised or sentences) or result.check.title
    return " ".join(show.clean(said).split())
