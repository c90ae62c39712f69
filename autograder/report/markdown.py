"""Reports in Markdown, as the summary of a job on GitHub shows them."""

import re
from collections.abc import Iterator, Sequence

from autograder import text as show
from autograder.course.lab import Status
from autograder.grading.report import CheckResult, Report

__all__ = ["to_markdown"]

SIGNS = {Status.PASSED: "✅", Status.FAILED: "❌", Status.SKIPPED: "–", Status.ERROR: "⚠️"}


def to_markdown(reports: Sequence[Report]) -> str:
    """Write a section for each lab: a table of the checks, and below it what went wrong."""
    return "\n".join(line for report in reports for line in _lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"## {_inline(f'{report.lab} · {report.title}')}: {report.score}"
    yield from ["", "| | check | points | promise |", "|---|---|---:|---|"]
    for result in report.results:
        check = result.check
        yield (
            f"| {SIGNS[result.status]} {result.status} | `{check.id}` "
            f"| {result.score} | {_inline(check.title)} |"
        )
    yield ""
    for result in report.results:
        if result.status in {Status.FAILED, Status.ERROR}:
            yield from _facts(result)
    yield from (f"{_inline(note)}\n" for note in report.notes)
    yield f"Isolation: {_inline('+'.join(report.isolation))}"
    yield ""


def _facts(result: CheckResult) -> Iterator[str]:
    """Say what went wrong; foreign text stands in a fence that it cannot close."""
    text = show.clean(result.message)
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from [f"### `{result.check.id}`", "", f"{fence}text", text, fence, ""]
    if result.hint:
        yield from [f"**{_inline(result.hint)}**", ""]


def _inline(text: str) -> str:
    """Write text on one line so that Markdown reads nothing into it."""
    return re.sub(r"([\\`*_{}\[\]<>()#+|~$&])", r"\\\1", " ".join(show.clean(text).split()))
