"""A course's rules in a batch: beside the mark in every list, and on the student's own page."""

import csv
import json

import pytest
from click.testing import CliRunner

from autograder.cli import main
from tests.conftest import reference_text

RIGHT = reference_text("hebb")
WRONG = RIGHT.replace("bias + target", "bias")
WHO = "reason = 'a bad test'\nby = 'A. Teacher'\n"
DATES = "late = {percent_a_day = 10}\n[labs.hebb]\ndeadline = 2030-05-13T12:00:00\n"


@pytest.fixture
def course(tmp_path, monkeypatch, request):
    """A course's folder, which is graded in this process."""
    request.getfixturevalue("in_one_process")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def hand_in(course, student, text, when=""):
    """Hand in, as nbgrader keeps it."""
    folder = course / "submitted" / student / "lab02_hebb"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hebb.py").write_text(text)
    if when:
        (folder / "timestamp.txt").write_text(when)


def batch(*options):
    """Run the command."""
    done = CliRunner().invoke(
        main, ["batch", "hebb", "--seed", "0", "-j", "1", *options], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.output


def rows(course):
    """Read the table of marks."""
    with (course / "marks" / "lab02_hebb.csv").open(encoding="utf-8-sig") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_lateness_stands_beside_the_mark(course):
    """Table, JSON, class page and student's page have both; the mark is never another."""
    hand_in(course, "ada", RIGHT, "2030-05-13 12:00:00")
    hand_in(course, "bob", RIGHT, "2030-05-15 11:59:59.123456")
    (course / "dates.toml").write_text(DATES)
    batch("--html")
    found = rows(course)
    page = (course / "marks" / "lab02_hebb.html").read_text()
    own = (course / "marks" / "lab02_hebb-pages" / "bob.html").read_text()
    entry = json.loads((course / "marks" / "lab02_hebb.json").read_text())["submissions"][1]

    assert [found[s]["points"] for s in ("ada", "bob")] == ["20", "20"]
    assert [found[s]["counts"] for s in ("ada", "bob")] == ["20", "16"]
    assert found["bob"]["why"] == "2 days late: −20 %."
    assert (entry["points"], entry["counts"]["points"]) == (20, 16)
    assert '<td class="points">20</td>' in page
    assert '<td class="points">20, counts 16</td>' in page
    assert "2 days late: −20 %." in page
    assert "<strong>20</strong> of 20 points" in own
    assert "Counts: 16. 2 days late: −20 %." in own


def test_without_rules_no_page_speaks_of_them(course):
    """The column `counts` is the mark."""
    hand_in(course, "ada", WRONG, "2030-05-15 11:59:59")
    batch("--html")

    assert rows(course)["ada"]["counts"] == rows(course)["ada"]["points"]
    assert "counts" not in (course / "marks" / "lab02_hebb.html").read_text()


def test_moodles_worksheet_says_when_and_takes_what_counts(course):
    """Its own time stamps are read, in any language, and its column gets what counts, with the reason."""
    for student, number in (("Ada L", 101), ("Bob M", 102)):
        folder = course / "submitted" / f"{student}_{number}_assignsubmission_file"
        folder.mkdir(parents=True)
        (folder / "hebb.py").write_text(RIGHT)
    (course / "dates.toml").write_text(DATES)
    sheet = (
        "Identifiant,Nom complet,Statut,Note,Note maximale,Note modifiable,"
        "Dernière modification (travail remis),Dernière modification (note),Feedback par commentaires\n"
        'Participant 101,Ada L,Remis,,"20,00",Oui,"lundi 13 mai 2030, 09:00",-,\n'
        'Participant 102,Bob M,Remis,,"20,00",Oui,"mardi 14 mai 2030, 23:58","mercredi 15 mai 2030, 8:00",\n'
    )
    (course / "sheet.csv").write_text(sheet)
    batch("--csv-for", "moodle", "--roster", "sheet.csv")
    with (course / "marks" / "lab02_hebb-moodle.csv").open() as file:
        ada, bob = csv.DictReader(file)

    assert (ada["Note"], bob["Note"]) == ("20", "16")
    assert ada["Feedback par commentaires"] == "20 / 20 points."
    assert bob["Feedback par commentaires"] == (
        "20 / 20 points.<br>Counts: 16. 2 days late: −20 %."
    )


def test_free_days_of_the_term_are_spent_in_every_list(course):
    """The batch reads the marks of the other labs; the platform's file says how many are left."""
    (course / "dates.toml").write_text(
        f"term = {{free_days = 3}}\n{DATES}[labs.gates]\ndeadline = 2030-05-06T12:00:00\n"
    )
    gates = course / "submitted" / "ada" / "lab01_gates"
    gates.mkdir(parents=True)
    (gates / "gates.py").write_text(reference_text("gates"))
    (gates / "timestamp.txt").write_text("2030-05-08 11:00:00")
    hand_in(course, "ada", RIGHT, "2030-05-15 11:00:00")
    hand_in(course, "bob", RIGHT, "2030-05-13 11:00:00")
    (course / "sheet.csv").write_text(
        "Identifier,Full name,Grade,Maximum Grade,Feedback comments\n1,ada,,20,\n2,bob,,20,\n"
    )
    done = CliRunner().invoke(main, ["batch", "gates", "-j", "1"], catch_exceptions=False)
    batch("--csv-for", "moodle", "--roster", "sheet.csv")
    with (course / "marks" / "lab02_hebb-moodle.csv").open() as file:
        ada, bob = csv.DictReader(file)

    assert done.exit_code == 0
    assert (rows(course)["ada"]["counts"], rows(course)["ada"]["free_days_left"]) == ("18", "0")
    assert (rows(course)["bob"]["counts"], rows(course)["bob"]["free_days_left"]) == ("20", "3")
    assert ada["Feedback comments"] == (
        "20 / 20 points.<br>Counts: 18. 2 days late, 1 of the term's free days: −10 %."
        "<br>Free days of the term left: 0."
    )
    assert bob["Feedback comments"] == "20 / 20 points.<br>Free days of the term left: 3."


def test_who_may_be_late_and_has_no_time_is_named(course):
    """Nothing is taken off, and somebody should know; where lateness costs nothing, nothing is said."""
    said = "Nobody says when these handed in, so nothing is taken off if they were late: ada."
    hand_in(course, "ada", RIGHT)
    deadline = "[labs.lab02_hebb]\ndeadline = 2030-05-13T23:59:00\n"
    (course / "dates.toml").write_text(deadline)
    without_cost = batch()
    (course / "dates.toml").write_text(f"[late]\npercent_a_day = 10\n{deadline}")
    unknown = batch()
    known = '[labs.lab02_hebb.handed_in]\n"ada" = 2030-05-14T08:00:00\n'
    (course / "dates.toml").write_text(f"[late]\npercent_a_day = 10\n{deadline}{known}")

    assert said not in without_cost
    assert said in unknown
    assert said not in batch()


def test_a_dry_run_shows_whom_a_correction_changes(course):
    """By how much and why; afterwards table and page say it, and the next dry run has nothing to say."""
    hand_in(course, "ada", RIGHT)
    hand_in(course, "bob", WRONG)
    batch()
    points = int(rows(course)["bob"]["points"])
    (course / "overrides.toml").write_text(
        f"[[override]]\nlab = 'hebb'\ndrop = 'hebb.update'\n{WHO}"
        f"[[override]]\nlab = 'hebb'\nstudent = 'adda'\nbonus = 2\n{WHO}"
    )
    shown = batch("--dry-run")
    before = (course / "marks" / "lab02_hebb.csv").read_text()
    said = batch()

    assert "1 would change:" in shown
    assert (
        f"  bob: {points} → {points}, by the course's rules; counts {points} → {points + 3}: "
        "hebb.update is dropped: +3 (a bad test; A. Teacher)."
    ) in shown
    assert "A rule is for adda, who is not in the marks. Is ada meant?" in shown
    assert "A rule is for adda" in said
    assert before != (course / "marks" / "lab02_hebb.csv").read_text()
    assert rows(course)["bob"]["counts"] == str(points + 3)
    assert "No mark would change." in batch("--dry-run")


def test_attempts_are_kept_by_what_was_handed_in(course):
    """The same files are one attempt however often they are graded; the course says which counts."""
    for text in (WRONG, RIGHT, RIGHT, WRONG, ""):
        hand_in(course, "ada", text)
        batch()
    wrong = json.loads((course / "marks" / "lab02_hebb.json").read_text())["submissions"][0]
    found = {}
    for counts in ("last", "best", "first"):
        (course / "dates.toml").write_text(f"counts = '{counts}'\n")
        batch()
        found[counts] = rows(course)["ada"]["counts"], rows(course)["ada"]["why"]

    first = str(wrong["attempts"][0]["points"])
    assert [each["points"] for each in wrong["attempts"]] == [int(first), 20, int(first)]
    assert found == {
        "last": ("0", ""),
        "best": ("20", "Attempt 2 of 4 counts: the best."),
        "first": (first, "Attempt 1 of 4 counts: the first."),
    }


def test_a_misspelt_rule_ends_the_batch_before_anything_is_graded(course):
    """In a sentence, with exit code 2."""
    hand_in(course, "ada", RIGHT)
    (course / "dates.toml").write_text("deadlines = 3")
    refused = CliRunner().invoke(main, ["batch", "hebb"])

    assert refused.exit_code == 2
    assert "dates.toml has a mistake" in refused.output
    assert not (course / ".nnlab").exists()


@pytest.mark.parametrize("late", ["_late", "_LATE"])
def test_canvas_says_who_is_late_and_not_when(course, late):
    """Then nothing is taken off, and a sentence says so."""
    folder = course / "submitted"
    folder.mkdir()
    (folder / f"adal{late}_12_345_hebb.py").write_text(RIGHT)
    (folder / "bobm_13_346_hebb.py").write_text(RIGHT)
    (course / "dates.toml").write_text(DATES)
    batch()

    assert rows(course)["adal"]["why"].startswith("The platform calls it late, and not when")
    assert rows(course)["bobm"]["why"] == ""
