"""A class in a terminal: how the marks are spread, which checks fail, which mistakes are behind it."""

import statistics
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from autograder.classroom.marks import Marks
from autograder.classroom.report.figures import Band, ClassFigures, Counted, class_figures
from autograder.text import named

__all__ = ["render_class"]

BAR = 30
MOST_CHECKS = 8
MOST_MISTAKES = 5


def render_class(marks: Marks, *, unicode: bool = True) -> RenderableType:
    """Lay out the summary of a class; only those without a mark are named."""
    lab, seen = marks.lab, class_figures(marks)
    head = Text(f"{lab.id} · {lab.title}", style="bold")
    head.append(f"   {seen.submissions} submissions", style="bold")
    parts: list[RenderableType] = [head]
    if seen.reached:
        parts += [
            Text(
                f"mean {statistics.fmean(seen.reached):.1f}"
                f" · median {statistics.median(seen.reached):g}"
                f" · best {max(seen.reached)} of {lab.points} points"
            ),
            Text(),
            *_spread(seen.bands, len(seen.reached), unicode=unicode),
        ]
    parts += [*_failing(seen.failing), *_mistakes(seen.mistakes), *_faults(seen)]
    return Group(*parts)


def _spread(bands: Sequence[Band], total: int, *, unicode: bool) -> Iterator[Text]:
    for band in bands:
        count = len(band.students)
        bar = ("█" if unicode else "#") * -(-count * BAR // total)
        yield Text(f"  {band.low:>3} to {band.high:<3} {count:>4}  {bar}")


def _failing(failing: Sequence[Counted]) -> Iterator[RenderableType]:
    """List the checks that fail most; a check that was not asked is shown beside them."""
    if not failing:
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for check in failing[:MOST_CHECKS]:
        beside = f" (and {check.not_asked} not asked)" if check.not_asked else ""
        table.add_row(f"  {len(check.students)}", check.name, f"{check.says}{beside}")
    yield Text("\nChecks that fail most", style="bold")
    yield table


def _mistakes(mistakes: Sequence[Counted]) -> Iterator[RenderableType]:
    """List the mistakes that most students make."""
    if not mistakes:
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(ratio=1)
    for mistake in mistakes[:MOST_MISTAKES]:
        table.add_row(f"  {len(mistake.students)}", Text(mistake.says))
    yield Text("\nMistakes behind it", style="bold")
    yield table


def _faults(seen: ClassFigures) -> Iterator[RenderableType]:
    """Name those who have no mark, through an error of ours."""
    if seen.lost:
        yield Text(
            f"\nNot graded, for the grader ended with them again and again: {', '.join(map(named, seen.lost))}. "
            "Look at these submissions yourself; the others are not affected.",
            style="magenta",
        )
    if seen.undecided:
        yield Text(
            "\nNot graded, for different files may be meant: "
            f"{', '.join(map(named, seen.undecided))}. Say which counts: leave that one alone.",
            style="bold",
        )
    if seen.unread:
        yield Text(
            f"\nNot graded, for it cannot be read here: {', '.join(map(named, seen.unread))}. "
            "Make it readable and run the same command again.",
            style="magenta",
        )
    if seen.ours:
        yield Text(
            "\nNot graded, for checks broke through an error of ours: "
            f"{', '.join(map(named, seen.ours))}. "
            "They have no mark. The next run asks them again; where it breaks again, look yourself.",
            style="magenta",
        )
    yield Text()
