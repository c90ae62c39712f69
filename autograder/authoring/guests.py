"""Labs that other packages bring: taken from their folder while somebody is writing them."""

import sys
import tomllib
from pathlib import Path

from autograder.course.catalogue import (
    GROUP,
    UnknownLabError,
    find_lab,
    invite,
    load_lab,
    why_no_guest,
)
from autograder.course.lab import Lab
from autograder.errors import WrongUseError

__all__ = ["GuestError", "find"]


class GuestError(WrongUseError):
    """A folder is no package of labs; the message says what is missing."""


def find(target: str) -> list[Lab]:
    """Find the lab of this name, or the labs of the package in this folder.

    Raises: UnknownLabError for an unknown name; GuestError for a folder without labs.
    """
    folder = Path(target)
    if not (folder / "pyproject.toml").exists():
        try:
            return [find_lab(target)]
        except UnknownLabError:
            if not folder.is_dir():
                raise
    modules = _named_in(folder / "pyproject.toml")
    sys.path.insert(0, str(folder.resolve()))
    invite(modules)
    return [load_lab(lab_id) for lab_id in sorted(modules)]


def _named_in(path: Path) -> dict[str, str]:
    """Read which labs a package brings.

    Raises: GuestError if it brings none.
    """
    try:
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        modules = project["entry-points"][GROUP]
    except FileNotFoundError:
        raise GuestError(f"{path.parent} is no package of labs: it has no {path.name}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GuestError(f"{path} is no TOML: {error}.") from None
    except (KeyError, TypeError):
        raise GuestError(
            f'{path} names no labs. Under [project.entry-points."{GROUP}"] write, for each, '
            'lab20_name = "package.lab20_name".'
        ) from None
    if not isinstance(modules, dict) or not modules:
        raise GuestError(f'{path} names no labs under [project.entry-points."{GROUP}"].')
    refused = next(filter(None, map(why_no_guest, map(str, modules))), "")
    if refused:
        raise GuestError(f"{path}: {refused}")
    return {str(lab_id): str(module) for lab_id, module in modules.items()}
