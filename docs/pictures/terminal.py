"""Draw README's picture: the report on a wrong answer, as a terminal shows it.

    python docs/pictures/terminal.py

The submission is the demo's, graded as any other.
"""

import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from autograder.report.terminal import render
from autograder.student.selfcheck import find_targets, grade_all

PICTURE = Path(__file__).with_name("report.svg")
DEMO = Path(__file__).parents[1] / "demo" / "three_mistakes"
COMMAND = "nnlab grade --check hebb.update"
WIDTH = 80
ISOLATION = ("landlock", "seccomp")  # the picture does not depend on the machine that draws it

# Dark on light, with colours of enough contrast on white: a README is read on both grounds.
BLACK, RED, GREEN, BROWN = (36, 41, 47), (176, 32, 36), (17, 99, 41), (125, 78, 0)
BLUE, PURPLE, TEAL, GREY = (9, 81, 178), (110, 60, 180), (27, 106, 125), (87, 96, 106)
THEME = TerminalTheme((255, 255, 255), BLACK, [BLACK, RED, GREEN, BROWN, BLUE, PURPLE, TEAL, GREY])

# rich's own frame loads its typeface from the network; this one takes the reader's.
FRAME = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>nnlab grade: a wrong answer, and which idea went wrong</title>
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; \
font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ display: none; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture() -> str:
    """Grade the demo's one check, and draw what `nnlab grade` prints."""
    submissions, check = find_targets([str(DEMO)], "hebb.update", Path.cwd())
    ((_, report),) = grade_all(submissions, only=check)
    console = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, highlight=False
    )
    console.print(f"[dim]$[/] {COMMAND}")
    console.print(render(replace(report, isolation=ISOLATION, versions={})))
    return console.export_svg(
        title="nnlab grade", theme=THEME, code_format=FRAME, unique_id="report"
    )


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    print(PICTURE)
