"""nnlab: the neural networks of the course, in numpy. Most of this library is what you write.

Provided are arrays, datasets, parameter and plots. The other modules are your own: they are found in
the folders assignments/labNN_… of your workspace, which is looked for from the current folder upwards,
or is the folder that the environment variable NNLAB_WORKSPACE names.
"""

import importlib
import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

__all__ = ["__getattr__"]

_STUBS = Path(__file__).resolve().parents[1] / "nnlab_course" / "assignments"
_LAB_OF = {path.stem: path.parent.name for path in sorted(_STUBS.glob("lab*/*.py"))}
_PROVIDED = {path.stem for path in Path(__file__).parent.glob("*.py")} - {"__init__"}


def _folders() -> list[str]:
    """List the labs' folders of the nearest workspace."""
    named = os.environ.get("NNLAB_WORKSPACE")
    here = Path(named) if named else Path.cwd()
    for folder in (here, *(() if named else here.parents)):
        for place in (folder / "assignments", folder):
            found = [place / lab for lab in sorted(set(_LAB_OF.values())) if (place / lab).is_dir()]
            if found:
                return [str(path) for path in found]
    return []


class _NotThere(importlib.abc.MetaPathFinder):
    """The last finder: says of a module that is not written yet which lab and file to write first."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        del path, target
        package, _, module = fullname.partition(".")
        if package != __name__ or module not in _LAB_OF:
            return None
        lab = _LAB_OF[module]
        raise ModuleNotFoundError(
            f"nnlab.{module} is yours to write: {module}.py of {lab}, which is not there. "
            f"{_looked()} First write assignments/{lab}/{module}.py; `nnlab init` puts the file "
            "to begin with there."
        )


def _looked() -> str:
    if _found:
        return f"Your workspace is {Path(_found[0]).parent}."
    named = os.environ.get("NNLAB_WORKSPACE")
    return (
        f"NNLAB_WORKSPACE is {named}, which holds no lab."
        if named
        else f"No workspace is in {Path.cwd()} or above it."
    )


def __getattr__(name: str) -> ModuleType:
    """Import a module when it is first named, as in `import nnlab; nnlab.hebb`."""
    if name in _LAB_OF or name in _PROVIDED:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


_found = _folders()
__path__ = [*globals().get("__path__", ()), *_found]  # the provided modules come first
sys.meta_path.append(_NotThere())
