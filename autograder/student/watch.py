"""Grade again whenever somebody saves: one warm sandbox, and only what changed is shown.

Files are looked at a few times a second. A change is graded when the next look finds the file still,
so that no half-written file is; while a module is missing or no Python, the last report stands.
"""

import ast
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from autograder.course.lab import Lab, Status
from autograder.grading.key import RecordingError
from autograder.grading.report import CheckResult, Report
from autograder.grading.submission import Submission
from autograder.grading.syntax import foreign_syntax, newer_syntax
from autograder.sandbox import Sandbox, SandboxError
from autograder.student.find import Place
from autograder.student.selfcheck import SelfCheck

__all__ = ["Difference", "Event", "compare", "every", "watch"]

LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Event:
    """What a change of a submission's files led to."""

    place: Place
    submission: Submission
    """What was read there."""
    report: Report | None
    """None where nothing was graded: then `why` says it, and the last report stands."""
    before: Report | None
    """The report that this one follows; None at the start."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """How a report differs from the one before."""

    passed: tuple[CheckResult, ...]
    """Checks that pass now, and did not."""
    failed: tuple[CheckResult, ...]
    """Checks that fail now, and did not."""
    still: tuple[CheckResult, ...]
    """Checks that fail as before, but in another way."""
    others: tuple[CheckResult, ...]
    """Checks that are not asked any more, or were not graded through our fault."""

    def __bool__(self) -> bool:
        return bool(self.passed or self.failed or self.still or self.others)


def compare(before: Report, after: Report) -> Difference:
    """Find what changed, check by check."""
    old = {result.check.id: result for result in before.results}
    new = [result for result in after.results if _differs(old[result.check.id], result)]
    failed = [result for result in new if result.status is Status.FAILED]
    return Difference(
        tuple(r for r in new if r.status is Status.PASSED),
        tuple(r for r in failed if old[r.check.id].status is not Status.FAILED),
        tuple(r for r in failed if old[r.check.id].status is Status.FAILED),
        tuple(r for r in new if r.status in {Status.SKIPPED, Status.ERROR}),
    )


def _differs(old: CheckResult, new: CheckResult) -> bool:
    if old.status is not new.status:
        return True
    # Which check a skipped one waits for is not news; how a failed one fails is.
    return new.status is Status.FAILED and (old.fact, old.hint) != (new.fact, new.hint)


def every(seconds: float = LOOK_SECONDS) -> Iterator[None]:
    """Look again and again, with a pause between."""
    while True:
        time.sleep(seconds)
        yield


def watch(
    places: Sequence[Place],
    sandbox: Sandbox,
    looks: Iterable[object],
    *,
    seed: int | None = None,
    grading: Callable[[Lab], AbstractContextManager[object]] = lambda _: nullcontext(),
) -> Iterator[Event]:
    """Grade the submissions, then again whenever their files have changed; end with `looks`.

    `grading` is entered while something is graded. Our own faults become events, and the
    watching goes on.
    """
    check = SelfCheck(seed, sandbox)
    watchers = [_Watcher(place, check, grading) for place in places]
    for watcher in watchers:
        yield watcher.grade(watcher.place.read())
    for _ in looks:
        for watcher in watchers:
            event = watcher.look()
            if event is not None:
                yield event


class _Watcher:
    """Watches one place."""

    def __init__(
        self,
        place: Place,
        check: SelfCheck,
        grading: Callable[[Lab], AbstractContextManager[object]],
    ) -> None:
        self.place = place
        self.check = check
        self.grading = grading
        self.seen = _traces(place)
        self.moving = False
        self.digest = ""
        self.last: Report | None = None

    def look(self) -> Event | None:
        """Grade if the files have changed and are still again."""
        traces = _traces(self.place)
        if traces != self.seen:
            self.seen, self.moving = traces, True
            return None
        if not self.moving:
            return None
        self.moving = False
        submission = self.place.read()
        if submission.digest == self.digest:  # saved as it was
            return None
        unready = _unready(submission) if self.last else ""
        if unready:
            self.digest = submission.digest
            return Event(self.place, submission, None, self.last, unready)
        return self.grade(submission)

    def grade(self, submission: Submission) -> Event:
        """Grade what was read; a fault of ours leaves the last report as it is."""
        self.digest = submission.digest
        before = self.last
        lab = self.place.lab
        try:
            with self.grading(lab):
                report = self.check.report(submission)
        except (SandboxError, RecordingError) as error:
            self.digest = ""  # saving the same text tries again
            why = f"{error}\nThis is the checker's fault, not yours. Save again to try again."
            return Event(self.place, submission, None, before, why)
        self.last = report
        return Event(self.place, submission, report, before)


def _traces(place: Place) -> list[tuple[int, ...]]:
    """Note what the file system knows of the modules, without reading them."""
    return [_trace(place.folder / f"{module}.py") for module in place.lab.modules]


def _trace(path: Path) -> tuple[int, ...]:
    try:
        found = path.lstat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _unready(submission: Submission) -> str:
    """Say why nothing is to be graded yet: a module is missing, or is not Python."""
    if submission.missing:
        return next(iter(submission.missing.values()))
    for module, text in submission.texts.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the run shows them
                ast.parse(text)
        except SyntaxError as error:
            line = f", line {error.lineno}" if error.lineno else ""
            said = f"{module}.py{line} is not Python yet: {error.msg.rstrip('.?')}."
            shown = error.text or ""
            return f"{said} {newer_syntax(shown) or foreign_syntax(shown)}".rstrip()
        except (ValueError, RecursionError, MemoryError):
            continue  # grading says it in its own words
    return ""
