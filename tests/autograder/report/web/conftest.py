"""A browser, reports, and texts that somebody wrote to do harm."""

import functools
from pathlib import Path

import pytest

from autograder.course.lab import Lab, Status
from autograder.grading.report import CheckResult, Part, Report
from docs.browser import open_chromium

HOSTILE = {
    "script": "<script>window.injected = 1; alert(1)</script>",
    "image": '<img src=x onerror="window.injected=1;alert(1)">',
    "attribute": "\" onmouseover=\"window.injected=1\" autofocus onfocus='alert(1)' x='",
    "closes": '</code></pre></style></title></textarea><svg onload="window.injected=1">',
    "comment": "--><!-- <iframe srcdoc='<script>parent.injected=1</script>'>",
    "template": "{{ 7 * 191 }}{% for x in range(9) %}{{ x }}{% endfor %}",
    "address": "javascript:alert(1)//data:text/html,<script>alert(1)</script>",
    "entity": "&lt;script&gt;&#60;b&#62;&amp;",
    "ansi": "\x1b[31mred\x1b]8;;http://example.org\x07link\x1b\\",
    "bidi": "\u202egnp.exe\u2066x\u2069\u200b\ufeff",
    "null": "a\x00b\x01\x7f\ud800\U000e0041",
    "long": "W" * 100_000,
    "megabyte": "<b>" * 350_000,
}

LAB = Lab("lab09_layers", "Layers", "Layers", {"layers.f": "Layers"})


@LAB.check("layers.f", points=3, always=[{}])
def first(student):
    """The function f is right – here, too."""
    return student.layers.f()


@LAB.check("layers.f", points=2, always=[{}])
def second(student):
    """The function f is right there."""
    return student.layers.f()


@pytest.fixture
def hostile_report():
    """Make a report in which every text that a submission can reach is hostile."""

    def make(text):
        fact = (
            Part(f"f({text})", "called"),
            Part(text, "returned"),
            Part(text),
            Part(text, "printed"),
        )
        source = f"def f():\n    # {text}\n    return '''{text}'''\n"
        failed = CheckResult(
            first, Status.FAILED, fact, (text,), text, 0.1, raised_at=("layers.py", 2)
        )
        ours = CheckResult(second, Status.ERROR, (Part(text),))
        sources = {"layers.py": source.encode("utf-8", "surrogatepass")}
        return Report("lab09_layers", text, 7, (text,), (failed, ours), (text,), sources=sources)

    return make


@pytest.fixture(scope="session")
def chromium(chromium_path):
    """Chromium without a window, as it is installed here."""
    api = pytest.importorskip("playwright.sync_api", reason="needs the extra `screens`")
    with api.sync_playwright() as playwright:
        browser = open_chromium(playwright, chromium_path)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, tmp_path):
    """Open a page from its file, and keep what it asked for, said, and opened."""
    contexts = []

    def open_it(page: str, *, width=1280, height=800, **options):
        path = Path(tmp_path / f"{len(contexts)}.html")
        path.write_text(page, encoding="utf-8")
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        opened = context.new_page()
        opened.requests, opened.dialogs, opened.said = [], [], []
        opened.on("request", lambda request: opened.requests.append(request.url))
        opened.on("dialog", functools.partial(_dismiss, opened.dialogs))
        opened.on("console", lambda message: opened.said.append(message.text))
        opened.on("pageerror", lambda error: opened.said.append(str(error)))
        opened.goto(path.as_uri())
        return opened

    yield open_it
    for context in contexts:
        context.close()


def _dismiss(dialogs, dialog):
    dialogs.append(dialog.message)
    dialog.dismiss()
