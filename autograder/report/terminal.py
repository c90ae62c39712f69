"""The report as a student reads it in a terminal: a line a check, and the fact where one failed.

Foreign text is never read as markup. Colour only repeats what signs and words say already, so the
report is whole without it.
"""

import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.course.lab import Status
from autograder.grading.explain import not_written
from autograder.grading.once import AS_IN
from autograder.grading.report import (
    LABEL,
    NOT_GRADED,
    CheckResult,
    Fact,
    Part,
    Report,
    as_text,
)
from autograder.text import listed, write_plainly

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
SCREEN = 40
"""Lines that a report should not exceed where nobody knows the height of what it is read on."""
PROMPT = 1
"""The line below a report, in which its reader types."""
MARGIN = 8
"""Columns left free where √ is written as sqrt."""
ROOM = 24
"""Columns that a promise needs beside its check's name."""
INDENT = 2
"""Columns before a text that stands below its label."""
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


def render(
    report: Report, *, unicode: bool = True, whole: bool = False, then: str = ""
) -> RenderableType:
    """Lay out one report so that it fits a screen; or `whole`, with all that is said of every check.

    `then` is its last line: what there is to do next.
    """
    head = Table.grid(expand=True)
    head.add_column()
    head.add_column(justify="right", no_wrap=True)
    head.add_row(
        Text(f"{report.lab} · {report.title}", style="bold"),
        Text(report.score, style="bold"),
    )
    notes = [Text(note, style="bold") for note in report.notes]
    made = [Text(line, style="dim") for line in [made_with(report)] if line]
    last = [Text(), Text(then, style="bold")] if then else []
    foot = Group(Text(), *notes, _summary(report), *made, *last)
    if whole or len(report.results) == 1:
        return Group(head, *_checks(report, unicode=unicode), foot)
    return _Screen(report, head, foot, Group(*notes, *last), SIGNS if unicode else PLAIN_SIGNS)


def render_checks(report: Report, *, names: int = 0, unicode: bool = True) -> RenderableType:
    """Lay out a report's checks alone; `names` columns, at least, are for their names."""
    return Group(*_checks(report, names=names, unicode=unicode))


def _checks(report: Report, *, names: int = 0, unicode: bool) -> Iterator[RenderableType]:
    """Lay out the checks: signs and promises in columns, facts below them."""
    width = max([names, *(len(result.check.id) for result in report.results)])
    above: Fact = ()
    for result in report.results:
        yield _row(result, SIGNS if unicode else PLAIN_SIGNS, width, above)
        yield from _facts(result, above)
        above = result.fact


def _row(
    result: CheckResult, signs: Mapping[Status, str], names: int, above: Fact = ()
) -> RenderableType:
    return _Row(
        Text(signs[result.status], style=STYLES[result.status]),
        Text(result.check.id),
        Text(f"{_points(result)}/{result.check.points}"),
        _promise(result, above),
        names,
    )


