"""Whose is it: the people of a class, as a platform's names of folders and files tell them apart.

A platform's own number is surer than a name: two people may share a name, and one person's name is
written in several ways. What belongs to no one is not a person.
"""

import os
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from autograder.classroom import tars
from autograder.course.catalogue import lab_ids
from autograder.course.lab import Lab

__all__ = [
    "ARCHIVES",
    "Parts",
    "Person",
    "Share",
    "around_all",
    "composed",
    "is_hidden",
    "is_persons_own",
    "is_platforms",
    "share_out",
]

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A student who handed in."""

    name: str
    platform_id: str = ""
    """The platform's own number, if names of files carry it."""
    is_lasting: bool = field(default=False, compare=False)
    """Whether the number is the person's in every assignment."""


@dataclass(frozen=True, slots=True)
class Share:
    """A person's part of a class's files: what lies at, or below, one name."""

    person: Person
    file: str = ""
    """What the person called the file, where the platform put a name of its own before it."""
    attempt: str = ""
    """When it was handed in, or which attempt it is; a later one is greater."""


@dataclass(frozen=True, slots=True)
class _Form:
    """How a platform names what lies beside one another in a class's folder."""

    of_files: re.Pattern[str] | None = None
    of_folders: re.Pattern[str] | None = None

    def match(self, name: str, *, is_folder: bool) -> re.Match[str] | None:
        """Match a name, if such a thing may have it."""
        pattern = self.of_folders if is_folder else self.of_files
        return pattern.fullmatch(name) if pattern else None


_MOODLE = _Form(  # with a folder for each student or without
    re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_[a-z]+_(?P<file>.+)", re.DOTALL),
    re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_.*", re.DOTALL),
)
_CANVAS = _Form(  # a text entry has no number of a file
    re.compile(
        r"(?:anon_(?P<anonymous>[A-Za-z0-9]+)|(?P<name>[^_]+))(?:_late)?"
        r"(?(name)_(?P<id>\d+))(?:_\d+_|_(?=(?:text|link)\.html$))(?P<file>.+)",
        re.IGNORECASE | re.DOTALL,
    )
)
_BLACKBOARD = _Form(  # a text without a name of its own says what was handed in
    re.compile(
        r"(?P<name>.+)_attempt_(?P<attempt>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|(?P<about>\.txt))",
        re.DOTALL,
    )
)
_GRADESCOPE = _Form(of_folders=re.compile(r"submission_(?P<id>\d+)"))
_ILIAS = _Form(of_folders=re.compile(r"(?P<name>[^_]+_[^_]+_[^_]+)_(?P<id>\d+)"))
_PLAIN = _Form()
_FORMS = (_MOODLE, _CANVAS, _BLACKBOARD, _GRADESCOPE, _ILIAS)
ARCHIVES = (".zip", *tars.ENDINGS)
"""How names of archives end, of those too that are not opened."""
_LITTER = {"__macosx", "__pycache__", "thumbs.db", "desktop.ini", "lost+found", "node_modules"}
_MOST_AROUND = 5
"""Folders around a whole class, one within the other, that are looked through."""

Names = Sequence[tuple[str, bool]]
"""What lies in a folder: names, and whether each is a folder."""


def composed(name: str) -> str:
    """Write letters with marks as one sign, as most systems do: a Mac takes them apart."""
    return unicodedata.normalize("NFC", name)


def is_hidden(name: str) -> bool:
    """Say whether a name is one that systems and tools leave, and no person's work."""
    return name.startswith(".") or name.lower() in _LITTER


def share_out(names: Names) -> list[Share | None]:
    """Say of each thing in a class's folder whose it is; None for what belongs to no one."""
    form = _form(names)
    prefix = _common_start(names) if form is _BLACKBOARD else ""
    return [_share(form, prefix, composed(name), is_folder=folder) for name, folder in names]


def _form(names: Names) -> _Form:
    """Choose the form that most of the names have, if that is at least half of those that could."""
    seen = [(composed(name), folder) for name, folder in names if not is_hidden(name)]

    def fit(form: _Form) -> int:
        return sum(form.match(name, is_folder=folder) is not None for name, folder in seen)

    best = max(_FORMS, key=fit)
    alike = [folder for _, folder in seen if (best.of_folders if folder else best.of_files)]
    return best if fit(best) and 2 * fit(best) >= len(alike) else _PLAIN


