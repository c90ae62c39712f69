"""One mark everywhere: laptop, batch, nbgrader and cluster write the same report on a submission."""

import json
import shutil
import tomllib
from dataclasses import replace

import pytest

from autograder.classroom import batch
from autograder.course.catalogue import ROOT
from autograder.course.solutions import Mistake, load_mistakes
from autograder.course.stubs import make_stub
from autograder.grading import pool
from autograder.grading.results import Results
from tests.autograder.classroom.platforms.nbgrader.classroom import (
    LAB,
    RIGHT,
    hand_in,
    marks_of_gradebook,
)
from tests.autograder.test_cluster import scheduler, workers  # noqa: F401  fixtures

SEED = 11

HOSTILE = (
    "looks for answers in the frames above",
    "aborts",
    "closes every descriptor",
    "announces a frame that never comes",
    "replaces the check",
    "replaces numpy",
    "a number that equals everything",
    "prints a report",
)


def kinds():
    """Write one submission of each kind: right, untouched, with mistakes, hostile, no Python."""
    texts = {"right": RIGHT, "stub": make_stub(LAB, "hebb"), "broken": "def ("}
    for mistake in load_mistakes(LAB)[::6]:
        texts[mistake.id] = mistake.source().text.decode()
    hostile = tomllib.loads((ROOT / "tests" / "submissions" / "hostile.toml").read_text("utf-8"))
    for entry in hostile["submission"]:
        if entry["name"] in HOSTILE:
            name = f"hostile-{entry['name'].replace(' ', '-')}"
            patched = Mistake("odd", "hebb.to_bipolar", "", body=entry.get("body", ""))
            added = f"{RIGHT}\n{entry.get('append', '')}\n"
            texts[name] = (
                patched.source().text.decode() if "body" in entry else entry.get("text", added)
            )
    return texts


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course's folder with one student of each kind."""
    folder = tmp_path_factory.mktemp("class")
    for student, text in kinds().items():
        place = folder / "submitted" / student / LAB.id
        place.mkdir(parents=True)
        (place / "hebb.py").write_text(text, encoding="utf-8")
    hand_in_again(folder)
    return folder


def hand_in_again(folder):
    """Hand a module in twice, so that a report has a note."""
    older = folder / "submitted" / "right" / LAB.id / "older" / "hebb.py"
    older.parent.mkdir()
    older.write_text(make_stub(LAB, "hebb"), encoding="utf-8")


@pytest.fixture(scope="module")
def marked(course):
    """What a batch with one process finds: the submissions, and their reports."""
    found = batch.grade_class(LAB, course / "submitted", course / "one", seed=SEED, jobs=1)
    return {mark.student: mark for mark in found.marks.marks}


@pytest.fixture(scope="module")
def wanted(marked):
    """The reports of that batch."""
    return {student: mark.report for student, mark in marked.items()}


def test_the_class_has_every_kind(marked):
    """The right one has all points, the untouched one none, the others something else."""
    points = {student: mark.report.points for student, mark in marked.items()}

    assert points["right"] == 20
    assert [student for student, mark in marked.items() if mark.report.notes] == ["right"]
    assert points["stub"] == points["broken"] == 0
    assert len(marked) >= 15
    others = set(points) - {"right", "stub", "broken"}
    assert all(points[student] < 20 for student in others)
    assert any(student.startswith("hostile") and points[student] > 0 for student in others)


def test_a_batch_of_two_processes_agrees(course, wanted):
    """The number of processes changes nothing."""
    found = batch.grade_class(LAB, course / "submitted", course / "two", seed=SEED, jobs=2)

    assert {mark.student: mark.report for mark in found.marks.marks} == wanted


TOLD = ("id", "status", "fact", "mistakes", "hint")


def test_the_self_check_agrees(course, wanted, shell):
    """What a student reads on a laptop is what the instructor's batch finds, word by word.

    What holds the code may differ, and each report says what did.
    """
    students = sorted(wanted)
    targets = [f"submitted/{student}/{LAB.id}" for student in students]
    done = shell(course, "nnlab", "grade", *targets, "--seed", str(SEED), "--json")
    reports = dict(zip(students, json.loads(done.stdout)["reports"], strict=True))

    for student, report in reports.items():
        assert report["seed"] is None
        told, found = (
            [{name: check[name] for name in TOLD} for check in checks]
            for checks in (report["checks"], wanted[student].to_plain()["checks"])
        )
        assert told == found, student


def test_a_cluster_agrees(marked, wanted, scheduler, workers):  # noqa: F811  the fixtures
    """Two workers of a Dask cluster find what one machine does."""
    assert len(workers) == 2
    handed = [mark.submission for mark in marked.values()]
    found = pool.grade_many(handed, batch.take_key(LAB, SEED), scheduler=scheduler)

    assert {one.student: report for one, report in found} == wanted


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_nbgraders_autograde_agrees(marked, wanted, released, shell, tmp_path, every):
    """The command of nbgrader comes to the same reports, and writes their points in its gradebook."""
    folder = shutil.copytree(released, tmp_path / "course")
    batch.course_seeds(folder).set(LAB, SEED)
    some = dict([*kinds().items()][::every])
    for student, text in some.items():
        hand_in(folder, student, text)
    hand_in_again(folder)
    done = shell(folder, "nbgrader", "autograde", LAB.id)
    key = batch.take_key(LAB, SEED).to_bytes()
    results = Results(folder / ".nnlab" / "results", LAB, key)
    points = marks_of_gradebook(folder)

    assert done.returncode == 0, done.stderr
    for student in some:
        report = results.find(marked[student].submission)
        assert report is not None, student
        notes = [note.replace(f"{LAB.id}/", "") for note in wanted[student].notes]
        # nbgrader hands over the lab's folder alone: files are named from there
        assert report == replace(wanted[student], notes=tuple(notes)), student
        for result in report.results:
            cell = result.check.id.replace(".", "-")
            assert points[student][cell][0] == result.points, (student, cell)
