"""Pages in a real browser: nothing runs, nothing is fetched, everything fits, prints and is reachable."""

import pytest

from autograder.classroom.report.page import to_class_html
from autograder.grading.grade import grade
from autograder.report.web import to_fragment, to_html
from tests.autograder.report.web.conftest import HOSTILE, first
from tests.autograder.report.web.test_submission import DEMO

WIDER = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture(scope="module")
def three(key_of, sandbox):
    """The demonstration's page, with three mistakes."""
    from autograder.course.catalogue import load_lab
    from autograder.student.find import Place

    submission = Place(load_lab("lab02_hebb"), DEMO).read()
    return to_html([grade(submission, key_of("lab02_hebb"), sandbox)])


def harmless(opened):
    """Tell that a page ran no script, opened no dialog and fetched nothing but itself."""
    opened.mouse.move(200, 200)
    opened.keyboard.press("Tab")
    assert opened.evaluate("window.injected") is None
    assert opened.dialogs == []
    asked = [url for url in opened.requests if not url.startswith("data:image/png")]
    assert asked == [opened.url.partition("#")[0]]
    return True


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_do_nothing(visit, hostile_report, name):
    """Whatever a submission writes, in a browser it is text: no script, no request, no wide page."""
    opened = visit(to_html([hostile_report(HOSTILE[name])]), width=390)

    assert harmless(opened)
    assert opened.said == []
    assert opened.evaluate(WIDER) <= 0


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_do_nothing_in_a_notebook(visit, hostile_report, name):
    """A cell's output stands in a page without a policy: there escaping alone must do."""
    cell = to_fragment(hostile_report(HOSTILE[name]), first.id)

    assert harmless(visit(f"<!doctype html><meta charset=utf-8><title>x</title>{cell}"))


def test_the_policy_holds_even_if_escaping_did_not(visit, three):
    """A script and a handler put into the page by hand do not run."""
    broken = three.replace(
        "<main", "<script>window.injected=1</script><img src=x onerror='window.injected=1'><main"
    )
    opened = visit(broken)

    assert opened.evaluate("window.injected") is None
    assert any("Content Security Policy" in said for said in opened.said)


def test_a_hostile_submission_is_graded_and_shown(visit, submit, key_of, sandbox):
    """From the file to the browser: hostile prints, exceptions, code and values end as text."""
    text = (
        "import numpy as np\n"
        f"EVIL = {HOSTILE['closes']!r} + {HOSTILE['script']!r} + '\\x1b[31m\\u202e'\n"
        "def to_bipolar(x):\n    print(EVIL * 20_000)\n    raise ValueError(EVIL)\n"
        "def hebb_step(weight, bias, x, target):  # </script><script>window.injected=1</script>\n"
        "    return EVIL\n"
        "def predict(weight, bias, x):\n    return type(EVIL[:60], (), {})()\n"
    )
    report = grade(submit("lab02_hebb", hebb=text), key_of("lab02_hebb"), sandbox)
    page = to_html([report])
    opened = visit(page, width=390)

    assert harmless(opened)
    assert "onload=" in opened.inner_text("#check-1-1")
    assert len(page) < 400_000


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 2560])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_every_width(visit, three, width, scheme):
    """From a small phone to a wide screen nothing is cut off at the side."""
    opened = visit(three, width=width, color_scheme=scheme)

    assert opened.evaluate(WIDER) <= 0
    grounds = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    assert grounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 27)"}[scheme]


def test_the_keyboard_reaches_everything(visit, three):
    """Tab comes to the way past the top, to the checks, to the code, and Enter folds the code."""
    opened = visit(three)
    reached = []
    for _ in range(20):
        opened.keyboard.press("Tab")
        reached.append(opened.evaluate("document.activeElement.tagName"))
        if reached[-1] == "SUMMARY":
            break
    opened.keyboard.press("Enter")

    assert reached[0] == "A"
    assert "SUMMARY" in reached
    assert opened.evaluate("document.activeElement.parentElement.open") is False


def test_the_skip_link_can_be_seen_when_it_is_reached(visit, three):
    """The first Tab shows the link, and Enter leads to the results."""
    opened = visit(three)
    opened.keyboard.press("Tab")
    box = opened.locator(".skip").bounding_box()
    opened.keyboard.press("Enter")

    assert box["x"] >= 0
    assert opened.evaluate("document.activeElement.id") == "main"


def test_print_shows_what_is_folded(visit, three):
    """On paper the code is there even where it was folded, and nothing is cut off."""
    opened = visit(three, width=700)
    opened.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")
    assert not opened.locator("details pre").first.is_visible()
    opened.emulate_media(media="print")

    assert opened.locator("details pre").first.is_visible()
    assert opened.evaluate(WIDER) <= 0


def test_who_wants_no_motion_gets_none(visit, three):
    """Scrolling is smooth only for those who have not asked for less motion."""
    behaviour = "getComputedStyle(document.documentElement).scrollBehavior"

    assert visit(three).evaluate(behaviour) == "smooth"
    assert visit(three, reduced_motion="reduce").evaluate(behaviour) == "auto"


def test_a_class_of_two_hundred_opens_in_a_second(visit):
    """200 students who fail everything: the page is laid out in under a second; links find their rows."""
    from autograder.course.catalogue import labs
    from tests.autograder.classroom.report.test_files import large

    page = to_class_html(large(max(labs(), key=lambda lab: len(lab.checks))))
    opened = visit(page)
    timing = "performance.getEntriesByType('navigation')[0]"
    seconds = opened.evaluate(f"{timing}.loadEventEnd - {timing}.startTime") / 1000
    opened.locator("#mistake-1 summary").click()
    opened.locator("#mistake-1 a").first.click()

    assert harmless(opened)
    assert opened.evaluate("document.querySelector(':target').innerText").startswith("Firstname")
    assert seconds < 1


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("width", [390, 1280])
def test_hostile_names_in_a_class_do_nothing(visit, name, width):
    """The page of a class with hostile names and sentences fits, and runs nothing."""
    from tests.autograder.classroom.report.test_files import mark, marks

    text = HOSTILE[name]
    given = mark(text, ["hebb.update"], mistakes={"hebb.update": (text, text)})
    opened = visit(to_class_html(marks(given)), width=width)

    assert harmless(opened)
    assert opened.said == []
    assert opened.evaluate(WIDER) <= 0
