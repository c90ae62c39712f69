"""The command `nnlab guide`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["guide"]


@click.command()
def guide() -> None:
    """Print the student's guide.

    On a terminal it is laid out for reading, a screen at a time: space goes on, / searches, q ends.
    Into a file or a pipe goes its text, which is Markdown.

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
    from rich.markdown import CodeBlock, Markdown
    from rich.syntax import Syntax
    from rich.theme import Theme

    class Code(CodeBlock):
        """A block of code from the left edge on: the terminal's own lines fit their width exactly."""

        def __rich_console__(self, *_: object) -> Iterator[Syntax]:
            code = str(self.text).rstrip()
            yield Syntax(code, self.lexer_name, theme=self.theme, word_wrap=True, padding=(1, 0))

    class Guide(Markdown):
        """The guide, with such blocks."""

        elements = Markdown.elements | {"fence": Code}

    # a background fits one terminal alone
    with out.use_theme(Theme({"markdown.code": "bold"})), out.capture() as laid_out:
        out.print(Guide(text, code_theme="ansi_dark"))
    click.echo_via_pager(laid_out.get())
