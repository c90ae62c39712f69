"""The site: its generated parts, and a build from nothing with a single figure."""

import html
import re
import subprocess
import sys

import pytest

from autograder.course.catalogue import ROOT, engine_path, labs
from autograder.course.reference import find_body
from autograder.gallery import lecture_figures

pytest.importorskip("sphinx")
pytest.importorskip("furo")
pytest.importorskip("myst_parser")
pytest.importorskip("sphinx_click")

from docs.check_links import broken_links
from docs.extensions import gallery, lecture

FIGURE = "activations"


def build(folder):
    """Build the site as `make docs` does, but for all figures except one."""
    options = ["-q", "-W", "--keep-going", "-b", "html", "-D", f"gallery_names={FIGURE}"]
    folders = ["-d", str(folder / "doctrees"), str(ROOT / "docs"), str(folder / "html")]
    return subprocess.run(
        [sys.executable, "-m", "sphinx", *options, *folders],
        capture_output=True,
        text=True,
        check=False,
    )


def told_away(pages):
    """List the exercises whose whole body stands in a page, each line a line of the page."""
    found = []
    for exercise in (name for lab in labs() for name in lab.exercises):
        source = engine_path(exercise.partition(".")[0]).read_text(encoding="utf-8")
        first, last = find_body(source, exercise)
        lines = [line.strip() for line in source.splitlines()[first - 1 : last]]
        code = [line for line in lines if line and not line.startswith("#")]
        found += [exercise for page in pages if page >= set(code)]
    return found


def test_the_site_builds_and_gives_no_answer_away(tmp_path):
    """No warning, no link that leads nowhere, and on no page an exercise's whole body."""
    built = build(tmp_path)
    assert built.returncode == 0, built.stderr
    site = tmp_path / "html"
    texts = [re.sub(r"<[^>]*>", "", p.read_text(encoding="utf-8")) for p in site.rglob("*.html")]
    pages = [{line.strip() for line in html.unescape(text).splitlines()} for text in texts]

    assert broken_links(site) == []
    assert len(pages) > len(labs())
    assert told_away(pages) == []


def test_a_page_that_gives_an_answer_away_would_be_found():
    """Of a page that shows a module's source, every exercise of that module is listed."""
    source = engine_path("hebb").read_text(encoding="utf-8")
    page = {line.strip() for line in source.splitlines()}

    assert {e for lab in labs() for e in lab.exercises if e.startswith("hebb.")} <= {
        *told_away([page])
    }


def test_every_figure_has_a_place_on_the_map():
    """The map lists each exercise of each lab, and each figure once."""
    rows = lecture.rows()
    exercises = {(lab, exercise) for lab, _, told, _ in rows for exercise in told}
    figures = [name for *_, names in rows for name in names]

    assert exercises == {(lab.id, exercise) for lab in labs() for exercise in lab.exercises}
    assert sorted(figures) == sorted(lecture_figures())


def test_every_check_says_how_it_judges():
    """The list of checks has a sentence for each of them."""
    told = {check.id: lecture.judged(lab, check) for lab in labs() for check in lab.checks.values()}

    assert [check for check, rule in told.items() if not rule.endswith(".")] == []


def test_a_figure_is_drawn_once(tmp_path):
    """A picture is kept until what it is drawn from changes; its numbers are kept beside it."""
    figure = lecture_figures()["gates"]
    picture, text = gallery.draw(figure, tmp_path, "edition 1")
    before = picture.stat().st_mtime_ns
    gallery.draw(figure, tmp_path, "edition 1")
    kept = picture.stat().st_mtime_ns
    gallery.draw(figure, tmp_path, "edition 2")

    assert text == "14 of the 16 functions of two inputs have a neuron."
    assert kept == before
    assert picture.stat().st_mtime_ns != before
