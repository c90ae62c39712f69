"""Grade mutants as submissions, and keep what came of each.

A mutant is killed if a check of its own exercise fails for it, on the path that every submission
takes. One that survives the first seed is asked under more: caught by some of them only, its check
depends on luck. Results are lines of a file a lab, named after all that decides them, so that a run
that was ended goes on where it was.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from autograder.check import Lab, Status
from autograder.course import ROOT, engine_path, load_lab
from autograder.grade import grade
from autograder.key import AnswerKey, record_key
from autograder.mistakes import load_mistakes
from autograder.proof.mutants import Mutant, mutants_of
from autograder.results import edition
from autograder.sandbox import Sandbox, SandboxError, Source, open_sandbox
from autograder.submission import Handed
from autograder.survey import about

__all__ = ["Fate", "SEEDS", "fates_of"]

SEEDS = 5
"""Seeds that a mutant is asked under before it counts as surviving."""

CHUNK = 8
"""Mutants that a process is given at once."""

Asked = tuple[str, str, str, Source]
"""A mutant's id, lab and exercise, and the module it is."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one mutant: which checks failed, seed by seed."""

    id: str
    caught_by: tuple[tuple[str, ...], ...]

    @property
    def verdict(self) -> str:
        """Sum it up: killed at once, killed by luck, or survived."""
        if self.caught_by[0]:
            return "killed"
        return "by luck" if any(self.caught_by) else "survived"


def fates_of(
    labs: Sequence[Lab], *, jobs: int = 1, mistakes: bool = False
) -> Iterator[tuple[str, Mutant, Fate]]:
    """Grade the mutants of labs, or their known mistakes; yield each with its lab and fate.

    Raises: SandboxError or RecordingError, which are ours.
    """
    open_units: list[Asked] = []
    waiting: dict[str, tuple[str, Mutant]] = {}
    for lab in labs:
        known = _stored(_place(lab))
        for mutant in _mistakes_of(lab) if mistakes else mutants_of(lab):
            if mutant.id in known:
                yield lab.id, mutant, known[mutant.id]
            else:
                waiting[mutant.id] = lab.id, mutant
                open_units.append((mutant.id, lab.id, mutant.exercise, mutant.source))
    for fate in _asked(open_units, jobs):
        lab_id, mutant = waiting[fate.id]
        _keep(_place(load_lab(lab_id)), fate)
        yield lab_id, mutant, fate


def _mistakes_of(lab: Lab) -> Iterator[Mutant]:
    for known in load_mistakes(lab):
        yield Mutant(known.exercise, "mistake", known.id, "", known.source())


def _asked(units: Sequence[Asked], jobs: int) -> Iterator[Fate]:
    if jobs == 1:
        for unit in units:
            yield _fate(*unit)
        return
    chunks = [units[i : i + CHUNK] for i in range(0, len(units), CHUNK)]
    # Fresh processes: each opens a sandbox of its own, and forks from a process with one thread.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(_fates, chunk) for chunk in chunks]
        try:
            for done in as_completed(futures):
                yield from done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _fates(units: Iterable[Asked]) -> list[Fate]:
    return [_fate(*unit) for unit in units]


def _fate(name: str, lab_id: str, exercise: str, source: Source) -> Fate:
    lab = load_lab(lab_id)
    caught = []
    for seed in range(SEEDS):
        caught.append(_failed(lab, exercise, source, _key(lab, seed), _sandbox()))
        if caught[0]:
            break
    return Fate(name, tuple(caught))


def _failed(
    lab: Lab, exercise: str, source: Source, key: AnswerKey, sandbox: Sandbox
) -> tuple[str, ...]:
    """Grade the reference with one module replaced; name the exercise's checks that failed."""
    texts = {module: engine_path(module).read_bytes() for module in lab.modules}
    texts[source.file.removesuffix(".py")] = source.text
    report = grade(Handed(about(lab, exercise), "", texts, {}), key, sandbox)
    for result in report.results:
        if result.status is Status.ERROR:
            raise SandboxError(f"{result.check.id} could not be asked: {result.message}")
    return tuple(
        result.check.id
        for result in report.results
        if result.status is Status.FAILED and result.check.exercise == exercise
    )


@cache
def _sandbox() -> Sandbox:
    """Open this process's sandbox once; its worker ends when the process does."""
    return open_sandbox()


@cache
def _key(lab: Lab, seed: int) -> AnswerKey:
    """Record a key that can judge; mutants need no names."""
    return record_key(lab, seed, _sandbox(), mistakes=())


def _place(lab: Lab) -> Path:
    """Name the file after all that decides what is found: engine, checks, judges, sandbox."""
    return ROOT / ".nnlab" / "proof" / f"mutants-{lab.id}-{edition(lab)[:16]}.jsonl"


def _stored(place: Path) -> dict[str, Fate]:
    """Read what is known; a line that was cut off when a run was ended is asked again."""
    known = {}
    try:
        lines = place.read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    for line in lines:
        try:
            plain = json.loads(line)
            known[plain["id"]] = Fate(plain["id"], tuple(map(tuple, plain["caught_by"])))
        except (ValueError, KeyError, TypeError):
            continue
    return known


def _keep(place: Path, fate: Fate) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(fate)) + "\n")
