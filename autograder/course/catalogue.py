"""The course: its labs in teaching order, and where their files are.

The course's own labs stand in `autograder.labs`. Other packages bring guest labs: each names the
modules of its labs under the entry points `nnlab.labs`, by the labs' ids.
"""

import contextlib
import importlib
import importlib.util
import os
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from autograder.course import edition
from autograder.course.lab import Lab
from autograder.errors import WrongUseError
from autograder.sandbox import Source
from autograder.text import nearest

__all__ = [
    "BrokenLabError",
    "GROUP",
    "GuestLabError",
    "PROVIDED",
    "ROOT",
    "UnknownLabError",
    "checks_path",
    "engine_path",
    "find_lab",
    "guests_checker_files",
    "guests_engine_files",
    "guests_entry_points",
    "invite",
    "is_guest",
    "lab_ids",
    "labs",
    "load_lab",
    "module_of",
    "owner_of",
    "reference_for",
    "why_no_guest",
]

ROOT = Path(__file__).resolve().parents[2]
"""The course's own folder: the repository in the instructor's edition."""

PROVIDED = ("arrays", "datasets", "parameter", "plots")
"""The engine's modules that hold no exercise: every lab may depend on them."""

GROUP = "nnlab.labs"
"""The entry points under which packages name the modules of their labs, by the labs' ids."""

GUEST_ID = re.compile(r"lab[1-9]\d_[a-z][a-z0-9_]*")

_LABS = "autograder.labs"


class UnknownLabError(WrongUseError):
    """No lab has this name."""


class BrokenLabError(UnknownLabError):
    """A lab of the course does not load: somebody is at work on it."""


class GuestLabError(UnknownLabError):
    """Another package's lab cannot be used: it does not load, or it takes a name of the course."""


@cache
def _own_ids() -> frozenset[str]:
    folder = Path(__file__).parents[1] / "labs"
    return frozenset(module.name for module in pkgutil.iter_modules([str(folder)]))


@cache
def _guests() -> dict[str, str]:
    """Find the labs that other installed packages bring: their modules, by the labs' ids."""
    if not _any_names_labs():
        return {}
    from importlib.metadata import entry_points  # noqa: PLC0415  it costs more than a lab's checks

    try:
        found = {entry.name: entry.value for entry in entry_points(group=GROUP)}
    except ValueError:  # some package describes itself in an unknown encoding
        return {}
    return {lab_id: module for lab_id, module in found.items() if not why_no_guest(lab_id)}


def why_no_guest(lab_id: str) -> str:
    """Say why another package's lab cannot have this id; empty if it can.

    It stands after the course's own labs: none of these depends on it.
    """
    if not GUEST_ID.fullmatch(lab_id):
        return f"{lab_id!r} is not an id of a lab: write it like lab20_name."
    last = max(_own_ids())
    if lab_id[: lab_id.index("_")] <= last[: last.index("_")]:
        return f"{lab_id} has the number of one of the course's labs: take one above {last[3:5]}."
    return ""


def _any_names_labs() -> bool:
    """Look for the group's name in what packages say of themselves, without reading it all."""
    for place in filter(os.path.isdir, sys.path):
        with os.scandir(place) as entries:
            packages = [e.path for e in entries if e.name.endswith((".dist-info", ".egg-info"))]
        for package in packages:
            groups = Path(package) / "entry_points.txt"
            if groups.is_file() and GROUP.encode() in groups.read_bytes():
                return True
    return False


def invite(modules: Mapping[str, str]) -> None:
    """Take labs in for this process, though no installed package brings them."""
    _guests().update(modules)
    lab_ids.cache_clear()
    owner_of.cache_clear()


@cache
def lab_ids() -> tuple[str, ...]:
    """List the ids of all labs in teaching order, which is their alphabetical order."""
    return tuple(sorted(_own_ids() | _guests().keys()))


def is_guest(lab: Lab) -> bool:
    """Return whether another package brings this lab."""
    return lab.id not in _own_ids()


def module_of(lab_id: str) -> str:
    """Name the Python module that defines a lab."""
    return f"{_LABS}.{lab_id}" if lab_id in _own_ids() else _guests()[lab_id]


def load_lab(lab_id: str) -> Lab:
    """Load one lab by its id.

    Raises: UnknownLabError with the nearest ids; GuestLabError if another package's does not load;
        WrongUseError if Python was started without docstrings.
    """
    if sys.flags.optimize > 1:
        raise WrongUseError(
            "Python was started without docstrings, where the checks' promises stand. Unset "
            "PYTHONOPTIMIZE, or leave out -OO."
        )
    if lab_id in _own_ids():
        return _load_own(lab_id)
    if lab_id not in lab_ids():
        raise UnknownLabError(_unknown(lab_id))
    return _load_guest(lab_id)


def _load_own(lab_id: str) -> Lab:
    try:
        lab: Lab = importlib.import_module(module_of(lab_id)).lab
    except Exception as error:
        raise BrokenLabError(
            f"{lab_id} cannot be loaded: {type(error).__name__}: {error}. Mend {lab_id}.py."
        ) from error
    return lab


