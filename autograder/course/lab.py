"""A lab and its checks: what a course author writes.

A check is one function and one promise. The first line of its docstring is what the student reads;
its body asks the student's code a question, inside the sandbox, and returns what came back. How
cases are drawn and how the answer is judged stand in its decorator, and run outside.
"""

import inspect
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course import general
from autograder.judges.equal import equal
from autograder.judges.judge import Case, Judge
from autograder.pictures import Picture, named
from autograder.sandbox.codec import encode
from autograder.sandbox.limits import Limits

__all__ = ["Case", "Check", "Draw", "Lab", "Status", "shown"]

Draw = Callable[[np.random.Generator], dict[str, Any]]
"""Makes one case; the generator comes from the key's seed."""


TRIES = 12
"""Draws among which two cases of equal shapes are looked for."""


class Status(StrEnum):
    """The four verdicts, never mixed."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"


@dataclass(frozen=True, eq=False, slots=True)
class Check:
    """One promise about one behaviour of one exercise."""

    id: str
    """Unique in the course, such as `hebb.update`: module and name of the check."""
    exercise: str
    """The body that it asks, such as `hebb.hebb_step`."""
    title: str
    points: int
    ask: Callable[..., Any]
    judge: Judge
    draw: Draw | None
    drawn: int
    always: tuple[dict[str, Any], ...]
    needs: tuple["Check", ...]
    unchanged: tuple[str, ...]
    withheld: tuple[str, ...]
    call: str
    slides: str
    limits: Limits
    mode: str
    picture: Picture | None
    hint: str = ""
    """A question on the exercise's idea, for somebody whose answer is wrong."""
    earlier: tuple["Check", ...] = ()
    """The checks of its exercise that stand before it."""

    @property
    def module(self) -> str:
        """The engine module whose exercise this check asks."""
        return self.exercise.partition(".")[0]

    def cases(self, seed: int) -> list[dict[str, Any]]:
        """Make this check's cases: the fixed ones, then those drawn from the seed.

        Every case has a generator of its own, so that a new case or check changes no other.
        """
        name = zlib.crc32(self.id.encode())
        generators = (np.random.default_rng([seed, name, i]) for i in range(self.drawn))
        drawn = [self.draw(rng) for rng in generators] if self.draw else []
        return [*self.always, *drawn]

    def examples(self, seed: int) -> list[dict[str, Any]]:
        """Make two cases of equal shapes, drawn ones if there are any."""
        if self.draw is None:
            return [*self.always, *self.always][:2]
        name = zlib.crc32(self.id.encode())
        drawn = (self.draw(np.random.default_rng([seed, name, i])) for i in range(TRIES))
        first, second = next(drawn), next(drawn)
        for other in chain([second], drawn):  # every submission has cases of its own: few are drawn
            if _shapes(other) == _shapes(first) and encode(other) != encode(first):
                return [first, other]
        return [first, second]

    def body(self, case: Case) -> Callable[..., Any]:
        """Return what asks a case of the student's code: the check's own body, or a general question."""
        is_general = general.KIND in case
        return partial(general.gather, self.asked(case)) if is_general else self.ask

    def asked(self, case: Case) -> "Check":
        """Return whose body and judge a general question takes: this check, or an earlier one."""
        return (*self.earlier, self)[case[general.OF]]

    def sent(self, cases: Sequence[Case]) -> list[dict[str, Any]]:
        """Leave out of the cases what only the judge may know: it never enters the sandbox."""

        def left(case: Case) -> dict[str, Any]:
            if general.KIND in case:
                return {**case, "cases": self.asked(case).sent(case["cases"])}
            return {name: part for name, part in case.items() if name not in self.withheld}

        return [left(case) for case in cases]


def _drawing(last: Check) -> dict[int, Check]:
    """Find the checks of an exercise that are asked general questions, by their place.

    They draw, and withhold nothing. Of a function the first will do; of a method each shows another
    part of what the object keeps.
    """
    known = dict(enumerate((*last.earlier, last)))
    found = {at: check for at, check in known.items() if check.draw and not check.withheld}
    places = [*(found or known)]
    is_method = last.exercise.count(".") > 1
    return {at: known[at] for at in (places if is_method and found else places[:1])}


def _shapes(case: Case) -> list[Any]:
    """List what must be equal for two results to have equal shapes."""
    shapes: list[Any] = []
    for part in case.values():
        is_shape = isinstance(part, tuple | str)
        shapes.append(
            part if is_shape else np.shape(part) if hasattr(part, "shape") else type(part)
        )
    return shapes


@dataclass(frozen=True, slots=True)
class Shown:
    """The body of a check, and how a student sees what it asks and what came of it."""

    ask: Callable[..., Any]
    call: str = ""
    picture: Picture | None = None
    slides: str = ""


def shown(
    call: str = "", *, picture: Picture | None = None, slides: str = ""
) -> Callable[[Callable[..., Any]], Shown]:
    """Say how a student sees a check, where its exercise and its judge do not say it; below `check`.

    Args:
        call: how the question looks, with the case's names in it, and {} where the exercise's own
            stands; default: the exercise called with the case.
        picture: draws the evidence beside the expectation; default: the judge's.
        slides: the lecture's heading; default: the exercise's.
    """
    return lambda ask: Shown(ask, call, picture, slides)


