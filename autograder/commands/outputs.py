"""What `nnlab grade` writes into files beside the printed report: pictures, a page, and for machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from autograder.commands.errors import writing

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
        """See that pictures and page can be written, before minutes go into grading."""
        if self.pictures is not None:
            from autograder.report import pictures

            try:
                pictures.prepare(self.pictures)
            except pictures.PictureError as error:
                raise click.UsageError(str(error)) from error
        if self.page is not None:
            from autograder.report import web

            try:
                web.prepare(self.page)
            except web.PageError as error:
                raise click.UsageError(str(error)) from error

    def write(self, reports: Sequence[Report], *, err: bool) -> None:
        """Write every form that is wanted; say where what people look at is, on stderr if `err`."""
        if self.pictures is not None:
            _save_pictures(reports, self.pictures, err=err)
        if self.page is not None:
            _write_page(reports, self.page, err=err)
        if self.junit is not None:
            _write_junit(reports, self.junit)
        if self.markdown is not None:
            _append_markdown(reports, self.markdown)


def _save_pictures(reports: Sequence[Report], folder: Path, *, err: bool) -> None:
    from autograder.report.pictures import PictureError, save_pictures

    try:
        written = save_pictures(reports, folder)
    except PictureError as error:
        raise click.UsageError(str(error)) from error
    told = [f"picture   {path}" for path in written] or ["No failed check has a picture."]
    click.echo("\n".join(told), err=err)


def _write_page(reports: Sequence[Report], page: Path, *, err: bool) -> None:
    from autograder.report.web import PageError, to_html, write_page

    try:
        write_page(page, to_html(reports))
    except PageError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"page      {page}", err=err)


def _write_junit(reports: Sequence[Report], file: Path) -> None:
    from autograder.report.junit import to_junit
    from autograder.storage import write_whole

    with writing(file):
        write_whole(file, to_junit(reports))


def _append_markdown(reports: Sequence[Report], file: Path) -> None:
    """Append, as the summary of a workflow wants it."""
    from autograder.report.markdown import to_markdown

    with writing(file), file.open("a", encoding="utf-8") as opened:
        opened.write(to_markdown(reports))
