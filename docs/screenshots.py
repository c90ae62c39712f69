"""Take the pictures of docs/screenshots: what people see, on a phone, a laptop and paper.

    .venv/bin/python -m docs.screenshots [terminal report notebook class] [--out FOLDER]

It grades the demonstration and a made-up class, and looks at the results in Chromium without a window,
which has to be installed; `make screenshots` installs the rest.
"""

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from pypdfium2 import PdfDocument
from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME, TerminalTheme
from rich.text import Text

from autograder.course.catalogue import ROOT, load_lab
from autograder.course.solutions import load_mistakes
from docs.browser import NAMES, find_chromium, open_chromium

LAB = load_lab("lab02_hebb")
DEMO = ROOT / "docs" / "demo" / "three_mistakes" / LAB.id
WIDTHS = {"phone": 390, "laptop": 1280, "dark": 1280}
MOST_PIXELS = {"phone": 2000, "laptop": 2400, "dark": 2400}
"""Height of a picture: the rest of a long page says nothing new. Of paper it is the first sheet."""
PAPER = {"format": "A4", "margin": dict.fromkeys(("top", "right", "bottom", "left"), "15mm")}
STUDENTS = """
Ada Alma Anton Bela Bruno Carla Clemens David Dora Edith Emil Esra Felix Finn Frieda Gero Gina Hannes
Hilde Ida Igor Jana Jonas Karim Katja Lars Lea Lotte Luis Malik Mara Mia Nils Nora Olga Oskar Paul Pia
Quirin Rosa Ruben Sara Simon Tara Theo Ulla Uwe Vera Yara Zeno
"""
LOOKS = {
    "report": ("phone", "laptop", "dark", "print"),
    "notebook": ("phone", "laptop", "print"),
    "class": ("phone", "laptop", "dark", "print"),
}
TERMINAL = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>nnlab</title><style>
body {{ margin: 0; padding: 12px 16px; background: {background}; color: {foreground}; }}
pre {{ margin: 0; font: 14px/1.3 "DejaVu Sans Mono", monospace; }}
</style></head><body><pre>{code}</pre></body></html>"""
Pages = Iterator[tuple[str, str]]


def main() -> None:
    """Take the pictures that are named, or all."""
    kinds = {"terminal": terminal, "report": report, "notebook": notebook, "class": classroom}
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *kinds])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots")
    given = parser.parse_args()
    path = find_chromium()
    if path is None:
        raise SystemExit(f"Chromium is not installed: there is none of {', '.join(NAMES)}.")
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = open_chromium(playwright, path)
        for kind in given.names or kinds:
            with tempfile.TemporaryDirectory() as folder:
                for name, page in kinds[kind](Path(folder)):
                    take(browser, name, page, Path(folder), given.out)
        browser.close()


def take(browser: Browser, name: str, page: str, folder: Path, out: Path) -> None:
    """Look at a page in every width, and keep what is seen."""
    place = folder / "page.html"
    place.write_text(page, encoding="utf-8")
    looks = LOOKS.get(name, ("terminal",))
    for look in looks:
        context = browser.new_context(
            viewport={"width": WIDTHS.get(look, 720), "height": 400},
            color_scheme="dark" if look == "dark" else "light",
        )
        opened = context.new_page()
        opened.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
        opened.goto(place.as_uri())
        if look == "print":
            sheet = PdfDocument(opened.pdf(**PAPER))[0]
            picture = sheet.render(scale=96 / 72).to_pil()  # 96 dots to the inch, as on a screen
        else:
            picture = Image.open(io.BytesIO(opened.screenshot(full_page=True))).convert("RGB")
        context.close()
        seen = picture.crop((0, 0, picture.width, min(picture.height, MOST_PIXELS.get(look, 9999))))
        target = out / (f"{name}.png" if look == "terminal" else f"{name}-{look}.png")
        seen.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            target, optimize=True
        )
        print(f"{target.name:28} {seen.width} x {seen.height}  {target.stat().st_size >> 10} kB")


def terminal(folder: Path) -> Pages:
    """Show a student's report, light and dark, and the summary of a class."""
    shown = nnlab("grade", str(DEMO), cwd=folder)
    yield "terminal-light", in_terminal(f"$ nnlab grade hebb.py\n{shown}", DEFAULT_TERMINAL_THEME)
    yield "terminal-dark", in_terminal(f"$ nnlab grade hebb.py\n{shown}", SVG_EXPORT_THEME)
    make_class(folder)
    shown = nnlab("batch", "lab02", "--seed", "0", cwd=folder)
    yield "terminal-class", in_terminal(f"$ nnlab batch lab02\n{shown}", DEFAULT_TERMINAL_THEME)


