"""How pages are made: what they forbid, where they are written, and whether colours can be read."""

import base64
import hashlib
import re
import sys
from pathlib import Path

import pytest

from autograder.report.web import PageError, pages, prepare, write_page
from autograder.report.web.pages import fill, style

GROUNDS = ("ground", "raised-ground")
TEXTS = ("text", "quiet", "link", "passed", "failed", "skipped", "error")
CODE = ("text", "keyword", "string", "number", "comment")


def palettes():
    """Read the style sheet's colours: light and dark stand in pairs, paper has its own."""
    screen, paper = re.findall(r"\.nnlab[^{}]*\{([^{}]*--ground:[^{}]*)\}", style())
    pairs = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", screen)
    return {
        "light": {name: light for name, light, _ in pairs},
        "dark": {name: dark for name, _, dark in pairs},
        "print": dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", paper)),
    }


def luminance(colour):
    """Compute the relative luminance of WCAG 2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """Compute the contrast ratio of WCAG 2."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_contrast_of_black_and_white_is_21():
    """The measure is right at its two ends."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == 1


@pytest.mark.parametrize("name", ["light", "dark", "print"])
def test_every_text_can_be_read(name):
    """Each text colour has the contrast of WCAG AA, 4.5, on each ground it may stand on."""
    colours = palettes()[name]
    pairs = [(text, ground) for text in TEXTS for ground in GROUNDS]
    pairs += [(text, ground) for text in CODE for ground in ("raised-ground", "mark")]

    assert {p: contrast(*(colours[n] for n in p)) for p in pairs if
            contrast(*(colours[n] for n in p)) < 4.5} == {}  # fmt: skip
    assert contrast(colours["fill"], colours["ground"]) >= 3
    assert contrast(colours["control"], colours["ground"]) >= 3


def test_the_policy_admits_our_style_and_script_and_nothing_else():
    """The hashes in the page's policy are those of the style sheet and of the one script in it."""
    page = fill("submission.html", **EMPTY)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1].replace("&#39;", "'")
    sheet = re.search(r"<style>(.*)</style>", page, re.DOTALL)[1]
    (code,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    of_sheet, of_code = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (sheet, code)
    )

    assert policy == (
        f"default-src 'none'; style-src 'sha256-{of_sheet}'; script-src 'sha256-{of_code}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert "<" not in sheet + code
    assert "innerHTML" not in code


EMPTY = {
    "labs": [],
    "points": 0,
    "not_graded": False,
    "max_points": 0,
    "student": "",
    "back": "",
    "pictures_missing": False,
    "signs": {},
    "words": {},
}


def test_a_page_is_written_whole(tmp_path):
    """The page's folder is made, and the page is UTF-8."""
    target = tmp_path / "new" / "page.html"
    prepare(target)
    write_page(target, "x₁ ✓")

    assert target.read_text(encoding="utf-8") == "x₁ ✓"


def test_a_folder_is_no_file(tmp_path):
    """Who names a folder is told so before anything is graded."""
    with pytest.raises(PageError, match=r"is a folder\. Name a file for the page"):
        prepare(tmp_path)


def test_work_is_not_overwritten_with_a_page(tmp_path):
    """A file that is no page stays as it is; an older page may be replaced."""
    (tmp_path / "hebb.py").write_text("work")
    (tmp_path / "report.html").write_text("<!doctype html>\n")

    with pytest.raises(PageError, match=r"is there already, and is not a web page\."):
        prepare(tmp_path / "hebb.py")
    prepare(tmp_path / "report.html")
    assert (tmp_path / "hebb.py").read_text() == "work"


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    """A file in the folder's place is named with the system's reason."""
    (tmp_path / "taken").write_text("")

    with pytest.raises(PageError, match=r"cannot be written to .*taken.*: File exists"):
        prepare(tmp_path / "taken" / "page.html")


def test_a_folder_without_the_right_to_write_is_refused(tmp_path, monkeypatch):
    """A folder that may only be read is refused before anything is graded."""
    monkeypatch.setattr(pages.os, "access", lambda *_: False)

    with pytest.raises(PageError, match="Permission denied"):
        prepare(tmp_path / "page.html")


def test_a_page_that_cannot_be_written_is_told(tmp_path):
    """What the system refuses at last becomes a sentence as well."""
    (tmp_path / "page.html" / "inner").mkdir(parents=True)

    with pytest.raises(PageError, match=r"Name a file that you may write\."):
        write_page(tmp_path / "page.html", "")


def test_pages_are_loaded_only_where_they_are_wanted():
    """Grading without a page imports no template engine: the command stays quick."""
    import subprocess

    program = (
        "import sys, autograder.cli, autograder.student.selfcheck, autograder.report.terminal\n"
        "assert 'jinja2' not in sys.modules and 'pygments.lexers.python' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[4],
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
