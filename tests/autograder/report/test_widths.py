"""The terminal report at any width, with and without colour: nothing cut off, nothing too wide."""

import io
import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from rich.console import Console

from autograder.course.catalogue import ROOT, load_lab
from autograder.course.lab import Status
from autograder.course.solutions import load_mistakes
from autograder.course.stubs import make_stub
from autograder.grading.grade import grade
from autograder.grading.report import CheckResult, Part, Report
from autograder.grading.submission import Submission
from autograder.report.terminal import SCREEN, bar, render
from autograder.student.find import Place
from tests.conftest import reference_text

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def mixed(key_of, sandbox):
    """Grade a submission with passed, failed and skipped checks."""
    folder = ROOT / "docs" / "demo" / "three_mistakes"
    lab = load_lab("lab02_hebb")
    return grade(
        Place(lab, folder / lab.id if (folder / lab.id).is_dir() else folder).read(),
        key_of(lab.id),
        sandbox,
    )


def shown(report, width, *, whole=True, then="", **options):
    """Print a report at a width, and return what a terminal would get."""
    stream = io.StringIO()
    console = Console(file=stream, width=width, legacy_windows=False, **options)
    console.print(render(report, whole=whole, then=then))
    return stream.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_it_fits_and_nothing_is_cut(mixed, width):
    """Every promise, fact and hint of a whole report is there, and no line is wider than the terminal."""
    text = shown(mixed, width)
    whole = "".join(text.split())

    assert max(map(len, text.splitlines())) <= width
    for result in mixed.results:
        told = [result.check.id, result.hint or "", *result.message.splitlines()]
        missing = [part for part in told if "".join(part.split()) not in whole]
        assert missing == []
    assert "…" not in text


@pytest.fixture(scope="module")
def many(key_of, sandbox):
    """Grade a lab in which every exercise holds its first known mistake."""
    lab = load_lab("lab06_descent")
    text = reference_text("descent")
    for exercise in lab.exercises:
        mistake = next(m for m in load_mistakes(lab) if m.exercise == exercise and m.right)
        text = text.replace(mistake.right, mistake.wrong, 1)
    submission = Submission(lab, {"descent": text.encode()})
    return grade(submission, key_of(lab.id), sandbox)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_report_fits_a_screen(many, width):
    """Passed checks are one line, the first failure is whole, the others as far as there is room."""
    text = shown(many, width, whole=False, then="Next: hint")
    lines, whole = text.splitlines(), "".join(text.split())
    failed = [result for result in many.results if result.status is Status.FAILED]

    assert max(map(len, lines)) <= width
    assert width < 80 or len(lines) <= SCREEN
    assert "".join(failed[0].message.split()) in whole
    assert [r.check.id for r in failed if f"{r.check.id}" not in text] == []
    assert lines[-1] == "Next: hint"
    assert len(lines) < len(shown(many, width).splitlines())
    assert "Therestinfull:nnlabgradelab06_descent-v" in whole


def test_what_waits_is_one_line_and_what_needs_an_earlier_lab_keeps_its_reason(mixed):
    """Checks that wait for this lab's own are named together; the command for an earlier lab stays."""
    lab = load_lab("lab02_hebb")
    reason = (Part("Not judged: it depends on your a.py. First: nnlab grade lab01_gates"),)
    why = {"hebb.update": reason, "hebb.history": (), "hebb.step_keeps_inputs": ()}
    results = [CheckResult(lab.checks[i], Status.SKIPPED, fact) for i, fact in why.items()]
    text = " ".join(shown(replace(mixed, results=tuple(results)), 80, whole=False).split())

    assert "– hebb.update: Not judged: it depends on your a.py. First: nnlab grade lab01" in text
    assert "– Not asked until others pass: hebb.history and hebb.step_keeps_inputs." in text


TABLE = (
    Part("f(x=[[1, 2], [3, 4]])", "called"),
    Part("[[0.95, -1.85, 0.3, 3.025], [0.87, -1.61, -0.02, 3.065]]", "returned"),
)


def test_a_table_that_does_not_fit_has_a_line_for_each_row(mixed):
    """So rows stand below each other, returned and expected alike; what fits stays on its line."""
    check = load_lab("lab02_hebb").checks["hebb.update"]
    one = replace(mixed, results=(CheckResult(check, Status.FAILED, TABLE),))

    def lines(width):
        """Print it, and take what begins with the answer."""
        found = [line.rstrip() for line in shown(one, width).splitlines()]
        return found[next(i for i, line in enumerate(found) if "returned" in line) :]

    first, second = "[[0.95, -1.85, 0.3, 3.025],", "[0.87, -1.61, -0.02, 3.065]]"
    assert lines(80)[0] == f"      returned  {first} {second}"
    assert lines(70)[:2] == [f"      returned  {first}", f"                 {second}"]
    assert lines(40)[:3] == ["      returned", f"        {first}", f"         {second}"]