@dataclass(frozen=True, slots=True)
class _Screen:
    """A report on a screen: what passed in one line, then what did not, the first of it in full.

    Of what failed further down there is as much as the screen has room for; a mistake is said once,
    with all checks that it fails.
    """

    report: Report
    head: RenderableType
    foot: RenderableType
    brief_foot: RenderableType
    """The foot without counts and versions, for a screen that is too small for all."""
    signs: Mapping[Status, str]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay it out for the width and the height there are."""

        def lines(*parts: RenderableType) -> int:
            return len(console.render_lines(Group(*parts), options))

        results = self.report.results
        written = [r for r in results if r.status is not Status.FAILED or not _is_stub(r)]
        failed = [r for r in written if r.status in {Status.FAILED, Status.ERROR}]
        led = {leader.check.id: [leader] for leader in failed if _leader(leader, failed) is leader}
        for result in failed:
            if (leader := _leader(result, failed)) is not result:
                led[leader.check.id].append(result)
        names = max((len(name) for name in led), default=0)
        top = [self.head, *self._passed()]
        blocks = [[*self._block(group, names)] for group in led.values()]
        height = console.size.height if console.is_terminal else SCREEN
        more = Padding(Text(f"The rest in full: nnlab grade {self.report.lab} -v"), (1, 0, 0, 2))
        # less of what stands below the first failure, if the whole does not fit
        rest = [*self._stubs(), *self._skipped()]
        for ideas, foot in ((True, self.foot), (True, self.brief_foot), (False, self.brief_foot)):
            short = [[*self._short(group, names, ideas=ideas)] for group in led.values()]
            first = blocks[0] if blocks else []
            brief = [line for block in short[1:] for line in block]
            left = height - PROMPT - lines(*top, *first, *brief, *rest, more, foot)
            if left >= 0:
                break
        yield from top
        cut = not ideas or foot is self.brief_foot
        for i, (block, brief) in enumerate(zip(blocks, short, strict=True)):
            extra = lines(*block) - lines(*brief) if i else 0
            fits = extra <= max(left, 0)
            left -= extra if fits else 0
            cut = cut or not fits
            yield from block if fits else brief
        yield from rest
        if cut:
            yield more
        yield foot

    def _line(self, status: Status, text: str) -> RenderableType:
        """Write one line for several checks."""
        row = Table.grid(padding=(0, 1), pad_edge=False)
        row.add_column(width=3, justify="right")
        row.add_column(ratio=1, overflow="fold")
        row.add_row(Text(self.signs[status], style=STYLES[status]), Text(text))
        return row

    def _passed(self) -> Iterator[RenderableType]:
        passed = [r for r in self.report.results if r.status is Status.PASSED]
        helped = [r for r in passed if r.carried]
        if passed[len(helped) :]:
            yield self._line(Status.PASSED, f"{len(passed) - len(helped)} passed")
        for result in helped:
            yield _row(result, self.signs, max(len(r.check.id) for r in helped))

    def _block(self, group: Sequence[CheckResult], names: int) -> Iterator[RenderableType]:
        yield _row(group[0], self.signs, names)
        yield from _facts(group[0], ())
        yield from self._same(group)

    def _short(
        self, group: Sequence[CheckResult], names: int, *, ideas: bool
    ) -> Iterator[RenderableType]:
        """Say of a failure what failed, and its idea if it has a name and there is room."""
        yield _row(group[0], self.signs, names)
        if ideas and group[0].hint:
            yield Padding(Text(group[0].hint, style="bold"), (0, 0, 0, 6))
        yield from self._same(group)

    def _same(self, group: Sequence[CheckResult]) -> Iterator[RenderableType]:
        others = [f"{r.check.id} {_points(r)}/{r.check.points}" for r in group[1:]]
        if others:
            yield Padding(Text(f"The same fails {listed(others)}.", style="dim"), (0, 0, 0, 6))

    def _stubs(self) -> Iterator[RenderableType]:
        stubs = [r.check for r in self.report.results if r.status is Status.FAILED and _is_stub(r)]
        exercises = dict.fromkeys(check.exercise.partition(".")[2] for check in stubs)
        if exercises:
            yield self._line(Status.FAILED, f"Not written yet: {listed([*exercises])}.")

    def _skipped(self) -> Iterator[RenderableType]:
        """Write what waits for this lab's own checks in one line, and what waits for earlier labs by reason."""
        passed = {r.check.id for r in self.report.results if r.status is Status.PASSED}
        own, earlier = list[str](), dict[Fact, list[str]]()
        for result in self.report.results:
            if result.status is Status.SKIPPED:
                waits = any(need.id not in passed for need in result.check.needs)
                (own if waits else earlier.setdefault(result.fact, [])).append(result.check.id)
        for reason, checks in earlier.items():
            yield self._line(Status.SKIPPED, f"{listed(checks)}: {as_text(reason)}")
        if own:
            yield self._line(Status.SKIPPED, f"Not asked until others pass: {listed(own)}.")


def _is_stub(result: CheckResult) -> bool:
    return result.fact == not_written(result.check)


def _leader(result: CheckResult, failed: Sequence[CheckResult]) -> CheckResult:
    """Find the first check that fails through the same mistake, exception or fact; maybe itself."""
    for one in failed:
        if one is result:
            break
        same_idea = result.hint and result.hint in {one.hint, f"{AS_IN}{one.check.id}."}
        same_line = result.raised_at and result.raised_at == one.raised_at
        if same_idea or same_line or one.fact == result.fact:
            return one
    return result


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
            row.add_column(ratio=1, overflow="fold")
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
        yield Padding(_Labelled(label, text), (0, 0, 0, 6))


@dataclass(frozen=True, slots=True)
class _Labelled:
    """A text beside its label, or below it where there is little room; a table has a line for each row."""

    label: str
    text: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay it out for the width there is."""
        del console
        beside = options.max_width >= LABEL + 2 * ROOM
        if not beside and self.label:
            yield Text(self.label, style="dim")
        left = LABEL if beside else INDENT
        rows = self.text.replace("], [", "],\n [")
        longest = max(map(len, rows.split("\n")))
        by_row = self.text.startswith("[[") and longest <= options.max_width - left < len(self.text)
        row = Table.grid(padding=0)
        row.add_column(width=left)
        row.add_column(ratio=1, overflow="fold")
        row.add_row(
            Text(self.label if beside else "", style="dim"), Text(rows if by_row else self.text)
        )
        yield row


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
    table.add_column(ratio=1, overflow="fold")
    for first, second, text in rows:
        table.add_row(Text(first), Text(second, style="dim"), Text(text))
    return Group(Text(title, style="bold"), table, Text())


def labelled(title: str, rows: Sequence[tuple[str, str]]) -> RenderableType:
    """Lay out texts below a title, each beside its word; lines of a text stay lines."""
    table = Table.grid(padding=(0, 2), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
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


def plain_text(report: Report, check_id: str, then: str = "") -> str:
    """Write the report of one check as plain text, for a notebook's cell; `then` is its last line."""
    only = tuple(result for result in report.results if result.check.id == check_id)
    stream = io.StringIO()
    page = Console(
        file=stream, width=PLAIN_WIDTH, color_system=None, force_terminal=False, force_jupyter=False
    )
    page.print(render(replace(report, results=only), then=then), markup=False, highlight=False)
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())
