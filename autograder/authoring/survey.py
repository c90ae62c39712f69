"""Survey the catalogue: grade every known mistake as a submission, and see what it is called.

The catalogue tests the checks: a mistake is to be caught, and to come back under its own name. One
lab under one seed is a unit of work; what is found is stored, so that a long survey goes on where it
stopped, and is thrown away as soon as something that it came from has changed.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from autograder.course.catalogue import ROOT, engine_path, load_lab
from autograder.course.lab import Check, Lab, Status
from autograder.course.mistakes import load_mistakes
from autograder.grading.grade import grade
from autograder.grading.key import AnswerKey, record_key, stored_key
from autograder.grading.report import CheckResult
from autograder.grading.results import grader_hash
from autograder.grading.submission import Submission
from autograder.sandbox import Sandbox, Source, open_sandbox
from autograder.storage import STATE, keep, kept_text

__all__ = ["Outcome", "about", "ask_exercise", "survey", "survey_lab"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mistake under one seed."""

    mistake: str
    exercise: str
    caught_by: tuple[str, ...]
    named: tuple[tuple[str, ...], ...]
    """What the checks that caught it call it, each answer once; empty where one of them has none."""

    @property
    def verdict(self) -> str:
        """Sum it up: own name, together with another, no name, another's name, or not caught."""
        own = [self.mistake in names for names in self.named]
        if not self.caught_by:
            return "not caught"
        if any(names and not mine for names, mine in zip(self.named, own, strict=True)):
            return "another"
        if not all(self.named):
            return "no name"
        return "own" if set(self.named) == {(self.mistake,)} else "together"


def survey_lab(lab: Lab, key: AnswerKey, sandbox: Sandbox) -> list[Outcome]:
    """Grade every known mistake of a lab under one key."""
    outcomes = []
    for mistake in load_mistakes(lab):
        results = ask_exercise(lab, mistake.exercise, mistake.source(), key, sandbox)
        outcomes.append(
            Outcome(
                mistake.id,
                mistake.exercise,
                tuple(result.check.id for result in results),
                tuple(sorted({result.mistakes for result in results})),
            )
        )
    return outcomes


def ask_exercise(
    lab: Lab, exercise: str, source: Source, key: AnswerKey, sandbox: Sandbox
) -> list[CheckResult]:
    """Grade the reference with one module replaced; return the failed checks of one exercise."""
    texts = {module: engine_path(module).read_bytes() for module in lab.modules}
    texts[source.file.removesuffix(".py")] = source.text
    report = grade(Submission(about(lab, exercise), texts), key, sandbox)
    return [
        result
        for result in report.results
        if result.status is Status.FAILED and result.check.exercise == exercise
    ]


def about(lab: Lab, exercise: str) -> Lab:
    """Take of a lab's checks those of one exercise, and what they need."""
    wanted: set[str] = set()

    def admit(check: Check) -> None:
        wanted.add(check.id)
        for need in check.needs:
            admit(need)

    for check in lab.checks.values():
        if check.exercise == exercise:
            admit(check)
    return replace(
        lab, checks={name: check for name, check in lab.checks.items() if name in wanted}
    )


def survey(
    labs: Sequence[Lab], seeds: Iterable[int], *, jobs: int = 1
) -> Iterator[tuple[str, int, list[Outcome]]]:
    """Survey labs under seeds, seed by seed; what is stored is not asked again.

    Raises: SandboxError or RecordingError, which are ours.
    """
    open_units = []
    for seed in seeds:
        for lab in labs:
            known = _stored(_place(lab, seed))
            if known is None:
                open_units.append((lab.id, seed))
            else:
                yield lab.id, seed, known
    if jobs == 1:
        for lab_id, seed in open_units:
            yield lab_id, seed, _survey_unit(lab_id, seed)
        return
    # Fresh processes: each opens a sandbox of its own, and forks from a process with one thread.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        asked = {pool.submit(_survey_unit, *unit): unit for unit in open_units}
        for done in as_completed(asked):
            yield *asked[done], done.result()


def _survey_unit(lab_id: str, seed: int) -> list[Outcome]:
    lab = load_lab(lab_id)
    place = _place(lab, seed)
    with open_sandbox() as sandbox:
        key = stored_key(lab, seed) or record_key(lab, seed, sandbox)
        outcomes = survey_lab(lab, key, sandbox)
    keep(place, json.dumps([asdict(outcome) for outcome in outcomes]))
    for old in place.parent.glob(f"{lab.id}-{seed}-*.json"):
        if old != place:
            old.unlink(missing_ok=True)
    return outcomes


def _stored(place: Path) -> list[Outcome] | None:
    try:
        plain = json.loads(kept_text(place))
        return [
            Outcome(
                o["mistake"], o["exercise"], tuple(o["caught_by"]), tuple(map(tuple, o["named"]))
            )
            for o in plain
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _place(lab: Lab, seed: int) -> Path:
    """Name the file after all that decides what is found: the key, the judges, the diagnosis."""
    return ROOT / STATE / "survey" / f"{lab.id}-{seed}-{grader_hash(lab)[:16]}.json"
