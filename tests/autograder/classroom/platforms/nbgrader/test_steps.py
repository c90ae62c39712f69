"""Our steps in nbgrader's chain, one by one."""

from types import SimpleNamespace

import pytest

from autograder.course.lab import Status
from autograder.grading.report import CheckResult, Part, Report
from tests.autograder.classroom.platforms.nbgrader.classroom import LAB

steps = pytest.importorskip(
    "autograder.classroom.platforms.nbgrader.steps", exc_type=ModuleNotFoundError
)


@pytest.mark.parametrize(
    ("status", "most", "text"),
    [
        (Status.PASSED, 3.0, "3.0"),
        (Status.FAILED, 3.0, "0.0"),
        (Status.PASSED, 1.5, "1.5"),
    ],
)
def test_points_are_a_plain_float_within_bounds(status, most, text):
    """The last output is what nbgrader reads: it is the text of a Python float, and nothing is on stderr."""
    check = LAB.checks["hebb.update"]
    result = CheckResult(check, status, (Part("RuntimeWarning: overflow\x1b[31m"),))
    report = Report(LAB.id, LAB.title, 0, ("process",), (result,))

    first, last = steps._outputs(report, check, most)

    assert (first.output_type, first.name) == ("stream", "stdout")
    assert last.data == {"text/plain": text}


def test_what_was_not_graded_has_no_points():
    """The last output is an error, so nobody takes it for full marks, and our own step opens the score."""
    check = LAB.checks["hebb.update"]
    report = Report(
        LAB.id, LAB.title, 0, ("process",), (CheckResult(check, Status.ERROR, (Part("oh"),)),)
    )
    _, last = steps._outputs(report, check, 3.0)

    assert (last.output_type, last.ename) == ("error", "not graded")


def test_a_lab_without_release_is_told(tmp_path):
    """There is nothing to rebuild from, and the sentence says what to run."""
    course = SimpleNamespace(
        release_directory="assignments",
        format_path=lambda step, student, lab: str(tmp_path / step / student / lab),
    )
    ids = {"assignment": "lab02_hebb", "notebook": "lab02_hebb", "student": "ada"}
    resources = {"nbgrader": ids}

    with pytest.raises(FileNotFoundError, match="Run: nbgrader generate_assignment lab02_hebb"):
        steps.rebuild(course, resources)


def test_the_students_code_stands_below_the_first_check_of_its_exercise():
    """Who grades essays sees it in the formgrader, as it was written, and once."""
    checks = [check for check in LAB.checks.values() if check.exercise == "hebb.hebb_step"]
    code = b"def hebb_step(weight, bias, x, target):\n    return weight < 1, '<b>&amp;'\n"
    results = tuple(CheckResult(check, Status.PASSED) for check in checks)
    report = Report(LAB.id, LAB.title, 0, ("process",), results, sources={"hebb.py": code})

    first, second, *_ = (steps._outputs(report, check, 1.0)[0].text for check in checks)

    assert "hebb.py, lines 1–2" in first
    assert "   2      return weight < 1, '<b>&amp;'\n" in first
    assert "def hebb_step" not in second


def test_where_nothing_was_handed_in_there_is_no_code():
    """A report without the files says what it said."""
    check = LAB.checks["hebb.update"]
    report = Report(LAB.id, LAB.title, 0, ("process",), (CheckResult(check, Status.PASSED),))

    assert "lines" not in steps._outputs(report, check, 1.0)[0].text
