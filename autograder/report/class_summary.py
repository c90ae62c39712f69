"""A class in a terminal: how the marks are spread, which checks fail, which mistakes are behind it."""

import statistics
from collections import Counter
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from autograder.check import Status
from autograder.marks import Marks

__all__ = ["render_class"]

BINS = 5
BAR = 30
MOST_CHECKS = 8
MOST_MISTAKES = 5


def render_class(marks: Marks, *, unicode: bool = True) -> RenderableType:
    """Lay out the summary of a class; nobody is named but who has no mark through our fault."""
    lab = marks.lab
    reached = [mark.report.points for mark in marks.marks if mark.report]
    head = Text(f"{lab.id} · {lab.title}", style="bold")
    head.append(f"   {len(marks.marks)} submissions", style="bold")
    parts: list[RenderableType] = [head]
    if reached:
        parts += [
            Text(
                f"mean {statistics.fmean(reached):.1f} · median {statistics.median(reached):g}"
                f" · best {max(reached)} of {lab.points} points"
            ),
            Text(),
            *_spread(reached, lab.points, unicode=unicode),
        ]
    parts += [*_failing(marks), *_mistakes(marks), *_faults(marks)]
    return Group(*parts, Text(f"seed {marks.seed}", style="dim"))


def _spread(reached: list[int], most: int, *, unicode: bool) -> Iterator[Text]:
    width = most / BINS
    counts = Counter(min(int(points / width), BINS - 1) for points in reached)
    for i in range(BINS):
        low, high = (
            -int(-i * width // 1),
            most if i == BINS - 1 else -int(-(i + 1) * width // 1) - 1,
        )
        bar = ("█" if unicode else "#") * -(-counts[i] * BAR // len(reached))
        yield Text(f"  {low:>3} to {high:<3} {counts[i]:>4}  {bar}")


def _failing(marks: Marks) -> Iterator[RenderableType]:
    """List the checks that fail most; a check that was not asked is told beside."""
    results = [result for mark in marks.marks if mark.report for result in mark.report.results]
    failed = Counter(r.check.id for r in results if r.status is Status.FAILED)
    skipped = Counter(r.check.id for r in results if r.status is Status.SKIPPED)
    if not failed:
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for name, count in failed.most_common(MOST_CHECKS):
        beside = f" (and {skipped[name]} not asked)" if skipped[name] else ""
        table.add_row(f"  {count}", name, f"{marks.lab.checks[name].title}{beside}")
    yield Text("\nChecks that fail most", style="bold")
    yield table


def _mistakes(marks: Marks) -> Iterator[RenderableType]:
    """List the mistakes that most students make, a student counted once."""
    made: Counter[str] = Counter()
    says: dict[str, str] = {}
    for mark in marks.marks:
        found = {
            r.mistake: r.hint or ""
            for r in (mark.report.results if mark.report else ())
            if r.mistake
        }
        made.update(found.keys())
        says |= found
    if not made:
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(ratio=1)
    for name, count in made.most_common(MOST_MISTAKES):
        table.add_row(f"  {count}", Text(says[name]))
    yield Text("\nMistakes behind it", style="bold")
    yield table


def _faults(marks: Marks) -> Iterator[RenderableType]:
    """Name those whose mark is not to be trusted, through our fault."""
    lost = [mark.student for mark in marks.marks if mark.report is None]
    ours = [m.student for m in marks.marks if m.report and m.report.count(Status.ERROR)]
    if lost:
        yield Text(
            f"\nNot graded, for the grader ended with them again and again: {', '.join(lost)}. "
            "Look at these submissions yourself; the others are not affected.",
            style="magenta",
        )
    if ours:
        yield Text(
            f"\nChecks broke through our fault, and kept their points: {', '.join(ours)}. "
            "The next run asks them again.",
            style="magenta",
        )
    yield Text()
