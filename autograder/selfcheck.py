"""Grade what a student has here: find the submissions, take the keys, ask in one warm sandbox."""

import difflib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from autograder import edition
from autograder.check import Lab
from autograder.grade import grade
from autograder.key import get_key, stored_key
from autograder.leaning import First, earlier_first
from autograder.report import Report
from autograder.sandbox import Sandbox, open_sandbox
from autograder.submission import Handed, Submission, SubmissionError, find_submissions

__all__ = ["Standing", "find_targets", "grade_all"]


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
) -> Iterator[Report]:
    """Grade the submissions one after the other; yield each report as it is there.

    `recording` is called before a key is recorded, which takes longer than grading.

    Raises: SandboxError or RecordingError, which are ours; SeedError if the student's edition has
        no answers to this seed's cases.
    """
    with open_sandbox(here=True) as sandbox:  # before any key is read: the worker holds no answer
        standing = Standing(seed, sandbox) if edition.is_students() else None
        for submission in submissions:
            key = stored_key(submission.lab, seed)
            if key is None:
                recording(submission.lab)
                key = get_key(submission.lab, seed, sandbox)
            first = standing.first(submission.taken()) if standing else None
            report = grade(submission, key, sandbox, only=only, carry=carry, first=first)
            if standing and only is None:
                standing.keep(submission.taken(), report)
            yield report


class Standing:
    """How a student's earlier labs stand: graded where a later lab's failure asks, and remembered."""

    def __init__(self, seed: int, sandbox: Sandbox) -> None:
        self.seed = seed
        self.sandbox = sandbox
        self.reports: dict[tuple[str, str], Report] = {}

    def first(self, handed: Handed) -> First:
        """Make what says which earlier work must be put right before a failure can be judged."""
        return earlier_first(
            handed.lab, handed.lacking, lambda lab: self.report(handed.before(lab))
        )

    def report(self, handed: Handed) -> Report:
        """Grade an earlier lab, unless that was done in this run."""
        known = self.reports.get((handed.lab.id, handed.digest))
        if known is None:
            key = get_key(handed.lab, self.seed, self.sandbox)
            known = grade(handed, key, self.sandbox, first=self.first(handed))
            self.keep(handed, known)
        return known

    def keep(self, handed: Handed, report: Report) -> None:
        """Remember a report for the labs after it."""
        self.reports[handed.lab.id, handed.digest] = report
