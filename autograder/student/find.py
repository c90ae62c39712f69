"""Find what to grade: a lab's folder, by its name, by a path, or by where we are; and read it once."""

import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.course import edition
from autograder.course.catalogue import UnknownLabError, find_lab, lab_ids, labs, owner_of
from autograder.course.lab import Lab
from autograder.grading.submission import Submission, SubmissionError, checked, read_file
from autograder.sandbox import Source

__all__ = ["Place", "all_modules", "find_places", "shortest_target"]

MAX_IGNORED = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where a student keeps one lab's modules: a folder with one file a module."""

    lab: Lab
    folder: Path

    def read(self) -> Submission:
        """Read all that is graded: what is read later does not count.

        In the student's edition that includes the student's earlier labs; the instructor's has the
        reference instead.
        """
        texts, missing = _read(self)
        earlier: dict[str, Source] = {}
        missing_earlier: dict[str, str] = {}
        known = lab_ids() if edition.is_students() else ()
        for lab in (find_lab(lab_id) for lab_id in known if lab_id < self.lab.id):
            found, not_there = _read(self.other(lab))
            earlier |= {m: Source(f"{lab.id}/{m}.py", text) for m, text in found.items()}
            missing_earlier |= not_there
        notes = tuple(self.ignored())
        return Submission(
            self.lab, texts, missing, earlier=earlier, missing_earlier=missing_earlier, notes=notes
        )

    def other(self, lab: Lab) -> "Place":
        """Find another lab in the same workspace; where there is none, a folder that should be."""
        try:
            return _of_lab(lab, self.folder)
        except SubmissionError:
            return Place(lab, self.folder.parent / lab.id)

    def ignored(self) -> list[str]:
        """Say which files have no effect, though their names may make one think so.

        A module under the name of numpy or of Python's own is imported nowhere here; on the
        student's machine it is, and breaks every program beside it.
        """
        known = {"numpy", "nnlab", "autograder", *sys.stdlib_module_names} - set(self.lab.modules)
        try:
            names = sorted(entry.name for entry in os.scandir(self.folder))
        except OSError:
            return []
        ignored = [name for name in names if name.removesuffix(".py") in known and name[:1] != "_"]
        modules = " and ".join(f"{module}.py" for module in self.lab.modules)
        return [
            f"{name} is set aside: its name is taken by {_whose(name)}. Graded is {modules}."
            for name in ignored[:MAX_IGNORED]
        ]


def all_modules(cwd: Path) -> tuple[dict[str, Source], dict[str, str]]:
    """Read all labs' modules of the workspace that we are in; for each that is missing, say why.

    Raises: SubmissionError if we are in no workspace.
    """
    place = find_places(None, cwd)[0]
    sources: dict[str, Source] = {}
    missing: dict[str, str] = {}
    for lab in labs():
        texts, not_there = _read(place if lab is place.lab else place.other(lab))
        sources |= {m: Source(f"{lab.id}/{m}.py", text) for m, text in texts.items()}
        missing |= not_there
    return sources, missing


def _read(place: Place) -> tuple[dict[str, bytes], dict[str, str]]:
    """Read a lab's modules; return the texts, and for each missing one the reason."""
    texts: dict[str, bytes] = {}
    missing: dict[str, str] = {}
    for module in place.lab.modules:
        path = place.folder / f"{module}.py"
        try:
            _require_no_link(place.folder)
            texts[module] = checked(path.name, read_file(path))
        except SubmissionError as error:
            missing[module] = str(error)
    return texts, missing


def _whose(name: str) -> str:
    module = name.removesuffix(".py")
    return "a module of Python" if module in sys.stdlib_module_names else f"the package {module}"


def _require_no_link(folder: Path) -> None:
    with contextlib.suppress(OSError):  # reading the file then says why
        if folder.is_symlink():
            raise SubmissionError(f"{folder.name} is a link. Put the folder itself there.")


def find_places(target: str | None, cwd: Path) -> list[Place]:
    """Find what to grade: a lab's name, a path to a file or a folder, or the folder we are in.

    A folder is a lab's if it has the lab's name or holds modules of the lab; it is a workspace if
    it has such folders, directly or under `assignments`.

    Raises: SubmissionError or UnknownLabError in a sentence for the student.
    """
    if target is None:
        return _in_folder(cwd)
    path = cwd / target
    try:
        # A link that is named is followed if it leads to a folder; a file must be there itself.
        path = path.parent.resolve() / path.name if path.is_file() else path.resolve()
    except (OSError, RuntimeError) as error:  # links that lead in a circle
        raise SubmissionError(f"{target} cannot be followed: {error}.") from None
    if path.is_dir():
        return _in_folder(path)
    if path.exists() or path.suffix == ".py":
        return [_of_file(path)]
    try:
        lab = find_lab(target)
    except UnknownLabError as error:
        if "/" in target or "\\" in target:
            raise SubmissionError(f"There is no file or folder {target}.") from None
        raise SubmissionError(str(error)) from None
    return [_of_lab(lab, cwd)]


def shortest_target(place: Place, cwd: Path) -> str:
    """Write the shortest target that finds this place from here: its lab's id, or its path."""
    try:
        found = find_places(place.lab.id, cwd)
    except SubmissionError:
        found = []
    if found == [place]:
        return place.lab.id
    module = place.folder / f"{place.lab.modules[0]}.py"
    alone = [lab for lab in labs() if _holds(place.folder, lab)] == [place.lab]
    return os.path.relpath(place.folder if alone else module, cwd)


def _of_file(path: Path) -> Place:
    if not path.exists():
        raise SubmissionError(f"There is no file {path}.")
    if path.suffix == ".ipynb" and path.stem in lab_ids():
        return Place(find_lab(path.stem), path.parent)
    lab = owner_of(path.stem) if path.suffix == ".py" else None
    if lab is None:
        modules = [module for lab in labs() for module in lab.modules]
        near = [module for module in modules if module in path.stem.lower()]
        known = f"Is it {near[-1]}.py? Give it that name." if near else ""
        names = f"The labs' files are {', '.join(f'{module}.py' for module in modules)}."
        raise SubmissionError(f"{path.name} belongs to no lab. {known or names}")
    return Place(lab, path.parent)


def _of_lab(lab: Lab, cwd: Path) -> Place:
    """Find a lab's folder from wherever in a workspace we are."""
    for folder in (cwd, *cwd.parents):
        if folder.name == lab.id or _holds(folder, lab):
            return Place(lab, folder)
        for place in (folder / lab.id, folder / "assignments" / lab.id):
            if place.is_dir():
                return Place(lab, place)
    raise SubmissionError(
        f"No folder {lab.id} is here or above. Go to your workspace, or give the folder's path."
    )


def _in_folder(folder: Path) -> list[Place]:
    """Find the labs of one folder, or of a workspace that we are in."""
    for place in (folder, *folder.parents):
        if place.name in lab_ids():
            return [Place(find_lab(place.name), place)]
    held = [lab for lab in labs() if _holds(folder, lab)]
    if held:
        return [Place(lab, folder) for lab in held]
    for root in (folder, folder / "assignments"):
        held = [lab for lab in labs() if (root / lab.id).is_dir()]
        if held:
            return [Place(lab, root / lab.id) for lab in held]
    raise SubmissionError(
        f"{folder} holds no lab: no folder such as {lab_ids()[0]}, no file such as "
        f"{labs()[0].modules[0]}.py. Go to your workspace, or name a lab or a path."
    )


def _holds(folder: Path, lab: Lab) -> bool:
    return any((folder / f"{module}.py").is_file() for module in lab.modules)
