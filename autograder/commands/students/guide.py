"""The command `nnlab guide`."""

from __future__ import annotations

import click

__all__ = ["guide"]


@click.command()
def guide() -> None:
    """Print the student's guide.

    On a terminal it is laid out for reading; into a file or a pipe goes its text, which is Markdown.

    \b
    Example: nnlab guide
    Exit code: 0 done, 2 it is missing.
    """
    from autograder.course.guide import read_guide
    from autograder.report.terminal import console

    text, out = read_guide(), console()
    if not out.is_terminal:
        click.echo(text, nl=False)
        return
    from rich.markdown import Markdown
    from rich.theme import Theme

    with out.use_theme(Theme({"markdown.code": "bold"})):  # a background fits one terminal alone
        out.print(Markdown(text, code_theme="ansi_dark"))
