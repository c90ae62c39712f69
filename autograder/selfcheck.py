"""Grade what a student has here: find the submissions, take the keys, ask in one warm sandbox."""

import difflib
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from autograder import edition
from autograder.check import Lab
from autograder.course import is_guest
from autograder.grade import grade
from autograder.key import get_key, stored_key
from autograder.leaning import earlier_first
from autograder.report import Report
from autograder.sandbox import Sandbox, open_sandbox
from autograder.submission import Handed, Submission, SubmissionError, find_submissions

__all__ = ["SelfCheck", "find_targets", "grade_all", "sandbox_for"]


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

    Raises: SandboxError or RecordingError, which are ours; SeedError if the student's edition has
        no answers to this seed's cases.
    """
    with sandbox_for(submissions) as sandbox:
        check = SelfCheck(seed, sandbox, recording)
        for submission in submissions:
            yield check.report(submission, only=only, carry=carry)


def sandbox_for(submissions: Sequence[Submission]) -> Sandbox:
    """Open the sandbox for labs; its worker is a copy of this process if that holds no answer yet.

    No key has been read, and of the course's own labs nothing but the checks has been imported. What
    else another package imports with its labs, nobody knows: for these a worker is started anew.

    Raises: SandboxError if no process can be started.
    """
    return open_sandbox(here=not any(is_guest(submission.lab) for submission in submissions))


class SelfCheck:
    """Grades what one student has here, under one seed and in one sandbox.

    In the student's edition a lab leans on the student's own earlier labs. These are graded where a
    later lab's failure asks for it, and remembered.
    """

    def __init__(
        self, seed: int, sandbox: Sandbox, recording: Callable[[Lab], object] = lambda _: None
    ) -> None:
        self.seed = seed
        self.sandbox = sandbox
        self.recording = recording
        self.known: dict[tuple[str, str], Report] = {}

    def report(
        self, submission: Submission | Handed, *, only: str | None = None, carry: bool = False
    ) -> Report:
        """Grade one submission.

        Raises: SandboxError, RecordingError, SeedError.
        """
        key = stored_key(submission.lab, self.seed)
        if key is None:
            self.recording(submission.lab)
            key = get_key(submission.lab, self.seed, self.sandbox)
        if not edition.is_students():
            return grade(submission, key, self.sandbox, only=only, carry=carry)
        handed = submission.taken() if isinstance(submission, Submission) else submission
        first = earlier_first(
            handed.lab, handed.lacking, lambda lab: self._earlier(handed.before(lab))
        )
        report = grade(submission, key, self.sandbox, only=only, carry=carry, first=first)
        if only is None:
            self.known[handed.lab.id, handed.digest] = report
        return report

    def _earlier(self, handed: Handed) -> Report:
        known = self.known.get((handed.lab.id, handed.digest))
        return known if known is not None else self.report(handed)
