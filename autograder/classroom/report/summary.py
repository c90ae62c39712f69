"""A class in a terminal: how the marks are spread, which checks fail, which mistakes are behind it."""

import statistics
from collections.abc import Iterator, Sequence

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from autograder.classroom.look import Group
from autograder.classroom.marks import Marks
from autograder.classroom.report.figures import Band, Counted, class_figures
from autograder.text import clean, listed, named

__all__ = ["render_class"]

BAR = 30
MOST_CHECKS = 8
MOST_MISTAKES = 5
MOST_NAMES = 10
MOST_WHYS = 5


def render_class(marks: Marks, *, unicode: bool = True) -> RenderableType:
    """Lay out the summary of a class; only those whom a person should look at are named."""
    lab, seen = marks.lab, class_figures(marks)
    head = Text(f"{lab.id} · {lab.title}", style="bold")
    head.append(f"   {seen.submissions} submissions", style="bold")
    parts: list[RenderableType] = [head, *_look(seen.look)]
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
    parts += [*_failing(seen.failing), *_mistakes(seen.mistakes), Text()]
    return Lines(*parts)


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
    table.add_column(ratio=1, overflow="fold")
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
    table.add_column(ratio=1, overflow="fold")
    for mistake in mistakes[:MOST_MISTAKES]:
        table.add_row(f"  {len(mistake.students)}", Text(mistake.says))
    yield Text("\nMistakes behind it", style="bold")
    yield table


def _look(look: Sequence[Group]) -> Iterator[RenderableType]:
    """List whom a person should look at, with the first few names and what there is to know."""
    if not look:
        return
    yield Text("\nNeeds a look", style="bold magenta")
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(ratio=1, overflow="fold")
    for group in look:
        lines = Text(f"{group.kind}: ", style="bold")
        lines.append(listed([named(each.student) for each in group.people], MOST_NAMES), "not bold")
        lines.append(f"\n{group.advice}", "not bold dim")
        for each in [each for each in group.people if each.why][:MOST_WHYS]:
            why = " ".join(clean(each.why).split())
            lines.append(f"\n{named(each.student)}: {why}", "not bold")
        table.add_row(f"  {len(group.people)}", lines)
    yield table
    yield Text()
