"""Progress in a terminal: a line a lab, with its points, its bar, and when it was graded."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from autograder.report.terminal import bar
from autograder.student.progress import LabProgress

__all__ = ["ago", "render_progress"]

GAP = 2
FULL_BAR, SHORT_BAR = 20, 8
WIDE, NARROW = 76, 56
"""Columns from which there is room for the whole bar, and for a short one."""
REMARK = 14
"""What a remark takes, with the gaps before it and before the points."""


def render_progress(
    labs: Sequence[LabProgress], *, width: int, now: datetime | None = None, unicode: bool = True
) -> RenderableType:
    """Lay out the progress of a workspace; narrow terminals lose the bars, then the remarks."""
    columns = FULL_BAR if width >= WIDE else SHORT_BAR if width >= NARROW else 0
    rows = [(lab, lab.points, lab.max_points) for lab in labs]
    reached, most = sum(row[1] for row in rows), sum(row[2] for row in rows)
    figures = len(f"{reached} / {most}")
    remarked = max(len(lab.submission.lab.id) for lab in labs) + figures + REMARK <= width
    table = Table.grid(padding=(0, GAP), pad_edge=False)
    table.add_column(no_wrap=True, max_width=max(width - figures - GAP, 1))
    if columns:
        table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    if remarked:
        table.add_column(ratio=1)
    for lab, points, full in rows:
        cells = [Text(lab.submission.lab.id), Text(f"{points} / {full}")]
        if columns:
            cells.insert(1, _bar(points, full, columns, unicode=unicode))
        if remarked:
            cells.append(_remark(lab, now or datetime.now(UTC), short=not columns))
        table.add_row(*cells)
    if len(labs) > 1:
        total = [Text(""), Text(f"{reached} / {most}", style="bold")]
        if columns:
            total.insert(1, _bar(reached, most, columns, unicode=unicode))
        if remarked:
            total.append(Text("points", style="bold"))
        table.add_row(*total)
    return Group(table)


def _bar(points: int, most: int, width: int, *, unicode: bool) -> Text:
    return bar(points, most, width, style="green" if points == most else "yellow", unicode=unicode)


def _remark(lab: LabProgress, now: datetime, *, short: bool) -> Text:
    if lab.graded_at is None:
        return Text("not graded" if short else "not graded yet", style="dim")
    if not lab.is_graded:
        return Text("not graded" if short else "not graded: an error of ours", style="magenta")
    if lab.changed and short:
        return Text("changed", style="bold")
    when = Text(ago(lab.graded_at, now), style="dim")
    return when.append(", changed since", style="bold") if lab.changed else when


def ago(then: datetime, now: datetime) -> str:
    """Say how long ago something was, as people say it; from a week on, the day.

    >>> noon = datetime(2030, 5, 6, 12, tzinfo=UTC)
    >>> [ago(noon.replace(hour=hour), noon) for hour in (12, 11, 3)]
    ['just now', '1 hour ago', '9 hours ago']
    """
    seconds = (now - then).total_seconds()
    for size, word, most in ((86400, "day", 7), (3600, "hour", 24), (60, "minute", 60)):
        count = int(seconds // size)
        if count >= most:
            break
        if count >= 1:
            return f"{count} {word}{'s' * (count > 1)} ago"
    else:
        return "just now" if seconds > -60 else f"{then.astimezone():%Y-%m-%d %H:%M}"
    return f"{then.astimezone():%Y-%m-%d}"
