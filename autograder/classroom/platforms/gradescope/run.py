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

from autograder import text
from autograder.classroom.collect import read_folder
from autograder.classroom.which_counts import graded
from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.errors import OurFaultError
from autograder.grading.grade import grade
from autograder.grading.key import key_from_bytes
from autograder.grading.report import CheckResult, Fact, Report, as_text
from autograder.sandbox import hides_files, open_sandbox
from autograder.storage import write_whole

__all__ = ["KEY", "SETTINGS", "main", "results_of"]

KEY = "answers.key"
SETTINGS = "settings.json"

NOT_GRADED = (
    "This submission was not graded: the autograder itself broke. That is not your fault, and this is "
    "not a mark. Please tell your instructor, who can grade it again."
)


NO_MARK = (
    "There is no mark yet: neither points nor zero. What is said below says why. If a check broke, that is "
    "not your fault: please tell your instructor, who can grade it again."
)

NOT_HELD = (
    "This submission was not graded: here it could read the answers. That is not your fault, and this "
    "is not a mark. Please tell your instructor."
)
NOT_HELD_WHY = (
    "The isolation is {isolation}, with which a submission can read the answer key and write its own "
    "mark. Install bubblewrap in the image, or take a server whose kernel has Landlock. To grade all "
    "the same, make the zip with: nnlab setup gradescope --isolation=process"
)


class _NotHeldError(OurFaultError):
    """Nothing here keeps a submission from the key."""


def main(source: Path, submission: Path, results: Path) -> int:
    """Grade and write; return 0 if the student has an answer, 3 if something of ours broke."""
    began, code = time.monotonic(), 0
    try:
        settings = json.loads((source / SETTINGS).read_text(encoding="utf-8"))
        report = _graded(source, submission, settings)
        written = results_of(report, visibility=settings["visibility"])
        print(f"{report.lab}: {report.score}, {'+'.join(report.isolation)}")  # noqa: T201  for the instructor
        code = 3 if report.points is None else 0
    except _NotHeldError as error:
        print(error, file=sys.stderr)  # noqa: T201  for the instructor
        code, written = 3, _not_graded(NOT_HELD)
    except Exception:  # noqa: BLE001  whatever it is, it is not the student's fault
        traceback.print_exc()
        code, written = 3, _not_graded(NOT_GRADED)
    written["execution_time"] = round(time.monotonic() - began, 2)
    write_whole(results / "results.json", json.dumps(written, indent=2) + "\n")
    return code


def _graded(source: Path, submission: Path, settings: dict[str, str]) -> Report:
    lab = load_lab(settings["lab"])
    hand_in = read_folder(lab, "", submission)
    with open_sandbox() as sandbox:
        if settings["isolation"] == "full" and not hides_files(sandbox.isolation):
            raise _NotHeldError(NOT_HELD_WHY.format(isolation="+".join(sandbox.isolation)))
        key = key_from_bytes((source / KEY).read_bytes())
        return graded(hand_in, lambda submission: grade(submission, key, sandbox))


def results_of(report: Report, *, visibility: str = "visible") -> dict[str, Any]:
    """Describe a report with the keys that Gradescope publishes.

    Where a check was not graded there is no score at all: Gradescope would add up the others.
    """
    has_mark = report.points is not None
    return {
        **({"score": report.points} if has_mark else {}),
        "output": _summary(report),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "visibility": visibility,
        "tests": [_test(number, r, graded=has_mark) for number, r in enumerate(report.results, 1)],
        "extra_data": {"lab": report.lab, "isolation": list(report.isolation)},
    }


def _summary(report: Report) -> str:
    counts = [
        f"{report.count(status)} {word}"
        for status, word in (
            (Status.PASSED, "passed"),
            (Status.FAILED, "failed"),
            (Status.SKIPPED, "not asked"),
            (Status.ERROR, "not graded"),
        )
        if report.count(status)
    ]
    return "\n".join(
        [
            f"{report.lab} · {report.title}: {report.score}",
            ", ".join(counts),
            *([NO_MARK] if report.points is None else []),
            *report.notes,
            f"Graded under isolation: {'+'.join(report.isolation)}",
        ]
    )


def _test(number: int, result: CheckResult, *, graded: bool) -> dict[str, Any]:
    """Describe one check; one that was not graded has no status."""
    check = result.check
    status = {Status.PASSED: "passed", Status.ERROR: None}.get(result.status, "failed")
    return {
        "name": text.clean(f"{check.id}: {check.title}"),
        "number": str(number),
        **({"score": result.points, "max_score": check.points} if graded else {}),
        **({"status": status} if status else {}),
        "output": "\n\n".join(filter(None, [_without_answers(result.fact), result.hint])),
        "output_format": "text",
        "tags": [check.exercise],
        "visibility": "visible",
        "extra_data": {"verdict": str(result.status), "mistakes": list(result.mistakes)},
    }


def _without_answers(fact: Fact) -> str:
    """Leave out what was expected, and sentences that compare with it.

    Where everybody may try again for free, it would be collected.
    """
    kept = [
        part
        for part in fact
        if part.label == "printed" or "expected" not in f"{part.label} {part.text}"
    ]
    return text.clean(as_text(kept))


def _not_graded(sentence: str) -> dict[str, Any]:
    return {
        "output": sentence,
        "output_format": "text",
        "stdout_visibility": "hidden",
        "visibility": "visible",
        "extra_data": {"not_graded": True},
    }


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:4])))
