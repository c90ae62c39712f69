"""The link checker finds what leads nowhere, and nothing else."""

import subprocess
import sys

import pytest

from autograder.course.catalogue import ROOT
from docs.check_links import broken_links


@pytest.fixture
def site(tmp_path):
    """Make a site of one page, and another that it may link to."""
    (tmp_path / "other.html").write_text("<h1 id='top'>Other</h1>", encoding="utf-8")
    (tmp_path / "style.css").write_text("", encoding="utf-8")

    def make(body):
        (tmp_path / "page.html").write_text(f"<p id='here'>{body}</p>", encoding="utf-8")
        return tmp_path

    return make


@pytest.mark.parametrize(
    "link",
    [
        "<a href='other.html'>x</a>",
        "<a href='other.html#top'>x</a>",
        "<a href='#here'>x</a>",
        "<a href='https://example.org/page?q=1#part'>x</a>",
        "<a href='mailto:somebody@example.org'>x</a>",
        "<link rel='stylesheet' href='style.css'>",
        "<link rel='canonical' href='https://example.org/'>",
        "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>",
    ],
)
def test_links_that_lead_somewhere_are_left_alone(link, site):
    """Files, anchors, web addresses and mail addresses are well."""
    assert broken_links(site(link)) == []


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("<a href='nowhere.html'>x</a>", "page.html: nowhere.html: no such file"),
        ("<a href='other.html#part'>x</a>", "page.html: other.html#part: no such anchor"),
        ("<a href='#there'>x</a>", "page.html: #there: no such anchor"),
        ("<a href='https://example'>x</a>", "page.html: https://example: not a web address"),
        ("<a href='htp://example.org'>x</a>", "page.html: htp://example.org: not a web address"),
        ("<a href='mailto:nobody'>x</a>", "page.html: mailto:nobody: no address"),
        ("<img src='picture.png'>", "page.html: picture.png: no such file"),
        (
            "<script src='https://example.org/x.js'></script>",
            "page.html: https://example.org/x.js: loaded from outside the site",
        ),
    ],
)
def test_links_that_lead_nowhere_are_named(link, fault, site):
    """Each is told with its page and with what is wrong."""
    assert broken_links(site(link)) == [fault]


def run(*arguments):
    """Run the checker as `make docs` does."""
    return subprocess.run(
        [sys.executable, str(ROOT / "docs" / "check_links.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_exit_code_tells(site, tmp_path):
    """It is 0 where all is well, 1 where a link is broken, 2 where there is no site."""
    well = run(str(site("well")))
    broken = run(str(site("<a href='nowhere.html'>x</a>")))
    wrong = run(str(tmp_path / "nothing"))

    assert (well.returncode, well.stdout) == (0, "2 pages, no broken link.\n")
    assert (broken.returncode, broken.stdout) == (1, "page.html: nowhere.html: no such file\n")
    assert (wrong.returncode, wrong.stderr) == (
        2,
        "Give the folder of a built site, such as build/site.\n",
    )
