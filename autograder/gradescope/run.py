"""Grade one submission on Gradescope's servers, and write its results.json.

It needs numpy and nothing else. The key is read after the sandbox is open, and the results are
written when it is closed: what the submission started is dead by then.
"""

import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from autograder import show
from autograder.check import Status
from autograder.course import load_lab
from autograder.files import write_whole
from autograder.grade import grade
from autograder.intake import read_folder
from autograder.key import AnswerKey
from autograder.report import CheckResult, Report
from autograder.sandbox import open_sandbox

__all__ = ["KEY", "SETTINGS", "main", "results_of"]

KEY = "answers.key"
SETTINGS = "settings.json"

NOT_GRADED = (
    "This submission was not graded: the autograder itself broke. That is not your fault, and this is "
    "no mark. Please tell your instructor, who can grade it again."
)


def main(source: Path, submission: Path, results: Path) -> int:
    """Grade and write; return 0 if there is a mark, 3 if something of ours broke."""
    began = time.monotonic()
    try:
        settings = json.loads((source / SETTINGS).read_text(encoding="utf-8"))
        report = _graded(source, submission, settings["lab"])
        written = results_of(report, visibility=settings["visibility"])
        print(f"{report.lab}: {report.points} / {report.max_points} points, {report.isolation}")  # noqa: T201  for the instructor
    except Exception:  # noqa: BLE001  whatever it is, it is not the student's fault
        traceback.print_exc()
        report, written = None, _fault()
    written["execution_time"] = round(time.monotonic() - began, 2)
    write_whole(results / "results.json", json.dumps(written, indent=2) + "\n")
    return 3 if report is None else 0


def _graded(source: Path, submission: Path, lab_id: str) -> Report:
    lab = load_lab(lab_id)
    handed = read_folder(lab, "", submission)
    with open_sandbox() as sandbox:
        return grade(handed, AnswerKey.from_bytes((source / KEY).read_bytes()), sandbox)


def results_of(report: Report, *, visibility: str = "visible") -> dict[str, Any]:
    """Describe a report with the keys that Gradescope publishes; the seed stays secret."""
    return {
        "score": report.points,
        "output": _summary(report),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "visibility": visibility,
        "tests": [_test(number, r) for number, r in enumerate(report.results, 1)],
        "extra_data": {"lab": report.lab, "isolation": report.isolation},
    }


def _summary(report: Report) -> str:
    counts = [
        f"{report.count(status)} {word}"
        for status, word in (
            (Status.PASSED, "passed"),
            (Status.FAILED, "failed"),
            (Status.SKIPPED, "not asked"),
            (Status.ERROR, "not graded through our fault, which keeps its points"),
        )
        if report.count(status)
    ]
    return "\n".join(
        [
            f"{report.lab} · {report.title}: {report.points} / {report.max_points} points",
            ", ".join(counts),
            *report.notes,
            f"Graded under isolation: {report.isolation}",
        ]
    )


def _test(number: int, result: CheckResult) -> dict[str, Any]:
    """Describe one check. One that broke through our fault has no status: its score speaks."""
    check = result.check
    status = {Status.PASSED: "passed", Status.ERROR: None}.get(result.status, "failed")
    return {
        "name": show.clean(f"{check.id}: {check.title}"),
        "number": str(number),
        "score": result.points,
        "max_score": check.points,
        **({"status": status} if status else {}),
        "output": "\n\n".join(filter(None, [show.clean(result.message), result.hint])),
        "output_format": "text",
        "tags": [check.exercise],
        "visibility": "visible",
        "extra_data": {"verdict": str(result.status), "mistake": result.mistake},
    }


def _fault() -> dict[str, Any]:
    return {
        "score": 0,
        "output": NOT_GRADED,
        "output_format": "text",
        "stdout_visibility": "hidden",
        "visibility": "visible",
        "extra_data": {"not_graded": True},
    }


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:4])))
