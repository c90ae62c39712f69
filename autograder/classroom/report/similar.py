"""What a few people share, as a page and in a terminal: the two texts side by side, and how rare that is."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from autograder.classroom.similar import NO_VERDICT, Shared, Similar, Wording
from autograder.report.web.code import Excerpt, excerpt
from autograder.report.web.pages import fill
from autograder.storage import write_whole
from autograder.text import clean, listed, named

__all__ = ["render_similar", "to_similar_html", "write_similar"]

MOST_PAIRS = 10
MOST_SHOWN = 3
MOST_NAMES = 10


def write_similar(found: Similar, folder: Path) -> Path:
    """Write LAB-similar.html."""
    path = folder / f"{found.lab.id}-similar.html"
    write_whole(path, to_similar_html(found), private=True)
    return path


def to_similar_html(found: Similar) -> str:
    """Write the page."""
    anchors = {id(shared): f"shared-{number}" for number, shared in enumerate(found.shared, 1)}
    return fill(
        "similar.html",
        found=found,
        no_verdict=NO_VERDICT,
        places={
            pair.people: [
                (shared.exercise, anchors[id(shared)])
                for shared in found.shared
                if {*pair.people} <= {*shared.people}
            ]
            for pair in found.pairs
        },
        shared=[
            (
                anchors[id(shared)],
                shared,
                [(w, list(_excerpts(shared, w))) for w in shared.wordings],
            )
            for shared in found.shared
        ],
    )


def _excerpts(shared: Shared, wording: Wording) -> Iterator[Excerpt]:
    module, *path = shared.exercise.split(".")
    scopes: list[tuple[str, ...]] = [tuple(path[:-1]), ()]
    wanted = [tuple(path)]
    wanted += [(*scope, name) for name in wording.body.helpers for scope in dict.fromkeys(scopes)]
    for each in wanted:
        if (cut := excerpt(f"{module}.py", wording.source, each)) is not None:
            yield cut


def render_similar(found: Similar) -> RenderableType:
    """Lay out the most unusual for a terminal."""
    lab = found.lab
    head = Text(f"{lab.id} · {lab.title}", style="bold")
    head.append(f"   {found.people} submissions", style="bold")
    parts: list[RenderableType] = [head, *map(Text, found.summary)]
    for pair in found.pairs[:MOST_PAIRS]:
        names = " and ".join(named(who) for who in pair.people)
        parts.append(Text(f"  {names}: {listed(pair.exercises)}"))
    if len(found.pairs) > MOST_PAIRS:
        parts.append(Text(f"  … {len(found.pairs) - MOST_PAIRS} more on the page"))
    for shared in found.shared[:MOST_SHOWN]:
        parts += [Text(), Text(shared.exercise, style="bold"), Text(found.how_rare(shared))]
        parts.append(_beside(shared))
    if found.shared:
        parts += [Text(), Text(NO_VERDICT)]
    parts += [Text(f"Not compared: {_unread(found)}")] if found.unread else []
    return Lines(*parts)


def _beside(shared: Shared) -> Table:
    """Put two texts beside each other; of one wording the same text is the second person's as well."""
    first, *others = shared.wordings
    table = Table(padding=(0, 1), expand=True)
    for wording in [first, *others[:1]]:
        table.add_column(listed([named(who) for who in wording.people], MOST_NAMES), ratio=1)
    table.add_row(*(Text(clean(w.body.text).expandtabs(4)) for w in [first, *others[:1]]))
    return table


def _unread(found: Similar) -> str:
    return listed([f"{named(who)} ({why.rstrip('.')})" for who, why in found.unread], MOST_NAMES)