def report(folder: Path) -> Pages:
    """Show the page of a submission; one of its functions raises an exception here."""
    module = folder / LAB.id / "hebb.py"
    module.parent.mkdir()
    text = (DEMO / "hebb.py").read_text(encoding="utf-8")
    module.write_text(text.replace("w1, w2 = weight", "w1, w2, w3 = weight"), encoding="utf-8")
    nnlab("grade", str(module), "--html", "report.html", cwd=folder)
    yield "report", (folder / "report.html").read_text(encoding="utf-8")


def notebook(folder: Path) -> Pages:
    """Show a notebook that a kernel has run."""
    shutil.copy(DEMO / "hebb.py", folder)
    cells = [
        new_markdown_cell("## `hebb.decision_line`\n\nSlope and intercept of w₁x₁ + w₂x₂ + b = 0."),
        new_code_cell("%load_ext autograder"),
        new_code_cell('check("hebb.decision_line")'),
        new_code_cell('check("hebb.to_bipolar")'),
    ]
    made = new_notebook(cells=cells)
    client = NotebookClient(made, timeout=120, resources={"metadata": {"path": str(folder)}})
    client.execute(env=environment())
    nbformat.validate(made)
    exporter = HTMLExporter(template_name="lab")
    yield "notebook", exporter.from_notebook_node(made)[0]


def classroom(folder: Path) -> Pages:
    """Show the page of a class, the first mistake opened."""
    make_class(folder)
    nnlab("batch", "lab02", "--seed", "0", "--html", cwd=folder)
    page = (folder / "marks" / f"{LAB.id}.html").read_text(encoding="utf-8")
    yield "class", page.replace('id="mistake-1"', 'id="mistake-1" open')


def make_class(folder: Path) -> None:
    """Write a submission for every student: some right, the others with a few known mistakes."""
    rng = np.random.default_rng(2)
    right = (ROOT / "nnlab" / "hebb.py").read_text(encoding="utf-8")
    mistakes = [m for m in load_mistakes(LAB) if m.right and right.count(m.right) == 1]
    often = rng.dirichlet(np.full(len(mistakes), 0.25))
    for student in STUDENTS.split():
        text = right
        for chosen in rng.choice(len(mistakes), size=rng.integers(0, 4), p=often):
            text = text.replace(mistakes[chosen].right, mistakes[chosen].wrong)
        place = folder / "submitted" / student / LAB.id
        place.mkdir(parents=True)
        (place / "hebb.py").write_text(text, encoding="utf-8")


def nnlab(*arguments: str, cwd: Path) -> str:
    """Run a command of nnlab as somebody would, in colour at 80 columns."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=cwd,
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=environment() | {"FORCE_COLOR": "1", "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"},
    )
    if done.returncode > 1:
        raise SystemExit(f"nnlab {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def environment() -> dict[str, str]:
    """Let every process find this course."""
    return dict(os.environ) | {"PYTHONPATH": str(ROOT)}


def in_terminal(shown: str, theme: TerminalTheme) -> str:
    """Write what a terminal of 80 columns shows as a page."""
    console = Console(record=True, width=80, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(shown))
    return console.export_html(theme=theme, inline_styles=True, code_format=TERMINAL)


if __name__ == "__main__":
    main()
