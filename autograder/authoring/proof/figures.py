"""What the proof has found, lab by lab: from what is stored, or after doing what is not done yet."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from autograder.authoring.proof.alarms import SLOW, Alarms, alarms_of
from autograder.authoring.proof.mutation import Fate, fates_of, objections
from autograder.authoring.proof.survey import Outcome, survey
from autograder.authoring.proof.work import Unit, graded, key_of, sandbox, work_through
from autograder.course.lab import Lab, Status
from autograder.course.solutions import Valid, load_equivalent, load_valid

__all__ = ["Figures", "PARTS", "VALID_SEEDS", "default_seeds", "figures_of", "judged"]

PARTS = ("mutants", "valid", "alarms")

QUICK_SEEDS, SLOW_SEEDS = 10_000, 1_000

VALID_SEEDS = 3
"""Seeds that each right answer in another form is asked under."""


@dataclass(slots=True)
class Figures:
    """One lab's figures; a part that was not done has none."""

    lab: Lab
    fates: list[Fate] = field(default_factory=list)
    mistakes: list[Outcome] = field(default_factory=list)
    valid: list[tuple[Valid, list[str]]] = field(default_factory=list)
    alarms: Alarms = field(default_factory=Alarms)

    def count(self, verdict: str) -> int:
        """Count the mutants with a verdict."""
        return sum(fate.verdict == verdict for fate in self.fates)

    @property
    def caught(self) -> int:
        """Count the known mistakes that are caught."""
        return sum(mistake.verdict != "not caught" for mistake in self.mistakes)

    @property
    def refused(self) -> list[tuple[Valid, list[str]]]:
        """List the right answers that were refused, each with what refused it."""
        return [(valid, refusals) for valid, refusals in self.valid if refusals]

    def problems(self) -> list[str]:
        """Say in sentences what is wrong with the lab's checks, or with its lists; empty if nothing."""
        found = objections(self.lab, self.fates) if self.fates else []
        found += [
            f"not caught: the mistake {outcome.mistake}"
            for outcome in self.mistakes
            if outcome.verdict == "not caught"
        ]
        found += [
            f"refused: {valid.exercise}, {valid.form}: {said[0]}" for valid, said in self.refused
        ]
        found += [
            f"false alarm: {check} under seed {', '.join(map(str, seeds[:5]))}"
            for check, seeds in self.alarms.refused.items()
        ]
        return found


def default_seeds(lab: Lab) -> int:
    """Return how many seeds the reference is judged under unless somebody says otherwise."""
    return SLOW_SEEDS if lab.id in SLOW else QUICK_SEEDS


def figures_of(
    labs: Sequence[Lab],
    parts: Sequence[str] = PARTS,
    *,
    seeds: Mapping[str, int] | None = None,
    jobs: int = 1,
    tick: Callable[[], object] = lambda: None,
) -> dict[str, Figures]:
    """Do the parts that are asked for; with no jobs, only look up what is known.

    `tick` is called after each unit of work.

    Raises: SandboxError or RecordingError, which are ours; SolutionError for a list that is not whole.
    """
    for lab in labs:
        load_equivalent(lab)  # before hours of work
    found = {lab.id: Figures(lab) for lab in labs}
    if "mutants" in parts:
        for fate in fates_of(labs, jobs=jobs):
            found[fate.lab].fates.append(fate)
            tick()
        for lab_id, _, outcomes in survey(labs, [0], jobs=jobs):
            found[lab_id].mistakes = outcomes
            tick()
    if "valid" in parts:
        for lab_id, valid, refused in judged(labs, jobs=jobs):
            found[lab_id].valid.append((valid, refused))
            tick()
    if "alarms" in parts:
        wanted = seeds or {lab.id: default_seeds(lab) for lab in labs}
        for lab_id, alarms in alarms_of(labs, wanted, jobs=jobs):
            found[lab_id].alarms = alarms
            tick()
    return found


def judged(labs: Sequence[Lab], *, jobs: int = 1) -> Iterator[tuple[str, Valid, list[str]]]:
    """Grade every right answer in another form; yield its lab, the form, and what was refused.

    Raises: SandboxError or RecordingError, which are ours.
    """
    units, made = [], {}
    for lab in labs:
        for valid in load_valid(lab):
            texts = valid.texts()
            about = repr((valid.exercise, valid.form, sorted(texts.items())))
            units.append(Unit(sha256(about.encode()).hexdigest()[:24], lab.id, texts))
            made[lab.id, units[-1].id] = valid
    for unit, refused in work_through("valid", _refused, units, jobs=jobs):
        yield unit.lab, made[unit.lab, unit.id], refused


def _refused(lab: Lab, texts: dict[str, bytes]) -> list[str]:
    """Say which checks refuse a submission, under which seed and why."""
    return [
        f"{result.check.id}, seed {seed}: {result.message}"
        for seed in range(VALID_SEEDS)
        for result in graded(lab, texts, key_of(lab, seed), sandbox())
        if result.status is not Status.PASSED
    ]
