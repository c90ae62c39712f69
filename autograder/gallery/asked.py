"""Figures and training as a sandbox asks them: each like a check, of whatever library is there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.gallery import Experiment, experiments, used_modules
from autograder.gallery.images import digits
from autograder.gallery.trainer import PLANE, Recipe, Run
from autograder.sandbox.limits import Limits

__all__ = ["INSIDE", "TRAINING", "Training", "lab"]

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


@dataclass(frozen=True)
class _Asked:
    """What the sandbox looks for in a module that it is asked from."""

    checks: Mapping[str, Experiment | Training] = field(
        default_factory=lambda: {**experiments(), "train": TRAINING}
    )
    exercises: Sequence[str] = ()
    modules: Sequence[str] = ("…",)
    """What a submission is; here it is all of the student's modules."""


lab = _Asked()
