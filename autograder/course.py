"""The course: its labs in teaching order, and where their files are."""

import difflib
import importlib
import importlib.util
import pkgutil
from functools import cache
from pathlib import Path

from autograder import edition
from autograder.check import Lab
from autograder.sandbox import Source

__all__ = [
    "PROVIDED",
    "ROOT",
    "UnknownLabError",
    "engine_path",
    "find_lab",
    "lab_ids",
    "labs",
    "load_lab",
    "owner_of",
    "reference_for",
]

ROOT = Path(__file__).resolve().parents[1]
"""The course's own folder: the repository in the instructor's edition."""

PROVIDED = ("arrays", "datasets", "parameter", "plots")
"""The engine's modules that hold no exercise: every lab may lean on them."""

_LABS = "autograder.labs"


class UnknownLabError(ValueError):
    """No lab has this name."""


@cache
def lab_ids() -> tuple[str, ...]:
    """List the ids of all labs in teaching order, which is their alphabetical order."""
    folder = Path(__file__).with_name("labs")
    return tuple(sorted(module.name for module in pkgutil.iter_modules([str(folder)])))


def load_lab(lab_id: str) -> Lab:
    """Load one lab by its id.

    Raises: UnknownLabError with the nearest ids.
    """
    if lab_id not in lab_ids():
        raise UnknownLabError(_unknown(lab_id))
    lab: Lab = importlib.import_module(f"{_LABS}.{lab_id}").lab
    return lab


def labs() -> tuple[Lab, ...]:
    """Load all labs, in teaching order."""
    return tuple(map(load_lab, lab_ids()))


def find_lab(name: str) -> Lab:
    """Find a lab by its id, its number or its subject: lab02_hebb, lab02, 2, hebb.

    Raises: UnknownLabError with the nearest ids.
    """
    wanted = name.strip().lower().replace("-", "_")
    number = wanted.removeprefix("lab")
    for lab_id in lab_ids():
        prefix, _, subject = lab_id.partition("_")
        if wanted in {lab_id, prefix, subject} or (
            number.isdecimal() and int(number) == int(prefix.removeprefix("lab"))
        ):
            return load_lab(lab_id)
    raise UnknownLabError(_unknown(name))


def _unknown(name: str) -> str:
    subjects = {lab_id.partition("_")[2]: lab_id for lab_id in lab_ids()}
    near = difflib.get_close_matches(name, [*lab_ids(), *subjects], n=1, cutoff=0.5)
    if near:
        return f"There is no lab {name!r}. Did you mean {subjects.get(near[0], near[0])}?"
    return f"There is no lab {name!r}. The labs are {', '.join(lab_ids())}."


@cache
def owner_of(module: str) -> Lab | None:
    """Find the lab that owns an engine module; None for provided modules and unknown names."""
    return next((lab for lab in labs() if module in lab.modules), None)


@cache
def _engine() -> Path:
    """Find the reference engine's folder without importing it: it holds the answers."""
    spec = importlib.util.find_spec("nnlab")
    assert spec is not None, "the package nnlab is installed with the checker"
    assert spec.submodule_search_locations, "nnlab is a package"
    return Path(spec.submodule_search_locations[0])


def engine_path(module: str) -> Path:
    """Tell where a module's source stands: the reference's, or in the student's edition the stub."""
    return edition.stub_path(module) or _engine() / f"{module}.py"


@cache
def reference_for(lab: Lab) -> dict[str, Source]:
    """Collect the modules a submission to this lab may lean on: provided ones and earlier labs'.

    The student's edition has the provided ones alone; the others are the student's own.
    """
    known = () if edition.is_students() else lab_ids()
    earlier = [load_lab(lab_id) for lab_id in known if lab_id < lab.id]
    modules = [*PROVIDED, *(module for leaned in earlier for module in leaned.modules)]
    return {module: _engine_source(module) for module in modules}


@cache
def _engine_source(module: str) -> Source:
    path = engine_path(module)
    return Source(f"nnlab/{path.name}", path.read_bytes())
