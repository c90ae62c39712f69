"""What the proof has found, lab by lab: from what is stored, or after doing what is not done yet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.authoring.proof.alarms import SLOW, Alarms, alarms_of
from autograder.authoring.proof.equivalent import load_equivalent, objections
from autograder.authoring.proof.mutation import Fate, fates_of
from autograder.authoring.proof.valid import Valid, judged
from autograder.course.lab import Lab

__all__ = ["Figures", "PARTS", "default_seeds", "figures_of"]

PARTS = ("mutants", "valid", "alarms")

QUICK_SEEDS, SLOW_SEEDS = 10_000, 1_000


@dataclass(slots=True)
class Figures:
    """One lab's figures; a part that was not done has none."""

    lab: Lab
    fates: list[Fate] = field(default_factory=list)
    mistakes: list[Fate] = field(default_factory=list)
    valid: list[tuple[Valid, list[str]]] = field(default_factory=list)
    alarms: Alarms = field(default_factory=Alarms)

    def count(self, verdict: str) -> int:
        """Count the mutants with a verdict."""
        return sum(fate.verdict == verdict for fate in self.fates)

    @property
    def caught(self) -> int:
        """Count the known mistakes that are caught."""
        return sum(fate.verdict == "killed" for fate in self.mistakes)

    @property
    def refused(self) -> list[tuple[Valid, list[str]]]:
        """List the right answers that were refused, each with what refused it."""
        return [(valid, told) for valid, told in self.valid if told]

    def problems(self) -> list[str]:
        """Say in sentences what is wrong with the lab's checks, or with its lists; empty if nothing."""
        told = objections(self.lab, self.fates) if self.fates else []
        told += [
            f"not caught: the mistake {fate.mutant.wrong}"
            for fate in self.mistakes
            if fate.verdict != "killed"
        ]
        told += [
            f"refused: {valid.exercise}, {valid.form}: {said[0]}" for valid, said in self.refused
        ]
        told += [
            f"false alarm: {check} under seed {', '.join(map(str, seeds[:5]))}"
            for check, seeds in self.alarms.refused.items()
        ]
        return told


def default_seeds(lab: Lab) -> int:
    """Tell how many seeds the reference is judged under unless somebody says otherwise."""
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

    `tick` is called after each mutant, each right answer and each block of seeds.

    Raises: SandboxError or RecordingError, which are ours; EquivalentError, MistakeError or
        ValidError for a list that is not whole.
    """
    for lab in labs:
        load_equivalent(lab)  # before hours of work
    found = {lab.id: Figures(lab) for lab in labs}
    if "mutants" in parts:
        for fate in fates_of(labs, jobs=jobs):
            found[fate.lab].fates.append(fate)
            tick()
        for fate in fates_of(labs, jobs=jobs, mistakes=True):
            found[fate.lab].mistakes.append(fate)
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
