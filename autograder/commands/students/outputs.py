"""What `nnlab grade` writes into files beside the printed report: pictures, a page, and for machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from autograder.errors import writing
from autograder.storage import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from autograder.grading.report import Report

__all__ = ["Outputs"]


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where each form of the report goes; None: it is not wanted."""

    pictures: Path | None = None
    page: Path | None = None
    junit: Path | None = None
    markdown: Path | None = None

    def prepare(self) -> None:
        """Check that pictures and page can be written, before minutes go into grading."""
        if self.pictures is not None:
            from autograder.report.pictures import prepare

            prepare(self.pictures)
        if self.page is not None:
            from autograder.report import web

            web.prepare(self.page)

    def write(self, reports: Sequence[Report], *, err: bool) -> None:
        """Write every form that is wanted; say where what people look at is, on stderr if `err`."""
        if self.pictures is not None:
            from autograder.report.pictures import save_pictures

            written = [f"picture   {path}" for path in save_pictures(reports, self.pictures)]
            click.echo("\n".join(written) or "No failed check has a picture.", err=err)
        if self.page is not None:
            from autograder.report.web import to_html, write_page

            write_page(self.page, to_html(reports))
            click.echo(f"page      {self.page}", err=err)
        if self.junit is not None:
            from autograder.report.junit import to_junit

            with writing(self.junit):
                write_whole(self.junit, to_junit(reports))
        if self.markdown is not None:
            from autograder.report.markdown import to_markdown

            # appended, as the summary of a workflow wants it
            with writing(self.markdown), self.markdown.open("a", encoding="utf-8") as file:
                file.write(to_markdown(reports))
