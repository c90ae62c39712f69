"""Reports as JUnit XML, which build servers read: a suite for each lab, a case for each check."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from autograder import text as show
from autograder.course.lab import Status
from autograder.grading.report import NOT_GRADED, CheckResult, Report

__all__ = ["to_junit"]

TAGS = {Status.FAILED: "failure", Status.SKIPPED: "skipped", Status.ERROR: "error"}


def to_junit(reports: Sequence[Report], *, names: Sequence[str] = ()) -> str:
    """Write reports as one document; `names` are the suites', by default those of the labs."""
    suites = ET.Element("testsuites", {"name": "nnlab", **_counts(reports)})
    for report, name in zip(reports, names or [r.lab for r in reports], strict=True):
        suite = ET.SubElement(suites, "testsuite", {"name": show.clean(name), **_counts([report])})
        properties = ET.SubElement(suite, "properties")
        for key, value in (
            ("points", NOT_GRADED if report.points is None else report.points),
            ("max_points", report.max_points),
            ("isolation", "+".join(report.isolation)),
        ):
            ET.SubElement(properties, "property", name=key, value=str(value))
        for result in report.results:
            _case(suite, report, result)
        if report.notes:
            ET.SubElement(suite, "system-out").text = show.clean("\n".join(report.notes))
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _counts(reports: Sequence[Report]) -> dict[str, str]:
    """Count the cases in the schema's words, and sum the seconds."""

    def count(status: Status) -> str:
        return str(sum(report.count(status) for report in reports))

    return {
        "tests": str(sum(len(report.results) for report in reports)),
        "failures": count(Status.FAILED),
        "errors": count(Status.ERROR),
        "skipped": count(Status.SKIPPED),
        "time": f"{sum(r.seconds for report in reports for r in report.results):.3f}",
    }


def _case(suite: ET.Element, report: Report, result: CheckResult) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=f"{report.lab}.{result.check.module}",
        name=f"{result.check.id}: {result.check.title}",
        time=f"{result.seconds:.3f}",
    )
    if result.status not in TAGS:
        return
    text = show.clean("\n\n".join(filter(None, [result.message, result.hint])))
    message = (result.hint if result.status is Status.FAILED else None) or text.partition("\n")[0]
    element = ET.SubElement(case, TAGS[result.status], message=message)
    if result.status is not Status.SKIPPED:
        element.set("type", " | ".join(result.mistakes) or str(result.status))
        element.text = text
