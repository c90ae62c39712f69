"""Item analysis: difficulty, discrimination, and what fails together."""

import csv
import io
import statistics

import numpy as np
import pytest

from autograder.classroom.items import FEWEST, analyse
from autograder.classroom.marks import Mark, Marks
from autograder.classroom.report.files import class_csv
from autograder.classroom.report.page import to_class_html
from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.grading.report import CheckResult, Part, Report
from autograder.grading.submission import Submission
from tests.autograder.report.web.test_submission import Reader

LAB = load_lab("lab02_hebb")
NAMES = [*LAB.checks]


def mark(student, failed, *, missing=None):
    """Make a mark with these checks failed."""
    results = tuple(
        CheckResult(check, Status.FAILED if check.id in failed else Status.PASSED, (Part("f"),))
        for check in LAB.checks.values()
    )
    handed = Submission(LAB, {} if missing else {"hebb": b""}, missing or {}, student=student)
    return Mark(handed, Report(LAB.id, LAB.title, 7, ("process",), results))


def of(*failed, **more):
    """Analyse a class in which each student failed these checks."""
    given = [mark(f"s{number:02}", each) for number, each in enumerate(failed)]
    return Marks(LAB, "edition", (*given, *more.get("others", ())))


def test_the_figures_are_those_of_test_theory():
    """Passed is a mean; separates is Pearson's correlation with the points of all other checks."""
    rng = np.random.default_rng(7)
    grid = rng.random((30, len(NAMES))) < rng.uniform(0.1, 0.6, (30, 1))
    found = analyse(of(*[[n for n, f in zip(NAMES, row, strict=True) if f] for row in grid]))
    points = np.array([check.points for check in LAB.checks.values()])

    assert (found.students, found.left_out) == (30, 0)
    for at, item in enumerate(found.items):
        rest = (~grid * points).sum(axis=1) - ~grid[:, at] * points[at]
        assert item.passed == pytest.approx(1 - grid[:, at].mean())
        assert item.rest == pytest.approx(np.corrcoef(~grid[:, at], rest)[0, 1])


def test_a_check_that_separates_nobody_is_named():
    """All pass, none passes, or who passes is not better elsewhere."""
    good, bad = ["hebb.predict"], ["hebb.update", "hebb.predict", "hebb.history", "hebb.to_bipolar"]
    backwards = [*good, "hebb.vertical_line"]
    items = {each.check.id: each for each in analyse(of(*[backwards] * 8, *[bad] * 8)).items}

    assert items["hebb.predict_one"].note == "Everybody passed it: it separates nobody."
    assert items["hebb.predict"].note.startswith("Nobody passed it: it separates nobody.")
    assert items["hebb.vertical_line"].note.startswith("Who passes it has fewer points elsewhere")
    assert items["hebb.update"].note == ""
    assert items["hebb.update"].rest > 0.9


def test_accidents_of_delivery_say_nothing_of_a_check():
    """Who did not hand in the file would make every check look hard, and all of them alike."""
    lost = [mark(f"x{n}", NAMES, missing={"hebb": "hebb.py is missing."}) for n in range(9)]
    found = analyse(of(*[[]] * 10, others=(*lost, Mark(Submission(LAB, {}, student="y"), None))))

    assert (found.students, found.left_out) == (10, 10)
    assert {each.passed for each in found.items} == {1.0}


def test_of_a_small_class_nothing_is_said():
    """Nine students are too few."""
    found = analyse(of(*[["hebb.update"]] * (FEWEST - 1)))
    page = Reader(to_class_html(of(*[["hebb.update"]] * (FEWEST - 1)))).said

    assert found.items == ()
    assert (
        f"It takes {FEWEST} students whose code could be run to say something; here are 9." in page
    )


def test_checks_that_fail_together_are_grouped():
    """Unless one needs the other, or both the same: then they fail together anyway."""
    pair = ["hebb.to_bipolar", "hebb.vertical_line"]
    dependent = ["hebb.update", "hebb.history"]
    found = analyse(of(*[pair] * 5, *[dependent] * 5, *[[]] * 5))

    assert found.together == (tuple(pair),)
    assert analyse(of(*[pair] * 2, *[[]] * 9)).together == ()
    assert analyse(of(*[pair] * 4, *[pair[:1]] * 4, *[[]] * 5)).together == ()


def test_page_and_table_say_it():
    """Each check has its row in both."""
    marks = of(*[["hebb.update"]] * 6, *[[]] * 6)
    said = Reader(to_class_html(marks)).said
    rows = {
        r["name"]: r for r in csv.DictReader(io.StringIO(class_csv(marks))) if r["kind"] == "item"
    }

    assert "How hard, and whom it separates" in said
    assert "12 students counted" in said
    assert "50 %" in said
    assert [*rows] == NAMES
    assert float(rows["hebb.update"]["count"]) == statistics.fmean([0] * 6 + [1] * 6)
    assert rows["hebb.update"]["says"] == "All others have equal points: it cannot be compared."
