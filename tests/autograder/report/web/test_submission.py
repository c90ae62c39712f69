"""The page of a submission: whole, self-contained, true to the report, and deaf to what is hostile."""

import importlib.util
import itertools
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder import cli
from autograder.course.catalogue import ROOT
from autograder.course.lab import Status
from autograder.grading.grade import grade
from autograder.grading.report import CheckResult, Part, Report
from autograder.report.terminal import made_with
from autograder.report.web import to_fragment, to_html
from tests.autograder.report.web.conftest import HOSTILE, first, second
from tests.conftest import reference_text

DEMO = ROOT / "docs" / "demo" / "three_mistakes" / "lab02_hebb"
VOID = {"meta", "img", "br", "hr", "link", "input"}
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "a", "header", "nav", "main", "section"),
    *("article", "figure", "figcaption", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("h1", "h2", "h3", "p", "dl", "div", "dt", "dd", "pre", "code", "span", "strong", "img"),
    *("details", "summary", "svg", "rect", "button", "script"),
}


BLOCKS = {"details", "div", "dl", "figure", "h2", "h3", "ol", "p", "pre", "section", "table", "ul"}


class Reader(HTMLParser):
    """Collects elements, attributes and text, and sees that every element is closed in its turn.

    No block stands in a paragraph, every heading of a table says for what, and no width is an element's own.
    """

    def __init__(self, page):
        super().__init__()
        self.opened, self.found, self.text = [], [], []
        self.feed(page)
        self.close()
        assert self.opened == []

    def handle_starttag(self, tag, attrs):
        """Open an element."""
        self.found.append((tag, dict(attrs)))
        assert tag not in BLOCKS or "p" not in self.opened
        assert tag != "th" or "scope" in dict(attrs)
        assert "style" not in dict(attrs)
        if tag not in VOID:
            self.opened.append(tag)

    def handle_endtag(self, tag):
        """Close the innermost element."""
        assert self.opened.pop() == tag

    def handle_data(self, data):
        """Keep the text that people see."""
        if "style" not in self.opened:
            self.text.append(data)

    @property
    def said(self):
        """All text, with single spaces."""
        return " ".join("".join(self.text).split())

    def all(self, tag):
        """All elements of a kind, as their attributes."""
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture
def graded(submit, key_of, sandbox):
    """Grade a submission to lab 2 whose module has this text."""
    return lambda text: grade(submit("lab02_hebb", hebb=text), key_of("lab02_hebb"), sandbox)


@pytest.fixture
def three(graded):
    """The demonstration's report, with three mistakes."""
    return graded((DEMO / "hebb.py").read_text(encoding="utf-8"))


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run nnlab in a folder of its own, in this process, with a worker that is not forked from it."""
    from autograder import sandbox
    from autograder.student import selfcheck

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(selfcheck, "open_sandbox", lambda **_: sandbox.open_sandbox())
    return lambda *args: CliRunner().invoke(cli.main, args, catch_exceptions=False)


def test_the_page_tells_what_the_report_does(three):
    """Points, every check with its verdict, each fact and each mistake's sentence."""
    page = Reader(to_html([three]))

    assert "3 of 20 points" in page.said
    assert "2 passed, 3 failed, 7 not asked" in page.said
    assert f"Isolation: {'+'.join(three.isolation)} · {made_with(three)}" in page.said
    assert three.versions["key"][:8] in made_with(three)
    assert [name for name in three.results if name.check.id not in page.said] == []
    for result in three.results:
        if result.status is Status.FAILED:
            assert result.hint in page.said
            for line in result.message.splitlines():
                assert " ".join(line[10:].split()) in page.said


def test_the_code_stands_beside_the_message(three):
    """Each failed check's article has the lines of its function, numbered as in the file."""
    page = Reader(to_html([three]))

    assert "hebb_step in hebb.py, lines 11–15" in page.said
    assert "15 return np.array(new_weight), bias" in page.said
    assert "decision_line in hebb.py, lines 33–37" in page.said


def test_the_line_that_raised_is_marked(graded):
    """An exception's line is marked for the eye and told to who does not see it."""
    text = (DEMO / "hebb.py").read_text(encoding="utf-8")
    page = to_html([graded(text.replace("new_weight = []", "new_weight = [] + 1"))])

    (line,) = re.findall(r'<span class="line raised">(.*)\n', page)
    assert "→ 12" in line
    assert "Raised here: " in line
    assert "new_weight" in line


