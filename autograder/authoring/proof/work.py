"""Long work in small units: on several cores, and going on where it was ended.

What a unit found is a line of a file, one for each lab and kind of work. The file is named after
all that decides what is found: the engine, the checks, the judges, the sandbox, numpy and Python.
So what is stored is true, and what has changed is done again.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from autograder.course.catalogue import ROOT, load_lab
from autograder.course.lab import Lab, Status
from autograder.course.reference import reference_text
from autograder.grading.grade import grade
from autograder.grading.key import AnswerKey, record_key
from autograder.grading.pool import end_with_parent
from autograder.grading.report import CheckResult
from autograder.grading.results import grader_hash
from autograder.grading.submission import Submission
from autograder.sandbox import Sandbox, SandboxError, open_sandbox
from autograder.storage import STATE, require_no_link

__all__ = ["Unit", "do_all", "graded", "key_of", "sandbox", "work_through"]


@dataclass(frozen=True, slots=True)
class Unit:
    """Something to do about one lab."""

    id: str
    """Distinguishes it from the others of its kind, and changes with what it is about."""
    lab: str
    about: Any
    """What the work needs to know; it goes to another process."""


Work = Callable[[Lab, Any], Any]
"""Does what a unit is about; what it returns can be written as JSON."""


def work_through(
    kind: str, work: Work, units: Sequence[Unit], *, jobs: int = 1
) -> Iterator[tuple[Unit, Any]]:
    """Do all units that are not done yet; yield each with what was found, as JSON gives it back.

    With no jobs at all, only what is known is yielded.
    """
    stored = {lab: _stored(_place(kind, load_lab(lab))) for lab in {unit.lab for unit in units}}
    left = []
    for unit in units:
        if unit.id in stored[unit.lab]:
            yield unit, stored[unit.lab][unit.id]
        else:
            left.append(unit)
    for unit, found in do_all(work, left, jobs) if jobs else ():
        line = json.dumps({"id": unit.id, "found": found})
        _keep(_place(kind, load_lab(unit.lab)), line)
        yield unit, json.loads(line)["found"]


def do_all(work: Work, units: Sequence[Unit], jobs: int) -> Iterator[tuple[Unit, Any]]:
    """Do all units, in so many processes; yield each with what was found, as it is done."""
    if jobs == 1:
        for unit in units:
            yield unit, _do(work, unit)
        return
    # Fresh processes: each opens a sandbox of its own, and forks from a process with one thread.
    spawn = get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=spawn, initializer=end_with_parent) as pool:
        try:
            asked = {pool.submit(_do, work, unit): unit for unit in units}
            for done in as_completed(asked):
                yield asked[done], done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _do(work: Work, unit: Unit) -> Any:
    return work(load_lab(unit.lab), unit.about)


def _place(kind: str, lab: Lab) -> Path:
    place = ROOT / STATE / "proof" / f"{kind}-{lab.id}-{grader_hash(lab)[:16]}.jsonl"
    require_no_link(place)
    return place


def _keep(place: Path, line: str) -> None:
    """Add a line; what was found about an older edition goes with the first."""
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        for old in place.parent.glob(f"{place.stem.rpartition('-')[0]}-*.jsonl"):
            old.unlink(missing_ok=True)
    with place.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def _stored(place: Path) -> dict[str, Any]:
    """Read what is known; a line that was cut off when a run was ended is done again."""
    known = {}
    if place.exists():
        for line in place.read_text(encoding="utf-8").splitlines():
            try:
                plain = json.loads(line)
                known[plain["id"]] = plain["found"]
            except (ValueError, KeyError, TypeError):
                continue
    return known


@cache
def sandbox() -> Sandbox:
    """Open this process's sandbox once; its worker ends when the process does."""
    return open_sandbox()


@cache
def key_of(lab: Lab, seed: int) -> AnswerKey:
    """Record a key without mistakes: verdicts need none."""
    return record_key(lab, seed, sandbox(), mistakes=())


def graded(
    lab: Lab, texts: Mapping[str, bytes], key: AnswerKey, sandbox: Sandbox
) -> tuple[CheckResult, ...]:
    """Grade the reference as a submission, with some modules replaced, by their names.

    Raises: SandboxError if a check could not be asked, which is our fault.
    """
    reference = {module: reference_text(module).encode() for module in lab.modules}
    report = grade(Submission(lab, {**reference, **texts}), key, sandbox)
    for result in report.results:
        if result.status is Status.ERROR:
            raise SandboxError(f"{result.check.id} could not be asked: {result.message}")
    return report.results
