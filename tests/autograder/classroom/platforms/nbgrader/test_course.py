"""An instructor's week with nbgrader's own commands: every mark is the one of `nnlab grade`."""

import csv
import json
import os
import shutil
import warnings

import pytest

from autograder.classroom.batch import course_seeds
from tests.autograder.classroom.platforms.nbgrader.classroom import (
    ANSWER,
    ANSWER_IS_LOST,
    LAB,
    NOTEBOOK,
    ODD_NOTEBOOKS,
    RIGHT,
    hand_in,
    make_class,
    marks_of_gradebook,
    texts,
)

pytest.importorskip("nbgrader")
pytest.importorskip("jupytext")

MANUAL = "answer-why-it-fails"


def marks_of_grade(shell, course, students):
    """Take every student's marks from `nnlab grade`."""
    seed = str(course_seeds(course).get(LAB))
    targets = [f"submitted/{student}/{LAB.id}" for student in students]
    done = shell(course, "nnlab", "grade", *targets, "--seed", seed, "--json")
    reports = json.loads(done.stdout)["reports"]
    return {
        student: {check["id"]: check["points"] for check in report["checks"]}
        for student, report in zip(students, reports, strict=True)
    }


def grade_by_hand(course, student, points):
    """Give an essay its points, as the formgrader does."""
    from nbgrader.api import Gradebook

    with (
        warnings.catch_warnings(action="ignore"),
        Gradebook(f"sqlite:///{course}/gradebook.db") as book,
    ):
        grade = book.find_grade(MANUAL, LAB.id, LAB.id, student)
        grade.manual_score = points
        grade.needs_manual_grade = False
        book.db.commit()