@cache
def _load_guest(lab_id: str) -> Lab:
    module = module_of(lab_id)
    try:
        lab = importlib.import_module(module).lab
    except Exception as error:
        raise GuestLabError(
            f"{lab_id} of the package {module.partition('.')[0]} cannot be loaded: "
            f"{type(error).__name__}: {error}. Mend or uninstall that package."
        ) from error
    if not isinstance(lab, Lab) or lab.id != lab_id or lab.home is None:
        raise GuestLabError(
            f"{module}.lab must be a Lab with the id {lab_id!r} and a home, the folder of its "
            "engine and solutions: home=Path(__file__).parent."
        )
    taken = [module for module in lab.modules if (_engine() / f"{module}.py").exists()]
    if taken:
        raise GuestLabError(f"{lab_id} has a module {taken[0]}, and so has the engine: rename it.")
    return lab


def checks_path(lab: Lab) -> Path:
    """Return the path of the source of a lab's checks."""
    path = sys.modules[module_of(lab.id)].__file__
    assert path is not None, "a lab is loaded from a file"
    return Path(path)


def labs() -> tuple[Lab, ...]:
    """Load all labs, in teaching order; a guest that does not load is reported only when it is asked for."""
    return tuple(_loaded(lab_ids()))


def _loaded(wanted: Iterable[str]) -> Iterator[Lab]:
    for lab_id in wanted:
        with contextlib.suppress(GuestLabError):
            yield load_lab(lab_id)


def find_lab(name: str) -> Lab:
    """Find a lab by its id, its number or its subject: lab02_hebb, lab02, 2, hebb.

    Raises: UnknownLabError with the nearest ids.
    """
    wanted = name.strip().lower().replace("-", "_")
    number = wanted.removeprefix("lab")
    for lab_id in [*sorted(_own_ids()), *_guests()]:
        prefix, _, subject = lab_id.partition("_")
        if wanted in {lab_id, prefix, subject} or (
            number.isdecimal() and int(number) == int(prefix.removeprefix("lab"))
        ):
            return load_lab(lab_id)
    raise UnknownLabError(_unknown(name))


def _unknown(name: str) -> str:
    subjects = {lab_id.partition("_")[2]: lab_id for lab_id in lab_ids()}
    near = nearest(name, [*lab_ids(), *subjects])
    if near:
        return f"There is no lab {name!r}. Did you mean {subjects.get(near, near)}?"
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
    """Return the path of a module: the reference's, or in the student's edition the stub's."""
    path = edition.stub_path(module) or _engine() / f"{module}.py"
    owner = None if path.exists() or not _guests() else owner_of(module)
    return owner.home / "nnlab" / path.name if owner and owner.home else path


@cache
def reference_for(lab: Lab) -> dict[str, Source]:
    """Collect the modules a submission to this lab may depend on: provided ones and earlier labs'.

    The student's edition has only the provided ones; the others are the student's own.
    """
    known = () if edition.is_students() else lab_ids()
    earlier = _loaded(lab_id for lab_id in known if lab_id < lab.id)
    modules = [*PROVIDED, *(module for leaned in earlier for module in leaned.modules)]
    return {module: _engine_source(module) for module in modules}


@cache
def _engine_source(module: str) -> Source:
    path = engine_path(module)
    return Source(f"nnlab/{path.name}", path.read_bytes())


_ENGINE = "nnlab"
"""The folder of a guest's home that has the bodies."""

_LEFT_OUT = {_ENGINE, "solutions", "tests", "__pycache__"}


def guests_checker_files(labs: Sequence[Lab]) -> dict[str, Path]:
    """Find the Python files of the packages that bring labs, by their place; none of them has a body."""
    found: dict[str, Path] = {}
    for lab in filter(is_guest, labs):
        top = module_of(lab.id).partition(".")[0]
        spec = importlib.util.find_spec(top)
        assert spec is not None, "a lab that is loaded has a module"
        if not spec.submodule_search_locations:
            assert spec.origin is not None
            found[f"{top}.py"] = Path(spec.origin)
            continue
        folder = Path(spec.submodule_search_locations[0])
        for path in sorted(folder.rglob("*.py")):
            inner = path.relative_to(folder)
            if not _LEFT_OUT.intersection(inner.parts[:-1]):
                found[f"{top}/{inner.as_posix()}"] = path
    return found


def guests_engine_files(labs: Sequence[Lab]) -> Iterator[tuple[str, Path]]:
    """Go through the modules of other packages' labs, with their bodies, by their place."""
    for lab in filter(is_guest, labs):
        assert lab.home is not None, "a guest has a home"
        top = module_of(lab.id).partition(".")[0]
        spec = importlib.util.find_spec(top)
        assert spec is not None
        site = Path(spec.origin or "").parent
        site = site.parent if spec.submodule_search_locations else site
        for module in lab.modules:
            path = lab.home / _ENGINE / f"{module}.py"
            yield path.resolve().relative_to(site.resolve()).as_posix(), path


def guests_entry_points(labs: Sequence[Lab]) -> dict[str, str]:
    """Map the ids of other packages' labs to their modules, as stands under the entry points `nnlab.labs`."""
    return {lab.id: module_of(lab.id) for lab in labs if is_guest(lab)}
