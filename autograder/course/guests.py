"""What other packages' labs need where they are taken along: into the student's edition, into a bundle."""

import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.course.catalogue import is_guest, module_of
from autograder.course.lab import Lab

__all__ = ["checker_files", "engine_files", "entry_points"]

ENGINE = "nnlab"
"""The folder of a guest's home that has the bodies."""

_LEFT_OUT = {ENGINE, "solutions", "tests", "__pycache__"}


def checker_files(labs: Sequence[Lab]) -> dict[str, Path]:
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


def engine_files(labs: Sequence[Lab]) -> Iterator[tuple[str, Path]]:
    """Go through the modules of other packages' labs, with their bodies, by their place."""
    for lab in filter(is_guest, labs):
        assert lab.home is not None, "a guest has a home"
        top = module_of(lab.id).partition(".")[0]
        spec = importlib.util.find_spec(top)
        assert spec is not None
        site = Path(spec.origin or "").parent
        site = site.parent if spec.submodule_search_locations else site
        for module in lab.modules:
            path = lab.home / ENGINE / f"{module}.py"
            yield path.resolve().relative_to(site.resolve()).as_posix(), path


def entry_points(labs: Sequence[Lab]) -> dict[str, str]:
    """Map the ids of other packages' labs to their modules, as stands under the entry points `nnlab.labs`."""
    return {lab.id: module_of(lab.id) for lab in labs if is_guest(lab)}
