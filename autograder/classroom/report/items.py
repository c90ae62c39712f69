"""How hard each check was in groups or years, side by side: a page, a table, and in a terminal."""

from pathlib import Path

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from autograder.classroom.items import FEWEST, Comparison, Item
from autograder.classroom.spreadsheet import safe_cell, write_rows
from autograder.report.web.pages import fill
from autograder.storage import write_whole
from autograder.text import named

__all__ = ["items_csv", "render_items", "to_items_html", "write_items"]


def write_items(found: Comparison, folder: Path) -> list[Path]:
    """Write LAB-items.html and LAB-items.csv."""
    paths = [folder / f"{found.lab.id}-items.html", folder / f"{found.lab.id}-items.csv"]
    write_whole(paths[0], to_items_html(found), private=True)
    write_whole(paths[1], "\ufeff" + items_csv(found), private=True)
    return paths


def to_items_html(found: Comparison) -> str:
    """Write the page."""
    return fill("items.html", found=found, fewest=FEWEST)


def items_csv(found: Comparison) -> str:
    """Write a row for each check and part."""
    rows: list[list[object]] = [["check", "part", "students", "passed", "item_rest", "note"]]
    for row in found.rows:
        for (name, part), item in zip(found.parts.items(), row.items, strict=True):
            passed = "" if item is None else f"{item.passed:.3f}"
            rest = "" if item is None or item.rest is None else f"{item.rest:.3f}"
            rows.append([row.check.id, safe_cell(name), part.students, passed, rest, row.note])
    return write_rows(rows)


def render_items(found: Comparison) -> RenderableType:
    """Lay out how many passed each check in each part."""
    head = Text(f"{found.lab.id} · {found.lab.title}", style="bold")
    table = Table.grid(padding=(0, 2))
    table.add_column()
    for _ in found.parts:
        table.add_column(justify="right")
    table.add_row("", *(f"{named(name)} ({part.students})" for name, part in found.parts.items()))
    for row in found.rows:
        table.add_row(row.check.id, *map(_passed, row.items))
    notes = [Text(f"{row.check.id}: {row.note}") for row in found.rows if row.note]
    small = [named(name) for name, part in found.parts.items() if not part.items]
    few = [Text(f"Of fewer than {FEWEST} nothing is said: {', '.join(small)}")] if small else []
    return Lines(head, table, *notes, *few)


def _passed(item: Item | None) -> str:
    return "–" if item is None else f"{100 * item.passed:.0f} %"
