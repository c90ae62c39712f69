"""Figures, training and experiments as a sandbox asks them: each like a check, of whatever library is there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np

from autograder.gallery import LectureFigure, lecture_figures, used_modules
from autograder.gallery.images import digits
from autograder.gallery.trainer import PLANE, Recipe, Run
from autograder.sandbox import Question, Source
from autograder.sandbox.limits import Limits

__all__ = ["Asked", "INSIDE", "LINES", "Lines", "TRAINING", "Training", "lab", "question"]

LONG = Limits(cpu_seconds=120, wall_seconds=600)
INSIDE = ("digits", *PLANE)
"""The data that needs no file: in a sandbox there is none."""


@dataclass(frozen=True, slots=True)
class Training:
    """A run of `nnlab train` that can be asked like a check."""

    limits: Limits = LONG
    unchanged: Sequence[str] = ()

    def case(self, recipe: Recipe) -> dict[str, Any]:
        """Give what a run is made from, beside the library."""
        return {"recipe": asdict(recipe), **(digits() if recipe.data == "digits" else {})}

    def body(self, case: Mapping[str, Any]) -> Callable[..., Any]:
        """Return what trains, and names the library's modules that it used."""
        del case

        def ask(library: Any, recipe: Mapping[str, Any], **data: Any) -> dict[str, Any]:
            wanted = Recipe(**{**recipe, "hidden": tuple(recipe["hidden"])})
            outcome = asdict(Run(library, wanted, **data).train())
            return {"numbers": outcome, "used": used_modules()}

        return ask


TRAINING = Training()

SHORT = Limits(cpu_seconds=20, wall_seconds=90)
"""An experiment of a notebook takes a few seconds; what takes longer will not end."""


class Asked(Protocol):
    """What a library can be asked beside the checks."""

    @property
    def limits(self) -> Limits:
        """Its bounds."""

    @property
    def unchanged(self) -> Sequence[str]:
        """Arguments that have to stay as they are."""

    def body(self, case: Mapping[str, Any]) -> Callable[..., Any]:
        """Return what asks."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a notebook's experiment, which set `observed`."""

    limits: Limits = SHORT
    unchanged: Sequence[str] = ()

    def case(self, lines: str) -> dict[str, Any]:
        """Give the lines, and `images` with `labels` where they name these: a sandbox has no file."""
        if "images" not in lines:
            return {"lines": lines}
        data = digits()
        return {"lines": lines, "images": data["x"], "labels": data["target"]}

    def body(self, case: Mapping[str, Any]) -> Callable[..., Any]:
        """Return what runs the lines, and names the library's modules that they used."""
        del case

        def ask(library: Any, lines: str, **data: Any) -> dict[str, Any]:
            names = {"nnlab": library, "np": np, **data}
            exec(compile(lines, "the experiment", "exec"), names)  # noqa: S102  the course's own text
            return {"numbers": {"observed": names["observed"]}, "used": used_modules()}

        return ask


LINES = Lines()


def question(
    name: str,
    asked: Asked,
    case: Mapping[str, Any],
    own: Mapping[str, Source],
    reference: Mapping[str, Source],
) -> Question:
    """Make the question that a library is asked: these modules over those of the reference."""
    here = "autograder.gallery.asked"
    return Question(here, name, "arrays", [dict(case)], dict(own), reference, asked.limits)


@dataclass(frozen=True)
class _Asked:
    """What the sandbox looks for in a module that it is asked from."""

    checks: Mapping[str, LectureFigure | Training | Lines] = field(
        default_factory=lambda: {**lecture_figures(), "train": TRAINING, "observe": LINES}
    )
    exercises: Sequence[str] = ()
    modules: Sequence[str] = ("…",)
    """What a submission is; here it is all of the student's modules."""


lab = _Asked()