def test_a_screen_that_is_too_small_has_no_counts_and_versions(many):
    """What the lines above say already goes first; what to do next stays."""
    small = shown(many, 80, whole=False, then="Next: hint", height=24, force_terminal=True)
    large = shown(many, 80, whole=False, then="Next: hint", height=90, force_terminal=True)

    assert "isolation:" not in small
    assert "isolation:" in large
    assert "The rest in full" in small
    assert small.splitlines()[-1].endswith("Next: hint\x1b[0m")


def test_what_passed_is_one_line_and_the_first_failure_follows(mixed):
    """Head, what passed, the first ✗: these are the first three lines."""
    lines = shown(mixed, 80, whole=False).splitlines()
    passed = mixed.count(Status.PASSED)

    assert lines[1].strip() == f"✓ {passed} passed"
    assert lines[2].lstrip().startswith("✗ ")
    assert "✓" not in "".join(lines[2:])


def test_one_mistake_is_said_once_for_all_checks_that_it_fails(many):
    """The second check of the same mistake is named below the first, with its points."""
    text = shown(many, 80, whole=False, force_terminal=True, height=99, color_system=None)

    assert "The same fails descent.settles 0/1." in text
    assert text.count("Where the derivative is positive, which way is down?") == 1


def test_what_is_not_written_and_what_waits_is_one_line_each(key_of, sandbox):
    """A stub's report names the exercises to write, and the checks that wait with one reason."""
    lab = load_lab("lab02_hebb")
    stub = Submission(lab, {"hebb": make_stub(lab, "hebb").encode()})
    text = shown(grade(stub, key_of(lab.id), sandbox), 120, whole=False)

    assert text.count("✗") == 1
    assert "✗ Not written yet: to_bipolar, " in text
    assert len(text.splitlines()) < 16


def test_a_tall_terminal_shows_more(many):
    """On a terminal its own height counts."""
    low, tall = (
        shown(many, 80, whole=False, force_terminal=True, height=height, color_system=None)
        for height in (24, 200)
    )

    assert "The rest in full" in low
    assert "The rest in full" not in tall
    assert len(low.splitlines()) < len(tall.splitlines())


def test_where_there_is_little_room_the_promise_stands_below(mixed):
    """Wide: on one line with the points. Narrow: below the check's name, with room for words."""
    wide, narrow = shown(mixed, 80), shown(mixed, 40)

    assert "✓ hebb.to_bipolar         2/2 0 becomes −1" in wide
    assert "✓ hebb.to_bipolar  2/2\n      0 becomes −1" in narrow


def test_colour_adds_nothing_but_colour(mixed):
    """Signs and words alone say all: the report without colour is the same text."""
    coloured = shown(mixed, 80, force_terminal=True, color_system="truecolor")

    assert ESCAPE.search(coloured)
    assert ESCAPE.sub("", coloured) == shown(mixed, 80)


def test_no_text_is_written_in_a_colour_that_a_light_background_swallows(mixed):
    """Yellow, white and bright colours are for signs and bars only; sentences have the terminal's own."""
    noted = Report(mixed.lab, mixed.title, 0, "process", mixed.results, ("A note.",))
    coloured = shown(noted, 80, force_terminal=True, color_system="standard")
    painted = re.findall(r"\x1b\[(?:\d+;)*3[37](?:;\d+)*m([^\x1b]*)", coloured)

    assert all(len(text.strip()) <= 1 for text in painted), painted


@pytest.mark.parametrize(
    ("variables", "colour"),
    [
        ({"FORCE_COLOR": "1", "TERM": "xterm-256color"}, True),
        ({"FORCE_COLOR": "1", "TERM": "xterm-256color", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({}, False),
    ],
)
def test_pipes_dumb_terminals_and_no_color_get_no_colour(variables, colour, tmp_path):
    """As the command is run: colour only where it is wanted, and never a cursor movement."""
    (tmp_path / "hebb.py").write_text("", encoding="utf-8")
    kept = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "FORCE_COLOR", "TERM"}}
    ended = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", "--check", "hebb.update"],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **variables},
    )
    text = ended.stdout.decode()

    colours = re.findall(r"\x1b\[[0-9;]*m", text)
    assert any(re.search(r"[;\[]3\d", code) for code in colours) == colour
    assert "\x1b" not in ESCAPE.sub("", text)
    assert ended.stderr == b""


@pytest.mark.parametrize(
    ("points", "most", "drawn"),
    [(0, 20, 0), (1, 40, 1), (19, 20, 19), (39, 40, 19), (20, 20, 20), (0, 0, 0)],
)
def test_a_bar_is_full_only_when_all_is_reached(points, most, drawn):
    """And it is empty only when nothing is."""
    text = bar(points, most, style="green").plain

    assert (text.count("█"), len(text)) == (drawn, 20)
    assert bar(points, most, style="green", unicode=False).plain.count("#") == drawn
