"""The report as data: its schema, its points and its exit code."""

import json

import pytest

from autograder.course.lab import Lab, Status
from autograder.grading.report import SCHEMA, CheckResult, Part, Report, to_json

LAB = Lab("lab09_layers", "Layers", "Layers", {"layers.f": "Layers"})


@LAB.check("layers.f", points=3, always=[{}])
def first(student):
    """The function f is right – here, too."""
    return student.layers.f()


@LAB.check("layers.f", points=2, always=[{}])
def second(student):
    """The function f is right there."""
    return student.layers.f()


def report(*results):
    """Make a report on these results."""
    return Report("lab09_layers", "Layers", 7, ("process",), results)


@pytest.mark.parametrize(
    ("status", "points"),
    [(Status.PASSED, 3), (Status.FAILED, 0), (Status.SKIPPED, 0), (Status.ERROR, None)],
)
def test_points_of_each_status(status, points):
    """Passed checks have their points, failed and skipped ones 0; what was not graded has neither."""
    assert CheckResult(first, status).points == points


@pytest.mark.parametrize(
    ("statuses", "points", "exit_code"),
    [
        ((), 0, 0),
        (("passed", "passed"), 5, 0),
        (("passed", "failed"), 3, 1),
        (("passed", "skipped"), 3, 1),
        (("failed", "failed"), 0, 1),
        (("passed", "error"), None, 3),
        (("failed", "error"), None, 3),
        (("error", "error"), None, 3),
    ],
)
def test_a_report_adds_up_and_ends_with_its_code(statuses, points, exit_code):
    """0 all passed, 1 some failed or were not asked, 3 our fault, whatever else there is."""
    checks = zip((first, second), map(Status, statuses), strict=False)
    made = report(*(CheckResult(check, status) for check, status in checks))

    assert (made.points, made.exit_code) == (points, exit_code)
    assert made.max_points == sum(result.check.points for result in made.results)


def test_verdicts_are_counted():
    """Each verdict is counted by itself."""
    made = report(CheckResult(first, Status.PASSED), CheckResult(second, Status.SKIPPED))

    assert [made.count(status) for status in Status] == [1, 0, 1, 0]


FAILED = CheckResult(
    first, Status.FAILED, (Part("f()", "called"),), ("forgets", "other"), "Is it there?", 0.123456
)


def test_one_report_is_one_object_with_the_schemas_keys():
    """The JSON of a report holds exactly the documented keys and values."""
    expected = {
        "schema": SCHEMA,
        "lab": "lab09_layers",
        "points": 2,
        "max_points": 5,
        "seed": 7,
        "isolation": ["process"],
        "notes": [],
        "versions": {},
        "checks": [
            {
                "id": "layers.first",
                "title": "The function f is right – here, too.",
                "status": "failed",
                "points": 0,
                "max_points": 3,
                "fact": [{"label": "called", "text": "f()"}],
                "mistakes": ["forgets", "other"],
                "hint": "Is it there?",
                "seconds": 0.1235,
            },
            {
                "id": "layers.second",
                "title": "The function f is right there.",
                "status": "passed",
                "points": 2,
                "max_points": 2,
                "fact": [],
                "mistakes": [],
                "hint": None,
                "seconds": 0.0,
            },
        ],
    }
    written = to_json([report(FAILED, CheckResult(second, Status.PASSED))])

    assert json.loads(written) == expected
    assert list(json.loads(written)) == list(expected)


@pytest.mark.parametrize("count", [0, 2, 3])
def test_several_reports_are_a_list(count):
    """Any other number of reports than one stands under "reports"."""
    one = report(FAILED)

    assert json.loads(to_json([one] * count)) == {
        "schema": SCHEMA,
        "reports": [one.to_plain()] * count,
    }


@pytest.mark.parametrize("message", ["x₁ · x̄₂", "\ud800", "line\nline", "\x1b"])
def test_json_is_plain_ascii(message):
    """Whatever a message holds, the JSON can be written to any stream and read back."""
    written = to_json([report(CheckResult(first, Status.FAILED, (Part(message),)))])

    assert written.isascii()
    assert json.loads(written)["checks"][0]["fact"] == [{"label": "", "text": message}]
