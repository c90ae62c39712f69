"""What is printed: reports as they come, whole ones or a line a lab; and prose."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.text import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.grading.report import Report
    from autograder.student.find import Place

__all__ = ["Screen", "say"]


def say(text: str, *, err: bool = False, hang: int = 0) -> None:
    """Print prose; a terminal would break its lines within words, so there they are wrapped, as `wrapped` does."""
    stream = sys.stderr if err else sys.stdout
    if stream is not None and stream.isatty():
        text = wrapped(text, shutil.get_terminal_size().columns, hang=hang)
    click.echo(text, err=err)


class Screen:
    """The terminal that reports are printed on, and which signs it has."""

    def __init__(self, *, brief: bool = False, whole: bool = False) -> None:
        from autograder.course.catalogue import lab_ids
        from autograder.report.terminal import console

        self.brief, self.whole = brief, whole
        self.out = console()
        self.unicode = self.out.encoding.lower().startswith("utf")
        self.names = max(map(len, lab_ids()))

    def report(self, report: Report) -> None:
        """Print one report."""
        from autograder.report.terminal import lab_line, render
        from autograder.student.next_step import next_step

        if self.brief:
            self.out.print(lab_line(report, width=self.names, unicode=self.unicode))
        else:
            then = next_step(report)
            self.out.print(render(report, unicode=self.unicode, whole=self.whole, then=then))

    def total(self, reports: Sequence[Report], places: Sequence[Place]) -> None:
        """Close several brief reports with the sum, and say how to see more."""
        from autograder.student.find import shortest_target

        if not self.brief:
            return
        reached = sum(report.reached for report in reports)
        total = sum(report.max_points for report in reports)
        whole = all(report.points is not None for report in reports)
        so_far = "" if whole else " so far: not graded yet"
        self.out.print(f"{'':{self.names}}  {'':20}  {reached} / {total} points{so_far}")
        unfinished = [p for p, r in zip(places, reports, strict=True) if r.exit_code]
        if unfinished:
            target = shortest_target(unfinished[0], Path.cwd())
            self.out.print(f"\nThe details: nnlab grade {target}", soft_wrap=True)
