"""False alarms: right answers, judged under thousands of seeds.

The engine is ours, so it is asked in this process, by the same checks on the same cases, and its
answers go to the same judges, those of one seed in fifty through the same encoding too: a hundred
times the seeds that the sandbox would allow. Where a case holds a generator, the answer that is
judged comes from another stream of random numbers than the key's, as a right answer does that draws
in another order; and the known right answers in other forms are judged in turn, one a seed. What
chance has a part in is asked the general questions under every seed, all else under one in fifty.
"""

import importlib
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

from autograder.authoring.proof.work import Unit, work_through
from autograder.course import general
from autograder.course.lab import Check, Lab
from autograder.course.solutions import load_valid
from autograder.grading.key import RecordingError
from autograder.grading.verdict import judge_case
from autograder.sandbox.codec import Seed, decode, encode
from autograder.sandbox.inside import PACKAGE, observe
from autograder.sandbox.observation import Observation, Returned, from_plain, to_plain

__all__ = ["Alarms", "SLOW", "alarms_of", "is_random"]

SLOW = ("lab05_backprop", "lab08_init", "lab10_training", "lab13_capstone")
"""Labs that train networks or draw large samples: a seed takes a tenth of a second, or seconds."""

BLOCK = 50
"""Seeds that are asked as one unit; a tenth of them for the slow labs."""

ANOTHER = 1 << 40
"""What is added to a seed for another stream, as often as it takes: no drawn seed is as large."""

DRAWS_INPUTS = {"init.lecture_statistics"}
"""Checks whose generator makes the inputs: it is theirs, and the code never sees it."""


@dataclass(slots=True)
class Alarms:
    """What became of one lab's right answers."""

    seeds: int = 0
    judged: Counter[str] = field(default_factory=Counter)
    """Answers judged, by check."""
    refused: dict[str, list[int]] = field(default_factory=dict)
    """The seeds under which a right answer was refused, by check."""


def alarms_of(
    labs: Sequence[Lab], seeds: Mapping[str, int], *, jobs: int = 1
) -> Iterator[tuple[str, Alarms]]:
    """Judge right answers under the first so many seeds of each lab; yield what is known so far.

    Raises: RecordingError if the reference itself fails to answer.
    """
    units = []
    for lab in labs:
        block = BLOCK // 10 if lab.id in SLOW else BLOCK
        for start in range(0, seeds[lab.id], block):
            stop = min(start + block, seeds[lab.id])
            units.append(Unit(f"{start}-{stop}", lab.id, (start, stop)))
    # A run that is ended then knows the same share of each lab.
    units.sort(key=lambda unit: unit.about[0] / seeds[unit.lab])
    known = {lab.id: Alarms() for lab in labs}
    for unit, found in work_through("alarms", _block, units, jobs=jobs):
        alarms = known[unit.lab]
        start, stop = unit.about
        alarms.seeds += stop - start
        alarms.judged.update(found["judged"])
        for check, refused in found["refused"].items():
            alarms.refused.setdefault(check, []).extend(refused)
        yield unit.lab, alarms


def _block(lab: Lab, bounds: tuple[int, int]) -> dict[str, Any]:
    judged: Counter[str] = Counter()
    refused: dict[str, list[int]] = {}
    for check in lab.checks.values():
        # What is always asked has one right answer, and is asked again only if chance has a part in it.
        fixed = [(case, _right(check, case)) for case in check.always]
        again = [pair for pair in fixed if is_random(check, pair[0])]
        asked = lab.cases(check, bounds[0])
        forms = _forms(lab, check.exercise) if any(is_random(check, c) for c in asked) else []
        for seed in range(*bounds):
            coded = seed == bounds[0]
            drawn = [
                case
                for case in lab.cases(check, seed)[len(fixed) :]
                if coded or general.KIND not in case or is_random(check, case)
            ]
            pairs = [*(fixed if coded else again)]
            pairs += [(case, _right(check, case, coded=coded)) for case in drawn]
            answered = [
                (case, answer, right)
                for case, right in pairs
                for answer in _answers(check, case, right, seed, forms)
            ]
            judged[check.id] += len(answered)
            if sum(_is_refused(check, *each) for each in answered):
                refused.setdefault(check.id, []).append(seed)
    return {"judged": judged, "refused": refused}


def _answers(
    check: Check, case: Mapping[str, Any], right: Returned, seed: int, forms: Sequence[ModuleType]
) -> Iterator[Observation]:
    """Give the right answers that are judged: where chance has a part, not the key's own."""
    if not is_random(check, case):
        yield right
        return
    yield _answer(check, _with_other_numbers(case, seed))
    if forms:
        yield _answer(check, case, forms[seed % len(forms)])


def is_random(check: Check, case: Mapping[str, Any]) -> bool:
    """Return whether a case hands a generator to the code, so that right answers differ."""
    if check.id in DRAWS_INPUTS:
        return False
    if general.KIND in case:
        return any(is_random(check.asked(case), each) for each in case["cases"])
    return any(isinstance(part, Seed) for part in case.values())


def _with_other_numbers(case: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Give a case, or all of a general question, generators with other seeds."""
    if general.KIND in case:
        return {**case, "cases": [_with_other_numbers(each, seed) for each in case["cases"]]}
    far = ANOTHER * (seed + 1)
    return {n: Seed(v.value + far) if isinstance(v, Seed) else v for n, v in case.items()}


def _forms(lab: Lab, exercise: str) -> list[ModuleType]:
    """Make the engine with each known right answer to an exercise in it."""
    return [_engine(form.texts()) for form in load_valid(lab) if form.exercise == exercise]


def _engine(texts: Mapping[str, bytes]) -> ModuleType:
    """Make a copy of the engine in which some modules have other texts."""
    engine = ModuleType(PACKAGE)
    vars(engine).update(vars(importlib.import_module(PACKAGE)))
    for name, text in texts.items():
        module = ModuleType(f"{PACKAGE}.{name}")
        exec(compile(text, f"{name}.py", "exec"), vars(module))  # noqa: S102  the texts are ours
        setattr(engine, name, module)
    return engine


def _is_refused(
    check: Check, case: Mapping[str, Any], answer: Observation, right: Returned
) -> bool:
    return (
        not isinstance(answer, Returned) or judge_case(check, case, answer, right.value) is not None
    )


def _right(check: Check, case: Mapping[str, Any], *, coded: bool = True) -> Returned:
    right = _answer(check, case, coded=coded)
    if not isinstance(right, Returned):
        raise RecordingError(f"The reference does not answer {check.id}: {right}")
    return right


def _answer(
    check: Check, case: Mapping[str, Any], engine: ModuleType | None = None, *, coded: bool = True
) -> Observation:
    """Ask as the sandbox does, with copies of the inputs; read what would come out."""
    (sent,) = check.sent([case])
    body = check.body(case)

    def ask(own: ModuleType, **inputs: Any) -> Any:
        return body(engine or own, **inputs)

    with np.errstate(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seen = observe(ask, check.unchanged, deepcopy(sent))
    return from_plain(decode(encode(to_plain(seen)))) if coded else seen
