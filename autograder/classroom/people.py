"""Whose is it: the people of a class, as a platform's names of folders and files tell them apart.

A platform's own number is surer than a name: two people may share a name, and one person's name is
written in several ways. What belongs to no one is not a person.
"""

import os
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from autograder.classroom import tars
from autograder.classroom.columns import folded
from autograder.classroom.moments import moment_in
from autograder.text import listed

__all__ = [
    "ARCHIVES",
    "Parts",
    "Person",
    "Share",
    "composed",
    "is_hidden",
    "is_platforms",
    "letters_of",
    "share_out",
    "spellings",
    "without_ending",
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
    group: str = ""
    """The folder of the person's section, where no platform says who is who across them."""


@dataclass(frozen=True, slots=True)
class Share:
    """A person's part of a class's files: what lies at, or below, one name."""

    person: Person
    file: str = ""
    """What the person called the file, where the platform put a name of its own before it."""
    attempt: str = ""
    """When it was handed in, or which attempt it is; a later one is greater."""
    is_late: bool = False
    """Whether the platform says so."""
    label: str = ""
    """What a file's name must begin with that is to be returned to this person; "" where none can be."""
    assignment: str = ""
    """For what it was handed in, if the platform says so."""


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
_CANVAS = _Form(  # a text entry has no number of a file, and a name of signs only leaves nothing
    re.compile(
        r"(?:(?P<first>late_)?anon_(?P<anonymous>[A-Za-z0-9]+)|(?P<name>[^_]*(?:_(?!\d+_)[^_]+)*?))"
        r"(?P<late>_late)?(?(name)_(?P<id>\d+))"
        r"(?:_(?P<upload>\d+)_|_(?=(?:text|link)\.html$))(?P<file>.+)",
        re.IGNORECASE | re.DOTALL,
    )
)
_QUIZ = _Form(  # Canvas's, for a question that takes files
    re.compile(r"(?P<name>.*?)(?P<id>\d+)_question_\d+_\d+_(?P<file>.+)", re.IGNORECASE | re.DOTALL)
)
_BLACKBOARD = _Form(  # a text without a name of its own says what was handed in
    re.compile(
        r"(?P<name>.+)_attempt_(?P<attempt>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|(?P<about>\.txt))",
        re.DOTALL,
    )
)
_BRIGHTSPACE = _Form(
    re.compile(
        r"(?P<id>\d+)-\d+ ?- (?P<name>.+?) ?- (?P<attempt>.*?\d.*?) - (?P<file>.+)", re.DOTALL
    ),
    re.compile(r"(?P<id>\d+)-\d+ ?- (?P<name>.+?) ?- (?P<attempt>.*\d.*)", re.DOTALL),
)
_GRADESCOPE = _Form(of_folders=re.compile(r"submission_(?P<id>\d+)"))
_ILIAS = _Form(of_folders=re.compile(r"(?P<name>[^_]+_[^_]+_[^_]+)_(?P<id>\d+)"))
_NBGRADER = _Form(  # where students hand in, before it is collected
    of_folders=re.compile(
        r"(?P<name>[^+]+)\+(?P<assignment>[^+]+)\+(?P<attempt>\d{4}-\d\d-\d\d \d\d[:_]\d\d[^+]*)(?:\+.+)?"
    )
)
_PLAIN = _Form()
_FORMS = (_MOODLE, _BLACKBOARD, _BRIGHTSPACE, _QUIZ, _CANVAS, _GRADESCOPE, _ILIAS, _NBGRADER)
"""Of two that fit alike the first is meant."""
ARCHIVES = (".zip", *tars.ENDINGS)
"""How names of archives end, of those too that are not opened."""
_LITTER = re.compile(
    r"""
    \..* | ~\$.* | \$.*                                         # hidden, Office's locks, Windows' bin
    | __macosx.* | icon\r | temporary\ items | network\ trash\ folder | thevolumesettingsfolder
    | (?:eh)?thumbs\.db | desktop\.ini | recycle[rd] | system\ volume\ information | found\.\d{3}
    | msocache | onedrivetemp | folder\.htt | autorun\.inf
    | lost\+found | trash-\d+ | nohup\.out
    | @(?:eadir|tmp|recycle|recently-snapshot|sharesnap|sharebin|__thumb|appstore|database)
    | \#(?:recycle|snapshot) | ~snapshot                         # Synology, QNAP, NetApp
    | _gsdata_ | sync\.ffs_(?:db|lock) | \#.*\# | .*\.(?:crdownload|part|partial|download|tmp|swp|lnk)
    | __pycache__ | node_modules | __pypackages__
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
"""What systems, disks, clouds and tools lay into a folder."""

Names = Sequence[tuple[str, bool]]
"""What lies in a folder: names, and whether each is a folder."""


def letters_of(name: str) -> str:
    """Leave of a name what platforms leave in the names of files: letters, digits and accents.

    >>> letters_of("Lovelace, Ada")
    'lovelaceada'
    """
    return "".join(sign for sign in folded(name) if unicodedata.category(sign)[0] in "LNM")


def spellings(name: str) -> set[str]:
    """Give the letters of a name in both orders, without the number that tells namesakes apart.

    >>> sorted(spellings("Ada Lovelace (101)"))
    ['adalovelace', 'lovelaceada']
    """
    plain = re.sub(r" \([0-9]+\)$", "", name)
    first, _, last = plain.rpartition(" ")
    before, _, after = plain.partition(",")
    return {letters_of(plain), letters_of(last + first), letters_of(after + before)}


def composed(name: str) -> str:
    """Write letters with marks as one sign, as most systems do: a Mac takes them apart."""
    return unicodedata.normalize("NFC", name)


def is_hidden(name: str) -> bool:
    """Say whether a name is one that systems and tools leave, and no person's work."""
    return _LITTER.fullmatch(name) is not None


def share_out(names: Names, read: Callable[[str], bytes] = lambda _: b"") -> list[Share | None]:
    """Say of each thing in a class's folder whose it is; None for what belongs to no one.

    Args:
        names: what lies in the folder.
        read: reads the beginning of a file in it, which may say who somebody is.
    """
    form = _form(names)
    prefix = _before_account(names, read) if form is _BLACKBOARD else ""
    called = _submitters(names, read) if form is _GRADESCOPE else {}
    shares = [_share(form, prefix, composed(name), is_folder=folder) for name, folder in names]
    return [_called(share, called) for share in shares]


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
        nameless = name if is_folder else f"anon_{number}"
        who = said.get("name", nameless).removeprefix(prefix)
        file = said.get("file", said.get("about", ""))
        is_lasting = form in {_CANVAS, _QUIZ} and "id" in said
        person = Person(who.replace("_", " ") if form is _ILIAS else who, number, is_lasting)
        label = _label(form, person, said.get("upload", ""))
        assignment = said.get("assignment", "").lower()
        attempt = said.get("attempt", "")
        if form is _BRIGHTSPACE:  # in the teacher's language, so that only the moment has an order
            moment = moment_in(attempt)
            attempt = f"{moment:%Y-%m-%d-%H-%M-%S}" if moment else ""
        is_late = not said.keys().isdisjoint({"first", "late"})
        return Share(person, file, attempt, is_late, label, assignment)
    if is_folder:
        return Share(Person(name))
    own_archive = form is _PLAIN and name.lower().endswith(ARCHIVES)
    return Share(Person(without_ending(name)), name) if own_archive else None


def _label(form: _Form, person: Person, upload: str) -> str:
    """Say how a platform wants a file to be called that it is to return.

    Moodle takes the number after the first underscore; Canvas needs the numbers of user and of upload.
    """
    name = person.name.replace("_", " ")
    if form is _MOODLE:
        return f"{name}_{person.platform_id}_assignsubmission_file_"
    return f"{name}_{person.platform_id}_{upload}_" if person.is_lasting and upload else ""


def without_ending(archive: str) -> str:
    """Return the name without what says that it is an archive."""
    endings = "|".join(map(re.escape, ARCHIVES))
    return re.sub(rf"(?:\.tar)?(?:{endings})$", "", archive, flags=re.IGNORECASE)


def _called(share: Share | None, names: Mapping[str, str]) -> Share | None:
    """Call a person by the name that a platform's list has."""
    if share is None or share.person.name not in names:
        return share
    return replace(share, person=replace(share.person, name=names[share.person.name]))


_LIST = "submission_metadata.yml"


def _submitters(names: Names, read: Callable[[str], bytes]) -> dict[str, str]:
    """Read in Gradescope's list whose each folder is; of a group all are named."""
    if (_LIST, False) not in names:
        return {}
    text = composed(read(_LIST).decode("utf-8-sig", "replace"))
    found: dict[str, str] = {}
    for entry in re.split(r"^(?=submission_\d+:)", text, flags=re.MULTILINE):
        folder, _, said = entry.partition(":")
        people = re.findall(
            r"^[ -]*:name:[ ]*(\S.*?)\s*$", said.partition(":created_at:")[0], re.MULTILINE
        )
        if people:
            found[folder] = listed([re.sub(r"^(['\"])(.*)\1$", r"\2", name) for name in people])
    return found


def _before_account(names: Names, read: Callable[[str], bytes]) -> str:
    """Find the assignment's name, with which Blackboard begins every name of a file.

    Blackboard's texts name the account. Without one it is what all names share up to an underscore; an
    account may have one as well, so what is left of it must not be too short for an account.
    """
    found = {
        name: match
        for name, is_folder in names
        if (match := _BLACKBOARD.match(composed(name), is_folder=is_folder))
    }
    before = [match["name"] for match in found.values()]
    for name in [name for name, match in found.items() if match["about"]][:_MOST_READ]:
        line = composed(read(name).decode("utf-8-sig", "replace")).strip().partition("\n")[0]
        account = re.search(r"\(([^()\s]+)\)\s*$", line)
        if account and found[name]["name"].endswith(f"_{account[1]}"):
            start = found[name]["name"].removesuffix(account[1])
            if all(each.startswith(start) and each != start for each in before):
                return start
    shared = os.path.commonprefix(  # noqa: RUF071  by letters, as is meant here
        [*before, before[0].rpartition("_")[0] + "_"]
    )
    start = shared[: shared.rfind("_") + 1]
    while any(re.fullmatch(r".|\d{,3}", each.removeprefix(start)) for each in before) and start:
        start = start[: start.rfind("_", 0, -1) + 1]
    return start


_MOST_READ = 5
"""Texts that are asked for an account."""


def is_platforms(names: Names, *, in_groups: bool = False) -> bool:
    """Say whether a platform gave the names, so that it is sure who is who.

    Args:
        names: what lies in a folder.
        in_groups: the folder is one of several, and one person's folder in it may be called so by chance.
    """
    form = _form(names)
    if in_groups and form in {_GRADESCOPE, _ILIAS}:
        return sum(form.match(name, is_folder=folder) is not None for name, folder in names) > 1
    return form is not _PLAIN
