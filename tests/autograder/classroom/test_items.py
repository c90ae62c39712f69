"""Item analysis: difficulty, discrimination, and what fails together."""

import csv
import io
import statistics

import numpy as np
import pytest
from click.testing import CliRunner

from autograder.classroom.items import FEWEST, analyse, compare
from autograder.classroom.marks import Mark, Marks
from autograder.classroom.report.files import class_csv
from autograder.classroom.report.page import to_class_html
from autograder.cli import main
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


@pytest.fixture
def two_years(tmp_path, monkeypatch):
    """Group A passes hebb.update, group B does not; last year everybody did."""
    monkeypatch.chdir(tmp_path)
    a = [mark(f"a{n:02}", []) for n in range(15)]
    b = [mark(f"b{n:02}", ["hebb.update"]) for n in range(15)]
    Marks(LAB, "edition", (*a, *b, mark("zoe", []))).write(tmp_path / "marks")
    Marks(LAB, "edition", tuple(a)).write(tmp_path / "last")
    rows = [f"{m.student};{m.student[0].upper()}" for m in (*a, *b)]
    (tmp_path / "groups.csv").write_text("\ufeffStudent;Group\n" + "\n".join(rows))
    return tmp_path


def run_items(*more):
    """Compare parts of lab 2."""
    return CliRunner().invoke(main, ["items", "hebb", *more], catch_exceptions=False)


def test_groups_and_years_stand_beside_one_another(two_years):
    """What differs by more than chance is said; who is in no group is named, and counted in no other."""
    done = run_items("--groups", "groups.csv", "--also", "last")
    table = list(
        csv.DictReader(
            io.StringIO((two_years / "marks" / "lab02_hebb-items.csv").read_text("utf-8-sig"))
        )
    )
    update = {row["part"]: row for row in table if row["check"] == "hebb.update"}

    assert done.exit_code == 0
    assert {part: row["passed"] for part, row in update.items()} == {
        "this class": "0.516",
        "A": "1.000",
        "B": "0.000",
        "in no group": "",
        "last": "1.000",
    }
    assert "A passes it more often than B, by more than chance" in done.output
    assert {row["note"] for row in table if row["check"] != "hebb.update"} == {""}
    assert "In no group: zoe" in done.output
    assert "In the table and not in the marks: Student" in done.output
    assert "last, 15 students" in (two_years / "marks" / "lab02_hebb-items.html").read_text("utf-8")


def test_a_small_difference_is_left_to_chance():
    """Three of fifteen is what two equal groups may well differ by."""
    few = of(*[["hebb.update"]] * 3, *[[]] * 12)

    assert [row.note for row in compare(LAB, {"A": few, "B": of(*[[]] * 15)}).rows] == [""] * len(
        NAMES
    )


@pytest.mark.parametrize(
    ("table", "more", "said"),
    [
        ("", (), "Give --groups FILE, or --also FOLDER, or both."),
        ("ada\n", ("--groups", "g.csv"), "g.csv, line 1: a student and a group are expected"),
        ("ada,A\nada,B\n", ("--groups", "g.csv"), "g.csv puts ada into A and B."),
        ("", ("--groups", "none.csv"), "none.csv cannot be read"),
        ("", ("--groups", "g.csv"), "g.csv is empty; a CSV of two columns is expected."),
        ("", ("--also", "nowhere"), "There are no marks of lab02_hebb in nowhere"),
        ("", ("--also", "old"), "The marks of lab02_hebb in old were made by other checks"),
        ("", ("--also", "bad"), "bad"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(two_years, table, more, said):
    """It names the file and says what is expected."""
    (two_years / "g.csv").write_text(table)
    for name, text in [
        (
            "old",
            (two_years / "marks" / "lab02_hebb.json")
            .read_text("utf-8")
            .replace("hebb.update", "x.y"),
        ),
        ("bad", "{"),
    ]:
        (two_years / name).mkdir()
        (two_years / name / "lab02_hebb.json").write_text(text, "utf-8")

    done = run_items(*more)

    assert done.exit_code == 2
    assert said in done.output
