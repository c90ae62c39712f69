"""Grade what a student has here: find the submissions, take the keys, ask in one warm sandbox."""

import difflib
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from autograder.check import Lab
from autograder.grade import grade
from autograder.key import get_key, stored_key
from autograder.report import Report
from autograder.sandbox import open_sandbox
from autograder.submission import Submission, SubmissionError, find_submissions

__all__ = ["find_targets", "grade_all"]


def find_targets(
    targets: Sequence[str], check: str | None, cwd: Path
) -> tuple[list[Submission], str | None]:
    """Find the submissions that the targets name, and the id of the one check wanted.

    Raises: SubmissionError for what cannot be found, with the nearest names.
    """
    found = [s for target in targets or (None,) for s in find_submissions(target, cwd)]
    unique = list({(s.lab.id, s.folder): s for s in found}.values())
    if check is None:
        return unique, None
    known = {name: s for s in unique for name in s.lab.checks}
    full = next((name for name in known if check in {name, name.partition(".")[2]}), None)
    if full is None:
        near = difflib.get_close_matches(check, known, n=1, cutoff=0.4)
        hint = f"Did you mean {near[0]}?" if near else f"The checks are {', '.join(known)}."
        raise SubmissionError(f"There is no check {check!r} in what is graded here. {hint}")
    return [known[full]], full


def grade_all(
    submissions: Sequence[Submission],
    *,
    seed: int,
    only: str | None = None,
    carry: bool = False,
    recording: Callable[[Lab], object] = lambda _: None,
) -> Generator[Report]:
    """Grade the submissions one after the other; yield each report as it is there.

    `recording` is called before a key is recorded, which takes longer than grading.

    Raises: SandboxError or RecordingError, which are ours.
    """
    with open_sandbox(here=True) as sandbox:  # before any key is read: the worker holds no answer
        for submission in submissions:
            key = stored_key(submission.lab, seed)
            if key is None:
                recording(submission.lab)
                key = get_key(submission.lab, seed, sandbox)
            yield grade(submission, key, sandbox, only=only, carry=carry)
