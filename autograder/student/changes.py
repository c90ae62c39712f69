"""What changed between two reports, in a terminal: points before and after, and the checks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from autograder.grading.report import CheckResult, Report
from autograder.report.terminal import bar, render_checks
from autograder.student.watch import Event, compare

__all__ = ["render_event"]


def render_event(event: Event, *, when: str, width: int, unicode: bool = True) -> RenderableType:
    """Lay out what a change led to; where nothing was graded, why."""
    report, before = event.report, event.before
    if report is None:
        head = _head(event, when, "" if before is None else "the last report stands", before)
        return Group(head, Padding(Text(event.why), (0, 0, 0, 2)))
    arrow = "→" if unicode else "->"
    was = "" if before is None or before.reached == report.reached else f"{before.reached} {arrow} "
    head = _head(event, when, f"{was}{report.score}", report)
    if width >= WIDE:
        style = "green" if report.exit_code == 0 else "yellow"
        head.append("  ").append(
            bar(report.reached, report.max_points, style=style, unicode=unicode)
        )
    return Group(head, *_changes(report, before, unicode=unicode))


WIDE = 76
"""Columns from which there is room for the bar."""


def _head(event: Event, when: str, text: str, report: Report | None) -> Text:
    head = Text(f"{when}  ", style="dim")
    head.append(event.place.lab.id, style="bold").append("  ")
    return head.append(text, style="bold" if report else "")


def _changes(report: Report, before: Report | None, *, unicode: bool) -> Iterator[RenderableType]:
    if before is None:
        return
    found = compare(before, report)
    if not found:
        yield Text("  Nothing changed.", style="dim")
    for heading, results in (
        ("", [*found.passed, *found.failed, *found.others]),
        ("  Still failing, but in another way:", found.still),
    ):
        if results and heading:
            yield Text(heading, style="dim")
        yield from _shown(report, results, unicode=unicode)


def _shown(
    report: Report, results: Sequence[CheckResult], *, unicode: bool
) -> Iterator[RenderableType]:
    """Show checks that say the same only once, by the first of them."""
    first: dict[str, CheckResult] = {}
    like: dict[str, list[str]] = {}
    for result in results:
        text = result.message or result.check.id
        if first.setdefault(text, result) is not result:
            like.setdefault(text, []).append(result.check.id)
    names = max((len(result.check.id) for result in first.values()), default=0)
    for text, result in first.items():
        only = replace(report, results=(result,))
        yield render_checks(only, names=names, unicode=unicode)
        if text in like:
            yield Padding(Text(f"The same: {', '.join(like[text])}.", style="dim"), (0, 0, 0, 6))
