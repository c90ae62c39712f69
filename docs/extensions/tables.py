"""Sections and tables, made of Sphinx's parts."""

from collections.abc import Iterable, Sequence

from docutils import nodes

__all__ = ["names", "section", "table", "words"]


def section(name: str, title: str, *parts: nodes.Node) -> nodes.section:
    """Make a section whose anchor is the name."""
    made = nodes.section(ids=[nodes.make_id(name)], names=[name])
    made += nodes.title(text=title)
    made += list(parts)
    return made


def table(
    head: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[nodes.Node]]
) -> nodes.table:
    """Make a table of rows of cells below a head."""
    group = nodes.tgroup(cols=len(head))
    group += [nodes.colspec(colwidth=width) for width in widths]
    top = nodes.thead()
    top += _row([words(text) for text in head])
    group += top
    body = nodes.tbody()
    body += [_row(row) for row in rows]
    group += body
    made = nodes.table()
    made += group
    return made


def words(text: str) -> nodes.paragraph:
    """Make a cell of plain words."""
    return nodes.paragraph(text=text)


def names(listed: Iterable[str]) -> nodes.paragraph:
    """Make a cell of names in code."""
    paragraph = nodes.paragraph()
    for name in listed:
        if len(paragraph):
            paragraph += nodes.Text(" · ")
        paragraph += nodes.literal(text=name)
    return paragraph


def _row(cells: Sequence[nodes.Node]) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        entry = nodes.entry()
        entry += cell
        row += entry
    return row