def test_pictures_stand_in_the_page_with_their_words(three):
    """A failed check's picture is in the page itself, and its alternative text says the fact."""
    pytest.importorskip("matplotlib")
    pictures = Reader(to_html([three])).all("img")
    predict = next(picture for picture in pictures if "crosses 0" in picture["alt"])

    assert all(picture["src"].startswith("data:image/png;base64,iVBOR") for picture in pictures)
    assert "The answer should change where w·x + b crosses 0." in predict["alt"]
    assert "expected; yours." in predict["alt"]
    assert "Entry [1] is 0, where -1 is expected. 3 of 4 entries differ." in predict["alt"]
    assert int(predict["width"]) > int(predict["height"]) > 100


def test_without_matplotlib_one_sentence_says_how_to_get_pictures(three, graded, monkeypatch):
    """Where a check has a picture and nothing draws it, the page says what to install; else nothing."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "matplotlib" else find(name)
    )
    page = Reader(to_html([three]))

    assert page.all("img") == []
    assert "pip install matplotlib" in page.said
    assert "matplotlib" not in Reader(to_html([graded(reference_text("hebb"))])).said


def test_a_failing_call_can_be_copied(three):
    """Its lines are folded below the facts, with a button; a notebook's cell has them without one."""
    page, cell = to_html([three]), to_fragment(three, "hebb.update")

    assert page.count('<button type="button" class="copy">') == page.count(
        '<details class="lines">'
    )
    assert "result = nnlab.hebb.hebb_step(weight, bias, x, target)" in page
    assert "result = nnlab.hebb.hebb_step(weight, bias, x, target)" in cell
    assert "<button" not in cell
    assert "<script" not in cell


def test_the_page_asks_nothing_of_the_network(three):
    """No element names an address outside the page, and the one script is ours."""
    page = Reader(to_html([three, three], back="../class.html"))
    addresses = [v for _, a in page.found for k, v in a.items() if k in {"src", "href", "srcset"}]

    assert {tag for tag, _ in page.found} <= ALLOWED
    assert all(a.startswith(("#", "data:image/png", "../class.html")) for a in addresses)
    assert "url(" not in to_html([three])
    assert "@import" not in to_html([three])


def test_the_page_can_be_walked_without_eyes(three):
    """Language, one first heading, no level left out, landmarks, headers, captions, a way past the top."""
    page = Reader(to_html([three, three]))
    levels = [int(tag[1]) for tag, _ in page.found if re.fullmatch(r"h\d", tag)]
    ids = [attributes["id"] for _, attributes in page.found if "id" in attributes]
    inner = [a["href"][1:] for a in page.all("a") if a["href"].startswith("#")]

    assert page.all("html") == [{"lang": "en"}]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert len(page.all("main")) == len(page.all("header")) == len(page.all("nav")) == 1
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(a.get("scope") in {"col", "row"} for a in page.all("th"))
    assert page.all("a")[0] == {"class": "skip", "href": "#main"}
    assert len(set(ids)) == len(ids)
    assert set(inner) <= set(ids)
    assert all(a.get("tabindex") == "0" and a.get("aria-label") for a in page.all("pre"))
    assert all(a.get("alt") for a in page.all("img"))


def test_several_labs_are_one_page(three, graded):
    """All labs stand in a table of contents with their points, and the sum above."""
    page = Reader(to_html([three, graded(reference_text("hebb"))]))

    assert "23 of 40 points" in page.said
    assert [a["href"] for a in page.all("a") if a["href"].startswith("#lab")] == [
        "#lab-1",
        "#lab-2",
    ]


def test_an_error_of_ours_is_no_mark():
    """An error has neither points nor zero and is an article; the same fact twice stands once."""
    results = (
        CheckResult(first, Status.ERROR, (Part("ValueError: x"),)),
        CheckResult(second, Status.ERROR, (Part("ValueError: x"),)),
    )
    page = Reader(to_html([Report("lab09_layers", "Layers", 7, ("process",), results)]))

    assert "0 of 5 points so far: not graded yet" in page.said
    assert page.said.count("ValueError: x") == 1
    assert "The same as above." in page.said
    assert "not graded through an error of ours" in page.said


