"""The report as a student reads it in a terminal: a line a check, and the fact where one failed.

Foreign text is never read as markup. Colour only repeats what signs and words say already, so the
report is whole without it.
"""

import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.course.lab import Status
from autograder.grading.report import LABEL, NOT_GRADED, CheckResult, Fact, Part, Report
from autograder.text import write_plainly

__all__ = [
    "bar",
    "columns",
    "console",
    "lab_line",
    "labelled",
    "made_with",
    "plain_text",
    "render",
    "render_checks",
]

SIGNS = {Status.PASSED: "✓", Status.FAILED: "✗", Status.SKIPPED: "–", Status.ERROR: "!"}
PLAIN_SIGNS = {Status.PASSED: "+", Status.FAILED: "x", Status.SKIPPED: "-", Status.ERROR: "!"}
STYLES = {
    Status.PASSED: "green",
    Status.FAILED: "red",
    Status.SKIPPED: "yellow",
    Status.ERROR: "magenta",
}
WORDS = {
    Status.PASSED: "passed",
    Status.FAILED: "failed",
    Status.SKIPPED: "not asked",
    Status.ERROR: "not graded through an error of ours",
}
BAR = 20
PLAIN_WIDTH = 88
MARGIN = 8
"""Columns left free where √ is written as sqrt."""
ROOM = 24
"""Columns that a promise needs beside its check's name."""
BESIDE_NAMES = 10
"""Columns of sign, points and spaces."""


def console(*, stderr: bool = False) -> Console:
    """Open the terminal; what its encoding lacks is written plainly, never an error."""
    stream = sys.stderr if stderr else sys.stdout
    if stream is None:  # closed by whoever started us
        return Console(file=io.StringIO())
    write_plainly(stream)
    opened = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not opened.encoding.lower().startswith("utf"):
        opened.width = max(opened.width - MARGIN, MARGIN)  # what is written plainly is longer
    return opened


def render(report: Report, *, unicode: bool = True) -> RenderableType:
    """Lay out one report."""
    head = Table.grid(expand=True)
    head.add_column()
    head.add_column(justify="right", no_wrap=True)
    head.add_row(
        Text(f"{report.lab} · {report.title}", style="bold"),
        Text(report.score, style="bold"),
    )
    notes = [Text(note, style="bold") for note in report.notes]
    made = [Text(line, style="dim") for line in [made_with(report)] if line]
    foot = [*notes, _summary(report), *made]
    return Group(head, *_checks(report, unicode=unicode), Text(), *foot)


def render_checks(report: Report, *, names: int = 0, unicode: bool = True) -> RenderableType:
    """Lay out a report's checks alone; `names` columns, at least, are for their names."""
    return Group(*_checks(report, names=names, unicode=unicode))


def _checks(report: Report, *, names: int = 0, unicode: bool) -> Iterator[RenderableType]:
    """Lay out the checks: signs and promises in columns, facts below them."""
    width = max([names, *(len(result.check.id) for result in report.results)])
    above: Fact = ()
    for result in report.results:
        signs = SIGNS if unicode else PLAIN_SIGNS
        row = _Row(
            Text(signs[result.status], style=STYLES[result.status]),
            Text(result.check.id),
            Text(f"{_points(result)}/{result.check.points}"),
            _promise(result, above),
            width,
        )
        yield row
        yield from _facts(result, above)
        above = result.fact


def _points(result: CheckResult) -> str:
    return "–" if result.points is None else str(result.points)


@dataclass(frozen=True, slots=True)
class _Row:
    """A check's line; where there is little room beside its name, the promise stands below."""

    sign: Text
    name: Text
    points: Text
    promise: Text
    names: int
    """Columns for the names of all checks."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay it out for the width there is."""
        del console
        if options.max_width - self.names - BESIDE_NAMES >= ROOM:
            row = Table.grid(padding=(0, 1), pad_edge=False)
            row.add_column(width=3, justify="right")
            row.add_column(width=self.names, no_wrap=True)
            row.add_column(width=4, justify="right")
            row.add_column(ratio=1)
            row.add_row(self.sign, self.name, self.points, self.promise)
            yield row
        else:
            yield Text.assemble("  ", self.sign, " ", self.name, "  ", self.points)
            yield Padding(self.promise, (0, 0, 0, 6))


