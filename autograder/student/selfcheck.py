"""Grade what a student has here: find the submissions, take the keys, ask in one warm sandbox."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.course import edition
from autograder.course.catalogue import is_guest
from autograder.course.lab import Lab
from autograder.grading.grade import grade
from autograder.grading.key import Key, SecretKey, open_key, stored_key
from autograder.grading.report import Report
from autograder.grading.submission import Submission, SubmissionError
from autograder.sandbox import Sandbox, open_sandbox
from autograder.student.earlier import earlier_first, own_additions
from autograder.student.find import Place, find_places
from autograder.text import listed, nearest

__all__ = ["SelfCheck", "find_targets", "grade_all", "sandbox_for"]


def find_targets(
    targets: Sequence[str], check: str | None, cwd: Path
) -> tuple[list[Place], str | None]:
    """Find the places that the targets name, and the id of the one check wanted.

    Raises: SubmissionError for what cannot be found, with the nearest names.
    """
    found = [s for target in targets or (None,) for s in find_places(target, cwd)]
    unique = list({(s.lab.id, s.folder): s for s in found}.values())
    if check is None:
        return unique, None
    known = {name: s for s in unique for name in s.lab.checks}
    full = next((name for name in known if check in {name, name.partition(".")[2]}), None)
    if full is None:
        near = nearest(check, known)
        labs = listed([place.lab.id for place in unique])
        there = f"Here is {labs}: each README.md lists its checks, such as {next(iter(known))}."
        hint = f"Did you mean {near}?" if near else there
        raise SubmissionError(f"There is no check {check!r} in what is graded here. {hint}")
    return [known[full]], full


def grade_all(
    places: Sequence[Place],
    *,
    seed: int | None = None,
    only: str | None = None,
    carry: bool = False,
    recording: Callable[[Lab], object] = lambda _: None,
) -> Generator[tuple[Submission, Report]]:
    """Grade what is there, one lab after the other; yield what was read, and its report.

    Nothing is read before the sandbox is open: its worker may be a copy of this process.

    `recording` is called before a key is recorded, which takes longer than grading.

    Raises: SandboxError or RecordingError, which are ours; SeedError if the student's edition has
        no answers to this seed's cases.
    """
    with sandbox_for(places, seed) as sandbox:
        check = SelfCheck(seed, sandbox, recording)
        for place in places:
            submission = place.read()
            yield submission, check.report(submission, only=only, carry=carry)


def sandbox_for(places: Sequence[Place], seed: int | None = None) -> Sandbox:
    """Open the sandbox for labs; its worker is a copy of this process if that holds no answer yet.

    No key has been read, and of the course's own labs nothing but the checks has been imported. What
    else another package imports with its labs, nobody knows: for these a new worker is started, and also
    where a secret seed was given, which this process holds.

    Raises: SandboxError if no process can be started.
    """
    guests = any(is_guest(place.lab) for place in places)
    return open_sandbox(here=seed is None and not guests)


class SelfCheck:
    """Grades what one student has here, in one sandbox: without a seed, on the course's open cases.

    In the student's edition a lab depends on the student's own earlier labs. These are graded where a
    later lab's failure asks for it, and remembered.
    """

    def __init__(
        self,
        seed: int | None,
        sandbox: Sandbox,
        recording: Callable[[Lab], object] = lambda _: None,
    ) -> None:
        self.seed = seed
        self.sandbox = sandbox
        self.recording = recording
        self.known: dict[tuple[str, str], Report] = {}

    def report(
        self, submission: Submission, *, only: str | None = None, carry: bool = False
    ) -> Report:
        """Grade one submission.

        Raises: SandboxError, RecordingError, SeedError.
        """
        if not edition.is_students():
            return grade(
                submission, self._key(submission.lab), self.sandbox, only=only, carry=carry
            )
        key = stored_key(submission.lab, edition.default_seed() if self.seed is None else self.seed)
        assert key is not None, "the student's edition has one, or says why not"
        first = earlier_first(
            submission.lab,
            submission.missing_earlier,
            lambda lab: self._earlier(submission.before(lab)),
        )
        report = grade(submission, key, self.sandbox, only=only, carry=carry, first=first)
        report = replace(report, notes=(*report.notes, *own_additions(submission)))
        if only is None:
            self.known[submission.lab.id, submission.digest] = report
        return report

    def _key(self, lab: Lab) -> Key:
        """Take the lab's open key; with a seed, the one that gives each submission its own cases."""
        names = open_key(lab, self.recording, self.sandbox)
        return names if self.seed is None else SecretKey(self.seed, names)

    def _earlier(self, submission: Submission) -> Report:
        known = self.known.get((submission.lab.id, submission.digest))
        return known if known is not None else self.report(submission)