@dataclass(slots=True, eq=False)
class Lab:
    """One unit of the course: whole engine modules, their exercises, and the checks on them.

    `exercises` lists the bodies that students write, each with its heading of the lecture: stubs,
    keys and tests read it.

    Raises: ValueError when a check contradicts the lab.
    """

    id: str
    title: str
    slides: str
    """The lecture's heading."""
    exercises: Mapping[str, str]
    apart: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By exercise: the general questions that it is not asked, each with the reason."""
    hints: Mapping[str, str] = field(default_factory=dict)
    """By exercise: a question on its idea, to be worked out by hand, which gives nothing away."""
    takes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By exercise: the kinds of data that its task promises to take, each with the argument."""
    home: Path | None = None
    """The folder with `nnlab/` and `solutions/` of a lab that another package brings."""
    checks: dict[str, Check] = field(default_factory=dict)

    @property
    def modules(self) -> tuple[str, ...]:
        """The engine modules that this lab owns, in the order of its exercises."""
        return tuple(dict.fromkeys(name.partition(".")[0] for name in self.exercises))

    @property
    def points(self) -> int:
        """The most that can be reached."""
        return sum(check.points for check in self.checks.values())

    def cases(self, check: Check, seed: int) -> list[dict[str, Any]]:
        """Make a check's cases; the last check of an exercise asks the general questions as well."""
        if not self._is_last(check):
            return check.cases(seed)
        takes = self.takes.get(check.exercise, {})
        kinds = [kind for kind in self.general_kinds(check) if kind not in takes]
        drawing = _drawing(check)
        examples = {at: other.examples(seed) for at, other in drawing.items()}
        by_chance = next(iter(drawing.values())).judge.chance > 0
        return [
            *check.cases(seed),
            *general.make(examples, kinds, takes, by_chance=by_chance),
        ]

    def general_kinds(self, check: Check) -> list[str]:
        """List the general questions that a check asks: those of its exercise, if it is its last."""
        if not self._is_last(check):
            return []
        (main, *_), apart = _drawing(check).values(), self.apart.get(check.exercise, {})
        case = main.draw(np.random.default_rng(0)) if main.draw else main.always[0]
        kinds = general.kinds_of(check.exercise, case)
        return [*(kind for kind in kinds if kind not in apart), *self.takes.get(check.exercise, {})]

    def _is_last(self, check: Check) -> bool:
        of_exercise = [c for c in self.checks.values() if c.exercise == check.exercise]
        return check is of_exercise[-1]

    def check(
        self,
        exercise: str,
        *,
        points: int = 1,
        draw: Draw | None = None,
        cases: int = 3,
        always: Sequence[dict[str, Any]] = (),
        judge: Judge = equal,
        needs: Sequence[Check] = (),
        unchanged: Sequence[str] = (),
        withheld: Sequence[str] = (),
        limits: Limits | None = None,
        mode: str = "",
    ) -> Callable[[Callable[..., Any] | Shown], Check]:
        """Register the decorated function as a check of this lab.

        Args:
            exercise: the body it asks, one of the lab's.
            points: what it is worth, all or nothing.
            draw: makes one case from a generator.
            cases: how many cases are drawn.
            always: cases that are asked whatever the seed, such as the lecture's own.
            judge: compares an observation with the reference's; default: equal.
            needs: checks that must pass before this one is asked.
            unchanged: inputs that the code must leave as they were.
            withheld: entries of a case that the judge needs and the code must not see, such as
                the labels of held-out data; they are not arguments of the check.
            limits: what it may use of the machine.
            mode: `training` or `evaluation`, where the exercise behaves otherwise in each.
        """

        def register(body: Callable[..., Any] | Shown) -> Check:
            how = body if isinstance(body, Shown) else Shown(body)
            ask = how.ask
            title = inspect.getdoc(ask)
            if not title:
                raise ValueError(f"{self.id}: check {ask.__name__} needs a docstring")
            check = Check(
                id=f"{exercise.partition('.')[0]}.{ask.__name__}",
                exercise=exercise,
                title=title.splitlines()[0],
                points=points,
                ask=ask,
                judge=judge,
                draw=draw,
                drawn=cases if draw else 0,
                always=tuple(always),
                needs=tuple(needs),
                unchanged=tuple(unchanged),
                withheld=tuple(withheld),
                call=how.call.replace("{}", exercise.partition(".")[2]),
                slides=how.slides or self.exercises.get(exercise, ""),
                limits=limits or Limits(),
                mode=mode,
                picture=how.picture or named(judge.picture),
                hint=self.hints.get(exercise, ""),
                earlier=tuple(c for c in self.checks.values() if c.exercise == exercise),
            )
            self._admit(check)
            return check

        return register

    def _admit(self, check: Check) -> None:
        if check.exercise not in self.exercises:
            raise ValueError(f"{check.id}: {check.exercise} is not an exercise of {self.id}")
        if check.id in self.checks:
            raise ValueError(f"{check.id} is defined twice")
        if not check.drawn and not check.always:
            raise ValueError(f"{check.id} has no case: give it a draw or cases that always hold")
        self.checks[check.id] = check