def _promise(result: CheckResult, above: Fact) -> Text:
    """Say what the check promises, or instead why there is no more to say."""
    if result.status is Status.SKIPPED:
        return Text(result.message, style="dim")
    if result.fact and result.fact == above:
        return Text("The same as above.", style="dim")
    if result.carried:
        return Text(f"{result.check.title} (With {_names(result.carried)}.)", style="dim")
    return Text(result.check.title, style="" if result.fact else "dim")


def _names(exercises: Sequence[str]) -> str:
    names = " and ".join(exercise.partition(".")[2] for exercise in exercises)
    return f"the reference's {names}"


def _facts(result: CheckResult, above: Fact) -> Iterator[RenderableType]:
    """Lay out what went wrong, unless the check above has just said the same."""
    if result.status is Status.SKIPPED or result.fact == above:
        return
    for part in result.fact:
        yield from _part(part)
    if result.hint:
        yield Padding(Text(result.hint, style="bold"), (0, 0, 0, 6))


def _part(part: Part) -> Iterator[RenderableType]:
    """Indent a part; its label's column stays free where the text is wrapped or goes on."""
    label, text = part.label, part.text
    if not label:
        first, _, text = text.partition("\n")
        yield Padding(Text(first), (0, 0, 0, 6))
    if text:
        row = Table.grid(padding=0)
        row.add_column(width=LABEL)
        row.add_column(ratio=1, overflow="fold")
        row.add_row(Text(label, style="dim"), Text(text))
        yield Padding(row, (0, 0, 0, 6))


def _summary(report: Report) -> Text:
    counts = [f"{report.count(s)} {WORDS[s]}" for s in Status if report.count(s)]
    made = f"isolation: {'+'.join(report.isolation)}"
    helped = report.reached - report.own_points
    own = f" · {report.own_points} on its own, {helped} with the reference's help" if helped else ""
    return Text(f"{', '.join(counts)}{own} · {made}", style="dim")


def made_with(report: Report) -> str:
    """Name in one line what two reports are to be compared by; the report as data has all of it."""
    made = report.versions
    if not made:
        return ""
    prints = f"checks {made['checks'][:8]} · key {made['key'][:8]}"
    return f"{prints} · numpy {made['numpy']} ({made['blas']})"


def columns(title: str, rows: Sequence[tuple[str, str, str]]) -> RenderableType:
    """Lay out rows below a title; the last column takes what room there is."""
    table = Table.grid(padding=(0, 2), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for first, second, text in rows:
        table.add_row(Text(first), Text(second, style="dim"), Text(text))
    return Group(Text(title, style="bold"), table, Text())


def labelled(title: str, rows: Sequence[tuple[str, str]]) -> RenderableType:
    """Lay out texts below a title, each beside its word; lines of a text stay lines."""
    table = Table.grid(padding=(0, 2), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for word, text in rows:
        table.add_row(Text(word, style="dim"), Text(text))
    return Group(Text(title, style="bold"), Text(), table)


def lab_line(report: Report, *, width: int, unicode: bool = True) -> Text:
    """Lay out one lab in one line, with a bar of its points."""
    style = "green" if report.exit_code == 0 else "yellow" if report.reached else "red"
    line = Text(f"{report.lab:<{width}}  ")
    line.append(bar(report.reached, report.max_points, style=style, unicode=unicode))
    line.append(f"  {report.reached:>2} / {report.max_points}")
    return line if report.points is not None else line.append(f"  {NOT_GRADED}")


def bar(points: int, most: int, width: int = BAR, *, style: str, unicode: bool = True) -> Text:
    """Draw a bar: full only when all is reached, and never empty when something is."""
    filled = max(points * width // most, 1) if points and most else 0
    full, empty = ("█", "░") if unicode else ("#", ".")
    return Text(full * filled, style=style).append(empty * (width - filled), style="dim")


def plain_text(report: Report, check_id: str) -> str:
    """Write the report of one check as plain text, for a notebook's cell."""
    only = tuple(result for result in report.results if result.check.id == check_id)
    stream = io.StringIO()
    page = Console(
        file=stream, width=PLAIN_WIDTH, color_system=None, force_terminal=False, force_jupyter=False
    )
    page.print(render(replace(report, results=only)), markup=False, highlight=False)
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())
