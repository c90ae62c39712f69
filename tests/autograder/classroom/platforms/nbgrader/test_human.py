"""The points of essays reach the platform's file; whose essay waits for a human has no mark yet."""

import csv
import shutil
import warnings

import pytest
from click.testing import CliRunner

from autograder.classroom.platforms.nbgrader.gradebook import fill_gradebook
from autograder.classroom.platforms.nbgrader.human import Essays, read_essays
from autograder.cli import main
from autograder.course.catalogue import load_lab
from autograder.errors import WrongUseError
from tests.autograder.classroom.report.test_files import mark, marks
from tests.conftest import reference_text

pytest.importorskip("nbgrader")

LAB = load_lab("lab02_hebb")


def grade(course, student, *points):
    """Give a student's essays their points, as the formgrader does."""
    from nbgrader.api import Gradebook

    with (
        warnings.catch_warnings(action="ignore"),
        Gradebook(f"sqlite:///{course}/gradebook.db") as book,
    ):
        (notebook,) = book.find_submission(LAB.id, student).notebooks
        essays = [g for g in notebook.grades if g.name.startswith(("answer", "observe"))]
        for each, given in zip(essays, points, strict=True):
            each.manual_score, each.needs_manual_grade = given, False
        book.db.commit()


@pytest.fixture
def course(released, tmp_path):
    """A course in which ada's essays are read, and bob's are not."""
    course = shutil.copytree(released, tmp_path / "course")
    fill_gradebook(course, marks(mark("ada"), mark("bob")))
    grade(course, "ada", 2, 1.5, 1, 0, 0, 0, 0, 0)
    return course


def test_what_humans_have_graded(course):
    """The sum of a student's essays, and what they count up to."""
    found = read_essays(course, LAB)

    assert found.scores == {"ada": 4.5, "bob": None}
    assert found.max_points == read_essays(course, LAB).max_points > 4.5


def test_the_platforms_file_has_both(course, monkeypatch, request):
    """Checks and essays are added, the feedback says it, and bob's cell stays as it was."""
    request.getfixturevalue("in_one_process")
    monkeypatch.chdir(course)
    for student in ("ada", "bob"):
        (course / "submitted" / student / LAB.id).mkdir(parents=True)
        (course / "submitted" / student / LAB.id / "hebb.py").write_text(reference_text("hebb"))
    most = LAB.points + read_essays(course, LAB).max_points
    (course / "sheet.csv").write_text(
        "Identifier,Full name,Grade,Maximum Grade,Feedback comments\n"
        f"Participant 1,ada,,{most:g},\nParticipant 2,bob,,{most:g},\n"
    )
    command = ["batch", "hebb", "-j", "1", "--csv-for", "moodle", "--roster", "sheet.csv"]
    refused = CliRunner().invoke(main, command)
    done = CliRunner().invoke(main, [*command, "--essays"], catch_exceptions=False)
    with (course / "marks" / "lab02_hebb-moodle.csv").open() as file:
        ada, bob = csv.DictReader(file)

    assert refused.exit_code == 2
    assert "this lab to 20" in " ".join(refused.output.split())
    assert done.exit_code == 0, done.output
    assert "Without a mark: bob" in done.output
    assert (ada["Grade"], bob["Grade"]) == ("24.5", "")
    assert "Counts: 24.5. 20 and 4.5 for essays." in ada["Feedback comments"]


def test_without_a_gradebook_a_sentence_says_so(tmp_path):
    """And which command makes one."""
    with pytest.raises(WrongUseError, match="nnlab setup nbgrader"):
        read_essays(tmp_path, LAB)


def test_a_gradebook_that_cannot_be_read_is_named(course):
    """It is damaged, or does not know the lab."""
    with pytest.raises(WrongUseError, match="does not know lab03_perceptron"):
        read_essays(course, load_lab("lab03_perceptron"))
    (course / "gradebook.db").write_bytes(b"no database" * 100)
    with pytest.raises(WrongUseError, match="cannot be read"):
        read_essays(course, LAB)


def test_essays_are_for_the_platforms_file(course, monkeypatch):
    """The option alone is wrong usage."""
    monkeypatch.chdir(course)
    refused = CliRunner().invoke(main, ["batch", "hebb", "--essays"])

    assert (refused.exit_code, "--csv-for" in refused.output) == (2, True)


def test_there_are_no_essays_by_default():
    """Nobody's points are made up."""
    assert Essays().scores == {}
