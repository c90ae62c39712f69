"""Reports as JUnit XML: well-formed, by the common schema's rules, with nothing that XML forbids."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.grading.report import CheckResult, Part, Report
from autograder.report.junit import to_junit
from tests.conftest import reference_text

CHECKS = load_lab("lab02_hebb").checks

ALLOWED = {  # the common schema: parent, its attributes, its children
    "testsuites": ({"name", "tests", "failures", "errors", "skipped", "time"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time"},
        {"properties", "testcase", "system-out"},
    ),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"classname", "name", "time"}, {"failure", "error", "skipped"}),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
    "skipped": ({"message"}, set()),
    "system-out": (set(), set()),
}


def report(*results):
    """Make a report of results of lab 2."""
    return Report("lab02_hebb", "Hebb's rule", 7, ("process",), results)


@pytest.fixture
def mixed():
    """One check of each verdict; the failed one holds what XML forbids, and markup."""
    passed, failed, skipped, broken = list(CHECKS)[:4]
    hostile = "x]]><&\"' \x00\x1b[31m\ud800\ufffe\u202e\n  end"
    return report(
        CheckResult(CHECKS[passed], Status.PASSED, seconds=0.25),
        CheckResult(
            CHECKS[failed],
            Status.FAILED,
            (Part(hostile),),
            ("hebb-forgets-bias",),
            "Why <so>?",
            0.5,
        ),
        CheckResult(CHECKS[skipped], Status.SKIPPED, (Part("Not asked: it needs that first."),)),
        CheckResult(
            CHECKS[broken], Status.ERROR, (Part("OSError: no"), Part("Tell your instructor."))
        ),
    )


def follow_the_schema(element):
    """See that an element and all below have only what the schema knows."""
    attributes, children = ALLOWED[element.tag]
    assert set(element.attrib) <= attributes
    for child in element:
        assert child.tag in children
        follow_the_schema(child)


def test_it_parses_and_follows_the_schema(mixed):
    """Whatever a submission printed, every parser reads the document."""
    root = ET.fromstring(to_junit([mixed]))
    follow_the_schema(root)
    suite = root.find("testsuite")

    for element in (root, suite):
        counts = [element.get(name) for name in ("tests", "failures", "errors", "skipped", "time")]
        assert counts == ["4", "1", "1", "1", "0.750"]
    assert suite.get("name") == "lab02_hebb"
    names = [property_.get("name") for property_ in suite.iter("property")]
    assert names == ["points", "max_points", "isolation"]


def test_each_verdict_has_its_element(mixed):
    """Passed: none; failed: the sentence and the fact; not asked: why; ours: an error."""
    cases = list(ET.fromstring(to_junit([mixed])).iter("testcase"))
    passed, failed, skipped, broken = ([(child.tag, child) for child in case] for case in cases)

    assert passed == []
    ((tag, failure),) = failed
    assert (tag, failure.get("message"), failure.get("type")) == (
        "failure",
        "Why <so>?",
        "hebb-forgets-bias",
    )
    assert failure.text == "x]]><&\"' [31m\n            end\n\nWhy <so>?"
    assert [(t, e.get("message")) for t, e in skipped] == [
        ("skipped", "Not asked: it needs that first.")
    ]
    assert [(t, e.get("message"), e.get("type")) for t, e in broken] == [
        ("error", "OSError: no", "error")
    ]
    assert cases[0].get("classname") == "lab02_hebb.hebb"
    assert cases[0].get("name").startswith("hebb.to_bipolar: 0 becomes")


def test_notes_are_the_suites_output(mixed):
    """What was decided about the files is there; where nothing was, there is no output."""
    noted = replace(mixed, notes=("Graded as hebb.py is hebb (1).py.", "w.rar is \x1b[1m<odd>."))
    root = ET.fromstring(to_junit([noted, mixed]))
    follow_the_schema(root)

    assert [suite.findtext("system-out") for suite in root] == [
        "Graded as hebb.py is hebb (1).py.\nw.rar is [1m<odd>.",
        None,
    ]


def test_several_reports_are_several_suites(mixed):
    """Labs by their ids, students by the names that are given; the sums are over all."""
    root = ET.fromstring(to_junit([mixed, mixed], names=["Ada", "Bo\x07b"]))

    assert [suite.get("name") for suite in root] == ["Ada", "Bob"]
    assert root.get("tests") == "8"


def test_grade_writes_it(saved, monkeypatch, tmp_path):
    """`--junit FILE` stands beside every other output; a place that is none is wrong usage."""
    place = saved("lab02_hebb", hebb=reference_text("hebb").replace("bias + target", "bias"))
    monkeypatch.chdir(place.folder)
    run = CliRunner().invoke
    shown = run(main, ["grade", "--json", "--junit", str(tmp_path / "new" / "report.xml")])
    root = ET.parse(tmp_path / "new" / "report.xml").getroot()

    assert shown.exit_code == 1
    assert (root.get("failures"), root.get("skipped")) == ("1", "5")
    follow_the_schema(root)
    refused = run(main, ["grade", "--junit", str(place.folder / "hebb.py" / "x")])
    assert refused.exit_code == 2
    assert "cannot be written" in refused.output