def _share(form: _Form, prefix: str, name: str, *, is_folder: bool) -> Share | None:
    if is_hidden(name):
        return None
    found = form.match(name, is_folder=is_folder)
    if found is not None:
        said = {key: value for key, value in found.groupdict().items() if value}
        number = said.get("id") or said.get("anonymous", "")
        who = said.get("name", name if is_folder else f"anon_{number}").removeprefix(prefix)
        file = said.get("file", said.get("about", ""))
        is_lasting = form is _CANVAS and "id" in said
        person = Person(who.replace("_", " ") if form is _ILIAS else who, number, is_lasting)
        return Share(person, file, said.get("attempt", ""))
    if is_folder:
        return Share(Person(name))
    own_archive = form is _PLAIN and name.lower().endswith(ARCHIVES)
    return Share(Person(_without_ending(name)), name) if own_archive else None


def _without_ending(archive: str) -> str:
    endings = "|".join(map(re.escape, ARCHIVES))
    return re.sub(rf"(?:\.tar)?(?:{endings})$", "", archive, flags=re.IGNORECASE)


def _common_start(names: Names) -> str:
    """Find the assignment's name, with which Blackboard begins every name of a file."""
    before = [
        found["name"]
        for name, is_folder in names
        if (found := _BLACKBOARD.match(composed(name), is_folder=is_folder))
    ]
    shared = os.path.commonprefix(  # noqa: RUF071  by letters, as is meant here
        [*before, before[0].rpartition("_")[0] + "_"]
    )
    return shared[: shared.rfind("_") + 1]


def around_all(lab: Lab, names: Callable[[Parts], Names]) -> Parts:
    """Find the folder whose folders are people: a zip often has one folder around everybody.

    Args:
        lab: the lab, whose files and folder no person is called after.
        names: lists what lies in a folder.
    """
    around: Parts = ()
    for _ in range(_MOST_AROUND):
        here = [(name, folder) for name, folder in names(around) if not is_hidden(name)]
        folders = [name for name, folder in here if folder]
        beside = any(_is_work(lab, name, is_folder=False) for name, folder in here if not folder)
        if len(folders) != 1 or beside or is_platforms(here):
            break
        inner = (*around, folders[0])
        below = [(name, folder) for name, folder in names(inner) if not is_hidden(name)]
        if not _are_people(lab, inner, below, names):
            break
        around = inner
    return around


def _are_people(lab: Lab, folder: Parts, below: Names, names: Callable[[Parts], Names]) -> bool:
    """Say whether a single folder holds people, rather than being one's own."""
    if is_platforms(below):
        return True
    if any(_is_work(lab, name, is_folder=is_folder) for name, is_folder in below):
        return False
    inner = [(*folder, name) for name, is_folder in below if is_folder]
    if len(inner) == 1:
        return _are_people(lab, inner[0], names(inner[0]), names)
    return sum(any(_is_work(lab, n, is_folder=f) for n, f in names(each)) for each in inner) > 1


def is_persons_own(lab: Lab, names: Names) -> bool:
    """Say whether a folder is what one person handed in, rather than a class's."""
    seen = [(name, folder) for name, folder in names if not is_hidden(name)]
    if is_platforms(seen):
        return False
    in_labs = any(folder and composed(name).lower() in lab_ids() for name, folder in seen)
    files = {name for name, folder in seen if not folder}
    return in_labs or (len(files) == len(seen) and any(f"{m}.py" in files for m in lab.modules))


def is_platforms(names: Names) -> bool:
    """Say whether a platform gave the names, so that it is sure who is who."""
    return _form(names) is not _PLAIN


def _is_work(lab: Lab, name: str, *, is_folder: bool) -> bool:
    """Say whether a thing is what one person hands in: a lab's folder, its file, an archive."""
    lower = composed(name).lower()
    if is_folder:
        return lower in lab_ids()
    return any(module in lower for module in lab.modules) or lower.endswith((".ipynb", *ARCHIVES))