def check_a_week(shell, course, odd):
    """Batch, autograde, grade by hand, regrade, give feedback, export; compare every mark."""
    students = sorted(path.name for path in (course / "submitted").iterdir())
    batch = shell(course, "nnlab", "batch", "lab02")
    assert (batch.returncode, batch.stderr) == (0, "")
    filled = marks_of_gradebook(course)
    autograde = shell(course, "nbgrader", "autograde", LAB.id)
    assert autograde.returncode == 0, autograde.stderr
    assert "ERROR" not in autograde.stderr
    kept = sorted((course / ".nnlab" / "results" / LAB.id).iterdir())

    wanted = marks_of_grade(shell, course, students)
    graded = marks_of_gradebook(course)
    for student in students:
        for scores in (filled[student], graded[student]):
            points = {name: scores[name.replace(".", "-")][0] for name in LAB.checks}
            assert points == wanted[student], student
            assert all(isinstance(point, float) for point in points.values())
        text = (course / "autograded" / student / LAB.id / NOTEBOOK).read_text()
        assert (ANSWER.format(student=student) in text) == (odd.get(student) not in ANSWER_IS_LOST)
        assert "stderr" not in text

    grade_by_hand(course, students[0], 2.5)
    again = shell(course, "nbgrader", "autograde", LAB.id, "--force")
    assert again.returncode == 0, again.stderr
    assert shell(course, "nnlab", "batch", "lab02").returncode == 0
    assert marks_of_gradebook(course)[students[0]][MANUAL][1] == 2.5
    assert sorted((course / ".nnlab" / "results" / LAB.id).iterdir()) == kept

    assert shell(course, "nbgrader", "generate_feedback", LAB.id).returncode == 0
    pages = sorted(path.parent.parent.name for path in (course / "feedback").rglob("*.html"))
    assert pages == students
    assert shell(course, "nbgrader", "export").returncode == 0
    with (course / "grades.csv").open() as file:
        exported = {row["student_id"]: float(row["raw_score"]) for row in csv.DictReader(file)}
    by_hand = {students[0]: 2.5}
    sums = {s: sum(wanted[s].values()) + by_hand.get(s, 0) for s in students}
    assert exported == sums
    with (course / "marks" / f"{LAB.id}.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            assert {n: int(row[n]) for n in LAB.checks} == wanted[row["student"]]


@pytest.mark.thorough
def test_a_small_class_goes_through_nbgraders_own_commands(released, shell, tmp_path):
    """Each odd notebook and some modules: all are graded, every mark is that of nnlab grade."""
    course = shutil.copytree(released, tmp_path / "course")
    odd = {f"o{i:02}": how for i, how in enumerate(ODD_NOTEBOOKS)}
    for student, how in odd.items():
        hand_in(course, student, RIGHT, how)
    kinds = texts()
    for name in ("stub", "empty", "hebb-forgets-bias", "odd-syntax error"):
        hand_in(course, name.replace(" ", ""), kinds[name])

    check_a_week(shell, course, odd)

    assert sum(point[0] or 0 for point in marks_of_gradebook(course)["stub"].values()) == 0
    assert not list((course / "feedback").rglob("stolen.py"))
    written = [path.read_text("utf-8") for path in (course / ".nnlab" / "aside").glob("*/what.txt")]
    (about,) = (text for text in written if text.startswith(f"o11/{LAB.id}\n"))
    assert "\nstolen.py was a link to " in about


@pytest.mark.slow
def test_two_hundred_go_through_nbgraders_own_commands(released, shell, tmp_path):
    """Right, empty, every mistake, hostile, odd notebooks: nothing aborts, every mark is the same."""
    course = shutil.copytree(released, tmp_path / "course")
    odd = make_class(course, int(os.environ.get("NNLAB_CLASS", "200")))

    check_a_week(shell, course, odd)


def test_the_release_holds_no_line_of_a_solution(released):
    """Neither a body, nor a worked answer, nor the catalogue of mistakes goes out."""
    from autograder.classroom.platforms.nbgrader.notebooks import read_text
    from autograder.course.reference import find_body

    folder = released / "assignments" / LAB.id
    assert sorted(path.name for path in folder.iterdir()) == ["hebb.py", NOTEBOOK]
    texts = {path.name: path.read_text() for path in folder.iterdir()}
    for exercise in LAB.exercises:
        first, last = find_body(RIGHT, exercise)
        for line in RIGHT.splitlines()[first - 1 : last]:
            assert line not in texts["hebb.py"].splitlines(), line
    for question in read_text(LAB).questions:
        for line in filter(None, question.answer.splitlines()):
            assert json.dumps(line)[1:-1] not in texts[NOTEBOOK]


def test_a_solution_beside_the_source_notebook_does_not_go_out(released, shell, tmp_path):
    """A solved module in the source folder is replaced by its stub, in release and grading alike."""
    course = shutil.copytree(released, tmp_path / "course")
    for name in ("hebb.py", "mistakes.toml", "notebook.md"):
        (course / "solutions" / LAB.id / name).write_text(RIGHT)
    done = shell(course, "nbgrader", "generate_assignment", LAB.id, "--force")
    hand_in(course, "stu", (course / "assignments" / LAB.id / "hebb.py").read_text())
    assert shell(course, "nbgrader", "autograde", LAB.id).returncode == done.returncode == 0

    names = sorted(path.name for path in (course / "assignments" / LAB.id).iterdir())
    assert names == ["hebb.py", NOTEBOOK]
    assert "NotImplementedError" in (course / "assignments" / LAB.id / "hebb.py").read_text()
    assert sum(score[0] or 0 for score in marks_of_gradebook(course)["stu"].values()) == 0


def test_a_zip_of_a_platform_is_collected(released, shell, tmp_path):
    """zip_collect takes modules and notebooks out of Moodle's folders and Canvas's names."""
    course = shutil.copytree(released, tmp_path / "course")
    archive = course / "downloaded" / LAB.id / "archive"
    moodle = archive / "Ada L_123_assignsubmission_file_"
    moodle.mkdir(parents=True)
    (moodle / "hebb.py").write_text(RIGHT)
    (moodle / NOTEBOOK).write_text((course / "assignments" / LAB.id / NOTEBOOK).read_text())
    (archive / "bobbit_LATE_12_345_hebb-1.py").write_text(RIGHT)

    done = shell(course, "nbgrader", "zip_collect", LAB.id)
    graded = shell(course, "nbgrader", "autograde", LAB.id)

    assert (done.returncode, graded.returncode) == (0, 0), done.stderr
    points = {s: sum(p[0] or 0 for p in g.values()) for s, g in marks_of_gradebook(course).items()}
    assert points == {"Ada L": 20.0, "bobbit (12)": 20.0}


def test_a_lab_that_was_not_released_is_told(released, shell, tmp_path):
    """Without its release a notebook cannot be rebuilt, and the sentence says what to run."""
    course = shutil.copytree(released, tmp_path / "course")
    hand_in(course, "ada", RIGHT)
    (course / "assignments" / LAB.id / NOTEBOOK).unlink()
    done = shell(course, "nbgrader", "autograde", LAB.id)

    assert done.returncode == 1
    assert f"Run: nbgrader generate_assignment {LAB.id}" in done.stderr


def test_a_gradebook_without_the_lab_is_told(released, shell, tmp_path):
    """A batch before generate_assignment grades, and says what the gradebook needs."""
    course = shutil.copytree(released, tmp_path / "course")
    (course / "submitted" / "ada" / "lab01_gates").mkdir(parents=True)
    done = shell(course, "nnlab", "batch", "lab01", "--jobs", "1")

    assert done.returncode == 0
    assert "gradebook.db does not know lab01_gates." in done.stdout
    assert "Run `nbgrader generate_assignment lab01_gates`" in done.stdout