def test_help_of_the_reference_is_told():
    """What was carried is marked, and both totals are there."""
    results = (CheckResult(first, Status.PASSED, carried=("layers.g",)),)
    page = Reader(to_html([Report("lab09_layers", "Layers", 7, ("process",), results)]))

    assert "(With the reference's layers.g.)" in page.said
    assert "0 on its own, 3 with the reference's help" in page.said


def test_a_stub_is_told_without_its_code(graded):
    """What nobody has written yet needs no code beside it."""
    from autograder.course.catalogue import load_lab
    from autograder.course.stubs import make_stub

    page = Reader(to_html([graded(make_stub(load_lab("lab02_hebb"), "hebb"))]))

    assert "Not written yet: hebb_step." in page.said
    assert page.all("pre") == []


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("render", [lambda r: to_html([r]), lambda r: to_fragment(r, first.id)])
def test_hostile_texts_stay_text(hostile_report, name, render):
    """Wherever a hostile text stands, the page has our elements and attributes only, and is short."""
    page = render(hostile_report(HOSTILE[name]))
    reader = Reader(page)
    attributes = {key for _, found in reader.found for key in found}

    assert {tag for tag, _ in reader.found} <= ALLOWED
    assert not any(key.startswith("on") or key in {"style", "srcdoc"} for key in attributes)
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200b\ufeff\ud800]", page
    )
    assert "1337" not in page
    assert len(page.encode("utf-8")) < 600_000


def test_a_hostile_name_stays_text():
    """A student's name and the way back are escaped like everything else."""
    report = Report("lab09_layers", "Layers", 7, ("process",), ())
    page = to_html([report], student=HOSTILE["script"], back=HOSTILE["attribute"])

    assert {tag for tag, _ in Reader(page).found} <= ALLOWED


def test_a_fragment_shows_one_check(three):
    """A notebook's cell gets the one check, with its style, and no head of a page."""
    cell = Reader(to_fragment(three, "hebb.update"))

    assert "hebb.update 0 / 3" in cell.said
    assert "hebb.predict" not in cell.said
    assert "The weights learn but the bias stays put." in cell.said
    assert cell.all("html") == cell.all("meta") == []
    assert len(cell.all("style")) == 1


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("hebb.to_bipolar", "0 becomes −1, and 1 stays 1."), ("hebb.history", "needs hebb.update")],
)
def test_a_fragment_of_a_check_that_did_not_fail(three, name, sentence):
    """Passed, it says its promise; not asked, it says why."""
    assert sentence in Reader(to_fragment(three, name)).said


def test_the_command_writes_the_page(run, tmp_path):
    """`nnlab grade --html` makes the folder, writes the page, says where it is."""
    result = run("grade", str(DEMO), "--html", "new/report.html")
    page = Reader((tmp_path / "new" / "report.html").read_text(encoding="utf-8"))

    assert result.exit_code == 1
    assert f"page      {Path('new/report.html')}" in result.output
    assert "3 of 20 points" in page.said


def test_beside_data_the_place_goes_to_stderr(run):
    """With --json, stdout is the data alone."""
    result = run("grade", str(DEMO), "--json", "--html", "report.html")

    assert result.stdout.rstrip().endswith("}")
    assert "page      report.html" in result.stderr


def test_a_page_that_cannot_be_written_is_wrong_usage(run, monkeypatch):
    """A folder is refused before anything is graded; what fails at last is told as well."""
    early = run("grade", str(DEMO), "--html", ".")
    monkeypatch.setattr("autograder.report.web.pages.write_whole", _refuse)
    late = run("grade", str(DEMO), "--html", "report.html")

    assert (early.exit_code, late.exit_code) == (2, 2)
    assert "Name a file for the page" in " ".join(early.output.split())
    assert "passed" not in early.output
    assert "cannot be written to report.html: No space left" in " ".join(late.output.split())


def _refuse(*_):
    raise OSError(28, "No space left on device")


def test_pictures_of_values_that_cannot_be_drawn_are_left_out(three, monkeypatch):
    """Where drawing fails, the page has no picture and no error."""
    monkeypatch.setattr("autograder.report.web.evidence.to_png", lambda _: None)

    assert Reader(to_html([three])).all("img") == []
    assert "jinja2" in sys.modules
