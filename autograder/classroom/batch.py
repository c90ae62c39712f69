"""A whole class: read it, look up what is known, grade the rest, put the marks together."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.classroom.collect import Class, read_class, read_folder
from autograder.classroom.marks import Mark, Marks, marks_of
from autograder.classroom.which_counts import graded
from autograder.course.catalogue import find_lab
from autograder.course.lab import Lab
from autograder.grading.grade import grade
from autograder.grading.key import Key, SecretKey, open_key
from autograder.grading.pool import grade_many
from autograder.grading.report import Report
from autograder.grading.results import Results, Seeds
from autograder.grading.submission import Submission
from autograder.sandbox import Layers, open_sandbox
from autograder.storage import STATE

__all__ = [
    "Batch",
    "Progress",
    "course_seeds",
    "grade_class",
    "grade_folder",
    "grade_many",
    "open_results",
    "take_key",
]


@dataclass(frozen=True, slots=True)
class Progress:
    """What is shown to somebody who waits."""

    collected: Callable[[Class], object] = lambda _: None
    """Called with who handed in what, before anything is graded."""
    recording: Callable[[Lab], object] = lambda _: None
    """Called before an answer key is recorded, which takes a while."""
    begin: Callable[[int, int], object] = lambda _known, _all: None
    """Called with the number of submissions whose results are known, and of all."""
    advance: Callable[[int], object] = lambda _: None
    """Called with the number of submissions that have just been graded."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a run came to."""

    marks: Marks
    graded: int
    """Different submissions that were graded in this run; the others' results were known."""


def grade_folder(lab: str | Lab, path: Path | str, key: Key) -> Report:
    """Grade one submission to a lab: a folder, or one of the lab's files in it.

    Raises: UnknownLabError for a lab that is none, ValueError for a key of another lab.
    """
    known = find_lab(lab) if isinstance(lab, str) else lab
    if key.lab != known.id:
        raise ValueError(f"key must be one of {known.id}, got one of {key.lab}")
    folder = Path(path)
    hand_in = read_folder(known, folder.name, folder if folder.is_dir() else folder.parent)
    with open_sandbox() as sandbox:
        return graded(hand_in, lambda submission: grade(submission, key, sandbox))


def take_key(lab: Lab, seed: int, recording: Callable[[Lab], object] = lambda _: None) -> SecretKey:
    """Take the key under which a lab is marked; record what gives mistakes their names, if need be.

    Raises: SandboxError or RecordingError, which are ours.
    """
    return SecretKey(seed, open_key(lab, recording))


def open_results(course: Path, key: Key) -> Results:
    """Open the results that a course's folder keeps for a lab under a key."""
    return Results(course / STATE / "results", find_lab(key.lab), key.to_bytes())


def course_seeds(course: Path) -> Seeds:
    """Open the seeds that a course's folder keeps."""
    return Seeds(course / STATE)


def grade_class(
    lab: Lab,
    submitted: Path,
    course: Path,
    *,
    seed: int | None = None,
    jobs: int = 1,
    scheduler: str | None = None,
    at_least: Layers = (),
    progress: Progress | None = None,
) -> Batch:
    """Grade all submissions of a class; every result is kept as soon as it is there.

    Args:
        lab: the lab.
        submitted: a folder or a zip, see `autograder.classroom.collect`.
        course: the folder that keeps results and seeds.
        seed: the secret that all cases come from; default: the course's own.
        jobs: processes on this machine.
        scheduler: the address of a Dask scheduler, whose workers are used instead.
        at_least: an isolation: no process of this machine grades under less, and no result that was
            made under less counts.
        progress: what to show to somebody who waits.

    Raises: SubmissionError if nothing was handed in, ClusterError, SandboxError, RecordingError.
    """
    shown = progress or Progress()
    collected = read_class(lab, submitted)
    shown.collected(collected)
    submissions = [reading for one in collected.hand_ins for reading in one.readings]
    chosen = course_seeds(course).get(lab) if seed is None else seed
    key = take_key(lab, chosen, shown.recording)
    results = open_results(course, key)
    reports = _known(submissions, results, at_least)
    todo = list({one.digest: one for one in submissions if one.digest not in reports}.values())
    copies = _count(submissions)
    shown.begin(sum(copies[digest] for digest in reports), len(submissions))
    for one, report in _graded(todo, key, jobs, scheduler, at_least):
        if report is not None:
            results.keep(one, report)
        reports[one.digest] = report
        shown.advance(copies[one.digest])
    marks = [
        Mark.of(one, [reports[reading.digest] for reading in one.readings])
        for one in collected.hand_ins
    ]
    return Batch(marks_of(results, marks), len(todo))


def _graded(
    todo: Sequence[Submission], key: Key, jobs: int, scheduler: str | None, at_least: Layers
) -> Iterator[tuple[Submission, Report | None]]:
    """Grade; what broke through an error of ours is asked once more when the others are done."""
    ask = partial(grade_many, key=key, jobs=jobs, scheduler=scheduler, at_least=at_least)
    broken = []
    for one, report in ask(todo):
        if report is not None and report.points is None:
            broken.append(one)
        else:
            yield one, report
    yield from ask(broken)


def _known(
    submissions: Sequence[Submission], results: Results, at_least: Layers
) -> dict[str, Report | None]:
    found = {one.digest: results.find(one, at_least) for one in submissions}
    return {digest: report for digest, report in found.items() if report is not None}


def _count(submissions: Sequence[Submission]) -> dict[str, int]:
    copies: dict[str, int] = {}
    for one in submissions:
        copies[one.digest] = copies.get(one.digest, 0) + 1
    return copies
