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
LAYOUTS = ((20, False), (8, False), (0, False), (0, True))
"""Columns of the bar, and whether remarks are short: the first that fits is taken."""


def render_progress(
    labs: Sequence[LabProgress], *, width: int, now: datetime | None = None, unicode: bool = True
) -> RenderableType:
    """Lay out the progress of a workspace, a line a lab; narrow terminals lose bars, then remarks."""
    then = now or datetime.now(UTC)
    reached, most = sum(lab.points for lab in labs), sum(lab.max_points for lab in labs)
    names, figures = max(len(lab.submission.lab.id) for lab in labs), len(f"{reached} / {most}")
    table = Table.grid(padding=(0, GAP), pad_edge=False)
    table.add_column(no_wrap=True, max_width=max(width - figures - GAP, 1))
    columns, remarks = 0, [Text() for _ in labs]
    for wide, short in LAYOUTS:
        found = [_remark(lab, then, short=short) for lab in labs]
        bars = wide + GAP if wide else 0
        if names + GAP + bars + figures + GAP + max(map(len, found)) <= width:
            columns, remarks = wide, found
            break
    if columns:
        table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    remarked = any(remarks)
    if remarked:
        table.add_column(no_wrap=True)
    rows = [
        (lab.submission.lab.id, lab.points, lab.max_points, "", remark)
        for lab, remark in zip(labs, remarks, strict=True)
    ]
    if len(labs) > 1:
        rows.append(("", reached, most, "bold", Text("points", style="bold")))
    for name, points_of, full, style, remark in rows:
        bars_of = [_bar(points_of, full, columns, unicode=unicode)] if columns else []
        at_end = [remark] if remarked else []
        table.add_row(Text(name), *bars_of, Text(f"{points_of} / {full}", style=style), *at_end)
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
